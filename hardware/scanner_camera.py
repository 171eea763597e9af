"""A camera as a code scanner: frames are looked at by zxing-cpp in a process of their own, for as long as one waits.

`scan+camera:///dev/video2` · `scan+camera+http://HOST/stream`; what follows `scan+` is a camera's address. Most of the
time nobody wants a code and the camera is off. The process is started by a scan and killed when it ends: a code is a
secret, and so is whatever else was held before the lens.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence

from hardware.addresses import Address
from hardware.camera import LOOK_S, look_for
from hardware.ports import Fault, Status
from hardware.scanner import Code, CodeKind
from hardware.status import looked

COMMAND = (sys.executable, "-m", "hardware.scanner_camera")
REST_S = 0.08  # between two looks: a code held still is seen, and a weak core is not worn out


class CameraScanner:
    """The port. Belongs to one loop."""

    def __init__(self, address: str, command: Sequence[str] = COMMAND) -> None:
        self.address = address
        self._camera = address.removeprefix("scan+")
        self._command = tuple(command)

    async def status(self) -> Status:
        status = await asyncio.to_thread(look_for, self._camera)
        return Status(status.health, "scanner.absent" if status.code else "", status.detail)

    def watch(self) -> AsyncIterator[Status]:
        return looked(self.status, LOOK_S)

    async def close(self) -> None:
        pass  # a scan that is cancelled has ended its process

    async def unasked(self) -> AsyncIterator[CodeKind]:
        """None: the camera is off while nobody asks."""
        nothing: tuple[CodeKind, ...] = ()
        for kind in nothing:
            yield kind

    async def scan(self) -> Code | Fault:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                "--address",
                self._camera,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return Fault("scanner.absent", "the worker cannot be started")
        try:
            line = await process.stdout.readline() if process.stdout is not None else b""
            told = json.loads(line) if line else {}
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()
        return Code(str(told["text"])) if "text" in told else Fault("scanner.absent", str(told.get("note", "")))


def from_address(address: Address, **more: Sequence[str]) -> CameraScanner:
    """`more`: command."""
    return CameraScanner(address.text, **more)


def main(argv: list[str] | None = None) -> int:
    """The process: looks until it has seen one code, says it on standard output, and ends."""
    parser = argparse.ArgumentParser(prog="python -m hardware.scanner_camera", description="looks for a code")
    parser.add_argument("--address", required=True)
    address: str = parser.parse_args(argv).address
    import cv2
    import numpy as np
    import zxingcpp

    from hardware.camera_sources import SourceError, open_source

    cv2.setNumThreads(1)
    try:
        source = open_source(address)
        while True:
            picture = source.read()
            if isinstance(picture, bytes):
                grey = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
            else:
                grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            for found in zxingcpp.read_barcodes(grey) if grey is not None else ():
                if found.text:
                    print(json.dumps({"text": found.text}), flush=True)
                    return 0
            time.sleep(REST_S)
    except SourceError as error:
        print(json.dumps({"note": error.code}), flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""A machine that is not there: QEMU with the image's disk, a screen that can be photographed and touched."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from tests.seeing import lines

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS.fd")
PATIENCE_S = 600.0  # every instruction is emulated: no word about how fast a real machine starts
BOOT_AT = 1024 * 1024  # of the start partition, as provision/image/make.sh lays it


def lay(image: Path, name: str, text: str) -> None:
    """A file onto the start partition, as somebody with another computer would."""
    subprocess.run(
        ["mcopy", "-o", "-i", f"{image}@@{BOOT_AT}", "-", f"::village-terminal/{name}"],
        input=text.encode(),
        check=True,
    )


def laid(image: Path) -> set[str]:
    """What lies in that folder."""
    done = subprocess.run(
        ["mdir", "-b", "-i", f"{image}@@{BOOT_AT}", "::village-terminal"], capture_output=True, text=True, check=True
    )
    return {line.rsplit("/", 1)[-1] for line in done.stdout.split()}


class Machine:
    """Running. Screen positions are shares of its width and height, from the top left."""

    def __init__(self, process: subprocess.Popen[bytes], control: Path, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 20
        while True:
            try:
                self._socket.connect(str(control))
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.1)
        self._lines = self._socket.makefile("r", encoding="utf-8")
        self._lines.readline()
        self._ask("qmp_capabilities")

    def _ask(self, what: str, **arguments: Any) -> Any:
        self._socket.sendall(json.dumps({"execute": what, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self._lines.readline())
            if "return" in answer or "error" in answer:
                assert "return" in answer, answer
                return answer["return"]

    def picture(self) -> Image.Image:
        file = self._folder / "screen.ppm"
        self._ask("screendump", filename=str(file))
        return Image.open(file).convert("RGB")

    def words(self) -> dict[str, tuple[float, float]]:
        """Every line on the screen, and where its middle is."""
        return lines(self.picture())

    def until(self, text: str, within_s: float = PATIENCE_S) -> tuple[float, float]:
        """Where a line with this text stands, once it does. Raises AssertionError with what stands there instead."""
        deadline = time.monotonic() + within_s
        while True:
            words = self.words()
            for line, place in words.items():
                if text in line:
                    return place
            assert time.monotonic() < deadline, f"{text!r} is not among {sorted(words)}"
            assert self._process.poll() is None, "the machine went out"
            time.sleep(1.0)

    def touch(self, place: tuple[float, float]) -> None:
        at = [
            {"type": "abs", "data": {"axis": axis, "value": int(share * 32767)}}
            for axis, share in zip("xy", place, strict=True)
        ]
        self._ask("input-send-event", events=at)
        for down in (True, False):
            self._ask("input-send-event", events=[{"type": "btn", "data": {"button": "left", "down": down}}])
            time.sleep(0.2)

    def press(self, *keys: str) -> None:
        """Keys together, by QEMU's names."""
        self._ask("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    def pull_the_plug(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def machine(image: Path, folder: Path, memory_mb: int = 2048) -> Iterator[Machine]:
    """Two cores, a panel of 1080 x 1920, no network beyond itself."""
    variables = folder / "firmware.fd"
    if not variables.exists():
        shutil.copy(VARIABLES, variables)
    control = folder / "control"
    control.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2",
            "-m", str(memory_mb),
            "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,unit=1,file={variables}",
            "-drive", f"if=virtio,format=raw,file={image}",
            "-device", "virtio-vga,xres=1080,yres=1920,edid=on", "-display", "none",
            "-device", "qemu-xhci", "-device", "usb-tablet",
            "-netdev", "user,id=n,restrict=on", "-device", "virtio-net,netdev=n",
            "-qmp", f"unix:{control},server=on,wait=off", "-serial", f"file:{folder / 'serial.log'}",
        ],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Machine(process, control, folder)
    finally:
        process.kill()
        process.wait()

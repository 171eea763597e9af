"""A peer: jscanify, the paper finder of the npm registry, as it is, in a Node process of its own.

Fetched once, by its version, into build/bench/npm, without running anybody's install scripts. Where there is no Node,
no npm or no registry, there is no peer, and the bench says why.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

PACKAGE = "jscanify@1.4.3"
HOME = Path("build") / "bench" / "npm"
INSTALL_S = 180
SCRIPT = Path(__file__).with_name("jscanify.mjs")


class NoPeer(Exception):
    """It cannot be had here; the text says why."""


class Jscanify:
    """A context: the process. Calling it gives corners, float32 (4, 2) clockwise from top left, or None."""

    def __init__(self) -> None:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise NoPeer("no node and npm here (apt-get install nodejs npm)")
        if not (HOME / "node_modules" / "jscanify").is_dir():
            HOME.mkdir(parents=True, exist_ok=True)
            command = [npm, "install", "--prefix", str(HOME), "--ignore-scripts", "--no-audit", "--no-fund", PACKAGE]
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_S)
            except (subprocess.SubprocessError, OSError) as error:
                raise NoPeer(f"{PACKAGE} cannot be fetched: {type(error).__name__}") from error
        self._process = subprocess.Popen(
            [node, str(SCRIPT), str(HOME)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if not self._answer().get("ready"):
            self.close()
            raise NoPeer("jscanify does not start")
        self.ms: list[float] = []  # its own time a picture, without handing it over

    def _answer(self) -> dict[str, object]:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        return dict(json.loads(line)) if line else {}

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float32] | None:
        plain = cv2.cvtColor(image, cv2.COLOR_BGR2RGBA)
        if self._process.stdin is None:
            raise NoPeer("jscanify has ended")
        self._process.stdin.write(struct.pack("<II", image.shape[1], image.shape[0]) + plain.tobytes())
        self._process.stdin.flush()
        answer = self._answer()
        self.ms.append(float(str(answer.get("ms", 0))))
        corners = answer.get("corners")
        return None if corners is None else np.asarray(corners, np.float32)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Jscanify:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

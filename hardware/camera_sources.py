"""Where pictures come from: a V4L2 device, an HTTP stream, a file, a sequence of files. All the same to the rest.

`read()` blocks for at most a few seconds and returns a picture, or encoded bytes that whoever wants it decodes: a
stream may bring more pictures than anybody looks at. Only the worker imports this (OpenCV).
"""

from __future__ import annotations

import fnmatch
import http.client
import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import cv2
import numpy as np

from hardware.addresses import AddressError
from hardware.camera_names import SYS, is_other
from hardware.camera_options import AUTO, CameraOptions
from hardware.camera_options import read as read_options
from hardware.document.geometry import Image
from hardware.document.pictures import PictureError, decode, read

STALL_S = 3.0  # a camera that brings no picture for so long has stalled
PICTURE_BYTES_MOST = 24_000_000
FILE_FPS = 20.0  # pace of a file or a sequence
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")


class SourceError(Exception):
    """No picture can be had now. `code` is a fault code; trying again later is right."""

    def __init__(self, code: str, note: str) -> None:
        super().__init__(note)
        self.code = code


class Source(Protocol):
    def read(self) -> Image | bytes:
        """The next picture, BGR or encoded. Raises SourceError."""
        ...

    def close(self) -> None: ...


def open_source(address: str, sys: Path = SYS) -> Source:
    """Opens what a camera address names. Raises SourceError."""
    parts = urlsplit(address)
    if parts.scheme == "camera+http":
        return HttpStream(address)
    if parts.scheme != "camera":
        raise SourceError("camera.absent", f"{address}: not a camera's address")
    path = Path(unquote(parts.path))
    try:
        options = read_options(dict(parse_qsl(parts.query, keep_blank_values=True)))
    except AddressError as error:
        raise SourceError("camera.absent", f"{address}: {error}") from error
    if re.search(r"%0?\d*d|[*?\[]", path.name):
        return Sequence(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        code = "camera.no_access" if isinstance(error, PermissionError) else "camera.absent"
        raise SourceError(code, f"{path}: {error.strerror}") from error
    if not os.access(path, os.R_OK):
        raise SourceError("camera.no_access", f"{path}: may not be read")
    if stat.S_ISCHR(mode):
        if is_other(address, sys):  # nothing is seen through it, not for one picture
            raise SourceError("camera.other", f"{path}: another device than the address means")
        return Device(path, options)
    if stat.S_ISDIR(mode):
        return Sequence(path / "*")
    if path.suffix.lower() in PICTURES:
        return Sequence(path)
    return Film(path)


class _Pace:
    """Keeps reads apart as a camera would."""

    def __init__(self, fps: float) -> None:
        self._step = 1.0 / fps
        self._next = 0.0

    def wait(self) -> None:
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + self._step


class Sequence:
    """One picture, or all that fit a pattern, over and over by name. A file that changes is seen."""

    def __init__(self, pattern: Path) -> None:
        self._pattern = pattern
        self._pace = _Pace(FILE_FPS)
        self._turn = 0
        self._kept: tuple[Path, int, Image] | None = None
        if not self._paths():
            raise SourceError("camera.absent", f"{pattern}: no such picture")

    def _paths(self) -> list[Path]:
        name = re.sub(r"%0?\d*d", "*", self._pattern.name)
        if name == self._pattern.name and not any(mark in name for mark in "*?["):
            return [self._pattern] if self._pattern.is_file() else []
        try:
            return sorted(
                entry
                for entry in self._pattern.parent.iterdir()
                if fnmatch.fnmatch(entry.name, name) and entry.suffix.lower() in PICTURES
            )
        except OSError:
            return []

    def read(self) -> Image:
        self._pace.wait()
        paths = self._paths()
        if not paths:
            raise SourceError("camera.absent", f"{self._pattern}: gone")
        path = paths[self._turn % len(paths)]
        self._turn += 1
        try:
            changed = path.stat().st_mtime_ns
            if self._kept is None or self._kept[:2] != (path, changed):
                self._kept = (path, changed, read(path))
        except (OSError, PictureError) as error:
            raise SourceError("camera.faulty", f"{path.name}: {error}") from error
        return self._kept[2]

    def close(self) -> None:
        self._kept = None


class Film:
    """A video file, from the beginning again at its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._capture = cv2.VideoCapture(str(path))
        if not self._capture.isOpened():
            raise SourceError("camera.faulty", f"{path.name}: neither picture nor video")
        self._pace = _Pace(min(60.0, self._capture.get(cv2.CAP_PROP_FPS) or FILE_FPS))

    def read(self) -> Image:
        self._pace.wait()
        good, image = self._capture.read()
        if not good:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, image = self._capture.read()
        if not good:
            raise SourceError("camera.faulty", f"{self._path.name}: no picture in it")
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        self._capture.release()


class Device:
    """A V4L2 camera, set up as its options say (camera_options.py)."""

    def __init__(self, path: Path, options: CameraOptions) -> None:
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_V4L2)
        if not self._capture.isOpened():  # it is there and may be read, so somebody else has it
            raise SourceError("camera.busy", f"{path}: cannot be opened")
        for control, value in controls(options):
            self._capture.set(control, value)  # what a device does not have, it ignores
        self._path = path

    def read(self) -> Image:
        good, image = self._capture.read()
        if not good or image is None:
            gone = not self._path.exists()
            raise SourceError("camera.absent" if gone else "camera.stalled", f"{self._path}: no picture")
        return np.asarray(image, np.uint8)

    def close(self) -> None:
        self._capture.release()


def controls(options: CameraOptions) -> list[tuple[int, float]]:
    """What to set of a V4L2 camera, in this order: a fixed value counts only once the automatic is off."""
    wanted: list[tuple[int, float]] = [
        (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw video is too slow over USB 2
        (cv2.CAP_PROP_FRAME_WIDTH, options.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, options.height),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]
    if options.fps is not None:
        wanted.append((cv2.CAP_PROP_FPS, options.fps))
    for value, automatic, on, off, fixed in (
        (options.exposure, cv2.CAP_PROP_AUTO_EXPOSURE, 3, 1, cv2.CAP_PROP_EXPOSURE),  # V4L2: 3 aperture priority
        (options.focus, cv2.CAP_PROP_AUTOFOCUS, 1, 0, cv2.CAP_PROP_FOCUS),
        (options.white, cv2.CAP_PROP_AUTO_WB, 1, 0, cv2.CAP_PROP_WB_TEMPERATURE),
    ):
        if value == AUTO:
            wanted.append((automatic, on))
        elif value is not None:
            wanted += [(automatic, off), (fixed, float(value))]
    return wanted


class HttpStream:
    """Motion JPEG over HTTP (multipart/x-mixed-replace). Own reader: every wait in it is bounded, and it follows no
    redirect to somewhere else."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=STALL_S)
        target = parts.path or "/"
        try:
            self._connection.request("GET", target + (f"?{parts.query}" if parts.query else ""))
            self._answer = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            code = "camera.stalled" if isinstance(error, TimeoutError) else "camera.absent"
            raise SourceError(code, f"{parts.netloc}: {type(error).__name__}") from error
        kind = self._answer.headers.get_content_type()
        if self._answer.status != 200 or kind != "multipart/x-mixed-replace":
            self.close()
            raise SourceError("camera.absent", f"{parts.netloc}: answers {self._answer.status} {kind}, no stream")
        self._parts = self._split(str(self._answer.headers.get_param("boundary", "")).strip("-").encode())

    def read(self) -> bytes:
        try:
            return next(self._parts)
        except TimeoutError as error:
            raise SourceError("camera.stalled", "no picture in time") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError("camera.absent", f"the stream broke: {type(error).__name__}") from error
        except StopIteration as error:
            raise SourceError("camera.absent", "the stream ended") from error

    def _split(self, boundary: bytes) -> Iterator[bytes]:
        answer = self._answer
        while True:
            line = answer.readline(1000)
            if not line:
                return
            if boundary and boundary not in line:
                continue
            length = -1
            while line := answer.readline(1000).strip():
                name, _, value = line.partition(b":")
                if name.strip().lower() == b"content-length":
                    length = int(value)
            if length > PICTURE_BYTES_MOST:
                raise ValueError("a picture is too long")
            yield answer.read(length) if length >= 0 else self._until(boundary)

    def _until(self, boundary: bytes) -> bytes:
        """A part without a length: up to the line that holds the boundary."""
        gathered = bytearray()
        while len(gathered) < PICTURE_BYTES_MOST:
            line = self._answer.readline(65536)
            if not line or (boundary and boundary in line and len(line) < 200):
                return bytes(gathered)
            gathered += line
        raise ValueError("a picture is too long")

    def close(self) -> None:
        self._connection.close()


def as_image(frame: Image | bytes, longest: int = 0) -> Image | None:
    """Decoded, or None for a damaged picture of a stream: the next one is a moment away.

    With `longest` a half, quarter or eighth of a picture will do, as long as its longer side keeps so many pixels:
    JPEG gives those for a fraction of the work.
    """
    if not isinstance(frame, bytes):
        return frame
    try:
        return decode(frame, longest)
    except PictureError:
        return None

"""The process that reads papers. `python -m hardware.reading.worker --channel FD [--threads N] [--side-most PX]`.

It is started when a page is there to be read, runs at the lowest urgency there is beside the screen and the camera,
and ends when its channel closes. It has no network (shut.py), writes no file and no log, and tells of a failure its
kind only: what it reads is a person's.

    in   four bytes, big-endian: length; then a picture (JPEG or PNG)
    out  JSON lines: {"event": "ready"}
         {"event": "read", "turn": degrees, "lines": [[text, sure, [left, top, right, bottom]], …]}
         {"event": "failed", "code": "reading.no_picture" | "reading.broken"}
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

BYTES_MOST = 20_000_000  # of one picture
PIXELS_MOST = 60_000_000
NICENESS = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """The process. Exit status 0 when its channel closed, 3 without the networks' files."""
    parser = argparse.ArgumentParser(prog="kiosk role reading")
    parser.add_argument("--channel", type=int, required=True, help="inherited socket")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--side-most", type=int, default=960, help="px that lines are looked for in")
    given = parser.parse_args(arguments)
    with socket.socket(fileno=given.channel) as channel:
        channel.setblocking(True)
        _be_last()
        from hardware.reading.shut import shut_network

        shut_network()
        os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(PIXELS_MOST)  # read when OpenCV is loaded
        try:
            from hardware.reading.engine import Engine, models

            engine = Engine(models(), threads=given.threads, side_most=given.side_most)
        except (ImportError, OSError, RuntimeError):
            return 3
        with channel.makefile("rb") as pages, channel.makefile("wb") as answers, contextlib.suppress(OSError):
            _tell(answers, {"event": "ready"})
            while (picture := _next(pages)) is not None:
                _tell(answers, _read(engine, picture))
    return 0


def _be_last() -> None:
    """Every other process of the terminal goes first."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _next(pages: BinaryIO) -> bytes | None:
    head = pages.read(4)
    if len(head) < 4:
        return None
    length = struct.unpack(">I", head)[0]
    picture = pages.read(length) if length <= BYTES_MOST else b""
    return picture if len(picture) == length else None


def _read(engine: Any, picture: bytes) -> dict[str, Any]:
    """One page. Whatever breaks on one page must not cost the next: what it was is not for telling."""
    import cv2
    import numpy as np

    try:
        page = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        if page is None:
            return {"event": "failed", "code": "reading.no_picture"}
        text = engine.read(page)
    except Exception:  # noqa: BLE001 - see above
        return {"event": "failed", "code": "reading.broken"}
    lines = [[line.text, round(line.sure, 4), [round(edge, 4) for edge in line.box]] for line in text.lines]
    return {"event": "read", "turn": text.turn % 360, "lines": lines}


def _tell(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())

"""The memory that the camera's worker and the visit share: live frames and one still.

Anonymous memory (memfd_create): it has no name that another program could open, is never a file on a disk, and is gone
when both processes are. A frame is written into one of three slots and numbered before and after (a seqlock), so a
reader that meets a frame half written knows it and takes the one before; a torn frame is never shown.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from typing import Any

LONGEST = 960  # px, longer side of a live frame: as many as the preview has on a 1080-px screen
SLOTS = 3
META_BYTES = 2048
STILL_BYTES = 8_000_000
_HEAD = struct.Struct("<QQQ")  # number of the newest frame, its slot, heartbeat in ns of CLOCK_MONOTONIC
_SLOT = struct.Struct("<QQIII")  # number when begun, number when done, width, height, bytes of meta
_HEAD_BYTES = 64
_PIXELS = LONGEST * LONGEST * 3
_SLOT_BYTES = _SLOT.size + META_BYTES + _PIXELS
_STILL_AT = _HEAD_BYTES + SLOTS * _SLOT_BYTES
SIZE = _STILL_AT + STILL_BYTES


class FrameMemory:
    """One end of the shared memory. Both ends are made from the same file descriptor, which the maker owns."""

    def __init__(self, fd: int) -> None:
        self._map = mmap.mmap(fd, SIZE)
        self._number = 0

    @staticmethod
    def make() -> int:
        """A file descriptor of fresh, zeroed memory."""
        fd = os.memfd_create("frames", os.MFD_CLOEXEC)
        os.ftruncate(fd, SIZE)
        return fd

    def beat(self, now_ns: int) -> None:
        struct.pack_into("<Q", self._map, 16, now_ns)

    @property
    def beaten_ns(self) -> int:
        """When the writer last said that it lives (CLOCK_MONOTONIC, which all processes share); 0: never."""
        return int(struct.unpack_from("<Q", self._map, 16)[0])

    def write(self, pixels: bytes | memoryview, width: int, height: int, meta: dict[str, Any]) -> int:
        """Publish a frame (RGB, rows from the top, no padding); returns its number."""
        text = json.dumps(meta, separators=(",", ":")).encode()
        if width * height * 3 > _PIXELS or len(text) > META_BYTES or len(pixels) != width * height * 3:
            raise ValueError("the frame does not fit")
        self._number += 1
        slot = self._number % SLOTS
        at = _HEAD_BYTES + slot * _SLOT_BYTES
        _SLOT.pack_into(self._map, at, self._number, 0, width, height, len(text))
        body = at + _SLOT.size
        self._map[body : body + len(text)] = text
        body += META_BYTES
        self._map[body : body + len(pixels)] = pixels
        _SLOT.pack_into(self._map, at, self._number, self._number, width, height, len(text))
        struct.pack_into("<QQ", self._map, 0, self._number, slot)
        return self._number

    def newest(self) -> int:
        """Number of the newest whole frame; 0: none yet."""
        return int(struct.unpack_from("<Q", self._map, 0)[0])

    def read(self) -> tuple[int, int, int, bytearray, dict[str, Any]] | None:
        """The newest whole frame as (number, width, height, RGB, meta), or None. A writable copy: drawing needs it."""
        for _ in range(4):
            number, slot, _beat = _HEAD.unpack_from(self._map, 0)
            if number == 0 or slot >= SLOTS:
                return None
            at = _HEAD_BYTES + slot * _SLOT_BYTES
            begun, done, width, height, length = _SLOT.unpack_from(self._map, at)
            if begun != done or length > META_BYTES or width * height * 3 > _PIXELS:
                continue
            body = at + _SLOT.size
            text = self._map[body : body + length]
            body += META_BYTES
            pixels = bytearray(width * height * 3)
            pixels[:] = memoryview(self._map)[body : body + len(pixels)]
            if _SLOT.unpack_from(self._map, at)[0] == begun:  # nobody began to write here meanwhile
                return begun, width, height, pixels, json.loads(text)
        return None

    def put_still(self, data: bytes) -> None:
        self._map[_STILL_AT : _STILL_AT + len(data)] = data

    def take_still(self, size: int) -> bytes:
        """The still, which is wiped here."""
        data = self._map[_STILL_AT : _STILL_AT + size]
        self._map[_STILL_AT : _STILL_AT + size] = bytes(size)
        return data

    def wipe(self) -> None:
        """Nothing of a person stays: every frame is overwritten. Frame numbers go on."""
        struct.pack_into("<QQ", self._map, 0, 0, 0)
        self._map[_HEAD_BYTES:SIZE] = bytes(SIZE - _HEAD_BYTES)

    def close(self) -> None:
        self._map.close()

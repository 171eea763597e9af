"""Frames cross between processes whole, and nothing of them stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.camera_memory import LONGEST, SIZE, FrameMemory


@pytest.fixture
def ends() -> Iterator[tuple[FrameMemory, FrameMemory]]:
    fd = FrameMemory.make()
    writer, reader = FrameMemory(fd), FrameMemory(fd)
    os.close(fd)
    yield writer, reader
    writer.close()
    reader.close()


def test_a_frame_arrives_as_it_was_written(ends: tuple[FrameMemory, FrameMemory]) -> None:
    writer, reader = ends
    assert reader.read() is None
    number = writer.write(bytes(range(48)), 4, 4, {"remark": "ok"})
    assert reader.read() == (number, 4, 4, bytes(range(48)), {"remark": "ok"})
    assert reader.newest() == number


def test_a_frame_is_never_torn(ends: tuple[FrameMemory, FrameMemory]) -> None:
    writer, reader = ends
    side = 300
    stop = threading.Event()

    def write() -> None:
        shade = 0
        while not stop.is_set():
            shade = (shade + 1) % 251
            writer.write(bytes([shade]) * (side * side * 3), side, side, {"shade": shade})

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = set()
        for _ in range(400):
            frame = reader.read()
            if frame is None:
                continue
            number, _, _, pixels, meta = frame
            seen.add(number)
            assert set(pixels) == {meta["shade"]}
        assert len(seen) > 3
    finally:
        stop.set()
        thread.join()


def test_a_slot_that_is_being_written_is_not_shown(ends: tuple[FrameMemory, FrameMemory]) -> None:
    writer, reader = ends
    for shade in range(1, 4):
        writer.write(bytes([shade]) * 12, 2, 2, {})
    number = reader.newest()
    slot_at = 64 + (number % 3) * ((SIZE - 64 - 8_000_000) // 3)
    writer._map[slot_at : slot_at + 8] = (number + 3).to_bytes(8, "little")  # the writer has come round to this slot
    assert reader.read() is None


def test_the_still_is_wiped_when_it_is_taken(ends: tuple[FrameMemory, FrameMemory]) -> None:
    writer, reader = ends
    writer.put_still(b"a person's page")
    assert reader.take_still(15) == b"a person's page"
    assert reader.take_still(15) == bytes(15)


def test_wiping_leaves_no_byte_of_a_frame(ends: tuple[FrameMemory, FrameMemory]) -> None:
    writer, reader = ends
    for _ in range(4):
        writer.write(b"secret" * 8, 4, 4, {"corners": [[0.5, 0.5]]})
    writer.put_still(b"secret")
    writer.wipe()
    assert reader.read() is None
    assert reader._map[64:].count(0) == SIZE - 64
    assert writer.write(bytes(48), 4, 4, {}) == 5  # numbers go on: an old frame cannot pass for a new one


def test_a_frame_that_does_not_fit_is_refused(ends: tuple[FrameMemory, FrameMemory]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        ends[0].write(bytes(12), LONGEST, LONGEST + 1, {})
    with pytest.raises(ValueError, match="does not fit"):
        ends[0].write(bytes(12), 2, 2, {"long": "x" * 3000})


def test_the_memory_has_no_name_in_the_file_system() -> None:
    before = set(Path("/dev/shm").iterdir())
    fd = FrameMemory.make()
    assert str(Path(f"/proc/self/fd/{fd}").readlink()).startswith("/memfd:")
    assert set(Path("/dev/shm").iterdir()) == before
    os.close(fd)

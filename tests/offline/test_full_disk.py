"""A state disk that is full to its last block, by this terminal or by somebody else: what was handed in still goes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline import ballast
from offline.errors import DiskFull
from offline.files import free
from offline.outbox import Outbox
from offline.rescue import open_sound
from offline.sync import Sync
from offline.trail import Trail
from tests.offline.peers import Gateway, Terminal, enrolled, new_name, nothing_left, put

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")


@contextlib.contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    size = f"size={megabytes}m"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "of somebody else").open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    assert free(folder) == 0


async def until_nothing_waits(outbox: Outbox, sync: Sync) -> None:
    running = asyncio.create_task(sync.run())
    while outbox.status().waiting:  # noqa: ASYNC110 - it is another's database that is looked at, it calls nobody
        await asyncio.sleep(0.05)
    sync.stop()
    await running


@contextlib.contextmanager
def bringing(terminal: Terminal, gateway: Gateway) -> Iterator[None]:
    """What is within happens while the sync process has everything open; then it brings what waits."""
    outbox, sync = terminal.outbox(), terminal.sync(gateway.url)
    try:
        yield
        asyncio.run(asyncio.wait_for(until_nothing_waits(outbox, sync), 60))
    finally:
        outbox.close()


def put_until_full(terminal: Terminal) -> list[str]:
    records: list[str] = []
    with contextlib.suppress(DiskFull):
        records.extend(put(terminal, pages=2, size=150_000)[0] for _ in range(100))
    assert 0 < len(records) < 100
    return records


def test_before_there_is_a_ballast_what_nothing_names_makes_the_room(gateway: Gateway, tmp_path: Path) -> None:
    with disk(tmp_path / "small", 3) as small:
        terminal = enrolled(gateway, small, new_name())
        first = put(terminal)[0]
        orphan = small / "outbox" / "files" / ("0" * 64)  # a refused application's page, killed before it was removed
        orphan.write_bytes(bytes(200_000))
        with bringing(terminal, gateway):
            records = [first, *put_until_full(terminal)]
            fill(small)
        assert gateway.held(terminal.name) == records
        assert nothing_left(terminal)


def test_filled_by_somebody_else_the_ballast_goes_and_comes_back_when_there_is_plenty(
    gateway: Gateway, tmp_path: Path
) -> None:
    with disk(tmp_path / "small", 24) as small:
        terminal = enrolled(gateway, small, new_name())
        records = [put(terminal, pages=2, size=150_000)[0] for _ in range(3)]
        ballast.hold(small)
        assert (small / ballast.NAME).stat().st_blocks * 512 == ballast.SIZE
        with bringing(terminal, gateway):
            fill(small)
        assert gateway.held(terminal.name) == records
        assert not (small / ballast.NAME).exists()
        ballast.hold(small)
        assert not (small / ballast.NAME).exists()  # what was given up is not taken from what is still needed
        (small / "of somebody else").unlink()
        with bringing(terminal, gateway):
            put(terminal)
        assert (small / ballast.NAME).exists()


def test_a_terminal_started_on_a_full_disk_opens_what_waits(gateway: Gateway, tmp_path: Path) -> None:
    with disk(tmp_path / "small", 24) as small:
        terminal = enrolled(gateway, small, new_name())
        record = put(terminal)[0]
        Trail.open(small, time.time).close()
        ballast.hold(small)
        fill(small)
        with pytest.raises(DiskFull):
            Outbox.open(small, time.time)
        outbox, rescued = open_sound(small, time.time)
        assert [entry.id for entry in outbox.entries()] == [record]
        assert rescued is None
        outbox.close()
        Trail.open(small, time.time).close()

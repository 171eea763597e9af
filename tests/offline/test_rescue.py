"""A damaged outbox: set aside, what can be read saved under its own number, the rest counted and named."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from offline.errors import Corrupt, TooNew
from offline.outbox import Outbox
from offline.rescue import lost, open_sound, seen
from tests.offline.conftest import Clock
from tests.offline.world import World, ours


def fill(state: Path, clock: Clock, world: World, count: int, pages: int = 1) -> list[int]:
    outbox = Outbox.open(state, clock)
    given = []
    for n in range(count):
        sealed = world.application(n, pages)
        given.append(outbox.commit(ours(sealed), world.sign(sealed), card_hash=f"card{n}").sequence)
    outbox.set_note("cursor", "c7")
    outbox._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    outbox.close()
    return given


def pages_of(path: Path, table: str) -> list[int]:
    """Numbers of the pages a table's rows lie on (1-based)."""
    with sqlite3.connect(path) as db:
        try:
            rows = db.execute("SELECT pageno FROM dbstat WHERE name = ? AND pagetype <> 'internal'", (table,))
            return [row[0] for row in rows]
        except sqlite3.OperationalError:
            pytest.skip("this SQLite has no dbstat")


def spoil(path: Path, page: int) -> None:
    with sqlite3.connect(path) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(os.urandom(size))


def test_a_sound_outbox_is_opened_as_it_is(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 3)
    outbox, rescued = open_sound(tmp_path, clock)
    assert rescued is None
    assert outbox.status().waiting == 3


def test_one_spoiled_page_costs_what_lies_on_it_and_nothing_else(tmp_path: Path, clock: Clock, world: World) -> None:
    given = fill(tmp_path, clock, world, 12)
    path = tmp_path / "outbox" / "outbox.db"
    pages = pages_of(path, "records")
    spoil(path, pages[len(pages) // 2])
    outbox, rescued = open_sound(tmp_path, clock)
    assert rescued is not None
    kept = {entry.sequence: entry for entry in outbox.entries()}
    assert rescued.saved == len(kept)
    assert len(kept) >= 8
    assert rescued.saved + len(rescued.lost) == 12
    for sequence, entry in kept.items():
        assert entry.id == world.id(given.index(sequence))
        assert all(outbox.files.check(file.sha256, file.size) for file in outbox.content(entry).uploads)
    assert (rescued.aside / "outbox.db").exists()
    assert outbox.note("cursor") == "c7"
    sealed = world.application(99, 0)
    assert outbox.commit(ours(sealed), world.sign(sealed)).sequence > max(given)  # it serves again, no number twice


def test_a_file_of_pure_noise_is_set_aside_and_the_terminal_serves(tmp_path: Path, clock: Clock, world: World) -> None:
    given = fill(tmp_path, clock, world, 3)
    (tmp_path / "outbox" / "outbox.db").write_bytes(os.urandom(40_000))
    outbox, rescued = open_sound(tmp_path, clock)
    assert rescued is not None
    assert rescued.saved == 0
    assert len(list((rescued.aside / "files").iterdir())) == 3  # the sealed pages are kept, not swept away
    assert len(lost(outbox)) == 1  # whose they were, nobody can say; that something was, is said
    sealed = world.application(99, 0)
    assert outbox.commit(ours(sealed), world.sign(sealed)).sequence > max(given)


def test_a_spoiled_page_file_loses_its_record_and_says_which(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 3)
    path = tmp_path / "outbox" / "outbox.db"
    with sqlite3.connect(path) as db:
        (name,) = db.execute("SELECT sha256 FROM files WHERE record = 2").fetchone()
    (tmp_path / "outbox" / "files" / name).write_bytes(b"other")
    spoil(path, pages_of(path, "feed")[0])
    outbox, rescued = open_sound(tmp_path, clock)
    assert rescued is not None
    assert rescued.lost == (world.id(1),)
    assert [entry.id for entry in outbox.entries()] == [world.id(0), world.id(2)]
    assert lost(outbox) == (world.id(1),)  # told until the window has the list, also after the next start
    again, none = open_sound(tmp_path, clock)
    assert none is None
    assert lost(again) == (world.id(1),)
    seen(again)
    assert lost(again) == ()


def test_unprinted_receipts_and_acknowledgements_are_saved_too(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 3)
    outbox = Outbox.open(tmp_path, clock)
    outbox.acknowledged(world.id(0), outbox.entries()[0].digest, b"signed")
    outbox._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    outbox.close()
    path = tmp_path / "outbox" / "outbox.db"
    spoil(path, pages_of(path, "feed")[0])
    saved, rescued = open_sound(tmp_path, clock)
    assert rescued is not None
    assert saved.at_county(world.id(0))
    assert [r.id for r in saved.unprinted("card0")] == [world.id(0)]


def test_a_second_damage_does_not_overwrite_the_first(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 1)
    asides = set()
    for _ in range(2):
        (tmp_path / "outbox" / "outbox.db").write_bytes(os.urandom(9000))
        outbox, rescued = open_sound(tmp_path, clock)
        outbox.close()
        assert rescued is not None
        asides.add(rescued.aside)
    assert len(asides) == 2


def test_a_newer_file_is_never_taken_for_a_damaged_one(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 1)
    with sqlite3.connect(tmp_path / "outbox" / "outbox.db") as db:
        db.execute("PRAGMA user_version=50")
    db.close()
    with pytest.raises(TooNew):
        open_sound(tmp_path, clock)
    assert not list((tmp_path / "outbox").glob("damaged-*"))


def test_without_a_check_damage_is_told_where_it_is_met(tmp_path: Path, clock: Clock, world: World) -> None:
    fill(tmp_path, clock, world, 12)
    path = tmp_path / "outbox" / "outbox.db"
    for page in pages_of(path, "records"):
        spoil(path, page)
    outbox = Outbox.open(tmp_path, clock)
    with pytest.raises(Corrupt) as told:
        outbox.entries()
    assert told.value.code == "outbox.corrupt"

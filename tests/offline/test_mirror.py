"""A second medium: what is printed is on both; it may be pulled, full or lost; it brings back what the first disk lost.

The second medium is the memory file system of the machine: another device than the one the tests' folders lie on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline import mirror as module
from offline.errors import DiskFull
from offline.mirror import ABSENT, FOLDER, SLOW, Mirror
from offline.outbox import Outbox
from offline.points import COMMIT, MIRROR
from offline.rescue import open_sound
from tests.offline.conftest import Clock
from tests.offline.peers import Gateway, Terminal, enrolled, nothing_left, put, world_of
from tests.offline.world import World, in_child, killer, ours


@pytest.fixture
def medium(tmp_path: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    if folder.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("the tests' folders lie on the memory file system themselves")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def hand_in(outbox: Outbox, world: World, number: int, pages: int = 1) -> str:
    sealed = world.application(number, pages)
    outbox.commit(ours(sealed), world.sign(sealed), card_hash="card")
    return sealed.id


def names(medium: Path) -> list[str]:
    root = medium / FOLDER
    return sorted(path.name for path in root.iterdir()) if root.is_dir() else []


@pytest.fixture
def mirrored(tmp_path: Path, clock: Clock, medium: Path) -> Outbox:
    return Outbox.open(tmp_path, clock, mirror=medium)


def test_what_is_handed_in_is_on_both_and_leaves_both(mirrored: Outbox, world: World, medium: Path) -> None:
    first, second = hand_in(mirrored, world, 1, 2), hand_in(mirrored, world, 2)
    held = list(mirrored.mirror.held())  # type: ignore[union-attr]  # it was asked for
    assert [each.id for each in held] == [first, second]
    entry = mirrored.entries()[0]
    assert mirrored.mirror.whole(held[0]) == mirrored.content(entry).body  # type: ignore[union-attr]
    assert held[0].about() == (entry.number, entry.since)
    mirrored.acknowledged(first, entry.digest, b"signed")
    mirrored.take_feed("", "1", [module_ack(mirrored, second)], [])
    assert names(medium) == []
    assert mirrored.status().mirror == ""


def module_ack(outbox: Outbox, record: str):  # type: ignore[no-untyped-def]  # an Ack
    from offline.outbox import Ack

    entry = outbox.entry(record)
    assert entry is not None
    return Ack(record, entry.digest, b"signed")


def test_a_mount_point_whose_medium_was_pulled_is_no_mirror(
    tmp_path: Path, clock: Clock, world: World, medium: Path
) -> None:
    empty = tmp_path / "mount-point"
    empty.mkdir()
    outbox = Outbox.open(tmp_path / "state", clock, mirror=empty)
    hand_in(outbox, world, 1)
    assert outbox.status().mirror == ABSENT
    assert list(empty.iterdir()) == []
    outbox.close()
    back = Outbox.open(tmp_path / "state", clock, mirror=medium)
    hand_in(back, world, 2)
    assert len(names(medium)) == 1  # the first came while it was away
    assert back.mirror_all() == ""
    assert len(names(medium)) == 2
    assert back.status().mirror == ""


def test_what_left_while_the_medium_was_away_leaves_it_later(
    tmp_path: Path, mirrored: Outbox, world: World, medium: Path, clock: Clock
) -> None:
    first = hand_in(mirrored, world, 1)
    hand_in(mirrored, world, 2)
    away = medium.rename(medium.with_name(medium.name + "-away"))
    mirrored.acknowledged(first, mirrored.entries()[0].digest, b"signed")
    away.rename(medium)
    assert len(names(medium)) == 2
    mirrored.mirror_all()
    assert [name.partition("-")[2] for name in names(medium)] == [world.id(2)]


def test_a_full_or_broken_medium_stops_nobody_and_is_told(
    mirrored: Outbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_record", full)
    hand_in(mirrored, world, 1)
    assert mirrored.status().mirror == DiskFull.code
    assert mirrored.status().waiting == 1


def test_a_medium_that_does_not_answer_holds_a_person_up_only_so_long(
    mirrored: Outbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    released = threading.Event()
    monkeypatch.setattr(module, "WAIT_S", 0.05)
    monkeypatch.setattr(module, "write_record", lambda *_: released.wait(60))
    hand_in(mirrored, world, 1)
    released.set()
    assert mirrored.status().mirror == SLOW


@pytest.mark.parametrize("name", [*[n for n in COMMIT if n != "commit.floor.raised"], "mirror.written", "mirror.done"])
def test_killed_at_each_step_and_the_first_disk_lost_what_was_promised_is_on_the_second(
    tmp_path: Path, gateway: Gateway, medium: Path, name: str
) -> None:
    from tests.offline.peers import new_name

    terminal = enrolled(gateway, tmp_path / "first", new_name())
    world = world_of(terminal)
    said = tmp_path / "said"
    serial = int.from_bytes(os.urandom(4), "big")  # the gateway is shared: ids of our own

    def work() -> None:
        outbox = Outbox.open(terminal.state, lambda: 1.0, point=killer(name, 2), mirror=medium)
        for number in (serial, serial + 1):
            hand_in(outbox, world, number)
            with said.open("a") as file:
                file.write(f"{world.id(number)} {outbox.entry(world.id(number)).number}\n")  # type: ignore[union-attr]

    assert in_child(work)
    promised = dict(line.split() for line in said.read_text().splitlines())
    assert world.id(serial) in promised
    again = enrolled(gateway, tmp_path / "second", terminal.name)  # a new disk, the old name
    outbox, rescued = open_sound(again.state, lambda: 1.0, mirror=medium)
    there = {entry.id: entry.number for entry in outbox.entries()}
    assert promised.items() <= there.items()
    assert rescued is not None
    assert rescued.mirrored == len(there)
    before = {entry.sequence for entry in outbox.entries()}
    outbox.close()
    fresh, _ = put(again)
    assert terminal_sequence(again, fresh) not in before
    again.once(gateway.url)
    held = gateway.held(terminal.name)
    assert sorted(held) == sorted([*there, fresh])
    assert nothing_left(again)


def terminal_sequence(terminal: Terminal, record: str) -> int:
    entry = terminal.outbox().entry(record)
    assert entry is not None
    return entry.sequence


def test_a_record_that_comes_back_though_the_county_has_it_makes_no_second_case(
    tmp_path: Path, gateway: Gateway, terminal: Terminal, medium: Path
) -> None:
    record, _ = put(terminal)
    outbox = Outbox.open(terminal.state, lambda: 1.0, mirror=medium)
    outbox.mirror_all()
    outbox.close()
    terminal.once(gateway.url)  # without the medium: the record stays on it
    assert len(names(medium)) == 1
    again = enrolled(gateway, tmp_path / "again", terminal.name)
    opened, rescued = open_sound(again.state, lambda: 1.0, mirror=medium)
    opened.close()
    assert rescued is not None
    assert rescued.mirrored == 1
    again.once(gateway.url)
    assert gateway.held(terminal.name) == [record]
    assert nothing_left(again)


def test_nothing_is_taken_over_of_another_terminal_or_that_is_not_whole(
    tmp_path: Path, gateway: Gateway, terminal: Terminal, medium: Path
) -> None:
    from tests.offline.peers import new_name

    other = enrolled(gateway, tmp_path / "other", new_name())
    put(other)
    Outbox.open(other.state, lambda: 1.0, mirror=medium).mirror_all()
    put(terminal)
    ours_ = Outbox.open(terminal.state, lambda: 1.0, mirror=medium)
    ours_.mirror_all()
    assert len(names(medium)) == 2  # the other's stays
    spoiled = next(path for path in (medium / FOLDER).iterdir() if path.name.endswith(ours_.entries()[0].id))
    next(path for path in spoiled.iterdir() if len(path.name) == 64).write_bytes(b"half")
    again = enrolled(gateway, tmp_path / "again", terminal.name)
    opened, rescued = open_sound(again.state, lambda: 1.0, mirror=medium)
    assert (rescued, opened.entries()) == (None, [])


def test_a_damaged_database_gets_back_from_the_mirror_what_it_could_not_save(
    terminal: Terminal, medium: Path, gateway: Gateway
) -> None:
    record, _ = put(terminal)
    outbox = Outbox.open(terminal.state, lambda: 1.0, mirror=medium)
    outbox.mirror_all()
    number = outbox.entries()[0].number
    outbox.close()
    (terminal.state / "outbox" / "outbox.db").write_bytes(os.urandom(20_000))
    opened, rescued = open_sound(terminal.state, lambda: 1.0, mirror=medium)
    assert rescued is not None
    assert (rescued.saved, rescued.mirrored, rescued.lost) == (0, 1, ())
    assert [(entry.id, entry.number) for entry in opened.entries()] == [(record, number)]
    opened.close()
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [record]


def test_every_step_of_the_mirror_is_passed(mirrored: Outbox, world: World) -> None:
    passed: list[str] = []
    assert mirrored.mirror is not None
    mirrored.mirror = Mirror(mirrored.mirror._medium, mirrored.mirror._beside, passed.append)
    first = hand_in(mirrored, world, 1)
    mirrored.acknowledged(first, mirrored.entries()[0].digest, b"signed")
    assert tuple(passed) == MIRROR

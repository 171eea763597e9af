"""A process killed outright at every durable step: nothing lost, nothing twice, the number stable, no files left."""

from __future__ import annotations

from pathlib import Path

import pytest

from offline import floor
from offline import outbox as module
from offline.outbox import Outbox, Sealed, Sign
from offline.points import COMMIT, PRINT, REMOVE, Points, nothing
from offline.schema import sound
from tests.offline.conftest import Clock
from tests.offline.world import World, in_child, killer, ours

AFTER_COMMIT = COMMIT.index("commit.done")


@pytest.fixture
def small_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "STEP", 2)


def commit(state: Path, clock: Clock, sealed: Sealed, sign: Sign, point: Points = nothing) -> module.Committed:
    outbox = Outbox.open(state, clock, point=point)
    try:
        return outbox.commit(sealed, sign, card_hash="card")
    finally:
        outbox.close()


def stored(outbox: Outbox) -> set[str]:
    return {path.name for path in (outbox.folder / "files").iterdir()}


@pytest.mark.usefixtures("small_floor")
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("name", COMMIT)
def test_killed_at_each_step_of_a_commit(tmp_path: Path, clock: Clock, world: World, name: str, nth: int) -> None:
    wire_first, wire_second = world.application(1), world.application(2)
    first, second = ours(wire_first), ours(wire_second)
    before = commit(tmp_path, clock, first, world.sign(wire_first))

    def work() -> None:
        commit(tmp_path, clock, second, world.sign(wire_second), killer(name, nth))

    killed = in_child(work)
    if nth == 1:
        assert killed, f"{name} was never passed"

    outbox = Outbox.open(tmp_path, clock, check=True)
    assert sound(outbox._connection, thorough=True) == ""
    there = [entry.id for entry in outbox.entries()]
    handed_in = not killed or name == "commit.done"
    assert there == ([first.id, second.id] if handed_in else [first.id])
    kept = outbox.unprinted("card")
    assert [receipt.id for receipt in kept] == there  # a receipt for each that was handed in, and for no other
    assert kept[0].number == before.number

    again = outbox.commit(second, world.sign(wire_second), card_hash="card")  # the resident presses once more
    assert again.again == handed_in
    assert (again.sequence, [entry.id for entry in outbox.entries()]) == (2, [first.id, second.id])
    if handed_in:
        assert again.number == kept[1].number
    outbox.sweep()
    assert stored(outbox) == {*first.files, *second.files}
    for entry in outbox.entries():
        assert all(outbox.files.check(file.sha256, file.size) for file in outbox.content(entry).uploads)


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("name", REMOVE)
@pytest.mark.parametrize("by", ["line", "feed"])
def test_killed_at_each_step_of_a_removal(
    tmp_path: Path, clock: Clock, world: World, name: str, nth: int, by: str
) -> None:
    wire_first, wire_second = world.application(1), world.application(2)
    first, second = ours(wire_first), ours(wire_second)
    commit(tmp_path, clock, first, world.sign(wire_first))
    commit(tmp_path, clock, second, world.sign(wire_second))

    def acknowledge(outbox: Outbox) -> None:
        if by == "line":
            outbox.acknowledged(first.id, first.digest, b"signed")
        else:
            outbox.take_feed("", "c1", [module.Ack(first.id, first.digest, b"signed")], [])

    killed = in_child(lambda: acknowledge(Outbox.open(tmp_path, clock, point=killer(name, nth))))
    outbox = Outbox.open(tmp_path, clock, check=True)
    there = [entry.id for entry in outbox.entries()]
    assert there in ([first.id, second.id], [second.id])
    assert outbox.at_county(first.id) == (first.id not in there)
    assert set(second.files) <= stored(outbox)
    if first.id in there:
        assert killed
        assert set(first.files) <= stored(outbox)  # files go only after their row

    acknowledge(outbox)  # the county says it again
    outbox.sweep()
    assert [entry.id for entry in outbox.entries()] == [second.id]
    assert stored(outbox) == set(second.files)


@pytest.mark.parametrize("name", PRINT)
def test_killed_around_printing_the_receipt_is_kept_or_gone_never_half(
    tmp_path: Path, clock: Clock, world: World, name: str
) -> None:
    sealed = world.application(1, 0)
    committed = commit(tmp_path, clock, ours(sealed), world.sign(sealed))
    assert in_child(lambda: Outbox.open(tmp_path, clock, point=killer(name)).printed(sealed.id))
    kept = Outbox.open(tmp_path, clock, check=True).unprinted("card")
    assert [(r.number, r.code) for r in kept] == (
        [(committed.number, committed.receipt)] if name == "printed.before" else []
    )

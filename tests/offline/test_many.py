"""Ten thousand waiting records cost what a hundred do; the kept counts are those that counting would give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from offline.outbox import Outbox
from tests.offline.conftest import Clock
from tests.offline.world import World, ours


def filled(state: Path, clock: Clock, count: int, pause_s: float) -> Outbox:
    """That many small records, each tried once a second ago."""
    outbox = Outbox.open(state, clock)
    db = outbox._connection
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO records (sequence, id, kind, digest, number, committed_at, state, tries, tried_at, pause_s,"
        " last_error, body) VALUES (?, ?, 'rating', 'd', '', 1.0, 'waiting', 1, ?, ?, '', zeroblob(3000))",
        [(n, f"record-{n}", clock.now - 1, pause_s) for n in range(1, count + 1)],
    )
    db.execute("COMMIT")
    return outbox


def steps(outbox: Outbox, work: Callable[[], object]) -> int:
    """Steps of SQLite's virtual machine: what a question costs, on any machine."""
    count = 0

    def one() -> int:
        nonlocal count
        count += 1
        return 0

    outbox._connection.set_progress_handler(one, 1)
    work()
    outbox._connection.set_progress_handler(None, 1)
    return count


@pytest.mark.parametrize("pause_s", [0.0, 1000.0], ids=["due", "pausing"])
@pytest.mark.parametrize("question", ["status", "due_in", "next_due", "known"])
def test_a_question_costs_the_same_with_ten_thousand_waiting(
    tmp_path: Path, clock: Clock, question: str, pause_s: float
) -> None:
    costs = []
    for count in (100, 10_000):
        outbox = filled(tmp_path / str(count), clock, count, pause_s)
        ask = getattr(outbox, question)
        costs.append(steps(outbox, lambda ask=ask: ask("record-50") if question == "known" else ask()))  # type: ignore[misc]  # bound now
        outbox.close()
    assert 0 < costs[1] <= costs[0] * 1.2


def test_kept_counts_are_true_whatever_happens(outbox: Outbox, world: World, clock: Clock) -> None:
    def check() -> None:
        status = outbox.status()
        assert status.waiting == len(outbox.entries("waiting"))
        assert status.dead == len(outbox.entries("dead"))
        waiting = outbox.entries("waiting")
        assert status.oldest_since == (waiting[0].since if waiting else None)

    for n in range(6):
        clock.now += 10
        sealed = world.rating(n)
        outbox.commit(ours(sealed), world.sign(sealed, with_receipt=False))
        check()
    first, second, third, *_ = outbox.entries()
    outbox.bury(first.sequence, "body.unreadable")
    outbox.bury(first.sequence, "body.unreadable")  # said twice
    check()
    outbox.bury(second.sequence, "body.unreadable")
    outbox.retry(second.id)
    check()
    outbox.acknowledged(third.id, third.digest, b"said")
    outbox.acknowledged(first.id, first.digest, b"said")
    check()
    assert (outbox.status().waiting, outbox.status().dead) == (4, 0)


def test_the_first_pause_to_end_is_found_among_all(outbox: Outbox, world: World, clock: Clock) -> None:
    for n in range(3):
        sealed = world.rating(n)
        outbox.commit(ours(sealed), world.sign(sealed, with_receipt=False))
    assert outbox.due_in() == 0
    for n, pause in ((1, 50.0), (2, 20.0), (3, 70.0)):
        outbox.mark([(n, pause)])
    assert outbox.due_in() == 20
    assert outbox.next_due() is None
    clock.now += 20
    due = outbox.next_due()
    assert due is not None
    assert due.entry.sequence == 2
    clock.now -= 1000  # set back: a pause that began in the future is over
    assert outbox.due_in() == 0

"""What is looked at ahead: small records together, one with pages alone, and what is not taken is as it was."""

from __future__ import annotations

import random
from collections.abc import Callable

from offline.ahead import MOST, Ahead
from offline.outbox import Due, Outbox
from offline.pauses import Pauses
from tests.offline.world import World, ours


def put(outbox: Outbox, world: World, pages: list[int]) -> None:
    for number, some in enumerate(pages, 1):
        sealed = world.application(number, some)
        outbox.commit(ours(sealed), world.sign(sealed))


def ahead(outbox: Outbox, may_go: Callable[[Due], bool] = lambda _: True) -> Ahead:
    return Ahead(outbox, Pauses(60, 600, random.Random(1)), may_go)


def tried(outbox: Outbox) -> list[int]:
    return [entry.tries for entry in outbox.entries()]


async def test_small_ones_are_marked_together_and_one_with_pages_ends_them(outbox: Outbox, world: World) -> None:
    put(outbox, world, [0, 0, 1, 0])
    some = ahead(outbox)
    first = await some.next()
    assert first is not None
    assert (first.entry.sequence, tried(outbox)) == (1, [1, 1, 1, 0])
    assert [due.entry.sequence for due in [await some.next(), await some.next()] if due] == [2, 3]
    last = await some.next()
    assert (last and last.entry.sequence, await some.next(), tried(outbox)) == (4, None, [1, 1, 1, 1])


async def test_whoever_stops_leaves_the_rest_as_it_was(outbox: Outbox, world: World) -> None:
    put(outbox, world, [0] * (MOST + 2))
    before = outbox.entries()
    some = ahead(outbox)
    for _ in range(MOST):  # the last of them has the next ones looked at
        assert await some.next() is not None
    await some.leave()
    assert outbox.entries()[MOST:] == before[MOST:]
    assert tried(outbox)[:MOST] == [1] * MOST
    due = outbox.next_due()
    assert due is not None
    assert due.entry.sequence == MOST + 1
    assert await some.next() is None


async def test_records_whose_hour_it_is_not_are_passed_over_however_many_they_are(outbox: Outbox, world: World) -> None:
    put(outbox, world, [1] * (MOST + 1) + [0])
    some = ahead(outbox, lambda due: not due.uploads)
    due = await some.next()
    assert due is not None
    assert due.entry.sequence == MOST + 2
    assert await some.next() is None
    assert tried(outbox) == [0] * (MOST + 1) + [1]

"""Records on their way: two applications at once, and nothing beside what may not be overtaken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline.flight import MOST, Flight
from offline.records import Due, Entry, Upload

KINDS = ("application", "supplement", "withdrawal", "complaint", "rating", "help_call")


def due(sequence: int, kind: str, done: tuple[bool, ...] = ()) -> Due:
    entry = Entry(sequence, f"id-{sequence}", kind, "", "", 0.0, "waiting", 0, None, "", len(done), 0)
    return Due(entry, b"", tuple(Upload(place, "", 1, "", there) for place, there in enumerate(done)))


async def landed(sent: Awaitable[None]) -> None:
    await sent


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(((), (True,), (True, False)))), max_size=12),
    st.lists(st.integers(0, 3), min_size=12, max_size=12),
)
def test_only_applications_whose_pages_are_there_go_beside_each_other(
    records: list[tuple[str, tuple[bool, ...]]], slow: list[int]
) -> None:
    begun: list[int] = []
    flying: set[int] = set()
    beside: list[set[int]] = []

    async def send(each: Due) -> None:
        begun.append(each.entry.sequence)
        flying.add(each.entry.sequence)
        beside.append(set(flying))
        for _ in range(slow[each.entry.sequence]):
            await asyncio.sleep(0)
        flying.remove(each.entry.sequence)

    async def run() -> None:
        async with Flight(send, landed) as flight:
            for sequence, (kind, done) in enumerate(records):
                await flight.put(due(sequence, kind, done))
            await flight.done()

    asyncio.run(run())
    assert begun == list(range(len(records)))  # oldest first
    for together in beside:
        assert len(together) <= MOST
        if len(together) > 1:
            assert all(records[each][0] == "application" and all(records[each][1]) for each in together)


def test_two_applications_are_on_their_way_at_once() -> None:
    both = asyncio.Event()
    flying: list[int] = []

    async def send(each: Due) -> None:
        flying.append(each.entry.sequence)
        if len(flying) == MOST:
            both.set()
        await asyncio.wait_for(both.wait(), 5)

    async def run() -> None:
        async with Flight(send, landed) as flight:
            for sequence in range(MOST):
                await flight.put(due(sequence, "application"))
            await flight.done()

    asyncio.run(run())


def test_left_by_an_error_it_waits_for_what_is_on_its_way() -> None:
    ended: list[int] = []

    async def send(each: Due) -> None:
        if each.entry.sequence == 0:
            raise ConnectionError
        await asyncio.sleep(0.01)
        ended.append(each.entry.sequence)
        raise ValueError("noted with the record, not raised")

    async def run() -> None:
        async with Flight(send, landed) as flight:
            for sequence in range(2):
                await flight.put(due(sequence, "application"))
            await flight.done()

    with pytest.raises(ConnectionError):
        asyncio.run(run())
    assert ended == [1]

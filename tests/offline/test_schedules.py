"""Any order of handing in, sending, cutting and killing ends the same: the county has each application exactly once.

Hypothesis makes the schedules and shrinks one that fails; each runs on the real outbox, sync and gateway.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline.points import COMMIT, FEED, PRINT, REMOVE, SEND
from tests.offline.peers import Gateway, Terminal, enrolled, line, new_name, nothing_left, world_of
from tests.offline.world import in_child, killer, ours

POINTS = [name for name in COMMIT if name != "commit.floor.raised"]
NTH = st.integers(1, 3)
FAULTS = st.sampled_from(["refuse", "silent", "twice", "cut:10", "cut:900", "cut:3000"])
STEP = st.one_of(
    st.tuples(st.just("submit"), st.integers(0, 2)),
    st.tuples(st.just("submit and die"), st.sampled_from(POINTS), NTH, st.integers(0, 2)),
    st.tuples(st.just("press again")),
    st.tuples(st.just("sync")),
    st.tuples(st.just("sync and die"), st.sampled_from([*SEND, *REMOVE, *FEED]), NTH),
    st.tuples(st.just("bad line"), st.lists(FAULTS, min_size=1, max_size=4), st.integers(1, 3)),
    st.tuples(st.just("print")),
    st.tuples(st.just("print and die"), st.sampled_from(PRINT)),
)
_IDS = itertools.count(10**6)


class Run:
    """One terminal through one schedule. `numbers`: of what was handed in, as its receipt said it first."""

    def __init__(self, gateway: Gateway, terminal: Terminal) -> None:
        self.gateway = gateway
        self.terminal = terminal
        self.world = world_of(terminal)
        self.numbers: dict[str, str] = {}
        self.pressed: list[tuple[int, int]] = []

    def step(self, what: str, *how: object) -> None:
        match what, how:
            case "submit", (int(pages),):
                self.pressed.append((next(_IDS), pages))
                self.submit(*self.pressed[-1])
            case "submit and die", (str(point), int(nth), int(pages)):
                self.pressed.append((next(_IDS), pages))
                in_child(lambda: self.submit(*self.pressed[-1], killer(point, nth)))
            case "press again", ():
                for number, pages in self.pressed[-1:]:
                    self.submit(number, pages)
            case "sync", ():
                self.terminal.once(self.gateway.url)
            case "sync and die", (str(point), int(nth)):
                in_child(lambda: self.terminal.once(self.gateway.url, killer(point, nth)))
            case "bad line", (list(faults), int(every)):
                asyncio.run(self.sync_over(faults, every))
            case "print", ():
                for record in list(self.numbers)[-1:]:
                    self.terminal.outbox().printed(record)
            case "print and die", (str(point),):
                for record in list(self.numbers)[-1:]:
                    in_child(lambda record=record: self.terminal.outbox(killer(point)).printed(record))  # type: ignore[misc]  # bound now
        self.look()

    def submit(self, number: int, pages: int, point: object = None) -> None:
        sealed = self.world.application(number, pages)
        outbox = self.terminal.outbox(point) if point else self.terminal.outbox()  # type: ignore[arg-type]  # a killer
        outbox.commit(ours(sealed), self.world.sign(sealed), card_hash="card")
        outbox.close()

    async def sync_over(self, faults: list[str], every: int) -> None:
        count = itertools.count()

        def fault(_head: bytes) -> str:
            n = next(count)
            return faults[n // every % len(faults)] if n % every == 0 else ""

        async with line(self.gateway, fault) as there:
            await self.terminal.sync(there.url).once()

    def look(self) -> None:
        """What was handed in is handed in for good, under its number."""
        outbox = self.terminal.outbox()
        for number, _ in self.pressed:
            record = self.world.id(number)
            known = outbox.known(record)
            if record in self.numbers:
                assert known is not None, "lost"
                assert known.number == self.numbers[record], "another number"
            elif known is not None:
                self.numbers[record] = known.number
        assert len(set(self.numbers.values())) == len(self.numbers), "a number twice"
        outbox.close()

    def end(self) -> None:
        for _ in range(3):
            self.terminal.once(self.gateway.url)
        assert sorted(self.gateway.held(self.terminal.name)) == sorted(self.numbers)
        assert nothing_left(self.terminal)


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, min_size=2, max_size=8))
def test_any_schedule_ends_with_each_application_at_the_county_once(
    gateway: Gateway, steps: list[tuple[object, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(gateway, enrolled(gateway, Path(folder), new_name()))
        for step in steps:
            run.step(*step)  # type: ignore[arg-type]  # the first is always a text
        run.end()

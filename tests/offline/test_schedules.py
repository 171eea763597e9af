"""Any order of handing in, sending, cutting and killing ends the same: the county has each application exactly once.

Hypothesis makes the schedules and shrinks one that fails; each runs on the real outbox, sync and gateway.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from gateway import county as counties
from gateway import courier as bringing
from offline import courier, identity
from offline.points import COMMIT, FEED, PRINT, REMOVE, SEND
from offline.rescue import open_sound
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
    st.tuples(st.just("courier"), st.sampled_from(["out", "county", "back", "lost"])),
    st.tuples(st.just("keys changed")),
    st.tuples(st.just("medium"), st.sampled_from(["pulled", "back"])),
    st.tuples(st.just("first disk lost")),
    st.tuples(st.just("database damaged"), st.integers(0, 30)),
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
        self.stick = terminal.state.parent / "stick"
        self.medium = Path(tempfile.mkdtemp(dir="/dev/shm"))
        self.gone: set[str] = set()  # at the county, and forgotten here with a disk or a page of the database
        terminal.mirror = self.medium

    def step(self, what: str, *how: object) -> None:
        match what, how:
            case "submit", (int(pages),):
                self.pressed.append((next(_IDS), pages))
                self.submit(*self.pressed[-1])
            case "submit and die", (str(point), int(nth), int(pages)):
                self.pressed.append((next(_IDS), pages))
                KILLS[0] += in_child(lambda: self.submit(*self.pressed[-1], killer(point, nth)))
            case "press again", ():
                for number, pages in self.pressed[-1:]:
                    self.submit(number, pages)
            case "sync", ():
                self.terminal.once(self.gateway.url)
            case "sync and die", (str(point), int(nth)):
                KILLS[0] += in_child(lambda: self.terminal.once(self.gateway.url, killer(point, nth)))
            case "bad line", (list(faults), int(every)):
                asyncio.run(self.sync_over(faults, every))
            case "print", ():
                for record in list(self.numbers)[-1:]:
                    self.terminal.outbox().printed(record)
            case "print and die", (str(point),):
                for record in list(self.numbers)[-1:]:
                    KILLS[0] += in_child(lambda record=record: self.terminal.outbox(killer(point)).printed(record))  # type: ignore[misc]  # bound now
            case "courier", (str(where),):
                self.courier(where)
            case "keys changed", ():
                county = self.gateway.county()
                counties.rotate(county, county.store())
            case "medium", (str(how),):
                self.terminal.mirror = self.medium if how == "back" else self.terminal.state / "mount-point"
            case "first disk lost", ():
                self.lose_first_disk()
            case "database damaged", (int(page),):
                self.damage(page)
        self.look()

    def courier(self, where: str) -> None:
        outbox = self.terminal.outbox()
        known = identity.load(self.terminal.state)
        county = self.gateway.county()
        match where:
            case "out":
                courier.export(outbox, self.stick, known.number)
            case "county":
                bringing.take_in(county, county.store(), self.stick)
            case "back":
                courier.take_in(outbox, self.stick, known)
            case "lost":
                shutil.rmtree(self.stick, ignore_errors=True)
        outbox.close()

    def lose_first_disk(self) -> None:
        """What was promised outlives it where the second medium was there: elsewhere nobody promised it."""
        if self.terminal.mirror != self.medium:
            return
        outbox = self.terminal.outbox()
        if outbox.mirror_all() or any(entry.id not in self.numbers for entry in outbox.entries()):
            outbox.close()
            return
        outbox.close()
        shutil.rmtree(self.terminal.state)
        mirror = self.terminal.mirror
        self.terminal = enrolled(self.gateway, self.terminal.state, self.terminal.name)
        self.terminal.mirror = mirror
        self.world = world_of(self.terminal)
        opened, _ = open_sound(self.terminal.state, time.time, mirror=mirror)
        there = {entry.id: entry.number for entry in opened.entries()}
        opened.close()
        held = set(self.gateway.held(self.terminal.name))
        for record, number in self.numbers.items():
            assert record in held or there.get(record) == number, "lost with the first disk"
        # What the county has is not known here any more; that is no loss.
        self.gone |= {record for record in self.numbers if record not in there}
        self.pressed = [each for each in self.pressed if self.world.id(each[0]) not in self.gone]

    def damage(self, page: int) -> None:
        """A page of the database is overwritten; what cannot be saved of it comes from the second medium."""
        if self.terminal.mirror != self.medium:
            return
        outbox = self.terminal.outbox()
        whole = outbox.mirror_all() == ""
        outbox.close()
        if not whole:
            return
        path = self.terminal.state / "outbox" / "outbox.db"
        with path.open("r+b") as file:
            file.seek(min(page * 4096, max(0, path.stat().st_size - 4096)))
            file.write(bytes(range(256)) * 16)
        opened, _ = open_sound(self.terminal.state, time.time, mirror=self.terminal.mirror)
        opened.close()
        there = self.terminal.outbox()
        held = set(self.gateway.held(self.terminal.name))
        for record, number in list(self.numbers.items()):
            known = there.known(record)
            if known is None:
                assert record in held, "lost with a page of the database"
                self.gone.add(record)
            else:
                assert known.number == number, "another number"
        there.close()
        self.pressed = [each for each in self.pressed if self.world.id(each[0]) not in self.gone]

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
        self.terminal.mirror = self.medium
        for _ in range(3):
            self.terminal.once(self.gateway.url)
        outbox = self.terminal.outbox()
        assert outbox.mirror_all() == ""
        assert [held.id for held in outbox.mirror.held()] == []  # type: ignore[union-attr]  # it was asked for
        outbox.close()
        assert sorted(self.gateway.held(self.terminal.name)) == sorted(self.numbers)
        assert nothing_left(self.terminal)


EXAMPLES = int(os.environ.get("PROVE_SCHEDULES", "15"))
LONGEST = int(os.environ.get("PROVE_STEPS", "8"))
UNTIL = float(os.environ.get("PROVE_UNTIL", "inf"))  # on time.monotonic(): no schedule begins later
KILLS = [0]


@seed(int(os.environ.get("PROVE_SEED", "1")))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEP, min_size=2, max_size=LONGEST))
def test_any_schedule_ends_with_each_application_at_the_county_once(
    gateway: Gateway, steps: list[tuple[object, ...]]
) -> None:
    if time.monotonic() >= UNTIL:
        return
    with tempfile.TemporaryDirectory() as folder:
        run = Run(gateway, enrolled(gateway, Path(folder) / "state", new_name()))
        try:
            for step in steps:
                run.step(*step)  # type: ignore[arg-type]  # the first is always a text
            run.end()
        finally:
            shutil.rmtree(run.medium, ignore_errors=True)
    if told := os.environ.get("PROVE_TOLD"):
        with Path(told).open("a") as file:
            file.write(json.dumps({"steps": len(steps), "kills": KILLS[0], "handed": len(run.numbers)}) + "\n")
    KILLS[0] = 0

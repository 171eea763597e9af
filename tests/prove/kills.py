"""SIGKILL before and after every operation that changes the disk, on the real stack with the real gateway.

Run under the shim (see `prove` below): this process forks a child per kill, arms the shim in it, and looks afterwards,
as the next process of the terminal would: is what was promised there, once, under its number; does the sync bring it to
the county once, and is nothing left.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from gateway.store import Store
from offline.outbox import Outbox
from offline.pauses import Pauses
from offline.schema import sound
from offline.sync import Options, Sync
from tests.offline.peers import Gateway, enrolled, start_gateway, world_of
from tests.offline.peers import Terminal as Enrolled
from tests.offline.world import World, ours
from tests.prove.aside import child
from tests.prove.tally import Tally
from tests.prove.torn import STRIDE, build_shim, offsets

EACH_NAME = 40  # kills per enrolled terminal: its feed grows with each


class Killing:
    """One terminal's state again and again, killed at another operation each time."""

    def __init__(self, url: str, county: Path, base: Path, names: list[str], stride: int, seconds: float) -> None:
        self.url, self.base, self.stride = url, base, stride
        self.until = time.monotonic() + seconds
        self.templates = [base / name for name in names]
        self.store = Store(county / "gateway.db")
        self.tally = Tally()
        self.serial = 10_000
        self.kills = 0
        self._arm = ctypes.CDLL(None).prove_arm

    def fresh(self) -> tuple[Path, World]:
        """A state folder of an enrolled terminal, empty but for that."""
        template = self.templates[self.kills // EACH_NAME % len(self.templates)]
        state = self.base / "state"
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(template, state)
        return state, world_of(Enrolled(state, template.name))

    def killed(self, work: Callable[[], object], at: int, after: bool) -> bool:
        killed = child(work, self._arm, at, after, self.tally)
        self.kills += killed
        return killed

    def sync(self, state: Path) -> None:
        outbox = Outbox.open(state, time.time)
        sync = Sync(state, outbox, Options(self.url, Pauses(0.01, 0.05, random.Random(1))), time.time)
        try:
            asyncio.run(sync.once())
        finally:
            outbox.close()

    def every(self, what: str, first: int, prepare: Callable[[Path, World], list[tuple[str, int]]],
              work: Callable[[Path, World, list[tuple[str, int]], Path], None]) -> None:  # fmt: skip
        """Kill `work` at each `stride`-th operation from `first` on, before and after it, until it comes to its end
        unkilled or the time is over."""
        for after in (False, True):
            at = 1 + first
            while time.monotonic() < self.until:
                state, world = self.fresh()
                records = prepare(state, world)
                said = self.base / "said"
                said.write_text("")
                done = not self.killed(lambda: work(state, world, records, said), at, after)  # noqa: B023 - run at once
                self.look(f"{what}, {'after' if after else 'before'} operation {at}", state, world, records, said, at)
                self.tally.states += 1
                if done:
                    self.tally.operations = max(self.tally.operations, at)
                    break
                at += self.stride

    def look(self, where: str, state: Path, world: World, records: list[tuple[str, int]], said: Path, at: int) -> None:
        tally = self.tally
        promised = dict(line.split() for line in said.read_text().splitlines())
        outbox = Outbox.open(state, time.time, check=True)
        if wrong := sound(outbox._connection, thorough=True):
            tally.fail("unsound", f"{where}: {wrong}")
        expected = set()
        for record, serial in records:
            known = outbox.known(record)
            if record in promised and known is None:
                tally.fail("lost", f"{where}: {record}")
            if known is None and at % 2:  # the resident presses once more
                sealed = world.application(serial, 2, 30_000)
                known = replace(outbox.commit(ours(sealed), world.sign(sealed)), again=False)
            if known is not None:
                expected.add(record)
                if record in promised and known.number != promised[record]:
                    tally.fail("changed", f"{where}: {record}")
        outbox.close()
        self.sync(state)
        for record, _ in records:
            held = self.store.message(record)
            if record in expected and held is None:
                tally.fail("lost", f"{where}: {record} never came")
            if record not in expected and held is not None:
                tally.fail("twice", f"{where}: {record} came though it was not handed in")
            if held is not None and len(self.store.cases(record)) != 2:
                tally.fail("twice", f"{where}: {record} has {len(self.store.cases(record))} cases")
        outbox = Outbox.open(state, time.time, check=True)
        outbox.sweep()
        if outbox.entries() or list((state / "outbox" / "files").iterdir()):
            tally.fail("unsound", f"{where}: something is left")
        outbox.close()

    def new(self, count: int, world: World) -> list[tuple[str, int]]:
        self.serial += count
        return [(world.id(serial), serial) for serial in range(self.serial - count, self.serial)]


def hand_in(state: Path, world: World, records: list[tuple[str, int]], said: Path) -> None:
    """Two applications and their receipts; what is promised is said outside the folder that is killed in."""
    outbox = Outbox.open(state, time.time)
    for record, serial in records:
        sealed = world.application(serial, 2, 30_000)
        committed = outbox.commit(ours(sealed), world.sign(sealed), card_hash="card")
        with said.open("a") as file:
            file.write(f"{record} {committed.number}\n")
        outbox.printed(record)
    outbox.close()


def main(url: str, county: str, base: str, names: str, stride: str, passes: str, seconds: str) -> None:
    killing = Killing(url, Path(county), Path(base), names.split(","), int(stride), float(seconds))

    def handed_in(state: Path, world: World) -> list[tuple[str, int]]:
        records = killing.new(2, world)
        (killing.base / "earlier").write_text("")
        hand_in(state, world, records, killing.base / "earlier")
        return records

    def send(state: Path, world: World, records: list[tuple[str, int]], said: Path) -> None:
        said.write_text((killing.base / "earlier").read_text())
        killing.sync(state)

    def clean_then(
        prepare: Callable[[Path, World], list[tuple[str, int]]],
    ) -> Callable[[Path, World], list[tuple[str, int]]]:
        def prepared(state: Path, world: World) -> list[tuple[str, int]]:
            (killing.base / "earlier").write_text("")
            return prepare(state, world)

        return prepared

    for first in offsets(killing.stride)[: int(passes) or None]:
        killing.every("handing in", first, lambda state, world: killing.new(2, world), hand_in)
        killing.every("sending", first, handed_in, send)
        if time.monotonic() < killing.until:
            killing.tally.passes += 1 / killing.stride
    print(json.dumps(asdict(killing.tally) | {"kills": killing.kills}))


def prove(work: Path, stride: int = STRIDE, passes: int = 0, seconds: float = float("inf")) -> tuple[Tally, int]:
    """Kill at the operations, in passes (see torn.STRIDE); the tally and how many were killed."""
    base = work / "terminals"
    base.mkdir()
    gateway: Gateway = start_gateway(work / "county")
    try:
        names = [f"示例-证明-{n:02d}" for n in range(3 if passes else 30)]
        for name in names:
            enrolled(gateway, base / name, name)
        environment = os.environ | {"LD_PRELOAD": str(build_shim(work)), "PROVE_ROOT": str(base / "state")}
        done = subprocess.run(
            [sys.executable, "-m", "tests.prove.kills", gateway.url, str(gateway.folder), str(base), ",".join(names),
             str(stride), str(passes), str(seconds)],
            env=environment, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
    finally:
        gateway.stop()
    said = json.loads(done.stdout.splitlines()[-1])
    kills = said.pop("kills")
    return Tally(**said), kills


if __name__ == "__main__":
    main(*sys.argv[1:8])

"""Torn and dropped writes below SQLite: one recorded run, cut at every operation, the disk made anew as a power cut
may leave it, and everything that was promised by then looked for."""

from __future__ import annotations

import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from offline.errors import OfflineError
from offline.outbox import Outbox
from offline.schema import sound
from offline.trail import Trail
from tests.offline.world import World, ours
from tests.prove import aside
from tests.prove.disk import Disk, Op, lay_out, read_trace
from tests.prove.program import AT, PROGRAMS, world_in
from tests.prove.tally import Tally

HERE = Path(__file__).parent
WAYS = ("least", "names", "bytes")
STRIDE = 8
"""A part of the proof goes over its operations in so many passes, each at every eighth one, so that one whose time
runs out has looked at all of the run, only less densely."""


def offsets(stride: int) -> list[int]:
    """0 … stride - 1, each far from the one before (halves, then quarters …): the order of passes."""
    bits = max(1, (stride - 1).bit_length())
    mirrored = (int(f"{number:0{bits}b}"[::-1], 2) for number in range(1 << bits))
    return [number for number in mirrored if number < stride]


def build_shim(folder: Path) -> Path:
    """The shim, compiled with the system's own compiler."""
    made = folder / "shim.so"
    if not made.exists():
        subprocess.run(
            ["gcc", "-O2", "-fPIC", "-shared", "-o", str(made), str(HERE / "shim.c"), "-ldl", "-lpthread"], check=True
        )
    return made


def recorded(program: str, state: Path, keys: Path, work: Path) -> list[Op]:
    """Run a program of tests.prove.program over `state` and give the operations it made there."""
    log = work / f"{program}.trace"
    log.unlink(missing_ok=True)
    environment = os.environ | {
        "LD_PRELOAD": str(build_shim(work)), "PROVE_ROOT": str(state), "PROVE_LOG": str(log),
    }  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "tests.prove.program", program, str(state), str(keys)], check=True, env=environment
    )
    return read_trace(log)


def prove(
    program: str, seed: int, each: int, work: Path, stride: int = STRIDE, passes: int = 0, until: float = float("inf")
) -> Tally:
    """Cut a recorded run at its operations; at each, the plain ways of cutting and `each` random ones.

    `passes`: how many passes at every `stride`-th operation (0: until all have been cut at). `until`: on
    time.monotonic(); once all have been cut at and it has not come yet, all are once more with other random ways.
    """
    keys = work / "keys"
    keys.mkdir(exist_ok=True)
    world = world_in(keys)
    state = work / f"state-{program}"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    if program == "rescue":
        PROGRAMS["before_rescue"](state, world)
    before = Disk(state)
    trace = recorded(program, state, keys, work)
    tally = Tally(operations=len([op for op in trace if op.kind != "P"]))
    rng = random.Random(seed)
    # The looking costs syncs too; in memory they are quick, and what is looked at was made by Disk, not by a disk.
    scratch = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else work))
    order = offsets(stride)[: passes or None]
    while True:
        for first in order:
            if not _pass(program, copy.deepcopy(before), trace, range(first, len(trace), stride), scratch,
                         (world, rng, each, until), tally):  # fmt: skip
                break
            tally.passes += 1 / stride
        if time.monotonic() >= until or until == float("inf"):
            break
    shutil.rmtree(scratch)
    return tally


def _pass(
    program: str, disk: Disk, trace: list[Op], at: range, scratch: Path,
    how_to: tuple[World, random.Random, int, float], tally: Tally,
) -> bool:  # fmt: skip
    """One pass over a recorded run; False if the time ran out on the way."""
    world, rng, each, until = how_to
    state = disk.root
    marks: list[str] = []
    for number, op in enumerate(trace):
        if op.kind == "P":
            marks.append(op.name)
        else:
            disk.feed(op)
        if number not in at:
            continue
        if time.monotonic() >= until:
            return False
        for how, made in _states(disk, rng, each):
            shutil.rmtree(scratch)
            scratch.mkdir()
            lay_out(made, state, scratch)
            tally.states += 1
            where = f"{program}, after operation {number} ({op.kind} {Path(op.name).name[-24:]}), {how}"
            CHECKS.get(program, check_terminal)(scratch, world, marks, tally, where)
    return True


def _states(disk: Disk, rng: random.Random, each: int) -> Iterator[tuple[str, dict[str, bytes | None]]]:
    yield "killed", disk.everything()
    if disk.pending():
        for how in WAYS:
            yield how, disk.after_a_cut(rng, how)
        for _ in range(each):
            yield "torn", disk.after_a_cut(rng, "torn")


def check_terminal(state: Path, world: World, marks: list[str], tally: Tally, where: str) -> None:
    """Everything that was handed in is here whole under its number, or at the county; and the terminal works."""
    from offline.rescue import open_sound

    handed = {text.split()[1]: text.split()[2] for text in marks if text.startswith("handed ")}
    county = {text.split()[1] for text in marks if text.startswith("county ")}
    damaged_before = where.startswith("rescue")
    try:
        if damaged_before:
            outbox, _ = open_sound(state, lambda: AT)
        else:
            outbox = Outbox.open(state, lambda: AT, check=True)
    except OfflineError as error:
        tally.fail("unsound", f"{where}: {error}")
        return
    try:
        if wrong := sound(outbox._connection, thorough=True):
            tally.fail("unsound", f"{where}: {wrong}")
        there = {entry.id: entry for entry in outbox.entries()}
        spoiled = set(outbox.damaged())
        for record, number in handed.items():
            known = outbox.known(record)
            if known is None or record in spoiled:
                if record not in county:
                    tally.fail("lost", f"{where}: {record}")
            elif known.number != number:
                tally.fail("changed", f"{where}: {record} {known.number} {number}")
        if spoiled - set(handed):
            tally.fail("unsound", f"{where}: a record that nobody was promised has no files")
        gone = Counter(outbox.at_county(record) for record in there)
        if gone[True]:
            tally.fail("twice", f"{where}: a record both waits and is gone")
        status = outbox.status()
        if (status.waiting, status.dead) != tuple(len(outbox.entries(s)) for s in ("waiting", "dead")):
            tally.fail("unsound", f"{where}: counts")
        sealed = world.application(99, 1, 2000)
        fresh = outbox.commit(ours(sealed), world.sign(sealed))
        if fresh.number in handed.values():
            tally.fail("changed", f"{where}: number {fresh.number} given twice")
        outbox.sweep()
    except OfflineError as error:
        tally.fail("unsound", f"{where}: {error}")
    finally:
        outbox.close()
    try:
        trail = Trail.open(state, lambda: AT)
        finding = trail.verify()
        trail.close()
        if finding is not None:
            tally.fail("unsound", f"{where}: trail: {finding.text}")
    except OfflineError as error:
        tally.fail("unsound", f"{where}: trail: {error}")


def check_county(state: Path, world: World, marks: list[str], tally: Tally, where: str) -> None:
    """Everything whose acknowledgement may have gone out is here with its files and opens; no case twice."""
    import sqlite3

    from gateway.files import Folder
    from gateway.store import Store
    from wire.envelope import decode_envelope, unseal_envelope
    from wire.errors import WireError
    from wire.seal import unseal_page

    try:
        Store.prepare(state / "gateway.db")
        store, files = Store(state / "gateway.db"), Folder(state)
        if store._db.execute("PRAGMA integrity_check(5)").fetchone()[0] != "ok":
            tally.fail("unsound", f"{where}: integrity")
        for text in marks:
            record = text.split()[1]
            held = store.message(record)
            if held is None:
                tally.fail("lost", f"{where}: {record}")
                continue
            envelope = decode_envelope(held.envelope)
            message, _ = unseal_envelope(envelope, world.keys)
            for page in message.pages:
                unseal_page(files.read(page.sealed), page, world.keys, envelope.key, envelope.suite)
            if len(store.cases(record)) != 2:
                tally.fail("twice", f"{where}: {record} has {len(store.cases(record))} cases")
        store.close()
    except (sqlite3.Error, OSError, WireError, json.JSONDecodeError) as error:
        tally.fail("unsound", f"{where}: {error}")


CHECKS = {"county": check_county, "drafts": aside.check}

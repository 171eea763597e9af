"""`make prove`: the promise at every point, thousands of times; prints the table and writes it into docs/proof.md.

    python -m tests.prove [--minutes N] [--seed N] [--part proof|visits|all] [--out FILE]

The time is shared between the parts; each goes over what there is in passes (torn.STRIDE), so that a short run looks
everywhere, less densely, and a long one goes over it again with other random disks and schedules. The visits of the
privacy check and the third party's server take what they take (some five minutes) beside it.

Exit status 1 if anything was lost, came twice, changed its number or left a database unsound.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.prove import aside, kills, privacy, torn, tus_peer
from tests.prove.program import world_in
from tests.prove.tally import Tally

ROOT = Path(__file__).parent.parent.parent
TORN = (
    ("terminal", "terminal: hand in, print, send, acknowledge"),
    ("rescue", "terminal: rescue of a damaged database"),
    ("county", "county: files and messages taken in"),
    ("drafts", "visits put aside, gone on with, forgotten"),
)
PROOF = ROOT / "docs" / "proof.md"
BEGIN, END = "<!-- table: written by make prove -->", "<!-- end of table -->"
VISITS = "<!-- visits: written by make prove -->"


def schedules(seed: int, until: float, work: Path) -> tuple[Tally, int]:
    """The random schedules of tests/offline/test_schedules.py, a hundred at a time, each hundred under another seed; a
    failure there is shrunk and shown by Hypothesis."""
    told = work / "schedules.jsonl"
    tally = Tally()
    while time.monotonic() < until and tally.clean:
        environment = os.environ | {
            "PROVE_SCHEDULES": "100", "PROVE_STEPS": "14", "PROVE_TOLD": str(told), "PROVE_SEED": str(seed),
            "PROVE_UNTIL": str(until),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--timeout=100000", "-p", "no:cacheprovider",
             "tests/offline/test_schedules.py"],
            env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            tally.fail("unsound", f"seed {seed}: {done.stdout[-3000:]}")
        seed += 1
    rows = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    tally.states, tally.operations = len(rows), sum(row["steps"] for row in rows)
    return tally, sum(row["kills"] for row in rows)


def passes(tally: Tally, at: str = "") -> str:
    """How much of what there is was gone over, in words."""
    if tally.passes >= 1:
        return f"each gone over {int(tally.passes)} times" if tally.passes >= 2 else f"{at}each of them"
    return f"{at}{tally.passes:.0%} of them"


SHARES = {
    "kills": 0.24, "aside": 0.03, "terminal": 0.2, "rescue": 0.11, "county": 0.07, "drafts": 0.03, "schedules": 0.32,
}  # fmt: skip
"""Of the time; what a part leaves over goes to those behind it."""


def tree() -> str:
    """The commit that is proved, marked where the tree is not quite that."""
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "this tree"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long, beside the visits (default: 60)")
    parser.add_argument("--torn", type=int, default=6, help="random disks per operation, beside the four plain ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=("all", "proof", "visits"), default="all",
                        help="proof: without the privacy check's visits; visits: nothing else")  # fmt: skip
    parser.add_argument("--out", type=Path, default=PROOF)
    given = parser.parse_args()
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Linux {platform.release()}"
    about = f"Run on {datetime.now(UTC):%Y-%m-%d} over {tree()}, {machine}"
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"· {time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    clean = True
    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        if given.part != "visits":
            rows = proof(given, Path(folder), say)
            clean = all(tally.clean for _, _, tally in rows)
            table = [
                "| what was done | how often | lost | twice | number changed | database unsound |",
                "|---|---|---|---|---|---|",
                *(f"| {what} | {many} | {t.lost} | {t.twice} | {t.changed} | {t.unsound} |" for what, many, t in rows),
            ]
            took = (time.monotonic() - began) / 60
            write(given.out, BEGIN, [f"{about}; seed {given.seed}, {took:.0f} minutes.", "", *table])
            if given.out == PROOF:
                write(ROOT / "README.md", BEGIN, table)
            for what, _, each in rows:
                for text in each.found:
                    print(f"{what}: {text}", file=sys.stderr)
        if given.part != "proof":
            say("privacy: what is left of a person after visits of every ending")
            endings = privacy.prove(Path(folder), say)
            clean = clean and not any(each.found for each in endings)
            table = [
                "| after a visit that ended by | planted | searched | found |",
                "|---|---|---|---|",
                *(
                    f"| {each.ending} | {each.planted} | {each.searched} | {each.found or 'nothing'} |"
                    for each in endings
                ),
            ]
            write(given.out, VISITS, [f"{about}.", "", *table])
    return 0 if clean else 1


def proof(given: argparse.Namespace, work: Path, say: Callable[[str], None]) -> list[tuple[str, str, Tally]]:
    """Every part within its share of the time: what was done, how often, what came of it."""
    rows: list[tuple[str, str, Tally]] = []
    ends = time.monotonic() + given.minutes * 60

    def until(part: str) -> float:
        names = list(SHARES)
        left = sum(SHARES[name] for name in names[names.index(part) :])
        now = time.monotonic()
        return now + max(0.0, ends - now) * SHARES[part] / left

    (work / "keys").mkdir()
    say("SIGKILL at every operation that changes the disk")
    tally, count = kills.prove(work, seconds=until("kills") - time.monotonic())
    rows.append(
        ("SIGKILL before and after disk operations of handing in and sending, real gateway",
         f"{count} kills, {passes(tally, at='at ')}", tally)
    )  # fmt: skip
    say("SIGKILL at every operation of visits put aside")
    tally, count = aside.prove(work, torn.build_shim(work), 1000, until("aside") - time.monotonic())
    rows.append(
        ("SIGKILL before and after disk operations of putting a visit aside, going on with it, forgetting it",
         f"{count} kills, {passes(tally, at='at ')}", tally)
    )  # fmt: skip
    for program, name in TORN:
        say(f"torn and dropped writes: {name}")
        tally = torn.prove(program, given.seed, given.torn, work, until=until(program))
        rows.append(
            (f"Torn and dropped writes, {name}",
             f"{tally.states} disks, cut at {tally.operations} operations, {passes(tally)}", tally)
        )  # fmt: skip
    say("random schedules")
    tally, count = schedules(given.seed, until("schedules"), work)
    rows.append(
        ("Random schedules (kills, bad lines, sticks, lost disks, damaged pages, changed keys)",
         f"{tally.states} schedules of {tally.operations} steps, {count} kills", tally)
    )  # fmt: skip
    if tus_peer.fetch():
        say("a third party's tus server")
        tally, count = tus_peer.prove(world_in(work / "keys"), work)
        rows.append(("Uploads to @tus/server from npm, cut and gone on with", f"{count} files", tally))
    return rows


def write(path: Path, begin: str, lines: list[str]) -> None:
    """The table between its marks, printed too; what else the file says stays."""
    print("\n".join(lines))
    text = path.read_text("utf-8") if path.exists() else f"# The proof\n\n{BEGIN}\n{END}\n\n{VISITS}\n{END}\n"
    before, mark, rest = text.partition(begin)
    if mark:
        after = rest.partition(END)[2]
        path.write_text(f"{before}{begin}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())

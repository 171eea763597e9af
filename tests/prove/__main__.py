"""`make prove`: the promise at every point, thousands of times; prints the table and writes it into docs/proof.md.

    python -m tests.prove [--minutes N] [--seed N] [--without-visits] [--out FILE]

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
from datetime import UTC, datetime
from pathlib import Path

from tests.prove import kills, privacy, torn, tus_peer
from tests.prove.program import world_in
from tests.prove.torn import Tally

ROOT = Path(__file__).parent.parent.parent
TORN = (
    ("terminal", "terminal: hand in, print, send, acknowledge"),
    ("rescue", "terminal: rescue of a damaged database"),
    ("county", "county: files and messages taken in"),
)
PROOF = ROOT / "docs" / "proof.md"
BEGIN, END = "<!-- table: written by make prove -->", "<!-- end of table -->"


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


def passes(tally: Tally) -> str:
    """How much of what there is was gone over, in words."""
    if tally.passes >= 1:
        return f"each gone over {int(tally.passes)} times" if tally.passes >= 2 else "each of them"
    return f"{tally.passes:.0%} of them"


SHARES = {"kills": 0.25, "terminal": 0.2, "rescue": 0.12, "county": 0.08, "schedules": 0.35}
"""Of the time; what a part leaves over goes to those behind it."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long, beside the visits (default: 60)")
    parser.add_argument("--torn", type=int, default=6, help="random disks per operation, beside the four plain ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-visits", action="store_true", help="leave out the privacy check's visits")
    parser.add_argument("--out", type=Path, default=PROOF)
    given = parser.parse_args()
    rows: list[tuple[str, str, Tally]] = []
    began = time.monotonic()
    ends = began + given.minutes * 60

    def say(text: str) -> None:
        print(f"· {time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    def until(part: str) -> float:
        names = list(SHARES)
        left = sum(SHARES[name] for name in names[names.index(part) :])
        now = time.monotonic()
        return now + max(0.0, ends - now) * SHARES[part] / left

    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        work = Path(folder)
        (work / "keys").mkdir()
        say("SIGKILL at every operation that changes the disk")
        tally, count = kills.prove(work, seconds=until("kills") - time.monotonic())
        rows.append(
            ("SIGKILL before and after disk operations of handing in and sending, real gateway",
             f"{count} kills, at {passes(tally)}", tally)
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
        endings = []
        if not given.without_visits:
            say("privacy: what is left of a person after visits of every ending")
            endings = privacy.prove(work)
    table = [
        "| what was done | how often | lost | twice | number changed | database unsound |",
        "|---|---|---|---|---|---|",
        *(f"| {what} | {many} | {t.lost} | {t.twice} | {t.changed} | {t.unsound} |" for what, many, t in rows),
    ]
    left = [
        "| after a visit that ended by | planted | searched | found |",
        "|---|---|---|---|",
        *(f"| {each.ending} | {each.planted} | {each.searched} | {each.found or 'nothing'} |" for each in endings),
    ]
    print("\n".join([*table, "", *left]))
    for what, _, each in rows:
        for text in each.found:
            print(f"{what}: {text}", file=sys.stderr)
    clean = all(t.clean for _, _, t in rows) and not any(each.found for each in endings)
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Linux {platform.release()}"
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    took = (time.monotonic() - began) / 60
    about = f"Run on {when}, seed {given.seed}, {took:.0f} minutes; {machine}."
    write(given.out, [about, "", *table, "", *(left if endings else ["The visits were left out of this run."])])
    if given.out == PROOF:
        write(ROOT / "README.md", table)
    return 0 if clean else 1


def write(path: Path, lines: list[str]) -> None:
    """The table between its marks; what else the file says stays."""
    text = path.read_text("utf-8") if path.exists() else f"# The proof\n\n{BEGIN}\n{END}\n"
    before, mark, rest = text.partition(BEGIN)
    if mark:
        after = rest.partition(END)[2]
        path.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())

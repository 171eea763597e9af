"""`make prove`: the promise at every point, thousands of times; prints the table and writes it into docs/proof.md.

    python -m tests.prove [--schedules N] [--torn N] [--stride N] [--seed N] [--out FILE]

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
BEGIN, END = "<!-- table: written by make prove -->", "<!-- end of table -->"


def schedules(count: int, work: Path) -> tuple[Tally, int]:
    """The random schedules of tests/offline/test_schedules.py; a failure there is shrunk and shown by Hypothesis."""
    told = work / "schedules.jsonl"
    environment = os.environ | {"PROVE_SCHEDULES": str(count), "PROVE_TOLD": str(told)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--timeout=100000", "-p", "no:cacheprovider",
         "tests/offline/test_schedules.py"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    tally = Tally(states=len(rows), operations=sum(row["steps"] for row in rows))
    if done.returncode:
        tally.fail("unsound", done.stdout[-3000:])
    return tally, sum(row["kills"] for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove")
    parser.add_argument("--schedules", type=int, default=2000)
    parser.add_argument("--torn", type=int, default=6, help="random disks per operation, beside the four plain ones")
    parser.add_argument("--stride", type=int, default=1, help="kill at every so-many-th operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "proof.md")
    given = parser.parse_args()
    rows: list[tuple[str, str, Tally]] = []
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"· {time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        work = Path(folder)
        (work / "keys").mkdir()
        say("SIGKILL at every operation that changes the disk")
        tally, count = kills.prove(work, given.stride)
        rows.append(("SIGKILL before and after each disk operation, real gateway", f"{count} kills", tally))
        for program, name in TORN:
            say(f"torn and dropped writes: {name}")
            tally = torn.prove(program, given.seed, given.torn, work)
            rows.append(
                (f"Torn and dropped writes, {name}", f"{tally.states} disks of {tally.operations} operations", tally)
            )
        say("random schedules")
        tally, count = schedules(given.schedules, work)
        rows.append(
            ("Random schedules (kills, bad lines, sticks, lost disks, damaged pages, changed keys)",
             f"{tally.states} schedules, {count} kills", tally)
        )  # fmt: skip
        if tus_peer.fetch():
            say("a third party's tus server")
            tally, count = tus_peer.prove(world_in(work / "keys"), work)
            rows.append(("Uploads to @tus/server from npm, cut and gone on with", f"{count} files", tally))
        say("privacy: what is left of a person after visits of every ending")
        endings = privacy.prove(work)
    table = [
        "| what | how many | lost | twice | number changed | database unsound |",
        "|---|---|---|---|---|---|",
        *(f"| {what} | {many} | {t.lost} | {t.twice} | {t.changed} | {t.unsound} |" for what, many, t in rows),
        "",
        "| after a visit that ended by | planted | searched | found |",
        "|---|---|---|---|",
        *(f"| {each.ending} | {each.planted} | {each.searched} | {each.found or 'nothing'} |" for each in endings),
    ]
    print("\n".join(table))
    for what, _, each in rows:
        for text in each.found:
            print(f"{what}: {text}", file=sys.stderr)
    clean = all(t.clean for _, _, t in rows) and not any(each.found for each in endings)
    machine = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Linux {platform.release()}"
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    write(given.out, [f"Run on {when}, seed {given.seed}, {time.monotonic() - began:.0f} s; {machine}.", "", *table])
    return 0 if clean else 1


def write(path: Path, lines: list[str]) -> None:
    """The table between its marks; what else the file says stays."""
    text = path.read_text("utf-8") if path.exists() else f"# The proof\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())

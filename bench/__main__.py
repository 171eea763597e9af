"""`python -m bench [NAME…] [--quick]`: measures, prints a table, writes build/bench/NAME.json.

Exit status: 0 measured, 1 a measurement broke (or, with --strict, a goal is not met), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from pathlib import Path

from bench.figures import Figure, table

NAMES = (
    "start", "touch", "visits", "handing", "outbox", "cards", "devices", "receipts", "papers", "verdicts", "reading",
    "catalogue",
)  # fmt: skip
TARGET = Path("build") / "bench"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure beside peers and limits.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: to see that it works, not to quote")
    parser.add_argument("--strict", action="store_true", help="exit status 1 where a goal is not met")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in NAMES]:
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(NAMES)}")
    figures: list[Figure] = []
    broken = []
    for name in given.names or NAMES:
        began = time.monotonic()
        say_about = f"{name}: "
        try:
            report = importlib.import_module(f"bench.{module(name)}").measure(progress, given.quick)
        except Exception:  # noqa: BLE001 - the others are measured all the same
            traceback.print_exc()
            broken.append(name)
            continue
        report.runs["machine"] = {"cores": os.cpu_count(), "load": os.getloadavg(), "quick": given.quick}
        report.save(TARGET)
        figures += report.figures
        progress(f"{say_about}{time.monotonic() - began:.0f} s", end="\n")
    print(table(figures))
    missed = [figure.what for figure in figures if figure.met is False]
    print(f"\n{len(figures)} figures, {len(missed)} goals not met; every run in {TARGET}/")
    if broken:
        print(f"broken: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken or (given.strict and missed) else 0


def module(name: str) -> str:
    return {"papers": "finding"}.get(name, name)


def progress(line: str, end: str = "") -> None:
    """One line on stderr that is written over; plain lines where stderr is no terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K· {line}", end=end, file=sys.stderr, flush=True)
    elif end:
        print(f"· {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

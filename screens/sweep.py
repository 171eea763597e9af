"""Shows every screen in every way there is to show one and says what is wrong: `make screens`.

    python -m screens.sweep [--pairs] [--way TEXT] [--only SAMPLE]

Needs no display. Some five minutes for all; the test command goes through as many as it takes for all pairs to occur.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from screens.display import some_display


def main(arguments: list[str] | None = None) -> int:
    """Every screen in every way, or with --pairs in a few; what is wrong on standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", action="store_true", help="only as many ways as it takes for all pairs to occur")
    parser.add_argument("--way", default="", help="only ways whose names contain this")
    parser.add_argument("--only", default="", help="only samples whose names begin so")
    asked = parser.parse_args(arguments)
    with some_display(1920, 1920):
        from config import locales
        from config.settings import Screen
        from screens.app import ScreenApp
        from screens.samples import SampleServices

        folder = Path(tempfile.mkdtemp(prefix="checks-"))
        ScreenApp(Screen(), locales.load(), SampleServices(), lambda _event: None, time.monotonic, folder)
        from screens.checks import every_way, findings, pairs_of_ways, report

        ways = [way for way in (pairs_of_ways() if asked.pairs else every_way()) if asked.way in way.name]
        count = 0
        for number, way in enumerate(ways, 1):
            print(f"{number}/{len(ways)} {way.name}", file=sys.stderr)
            for one in findings(way, asked.only):
                count += 1
                print(report([one]), flush=True)
        print(f"{len(ways)} ways, {count} findings")
        return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main())

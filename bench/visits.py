"""Memory, open files and what lies on the disk over 1,000 visits: after the last beside after the first few, and the
slope between, as least squares put it through six looks on the way.

A visit here is: a matter touched, nothing more; the idle warning, answered by wiping everything; the goodbye, answered.
So 1,000 visit processes come and go under one supervisor; whatever grows is what a month in a hall would show.
The idle time is set short, so that it is the processes that take the time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, Report
from bench.processes import open_files, private_bytes, proportional_bytes
from bench.terminal import HEIGHT, WIDTH, Hall
from bench.tools import Say
from bench.touch import MATTER, Lost
from kiosk.privacy import tree
from kiosk.runner.display import Finger, virtual_display
from kiosk.runner.terminal import Gone, Terminal

FEW, MANY, LOOKS = 20, 1000, 6
CALM_S = 8.0
WAIT_S = 30.0
LOOK_S = 0.03
MIB = 2**20
IDLE = "[visits]\nidle_s = 0.5\nidle_warning_s = 30.0\ngoodbye_s = 60.0\n"
KEYS = {"Home": MATTER, "StillThere": "#stop", "Goodbye": "#main"}


class Driver:
    """Touches its way through visits as fast as the screens come."""

    def __init__(self, terminal: Terminal, finger: Finger) -> None:
        self._terminal, self._finger = terminal, finger

    def visit(self) -> None:
        """One whole visit, from home to home. Raises Lost."""
        deadline = time.monotonic() + WAIT_S
        at, ended = "", False
        while time.monotonic() < deadline:
            try:
                at = str(self._terminal.ask("step")["type"])
                ended = ended or at == "Goodbye"
                if ended and at == "Home":
                    return
                if at in KEYS and (key := self._terminal.find(KEYS[at])) is not None:
                    self._finger.tap(key.middle)
                    self._terminal.settle()
            except Gone:
                raise
            except RuntimeError:
                pass  # between two visit processes nobody answers for a moment
            time.sleep(LOOK_S)
        raise Lost(f"a visit did not come to its end in {WAIT_S:g} s; at {at}")


def standing(terminal: Terminal, hall: Hall) -> dict[str, float]:
    """What is there while nobody is."""
    time.sleep(CALM_S)
    pids = tree(terminal.pid)
    shared = list(Path("/dev/shm").glob("kiosk-*"))  # noqa: S108 - looked at, not used
    return {
        "all_mib": proportional_bytes(pids) / MIB,
        "private_mib": private_bytes(pids) / MIB,
        "supervisor_mib": proportional_bytes([terminal.pid]) / MIB,
        "processes": len(pids),
        "supervisor_files": open_files(terminal.pid),
        "folders_in_memory": len(shared),
        "state_kib": sum(p.stat().st_size for p in hall.state.rglob("*") if p.is_file()) / 1024,
    }


def measure(say: Say, quick: bool = False) -> Report:
    few, many = (5, 25) if quick else (FEW, MANY)
    looks = sorted({few, *(few + (many - few) * look // (LOOKS - 1) for look in range(LOOKS))})
    found: dict[int, dict[str, float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True) as name,
        virtual_display(WIDTH, HEIGHT) as display,
    ):
        hall, finger = Hall(Path(name), display, IDLE), Finger(display)
        try:
            with hall.running() as terminal:
                driver = Driver(terminal, finger)
                began = time.monotonic()
                for number in range(1, many + 1):
                    driver.visit()
                    say(f"visit {number}/{many}")
                    if number in looks:
                        found[number] = standing(terminal, hall)
                each_s = (time.monotonic() - began - len(looks) * CALM_S) / many
        finally:
            finger.close()
    before, after = found[few], found[many]
    peer = f"after {few} visits"
    rows = (
        ("memory of all processes", "all_mib", "MiB", 1.05),
        ("memory that is theirs alone", "private_mib", "MiB", 1.05),
        ("memory of the supervisor", "supervisor_mib", "MiB", 1.10),
        ("open files of the supervisor", "supervisor_files", "", 1.05),
        ("processes", "processes", "", 1.0),
        ("folders in memory", "folders_in_memory", "", None),
        # Whoever else runs a terminal on this machine has folders there, too.
        ("state folder", "state_kib", "KiB", None),
    )
    figures = [
        Figure(f"{what} after {many} visits", after[key], unit, peer, before[key], most=most)
        for what, key, unit, most in rows
    ]
    for what, key in (
        ("memory of all processes", "all_mib"),
        ("memory that is theirs alone", "private_mib"),
        ("memory of the supervisor", "supervisor_mib"),
    ):
        rise = 1000 * slope([(float(visits), one[key]) for visits, one in found.items()])
        limit = f"a twentieth of what stands {peer}"
        figures.append(Figure(f"{what}, rise in 1,000 visits", rise, "MiB", limit, before[key] / 20, most=1.0,
                              note=f"slope through {len(looks)} looks over {many}"))  # fmt: skip
    return Report("visits", figures, {"looks": {str(n): one for n, one in found.items()}, "visit_s": each_s})


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line nearest to these points, by least squares."""
    across = sum(x for x, _ in points) / len(points)
    return sum((x - across) * y for x, y in points) / sum((x - across) ** 2 for x, _ in points)

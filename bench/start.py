"""Start of the process to the first screen that answers a touch, and memory, beside a Chromium kiosk page.

Both with the folder of their last run (a terminal's state, a browser's profile), turn about, so that whatever else the
machine does befalls both. Memory is the sum of the proportional set sizes of all processes that were started: right at
the first screen, and again once nothing moves any more.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.chromium import Browser
from bench.figures import Figure, Report, median
from bench.processes import processor_s, proportional_bytes
from bench.terminal import HEIGHT, READY_S, WIDTH, Hall
from bench.tools import Say
from kiosk.privacy import tree
from kiosk.runner.display import virtual_display

CALM_S = 6.0  # after which what is loaded behind the first picture is loaded
MIB = 2**20


def terminal_once(hall: Hall) -> dict[str, float]:
    terminal = hall.terminal()
    began = time.monotonic()
    terminal.start()
    try:
        terminal.ask("first", timeout_s=READY_S)
        first_s = time.monotonic() - began
        return {"first_s": first_s, **_memory(terminal.pid)}
    finally:
        terminal.stop()


def chromium_once(browser: Browser) -> dict[str, float]:
    with browser.shown() as shown:
        return {"first_s": shown.painted_s, **_memory(shown.pid)}


def _memory(pid: int) -> dict[str, float]:
    pids = tree(pid)
    first = {"first_mib": proportional_bytes(pids) / MIB, "first_cpu_s": processor_s(pids)}
    time.sleep(CALM_S)
    pids = tree(pid)
    return {**first, "calm_mib": proportional_bytes(pids) / MIB, "processes": len(pids)}


def measure(say: Say, quick: bool = False) -> Report:
    rounds = 3 if quick else 9
    ours: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True) as name,
        virtual_display(WIDTH, HEIGHT) as display,
    ):
        hall, browser = Hall(Path(name), display), Browser(Path(name) / "chromium", display, WIDTH, HEIGHT)
        for number in range(rounds + 1):  # the first of each makes its folder and fills the disk cache
            say(f"start {number}/{rounds}")
            pair = terminal_once(hall), chromium_once(browser)
            if number:
                ours.append(pair[0])
                theirs.append(pair[1])

    def both(key: str) -> tuple[float, float]:
        return median([run[key] for run in ours]), median([run[key] for run in theirs])

    page = "Chromium kiosk page, four tiles"
    rows = (
        ("start to the first screen that answers a touch", "first_s", "s", 1.5),
        ("memory at that moment (sum of PSS)", "first_mib", "MiB", 0.55),
        (f"memory {CALM_S:g} s later", "calm_mib", "MiB", 0.55),
        ("processor time to the first screen", "first_cpu_s", "s", None),
    )
    figures = [
        Figure(what, *_placed(both(key), unit, page), most=most, note=f"median of {rounds}, turn about")
        for what, key, unit, most in rows
    ]
    return Report("start", figures, {"terminal": ours, "chromium": theirs})


def _placed(pair: tuple[float, float], unit: str, peer: str) -> tuple[float, str, str, float]:
    return pair[0], unit, peer, pair[1]

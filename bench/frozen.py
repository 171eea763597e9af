"""The frozen terminal beside the source tree: size, start to the first screen, memory. `python -m bench.frozen [N]`.

Both run the rehearsal's profile under a virtual display, turn about, so that what else the machine does befalls both.
What is counted is the terminal (supervisor, visit, papers, input, sync); the simulators and the county's program are
not part of what stands in a hall.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.processes import proportional_bytes
from kiosk.cli.running import REHEARSAL
from kiosk.privacy import tree
from kiosk.runner.display import virtual_display
from kiosk.runner.terminal import Terminal

ROOT = Path(__file__).parent.parent
FROZEN = Path(os.environ.get("KIOSK_FROZEN", ROOT / "dist" / "kiosk-test" / "kiosk"))
ROLES = ("visit", "papers", "input", "sync")
CALM_S = 6.0  # after which what is loaded behind the first picture is loaded


def weigh(folder: Path) -> dict[str, float]:
    """Bytes on the disk and number of files; a link counts as nothing."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {"mib": sum(path.stat().st_size for path in files) / 2**20, "files": len(files)}


def alone_bytes(pids: list[int]) -> int:
    """What these processes would take if nobody else ran: private memory, and every file's pages once.

    Proportional sizes favour whoever shares with the most neighbours: on a machine that builds and tests, the system's
    own Python, which in a hall has none.
    """
    private, files = 0, dict[tuple[str, str], int]()
    for pid in pids:
        where, resident = ("", ""), 0
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            words = line.split()
            if not words[0].endswith(":"):
                where = (words[5] if len(words) > 5 else "", words[2])
            elif words[0] == "Rss:":
                resident = int(words[1]) * 1024
            elif words[0] == "Anonymous:":
                own = int(words[1]) * 1024
                private += own if where[0].startswith("/") else resident
                if where[0].startswith("/"):
                    files[where] = max(files.get(where, 0), resident - own)
    return private + sum(files.values())


def role(pid: int) -> str:
    """Which of the terminal's processes this is, "" if none."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
    except OSError:
        return ""
    return words[words.index("role") + 1] if "role" in words else ""


def once(frozen: bool, display: str) -> dict[str, float]:
    """One start: seconds to the first screen that answers and until all is ready, and proportional memory then."""
    os.environ.pop("KIOSK_PROGRAM", None)
    if frozen:
        os.environ["KIOSK_PROGRAM"] = str(FROZEN)
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        terminal = Terminal(REHEARSAL, folder, display, folder / "terminal.log")
        began = time.monotonic()
        terminal.start()
        try:
            terminal.ask("first", timeout_s=60)
            first = time.monotonic() - began
            terminal.ask("ready", timeout_s=60)
            ready = time.monotonic() - began
            time.sleep(CALM_S)
            found = {"first_s": first, "ready_s": ready, "supervisor_mib": proportional_bytes([terminal.pid]) / 2**20}
            for pid in tree(terminal.pid):
                if (what := role(pid)) in ROLES:
                    found[f"{what}_mib"] = found.get(f"{what}_mib", 0.0) + proportional_bytes([pid]) / 2**20
            found["all_mib"] = sum(value for key, value in found.items() if key.endswith("_mib"))
            ours = [terminal.pid, *(pid for pid in tree(terminal.pid) if role(pid) in ROLES)]
            found["alone_mib"] = alone_bytes(ours) / 2**20
            return found
        finally:
            terminal.stop()


def main(times: int = 5) -> int:
    """Measure, print a table, write build/bench/frozen.json."""
    runs: dict[bool, list[dict[str, float]]] = {False: [], True: []}
    with virtual_display(1080, 1920) as display:
        for number in range(times + 1):
            for frozen in (False, True):
                found = once(frozen, display)
                if number:  # the first of each only fills the disk cache
                    runs[frozen].append(found)
    sizes = {path.name: weigh(path) for path in sorted((ROOT / "dist").iterdir()) if path.is_dir()}
    keys = [key for key in runs[True][0] if all(key in run for both in runs.values() for run in both)]
    medians = {}
    for key in keys:
        source, frozen_ = (statistics.median(run[key] for run in runs[kind]) for kind in (False, True))
        medians[key] = {"source": source, "frozen": frozen_, "ratio": frozen_ / source}
        print(f"{key:16s} source {source:8.2f}   frozen {frozen_:8.2f}   ratio {frozen_ / source:.2f}")
    for name, size in sizes.items():
        print(f"{name:16s} {size['mib']:8.1f} MiB in {size['files']} files")
    target = ROOT / "build" / "bench" / "frozen.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    record = {"medians": medians, "size": sizes, "frozen": runs[True], "source": runs[False]}
    target.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5))

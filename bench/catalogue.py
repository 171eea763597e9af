"""Loading, building and checking catalogues of growing size, the merge of the largest matter, a search per keystroke.

Beside: the same files merely parsed by the fastest loader of PyYAML (CBaseLoader: libyaml, texts only). Catalogues are
what ships, its matters repeated under other names; each size is measured in a process of its own, so that its memory is
its own. The medians of several rounds; in-process rounds are the same work again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.figures import Figure, Report, median
from bench.tools import Say

SIZES = (40, 200, 1000)
FRAME_MS = 1000 / 60
KEYS = ("y", "ya", "yan", "yang", "养", "养老", "养老保险", "孩子", "sb", "开饭店", "死了", "xyz")


def measure(say: Say, quick: bool) -> Report:
    report = Report("catalogue")
    rounds = 2 if quick else 5
    before: dict[str, float] = {}
    for size in SIZES[: 2 if quick else 3]:
        say(f"{size} matters")
        with tempfile.TemporaryDirectory(prefix="bench-catalogue-") as folder:
            make(Path(folder) / "files", size)
            found = {what: _child(what, Path(folder) / "files", rounds) for what in ("parse", "load")}
        report.runs[str(size)] = found
        ours, theirs = found["load"], found["parse"]
        parsed = median(theirs["parse_ms"])
        peer = "parsed by libyaml alone"
        report.figures += [
            Figure(f"{size} matters: read", median(ours["read_ms"]), "ms", peer, parsed, most=3.0),
            Figure(f"{size} matters: read as kept parsed", median(ours["kept_ms"]), "ms", peer, parsed, most=1.0),
            Figure(f"{size} matters: read, built", median(ours["build_ms"]), "ms", peer, parsed),
            Figure(f"{size} matters: read, built, checked", median(ours["check_ms"]), "ms", peer, parsed),
            Figure(f"{size} matters: memory", ours["grown_mb"], "MB", peer, theirs["grown_mb"]),
            Figure(f"{size} matters: a keystroke of the search, slowest", max(ours["find_ms"]), "ms",
                   "a frame", FRAME_MS, most=1.0),
            Figure(f"{size} matters: the largest merged", median(ours["merge_ms"]), "ms", "a frame", FRAME_MS, most=1.0,
                   note=ours["largest"]),
        ]  # fmt: skip
        if before:
            report.figures.append(
                Figure(f"growth {before['size']:g} → {size}: read, built, checked", median(ours["check_ms"]), "ms",
                       "as many times as there are matters", before["check_ms"] * size / before["size"], most=2.0)
            )  # fmt: skip
        before = {"size": size, "check_ms": median(ours["check_ms"])}
    return report


def make(folder: Path, size: int) -> None:
    """A catalogue of so many matters: what ships, its matters repeated under other names."""
    from config.catalogue import SHIPPED

    matters = _a_tile_each(sorted((SHIPPED / "matters").glob("*.yaml")))
    for path in SHIPPED.rglob("*.yaml"):
        if path not in matters:
            (folder / path.relative_to(SHIPPED)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(SHIPPED)).write_bytes(path.read_bytes())
    (folder / "matters").mkdir(exist_ok=True)
    for number in range(size):
        path, again = matters[number % len(matters)], number // len(matters)
        text = path.read_text("utf-8")
        if again:
            lines = text.splitlines()
            at = next(n for n, line in enumerate(lines) if line.startswith("matter:"))
            name = lines[at].partition(":")[2].split("#")[0].strip()
            lines[at] = f"matter: {name}_{again}"
            text = "\n".join(lines) + "\n"
        (folder / "matters" / f"{path.stem}_{again}.yaml").write_text(text, "utf-8")


def _a_tile_each(paths: list[Path]) -> list[Path]:
    """First one matter of every tile: a tile with nothing behind it is refused."""
    tiles: dict[str, Path] = {}
    for path in paths:
        line = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("event:"))
        tiles.setdefault(line.partition("#")[0].strip(), path)
    first = list(tiles.values())
    return first + [path for path in paths if path not in first]


def _child(what: str, folder: Path, rounds: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.catalogue", what, str(folder), str(rounds)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _alone(what: str, folder: Path, rounds: int) -> dict[str, Any]:
    """In a process of its own: times of each round, and how much memory the first one took."""
    import time

    import yaml

    from config import catalogue as files
    from config.catalogue.kept import documents as kept
    from matters.build import must_build
    from matters.check import check, word_list
    from matters.resolve import Given, resolve
    from matters.search import find

    def resident_mb() -> float:
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def timed(work: Any) -> tuple[float, Any]:
        began = time.perf_counter()
        result = work()
        return 1000 * (time.perf_counter() - began), result

    words = word_list(files.OFFICIALESE.read_text("utf-8"))
    found: dict[str, Any] = {}
    at_first = resident_mb()
    if what == "parse":
        raw = [path.read_bytes() for path in sorted(folder.rglob("*.yaml"))]
        found["parse_ms"] = []
        for _ in range(rounds):
            spent, kept = timed(lambda: [yaml.load(one, Loader=yaml.CBaseLoader) for one in raw])  # noqa: S506
            found["parse_ms"].append(spent)
            found.setdefault("grown_mb", resident_mb() - at_first)
        del kept
        return found
    found |= {"read_ms": [], "kept_ms": [], "build_ms": [], "check_ms": [], "find_ms": [], "merge_ms": []}
    for _ in range(rounds):
        read, documents = timed(lambda: files.load(folder))
        built, catalogue = timed(lambda: must_build(documents))  # noqa: B023 - called before it changes
        found.setdefault("grown_mb", resident_mb() - at_first)
        kept(files.contents(folder), folder.parent / f"{folder.name}.kept")  # laid down by the first
        again, _ = timed(lambda: kept(files.contents(folder), folder.parent / f"{folder.name}.kept"))
        found["kept_ms"].append(again)
        checked, _report = timed(lambda: check(documents, words))  # noqa: B023 - as above
        found["read_ms"].append(read)
        found["build_ms"].append(read + built)
        found["check_ms"].append(read + checked)  # the check builds by itself
    find(catalogue, "")  # the search opens: it prepares itself
    for key in KEYS:
        spent, _ = timed(lambda: find(catalogue, key))  # noqa: B023 - as above
        found["find_ms"].append(spent)
    largest = max(catalogue.matters.values(), key=lambda one: len(one.items) + len(one.fields) + len(one.materials))
    found["largest"] = (
        f"{largest.id}: {len(largest.items)} items, {len(largest.fields)} fields, {len(largest.materials)} papers"
    )
    picks = {item.id: True for item in largest.items}
    for _ in range(20 * rounds):
        spent, _ = timed(lambda: resolve(largest, Given(picks=picks), open_ended=True))
        found["merge_ms"].append(spent)
    return found


if __name__ == "__main__":
    json.dump(_alone(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])), sys.stdout)

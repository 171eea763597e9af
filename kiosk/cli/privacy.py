"""`kiosk privacy-check`: visits of every ending with a planted person, and a search for what is left of them.

The visits are driven on the real app. While one is under way the search must find the person in the visit's process
(otherwise it is blind, and that is a failure); when it has ended it must find nothing in any process that still runs,
in the state folder, the logs, temporary files, shared memory, core dumps or swap. Left out are the world around the
terminal in a rehearsal: the simulated devices (the card is theirs), the county's gateway (it opens what it is sent)
and this runner. The runner asks the terminal nothing that would carry the person's words through the supervisor
(KIOSK_DISCREET), so that what is searched is what stands in a village hall.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kiosk import build
from kiosk.cli.common import DONE, complain, show
from kiosk.privacy import (
    Finding,
    Searched,
    Words,
    dumps_forbidden,
    name_of,
    search_dumps,
    search_folder,
    search_process,
    search_swap,
    tree,
)

ENDINGS = ("done", "stopped", "idle", "killed", "power")
CARD = "chen-dashan"
PHONE = "13800000000"
WORLD = ("simulators", "gateway")
"""Roles and folders of a rehearsal that are not the terminal."""


@dataclass
class Checked:
    """One ending. `seen`: labels the search saw while the visit was under way."""

    ending: str
    seen: tuple[str, ...]
    searched: Searched


def check(arguments: argparse.Namespace) -> int:
    """Drive and search; exit status 1 with where something was found."""
    build.refuse_in_production("the privacy check's visits")
    endings = arguments.ending or list(ENDINGS)
    results = []
    for ending in endings:
        print(f"· a visit that ends by: {ending}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="kiosk-privacy-") as folder:
            results.append(check_ending(ending, Path(folder)))
    wrong = [(each, finding) for each in results for finding in each.searched.found]
    value = [
        {"ending": each.ending, "seen": list(each.seen), "processes": each.searched.processes,
         "files": each.searched.files, "bytes": each.searched.bytes,
         "found": [asdict(finding) for finding in each.searched.found]}
        for each in results
    ]  # fmt: skip
    show(value, arguments.json, lambda: "\n".join(line for each in results for line in _lines(each)))
    return DONE if not wrong else complain(f"{len(wrong)} places hold something of a person who has gone")


def _lines(each: Checked) -> list[str]:
    searched = each.searched
    head = (
        f"{each.ending}: {searched.processes} processes, {searched.files} files, {searched.bytes / 1e6:.0f} MB; "
        f"{len(searched.found)} found"
    )
    return [head, *(f"  {finding.where}: {finding.what}" for finding in searched.found)]


def planted() -> dict[str, str | bytes]:
    """What the visits bring in: the card's person, and what is typed."""
    from hardware.sample_cards import pick

    record = pick(CARD).record
    return {
        "name": record.name, "number": record.id_number, "address": record.address, "phone": PHONE,
        "photograph": bytes(record.photo or b"")[64:128],
    }  # fmt: skip


def check_ending(ending: str, folder: Path, say: Callable[[str], None] = lambda _: None) -> Checked:
    """One visit with that ending on a terminal of its own, and the search after it."""
    from kiosk.cli.running import JOURNEYS, REHEARSAL, _toml, profile
    from kiosk.runner.display import Finger, virtual_display
    from kiosk.runner.play import Player, load_strokes
    from kiosk.runner.script import Script
    from kiosk.runner.terminal import Terminal

    state, out, temporary = folder / "state", folder / "out", folder / "tmp"
    for each in (state, out, temporary):
        each.mkdir()
    words, since = Words(planted()), time.time()
    before, after, settings = _steps(ending)
    file = state / "settings.toml"
    file.write_text(_toml(profile(REHEARSAL, settings, "1080x1920")), "utf-8")
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(virtual_display(1080, 1920))
        finger = Finger(name)
        stack.callback(finger.close)
        terminal = Terminal(
            file, state, name, out / "terminal.log", discreet=True, environment={"TMPDIR": str(temporary)}
        )
        stack.callback(terminal.stop)
        terminal.start()
        terminal.ask("ready", timeout_s=60)
        player = Player(terminal, finger, out, strokes=load_strokes(JOURNEYS / "strokes.toml"), base=JOURNEYS, say=say,
                        pictures=False)  # fmt: skip
        player.play(Script("", before, {}))
        visiting = [pid for pid in _ours(terminal.pid) if name_of(pid) == "visit"]
        seen = tuple(sorted({each.what for pid in visiting for each in search_process(pid, words).found}))
        player.play(Script("", after, {}))
        searched = Searched()
        if not {"name", "number"} <= set(seen):
            searched.found.append(Finding("the visit under way", "not seen by the search: it is blind"))
        for pid in _ours(terminal.pid) if terminal.running else []:
            searched.add(search_process(pid, words))
            if name_of(pid) not in ("supervisor", "Xvfb") and not dumps_forbidden(pid):
                searched.found.append(Finding(f"process {name_of(pid)}", "a crash would leave a core file"))
        searched.add(search_folder(state, words, skip=lambda path: path.parent == state and path.name in WORLD))
        for place in (temporary, out):
            searched.add(search_folder(place, words))
        for place in (Path("/dev/shm"), Path(tempfile.gettempdir())):  # noqa: S108 - looked through, not written
            searched.add(
                search_folder(place, words, since, skip=lambda path: folder in (path, *path.parents) or _others(path))
            )
        searched.add(search_dumps(words, since))
        searched.add(search_swap(words))
    return Checked(ending, seen, searched)


def _ours(pid: int) -> list[int]:
    """The terminal's processes, without the world that a rehearsal puts around it."""
    found = []
    for each in tree(pid):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{each}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if not any(word in line for word in WORLD):
                found.append(each)
    return found


def _others(path: Path) -> bool:
    """Temporary folders of tests and checks that run beside this one, with the same invented people in them."""
    return path.name.startswith(("pytest-", "kiosk-visit-", "kiosk-privacy-", "prove-")) and not (
        path.name.startswith("kiosk-visit-") and path.parent == Path("/dev/shm")  # noqa: S108 - a running terminal's own
    )


def _steps(ending: str) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]:
    """The pension visit: up to where the person has said who they are, what follows to the ending, and settings."""
    from kiosk.cli.running import JOURNEYS
    from kiosk.runner.script import Action, load

    script = load(JOURNEYS / "pension.toml")
    steps = []
    for action in script.steps:
        if action.kind == "expect" and action.what == "陈大山":
            action = Action(action.number, "expect", "读到了，是您吗？", within=action.within, note=action.note)
        steps.append(action)
    typed = next(n for n, action in enumerate(steps) if action.kind == "type")
    home = next(
        n for n, action in enumerate(steps) if n > typed and action.kind == "expect" and "什么事" in action.what
    )

    def new(kind: str, what: Any, within: float = 90.0) -> Any:
        return Action(900, kind, what, within=within, note=ending)

    at_home, idle = new("expect", "您今天来办什么事？"), {"idle_s": 30.0, "idle_warning_s": 12.0, "goodbye_s": 3.0}
    settled = new("wait", 3.0)
    if ending == "done":
        return (
            tuple(steps[: typed + 1]),
            (*steps[typed + 1 : home + 1], settled),
            {**script.settings, "visits": {"goodbye_s": 3.0}},
        )
    endings: dict[str, tuple[Any, ...]] = {
        "stopped": (new("expect", "您还在吗？"), new("tap", "#stop"), at_home, settled),
        "idle": (new("expect", "您还在吗？"), new("expect", "好一会儿没人点"), at_home, settled),
        "killed": (new("kill", "visit"), new("expect", "机器出了点毛病"), at_home, settled),
        "power": (new("kill", "supervisor"), new("wait", 1.0), new("start", True), at_home, settled),
    }
    visits = {"goodbye_s": 3.0} if ending in ("killed", "power") else idle
    return tuple(steps[: typed + 1]), endings[ending], {**script.settings, "visits": visits}


__all__ = ["ENDINGS", "Checked", "check", "check_ending"]

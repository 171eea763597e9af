"""`kiosk privacy-check`: visits of every ending with a planted person, and a search for what is left of them.

The visits are driven on the real app. While one is under way the search must find the person in the visit's process
(otherwise it is blind, and that is a failure); when it has ended it must find nothing in any process that still runs,
whoever its parent is by now, in the display server and its clipboards, in the state folder (logs, what the input
methods keep), temporary files, shared memory, core dumps or swap. Left out are the world around the terminal in a
rehearsal: the simulated devices (the card is theirs), the county's gateway (it opens what it is sent) and this runner.
The runner asks the terminal nothing that would carry the person's words through the supervisor
(KIOSK_DISCREET), so that what is searched is what stands in a village hall.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import socket
import struct
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
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
    over,
    search_dumps,
    search_folder,
    search_process,
    search_swap,
    tree,
)
from matters.identity import check_character

ENDINGS = ("done", "face", "words", "stopped", "idle", "aside", "killed", "crashed", "power")
"""`words`: what was written by hand and by pinyin is looked for; `face`: a visit in which the person was photographed;
the others are the pension visit, with a card."""
CARD = "chen-dashan"
FACE_PX = (1272, 712)
"""The camera towards the person gives pictures of this size here, which nothing else on the machine has."""
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


@dataclass(frozen=True)
class Planted:
    """A person invented for one check, whom nothing else on the machine can have heard of."""

    name: str
    number: str
    address: str
    phone: str

    @classmethod
    def new(cls, random: random.Random) -> Planted:
        """GB 11643: area 431199 (unassigned), a birthday, three digits, the check digit."""
        first = f"431199{random.randint(1950, 1999)}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
        first += f"{random.randint(0, 999):03d}"
        given = "".join(random.choice(_CHARACTERS) for _ in range(3))
        place = "".join(random.choice(_CHARACTERS) for _ in range(4))
        phone = f"138{random.randint(0, 10**8 - 1):08d}"
        return cls(
            f"欧阳{given}", first + check_character(first), f"示例省示例县{place}村{random.randint(10, 99)}号", phone
        )

    def cards(self) -> str:
        """The simulators' file of cards, with this person on the one that the script presents."""
        return (
            f'[{CARD}]\nkind = "resident"\nname = "{self.name}"\nid_number = "{self.number}"\n'
            f'sex = "{1 if int(self.number[16]) % 2 else 2}"\nnation = "01"\n'
            f'birth = "{self.number[6:10]}-{self.number[10:12]}-{self.number[12:14]}"\naddress = "{self.address}"\n'
            'issuer = "示例县公安局"\nvalid_from = "2019-08-01"\nvalid_to = "2039-08-01"\n'
        )

    def words(self, *, photographed: bool = False) -> Words:
        from hardware.sample_cards import card_from_table

        card = card_from_table(tomllib.loads(self.cards())[CARD], CARD)
        photograph = bytes(card.record.photo or b"")[64:128]  # of this person's card alone
        told: dict[str, str | bytes] = {
            "name": self.name, "number": self.number, "address": self.address, "phone": self.phone,
            "photograph": photograph,
        }  # fmt: skip
        if photographed:
            told["face"] = face()
        return Words(told)


def face() -> bytes:
    """How the size stands in every JPEG that was made of the person: live, taken or copied (ITU-T T.81, B.2.2)."""
    wide, high = FACE_PX
    return struct.pack(">HHBHHB", 0xFFC0, 17, 8, high, wide, 3) + bytes.fromhex("012200021101031101")


_CHARACTERS = "安柏本诚丹恩方格和嘉凯兰明宁佩青容山棠闻希雅泽竹川枫谷桦江林梅楠桥石松潭溪秀岩月云芝舟"


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
    person, written = Planted.new(random.SystemRandom()), ending == "words"
    cards = folder / "cards.toml"
    cards.write_text(person.cards(), "utf-8")
    since, pictured = time.time(), ending == "face"
    words = Words({"words": WRITTEN}) if written else person.words(photographed=pictured)
    shown = {"words"} if written else {"name", "number"} | ({"face"} if pictured else set())
    before, after, settings = _steps(ending, person.phone)
    file = state / "settings.toml"
    file.write_text(_toml(profile(REHEARSAL, settings, "1080x1920")), "utf-8")
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(virtual_display(1080, 1920))
        finger = Finger(name)
        stack.callback(finger.close)
        terminal = Terminal(
            file,
            state,
            name,
            out / "terminal.log",
            discreet=True,
            environment={"TMPDIR": str(temporary), "KIOSK_CARDS": str(cards)},
        )
        stack.callback(terminal.stop)
        terminal.start()
        terminal.ask("ready", timeout_s=60)
        player = Player(terminal, finger, out, strokes=load_strokes(JOURNEYS / "strokes.toml"), base=JOURNEYS, say=say,
                        pictures=False)  # fmt: skip
        player.play(Script("", before, {}))
        visiting = [pid for pid in _ours(terminal.pid, temporary) if name_of(pid) == "visit"]
        seen = tuple(sorted({each.what for pid in visiting for each in search_process(pid, words).found}))
        if ending == "crashed":
            for pid in visiting:
                os.kill(pid, signal.SIGSEGV)
        player.play(Script("", after, {}))
        searched = Searched()
        if not shown <= set(seen):
            searched.found.append(Finding("the visit under way", "not seen by the search: it is blind"))
        searched.found += _display(name, words, searched)
        for pid in _ours(terminal.pid, temporary):
            searched.add(search_process(pid, words))
            # A process that ends just now has no limits to be read any more, and no memory.
            if name_of(pid) not in ("supervisor", "?") and not dumps_forbidden(pid) and not over(pid):
                searched.found.append(Finding(f"process {name_of(pid)}", "a crash would leave a core file"))
        searched.add(search_folder(state, words, skip=lambda path: path.parent == state and path.name in WORLD))
        for place in (temporary, out):
            searched.add(search_folder(place, words))
        for place in (Path("/dev/shm"), Path(tempfile.gettempdir())):  # noqa: S108 - looked through, not written
            searched.add(search_folder(place, words, since, skip=lambda path: path == folder))
        searched.add(search_dumps(words, since))
        searched.add(search_swap(words))
    return Checked(ending, seen, searched)


def _display(name: str, words: Words, searched: Searched) -> list[Finding]:
    """The display server's memory, and whoever holds a clipboard: nobody."""
    from Xlib import X
    from Xlib.display import Display

    display = Display(name)
    try:
        owners = [
            Finding(f"the display's {which}", "somebody holds it")
            for which in ("CLIPBOARD", "PRIMARY", "SECONDARY")
            if display.get_selection_owner(display.intern_atom(which)) != X.NONE
        ]
        peer = display.display.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    finally:
        display.close()
    searched.add(search_process(struct.unpack("3i", peer)[0], words))
    return owners


def _ours(pid: int, temporary: Path) -> list[int]:
    """The terminal's processes, orphans among them (each has `temporary` in its environment), without the world that a
    rehearsal puts around it."""
    mark = f"TMPDIR={temporary}".encode()
    orphans = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    orphans.append(int(entry.name))
    found = []
    for each in {*tree(pid), *orphans}:
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{each}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if not over(each) and not any(word in line for word in WORLD):
                found.append(each)
    return found


WRITTEN = "王兰不到"
"""Written on the pad as far as the strokes go, the rest by pinyin."""


def _written() -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]:
    """Words to the county: written, then handed in."""
    from kiosk.cli.running import JOURNEYS
    from kiosk.runner.script import Action, load

    script = load(JOURNEYS / "said.toml")
    steps = [
        Action(one.number, one.kind, WRITTEN[:2] if one.kind == "write" else one.what, one.within, one.note)
        for one in script.steps
    ]
    at = next(n for n, one in enumerate(steps) if one.kind == "tap" and one.what.startswith("#char:"))
    end = (Action(900, "expect", "您今天来办什么事？", within=90.0), Action(901, "wait", 3.0))
    return tuple(steps[: at + 1]), (*steps[at + 1 :], *end), {**script.settings, "visits": {"goodbye_s": 3.0}}


def _photographed(phone: str) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]:
    """The visit that the law wants the person for: up to the picture that was taken of them, and on to the end."""
    from kiosk.cli.running import JOURNEYS
    from kiosk.runner.script import load

    script = load(JOURNEYS / "pension-check.toml")
    changed = {"present": CARD, "type": phone}
    steps = [replace(one, what=changed.get(one.kind, one.what)) for one in script.steps]
    steps = [replace(one, what="读到了，是您吗？") if one.what == "周守根" else one for one in steps]
    taken = max(n for n, one in enumerate(steps) if one.what == "脸看得清吗？")
    settled = replace(steps[0], kind="wait", what=3.0)
    wide, high = FACE_PX
    devices = {"face_camera": f"sim://face-camera?width={wide}&height={high}"}
    settings = {**script.settings, "devices": devices, "visits": {"goodbye_s": 3.0}}
    return tuple(steps[: taken + 1]), (*steps[taken + 1 :], settled), settings


def _steps(ending: str, phone: str) -> tuple[tuple[Any, ...], tuple[Any, ...], dict[str, Any]]:
    """The pension visit: up to where the person has said who they are, what follows to the ending, and settings."""
    from kiosk.cli.running import JOURNEYS
    from kiosk.runner.script import Action, load

    if ending == "words":
        return _written()
    if ending == "face":
        return _photographed(phone)
    script = load(JOURNEYS / "pension.toml")
    steps = []
    for action in script.steps:
        if action.kind == "expect" and action.what == "陈大山":
            action = Action(action.number, "expect", "读到了，是您吗？", within=action.within, note=action.note)
        elif action.kind == "type":
            action = Action(action.number, "type", phone, within=action.within, note=action.note)
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
        "aside": (
            new("tap", "#help"),
            new("expect", "先放一放"),
            new("tap", "#aside"),
            new("expect", "带上小票和身份证"),
            at_home,
            settled,
        ),
        "idle": (new("expect", "您还在吗？"), new("expect", "好一会儿没人点"), at_home, settled),
        "killed": (new("kill", "visit"), new("expect", "机器出了点毛病"), at_home, settled),
        "crashed": (new("expect", "机器出了点毛病"), at_home, settled),
        "power": (new("kill", "supervisor"), new("wait", 1.0), new("start", True), at_home, settled),
    }
    visits = {"goodbye_s": 3.0} if ending in ("killed", "crashed", "power", "aside") else idle
    return tuple(steps[: typed + 1]), endings[ending], {**script.settings, "visits": visits}


__all__ = ["ENDINGS", "Checked", "check", "check_ending"]

"""A visit script: TOML, a list of [[step]], each one of a closed set. Read strictly: file, line, what is meant."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACTIONS: dict[str, tuple[type, ...]] = {
    "tap": (str,),  # text on the screen, or #id
    "hold": (str,),  # the same, for three seconds (the way into staff mode)
    "key": (str,),  # a key of a keyboard or keypad, by its X name: Down, Return, BackSpace, F1
    "walk": (str,),  # by keypad: down until the focus is on this text or #id, then choose
    "type": (str,),  # keys of the pad or keyboard that is on the screen, one after the other
    "write": (str,),  # characters, by hand on the pad, each then chosen among the candidates
    "present": (str,),  # a card for a simulated reader
    "scan": (str,),  # a text, or "receipt": the code on the last receipt that came out of the simulated printer
    "remove": (str,),  # id_card | social_card | paper
    "place": (str,),  # a picture (sample's name or file) under the simulated camera
    "sign": (bool,),
    "expect": (str,),  # text or #id
    "absent": (str,),
    "heard": (str,),  # a text that the speaker was given, or a part of it
    "wait": (int, float),  # seconds
    "fault": (dict,),  # device = "receipt_printer", what = "paper_out"
    "mend": (dict,),
    "network": (str,),  # up | down | slow | cut (every open connection, once)
    "kill": (str,),  # visit | sync | supervisor, or the visit at a named durable step: visit@commit.done
    "start": (bool,),
    "stick": (str,),  # in | out | county (it goes to the county, whose courier takes it in, and comes back)
}
EXTRAS: dict[str, tuple[type, ...]] = {"within": (int, float), "note": (str,), "device": (str,)}


WITHIN_S = 60.0  # how long a step may take to become possible; costs nothing where it does, and a busy machine needs it


class ScriptError(ValueError):
    """The script cannot be used. The text says file, line, what is wrong and what to write instead."""


@dataclass(frozen=True)
class Action:
    """One thing to do. `within` seconds is how long to wait for it to become possible."""

    number: int
    kind: str
    what: Any
    within: float = WITHIN_S
    note: str = ""
    device: str = ""

    @property
    def name(self) -> str:
        """For the picture's file name: the action and what it is about."""
        about = self.note or (self.what if isinstance(self.what, str) else "")
        slug = re.sub(r"[^\w\u4e00-\u9fff.-]+", "-", about).strip("-")[:40]
        return f"{self.number:02d}-{self.kind}" + (f"-{slug}" if slug else "")

    def __str__(self) -> str:
        return f"{self.kind} {self.what}" + (f"  ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Script:
    """`about` says what the script shows; `settings` is laid over the test profile.

    `cases` is how many cases the county has to hold at the end, where that cannot be told from what the last terminal
    handed in (it was killed).
    """

    about: str
    steps: tuple[Action, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    cases: int | None = None


def load(path: Path) -> Script:
    """Read a script. Raises ScriptError."""
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ScriptError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScriptError(f"{path}: {error}") from error
    for key in table:
        if key not in ("about", "cases", "settings", "step"):
            raise ScriptError(f"{path}: unknown key {key!r}; a script has about, cases, settings and [[step]]")
    if lost := _swallowed(table.get("settings", {}), "settings"):
        key, where = lost
        line = next((n for n, one in enumerate(text.splitlines(), 1) if one.split("=")[0].strip() == key), 1)
        raise ScriptError(f"{path}, line {line}: {key!r} stands below [{where}] and so inside it; move it to the top")
    cases = table.get("cases")
    if cases is not None and type(cases) is not int:
        raise ScriptError(f"{path}: cases wants a whole number, not {cases!r}")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[step]]"]
    steps = table.get("step", [])
    actions = []
    for index, entry in enumerate(steps):
        at = f"{path}, line {lines[index] if index < len(lines) else 1}"
        actions.append(_action(index + 1, entry, at))
    if not actions:
        raise ScriptError(f"{path}: no [[step]] in it")
    return Script(str(table.get("about", "")), tuple(actions), dict(table.get("settings", {})), cases)


def _swallowed(settings: object, where: str) -> tuple[str, str] | None:
    """A key of the script that the table above it has taken in: (key, table). No setting is called so."""
    if not isinstance(settings, dict):
        return None
    for key, value in settings.items():
        if key in ("about", "cases"):
            return key, where
        if found := _swallowed(value, f"{where}.{key}"):
            return found
    return None


def _action(number: int, entry: dict[str, Any], at: str) -> Action:
    kinds = [key for key in entry if key in ACTIONS]
    for key in entry:
        if key not in ACTIONS and key not in EXTRAS:
            near = difflib.get_close_matches(key, [*ACTIONS, *EXTRAS], 1)
            raise ScriptError(f"{at}: unknown key {key!r}" + (f"; do you mean {near[0]!r}?" if near else ""))
    if len(kinds) != 1:
        raise ScriptError(f"{at}: a step is exactly one of {', '.join(ACTIONS)}")
    kind = kinds[0]
    for key, value in entry.items():
        wanted = (ACTIONS | EXTRAS)[key]
        if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
            raise ScriptError(f"{at}: {key} wants {' or '.join(t.__name__ for t in wanted)}, not {value!r}")
    return Action(
        number,
        kind,
        entry[kind],
        within=float(entry.get("within", WITHIN_S)),
        note=str(entry.get("note", "")),
        device=str(entry.get("device", "")),
    )

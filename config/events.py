"""Which acts of importance the audit trail may hold, as config/events.toml declares them.

A field has one of a few narrow types, none of which has room for a name, a number of a person or free text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent / "events.toml"

TYPES: Mapping[str, re.Pattern[str]] = {
    "word": re.compile(r"[a-z][a-z_]*(?:[.\-:]?[a-z_0-9]{1,24}){0,6}"),
    "count": re.compile(r"[0-9]{1,15}"),
    "record": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "version": re.compile(r"[0-9A-Za-z][0-9A-Za-z.+\-]{0,47}"),
    "digest": re.compile(r"[0-9a-f]{64}"),
}
"""word: a code of ours; count: a whole number from 0; record: the UUID of what was handed in; version: of a catalogue
or program; digest: SHA-256 in hex."""

MEANINGS: Mapping[str, str] = {
    "word": "a code: small Latin letters, digits, dots",
    "count": "a whole number, not negative",
    "record": "the UUID of a record",
    "version": "a version of a catalogue or program",
    "digest": "a SHA-256, in hex",
}

_LONG_NUMBER = re.compile(r"[0-9]{11}")  # as long as a phone number; an identity number has 15, 17 or 18


class EventsError(ValueError):
    """The declarations cannot be used. The text says file, event and what is wrong."""


@dataclass(frozen=True)
class Declared:
    """One event: its id, what it means in both languages, and its fields with their types, in order."""

    id: str
    zh: str
    en: str
    fields: Mapping[str, str]


def load(path: Path = SHIPPED) -> dict[str, Declared]:
    """All declared events, by id, in the file's order. Raises EventsError."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EventsError(f"{path}: {error}") from error
    return {name: _declared(path, name, entry) for name, entry in table.items()}


def _declared(path: Path, name: str, entry: object) -> Declared:
    at = f"{path}: event {name!r}"
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+", name):
        raise EventsError(f"{at}: an id is two or more small words joined by dots, in quotes")
    if not isinstance(entry, dict) or set(entry) - {"zh", "en", "fields"}:
        raise EventsError(f"{at}: known here are zh, en and fields")
    meaning = [entry.get(key) for key in ("zh", "en")]
    if not all(isinstance(text, str) and text.strip() for text in meaning):
        raise EventsError(f"{at}: zh and en say what it means")
    fields = entry.get("fields", {})
    if not isinstance(fields, dict):
        raise EventsError(f"{at}: fields is a table of names and types")
    for field, kind in fields.items():
        if not re.fullmatch(r"[a-z][a-z_]*", field):
            raise EventsError(f"{at}: field {field!r}: small letters and _")
        if kind not in TYPES:
            near = difflib.get_close_matches(str(kind), TYPES, 1)
            hint = f"; the nearest is {near[0]!r}" if near else f"; known are {', '.join(TYPES)}"
            raise EventsError(f"{at}: field {field!r}: unknown type {kind!r}{hint}")
    return Declared(name, str(meaning[0]), str(meaning[1]), dict(fields))


def problem(declared: Declared, fields: Mapping[str, object]) -> str:
    """Why these fields do not fit the declaration, "" if they do. Names fields, never a value."""
    for name in fields:
        if name not in declared.fields:
            return f"{declared.id} has no field {name!r}"
    for name, kind in declared.fields.items():
        if name not in fields:
            return f"{declared.id} wants field {name!r}"
        value = fields[name]
        if kind == "count":
            fits = type(value) is int and value >= 0 and bool(TYPES[kind].fullmatch(str(value)))
        else:
            fits = isinstance(value, str) and bool(TYPES[kind].fullmatch(value))
            fits = fits and (kind in ("record", "digest") or not _LONG_NUMBER.search(str(value)))
        if not fits:
            return f"{declared.id}: field {name!r} is not {MEANINGS[kind]}"
    return ""


def document(events: Mapping[str, Declared]) -> str:
    """docs/events.md: every event, for people. Generated; a test holds it to the declarations."""
    lines = [
        "# Events of the audit trail",
        "",
        "Generated from `config/events.toml` by `python -m offline.trail > docs/events.md`; do not edit. The trail",
        "holds no personal data: the types below have no room for any, and what is not declared is refused.",
        "",
        "| type | what it admits |",
        "|---|---|",
        *(f"| {kind} | {meaning} |" for kind, meaning in MEANINGS.items()),
        "",
        "| event | 含义 | meaning | fields |",
        "|---|---|---|---|",
    ]
    for event in events.values():
        fields = ", ".join(f"{name}: {kind}" for name, kind in event.fields.items()) or "–"
        lines.append(f"| `{event.id}` | {event.zh} | {event.en} | {fields} |")
    return "\n".join(lines) + "\n"

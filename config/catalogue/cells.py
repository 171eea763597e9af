"""One value in one cell and back, without a loss: plain words where words will do, else @ and the value in JSON."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

CELL_MOST = 32_000  # Excel keeps 32,767 characters
SIMPLE = re.compile(r"(?![@='\s])[^\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]*(?<!\s)")
ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")  # Excel's own way of writing what XML cannot hold
NAME = re.compile(r"[\w+-]+(\.[\w+-]+)*")
SAFE = re.compile("[^\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]*")


class NotACell(ValueError):
    """A text that stands for no value. `code` is one of workbook.*, with a text in the locales."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


def simple(text: str) -> bool:
    """Whether a text can stand in a cell as it is."""
    return bool(text) and SIMPLE.fullmatch(text) is not None and not ESCAPE.search(text) and len(text) <= CELL_MOST


def to_cell(value: Plain, kind: str = "text") -> str:
    """Raises NotACell workbook.long."""
    if isinstance(value, str) and simple(value) and kind == "text":
        return value
    if kind == "lines" and isinstance(value, list) and value and all(isinstance(v, str) and simple(v) for v in value):
        return _fits("\n".join(str(v) for v in value))
    if kind == "when" and isinstance(value, dict) and (said := _condition(value)):
        return _fits(said)
    text = "@" + json.dumps(value, ensure_ascii=False)
    if SAFE.fullmatch(text) is None or ESCAPE.search(text):
        text = "@" + json.dumps(value).replace("_x", "\\u005fx")
    return _fits(text)


def from_cell(text: str, kind: str = "text") -> Plain:
    """Raises NotACell workbook.json, workbook.condition."""
    if text.startswith("@"):
        try:
            found = json.loads(text[1:])
        except (ValueError, RecursionError) as error:
            raise NotACell("workbook.json", type(error).__name__) from None
        if not _plain(found):
            raise NotACell("workbook.json", "")
        value: Plain = found
        return value
    if kind == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "when":
        return _parsed(text)
    return text.strip()


def _fits(text: str) -> str:
    if len(text) > CELL_MOST:
        raise NotACell("workbook.long", str(CELL_MOST))
    return text


def _condition(value: dict[str, Plain]) -> str:
    """`married=yes；household=mother|father`, or "" where that would not say all of it."""
    parts = []
    for key, wanted in value.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        if NAME.fullmatch(key) is None or not values or (isinstance(wanted, list) and len(wanted) == 1):
            return ""
        if not all(isinstance(one, str) and NAME.fullmatch(one) for one in values):
            return ""
        parts.append(f"{key}={'|'.join(str(one) for one in values)}")
    said = "；".join(parts)
    return said if said and simple(said) else ""


def _parsed(text: str) -> Plain:
    found: dict[str, Plain] = {}
    for part in re.split("[；;\n]", text):
        if not part.strip():
            continue
        key, equals, wanted = part.replace("＝", "=").partition("=")
        values = [one.strip() for one in re.split("[|｜]", wanted)]
        if not equals or not key.strip() or not all(values) or key.strip() in found:
            raise NotACell("workbook.condition", part.strip())
        found[key.strip()] = values[0] if len(values) == 1 else list(values)
    return found


def _plain(value: object) -> bool:
    """Texts, lists and tables of them: all that a catalogue's file can hold."""
    if isinstance(value, dict):
        return all(_plain(one) for one in value.values())
    if isinstance(value, list):
        return all(_plain(one) for one in value)
    return isinstance(value, str)

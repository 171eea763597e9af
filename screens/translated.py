"""A step in another language: what the catalogue says in it, text by text; what a person entered stays as it is.

Only what is shown and heard: what is handed in, and what a paper says, is the catalogue's own text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from matters.steps import Entry, PlaceList, Search

NAMES = ("key", "id")
BEGUN = ("title", "label", "value", "result")  # stand by themselves: they begin with a capital
ENTERED: dict[type, tuple[str, ...]] = {  # what a person entered, and names of places
    Entry: ("text", "suggestions"), Search: ("text",), PlaceList: ("path", "names", "known"),
}  # fmt: skip


def translated(value: Any, phrase: Callable[[str], str]) -> Any:
    """The same step, or part of one, with its texts in another language."""
    if isinstance(value, str):
        return value if type(value) is not str or value.isascii() else phrase(value)
    if isinstance(value, tuple):
        return tuple(translated(one, phrase) for one in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed, kept = {}, (*NAMES, *ENTERED.get(type(value), ()))
    for field in fields(value):
        was = getattr(value, field.name)
        if field.init and field.name not in kept and (now := translated(was, phrase)) != was:
            changed[field.name] = now[:1].upper() + now[1:] if field.name in BEGUN and isinstance(now, str) else now
    return replace(value, **changed) if changed else value

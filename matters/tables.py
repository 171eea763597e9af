"""Reading tables of the catalogue: each value asked for by name and type; what is wrong becomes a finding.

The plain data comes from config.catalogue, which this room does not import: anything with value, file and line will do.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from matters.catalogue import Place
from matters.conditions import ALWAYS, ITEM, KNOWN, All, AnyOf, Condition, Is, Not
from matters.findings import Finding, Weight

UNKNOWN = "unknown"
T = TypeVar("T")


class Node(Protocol):
    """A value that knows where it stands: text, list of nodes, or table of nodes."""

    @property
    def value(self) -> Any: ...

    @property
    def file(self) -> str: ...

    @property
    def line(self) -> int: ...


Notes = list[Finding]


def place_of(node: Node) -> Place:
    return Place(node.file, node.line)


class Table:
    """One table of a file. Every key is asked for once; `rest` tells what nobody asked for.

    `base` is a shared definition that this table adds to: its keys hold where this one says nothing.
    """

    def __init__(self, node: Node, notes: Notes, what: str, base: Table | None = None) -> None:
        self.node, self.notes, self.what = node, notes, what
        self.place = place_of(node)
        own = node.value if isinstance(node.value, dict) else {}
        if not isinstance(node.value, dict):
            self.wrong(node, "wants_table", name=what)
        self.keys: dict[str, Node] = {**(base.keys if base else {}), **own}
        self.asked: set[str] = set()

    def wrong(self, node: Node | None, rule: str, **values: str) -> None:
        place = place_of(node) if node is not None else self.place
        self.notes.append(Finding(rule, Weight.ERROR, place, tuple(values.items())))

    def raw(self, key: str) -> Node | None:
        self.asked.add(key)
        return self.keys.get(key)

    def has(self, key: str) -> bool:
        return key in self.keys

    def text(self, key: str, default: str | None = None) -> str:
        """A text; missing without a default is an error. The word unknown stays as it is."""
        node = self.raw(key)
        if node is None:
            if default is None:
                self.wrong(None, "missing", name=key, what=self.what)
                return ""
            return default
        if not isinstance(node.value, str):
            self.wrong(node, "wants_text", name=key)
            return default or ""
        if not node.value.strip() and default is None:
            self.wrong(node, "empty", name=key)
        return node.value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        text = self.text(key, default)
        if text in allowed:
            return text
        if text == "":  # left out; where it may not be, that has been said
            return default if default is not None else allowed[0]
        near = difflib.get_close_matches(text, allowed, 1)
        self.wrong(self.keys.get(key), "not_one_of", name=key, value=text, near=near[0] if near else "、".join(allowed))
        return default if default is not None else allowed[0]

    def number(self, key: str, default: int | None = None) -> int | None:
        """A whole number; None where it is missing or unknown."""
        text = self.text(key, "")
        if text in ("", UNKNOWN):
            return default
        if text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 12:
            return int(text)
        self.wrong(self.keys[key], "wants_number", name=key, value=text)
        return default

    def flag(self, key: str, default: bool) -> bool:
        text = self.text(key, "")
        if text == "":
            return default
        if text not in ("yes", "no", "true", "false"):
            self.wrong(self.keys[key], "wants_flag", name=key, value=text)
        return text in ("yes", "true")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        node = self.raw(key)
        if node is None:
            return ()
        if isinstance(node.value, str):
            return (node.value,) if node.value else ()
        if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
            return tuple(item.value for item in node.value)
        self.wrong(node, "wants_texts", name=key)
        return ()

    def table(self, key: str) -> Table | None:
        node = self.raw(key)
        return None if node is None else Table(node, self.notes, key)

    def tables(self, key: str) -> Iterator[Node]:
        """The members of a list."""
        node = self.raw(key)
        if node is None:
            return
        if not isinstance(node.value, list):
            self.wrong(node, "wants_list", name=key)
            return
        yield from node.value

    def each(self, key: str, make: Callable[[Table], T]) -> tuple[T, ...]:
        made = []
        for node in self.tables(key):
            table = Table(node, self.notes, key)
            if isinstance(node.value, dict):
                made.append(make(table))
                table.rest()
        return tuple(made)

    def condition(self, key: str = "when") -> Condition:
        node = self.raw(key)
        return ALWAYS if node is None else condition(node, self.notes)

    def rest(self) -> None:
        """Says every key that nobody asked for, with the nearest known one."""
        for key in self.keys.keys() - self.asked:
            near = difflib.get_close_matches(key, self.asked, 1)
            known = near[0] if near else "、".join(sorted(self.asked))
            self.wrong(self.keys[key], "unknown_key", name=key, near=known)


def condition(node: Node, notes: Notes) -> Condition:
    """A condition out of its table. See matters.conditions for the language."""

    def wrong(at: Node, rule: str) -> Condition:
        notes.append(Finding(rule, Weight.ERROR, place_of(at)))
        return ALWAYS

    if not isinstance(node.value, dict) or not node.value:
        return wrong(node, "condition")
    parts: list[Condition] = []
    for key, value in node.value.items():
        if key in ("all", "any"):
            if not isinstance(value.value, list):
                parts.append(wrong(value, "condition"))
                continue
            inner = tuple(condition(part, notes) for part in value.value)
            parts.append(All(inner) if key == "all" else AnyOf(inner))
        elif key == "not":
            parts.append(Not(condition(value, notes)))
        else:
            wanted = _answers(value)
            if not wanted:
                parts.append(wrong(value, "condition"))
            elif key == "item":
                parts.append(AnyOf(tuple(Is(ITEM + name, ("yes",)) for name in wanted)))
            elif key == "known":  # whoever is known by card and picture is known by the card
                also = ("card+photo",) if "card" in wanted and "card+photo" not in wanted else ()
                parts.append(Is(KNOWN, (*wanted, *also)))
            else:
                parts.append(Is(key, wanted))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _answers(node: Node) -> tuple[str, ...]:
    if isinstance(node.value, str):
        return (node.value,)
    if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
        return tuple(item.value for item in node.value)
    return ()


Documents = Mapping[str, Node]

"""Which consents a visit asks for, by rule: who takes an application asks for the general one before anything; a
child's guardian and whoever tells something sensitive are asked for theirs after the items are chosen, and only if
something that was chosen needs it (个人信息保护法 13, 29, 31). A picture of the person has one of its own (26, 29)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from matters.catalogue import Asking, Field, Item, Material, Matter
from matters.knowing import pictured, sensitive
from matters.resolve import Resolved

FIRST = ("general",)
FACE = "face"  # to a picture of the person beside their card

Part = Field | Material | Item


def wanted(matter: Matter, found: Resolved) -> tuple[Asking, ...]:
    """In the order in which they are asked. The sensitive one names what exactly is told here."""
    if not matter.takes_applications:
        return ()
    kinds = kinds_of(_parts(found))
    told = tuple(dict.fromkeys(name_of(part) for part in parts(found, "sensitive")))
    return tuple(
        replace(asking, collected=told) if asking.kind == "sensitive" else asking
        for asking in matter.consents
        if asking.kind in kinds
    )


def _parts(found: Resolved) -> list[Part]:
    told: list[Part] = [state.item for state in found.items if state.chosen]
    told += [row.field for row in found.form]
    return [*told, *(need.material for need in found.materials if need.state == "needed")]


def parts(found: Resolved, kind: str) -> tuple[Part, ...]:
    """What is told here that this consent is for, or is done with it."""
    return tuple(part for part in _parts(found) if kind in kinds_of([part]) and kind not in FIRST)


def kinds_of(parts: Iterable[Part]) -> set[str]:
    """The kinds that these need."""
    kinds = {"general"}
    for part in parts:
        if isinstance(part, Item):
            if pictured(part):
                kinds.add(FACE)
            continue
        if sensitive(part):
            kinds.add("sensitive")
        if isinstance(part, Field) and part.minor:
            kinds.add("guardian")
    return kinds


def name_of(part: Part) -> str:
    return part.label if isinstance(part, Field) else part.short

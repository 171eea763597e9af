"""Which consents a visit asks for, by rule: who takes an application asks for the general one before anything; a
child's guardian and whoever tells something sensitive are asked for theirs after the items are chosen, and only if
something that was chosen needs it (个人信息保护法 13, 29, 31)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from matters.catalogue import Asking, Field, Material, Matter
from matters.knowing import sensitive
from matters.resolve import Resolved

FIRST = ("general",)


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


def _parts(found: Resolved) -> list[Field | Material]:
    told: list[Field | Material] = [row.field for row in found.form]
    return [*told, *(need.material for need in found.materials if need.state == "needed")]


def parts(found: Resolved, kind: str) -> tuple[Field | Material, ...]:
    """What is told here that this consent is for."""
    return tuple(part for part in _parts(found) if kind in kinds_of([part]) and kind not in FIRST)


def kinds_of(parts: Iterable[Field | Material]) -> set[str]:
    """The kinds that these need."""
    kinds = {"general"}
    for part in parts:
        if sensitive(part):
            kinds.add("sensitive")
        if isinstance(part, Field) and part.minor:
            kinds.add("guardian")
    return kinds


def name_of(part: Field | Material) -> str:
    return part.label if isinstance(part, Field) else part.short

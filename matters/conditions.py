"""When something applies, as data: a small closed language that a clerk can read and a machine can judge.

In a file:  {married: "yes"}                 a situation or field has this answer
            {household: [mother, father]}    … or one of these
            {item: hukou}                    this item is being done
            {known: typed}                   how the person was known (`card` holds for card+photo as well)
            {helper: "yes"}                  somebody else acts for the person, with a card of their own
            {all: [...]}  {any: [...]}  {not: {...}}
Several keys in one table must all hold. What has not been asked yet is unknown, and unknown is not a yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ITEM = "item:"
KNOWN = "known"
HELPER = "helper"


@dataclass(frozen=True)
class Is:
    """The answer to `name` is one of `values`. Items are named `item:ID` with the values yes and no."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


Condition = Is | All | AnyOf | Not
ALWAYS = All(())


def judge(condition: Condition, facts: Mapping[str, str]) -> bool | None:
    """True, False, or None while it depends on what is not known yet (Kleene's three values)."""
    match condition:
        case Is(name, values):
            return facts[name] in values if name in facts else None
        case All(parts):
            found = [judge(part, facts) for part in parts]
            return False if False in found else None if None in found else True
        case AnyOf(parts):
            found = [judge(part, facts) for part in parts]
            return True if True in found else None if None in found else False
        case Not(part):
            inner = judge(part, facts)
            return None if inner is None else not inner


def met(condition: Condition, facts: Mapping[str, str]) -> bool:
    """Whether it certainly holds."""
    return judge(condition, facts) is True


def names(condition: Condition) -> Iterator[Is]:
    """Every comparison inside."""
    match condition:
        case Is():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from names(part)
        case Not(part):
            yield from names(part)

"""How well a person must be known for an item, by rule and never by hand.

The rule, from the least to the most:
`typed`       name and number as typed: what only puts a name into a register, answers, or issues a paper about a fact.
`card`        the card on the reader: where something is handed to this person and to nobody else (a credential, money),
              where something that is theirs comes to an end, or where a bank account or another sensitive fact is told
              (个人信息保护法 28).
`card+photo`  the card and a picture of the person beside it, taken here for a clerk of the county to compare: only
              where a law wants the person to come (`in_person` names it).
Whoever acts for somebody else (level `helper`) stands with a card of their own, a relation and a signed mandate for the
card of the absent; nobody stands for a person whom the law wants to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from matters.catalogue import LEVELS, Field, Item, Material, Matter
from matters.conditions import ALWAYS

BY_RESULT = {"credential": "card", "money": "card", "end": "card"}


@dataclass(frozen=True)
class Knowing:
    """`level` of catalogue.LEVELS; `reason`: in_person, credential, money, end, sensitive or plain."""

    level: str
    reason: str

    @property
    def helper(self) -> bool:
        """Whether somebody else may act here."""
        return self.level != LEVELS[-1]


def sensitive(part: Field | Material) -> bool:
    """Whether it is asked for only with a consent of its own: marked so, or a bank account."""
    return part.sensitive or (isinstance(part, Field) and part.kind == "bank")


def knowing(matter: Matter, item: Item) -> Knowing:
    if item.in_person:
        return Knowing("card+photo", "in_person")
    if item.gives in BY_RESULT:
        return Knowing(BY_RESULT[item.gives], item.gives)
    parts: list[Field | Material] = [*matter.fields, *matter.materials]
    if any(sensitive(part) and _surely_told(part, item) for part in parts):
        return Knowing("card", "sensitive")
    return Knowing("typed", "plain")


def pictured(item: Item) -> bool:
    """Whether a picture of the person goes with it."""
    return item.level == LEVELS[-1]


def _surely_told(part: Field | Material, item: Item) -> bool:
    """Whether whoever does this item tells it: asked for this item, or of everybody who does the matter."""
    return item.id in part.items or (not part.items and part.when == ALWAYS)


def with_levels(matter: Matter) -> Matter:
    """The matter with the level of each item."""
    items = tuple(replace(item, level=knowing(matter, item).level) for item in matter.items)
    return replace(matter, items=items)

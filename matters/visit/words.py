"""The catalogue's own words for things that the steps must say in text."""

from __future__ import annotations

from matters.visit.state import Visit

NEEDED = (
    "more", "typed.number.title", "typed.number.hint", "typed.number.main", "typed.name.title", "typed.name.hint",
    "typed.name.main", "card.whose", "items.needs_card", "items.needs_parent", "state.do", "state.not", "state.chosen",
    "check.who", "check.items", "check.count", "check.pages", "check.signed", "check.not_needed", "check.later",
    "check.later_second", "check.delivery", "check.promise", "delivery.title", "items.title", "delivery.phone",
    "limit.after", "limit.now", "limit.unknown", "take.id_card", "take.receipt", "sex.1", "sex.2", "paper.first",
    "lookup.again", "search.title", "phone.hall", "phone.12345",
)  # fmt: skip


def say(visit: Visit, key: str, **values: object) -> str:
    """A word of the catalogue, with {name} filled in. The build has made sure that every one is there."""
    text = visit.catalogue.words.get(key, "")
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text

"""An address by touching: the places around the hall first, up and down the tree, the rest written.

What is chosen is text like any other; how far down the tree one is stands in the drafts, and nothing is learned.
"""

from __future__ import annotations

from dataclasses import replace

from matters.regions import inside
from matters.steps import PlaceList, Where
from matters.visit import flow
from matters.visit.state import Visit, doing, drop, put, resolved

_TREE, _WRITE = "tree:", "write:"
_MARK = "/"  # between names in a draft; no name of a place holds it
KNOWN_MOST = 3


def applies(visit: Visit, text: str) -> bool:
    """Whether the present place is an address to choose. One that is there already (`text`) is looked at as text, so
    that it can be corrected without starting anew, until somebody goes back to the list."""
    name, _, rest = visit.place.partition(":")
    if name != "field" or not visit.setting.regions or doing(visit).field(rest).kind != "address":
        return False
    if f"{_WRITE}{visit.place}" in visit.drafts:
        return False
    return not text or f"{_TREE}{visit.place}" in visit.drafts


def path(visit: Visit) -> tuple[str, ...]:
    draft = visit.drafts.get(f"{_TREE}{visit.place}")
    if draft is None:
        return visit.setting.here
    return tuple(draft.split(_MARK)) if draft else ()


def known(visit: Visit) -> tuple[str, ...]:
    """Whole addresses that this person has told already: on the card, in another answer. Nobody else's."""
    found = resolved(visit)
    here = visit.place.partition(":")[2]
    told = [row.value for row in found.form if row.field.kind == "address" and row.value and row.field.id != here]
    card = visit.answers.card
    if card is not None and card.address:
        told.insert(0, card.address)
    return tuple(dict.fromkeys(told))[:KNOWN_MOST]


def step(visit: Visit, where: Where | None) -> PlaceList:
    field = doing(visit).field(visit.place.partition(":")[2])
    here = path(visit)
    names = tuple(region.name for region in inside(visit.setting.regions, here))
    return PlaceList(visit.place, where, True, field.title, here, names, known(visit))


def pressed(visit: Visit, key: str) -> Visit | None:
    """What a key does on the list of places; None where it means what it always means."""
    name, _, value = key.partition(":")
    here = path(visit)
    parts = inside(visit.setting.regions, here)
    match name:
        case "place" if value.isdigit() and int(value) < len(parts):
            chosen = parts[int(value)]
            going = _at(visit, (*here, chosen.name))
            return going if chosen.parts else _written(going, "".join((*here, chosen.name)))
        case "known" if value.isdigit() and int(value) < len(known(visit)):
            return _written(visit, known(visit)[int(value)])
        case "up" if here:
            return _at(visit, here[:-1])
        case "write":
            begun, before = "".join(here), visit.drafts.get(visit.place, "")
            return _written(visit, before if before.startswith(begun) else begun)
        case "place" | "known" | "up" | "main":
            return visit
        case _:
            return None


def back(visit: Visit) -> Visit | None:
    """From the written rest to the list again, losing nothing; None where back means what it always means."""
    if flow.kind(visit.place) == "field" and f"{_WRITE}{visit.place}" in visit.drafts and visit.before is None:
        return replace(visit, drafts=drop(visit.drafts, f"{_WRITE}{visit.place}"), problem="")
    return None


def _at(visit: Visit, names: tuple[str, ...]) -> Visit:
    return replace(visit, drafts=put(visit.drafts, f"{_TREE}{visit.place}", _MARK.join(names)), problem="")


def _written(visit: Visit, text: str) -> Visit:
    drafts = put(put(visit.drafts, f"{_WRITE}{visit.place}", "1"), visit.place, text)
    drafts = put(drafts, f"{_TREE}{visit.place}", _MARK.join(path(visit)))
    return replace(visit, drafts=drafts, problem="")

"""The words of a promise with the person's own answers in them. What is signed is what was shown, to the letter."""

from __future__ import annotations

from itertools import pairwise

from matters.answers import shown
from matters.catalogue import Promise
from matters.conditions import met
from matters.events import BY_KEY
from matters.references import BLANK
from matters.resolve import Resolved
from matters.visit.state import Visit, doing, person

STROKE_LEAST = 0.15  # length of all strokes together, in widths of the box: less is a slip of the finger


def clauses(visit: Visit, promise: Promise, found: Resolved) -> tuple[str, ...]:
    return tuple(filled(visit, clause.text, found) for clause in promise.clauses if met(clause.when, found.facts))


def filled(visit: Visit, text: str, found: Resolved) -> str:
    """A text of the catalogue with {field}, {situation}, {name} … filled in; what is not known yet leaves nothing."""
    if "{" not in text:
        return text
    values = {row.field.id: shown(row.field, row.value) for row in found.form if row.value is not None}
    for situation in doing(visit).situations:
        title = next((o.title for o in situation.options if o.id == found.facts.get(situation.id)), "")
        values[situation.id] = title
    who, _ = person(visit.answers, visit.setting.today)
    values |= {
        "name": who.get("card.name", ""),
        "hall": visit.setting.hall,
        "county": visit.setting.county,
        "collect_at": visit.setting.collect_at,
    }
    return BLANK.sub(lambda match: values.get(match[1], ""), text)


def is_signature(strokes: tuple[tuple[tuple[float, float], ...], ...]) -> bool:
    """Whether something was written, not merely touched; or confirmed by key."""
    if strokes == BY_KEY:
        return True
    length = 0.0
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            length += ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    return length >= STROKE_LEAST

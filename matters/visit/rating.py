"""好差评: five levels, with the national list's reasons for each (three-digit codes, the first digit is the level)."""

from __future__ import annotations

from dataclasses import replace

from matters.spoken import REASONS
from matters.visit.state import Visit


def level(visit: Visit, number: str) -> Visit:
    """A level was touched; the reasons of another level go."""
    if visit.place != "rate" or number not in "12345" or len(number) != 1:
        return visit
    if int(number) == visit.level:
        return visit
    return replace(visit, level=int(number), reasons=frozenset())


def reason(visit: Visit, code: str) -> Visit:
    """A reason of the present level was touched: it toggles."""
    if code not in REASONS.get(visit.level, ()):
        return visit
    return replace(visit, reasons=visit.reasons ^ {code})

"""好差评: five levels, with the national list's reasons for each (three-digit codes, the first digit is the level)."""

from __future__ import annotations

from dataclasses import replace

from matters.visit.state import Visit

# The codes that fit a terminal in a village hall; their plain words are reason.CODE in the catalogue's words.
REASONS = {
    5: ("510", "511", "512", "515", "516", "517"),
    4: ("406", "408", "412", "409", "411", "413"),
    3: ("307", "308", "310", "311", "313", "314"),
    2: ("207", "208", "209", "210", "213", "214"),
    1: ("108", "109", "110", "113", "114", "115"),
}


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

"""The way through a matter: which places there are, in which order, and which of them are settled.

The way follows from the answers alone, so going back and forth loses nothing, and a change from the check screen asks
only what the change raises: the first place that is not settled, or the check screen again.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from matters import answers as judge_answer
from matters import consents
from matters.knowing import pictured
from matters.references import CARD
from matters.resolve import Resolved, resolve
from matters.visit import helping, reading
from matters.visit.signing import clauses
from matters.visit.state import Answers, Visit, doing, given, known, resolved, standing, told_by

SECONDS = {
    "notice": 60, "flow": 20, "consent": 30, "declined": 20, "situation": 20, "items": 45, "card": 30, "typed": 45,
    "shown": 15, "face": 40, "field": 30, "paper": 40, "commitment": 45, "delivery": 20, "check": 60, "helper": 20,
    "mandate": 30,
}  # fmt: skip
SEGMENT = {
    "notice": 1, "consent": 2, "situation": 2, "items": 3, "card": 4, "typed": 4, "shown": 4, "face": 4, "field": 5,
    "paper": 6, "commitment": 7, "delivery": 7, "check": 7, "helper": 4, "mandate": 7,
}  # fmt: skip


def kind(place: str) -> str:
    return place.split(":", 1)[0]


def segment(place: str) -> int:
    """Which part of the way a place belongs to; 0 for none. Later consents stand before what they are for."""
    name, _, rest = place.partition(":")
    if name == "consent" and rest not in consents.FIRST:
        return SEGMENT["face" if rest == consents.FACE else "field"]
    return SEGMENT.get(name, 0)


def face_wanted(found: Resolved) -> bool:
    """Whether something that is done wants a picture of the person."""
    return any(state.chosen and pictured(state.item) for state in found.items)


def path(visit: Visit, found: Resolved | None = None) -> tuple[str, ...]:
    """Every place of the matter as it stands, from the notice to the check screen."""
    matter = doing(visit)
    if not matter.takes_applications:
        return ("notice",)
    found = found or resolved(visit)
    answers = visit.answers
    asked = [asking.kind for asking in consents.wanted(matter, found)]
    way = ["notice", *(f"consent:{kind}" for kind in asked if kind in consents.FIRST)]
    way += [f"situation:{situation.id}" for situation in found.situations]
    if len(found.items) > 1 or not found.chosen:  # or nothing can be done by a person known so little: it says why
        way.append("items")
    way += helping.places(answers)
    if answers.typing:
        way += ["shown"] if told_by(answers) else ["typed:number", "typed:name"]
    else:
        way += ["shown"] if answers.card else ["card"]
    if face_wanted(found):
        way += [f"consent:{consents.FACE}", "face"]
    way += [f"consent:{kind}" for kind in asked if kind not in (*consents.FIRST, consents.FACE)]
    early = reading.first(visit, found)  # pictures that answer questions are taken before those are asked
    way += _pages(answers, found, early)
    way += [f"field:{row.field.id}" for row in found.form if row.asked]
    way += _pages(answers, found, {need.material.id for need in found.materials} - early)
    way += [f"commitment:{promise.id}" for promise in found.promises]
    if answers.helping:
        way.append("mandate")
    if found.delivery:
        way.append("delivery")
    way.append("check")
    return tuple(way)


def _pages(answers: Answers, found: Resolved, of: Set[str]) -> list[str]:
    """The pages of some of the materials that are to be photographed."""
    way = []
    for need in found.materials:
        if need.state == "needed" and need.material.id in of:
            taken = len(answers.shots.get(need.material.id, ()))
            way += [f"paper:{need.material.id}:{page}" for page in range(1, max(need.material.pages, taken) + 1)]
    return way


def settled(visit: Visit, place: str, found: Resolved) -> bool:
    """Whether a place has what it needs."""
    answers = visit.answers
    name, _, rest = place.partition(":")
    match name:
        case "consent":
            return rest in answers.agreed
        case "situation":
            return rest in found.facts
        case "items":
            return _items_settled(visit, found)
        case "card":
            return False
        case "face":
            return answers.face is not None and answers.face.kept
        case "typed":
            return known(answers, visit.setting.today) == "typed"
        case "helper":
            return helping.settled(visit, rest)
        case "mandate":
            return helping.mandate_settled(visit)
        case "field":
            row = next((row for row in found.form if row.field.id == rest), None)
            if row is None:
                return True
            if row.value is None:
                return rest in answers.skipped and row.field.optional
            return not judge_answer.problem(
                row.field, judge_answer.entry_text(row.field, row.value), visit.setting.today
            )
        case "paper":
            material, _, page = rest.rpartition(":")
            shots = answers.shots.get(material, ())
            shot = shots[int(page) - 1] if int(page) <= len(shots) else None
            return shot is not None and shot.kept
        case "commitment":
            signed = answers.signed.get(rest)
            return signed is not None and signed[0] == clauses(visit, doing(visit).promise(rest), found)
        case "delivery":
            return any(way.id == answers.delivery for way in found.delivery)
        case "check":
            return False
        case _:  # notice, shown
            return place in answers.passed


def _items_settled(visit: Visit, found: Resolved) -> bool:
    """Seen once; and once more if it turned out that something chosen cannot be done."""
    if "items" not in visit.answers.passed or not found.chosen:
        return False
    lost = [
        state.item.id
        for state in found.items
        if not state.possible and visit.answers.picks.get(state.item.id, state.item.usual)
    ]
    return not lost or f"items:{standing(visit.answers, visit.setting.today)}" in visit.answers.passed


def first_open(visit: Visit, found: Resolved, way: tuple[str, ...]) -> str:
    """The first place that is not settled; the check screen if all are."""
    return next((place for place in way if not settled(visit, place, found)), "check")


def go(visit: Visit, place: str) -> Visit:
    """Show a place. Arriving at the check screen ends a change."""
    if place == visit.place:
        return replace(visit, problem="")
    before = None if place == "check" else visit.before
    return replace(visit, place=place, problem="", before=before, shoot=False, reading=False, checking=False,
                   again_at=0.0)  # fmt: skip


def onward(visit: Visit) -> Visit:
    """On from the present place, which has just been settled."""
    found = resolved(visit)
    way = path(visit, found)
    opening = first_open(visit, found, way)
    if visit.place not in way or visit.before is not None:
        return go(visit, opening)
    here = way.index(visit.place)
    if way.index(opening) <= here:
        return go(visit, opening)
    if visit.place == "items" and (known(visit.answers, visit.setting.today) or visit.answers.helping):
        return go(visit, opening)
    return go(visit, way[here + 1])


def backward(visit: Visit) -> Visit:
    """Back one place, losing nothing. From a change: the answer as it was, and the check screen."""
    if visit.before is not None:
        restored = replace(visit, answers=visit.before)
        return go(restored, "check")
    if visit.answers.typing and visit.place == "typed:number":
        back_to = "shown" if visit.answers.card else "card"
        return go(replace(visit, answers=replace(visit.answers, typing=False)), back_to)
    if visit.place == "card" and visit.answers.card is not None:
        return go(visit, "shown")
    way = path(visit)
    if visit.place not in way:
        return go(visit, first_open(visit, resolved(visit), way))
    here = way.index(visit.place)
    return go(visit, way[here - 1]) if here else visit


def progress(visit: Visit) -> tuple[int, int, int]:
    """Segment (1-based), how many segments the matter has, and the minutes that are likely still needed.

    What is not known yet is taken as it mostly is: the first option of every question, the card instead of typing.
    Segments that a matter does not have (one item: nothing to choose) are not counted.
    """
    likely = given(visit)
    situations = {s.id: s.options[0].id for s in doing(visit).situations} | dict(likely.situations)
    if not likely.level:
        person = dict.fromkeys(CARD, "?")
        likely = replace(likely, person=person, level="typed" if visit.answers.typing else "card")
    way = path(visit, resolve(doing(visit), replace(likely, situations=situations)))
    early = {f"paper:{name}" for name in reading.first(visit, resolved(visit))}
    segments = sorted({SEGMENT["field"] if place.rpartition(":")[0] in early else segment(place) for place in way})
    ahead = way[way.index(visit.place) :] if visit.place in way else (visit.place, "check")
    if visit.before is not None:
        ahead = (visit.place, "check")
    seconds = sum(SECONDS.get(kind(place), 0) for place in ahead)
    here = SEGMENT["field"] if visit.place.rpartition(":")[0] in early else segment(visit.place)
    number = segments.index(here) + 1 if here in segments else len(segments)
    return number, len(segments), max(1, round(seconds / 60))

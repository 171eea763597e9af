"""Options touched, text entered, strokes drawn."""

from __future__ import annotations

import re
from dataclasses import replace

from matters import answers as judge_answer
from matters.events import Strokes
from matters.resolve import toggle
from matters.spoken import RELATIONS
from matters.visit import aside, declining, rating, saying
from matters.visit.helping import MANDATE
from matters.visit.state import Visit, answer, doing, drop, put, resolved

TEXT_MOST = 200
POINTS_MOST = 20_000  # of a signature, all strokes together
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def chosen(visit: Visit, option: str) -> Visit:
    """An option was touched."""
    name, _, rest = visit.place.partition(":")
    if name == "situation":
        situation = doing(visit).situation(rest)
        if any(choice.id == option for choice in situation.options):
            return replace(visit, drafts=put(visit.drafts, visit.place, option), problem="")
    elif name == "items":
        states = resolved(visit).items
        if any(state.item.id == option for state in states):
            picks = {**visit.answers.picks, **toggle(doing(visit), states, option)}
            return answer(visit, picks=picks)
    elif name == "field":
        field = doing(visit).field(rest)
        if field.kind == "choice" and any(choice.id == option for choice in field.options):
            return replace(visit, drafts=put(visit.drafts, visit.place, option), problem="")
        if option in field.suggestions:
            return typed(visit, option)
    elif name == "declined":
        return declining.chosen(visit, option)
    elif visit.place == "say:subject":
        return saying.chosen(visit, option)
    elif visit.place == "helper:relation":
        if option in RELATIONS:
            return replace(visit, drafts=put(visit.drafts, visit.place, option), problem="")
    elif name == "delivery":
        if any(way.id == option for way in resolved(visit).delivery):
            return replace(visit, drafts=put(visit.drafts, visit.place, option))
    elif name == "rate":
        return rating.reason(visit, option)
    return visit


def typed(visit: Visit, text: str) -> Visit:
    """The whole text of the present entry."""
    text = _CONTROL.sub("", text)[:TEXT_MOST]
    name, _, rest = visit.place.partition(":")
    if name == "search":
        return replace(visit, text=text[:20])
    if most := saying.limit(visit):
        return replace(visit, drafts=put(visit.drafts, visit.place, text[:most]), problem="")
    if visit.place == "resume:type":
        digits = re.sub(r"\D", "", text)[: aside.DIGITS]
        return replace(visit, drafts=put(visit.drafts, visit.place, digits), problem="")
    if name == "field":
        field = doing(visit).field(rest)
        if field.kind == "choice":
            return visit
        text = text[: judge_answer.longest(field)]
    elif name == "typed" or (name == "helper" and rest in ("number", "name")):
        text = text[:18] if rest == "number" else text[:20]
    else:
        return visit
    return replace(visit, drafts=put(visit.drafts, visit.place, text), problem="")


def signed(visit: Visit, strokes: Strokes) -> Visit:
    """All strokes so far; none wipes the box."""
    name, _, rest = visit.place.partition(":")
    if name == "mandate":
        rest = MANDATE
    elif name != "commitment":
        return visit
    if sum(len(stroke) for stroke in strokes) > POINTS_MOST:
        return visit
    tidy = tuple(tuple((min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in stroke) for stroke in strokes)
    if not tidy:
        return replace(visit, strokes=drop(visit.strokes, rest), problem="")
    return replace(visit, strokes=put(visit.strokes, rest, tidy), problem="")

"""Somebody acts for somebody else (代办): the helper's own card, what they are to the person, a signed mandate.

The person the matter is about stays the person of the application; the helper is told beside them. Who acts with a card
of their own and a relation lifts a typed number to the level `helper`; without a card of their own it stays `typed`.
A clerk who fills in with the person is another thing: what they fill is marked, and they leave before anything is
agreed to, signed or handed in.
"""

from __future__ import annotations

from matters import identity
from matters.application import Helper
from matters.spoken import RELATIONS
from matters.visit.state import Answers, Visit, helper, helper_known, person
from matters.visit.words import say

MANDATE = "@mandate"  # where its strokes and its signature lie; no promise of a catalogue can be named so


def places(answers: Answers) -> list[str]:
    """The helper's places, before the person's own card."""
    if not answers.helping:
        return []
    if answers.helper_typing:
        return ["helper:number", "helper:name", "helper:relation"]
    return ["helper:shown" if answers.helper_card else "helper:card", "helper:relation"]


def settled(visit: Visit, rest: str) -> bool:
    answers = visit.answers
    match rest:
        case "card":
            return False
        case "shown":
            return "helper:shown" in answers.passed
        case "relation":
            return answers.relation in RELATIONS
        case _:
            return helper_known(answers, visit.setting.today) == "typed"


def mandate_settled(visit: Visit) -> bool:
    signed = visit.answers.signed.get(MANDATE)
    return signed is not None and signed[0] == clauses(visit)


def clauses(visit: Visit) -> tuple[str, ...]:
    """What the helper signs, with both names in it."""
    name = person(visit.answers, visit.setting.today)[0].get("card.name", "")
    relation = say(visit, f"relation.{visit.answers.relation}") if visit.answers.relation else ""
    return tuple(say(visit, f"mandate.clause{n}", name=name, relation=relation) for n in (1, 2, 3))


def is_helpers(visit: Visit, number: str) -> bool:
    """Whether the card or number that should be the person's is the helper's own."""
    return visit.answers.helping and same(number, helper(visit.answers, visit.setting.today)[1])


def same(one: str, two: str) -> bool:
    return bool(one) and identity.tidy_id(one) == identity.tidy_id(two)


def helpers(visit: Visit) -> tuple[Helper, ...]:
    """Who acted with or for the person, as the application tells it."""
    answers, today = visit.answers, visit.setting.today
    found = []
    if answers.helping:
        name, number = helper(answers, today)
        signed = "mandate" if MANDATE in answers.signed else ""
        level = helper_known(answers, today)
        found.append(Helper("relative", level, name, number, answers.relation, signed))
    if answers.by_clerk:
        found.append(Helper("clerk", "staff", answers.clerk, filled=tuple(sorted(answers.by_clerk))))
    return tuple(found)

"""What comes back from the outside: outcomes of effects, devices that go and come."""

from __future__ import annotations

from dataclasses import replace

from matters.events import Outcome, Surroundings, Underway
from matters.outcomes import (
    AtCounty,
    CardRead,
    CasesFound,
    CodeScanned,
    Done,
    Failed,
    PictureTaken,
    Printed,
    SocialCardRead,
    Submitted,
)
from matters.visit import aside, behalf, facing, flow, helping, papering, phoning, reading
from matters.visit.clock import active
from matters.visit.state import Running, Visit, answer, drop, without_face


def underway(visit: Visit, event: Underway) -> Visit:
    """A card is being read: the person is not idle, and the screen says what is happening. Or: the camera films."""
    running = _running(visit, event.effect)
    if running is None:
        return visit
    if running.wish.startswith(("Film:", "Shoot:")):
        return replace(visit, problem="")  # the camera is back
    if running.wish.startswith("FilmFace:"):
        return facing.lit(visit)
    if running.wish == phoning.WISH:
        return phoning.underway(visit)
    if not running.wish.startswith(("card:", "social:")):
        return visit
    return replace(active(visit), reading=event.code == "card.reading", problem="", lookup_problem="")


def _running(visit: Visit, name: str) -> Running | None:
    return next((running for running in visit.running if running.effect.id == name), None)


def outcome(visit: Visit, event: Outcome) -> Visit:
    """An outcome, if anybody still waits for it. Its effect is over either way."""
    running = _running(visit, event.effect)
    if running is None:
        return visit
    visit = replace(visit, running=tuple(r for r in visit.running if r is not running))
    kind, _, rest = running.wish.partition(":")
    result = event.result
    match kind:
        case "card":
            return _card(visit, rest, result)
        case "social":
            return _social(visit, result)
        case phoning.WISH:
            return phoning.outcome(visit, result)
        case "scan":
            return _scanned(visit, rest, result)
        case "aside":
            return aside.put_away(visit, result)
        case "open":
            return aside.opened(visit, result)
        case "undraft":
            return replace(visit, draft="")
        case "Film" | "Shoot":
            return _picture(visit, result)
        case "FilmFace" | "TakeFace":
            return facing.outcome(visit, result)
        case "notice":
            code = result.code if isinstance(result, Failed) else "printed"
            return active(replace(visit, notice=code))
        case "submit":
            return _submitted(visit, result)
        case "receipt":
            return _printed(visit, result)
        case "county":
            return replace(visit, at_county=visit.at_county or isinstance(result, AtCounty))
        case "call":
            return replace(visit, help="called" if isinstance(result, Done) else "kept") if visit.help else visit
        case "rating":
            return replace(visit, rating=False)
        case "forget":
            return replace(visit, forgotten=(*visit.forgotten, rest), read=drop(visit.read, rest))
        case "read":
            return reading.with_result(visit, rest, result)
        case _:
            return _found(visit, result)


def _card(visit: Visit, place: str, result: object) -> Visit:
    visit = replace(visit, reading=False)
    if isinstance(result, CardRead):
        visit = active(visit)
        if place == "resume":
            return aside.carded(visit, result)
        if place == "lookup":
            visit = answer(visit, card=result, passed=visit.answers.passed | {"lookup"})
            return replace(visit, lookup_problem="" if visit.online else "county.offline")
        if place == "helper:card":
            return behalf.card(visit, result)
        if helping.is_helpers(visit, result.id_number):
            return replace(visit, problem="card.same_person", again_at=visit.at + visit.setting.retry_s)
        if visit.answers.card is None or visit.answers.card.id_number != result.id_number:
            visit = without_face(visit)  # a picture stands beside the card that lay here when it was taken
        visit = answer(visit, card=result, phone=None, typing=False, passed=visit.answers.passed - {"shown"})
        return flow.go(visit, "shown")
    if isinstance(result, Failed):
        waiting = replace(visit, again_at=visit.at + visit.setting.retry_s)
        if place == "lookup":
            return replace(waiting, lookup_problem=result.code)
        return replace(waiting, problem=result.code)
    return visit


def _social(visit: Visit, result: object) -> Visit:
    """A social-security card at the card step: it writes name and number for the person, and no more."""
    visit = replace(visit, reading=False)
    if isinstance(result, SocialCardRead):
        visit = answer(active(visit), social=result)
        if not result.id_number or not result.name:  # the third generation keeps them back
            return replace(visit, problem="social.no_name", again_at=visit.at + visit.setting.retry_s)
        if helping.is_helpers(visit, result.id_number):
            return replace(visit, problem="card.same_person", again_at=visit.at + visit.setting.retry_s)
        told = answer(
            visit, typing=True, number=result.id_number, name=result.name, passed=visit.answers.passed - {"shown"}
        )
        return flow.go(replace(told, drafts=drop(drop(told.drafts, "typed:number"), "typed:name")), "shown")
    if isinstance(result, Failed):
        return replace(visit, problem=result.code, again_at=visit.at + visit.setting.retry_s)
    return visit


def _scanned(visit: Visit, what: str, result: object) -> Visit:
    if what == "slip":
        if isinstance(result, CodeScanned):
            return aside.coded(visit, result.text)
        if isinstance(result, Failed):
            rest = visit.setting.retry_s if result.code.startswith("scanner.") else 0.0
            return replace(visit, problem=result.code, again_at=visit.at + rest)
        return visit
    if isinstance(result, CodeScanned):
        visit = answer(active(visit), receipt=result.text, passed=visit.answers.passed | {"lookup"})
        return replace(visit, lookup_problem="" if visit.online else "county.offline")
    if isinstance(result, Failed):
        # A scanner in trouble is asked again after a while; after a wrong code the right one may follow at once.
        rest = visit.setting.retry_s if result.code.startswith("scanner.") else 0.0
        return replace(visit, lookup_problem=result.code, again_at=visit.at + rest)
    return visit


def _picture(visit: Visit, result: object) -> Visit:
    visit = replace(visit, shoot=False)
    if isinstance(result, PictureTaken):
        return replace(active(papering.with_page(visit, result)), problem="")
    if isinstance(result, Failed):
        return replace(visit, problem=result.code, again_at=visit.at + visit.setting.retry_s)
    return visit


def _submitted(visit: Visit, result: object) -> Visit:
    if isinstance(result, Submitted):
        return replace(active(visit), submitted=result, since=visit.at, copies=1)
    if isinstance(result, Failed):
        return replace(active(visit), place="trouble", problem=result.code)
    return visit


def _printed(visit: Visit, result: object) -> Visit:
    if isinstance(result, Printed):
        return replace(active(visit), printed=visit.printed + 1, unsure=not result.confirmed, paper_problem="")
    if isinstance(result, Failed):
        # A receipt that does not come is not passed over, even if the person has gone on to the rating.
        place = "handed" if visit.place == "rate" and not visit.printed else visit.place
        return replace(active(visit), place=place, paper_problem=result.code, paper_gone=not visit.can_print)
    return visit


def _found(visit: Visit, result: object) -> Visit:
    if isinstance(result, CasesFound):
        return replace(active(visit), cases=result.cases)
    if isinstance(result, Failed):
        return replace(active(visit), lookup_problem=result.code)
    return visit


def surroundings(visit: Visit, event: Surroundings) -> Visit:
    """Devices as they are now. A printer that failed, went, and is back prints what it owes, once."""
    sound = event.can_print  # low paper is a problem, but prints
    if visit.paper_problem and not sound:
        visit = replace(visit, paper_gone=True, paper_problem=event.printer_problem or visit.paper_problem)
    elif visit.paper_problem and visit.paper_gone and sound:
        visit = replace(visit, paper_gone=False, paper_problem="")
    if event.today and visit.matter is None:  # a terminal waits over midnight; a visit stays on its day
        visit = replace(visit, setting=replace(visit.setting, today=event.today, workdays=event.workdays))
    return replace(
        visit,
        can_read_card=event.can_read_card,
        can_print=event.can_print,
        can_film=event.can_film,
        can_scan=event.can_scan,
        can_face=event.can_face,
        can_print_sheet=event.can_print_sheet,
        can_read_social=event.can_read_social,
        online=event.online,
        printer_problem=event.printer_problem,
        can_resume=event.drafts,
    )

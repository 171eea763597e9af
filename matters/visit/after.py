"""From the last button on: handing in, the receipt, the rating."""

from __future__ import annotations

from dataclasses import replace

from matters.steps import Next, Paper
from matters.visit import clock, rating, saying
from matters.visit.state import Visit


def pressed(visit: Visit, name: str, key: str) -> Visit:
    match name:
        case "trouble":
            if key in ("main", "again"):
                return replace(visit, place="submitting", since=visit.at, problem="")
            back = "say:check" if saying.going(visit) else "check"
            return replace(visit, place=back, problem="") if key in ("back", "left") else visit
        case "handed":
            return _handed(visit, key)
        case "rate":
            if key.startswith("level:"):
                return rating.level(visit, key.removeprefix("level:"))
            if key == "main":
                return clock.farewell(replace(visit, rating=visit.level > 0), "done")
            return clock.farewell(visit, "done") if key == "left" else visit
        case _:
            return visit


def _handed(visit: Visit, key: str) -> Visit:
    if key == "main":
        return saying.over(visit) if saying.going(visit) else replace(visit, place="rate", unsure=False)
    if key not in ("left", "again", "print"):
        return visit
    if paper(visit) is Paper.TROUBLE:
        return replace(visit, paper_problem="", paper_gone=False) if visit.can_print else visit
    if paper(visit) in (Paper.PRINTED, Paper.UNSURE) and visit.can_print and visit.copies < visit.setting.copies_most:
        return replace(visit, copies=visit.printed + 1, unsure=False)
    return visit


def paper(visit: Visit) -> Paper:
    """Where the receipt is."""
    if any(running.wish.startswith("receipt:") for running in visit.running):
        return Paper.PRINTING
    if visit.paper_problem:
        return Paper.TROUBLE
    if visit.copies > visit.printed:
        if visit.can_print:
            return Paper.PRINTING
        absent = not visit.printer_problem or visit.printer_problem.endswith(".absent")
        return Paper.NONE if absent else Paper.TROUBLE
    return Paper.UNSURE if visit.unsure else Paper.PRINTED


def following(visit: Visit, days: int | None, reply_days: int | None, delivery: str) -> tuple[Next, ...]:
    """What happens next. Counted in working days after acceptance; a date only of what runs from the county's having
    it, once it has it: never one that depends on the line."""
    decided = Next("decided", "later", (("days", str(days)),)) if days else Next("decided_unknown", "later")
    if days == 0:
        decided = Next("decided_at_once", "later")
    handed = Next("handed_out", "later", (("how", delivery),))
    if visit.at_county:
        return (_looks(visit, reply_days), decided, handed)
    return (Next("kept_here", "done"), Next("sent_by_itself", "now"), decided, handed)


def _looks(visit: Visit, days: int | None) -> Next:
    """Until when the county, which has it now, has looked at the papers."""
    if not days:
        return Next("county_looks", "now")
    since = visit.submitted.at[:10] if visit.submitted is not None else ""
    coming = [day for day in visit.setting.workdays if day > since] if since else []
    if len(coming) < days:
        return Next("county_looks_in", "now", (("days", str(days)),))
    _, month, day = coming[days - 1].split("-")
    return Next("county_looks_by", "now", (("days", str(days)), ("month", str(int(month))), ("day", str(int(day)))))

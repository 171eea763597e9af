"""The step that a visit shows: a function of the visit, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from matters import steps
from matters.catalogue import DEPARTMENT, Catalogue, Event, Matter
from matters.limits import matter_limit
from matters.outcomes import CaseRow
from matters.search import find
from matters.spoken import REASONS
from matters.steps import AnyStep, Progress, Tile, Where
from matters.visit import after, aside, asking, behalf, clock, flow, phoning, saying
from matters.visit.state import Visit, doing, resolved
from matters.visit.words import say


def step(visit: Visit) -> AnyStep:
    if visit.still:
        left = clock.warning_for(visit) - (visit.at - visit.still_since)
        return steps.StillThere("still", where(visit), False, max(0, ceil(left)), ceil(clock.warning_for(visit)))
    if visit.help:
        can_join = bool(visit.matter) and behalf.may_join(visit)
        can_aside = aside.may_put_aside(visit)
        return steps.Help("help", where(visit), True, visit.help, visit.setting.phone, can_join, can_aside)
    if visit.aside == "working":
        return steps.Working("aside", where(visit), False, "aside", float(int(visit.at - visit.since)))
    if visit.aside:
        return steps.Trouble("aside", where(visit), True, visit.aside, True)
    if visit.code:
        return phoning.step(visit, where(visit))
    name = flow.kind(visit.place)
    found = _FINDING.get(name)
    if found is not None:
        return found(visit)
    if name in _AFTER:
        return _AFTER[name](visit)
    return asking.step(visit, where(visit))


def where(visit: Visit) -> Where | None:
    """What the band says."""
    if visit.matter is None or flow.kind(visit.place) in (
        "home",
        "list",
        "search",
        "lookup",
        "ask",
        "resume",
        "goodbye",
    ):
        return None
    matter = visit.matter
    if not matter.takes_applications:
        return Where(matter.title, matter.picture)
    kind, _, rest = visit.place.partition(":")
    beside = {"flow": "notice", "declined": f"consent:{rest}"}  # looked at from there: no step ahead
    at = replace(visit, place=beside[kind]) if kind in beside else visit
    number, total, minutes = flow.progress(at)
    if flow.kind(visit.place) in ("handed", "rate"):
        return Where(matter.title, matter.picture, Progress(total, total, 0, done=True))
    return Where(matter.title, matter.picture, Progress(number, total, minutes), bool(visit.clerk))


# ---------------------------------------------------------------- finding a matter


def tile(matter: Matter) -> Tile:
    return Tile(matter.id, matter.title, matter.examples, matter.picture, 1)


def _home(visit: Visit) -> steps.Home:
    catalogue = visit.catalogue
    tiles = [event_tile(catalogue, event) for event in catalogue.events[: catalogue.tile_most - 1]]
    tiles.append(Tile("more", say(visit, "more"), (), "more", len(catalogue.matters)))
    return steps.Home("home", None, False, tuple(tiles), catalogue.label, visit.can_resume)


def _list(visit: Visit) -> steps.MatterList:
    event = visit.place.partition(":")[2]
    if event == "more":
        return steps.MatterList(visit.place, None, True, say(visit, "more"), further(visit))
    if event == "departments":
        return steps.MatterList(visit.place, None, True, say(visit, "departments"), departments(visit))
    if department := event.partition(DEPARTMENT)[2]:
        title, matters = department, visit.catalogue.of_department(department)
    else:
        title = next(one.title for one in visit.catalogue.events if one.id == event)
        matters = visit.catalogue.of_event(event)
    return steps.MatterList(visit.place, None, True, title, tuple(tile(matter) for matter in matters))


def further(visit: Visit) -> tuple[Tile, ...]:
    """What is behind "more": the life events that the home screen has no room for, and the way by department."""
    catalogue = visit.catalogue
    rest = [event_tile(catalogue, event) for event in catalogue.events[catalogue.tile_most - 1 :]]
    return (*rest, Tile("departments", say(visit, "departments"), (), "clerk", len(catalogue.matters)))


def departments(visit: Visit) -> tuple[Tile, ...]:
    """Every department, the one with most matters first; between them they lead to every matter."""
    catalogue = visit.catalogue
    return tuple(
        Tile(DEPARTMENT + name, name, (), "clerk", len(catalogue.of_department(name))) for name in catalogue.departments
    )


def event_tile(catalogue: Catalogue, event: Event) -> Tile:
    return Tile(event.id, event.title, event.examples, event.picture, len(catalogue.of_event(event.id)))


def _search(visit: Visit) -> steps.Search:
    found = tuple(tile(matter) for matter in find(visit.catalogue, visit.text))
    entry = "latin" if visit.setting.latin and visit.input == "pinyin" else visit.input
    return steps.Search("search", None, True, visit.text, found, entry)


def _lookup(visit: Visit) -> steps.Lookup:
    known = "lookup" in visit.answers.passed
    if not known:
        state = "card"
    elif visit.lookup_problem:
        state = "no_line"
    elif visit.cases is None:
        state = "asking"
    else:
        state = "found" if visit.cases else "none"
    case = opened(visit) if state == "found" else None
    if case is not None:
        rows = tuple(case_line(item, "") for item in case.items)
        return steps.Lookup("lookup:case", None, True, "case", rows, case=case_line(case, ""))
    rows = tuple(case_line(case, f"case:{number}") for number, case in enumerate(visit.cases or ()))
    problem = visit.lookup_problem
    if not known and not problem and not visit.can_read_card and not visit.can_scan:
        problem = "reader.absent"
    return steps.Lookup("lookup", None, True, state, rows, problem, can_scan=not known and visit.can_scan)


def opened(visit: Visit) -> CaseRow | None:
    """The case that is looked into: the one that was touched, or the only one there is."""
    cases = visit.cases or ()
    number = 0 if len(cases) == 1 else visit.case
    return cases[number] if 0 <= number < len(cases) else None


def case_line(case: CaseRow, name: str) -> steps.CaseLine:
    due, values = _due(case)
    return steps.CaseLine(name, case.number, case.title, case.state, case.at, due, values)


def _due(case: CaseRow) -> tuple[str, tuple[tuple[str, str], ...]]:
    """By when it is done: a date once it is accepted, working days after acceptance before."""
    if case.state in ("received", "pre_check", "supplement_asked"):
        if case.days is None:
            return "unknown", ()
        return ("after", (("days", str(case.days)),)) if case.days else ("at_once", ())
    if case.state == "suspended":
        return "suspended", ()
    if case.state != "accepted":
        return "", ()
    if case.by:
        _, month, day = case.by.split("-")
        return "late" if case.late else "by", (("month", str(int(month))), ("day", str(int(day))))
    return ("after", (("days", str(case.days)),)) if case.days else ("unknown", ())


def _ask(visit: Visit) -> steps.Ask:
    setting = visit.setting
    phones = ((say(visit, "phone.hall"), setting.phone), *setting.phones, (say(visit, "phone.12345"), "12345"))
    return steps.Ask("ask", None, True, phones)


# ---------------------------------------------------------------- handing in, after


def _working(visit: Visit) -> steps.Working:
    return steps.Working("submitting", where(visit), False, "submit", float(int(visit.at - visit.since)))


def _trouble(visit: Visit) -> steps.Trouble:
    return steps.Trouble("trouble", where(visit), True, visit.problem, True)


def _handed(visit: Visit) -> steps.HandedIn:
    if saying.going(visit):
        paper = after.paper(visit)
        problem = (visit.paper_problem or visit.printer_problem) if paper is steps.Paper.TROUBLE else ""
        return saying.handed(visit, paper, problem)
    matter = doing(visit)
    found = resolved(visit)
    limit = matter_limit(matter, found.chosen, visit.setting.limit_profile)
    way = next((way for way in found.delivery if way.id == visit.answers.delivery), None)
    how = asking.filled(visit, way.after, found) if way else ""
    paper = after.paper(visit)
    problem = (visit.paper_problem or visit.printer_problem) if paper is steps.Paper.TROUBLE else ""
    done = visit.submitted
    return steps.HandedIn(
        "handed",
        where(visit),
        False,
        done.number if done else "",
        done.code if done else "",
        visit.at_county,
        done.at[11:16] if done else "",
        after.following(visit, limit.days, matter.reply_days, how),
        paper,
        problem,
    )


def _rate(visit: Visit) -> steps.Rate:
    reasons = tuple(
        steps.Option(code, say(visit, f"reason.{code}"), chosen=code in visit.reasons)
        for code in REASONS.get(visit.level, ())
    )
    return steps.Rate("rate", where(visit), False, visit.level, reasons)


def _goodbye(visit: Visit) -> steps.Goodbye:
    left = float(max(0, ceil(visit.setting.goodbye_s - (visit.at - visit.goodbye_at))))
    return steps.Goodbye("goodbye", None, False, visit.take, visit.ending, left)


_FINDING: dict[str, Callable[[Visit], AnyStep]] = {
    "home": _home,
    "list": _list,
    "search": _search,
    "lookup": _lookup,
    "ask": _ask,
    "say": saying.step,
    "resume": aside.step,
}
_AFTER: dict[str, Callable[[Visit], AnyStep]] = {
    "submitting": _working,
    "trouble": _trouble,
    "handed": _handed,
    "rate": _rate,
    "goodbye": _goodbye,
}

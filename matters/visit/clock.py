"""Time: idleness, waits of ours, the goodbye. All of it is counted from the events' own `at`."""

from __future__ import annotations

from dataclasses import replace

from matters.outcomes import Submitted
from matters.visit.state import Answers, Visit

CLERK_S = 300.0  # somebody who called the clerk waits for us so long; the screen then shows nothing of theirs

FINISH_S = 20.0  # longest wait for a printer or the outbox once the person has gone


def idle_after(visit: Visit) -> float:
    return visit.setting.idle_s * (visit.setting.idle_elder_factor if visit.elder else 1.0)


def warning_for(visit: Visit) -> float:
    return visit.setting.idle_warning_s * (visit.setting.idle_elder_factor if visit.elder else 1.0)


def waits_for_us(visit: Visit) -> bool:
    """We are at work: the person cannot be idle."""
    if visit.help == "calling" or (visit.help and visit.at - visit.called_at < CLERK_S):
        return True
    if visit.place in ("submitting", "goodbye", "resume:opening") or visit.aside == "working":
        return True
    if visit.place == "lookup" and "lookup" in visit.answers.passed and visit.cases is None:
        return not visit.lookup_problem
    return (
        any(r.wish.startswith(("receipt:", "notice:", "submit", "Shoot:", "TakeFace:")) for r in visit.running)
        or visit.reading
        or visit.checking
    )


def active(visit: Visit) -> Visit:
    return replace(visit, touched=visit.at, still=False)


def ticked(visit: Visit) -> Visit:
    """What time alone brings about."""
    if visit.place == "goodbye":
        return replace(visit, over=True) if visit.at - visit.goodbye_at >= visit.setting.goodbye_s else visit
    if visit.place == "submitting" and visit.submitted is not None and county_settled(visit):
        return active(replace(visit, place="handed", shown=True))
    if waits_for_us(visit):
        return replace(visit, touched=visit.at, still=False)
    if visit.still:
        if visit.at - visit.still_since >= warning_for(visit):
            return farewell(visit, "done" if visit.submitted else "idle")
        return visit
    if visit.at - visit.touched >= idle_after(visit):
        if visit.place == "home" and not holds_something(visit):
            return replace(visit, touched=visit.at, elder=visit.setting.elder)  # as the next person expects it
        return replace(visit, still=True, still_since=visit.at)
    return visit


def holds_something(visit: Visit) -> bool:
    """Whether anything of a person is in the visit: also on the home screen, after going back to it."""
    return visit.answers != Answers() or bool(visit.drafts or visit.strokes or visit.text)


def finished(visit: Visit) -> bool:
    """The goodbye is over, and what was begun is done: half a receipt in somebody's hand is worse than a wait."""
    late = visit.at - visit.goodbye_at > visit.setting.goodbye_s + FINISH_S
    busy = any(r.wish.startswith(("receipt:", "notice:", "rating", "forget:", "undraft")) for r in visit.running)
    return visit.over and (late or not busy)


def county_settled(visit: Visit) -> bool:
    """The county answered, or will not within the time a person is kept waiting."""
    return visit.at_county or not visit.online or visit.at - visit.since >= visit.setting.county_wait_s


def farewell(visit: Visit, ending: str) -> Visit:
    """The end: everything the person gave is gone from the visit. What runs (a print, a rating) may finish."""
    take = _take_along(visit, ending)
    if visit.submitted is not None:  # the rating still needs the id; number and code are on the receipt
        visit = replace(visit, submitted=Submitted(visit.submitted.application, "", "", ""))
    return replace(
        visit,
        place="goodbye",
        matter=None,
        came_from="home",
        ending=ending,
        goodbye_at=visit.at,
        take=take,
        still=False,
        help="",
        problem="",
        clerk="",
        answers=Answers(),
        before=None,
        drafts={},
        strokes={},
        text="",
        cases=None,
        case=-1,
        lookup_problem="",
        code="",
        checking=False,
        aside="",
        slip="",
    )


def _take_along(visit: Visit, ending: str) -> tuple[tuple[str, str], ...]:
    """What was laid down here and should not be left behind: (icon, title)."""
    take: list[tuple[str, str]] = []
    words = visit.catalogue.words
    if visit.answers.card is not None or visit.answers.helper_card is not None:
        take.append(("id-card", words.get("take.id_card", "")))
    if visit.matter is not None:
        for name, shots in visit.answers.shots.items():
            material = visit.matter.material(name)
            if any(shots) and (material.icon, material.short) not in take:
                take.append((material.icon, material.short))
    if ending == "aside":
        take.append(("receipt", words.get("take.slip", "")))
    if visit.printed:
        take.append(("receipt", words.get("take.receipt", "")))
    return tuple(take)

"""Somebody does not agree to have something sensitive, or something of a child's, written down, or to be photographed:
what that means, and what can be done without it.

What needs it is left out (the items) or brought to the window later (the papers that may); the rest goes on. Where
nothing is left that way, only the window remains. Nothing is asked for again that was declined, unless what needs it is
chosen again. The general consent has no such way: without a name there is no application.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from matters import consents, steps
from matters.catalogue import Item, Material
from matters.resolve import Resolved, resolve, toggle
from matters.steps import Option, Where
from matters.visit import clock, flow
from matters.visit.state import Answers, Visit, doing, given, put
from matters.visit.words import say

LEAVE, WINDOW = "leave", "window"


@dataclass(frozen=True)
class Without:
    """The answers as they go on without it: titles of items that are left out, of papers that come later."""

    answers: Answers
    items: tuple[str, ...]
    papers: tuple[str, ...]


def begun(visit: Visit, kind: str) -> Visit:
    """The key that does not agree."""
    if kind in consents.FIRST:
        return clock.farewell(visit, "stopped")
    return flow.go(visit, f"declined:{kind}")


def without(visit: Visit, kind: str) -> Without | None:
    """What goes on without a consent; None where nothing does."""
    matter, answers = doing(visit), visit.answers

    def resolved(answers: Answers) -> Resolved:
        basis = given(replace(visit, answers=answers))
        return resolve(matter, replace(basis, faceless="") if kind == consents.FACE else basis)

    before = resolved(answers).chosen
    papers: list[str] = []
    for _ in range(len(matter.items) + len(matter.materials) + 1):
        found = resolved(answers)
        parts = consents.parts(found, kind)
        if not parts:
            left = tuple(matter.item(name).title for name in before if name not in found.chosen)
            return Without(answers, left, tuple(papers)) if found.chosen else None
        part = parts[0]
        if isinstance(part, Material) and part.later:
            answers = replace(answers, waived=put(answers.waived, part.id, "later"))
            papers.append(part.short)
            continue
        own = (part.id,) if isinstance(part, Item) else part.items
        who = [name for name in found.chosen if name in own]
        if not who:  # the whole matter needs it
            return None
        picks = {**answers.picks, **toggle(matter, found.items, who[0])}
        if picks.get(who[0], True):  # it cannot be left out
            return None
        answers = replace(answers, picks=picks)
    return None


def step(visit: Visit, where: Where | None, kind: str) -> steps.Choice:
    rest = without(visit, kind)
    picked = visit.drafts.get(visit.place, LEAVE if rest is not None else WINDOW)

    def option(name: str, title: str, reason: str, icon: str) -> Option:
        chosen = name == picked
        return Option(name, title, reason, icon, say(visit, "state.chosen") if chosen else "", chosen=chosen)

    own = "face." if kind == consents.FACE else ""  # says where it is done by hand instead
    window, instead = (
        say(visit, f"decline.{own}{part}", collect_at=visit.setting.collect_at) for part in ("window", "window_reason")
    )
    options = [option(WINDOW, window, instead, "building-community")]
    if rest is not None:
        told = [say(visit, "decline.items", items="、".join(rest.items))] if rest.items else []
        told += [say(visit, "decline.papers", papers="、".join(rest.papers))] if rest.papers else []
        leave = say(visit, "decline.leave" if rest.items else "decline.later")
        options.insert(0, option(LEAVE, leave, "，".join(told), "list-check"))
    title, hint = (
        say(visit, f"decline.{own}{part}", collect_at=visit.setting.collect_at) for part in ("title", "hint")
    )
    return steps.Choice(visit.place, where, True, title, hint, tuple(options), main=say(visit, "decline.main"))


def chosen(visit: Visit, option: str) -> Visit:
    return replace(visit, drafts=put(visit.drafts, visit.place, option)) if option in (LEAVE, WINDOW) else visit


def pressed(visit: Visit, key: str) -> Visit:
    if key != "main":
        return visit
    kind = visit.place.partition(":")[2]
    rest = without(visit, kind)
    if rest is None or visit.drafts.get(visit.place, LEAVE) == WINDOW:
        return clock.farewell(visit, "stopped")
    return flow.onward(replace(visit, answers=rest.answers))

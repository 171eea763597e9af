"""The four functions of a visit. What does not fit the present step changes nothing, whatever order things come in."""

from __future__ import annotations

from dataclasses import replace

from matters.catalogue import Catalogue
from matters.effects import AnyEffect
from matters.events import (
    Chosen,
    CodeHeld,
    Event,
    Joined,
    Outcome,
    Pressed,
    Signed,
    Surroundings,
    Tick,
    Touched,
    Typed,
    Underway,
)
from matters.steps import AnyStep
from matters.visit import behalf, clock, entries, keys, phoning, results, view
from matters.visit.state import Setting, Visit
from matters.visit.wishes import reconcile


def begin(catalogue: Catalogue, setting: Setting, at: float) -> Visit:
    """A visit before its first touch. `at`: seconds on the caller's monotonic clock."""
    return Visit(
        catalogue=catalogue,
        setting=setting,
        at=at,
        touched=at,
        elder=setting.elder,
        input=setting.input,
        can_read_card=setting.can_read_card,
        can_print=setting.can_print,
        can_film=setting.can_film,
        can_scan=setting.can_scan,
        can_face=setting.can_face,
        can_print_sheet=setting.can_print_sheet,
        can_read_social=setting.can_read_social,
        online=setting.online,
    )


def advance(visit: Visit, event: Event) -> Visit:
    """The visit after an event. Time never runs backwards: an older `at` counts as the present one."""
    visit = replace(visit, at=max(visit.at, event.at))
    if visit.over:
        return reconcile(results.outcome(visit, event)) if isinstance(event, Outcome) else visit
    match event:
        case Tick():
            visit = phoning.ticked(clock.ticked(visit))
        case Surroundings():
            visit = clock.ticked(results.surroundings(visit, event))
        case Outcome():
            visit = clock.ticked(results.outcome(visit, event))
        case Underway():
            visit = results.underway(visit, event)
        case CodeHeld():
            visit = phoning.held(clock.ticked(visit), event)
        case Joined():
            visit = clock.active(behalf.joined(visit, event.mark))
        case Touched() | Pressed() | Chosen() | Typed() | Signed():
            visit = _touched(visit, event)
    return reconcile(visit)


def _touched(visit: Visit, event: Touched | Pressed | Chosen | Typed | Signed) -> Visit:
    late = clock.ticked(visit)  # an idle time that ran out before this touch has run out
    if late.place == "goodbye" and visit.place != "goodbye":
        return late
    visit = late
    if visit.still and isinstance(event, Pressed) and event.id == "stop":  # "wipe it all now"
        return clock.farewell(visit, "done" if visit.submitted else "stopped")
    if visit.still:  # the touch says "I am here", and nothing else
        return clock.active(visit)
    visit = clock.active(visit)
    match event:
        case Pressed():
            return keys.pressed(visit, event.id)
        case Chosen():
            return entries.chosen(visit, event.option)
        case Typed():
            return entries.typed(visit, event.text)
        case Signed():
            return entries.signed(visit, event.strokes)
        case _:
            return visit


def step(visit: Visit) -> AnyStep:
    """What to show."""
    return view.step(visit)


def wanted(visit: Visit) -> tuple[AnyEffect, ...]:
    """The effects that are wanted now. Start those that are new, cancel those that are gone."""
    return tuple(running.effect for running in visit.running)


def ended(visit: Visit) -> bool:
    """Whether the goodbye is over and nothing is half done: the process of this visit can go."""
    return clock.finished(visit)

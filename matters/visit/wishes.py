"""What the visit wants from the outside at this moment. A wish keeps its effect while it lasts; a wish that goes takes
its effect with it, one that comes back gets a new effect with a new id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from matters import effects
from matters.effects import AnyEffect
from matters.visit import aside, facing, papering, phoning, reading, saying
from matters.visit.handing import application
from matters.visit.state import Running, Visit, doing, person

Make = Callable[[str], AnyEffect]


def reconcile(visit: Visit) -> Visit:
    """The visit with exactly the effects it wishes for now, old ones kept."""
    old = {running.wish: running for running in visit.running}
    counter = visit.counter
    now = []
    for wish, make in _wishes(visit):
        kept = old.get(wish)
        if kept is None:
            counter += 1
            kept = Running(wish, make(f"e{counter}"))
        now.append(kept)
    if tuple(now) == visit.running:
        return visit
    return replace(visit, running=tuple(now), counter=counter)


def _wishes(visit: Visit) -> Iterator[tuple[str, Make]]:
    place = visit.place
    ready = visit.at >= visit.again_at
    if visit.help == "calling":
        where = _key(place)
        yield f"call:{visit.calls}", lambda name: effects.CallClerk(name, where)
    if visit.copies > visit.printed and visit.shown and _may_print(visit):
        copy = visit.printed + 1
        yield f"receipt:{copy}", lambda name: effects.PrintReceipt(name, copy)
    if visit.rating and visit.submitted is not None:
        submitted, level, reasons = visit.submitted, visit.level, tuple(sorted(visit.reasons))
        yield "rating", lambda name: effects.SendRating(name, submitted.application, level, reasons)
    for picture in papering.unwanted(visit):
        yield f"forget:{picture}", lambda name, picture=picture: effects.Forget(name, picture)  # type: ignore[misc]
    for picture in reading.wishes(visit):
        yield f"read:{picture}", lambda name, picture=picture: effects.ReadPaper(name, picture)  # type: ignore[misc]
    if place in ("card", "helper:card") or (place == "lookup" and "lookup" not in visit.answers.passed):
        if visit.can_read_card and ready:
            yield f"card:{place}", lambda name: effects.ReadCard(name)
        if place == "card" and visit.can_read_social and ready:
            yield f"social:{place}", lambda name: effects.ReadSocialCard(name)
        if place == "lookup" and visit.can_scan and ready:
            yield "scan", lambda name: effects.ScanCode(name)
    elif place == "lookup" and visit.cases is None and not visit.lookup_problem:
        number = person(visit.answers, visit.setting.today)[0].get("card.id_number", "")
        receipt = visit.answers.receipt
        yield "lookup", lambda name: effects.LookUp(name, number, receipt)
    yield from phoning.wishes(visit)
    yield from aside.wishes(visit)
    yield from facing.wishes(visit)
    if visit.notice == "printing":  # once begun it comes out whole, wherever the person has gone meanwhile
        guide = visit.guide
        yield f"notice:{visit.notices}", lambda name: effects.PrintNotice(name, guide)
    if place.startswith("paper:") and visit.can_film and (shot := papering.open_page(visit)) and ready:
        material = doing(visit).material(shot[0])
        kind = effects.Shoot if visit.shoot else effects.Film
        yield (
            f"{kind.__name__}:{place}",
            lambda name: kind(name, material.id, material.shape, material.colour),
        )
    if place == "submitting" and visit.submitted is None:
        if saying.going(visit):
            said = visit.answers.said
            yield (
                "submit",
                lambda name: effects.HandInWords(name, said["subject"], said["words"], said.get("phone", "")),
            )
        elif not reading.waits(visit):
            yield "submit", lambda name: effects.Submit(name, application(visit))
    if visit.submitted is not None and not visit.at_county and not visit.ending:
        done = visit.submitted.application
        yield "county", lambda name: effects.AwaitCounty(name, done)


def _may_print(visit: Visit) -> bool:
    started = any(running.wish.startswith("receipt:") for running in visit.running)
    return started or (not visit.paper_problem and visit.can_print and not visit.ending)


def _key(place: str) -> str:
    """The step's key without anything a person entered: places hold catalogue ids only."""
    return place

"""Every screen that a matter can come to, for the clerk who writes it: found by walking all answers of its questions.

The walk is a visit of an invented person with every device there; entries get an answer that fits, papers a picture.
Nothing is handed in, printed or filmed: outcomes are made up here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from matters import effects, outcomes, steps, visit
from matters.codes import credit_check_character
from matters.events import Chosen, Event, Outcome, Pressed, Signed, Typed
from matters.identity import check_character

if TYPE_CHECKING:
    from matters.catalogue import Catalogue, Matter
    from matters.visit import Setting, Visit

WALKS_MOST, STEPS_MOST, FRUITLESS_MOST, STAYED_MOST = 120, 250, 6, 4
STROKES = (((0.1, 0.5), (0.4, 0.5)), ((0.25, 0.3), (0.25, 0.8)))
_FIRST = "43119919900712002"
PERSON = outcomes.CardRead(
    "resident", "王小兰", _FIRST + check_character(_FIRST), "2", "01", "1990-07-12", "示例县山背村3组", "示例县公安局",
    "2018-05-01", "2038-05-01",
)  # fmt: skip
APPLICATION = "018f0000-0000-7000-8000-000000000001"
END = (steps.Goodbye, steps.Home, steps.MatterList, steps.StillThere)


def screens(catalogue: Catalogue, matter: str, setting: Setting) -> dict[str, steps.AnyStep]:
    """Every screen by its key, in the order in which they are first met. Raises KeyError for an unknown matter.

    Walk after walk goes from the notice to the end, each time the way that was gone least: every answer of every
    question is given, without trying all their combinations.
    """
    found: dict[str, steps.AnyStep] = {}
    gone: Counter[tuple[str, int]] = Counter()
    fruitless = 0
    for _ in range(WALKS_MOST):
        before = len(found), len(gone)
        now = _at_notice(catalogue, matter, setting)
        stayed = 0
        for _ in range(STEPS_MOST):
            step = visit.step(now)
            if isinstance(step, END):
                break
            found.setdefault(step.key, step)
            ways = _ways(now, step, catalogue.matters[matter])
            for way in sorted(range(len(ways)), key=lambda n: (gone[step.key, n], n)):
                gone[step.key, way] += 1
                then = now
                for event in ways[way]:
                    then = visit.advance(then, event)
                if then != now:
                    break
            else:
                break
            stayed = stayed + 1 if visit.step(then).key == step.key else 0
            if stayed == STAYED_MOST:
                break  # an answer that will not do
            now = then
        fruitless = fruitless + 1 if (len(found), len(gone)) == before else 0
        if fruitless == FRUITLESS_MOST:
            break
    return found


def _at_notice(catalogue: Catalogue, matter: str, setting: Setting) -> Visit:
    event = catalogue.matters[matter].event
    now = visit.begin(catalogue, setting, 0.0)
    home = visit.step(now)
    if isinstance(home, steps.Home) and event not in {tile.id for tile in home.tiles}:
        now = visit.advance(now, Pressed(1.0, "tile:more"))
    now = visit.advance(now, Pressed(1.0, f"tile:{event}"))
    if isinstance(visit.step(now), steps.MatterList):
        now = visit.advance(now, Pressed(1.0, f"tile:{matter}"))
    return now


def _ways(now: Visit, step: steps.AnyStep, matter: Matter) -> list[list[Event]]:
    """What a person may do here, or what may come of what is under way."""
    main = Pressed(2.0, "main")
    match step:
        case steps.Choice():
            ways: list[list[Event]] = [[Chosen(2.0, option.id), main] for option in step.options]
        case steps.Entry():
            ways = [[Typed(2.0, _answer(step, matter)), main]]
        case steps.Commitment():
            ways = [[Signed(2.0, STROKES), main]]
        case steps.Capture():
            ways = [[Pressed(2.0, "commit")], [Pressed(2.0, "skip")]]
        case steps.Notice() if step.has_flow:
            ways = [[main], [Pressed(2.0, "flow")]]
        case steps.Card():
            ways = [[Pressed(2.0, "type")]]
        case steps.Face(state="live"):
            ways = [[main], [Pressed(2.0, "left")]]
        case _:
            ways = [[main]]
    for effect in visit.wanted(now):
        result = _outcome(effect, len(now.taken))
        if result is not None:
            ways.append([Outcome(2.0, effect.id, result)])
    return ways


def _outcome(effect: effects.AnyEffect, pictures: int) -> outcomes.Result | None:
    match effect:
        case effects.ReadCard():
            return PERSON
        case effects.Film() | effects.Shoot():
            return outcomes.PictureTaken(f"p{pictures}", f"{pictures:064x}", 1654, 2339, 300_000, "ok")
        case effects.TakeFace():
            return outcomes.FaceTaken(
                outcomes.PictureTaken(f"p{pictures}", f"{pictures:064x}", 1280, 720, 90_000, "ok")
            )
        case effects.Submit():
            return outcomes.Submitted(APPLICATION, "31210047", "R1.preview", "2026-03-12T10:41:05")
        case effects.AwaitCounty():
            return outcomes.AtCounty(effect.application)
        case effects.PrintReceipt() | effects.PrintNotice():
            return outcomes.Printed(confirmed=True)
        case _:
            return None


def _answer(entry: steps.Entry, matter: Matter) -> str:
    """Something that fits."""
    if entry.text:
        return entry.text
    place, _, name = entry.key.partition(":")
    kind = next((field.kind for field in matter.fields if place == "field" and field.id == name), entry.kind.value)
    shop = "92431199MA4ABCDE1"
    fits = {
        "name": PERSON.name, "id_number": PERSON.id_number, "phone": "13800000000", "money": "1200", "digits": "3",
        "date": entry.latest or entry.earliest or "2026-01-01", "bank": "810100000000000001",
        "credit": shop + credit_check_character(shop), "address": PERSON.address,
    }  # fmt: skip
    return fits.get(kind, "山背村三组")


def with_every_device(setting: Setting) -> Setting:
    return replace(setting, can_read_card=True, can_print=True, can_film=True, can_face=True, online=True)

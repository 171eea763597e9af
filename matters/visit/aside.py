"""Put aside and gone on with later: what is carried, and the way back by slip and card.

A visit that was put aside is everything the person gave and where they were; the kiosk seals it (offline.drafts). It is
offered once a card has been read, because that card is what opens it again. Coming back it is held against the
catalogue of the day: what that does not know any more is left out, and what it asks anew is asked.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from matters import effects, steps
from matters.catalogue import Matter
from matters.consents import FACE
from matters.effects import AnyEffect
from matters.events import Strokes
from matters.outcomes import CardRead, Done, DraftOpened, Failed
from matters.visit import clock, flow
from matters.visit.helping import MANDATE
from matters.visit.state import Answers, Visit, resolved, without_face
from matters.visit.words import say

DIGITS = 20  # of the slip's code, see offline.drafts
PLACES = ("resume", "resume:type", "resume:card", "resume:opening")


def holder(answers: Answers) -> CardRead | None:
    """Whose card opens it again: that of the one who stands here."""
    return answers.helper_card if answers.helping else answers.card


def may_put_aside(visit: Visit) -> bool:
    """Whether there is something to put aside, a card that will open it, and a printer for the slip."""
    return (
        visit.setting.aside_days > 0
        and visit.can_print
        and visit.matter is not None
        and flow.kind(visit.place) in flow.SECONDS
        and visit.submitted is None
        and holder(visit.answers) is not None
    )


def pressed(visit: Visit, key: str) -> Visit:
    """Keys while it is being put aside, or could not be."""
    if visit.aside == "working":
        return visit
    if key in ("main", "again"):
        return begun(visit)
    return replace(visit, aside="") if key in ("back", "left") else visit


def begun(visit: Visit) -> Visit:
    """Putting it aside has been asked for."""
    return replace(visit, aside="working", asides=visit.asides + 1, help="", since=visit.at)


def put_away(visit: Visit, result: object) -> Visit:
    """The outcome: the slip is in the person's hand, or nothing was put aside."""
    if isinstance(result, Done):
        return clock.farewell(replace(visit, draft="", aside=""), "aside")
    if isinstance(result, Failed):
        return clock.active(replace(visit, aside=result.code))
    return visit


# ---------------------------------------------------------------- going on with it


def resume(visit: Visit) -> Visit:
    """From the home screen."""
    return replace(
        visit, place="resume" if visit.can_scan else "resume:type", slip="", problem="", again_at=0.0,
        matter=None, answers=Answers(), drafts={}, strokes={}, before=None,
    )  # fmt: skip


def resume_pressed(visit: Visit, key: str) -> Visit:
    """Keys of the places that lead back."""
    if key == "type" and visit.place == "resume":
        return replace(visit, place="resume:type", problem="")
    if key == "again":
        return replace(visit, problem="", again_at=0.0)
    if key == "main" and visit.place == "resume:type":
        code = visit.drafts.get(visit.place, "")
        if len(code) != DIGITS:
            return replace(visit, problem="slip.length")
        return coded(visit, code)
    if key == "back":
        before = {"resume:type": "resume", "resume:card": "resume"}.get(visit.place, "home")
        if before == "resume" and not visit.can_scan:
            before = "home" if visit.place == "resume:type" else "resume:type"
        return replace(visit, place=before, problem="", slip="", drafts=visit.drafts if before != "home" else {})
    return visit


def coded(visit: Visit, code: str) -> Visit:
    """The slip's digits are known: the card is next."""
    return replace(clock.active(visit), place="resume:card", slip=code, problem="", again_at=0.0)


def carded(visit: Visit, card: CardRead) -> Visit:
    held = replace(visit, answers=replace(visit.answers, card=card))
    return replace(held, place="resume:opening", problem="", since=visit.at)


def opened(visit: Visit, result: object) -> Visit:
    """What slip and card opened; or why they did not, and the slip is asked for again."""
    card = visit.answers.card
    if isinstance(result, DraftOpened) and card is not None:
        found = restored(visit, result, card)
        if found is not None:
            return clock.active(found)
        result = Failed("draft.not_here")
    code = result.code if isinstance(result, Failed) else "terminal.unexpected"
    place = "resume" if visit.can_scan else "resume:type"
    again = visit.at + visit.setting.retry_s
    return clock.active(replace(visit, place=place, slip="", answers=Answers(), problem=code, again_at=again))


def step(visit: Visit) -> steps.Resume | steps.Entry | steps.Working:
    """What the places show."""
    if visit.place == "resume:type":
        text = visit.drafts.get(visit.place, "")
        title, hint, main = (say(visit, f"resume.{part}") for part in ("title", "hint", "main"))
        return steps.Entry("resume:type", None, True, steps.Kind.DIGITS, title, hint, text, DIGITS, "digits",
                           visit.problem, main)  # fmt: skip
    if visit.place == "resume:opening":
        return steps.Working("resume:opening", None, False, "resume", float(int(visit.at - visit.since)))
    if visit.place == "resume:card":
        state = "card" if visit.can_read_card else "gone"
        problem = visit.problem if visit.can_read_card else "reader.absent"
        return steps.Resume("resume:card", None, True, "reading" if visit.reading else state, problem)
    return steps.Resume("resume", None, True, "slip", visit.problem)


def wishes(visit: Visit) -> Iterator[tuple[str, Callable[[str], AnyEffect]]]:
    """What all of this wants of the outside."""
    ready = visit.at >= visit.again_at
    if visit.aside == "working" and (card := holder(visit.answers)) is not None:
        number, instead, kept = card.id_number, visit.draft, packed(visit)
        yield f"aside:{visit.asides}", lambda name: effects.PutAside(name, kept, number, instead)
    if visit.place == "resume" and visit.can_scan and ready:
        yield "scan:slip", lambda name: effects.ScanCode(name, "slip")
    if visit.place == "resume:card" and visit.can_read_card and ready:
        yield "card:resume", lambda name: effects.ReadCard(name)
    if visit.place == "resume:opening" and visit.answers.card is not None:
        code, number = visit.slip, visit.answers.card.id_number
        yield "open", lambda name: effects.OpenDraft(name, code, number)
    if visit.draft and (visit.submitted is not None or visit.ending == "stopped"):
        draft, reason = visit.draft, "handed_in" if visit.submitted is not None else "wiped"
        yield "undraft", lambda name: effects.ForgetDraft(name, draft, reason)


# ---------------------------------------------------------------- what is carried


def packed(visit: Visit) -> dict[str, object]:
    """The visit as JSON: only what the person gave, and where they were. Their picture is not put aside: it is taken
    when they and their card are here."""
    visit = without_face(replace(visit, before=_faceless(visit.before)))
    return {
        "matter": visit.matter.id if visit.matter is not None else "",
        "place": f"consent:{FACE}" if visit.place == "face" else visit.place,
        "page": visit.page,
        "elder": visit.elder,
        "input": visit.input,
        "answers": plain(visit.answers),
        "before": plain(visit.before) if visit.before is not None else None,
        "drafts": plain(visit.drafts),
        "strokes": plain(visit.strokes),
    }


def _faceless(before: Answers | None) -> Answers | None:
    return before and replace(before, face=None, agreed=before.agreed - {FACE})


def restored(visit: Visit, draft: DraftOpened, card: CardRead) -> Visit | None:
    """The visit as it was, in today's catalogue; None if that does not hold the matter any more, or the draft is not
    one (an older program's, say)."""
    told = draft.content
    try:
        matter = visit.catalogue.matters[told["matter"]]
        answers, before = (
            _known(typed(Answers, part), matter, draft.pictures) if part is not None else None
            for part in (told["answers"], told["before"])
        )
        drafts = typed(Mapping[str, str], told["drafts"])
        strokes = typed(Mapping[str, Strokes], told["strokes"])
        place, page = str(told["place"]), int(told["page"])
        elder, entry = bool(told["elder"]), str(told["input"])
    except (KeyError, TypeError, ValueError):
        return None
    if answers is None:
        return None
    # The card that lies here now: it may have been renewed since.
    answers = replace(answers, helper_card=card) if answers.helping else replace(answers, card=card)
    back = replace(
        visit, matter=matter, came_from="home", place=place, page=page, elder=elder, input=entry, answers=answers,
        before=before, drafts=drafts, strokes=strokes, draft=visit.slip, slip="", problem="", again_at=0.0,
        taken=tuple(sorted(draft.pictures.values())), notice="idle",
    )  # fmt: skip
    found = resolved(back)
    way = flow.path(back, found)
    if back.place not in way:
        back = replace(back, place=flow.first_open(back, found, way), before=None)
    return back


def _known(answers: Answers, matter: Matter, pictures: Mapping[str, str]) -> Answers:
    """Without what the catalogue does not know any more; pictures under the handles they have now."""
    situations = {situation.id: {option.id for option in situation.options} for situation in matter.situations}
    items = {item.id for item in matter.items}
    fields = {field.id for field in matter.fields}
    materials = {material.id for material in matter.materials}
    promises = {promise.id for promise in matter.promises} | {MANDATE}
    shots = {
        name: tuple(
            None if shot is None or shot.taken.sha256 not in pictures
            else replace(shot, taken=replace(shot.taken, picture=pictures[shot.taken.sha256]))
            for shot in taken
        )
        for name, taken in answers.shots.items() if name in materials
    }  # fmt: skip
    return replace(
        answers,
        situations=_only(answers.situations, lambda key: answers.situations[key] in situations.get(key, ())),
        picks=_only(answers.picks, items.__contains__),
        fields=_only(answers.fields, fields.__contains__),
        skipped=answers.skipped & fields,
        shots=types.MappingProxyType(shots),
        waived=_only(answers.waived, materials.__contains__),
        signed=_only(answers.signed, promises.__contains__),
    )


V = typing.TypeVar("V")


def _only(mapping: Mapping[str, V], keep: Callable[[str], bool]) -> Mapping[str, V]:
    return types.MappingProxyType({key: value for key, value in mapping.items() if keep(key)})


def plain(value: object) -> typing.Any:
    """A dataclass, mapping, set or tuple as JSON's own kinds: every field of Answers, and those it will have."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


@functools.cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


def typed(kind: object, value: object) -> typing.Any:
    """The other way: what `plain` made, as a value of that kind. Fields it lacks take their defaults, others are left
    out. Raises TypeError, ValueError, KeyError for what does not fit."""
    return _typed(kind, value)


def _typed(kind: object, value: object) -> object:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _typed(next(part for part in parts if part is not type(None)), value)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise TypeError("a table is wanted")
        hints = _hints(kind)
        names = [field.name for field in dataclasses.fields(kind) if field.name in value]
        return kind(**{name: _typed(hints[name], value[name]) for name in names})
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise TypeError("a table is wanted")
        return types.MappingProxyType({key: _typed(parts[1], item) for key, item in value.items()})
    if origin in (tuple, frozenset):
        if not isinstance(value, list):
            raise TypeError("a list is wanted")
        if origin is frozenset:
            return frozenset(_typed(parts[0], item) for item in value)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_typed(parts[0], item) for item in value)
        return tuple(_typed(part, item) for part, item in zip(parts, value, strict=True))
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise TypeError("another kind of value is wanted")
    return value


__all__ = ["holder", "may_put_aside", "packed", "plain", "restored", "typed"]

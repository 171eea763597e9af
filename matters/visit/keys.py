"""Keys: what each does at the present place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matters import answers as judge_answer
from matters import identity
from matters.catalogue import DEPARTMENT, Matter
from matters.consents import FACE
from matters.search import find
from matters.visit import (
    after,
    aside,
    behalf,
    checking,
    clock,
    declining,
    facing,
    flow,
    helping,
    papering,
    phoning,
    placing,
    reading,
    saying,
)
from matters.visit.signing import clauses, is_signature
from matters.visit.state import Answers, Visit, answer, doing, drop, put, resolved, standing, without_face

Key = Callable[[Visit], Visit]


def pressed(visit: Visit, key: str) -> Visit:
    """What a key does; what a clerk has answered by it is marked as the clerk's."""
    return behalf.marked(visit, _pressed(visit, key), key)


def _pressed(visit: Visit, key: str) -> Visit:
    """Keys of every screen first, then those of the place."""
    if key in ("repeat", "here"):
        return visit
    if key == "elder":
        return replace(visit, elder=not visit.elder)
    if key == "clerk_done":
        return replace(behalf.left(visit), help="")
    if key == "aside" and aside.may_put_aside(visit):
        return aside.begun(visit)
    if visit.code:
        visit = phoning.pressed(visit)
        if key != "help":
            return visit
    if visit.help:
        return replace(visit, help="") if key in ("main", "back", "left") else visit
    if visit.aside:
        return aside.pressed(visit, key)
    name = flow.kind(visit.place)
    if name == "goodbye":
        return replace(visit, over=True) if key == "main" else visit
    if key == "help":
        if visit.clerk:
            return replace(visit, help="joined")
        return replace(visit, help="calling", calls=visit.calls + 1, called_at=visit.at)
    if key == "stop" and name in flow.SECONDS:
        return clock.farewell(visit, "stopped")
    if name == "resume":
        return aside.resume_pressed(visit, key)
    if name == "say":
        return saying.pressed(visit, key)
    if name in ("home", "list", "search", "lookup", "ask"):
        return _finding(visit, name, key)
    if name in ("submitting", "trouble", "handed", "rate"):
        return after.pressed(visit, name, key)
    if key == "back":
        return _back(visit)
    if key == "switch_input":
        return replace(visit, input="pinyin" if visit.input == "handwriting" else "handwriting")
    handler = _PLACES.get(name)
    return handler(visit, key) if handler else visit


# ---------------------------------------------------------------- finding a matter


def _finding(visit: Visit, name: str, key: str) -> Visit:
    word, _, rest = key.partition(":")
    if word == "tile":
        return _open(visit, rest)
    if key == "more" and name == "home":
        return replace(visit, place="list:more")
    if word == "search" and name in ("home", "list"):
        return replace(
            visit, place="search", text="", input=rest or ("pinyin" if visit.setting.latin else "handwriting")
        )
    if key == "switch_input":
        if name == "search":
            return replace(visit, input="pinyin" if visit.input == "handwriting" else "handwriting")
        return replace(visit, place="search", text="", input="pinyin") if name == "home" else visit
    if key == "lookup" and name == "home":
        return replace(visit, place="lookup", problem="", lookup_problem="", cases=None, case=-1, again_at=0.0)
    if key == "resume" and name == "home" and visit.can_resume:
        return aside.resume(visit)
    if key == "ask" and name == "home":
        return replace(visit, place="ask")
    if key == "say" and name == "ask":
        return saying.begun(visit)
    if key == "again" and name == "lookup":
        return replace(visit, lookup_problem="", again_at=0.0)
    if word == "case" and name == "lookup" and visit.cases and rest.isdecimal():
        return replace(visit, case=int(rest))
    if key in ("back", "main") and name != "home":
        if name == "lookup" and key == "back" and visit.case >= 0:
            return replace(visit, case=-1)
        if name == "lookup" and (visit.answers.card is not None or visit.answers.receipt):
            return clock.farewell(visit, "done")
        above = _above(visit) if key == "back" else "home"
        return replace(visit, place=above, text="", lookup_problem="")
    return visit


def _open(visit: Visit, name: str) -> Visit:
    """A tile: a life event or a department with several matters lists them, with one matter opens it, a matter opens
    itself."""
    matters = visit.catalogue.matters
    if visit.place in ("home", "list:more", "list:departments"):
        if name in ("more", "departments"):
            return replace(visit, place=f"list:{name}")
        catalogue, department = visit.catalogue, name.partition(DEPARTMENT)[2]
        behind = catalogue.of_department(department) if department else catalogue.of_event(name)
        if len(behind) > 1:
            return replace(visit, place=f"list:{name}")
        return _notice(visit, behind[0]) if behind else visit
    shown = find(visit.catalogue, visit.text) if visit.place == "search" else tuple(matters.values())
    if visit.place in ("lookup", "ask"):
        return visit
    return next((_notice(visit, matter) for matter in shown if matter.id == name), visit)


def _above(visit: Visit) -> str:
    """Where the way back leads: home, or the list that a life event or a department stands in."""
    catalogue, name = visit.catalogue, visit.place.partition(":")[2]
    at_home = {event.id for event in catalogue.events[: catalogue.tile_most - 1]} | {"more", ""}
    if name in at_home:
        return "home"
    return "list:departments" if name.startswith(DEPARTMENT) else "list:more"


def _notice(visit: Visit, matter: Matter) -> Visit:
    same = visit.matter is not None and visit.matter.id == matter.id
    return replace(
        visit,
        place="notice",
        came_from=visit.place,
        matter=matter,
        answers=visit.answers if same else Answers(),
        drafts=visit.drafts if same else {},
        strokes=visit.strokes if same else {},
        notice=_notice_state(visit),
        problem="",
        before=None,
        page=1,
    )


def _notice_state(visit: Visit) -> str:
    """A slip that is being printed goes on being printed."""
    return visit.notice if visit.notice == "printing" else "idle"


def _back(visit: Visit) -> Visit:
    if visit.place == "flow":
        return replace(visit, place="notice")
    if visit.place == "notice":
        return replace(visit, place=visit.came_from, notice=_notice_state(visit))
    if visit.place == "check" and visit.page > 1:
        return replace(visit, page=visit.page - 1)
    return behalf.backward(visit) or placing.back(visit) or flow.backward(visit)


# ---------------------------------------------------------------- the places of a matter


def _at_notice(visit: Visit, key: str) -> Visit:
    if key == "print" and visit.notice != "printing" and (visit.can_print or visit.can_print_sheet):
        return replace(visit, notice="printing", notices=visit.notices + 1, guide=False)
    if key == "flow":
        return replace(visit, place="flow")
    if key == "main":
        if not doing(visit).takes_applications:
            return replace(visit, place="home", matter=None)
        return flow.onward(_passed(visit, "notice"))
    return visit


def _at_consent(visit: Visit, key: str) -> Visit:
    kind = visit.place.partition(":")[2]
    if key == "left":
        return declining.begun(visit, kind)
    if key == "main":
        return flow.onward(answer(visit, agreed=visit.answers.agreed | {kind}))
    return visit


def _at_situation(visit: Visit, key: str) -> Visit:
    name = visit.place.partition(":")[2]
    picked = visit.drafts.get(visit.place, visit.answers.situations.get(name, ""))
    if key != "main":
        return visit
    found = resolved(visit)
    situation = doing(visit).situation(name)
    if not any(option.id == picked for option in situation.options):
        return replace(visit, problem="choice.empty")
    changed = answer(visit, situations=put(visit.answers.situations, name, picked))
    if visit.before is None and found.facts.get(name) == picked:
        return flow.onward(visit)
    return flow.onward(changed)


def _at_items(visit: Visit, key: str) -> Visit:
    if key != "main":
        return visit
    found = resolved(visit)
    level = standing(visit.answers, visit.setting.today)
    if not found.chosen:
        possible = any(state.possible and state.item.offered for state in found.items)
        why = {state.reason for state in found.items}
        if not possible and "level" not in why and why & {"absent", "camera"}:
            return flow.go(visit, f"declined:{FACE}")  # it is done where somebody looks at the person
        if level == "typed" and not possible and visit.can_read_card:  # nothing can be done without a card
            if visit.answers.helper_typing:
                return flow.go(answer(visit, helper_typing=False), "helper:card")
            return flow.go(answer(visit, typing=False), "card")
        return replace(visit, problem="items.empty")
    if not flow.face_wanted(found):
        visit = without_face(visit)  # a picture that nothing wants any more
    return flow.onward(answer(visit, passed=visit.answers.passed | {"items", f"items:{level}"}))


def _at_card(visit: Visit, key: str) -> Visit:
    if key == "type":
        return flow.go(answer(visit, typing=True), "typed:number")
    if key == "behalf" and not visit.answers.helping:
        return behalf.begin(visit)
    if key == "again":
        return replace(visit, problem="", again_at=0.0)
    return visit


def _at_shown(visit: Visit, key: str) -> Visit:
    if key == "again":
        if visit.answers.typing:  # a social-security card was laid, or a phone's code held: another, of any kind
            visit = answer(visit, typing=False, number="", name="", social=None, phone=None)
        return flow.go(visit, "card")
    if key == "behalf" and not visit.answers.helping and not visit.answers.typing:
        return behalf.begin(visit)
    if key == "main":
        return flow.onward(_passed(visit, "shown"))
    return visit


def _at_typed(visit: Visit, key: str) -> Visit:
    which = visit.place.partition(":")[2]
    if key == "again" and visit.can_read_card:
        return flow.go(answer(visit, typing=False), "card")
    if key != "main":
        return visit
    text = visit.drafts.get(visit.place, getattr(visit.answers, which))
    if which == "number":
        problem, tidy = identity.id_problem(text, visit.setting.today), identity.tidy_id(text)
        if not problem and helping.is_helpers(visit, tidy):
            problem = "id.same_person"
    else:
        problem, tidy = identity.name_problem(text), identity.tidy_name(text)
    if problem:
        return replace(visit, problem=problem)
    kept = answer(visit, **{which: tidy})
    return flow.go(kept, "typed:name") if which == "number" and visit.before is None else flow.onward(kept)


def _at_field(visit: Visit, key: str) -> Visit:
    name = visit.place.partition(":")[2]
    field = doing(visit).field(name)
    text = draft_of(visit, name)
    if placing.applies(visit, text) and (placed := placing.pressed(visit, key)) is not None:
        return placed
    if key == "skip" and field.optional:
        text = ""
    elif key != "main":
        return visit
    problem = judge_answer.problem(field, text, visit.setting.today)
    if problem:
        return replace(visit, problem=problem)
    tidy = judge_answer.tidy(field, text)
    if not tidy:
        kept = answer(visit, fields=drop(visit.answers.fields, name), skipped=visit.answers.skipped | {name})
        return flow.onward(replace(kept, drafts=drop(kept.drafts, visit.place)))
    row = next((row for row in resolved(visit).form if row.field.id == name), None)
    if row is not None and not row.asked and row.value == tidy:
        return flow.onward(visit)  # what the card says stays the card's
    from_paper = visit.answers.from_paper - {name}
    if tidy == reading.suggested(visit, name):
        from_paper |= {name}
    return flow.onward(
        answer(
            visit,
            fields=put(visit.answers.fields, name, tidy),
            skipped=visit.answers.skipped - {name},
            from_paper=from_paper,
        )
    )


def draft_of(visit: Visit, name: str) -> str:
    """The text that stands in a field's entry."""
    place = f"field:{name}"
    if place in visit.drafts:
        return visit.drafts[place]
    field = doing(visit).field(name)
    row = next((row for row in resolved(visit).form if row.field.id == name), None)
    if row is not None and row.value is not None:
        return judge_answer.entry_text(field, row.value)
    if name in visit.answers.skipped:
        return ""
    read = reading.suggested(visit, name)
    return judge_answer.entry_text(field, read) if read else ""


def is_from_paper(visit: Visit, name: str) -> bool:
    """Whether what stands in a field's entry was read from a picture and waits to be found right."""
    text = draft_of(visit, name)
    return bool(text) and judge_answer.tidy(doing(visit).field(name), text) == reading.suggested(visit, name)


def _at_paper(visit: Visit, key: str) -> Visit:
    name, page = papering.split(visit.place)
    material = doing(visit).material(name)
    shot = papering.shot_at(visit.answers, visit.place)
    if shot is None:
        if key == "main" and visit.can_film:
            return replace(visit, shoot=True, problem="", again_at=0.0)
        if key == "again":
            return replace(visit, problem="", again_at=0.0)
        if key == "commit" and material.commitment:
            return flow.onward(answer(visit, waived=put(visit.answers.waived, name, "commitment")))
        if key == "skip" and page > material.pages:
            return flow.onward(papering.without_page(visit, material.pages))
        if key == "skip" and material.later:
            return flow.onward(answer(visit, waived=put(visit.answers.waived, name, "later")))
        return visit
    good = shot.taken.verdict == "ok"
    if key == "again" or (key == "main" and not good and not shot.kept):
        return replace(papering.with_shot(visit, None), again_at=0.0, problem="")
    keep = papering.with_shot(visit, replace(shot, kept=True))
    if key in ("main", "left"):
        more = checking.next_page_of(keep) if visit.before is not None else ""
        return flow.go(keep, more) if more else flow.onward(keep)
    if key == "add" and page >= len(visit.answers.shots.get(name, ())) and page >= material.pages and page < 20:
        return flow.go(papering.added_page(keep), f"paper:{name}:{page + 1}")
    return visit


def _at_commitment(visit: Visit, key: str) -> Visit:
    name = visit.place.partition(":")[2]
    found = resolved(visit)
    promise = doing(visit).promise(name)
    if key == "again":
        return replace(visit, strokes=drop(visit.strokes, name), problem="")
    if key == "left":
        if promise.declaration:
            return clock.farewell(visit, "stopped")
        material = next((m.material for m in found.materials if m.material.commitment == name), None)
        if material is None:
            return visit
        unwaived = answer(visit, waived=drop(visit.answers.waived, material.id))
        return flow.go(unwaived, f"paper:{material.id}:1")
    if key == "main":
        strokes = visit.strokes.get(name, ())
        if not is_signature(strokes):
            return replace(visit, problem="signature.empty")
        words = clauses(visit, promise, found)
        return flow.onward(answer(visit, signed=put(visit.answers.signed, name, (words, strokes))))
    return visit


def _at_delivery(visit: Visit, key: str) -> Visit:
    if key != "main":
        return visit
    ways = resolved(visit).delivery
    picked = visit.drafts.get("delivery", visit.answers.delivery) or ways[0].id
    if not any(way.id == picked for way in ways):
        picked = ways[0].id
    return flow.onward(answer(visit, delivery=picked))


def _at_check(visit: Visit, key: str) -> Visit:
    if key.startswith("change:"):
        return checking.change(visit, key.removeprefix("change:"))
    if key != "main":
        return visit
    if visit.page < checking.pages(visit):
        return replace(visit, page=visit.page + 1)
    found = resolved(visit)
    opening = flow.first_open(visit, found, flow.path(visit, found))
    if opening != "check":
        return flow.go(replace(visit, before=visit.answers), opening)
    return replace(visit, place="submitting", since=visit.at, problem="")


def _passed(visit: Visit, place: str) -> Visit:
    return answer(visit, passed=visit.answers.passed | {place})


def _at_flow(visit: Visit, key: str) -> Visit:
    if key == "print" and visit.notice != "printing" and (visit.can_print or visit.can_print_sheet):
        return replace(visit, notice="printing", notices=visit.notices + 1, guide=True)
    return replace(visit, place="notice") if key == "main" else visit


_PLACES: dict[str, Callable[[Visit, str], Visit]] = {
    "notice": _at_notice,
    "flow": _at_flow,
    "consent": _at_consent,
    "declined": declining.pressed,
    "situation": _at_situation,
    "items": _at_items,
    "card": _at_card,
    "shown": _at_shown,
    "face": facing.pressed,
    "helper": behalf.pressed,
    "mandate": behalf.mandate_pressed,
    "typed": _at_typed,
    "field": _at_field,
    "paper": _at_paper,
    "commitment": _at_commitment,
    "delivery": _at_delivery,
    "check": _at_check,
}

"""Whether everything that is named exists, and in an order in which it can be asked. Errors: the visit rests on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from matters import spoken
from matters.catalogue import Catalogue, Field, Item, Material, Matter, Place, Promise
from matters.codes import item_code_problem
from matters.conditions import HELPER, ITEM, KNOWN, Condition, names
from matters.consents import kinds_of
from matters.findings import Finding, Weight
from matters.knowing import pictured
from matters.tables import Notes

CARD = ("card.name", "card.id_number", "card.sex", "card.nation", "card.birth", "card.address")
SOCIAL = ("social.card_number",)  # of a social-security card, where the person has laid one
BLANK = re.compile(r"\{(\w+)\}")
SPECIAL_BLANKS = ("name", "id_number", "hall", "county", "collect_at", "phone_masked")


def check_references(catalogue: Catalogue, notes: Notes) -> None:
    events = {event.id for event in catalogue.events}
    for matter in catalogue.matters.values():
        say = _Say(notes)
        if any(map(_taken_with_picture, matter.items)):
            for key in spoken.FACE:
                if key not in catalogue.words:
                    say.error("missing", matter.place, name=key, what="words")
        if matter.event not in events:
            say.error("no_such", matter.place, id=matter.event)
        _matter(matter, say)
    if notes:
        return  # a matter that is wrong elsewhere may be the one that lies behind the tile
    for event in catalogue.events:
        if not catalogue.of_event(event.id):
            _Say(notes).error("dead_tile", event.place, id=event.id)


class _Say:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def error(self, rule: str, place: Place, **values: str) -> None:
        self.notes.append(Finding(rule, Weight.ERROR, place, tuple(values.items())))


def _matter(matter: Matter, say: _Say) -> None:
    for parts in (matter.situations, matter.items, matter.fields, matter.materials, matter.promises, matter.delivery):
        _once(parts, say)
    same = {s.id for s in matter.situations} & {f.id for f in matter.fields}
    for name in same:
        say.error("same_id", matter.field(name).place, id=name)
    items = {item.id for item in matter.items}
    answers = {s.id: {option.id for option in s.options} for s in matter.situations}
    known: dict[str, set[str]] = {}
    for situation in matter.situations:
        _condition(situation.when, known, situation.place, say)
        for option in situation.options:
            _condition(option.when, known, situation.place, say)
        if len(situation.options) < 2:
            say.error("options", situation.place, id=situation.id)
        known[situation.id] = answers[situation.id]
    for item in matter.items:
        _condition(item.when, known, item.place, say)
        for name in item.needs:
            if name not in items:
                say.error("no_such", item.place, id=name)
        problem = item_code_problem(item.code) if item.code else ""
        if problem:
            say.error("code", item.place, id=item.id, value=item.code, problem=problem)
    for circle in circles({item.id: item.needs for item in matter.items}):
        say.error("circle", matter.item(circle[0]).place, circle=" → ".join(circle))
    known.update({ITEM + name: {"yes", "no"} for name in items})
    known[KNOWN] = {"typed", "card", "card+photo"}
    known[HELPER] = {"yes", "no"}
    for field in matter.fields:
        _condition(field.when, known, field.place, say)
        for option in field.options:
            _condition(option.when, known, field.place, say)
        for fill in field.fill:
            _condition(fill.when, known, field.place, say)
            if fill.source not in (*CARD, *SOCIAL) and fill.source.removeprefix("field.") not in known:
                say.error("no_such", field.place, id=fill.source)
        known[field.id] = {option.id for option in field.options}
    promises = {promise.id for promise in matter.promises}
    for material in matter.materials:
        _condition(material.when, known, material.place, say)
        for exempt in material.exempt:
            _condition(exempt.when, known, material.place, say)
        for paper in material.fills:
            _condition(paper.when, known, material.place, say)
            if paper.field not in {field.id for field in matter.fields}:
                say.error("no_such", material.place, id=paper.field)
        if material.commitment and material.commitment not in promises:
            say.error("no_such", material.place, id=material.commitment)
    wants: list[Field | Material | Promise] = [*matter.fields, *matter.materials, *matter.promises]
    for part in wants:
        for name in part.items:
            if name not in items:
                say.error("no_such", part.place, id=name)
    blanks = {s.id for s in matter.situations} | {f.id for f in matter.fields} | set(SPECIAL_BLANKS)
    for promise in matter.promises:
        _condition(promise.when, known, promise.place, say)
        for clause in promise.clauses:
            _condition(clause.when, known, promise.place, say)
            _blanks(clause.text, blanks, promise.place, say)
    for delivery in matter.delivery:
        _condition(delivery.when, known, delivery.place, say)
        _blanks(delivery.reason + delivery.after, blanks, delivery.place, say)
    if matter.takes_applications:
        texts = {asking.kind for asking in matter.consents}
        for kind in sorted(kinds_of([*matter.fields, *matter.materials, *filter(_taken, matter.items)]) - texts):
            say.error("missing", matter.place, name=f"consents: {kind}", what=matter.id)
        if not matter.delivery:
            say.error("missing", matter.place, name="delivery", what=matter.id)


def _taken_with_picture(item: Item) -> bool:
    return item.offered and pictured(item)


def _taken(item: Item) -> bool:
    return item.offered


def _once(parts: Iterable[object], say: _Say) -> None:
    seen: set[str] = set()
    for part in parts:
        name, place = str(getattr(part, "id", "")), getattr(part, "place", Place())
        if name in seen:
            say.error("same_id", place, id=name)
        seen.add(name)


def _condition(condition: Condition, known: dict[str, set[str]], place: Place, say: _Say) -> None:
    for comparison in names(condition):
        if comparison.name not in known:
            say.error("not_yet_known", place, id=comparison.name)
            continue
        answers = known[comparison.name]
        for value in comparison.values:
            if answers and value not in answers:
                say.error("no_such_answer", place, id=comparison.name, value=value)


def _blanks(text: str, known: set[str], place: Place, say: _Say) -> None:
    for name in BLANK.findall(text):
        if name not in known:
            say.error("no_such", place, id="{" + name + "}")


def circles(needs: dict[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """Every circle met when following what needs what, once each."""
    done: set[str] = set()
    for start in needs:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = []
        if start in done:
            continue
        trail.append(start)
        stack.append((start, iter(needs.get(start, ()))))
        while stack:
            name, rest = stack[-1]
            follow = next(rest, None)
            if follow is None:
                done.add(name)
                trail.pop()
                stack.pop()
            elif follow in trail:
                yield [*trail[trail.index(follow) :], follow]
            elif follow not in done and follow in needs:
                trail.append(follow)
                stack.append((follow, iter(needs[follow])))

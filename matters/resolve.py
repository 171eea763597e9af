"""What follows from what is known so far: situations that are asked, items, the merged form, papers, promises.

One function for the visit, the command line and the notice, so that they cannot disagree. Nothing here is asked twice:
a field stands once on the merged form however many items need it, a paper once on the merged list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from matters.catalogue import LEVELS, Delivery, Exempt, Field, Fill, Item, Material, Matter, Promise, Situation
from matters.conditions import HELPER, ITEM, KNOWN, Condition, judge, met
from matters.knowing import pictured

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Given:
    """What has been answered. `person` holds card.name … as far as known; `person_source` is card, typed or derived by
    key. `waived` says per material: commitment or later. `sources` are the county's connected data sources."""

    situations: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    picks: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    person: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    person_sources: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    level: str = ""
    waived: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    from_paper: frozenset[str] = frozenset()  # fields whose own answer was read from a picture
    sources: frozenset[str] = frozenset()
    helped: bool = False  # somebody acts for the person, with a card of their own and a relation
    faceless: str = ""  # why no picture of the person can be taken here: absent, camera; "" where it can


@dataclass(frozen=True)
class ItemState:
    item: Item
    chosen: bool
    possible: bool = True  # False: the person is not known well enough for it
    reason: str = ""  # code why it is not possible: level | absent | camera | needs
    forced: bool = False  # cannot be left out: required, or needed by what is


@dataclass(frozen=True)
class FormRow:
    """One line of the merged form. `asked` is False where the answer is known without asking."""

    field: Field
    value: str | None
    source: str  # card | typed | chosen | paper | derived | ""
    asked: bool


@dataclass(frozen=True)
class Needed:
    """One paper of the merged list. state: needed | exempt | commitment | later."""

    material: Material
    state: str
    items: tuple[str, ...]  # who needs it, of those chosen
    exempt: Exempt | None = None
    unconnected: Exempt | None = None  # would spare the paper, were its data source connected
    certain: bool = True  # False: it hangs on an answer that has not been given yet


@dataclass(frozen=True)
class Resolved:
    situations: tuple[Situation, ...]
    items: tuple[ItemState, ...]
    chosen: tuple[str, ...]
    form: tuple[FormRow, ...]
    materials: tuple[Needed, ...]
    promises: tuple[Promise, ...]
    delivery: tuple[Delivery, ...]
    facts: Mapping[str, str]


def resolve(matter: Matter, given: Given, *, open_ended: bool = False) -> Resolved:
    """What applies. With `open_ended`, what may still apply counts too: for the notice, before anything is asked."""

    def applies(condition: Condition) -> bool:
        verdict = judge(condition, facts)
        return verdict is not False if open_ended else verdict is True

    facts: dict[str, str] = {}
    asked = []
    for situation in matter.situations:
        if applies(situation.when):
            asked.append(situation)
            answer = given.situations.get(situation.id)
            if answer is not None and any(o.id == answer and met(o.when, facts) for o in situation.options):
                facts[situation.id] = answer
    if given.level:
        facts[KNOWN] = given.level
        facts[HELPER] = "yes" if given.helped else "no"
    items = _items(matter, given, facts, open_ended)
    chosen = tuple(state.item.id for state in items if state.chosen)
    if given.level == "card" and any(state.chosen and pictured(state.item) for state in items):
        facts[KNOWN] = LEVELS[-1]  # nothing is handed in before the picture is there
    facts.update({ITEM + item.id: "yes" if item.id in chosen else "no" for item in matter.items})

    def wanted(names: tuple[str, ...]) -> bool:
        return not names or any(name in chosen for name in names)

    form = []
    for one in matter.fields:
        if wanted(one.items) and applies(one.when):
            row = _row(one, given, facts)
            form.append(row)
            if row.value is not None:
                facts[one.id] = row.value
    materials = tuple(
        replace(_needed(material, given, facts, chosen), certain=met(material.when, facts))
        for material in matter.materials
        if wanted(material.items) and applies(material.when)
    )
    stood_in = {need.material.commitment for need in materials if need.state == "commitment"}
    promises = tuple(
        promise
        for promise in matter.promises
        if wanted(promise.items) and applies(promise.when) and (promise.declaration or promise.id in stood_in)
    )
    delivery = tuple(way for way in matter.delivery if applies(way.when))
    return Resolved(tuple(asked), items, chosen, tuple(form), materials, promises, delivery, MappingProxyType(facts))


def _items(matter: Matter, given: Given, facts: Mapping[str, str], open_ended: bool) -> tuple[ItemState, ...]:
    here = []
    for item in matter.items:
        verdict = judge(item.when, facts)
        if verdict is True or (open_ended and verdict is None):
            here.append(item)
    by_id = {item.id: item for item in here}
    impossible = {item.id: why for item in here if item.offered and (why := _not_known(item, given))}
    changed = True
    while changed:  # what takes in the result of something impossible is impossible too
        changed = False
        for item in here:
            if item.id not in impossible and any(name in impossible for name in item.needs):
                impossible[item.id] = "needs"
                changed = True
    forced = {item.id for item in here if item.required and item.offered and item.id not in impossible}
    todo = list(forced)
    while todo:  # what cannot be left out brings what it needs
        for parent in by_id[todo.pop()].needs:
            if parent in by_id and by_id[parent].offered and parent not in forced:
                forced.add(parent)
                todo.append(parent)
    picked = forced | {
        item.id for item in here if item.offered and item.id not in impossible and given.picks.get(item.id, item.usual)
    }
    changed = True
    while changed:  # closed under dependency: without the parent, no child
        lost = {
            name
            for name in picked
            if any(p in by_id and by_id[p].offered and p not in picked for p in by_id[name].needs)
        }
        picked -= lost
        changed = bool(lost)
    return tuple(
        ItemState(item, item.id in picked, item.id not in impossible, impossible.get(item.id, ""), item.id in forced)
        for item in here
    )


def _not_known(item: Item, given: Given) -> str:
    """Code why the person is not known well enough for an item, "" where they are or can be. A helper's own card,
    relation and signed mandate stand for the card of somebody who is not here, never for the face of one who has to
    come (card+photo); that wants the card of who stands here, and a picture that can be taken."""
    if pictured(item):
        if given.faceless or given.helped:
            return given.faceless or "absent"
        return "level" if given.level == "typed" else ""
    reached = "card" if given.helped else given.level
    return "level" if reached and LEVELS.index(item.level) > LEVELS.index(reached) else ""


def toggle(matter: Matter, states: tuple[ItemState, ...], name: str) -> dict[str, bool]:
    """Picks after one item is turned on (with all it needs) or off (with all that needs it). Others stay."""
    by_id = {state.item.id: state for state in states}
    picks = {state.item.id: state.chosen for state in states if state.item.offered and state.possible}
    state = by_id.get(name)
    if state is None or not state.item.offered or not state.possible or state.forced:
        return picks
    on = not state.chosen
    todo = [name]
    while todo:
        current = todo.pop()
        if current not in picks or (picks[current] == on and current != name):
            continue
        if not on and by_id[current].forced:
            continue
        picks[current] = on
        if on:
            todo += by_id[current].item.needs
        else:
            todo += [other.item.id for other in states if current in other.item.needs]
    return picks


def _row(one: Field, given: Given, facts: Mapping[str, str]) -> FormRow:
    filled = next((found for fill in one.fill if (found := _filled(fill, given, facts)) is not None), None)
    own = given.fields.get(one.id)
    if own is not None and (filled is None or one.change):
        source = "paper" if one.id in given.from_paper else "chosen" if one.kind == "choice" else "typed"
        return FormRow(one, own, source, filled is None)
    if filled is not None:
        return FormRow(one, filled[0], filled[1], False)
    return FormRow(one, None, "", True)


def _filled(fill: Fill, given: Given, facts: Mapping[str, str]) -> tuple[str, str] | None:
    if not met(fill.when, facts):
        return None
    if fill.source.startswith("field."):
        value = facts.get(fill.source.removeprefix("field."))
        return None if not value else (value, "derived")
    value = given.person.get(fill.source)
    return None if not value else (value, given.person_sources.get(fill.source, "card"))


def _needed(material: Material, given: Given, facts: Mapping[str, str], chosen: tuple[str, ...]) -> Needed:
    who = tuple(name for name in chosen if not material.items or name in material.items)
    would = [exempt for exempt in material.exempt if met(exempt.when, facts)]
    for exempt in would:
        if not exempt.source or exempt.source in given.sources:
            return Needed(material, "exempt", who, exempt)
    return Needed(material, given.waived.get(material.id, "needed"), who, None, would[0] if would else None)

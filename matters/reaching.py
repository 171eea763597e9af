"""Whether everything in a matter can be reached: conditions that contradict themselves, and parts that no answers lead
to. Bounded: where there are more combinations than are tried, that is said instead of guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from matters.catalogue import Delivery, Field, Item, Material, Matter, Place, Promise, Situation
from matters.conditions import HELPER, ITEM, KNOWN, All, AnyOf, Condition, Is, Not, judge, names
from matters.findings import Finding, Weight

WAYS_MOST = 4_000  # combinations of answers tried
OTHER = "\0other"  # an answer that nothing compares with

Part = Situation | Item | Field | Material | Promise | Delivery


def parts(matter: Matter) -> list[Part]:
    """Everything of a matter that has a condition, in the order in which it is come to."""
    return [
        *matter.situations,
        *matter.items,
        *matter.fields,
        *matter.materials,
        *matter.promises,
        *matter.delivery,
    ]


def conditions(matter: Matter) -> Iterator[tuple[Condition, str, Place]]:
    """Every condition, with what it belongs to."""
    for part in parts(matter):
        yield part.when, part.id, part.place
    for situation in matter.situations:
        yield from ((option.when, f"{situation.id}: {option.id}", situation.place) for option in situation.options)
    for field in matter.fields:
        yield from ((option.when, f"{field.id}: {option.id}", field.place) for option in field.options)
        yield from ((fill.when, f"{field.id}: {fill.source}", field.place) for fill in field.fill)
    for material in matter.materials:
        yield from ((exempt.when, f"{material.id}: {exempt.reason}", material.place) for exempt in material.exempt)
    for promise in matter.promises:
        yield from ((clause.when, f"{promise.id}: {clause.text[:8]}", promise.place) for clause in promise.clauses)


def judge_reach(matter: Matter) -> Iterator[Finding]:
    dead: set[str] = set()
    answers = _answers(matter)
    for condition, name, place in conditions(matter):
        if not _possible(condition, answers):
            dead.add(name)
            yield Finding("contradictory", Weight.WARNING, place, (("id", name),))
    ways = tuple(_ways(matter))
    if len(ways) >= WAYS_MOST:
        yield Finding("not_tried", Weight.UNKNOWN, matter.place, (("id", matter.id), ("most", str(WAYS_MOST))))
        return
    situations = frozenset(situation.id for situation in matter.situations)
    for condition, name, place in conditions(matter):
        if name not in dead and not any(_could(condition, way, situations)[0] for way in ways):
            yield Finding("unreachable", Weight.WARNING, place, (("id", name),))


def _could(condition: Condition, way: Mapping[str, str], situations: frozenset[str]) -> tuple[bool, bool]:
    """Whether it could be true, and whether it could be false, at the end of this way: a situation that was passed over
    is neither, whatever comes; fields, items and the person are still open."""
    match condition:
        case Is(name, values):
            if name in way:
                return way[name] in values, way[name] not in values
            return (False, False) if name in situations else (True, True)
        case All(inner):
            found = [_could(part, way, situations) for part in inner]
            return all(yes for yes, _ in found), any(no for _, no in found)
        case AnyOf(inner):
            found = [_could(part, way, situations) for part in inner]
            return any(yes for yes, _ in found), all(no for _, no in found)
        case Not(part):
            yes, no = _could(part, way, situations)
            return no, yes


def _answers(matter: Matter) -> dict[str, tuple[str, ...]]:
    """What can be answered, where there is a closed set of answers."""
    found = {situation.id: tuple(option.id for option in situation.options) for situation in matter.situations}
    found.update({field.id: tuple(option.id for option in field.options) for field in matter.fields if field.options})
    return found


def _possible(condition: Condition, answers: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether any answers at all make it true, whatever leads to them."""
    compared: dict[str, set[str]] = {}
    for one in names(condition):
        compared.setdefault(one.name, set()).update(one.values)
    domains = {
        name: ("yes", "no")
        if name.startswith(ITEM) or name == HELPER
        else ("typed", "card", "card+photo")
        if name == KNOWN
        else answers.get(name) or (*sorted(values), OTHER)
        for name, values in compared.items()
    }
    if prod(map(len, domains.values())) > WAYS_MOST:
        return True  # not tried; the ways through the matter still are
    return any(
        judge(condition, dict(zip(domains, values, strict=True))) is True for values in product(*domains.values())
    )


def _ways(matter: Matter) -> Iterator[dict[str, str]]:
    """Every combination of answers to the situations, as they are asked; what else is compared stays open."""
    compared: dict[str, set[str]] = {}
    for condition, _, _ in conditions(matter):
        for part in names(condition):
            if isinstance(part, Is) and not part.name.startswith(ITEM) and part.name != KNOWN:
                compared.setdefault(part.name, set()).update(part.values)
    stack: list[tuple[int, dict[str, str]]] = [(0, {})]
    given = 0
    while stack and given < WAYS_MOST:
        number, facts = stack.pop()
        if number == len(matter.situations):
            given += 1
            yield facts
            continue
        situation = matter.situations[number]
        if judge(situation.when, facts) is not True:
            stack.append((number + 1, facts))
            continue
        stack += [
            (number + 1, {**facts, situation.id: option})
            for option in _options(situation, compared)
            if judge(_option_when(situation, option), facts) is not False
        ]


def _options(situation: Situation, compared: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Options that make a difference, and one for all that do not."""
    told = compared.get(situation.id, set())
    conditional = [o.id for o in situation.options if o.id in told or tuple(names(o.when))]
    rest = [o.id for o in situation.options if o.id not in conditional]
    return tuple(conditional + rest[:1])


def _option_when(situation: Situation, name: str) -> Condition:
    return next(option.when for option in situation.options if option.id == name)

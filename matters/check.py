"""The rules of the reform, judged by machine over a whole catalogue: what `kiosk catalogue check` says.

Errors of reference are the build's (matters.references); here are the rules that a catalogue can break and still work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from matters.build import build
from matters.catalogue import (
    Catalogue,
    Confidence,
    Delivery,
    Field,
    Item,
    Material,
    Matter,
    Place,
    Promise,
    Situation,
)  # fmt: skip
from matters.conditions import ITEM, KNOWN, Condition, Is, judge, names
from matters.findings import Finding, Weight
from matters.limits import single
from matters.tables import UNKNOWN, Documents

STEPS_MOST = 4
FAIRLY_COMPLEX_DAYS = 10
CATCH_ALL = re.compile(
    r"其他材料|其它材料|有关材料|相关材料|所需材料|等材料|其他证明|有关证明|相关证明|需要的其他|规定的其他"
)
VAGUE = re.compile(r"视情况|根据需要|必要时|原则上|适当|若干|尽快|酌情|另行通知")
VALUES_MOST = 4_000  # combinations of answers tried when looking for a situation that cannot be reached


@dataclass(frozen=True)
class Report:
    """All findings, in the order of files and lines, and the catalogue if it may be used."""

    catalogue: Catalogue | None
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> bool:
        """Whether the command that prints this should exit 1."""
        return any(finding.weight is Weight.ERROR for finding in self.findings)

    def count(self, weight: Weight) -> int:
        return sum(1 for finding in self.findings if finding.weight is weight)


def check(documents: Documents, officialese: Mapping[str, str] | None = None) -> Report:
    """Build, then judge. `officialese`: words not to be said, with what to say instead (config/officialese.txt)."""
    built = build(documents)
    found = list(built.findings)
    if built.catalogue is not None:
        for matter in built.catalogue.matters.values():
            found += _matter(matter)
        if officialese:
            found += _officialese(documents, officialese)
    found.sort(key=lambda f: (f.place.file, f.place.line, f.rule, f.values))
    return Report(built.catalogue, tuple(found))


def word_list(text: str) -> dict[str, str]:
    """A word list: one a line, what to say instead after a tab; # begins a remark."""
    rows = (line.split("\t", 1) for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {row[0].strip(): (row[1].strip() if len(row) > 1 else "") for row in rows}


def _matter(matter: Matter) -> Iterator[Finding]:
    yield from _papers(matter)
    for item in matter.items:
        yield from _item(matter, item)
    yield from _fields(matter)
    yield from _unused(matter)
    yield from _unreachable(matter)
    if matter.limit.confidence is Confidence.LOW or matter.confidence is Confidence.LOW:
        yield _say("low", Weight.WARNING, matter.place, id=matter.id)


def _say(rule: str, weight: Weight, place: Place, **values: str) -> Finding:
    return Finding(rule, weight, place, tuple(values.items()))


def _papers(matter: Matter) -> Iterator[Finding]:
    rows = [(m.place, f"{m.title} {m.hint} {m.why}") for m in matter.materials]
    rows += [(matter.place, f"{title} {hint}") for _, title, hint in matter.advice]
    for place, text in rows:
        if found := CATCH_ALL.search(text):
            yield _say("catch_all", Weight.WARNING, place, value=found.group())
        if found := VAGUE.search(text):
            yield _say("vague", Weight.WARNING, place, value=found.group())


def _item(matter: Matter, item: Item) -> Iterator[Finding]:
    where = {"id": item.id, "matter": matter.id}
    if len(item.steps) > STEPS_MOST:
        yield _say("steps", Weight.WARNING, item.place, **where, value=str(len(item.steps)))
    if not item.basis.known:
        yield _say("basis", Weight.UNKNOWN, item.place, **where)
    if not item.code:
        yield _say("unknown_code", Weight.UNKNOWN, item.place, **where)
    if item.fee_fen is None:
        yield _say("unknown_fee", Weight.UNKNOWN, item.place, **where)
    if single(item) is None and not item.settled:
        yield _say("unknown_limit", Weight.UNKNOWN, item.place, **where)
    statutory, committed = item.limit.statutory, item.limit.committed
    if statutory is not None and committed is not None and committed > statutory:
        yield _say("limit_over", Weight.WARNING, item.place, **where, value=str(committed), most=str(statutory))
    if matter.complexity == "fairly_complex" and (single(item) or 0) > FAIRLY_COMPLEX_DAYS:
        yield _say("limit_over", Weight.WARNING, item.place, **where, value=str(single(item)), most="10")
    if VAGUE.search(item.reason + item.required):
        yield _say("vague", Weight.WARNING, item.place, value=item.id)


def _fields(matter: Matter) -> Iterator[Finding]:
    """Asked twice: two questions with the same words, or two that want the same thing of the same card."""
    seen: dict[str, str] = {}
    for field in matter.fields:
        plain = re.sub(r"\W", "", field.title)
        if plain in seen:
            yield _say("twice", Weight.WARNING, field.place, id=field.id, other=seen[plain])
        seen.setdefault(plain, field.id)
    labels: dict[str, str] = {}
    questions: list[Situation | Field] = [*matter.situations, *matter.fields]
    for part in questions:
        if part.label in labels:
            yield _say("same_label", Weight.WARNING, part.place, id=part.id, other=labels[part.label])
        labels.setdefault(part.label, part.id)


def _unused(matter: Matter) -> Iterator[Finding]:
    used = {m.commitment for m in matter.materials}
    for promise in matter.promises:
        if not promise.declaration and promise.id not in used:
            yield _say("unused", Weight.WARNING, promise.place, id=promise.id)
    compared = {part.name for condition in _conditions(matter) for part in names(condition)}
    blanks = " ".join(clause.text for promise in matter.promises for clause in promise.clauses)
    for situation in matter.situations:
        if situation.id not in compared and "{" + situation.id + "}" not in blanks and matter.takes_applications:
            yield _say("asked_for_nothing", Weight.WARNING, situation.place, id=situation.id)


Part = Situation | Item | Field | Material | Promise | Delivery


def _parts(matter: Matter) -> list[Part]:
    """Everything of a matter that has a condition."""
    return [
        *matter.situations,
        *matter.items,
        *matter.fields,
        *matter.materials,
        *matter.promises,
        *matter.delivery,
    ]


def _conditions(matter: Matter) -> Iterator[Condition]:
    for part in _parts(matter):
        yield part.when
    for situation in matter.situations:
        yield from (option.when for option in situation.options)
    for field in matter.fields:
        yield from (option.when for option in field.options)
        yield from (fill.when for fill in field.fill)
    for material in matter.materials:
        yield from (exempt.when for exempt in material.exempt)
    for promise in matter.promises:
        yield from (clause.when for clause in promise.clauses)


def _unreachable(matter: Matter) -> Iterator[Finding]:
    """Whatever applies under no answers at all: a situation, an option, an item, a field, a paper, a promise."""
    ways = tuple(_ways(matter))
    if len(ways) >= VALUES_MOST:
        return

    def reached(condition: Condition) -> bool:
        return any(judge(condition, way) is not False for way in ways)

    for situation in matter.situations:
        if not reached(situation.when):
            yield _say("unreachable", Weight.WARNING, situation.place, id=situation.id)
        for option in situation.options:
            if not reached(option.when):
                yield _say("unreachable", Weight.WARNING, situation.place, id=f"{situation.id}: {option.id}")
    for part in _parts(matter)[len(matter.situations) :]:
        if not reached(part.when):
            yield _say("unreachable", Weight.WARNING, part.place, id=part.id)
    for field in matter.fields:
        for option in field.options:
            if not reached(option.when):
                yield _say("unreachable", Weight.WARNING, field.place, id=f"{field.id}: {option.id}")


def _ways(matter: Matter) -> Iterator[dict[str, str]]:
    """Every combination of answers to the situations, as they are asked; what else is compared stays open."""
    compared: dict[str, set[str]] = {}
    for condition in _conditions(matter):
        for part in names(condition):
            if isinstance(part, Is) and not part.name.startswith(ITEM) and part.name != KNOWN:
                compared.setdefault(part.name, set()).update(part.values)
    stack: list[tuple[int, dict[str, str]]] = [(0, {})]
    given = 0
    while stack and given < VALUES_MOST:
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
            if judge(option_when(situation, option), facts) is not False
        ]


def _options(situation: Situation, compared: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Options that make a difference, and one for all that do not."""
    told = compared.get(situation.id, set())
    conditional = [o.id for o in situation.options if o.id in told or tuple(names(o.when))]
    rest = [o.id for o in situation.options if o.id not in conditional]
    return tuple(conditional + rest[:1])


def option_when(situation: Situation, name: str) -> Condition:
    return next(option.when for option in situation.options if option.id == name)


def _officialese(documents: Documents, words: Mapping[str, str]) -> Iterator[Finding]:
    """Texts that a resident reads or hears. Official names, departments and legal bases may be official."""
    if not words:
        return
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    silent = {"official", "department", "basis", "code", "note", "names", "steps", "result", "who", "pinyin", "id",
              "label_official", "catalogue", "version"}  # fmt: skip
    for name in sorted(documents):
        stack = [("", documents[name])]
        while stack:
            key, node = stack.pop()
            value = node.value
            if isinstance(value, dict):
                stack += [(inner, child) for inner, child in value.items() if inner not in silent]
            elif isinstance(value, list):
                stack += [(key, child) for child in value]
            elif value != UNKNOWN and (found := pattern.search(value)):
                word = found.group()
                yield _say("officialese", Weight.WARNING, Place(node.file, node.line), value=word, instead=words[word])

"""The rules of the reform, judged by machine over a whole catalogue: what `kiosk catalogue check` says.

Errors of reference are the build's (matters.references); here are the rules that a catalogue can break and still work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from matters.build import build
from matters.catalogue import Catalogue, Confidence, Field, Item, Matter, Place, Situation
from matters.conditions import ALWAYS, names
from matters.findings import Finding, Weight
from matters.limits import single
from matters.reaching import conditions, judge_reach
from matters.reform import judge_alike, judge_label, judge_matter, spared_by_data
from matters.tables import Documents
from matters.wording import judge_words

STEPS_MOST = 4
CATCH_ALL = re.compile(
    r"其他材料|其它材料|有关材料|相关材料|所需材料|等材料|其他证明|有关证明|相关证明|需要的其他|规定的其他"
)


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


def check(
    documents: Documents,
    officialese: Mapping[str, str] | None = None,
    *,
    profile: str = "chenzhou",
    sources: frozenset[str] = frozenset(),
    drawings: frozenset[str] | None = None,
) -> Report:
    """Build, then judge. `officialese`: words not to be said, with what to say instead (config/officialese.txt).
    `profile` and `sources` are the county's: whose limits count, and which papers it need not ask for. `drawings`: what
    may be named as a picture; None: not judged."""
    built = build(documents)
    found = list(built.findings)
    if built.catalogue is not None:
        spared = spared_by_data(built.catalogue)
        for matter in built.catalogue.matters.values():
            found += _matter(matter)
            found += judge_matter(matter, profile, sources, spared)
        found += judge_alike(built.catalogue)
        found += judge_label(built.catalogue)
        found += judge_words(documents, officialese)
        if drawings is not None:
            found += _drawings(built.catalogue, drawings)
    unique = sorted(set(found), key=lambda f: (f.place.file, f.place.line, f.rule, f.values))
    return Report(built.catalogue, tuple(unique))


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
    yield from judge_reach(matter)
    if not matter.takes_applications and not matter.not_here:
        yield _say("no_reason", Weight.WARNING, matter.place, id=matter.id)
    if not matter.pinyin:
        yield _say("unfindable", Weight.WARNING, matter.place, id=matter.id)
    if matter.limit.confidence is Confidence.LOW or matter.confidence is Confidence.LOW:
        yield _say("low", Weight.WARNING, matter.place, id=matter.id)


def _drawings(catalogue: Catalogue, known: frozenset[str]) -> Iterator[Finding]:
    """A drawing that no terminal has; and two matters of one life event that look alike in its list."""
    rows = [(event.place, event.picture) for event in catalogue.events]
    rows += [(matter.place, matter.picture) for matter in catalogue.matters.values()]
    rows += [
        (one.place, name) for matter in catalogue.matters.values() for one in matter.materials for name in one.specimen
    ]
    for place, name in rows:
        if name not in known:
            near = next(iter(get_close_matches(name, sorted(known), 1, 0.0)), "")
            yield _say("no_drawing", Weight.WARNING, place, value=name, near=near)
    for event in catalogue.events:
        first: dict[str, str] = {}
        for matter in catalogue.of_event(event.id):
            other = first.setdefault(matter.picture, matter.id)
            if other != matter.id:
                yield _say("same_drawing", Weight.WARNING, matter.place, id=matter.id, other=other)


def _say(rule: str, weight: Weight, place: Place, **values: str) -> Finding:
    return Finding(rule, weight, place, tuple(values.items()))


def _papers(matter: Matter) -> Iterator[Finding]:
    rows = [(m.place, f"{m.title} {m.hint} {m.why}") for m in matter.materials]
    rows += [(matter.place, f"{one.title} {one.hint}") for one in matter.advice]
    for place, text in rows:
        if found := CATCH_ALL.search(text):
            yield _say("catch_all", Weight.WARNING, place, value=found.group())


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


def _fields(matter: Matter) -> Iterator[Finding]:
    """Asked twice: two questions with the same words, or two that want the same thing of the same card."""
    seen: dict[str, str] = {}
    for field in matter.fields:
        plain = re.sub(r"\W", "", field.title)
        if plain in seen:
            yield _say("twice", Weight.WARNING, field.place, id=field.id, other=seen[plain])
        seen.setdefault(plain, field.id)
    filled: dict[str, str] = {}
    for field in matter.fields:
        for fill in field.fill:
            if fill.when == ALWAYS and field.when == ALWAYS and not fill.source.startswith("field."):
                if fill.source in filled:
                    yield _say("twice", Weight.WARNING, field.place, id=field.id, other=filled[fill.source])
                filled.setdefault(fill.source, field.id)
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
    compared = {part.name for condition, _, _ in conditions(matter) for part in names(condition)}
    blanks = " ".join(clause.text for promise in matter.promises for clause in promise.clauses)
    for situation in matter.situations:
        if situation.id not in compared and "{" + situation.id + "}" not in blanks and matter.takes_applications:
            yield _say("asked_for_nothing", Weight.WARNING, situation.place, id=situation.id)

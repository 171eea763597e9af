"""The catalogue out of its files, and what is wrong with them. Errors refuse it; a catalogue is never half right.

A folder holds one file with `catalogue:` (version, label, home screen, words), a file a matter (`matter: ID`), and
shared definitions under `items:`, `fields:`, `materials:`, `promises:`, `consents:` and `delivery:` in files that are
neither. In a matter, an entry with the id of a shared definition adds to it, and what it says itself holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from matters import catalogue as model
from matters.catalogue import Catalogue, Matter, Place
from matters.findings import Finding, Weight
from matters.parts import Parts
from matters.references import check_references
from matters.spoken import NEEDED
from matters.tables import Documents, Notes, Table

SHARED = ("items", "fields", "materials", "promises", "consents", "delivery")


@dataclass(frozen=True)
class Built:
    """`catalogue` is None if there is an error among the findings."""

    catalogue: Catalogue | None
    findings: tuple[Finding, ...]


class CatalogueRefused(ValueError):
    """A catalogue with errors. `findings` says each."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = findings[0]
        what = " ".join(f"{key}={value}" for key, value in first.values)
        super().__init__(
            f"{first.place.file}, line {first.place.line}: {first.rule} {what}"
            + (f" (and {len(findings) - 1} more)" if len(findings) > 1 else "")
        )


def must_build(documents: Documents) -> Catalogue:
    """The catalogue, or CatalogueRefused."""
    built = build(documents)
    if built.catalogue is None:
        raise CatalogueRefused(tuple(f for f in built.findings if f.weight is Weight.ERROR))
    return built.catalogue


def build(documents: Documents) -> Built:
    """Everything read and every reference judged. The order of the files does not matter."""
    notes: Notes = []
    heads: list[Table] = []
    matters: list[Table] = []
    shared: dict[str, dict[str, Table]] = {kind: {} for kind in SHARED}
    for name in sorted(documents):
        table = Table(documents[name], notes, name)
        if table.has("catalogue"):
            heads.append(table)
        elif table.has("matter"):
            matters.append(table)
        else:
            _share(table, shared, notes)
    if len(heads) != 1:
        place = heads[1].place if heads else Place(sorted(documents)[0] if documents else "", 1)
        notes.append(Finding("one_catalogue", Weight.ERROR, place, (("count", str(len(heads))),)))
        return Built(None, tuple(notes))
    made: dict[str, Matter] = {}
    for table in matters:
        matter = Parts(shared, notes).matter(table)
        table.rest()
        if matter.id in made:
            notes.append(Finding("same_id", Weight.ERROR, matter.place, (("id", matter.id),)))
        made[matter.id] = matter
    catalogue = _catalogue(heads[0], made)
    heads[0].rest()
    check_references(catalogue, notes)
    errors = any(note.weight is Weight.ERROR for note in notes)
    return Built(None if errors else catalogue, tuple(notes))


def _share(table: Table, shared: dict[str, dict[str, Table]], notes: Notes) -> None:
    for kind in SHARED:
        for node in table.tables(kind):
            one = Table(node, notes, kind)
            name = one.text("id")
            if name in shared[kind]:
                notes.append(Finding("same_id", Weight.ERROR, one.place, (("id", name),)))
            shared[kind][name] = one
    table.rest()


def _catalogue(table: Table, made: Mapping[str, Matter]) -> Catalogue:
    def event(one: Table) -> model.Event:
        return model.Event(one.text("id"), one.text("title"), one.texts("examples"), one.text("picture"), one.place)

    table.text("catalogue")
    words = table.table("words")
    texts = {key: words.text(key) for key in words.keys} if words else {}
    for key in NEEDED:
        if key not in texts:
            table.wrong(words.node if words else None, "missing", name=key, what="words")
    events = table.each("events", event)
    order = {event.id: number for number, event in enumerate(events)}
    ordered = sorted(made.values(), key=lambda matter: (order.get(matter.event, len(order)), matter.id))
    return Catalogue(
        version=table.text("version"),
        label=table.text("label", ""),  # a county's own list has none
        events=events,
        matters=MappingProxyType({matter.id: matter for matter in ordered}),
        words=MappingProxyType(texts),
    )

"""The application out of the answers: exactly what the check screen showed, and nothing that was not asked."""

from __future__ import annotations

from matters import consents
from matters.application import Agreed, Answer, Application, GivenCommitment, GivenMaterial, Known, Page, PageNote
from matters.catalogue import LEVELS
from matters.events import BY_KEY, Strokes
from matters.resolve import Needed, resolve
from matters.visit import facing, helping, reading
from matters.visit.signing import clauses
from matters.visit.state import Visit, doing, given, person, standing, told_by


def application(visit: Visit) -> Application:
    """What is handed in; its id is given by the kiosk."""
    matter = doing(visit)
    basis = given(visit)
    found = resolve(matter, basis)
    who, _ = person(visit.answers, visit.setting.today)
    ways = {way.id for way in found.delivery}
    face, card_photo = facing.handed(visit, found)
    level = standing(visit.answers, visit.setting.today) or "typed"
    wanted = {asking.kind for asking in consents.wanted(matter, found)}
    return Application(
        matter=matter.id,
        matter_title=matter.title,
        catalogue=visit.catalogue.version,
        items=found.chosen,
        situations={s.id: found.facts[s.id] for s in found.situations if s.id in found.facts},
        fields={
            row.field.id: Answer(
                row.value, "clerk" if f"field:{row.field.id}" in visit.answers.by_clerk else row.source
            )
            for row in found.form
            if row.value is not None
        },
        materials=tuple(_material(visit, need) for need in found.materials),
        commitments=tuple(
            _signed(promise.id, _plain(clauses(visit, promise, found)), visit.answers.signed[promise.id][1])
            for promise in found.promises
            if promise.id in visit.answers.signed
        )
        + _mandate(visit),
        delivery=visit.answers.delivery if visit.answers.delivery in ways else "",
        known=Known(
            LEVELS[-1] if face and level == "card" else level,
            who.get("card.name", ""),
            who.get("card.id_number", ""),
            face if level == "card" else (),
            card_photo if level == "card" else (),
            by=told_by(visit.answers),
        ),
        consents=tuple(
            Agreed(asking.kind, visit.catalogue.version)
            for asking in matter.consents
            if asking.kind in visit.answers.agreed & wanted
        ),
        helpers=helping.helpers(visit),
    )


def _mandate(visit: Visit) -> tuple[GivenCommitment, ...]:
    signed = visit.answers.signed.get(helping.MANDATE) if visit.answers.helping else None
    return (_signed("mandate", _plain(signed[0]), signed[1]),) if signed else ()


def _signed(name: str, said: tuple[str, ...], strokes: Strokes) -> GivenCommitment:
    by_key = strokes == BY_KEY
    return GivenCommitment(name, said, () if by_key else strokes, "key" if by_key else "hand")


def _material(visit: Visit, need: Needed) -> GivenMaterial:
    material = need.material
    if need.state == "exempt" and need.exempt is not None:
        by = "generated" if need.exempt.reason == "generated" else "exempt"
        return GivenMaterial(material.id, material.title, by, need.exempt.reason)
    if need.state in ("commitment", "later"):
        return GivenMaterial(material.id, material.title, need.state)
    shots = visit.answers.shots.get(material.id, ())
    pages = tuple(
        Page(s.taken.sha256, s.taken.size, s.taken.width, s.taken.height, s.taken.verdict)
        for s in shots
        if s is not None and s.kept
    )
    notes = tuple(
        PageNote(page, note.code, round(note.sure, 2), note.about) for page, note in reading.notes(visit, material.id)
    )
    return GivenMaterial(material.id, material.title, "photo", "", pages, notes)


def _plain(shown: tuple[str, ...]) -> tuple[str, ...]:
    """Clauses without the marks that only say what is drawn bold."""
    return tuple(clause.replace("**", "") for clause in shown)

"""What is read on the pages of a visit: which page still waits to be read, what it says, what it can fill in.

The person never waits for it. A page is read while the visit goes on; what comes of it is a hint beside the page or on
the check screen, and text that stands ready in an entry. An answer that was given by the person or by the card's chip
is never touched: what is read lies beside the answers, and becomes one only when the person says it is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from matters import papertext
from matters.catalogue import Material
from matters.outcomes import PaperRead
from matters.papertext import Note
from matters.resolve import Resolved
from matters.steps import PaperHint
from matters.visit.state import Shot, Visit, doing, person, put, resolved

PLACES = (
    "paper",
    "field",
    "commitment",
    "mandate",
    "delivery",
    "check",
    "shown",
    "face",
    "card",
    "typed",
    "consent",
    "submitting",
)
LAST_S = 3.0  # a page that is being read when all is handed in is waited for so long: most take one to two seconds


def wishes(visit: Visit) -> Iterator[str]:
    """Pictures that are to be read now: of materials that ask for it, until they are handed in."""
    if (
        not visit.setting.reads_papers
        or visit.matter is None
        or visit.submitted is not None
        or visit.place.split(":", 1)[0] not in PLACES
    ):
        return
    for material, _, shot in _shots(visit):
        if material.read is not None and shot.taken.picture not in visit.read:
            yield shot.taken.picture


def waits(visit: Visit) -> bool:
    """Whether handing in waits a moment for a page that is being read."""
    return visit.at - visit.since < LAST_S and any(True for _ in wishes(visit))


def with_result(visit: Visit, picture: str, result: object) -> Visit:
    """A page was read, or could not be: then it stays unread, and nobody is told."""
    paper = papertext.look_at(result, doing(visit).materials) if isinstance(result, PaperRead) else None
    return replace(visit, read=put(visit.read, picture, paper))


def _shots(visit: Visit) -> Iterator[tuple[Material, int, Shot]]:
    """Every picture with its material and page (1-based)."""
    for name, shots in visit.answers.shots.items():
        material = next((one for one in doing(visit).materials if one.id == name), None)
        for page, shot in enumerate(shots, 1):
            if material is not None and shot is not None:
                yield material, page, shot


def notes(visit: Visit, name: str) -> tuple[tuple[int, Note], ...]:
    """What the pages of a material say, each with its page; of one that should be read and was not, that."""
    who = person(visit.answers, visit.setting.today)[0]
    found = []
    for material, page, shot in _shots(visit):
        paper = visit.read.get(shot.taken.picture)
        if material.id != name:
            continue
        if paper is not None:
            others = doing(visit).materials
            said = papertext.notes(material, page, paper, who, visit.setting.today, others)
            found += [(page, note) for note in said]
        elif material.read is not None and visit.setting.reads_papers:
            found.append((page, Note("unread", 1.0)))
    return tuple(found)


def hint(visit: Visit, name: str, page: int = 0) -> tuple[int, Note] | None:
    """The one thing to tell the person about a page of a material, or (0) about any of its pages."""
    said = [(n, note) for n, note in notes(visit, name) if note.code in papertext.HINTS and page in (0, n)]
    return min(said, key=lambda pair: papertext.HINTS.index(pair[1].code), default=None)


def paper_hint(visit: Visit, name: str, page: int = 0) -> PaperHint | None:
    """The same as a screen says it."""
    found = hint(visit, name, page)
    shots = visit.answers.shots.get(name, ())
    if found is None or (shot := shots[found[0] - 1]) is None:
        return None
    note = found[1]
    code, about = note.code, note.about
    if code == "other" and about:
        code, about = "other_known", doing(visit).material(about).short
    return PaperHint(shot.taken.picture, code, doing(visit).material(name).short, about)


def of_the_last(visit: Visit) -> PaperHint | None:
    """The hint on the page that was taken last."""
    last = visit.taken[-1] if visit.taken else ""
    place = next(((one.id, page) for one, page, shot in _shots(visit) if shot.taken.picture == last), None)
    return paper_hint(visit, *place) if place is not None else None


def hints(visit: Visit) -> tuple[PaperHint, ...]:
    """Every hint there is, for saying each aloud once."""
    if visit.matter is None:
        return ()
    found = (paper_hint(visit, one.id, page) for one, page, _ in _shots(visit))
    return tuple(one for one in found if one is not None)


def suggested(visit: Visit, field: str, found: Resolved | None = None) -> str:
    """A field's answer as a paper has it, as it would be kept; "" if none has."""
    one = doing(visit).field(field)
    facts = (found or resolved(visit)).facts
    for material, _, shot in _shots(visit):
        paper = visit.read.get(shot.taken.picture)
        if paper is None:
            continue
        for fill in material.fills:
            if fill.field == field:
                value = papertext.value(fill, one, paper.read, visit.setting.today, facts)
                if value:
                    return value
    return ""


def differs(visit: Visit, field: str, found: Resolved) -> bool:
    """Whether an answer that did not come from the paper is another one than the paper's."""
    if field in visit.answers.from_paper:
        return False
    own, read = visit.answers.fields.get(field), suggested(visit, field, found)
    return bool(own and read and own != read)


def first(visit: Visit, found: Resolved) -> frozenset[str]:
    """Materials whose pictures come before the questions, because they answer some of them."""
    if not visit.setting.reads_papers:
        return frozenset()
    asked = {row.field.id for row in found.form if row.asked}
    return frozenset(
        need.material.id
        for need in found.materials
        if need.state == "needed"
        and need.material.read is not None
        and any(fill.field in asked for fill in need.material.fills)
    )

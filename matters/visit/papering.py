"""Pages under the camera: which one is open, which pictures nobody wants any more."""

from __future__ import annotations

from dataclasses import replace

from matters.outcomes import PictureTaken
from matters.visit.state import Answers, Shot, Visit, drop, put


def split(place: str) -> tuple[str, int]:
    """Material and page (1-based) of a place paper:MATERIAL:PAGE."""
    _, material, page = place.split(":")
    return material, int(page)


def shot_at(answers: Answers, place: str) -> Shot | None:
    material, page = split(place)
    shots = answers.shots.get(material, ())
    return shots[page - 1] if page <= len(shots) else None


def open_page(visit: Visit) -> tuple[str, int] | None:
    """The page that waits for its picture at the present place."""
    if not visit.place.startswith("paper:") or shot_at(visit.answers, visit.place) is not None:
        return None
    return split(visit.place)


def with_shot(visit: Visit, shot: Shot | None) -> Visit:
    """The present place with this picture (None: without one)."""
    material, page = split(visit.place)
    shots = list(visit.answers.shots.get(material, ()))
    shots += [None] * (page - len(shots))
    shots[page - 1] = shot
    return replace(visit, answers=replace(visit.answers, shots=put(visit.answers.shots, material, tuple(shots))))


def with_page(visit: Visit, taken: PictureTaken) -> Visit:
    return replace(with_shot(visit, Shot(taken)), taken=(*visit.taken, taken.picture))


def added_page(visit: Visit) -> Visit:
    """One more page of the present material, still open."""
    material, _ = split(visit.place)
    shots = (*visit.answers.shots.get(material, ()), None)
    return replace(visit, answers=replace(visit.answers, shots=put(visit.answers.shots, material, shots)))


def without_page(visit: Visit, expected: int) -> Visit:
    """The present page taken out again: an extra page that was not needed after all."""
    material, page = split(visit.place)
    shots = visit.answers.shots.get(material, ())
    if page <= expected:
        return visit
    left = shots[: page - 1] + shots[page:]
    mapping = put(visit.answers.shots, material, left) if left else drop(visit.answers.shots, material)
    return replace(visit, answers=replace(visit.answers, shots=mapping))


def handles(answers: Answers) -> set[str]:
    papers = {shot.taken.picture for shots in answers.shots.values() for shot in shots if shot is not None}
    return papers | ({one.picture for one in answers.face.taken.pictures} if answers.face is not None else set())


def unwanted(visit: Visit) -> tuple[str, ...]:
    """Pictures that no answer holds, now or when a change is taken back."""
    wanted = handles(visit.answers) | (handles(visit.before) if visit.before else set())
    return tuple(name for name in visit.taken if name not in wanted and name not in visit.forgotten)

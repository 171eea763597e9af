"""The picture of the person beside their card, where a law wants the person to come: what each key does, what is shown.

The step comes once the card has been read and something that was chosen wants it, after a consent of its own
(个人信息保护法 26, 29). Nobody is made to: whoever does not agree, before the camera or in front of it, leaves out what
wants the picture and is told where it is done by hand (《人脸识别技术应用安全管理办法》: offer another
way); the same where the camera is gone. Nothing here looks at a face: the picture goes to the county sealed, and a
clerk compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from matters import effects, steps
from matters.application import Page
from matters.consents import FACE
from matters.effects import AnyEffect
from matters.outcomes import FaceTaken, Failed, PictureTaken
from matters.resolve import Resolved
from matters.steps import Row, Where
from matters.visit import declining, flow
from matters.visit.clock import active
from matters.visit.state import Portrait, Visit, answer, without_face
from matters.visit.words import say

OFF = "face_camera.stopped"  # it went off by itself: it is lit again only for somebody who asks for it
DARK = "face_camera.dark"  # the camera is well, the last try was not


def pressed(visit: Visit, key: str) -> Visit:
    face = visit.answers.face
    if key == "left":
        return declining.begun(without_face(visit), FACE)
    if face is None:
        if key == "main" and visit.problem in ("", DARK) and visit.can_face:
            return replace(visit, shoot=True, problem="")
        return replace(visit, problem="", again_at=0.0) if key in ("main", "again") else visit
    if key == "again":
        return replace(answer(visit, face=None), problem="", again_at=0.0)
    return flow.onward(answer(visit, face=replace(face, kept=True))) if key == "main" else visit


def wishes(visit: Visit) -> Iterator[tuple[str, Callable[[str], AnyEffect]]]:
    """The camera is lit only here, for somebody who has agreed to it."""
    answers = visit.answers
    if visit.place != "face" or FACE not in answers.agreed or answers.face is not None or answers.card is None:
        return
    if not visit.can_face or visit.at < visit.again_at or visit.problem == OFF:
        return
    number = answers.card.id_number
    if visit.shoot:
        yield "TakeFace:face", lambda name: effects.TakeFace(name, number)
    else:
        yield "FilmFace:face", lambda name: effects.FilmFace(name)


def lit(visit: Visit) -> Visit:
    """The camera shows the person. That the last try was too dark stays said until the next one."""
    return visit if visit.problem == DARK else replace(visit, problem="")


def outcome(visit: Visit, result: object) -> Visit:
    visit = replace(visit, shoot=False)
    if isinstance(result, FaceTaken):
        taken = tuple(one.picture for one in result.pictures)
        return replace(active(answer(visit, face=Portrait(result))), problem="", taken=(*visit.taken, *taken))
    if isinstance(result, Failed):
        pause = 0.0 if result.code == DARK else visit.setting.retry_s
        return replace(visit, problem=result.code, again_at=visit.at + pause)
    return visit


def step(visit: Visit, where: Where | None) -> steps.Face:
    face = visit.answers.face
    if face is not None:
        return steps.Face(visit.place, where, True, "taken", face.taken.taken.picture)
    problem = visit.problem or ("" if visit.can_face else "face_camera.absent")
    return steps.Face(visit.place, where, True, "live", problem=problem)


def rows(visit: Visit, found: Resolved) -> list[Row]:
    """On the check screen: that there is a picture, which can be taken anew."""
    if not flow.face_wanted(found) or visit.answers.face is None:
        return []
    return [Row("face", say(visit, "check.face"), say(visit, "check.face_taken"))]


def handed(visit: Visit, found: Resolved) -> tuple[tuple[Page, ...], tuple[Page, ...]]:
    """The picture of the person and that of their card, as the application names them; nothing where nothing chosen
    wants them."""
    face = visit.answers.face
    if face is None or not face.kept or visit.answers.card is None or not flow.face_wanted(found):
        return (), ()
    card = face.taken.card
    return (_page(face.taken.taken),), (_page(card, "image/png"),) if card is not None else ()


def _page(taken: PictureTaken, kind: str = "image/jpeg") -> Page:
    return Page(taken.sha256, taken.size, taken.width, taken.height, taken.verdict, kind)

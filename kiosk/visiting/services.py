"""What the screens ask of the terminal while they are shown: the live picture, a taken picture, Chinese input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kiosk.visiting.memory import Pictures
from screens.services import Candidates, Frame, Point, Strokes

if TYPE_CHECKING:
    from hardware.camera import PapersCamera
    from hardware.face_camera import FaceCamera
    from screens.input import InputMethods


class VisitServices:
    """Satisfies screens.services.Services. Camera and input methods come when they are there."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        self.camera: PapersCamera | None = None
        self.face_camera: FaceCamera | None = None
        self.input: InputMethods | None = None

    def frame(self) -> Frame | None:
        if self.camera is None:
            return None
        latest = self.camera.latest()
        if latest is None:
            return None
        corners: Any = latest.corners
        remark = "steady" if latest.remark == "ok" and latest.steady else latest.remark
        return Frame(latest.number, latest.width, latest.height, latest.pixels, corners, remark)

    def face(self) -> Frame | None:
        latest = self.face_camera.latest() if self.face_camera is not None else None
        if latest is None:
            return None
        return Frame(latest.number, latest.width, latest.height, latest.pixels, None, latest.remark)

    def hold(self, corners: Sequence[Point] | None) -> None:
        if self.camera is not None:
            self.camera.hold(corners)

    def picture(self, handle: str) -> bytes:
        return self.pictures.get(handle)

    def writes(self) -> bool:
        return self.input is None or self.input.answers

    async def recognise(self, strokes: Strokes) -> Sequence[str]:
        return await self.input.recognise(strokes) if self.input is not None else ()

    async def pinyin(self, keys: str) -> Candidates:
        if self.input is None:
            return Candidates(keys, (), ())
        found = await self.input.pinyin(keys)
        return Candidates(found.spelled, tuple(found.words), tuple(found.taken))

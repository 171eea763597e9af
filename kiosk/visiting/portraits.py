"""The picture of the person beside their card: the camera lit while it is wanted, the still, the card's photograph.

Both pictures stay in this process, by handle, until they are handed in sealed or forgotten. The card's photograph can
be shown only by a program of the vendor's (hardware/card_photo.py); without one the county sees the still alone.
It is decoded no earlier than the person's own picture is taken: nobody's card photograph is a picture before.
"""

from __future__ import annotations

import asyncio
import hashlib
import shlex
from typing import TYPE_CHECKING

from hardware.ports import Fault, Health
from matters.outcomes import FaceTaken, Failed, PictureTaken

if TYPE_CHECKING:
    from hardware.face_camera import FaceCamera
    from kiosk.visiting.conductor import Tell
    from kiosk.visiting.process import VisitProcess

WELL = (Health.ONLINE, Health.BUSY, Health.UNKNOWN)
LOOK_S = 0.5  # how often the lit camera is asked how it is
GONE_S = 4.0  # a camera that is away for less is not worth a word


class Portraits:
    """One visit's. `card` keeps what the cards that lay here gave, each under its number."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._photos: dict[str, bytes | None] = {}

    def card(self, id_number: str, photo: bytes | None) -> None:
        """A card was read."""
        self._photos[id_number] = photo

    async def film(self, camera: FaceCamera, tell: Tell) -> str:
        """Lit until nobody wants it any more (then it is cancelled); or why it is dark, as a code."""
        fault = await camera.start()
        if fault is not None:
            return fault.code
        tell("face.lit")
        away = 0.0
        while camera.lit:
            status = await camera.status()
            away = 0.0 if status.health in WELL else away + LOOK_S
            if away >= GONE_S:
                return status.code or "face_camera.stalled"
            await asyncio.sleep(LOOK_S)
        return "face_camera.stopped"  # by itself: nobody has touched it for long

    async def take(self, camera: FaceCamera, id_number: str) -> FaceTaken | Failed:
        """The still, and the photograph on the card of this number where it can be shown."""
        from hardware.card_photo import SIZE, decoded

        still = await camera.start() or await camera.take()  # whoever is quick presses before it is lit
        if isinstance(still, Fault):
            return Failed(still.code)
        taken = PictureTaken(
            self._keep(still.sha256, still.jpeg), still.sha256, still.width, still.height, len(still.jpeg), "ok"
        )
        photo = await decoded(self._photos.get(id_number), shlex.split(self._process.settings.cards.photo_decoder))
        if isinstance(photo, Fault):
            return FaceTaken(taken)
        name = hashlib.sha256(photo).hexdigest()
        return FaceTaken(taken, PictureTaken(self._keep(name, photo), name, *SIZE, len(photo), "ok"))

    def pages(self, face: FaceTaken) -> list[bytes]:
        """The bytes of both."""
        return [self._process.pictures.get(one.picture) for one in face.pictures]

    def _keep(self, sha256: str, data: bytes) -> str:
        return self._process.pictures.keep(sha256, data, person=True)

"""The person before the real camera's worker: lit while it is wanted, taken, handed to the desk, never put aside."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from hardware.conformance.checking import until
from hardware.face_camera import FaceCamera
from hardware.ports import CardRecord
from hardware.simulator_client import Simulators
from kiosk.visiting.performing import SWITCH_OFF_S
from matters import effects, steps
from matters.outcomes import FaceTaken, Failed
from matters.visit import Setting
from tests.kiosk.test_put_aside import Half
from tests.matters.drive import CARD, Drive

WAIT_S = 40.0  # long: the machine that runs this may be busy
DECODER = """
import sys
from PIL import Image
photo = sys.stdin.buffer.read()
Image.new("RGB", (102, 126), tuple(photo[:3])).save(sys.stdout.buffer, "PNG")
"""


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[tuple[Half, Simulators]]:
    """A person before the lit camera of a terminal whose settings name a decoder; their card is red."""
    decoder = tmp_path / "decoder.py"
    decoder.write_text(DECODER)
    async with Simulators() as simulators:
        found = await simulators.start({"face_camera": "sim://face-camera?width=640&height=360"}, tmp_path / "sim")
        drive = Drive(Setting(can_face=True, aside_days=7.0))
        drive.to("pension_check", lambda step: step.key == "face")
        half = Half(tmp_path, drive, None)
        cards = replace(half.settings.cards, photo_decoder=f"{sys.executable} {decoder}")
        half.settings = replace(half.settings, cards=cards)
        camera = FaceCamera(found["face_camera"])
        half.devices.ports["face_camera"] = camera
        half.devices.ports["id_card"] = SimpleNamespace(read=red_card)
        await half.performer.perform(effects.ReadCard("e"), lambda _: None)
        yield half, simulators
        await camera.close()


async def red_card(found: Any) -> CardRecord:
    found()
    values = {name: getattr(CARD, name) for name in ("kind", "name", "id_number", "sex", "nation", "birth", "address")}
    return CardRecord(**values, issuer="", valid_from="", valid_to="", photo=bytes([200, 10, 10]) + bytes(1021))


async def lit(half: Half, wanted: bool) -> None:
    camera: FaceCamera = half.devices.ports["face_camera"]

    async def so() -> bool:
        return camera.lit == wanted and (camera.latest() is not None) == wanted

    assert await until(so, WAIT_S, 0.02)


async def test_the_camera_is_lit_while_somebody_stands_before_it_and_both_pictures_are_handed_in(
    hall: tuple[Half, Simulators],
) -> None:
    half, _ = hall
    drive, heard = half.drive, []
    film = drive.wants(effects.FilmFace)
    assert film is not None
    filming = asyncio.create_task(half.performer.perform(film, heard.append))
    await lit(half, True)
    assert heard == ["face.lit"]
    drive.press("main")
    filming.cancel()  # as the conductor does with what is not wanted any more
    face = await half.perform(effects.TakeFace)
    assert isinstance(face, FaceTaken)
    assert not half.devices.ports["face_camera"].lit
    with Image.open(io.BytesIO(half.pictures.get(face.taken.picture))) as still:
        assert still.size == (face.taken.width, face.taken.height) == (640, 360)
    assert face.card is not None
    with Image.open(io.BytesIO(half.pictures.get(face.card.picture))) as card:
        assert (card.size, card.convert("RGB").getpixel((50, 60))) == ((102, 126), (200, 10, 10))
    drive.press("main")
    drive.until(lambda step: step.key == "submitting")
    submit = drive.wants(effects.Submit)
    assert submit is not None
    application, files = half.performer._copies(submit.application)
    assert set(files) == {face.taken.sha256, face.card.sha256}
    assert (application.known.face[0].size, application.known.card_photo[0].kind) == (
        len(files[face.taken.sha256]), "image/png",
    )  # fmt: skip
    assert half.pictures.by_digest(people=False) == {}, "nothing of it can be put aside"


async def test_a_camera_pulled_in_the_middle_says_so_and_is_lit_again_when_it_is_back(
    hall: tuple[Half, Simulators],
) -> None:
    half, simulators = hall
    drive = half.drive
    filming = asyncio.create_task(half.perform(effects.FilmFace))
    await lit(half, True)
    await simulators.command("face_camera", "vanish")
    gone = await asyncio.wait_for(filming, WAIT_S)
    assert isinstance(gone, Failed)
    assert gone.code.startswith("face_camera.")
    shown = drive.step
    assert isinstance(shown, steps.Face)
    assert shown.problem == gone.code
    await simulators.command("face_camera", "return")
    drive.wait(2.0)
    film = drive.wants(effects.FilmFace)
    assert film is not None
    await half.devices.ports["face_camera"].stop()
    again = asyncio.create_task(half.performer.perform(film, lambda _: None))
    await lit(half, True)
    again.cancel()
    await asyncio.sleep(SWITCH_OFF_S)


async def test_whoever_asks_again_at_the_moment_it_would_go_off_keeps_the_light(
    hall: tuple[Half, Simulators], monkeypatch: pytest.MonkeyPatch
) -> None:
    half, _ = hall
    camera = half.devices.ports["face_camera"]
    spawned: list[asyncio.Task[None]] = []
    monkeypatch.setattr(half, "spawn", lambda work: spawned.append(asyncio.create_task(work)))
    film = asyncio.create_task(half.performer.perform(effects.FilmFace("f"), lambda _: None))
    half.performer._switch_off(camera)  # its moment came with the touch: the new look has been asked for, not begun
    await lit(half, True)
    await asyncio.gather(*spawned)
    assert camera.lit
    assert not film.done()
    film.cancel()
    with pytest.raises(asyncio.CancelledError):
        await film

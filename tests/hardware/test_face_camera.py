"""The camera towards the person: off unless asked, one still, off again; and whatever may befall it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image as Pillow

from config.faults import fault_cards
from hardware.addresses import open_device
from hardware.camera import Frame, PapersCamera
from hardware.camera_worker import HEALTH
from hardware.conformance.checking import until
from hardware.face_camera import FaceCamera, Still
from hardware.ports import Device, Fault, Health
from hardware.simulator_client import Simulators
from tests.hardware.usb_cameras import FACE, Machine

WAIT_S = 40.0  # long: the machine that runs this may be busy
MOLE = (0.385, 0.51)  # where the drawn person has a mole, as others see it


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[tuple[FaceCamera, Simulators]]:
    async with Simulators() as simulators:
        found = await simulators.start({"face_camera": "sim://face-camera?width=640&height=360"}, tmp_path)
        camera = FaceCamera(found["face_camera"], papers="camera+http://127.0.0.1:9/stream")
        yield camera, simulators
        await camera.close()


async def seen(camera: FaceCamera) -> Frame:
    async def there() -> bool:
        return camera.latest() is not None

    assert await until(there, WAIT_S, 0.02)
    frame = camera.latest()
    assert frame is not None
    return frame


async def well(camera: FaceCamera, wanted: bool) -> None:
    async def so() -> bool:
        return ((await camera.status()).health is Health.ONLINE) == wanted

    assert await until(so, WAIT_S, 0.05)


async def viewers(simulators: Simulators, count: int) -> None:
    async def so_many() -> bool:
        return bool((await simulators.command("face_camera", "looks"))["viewers"] == count)

    assert await until(so_many, WAIT_S, 0.05)


def differs_at(picture: Pillow.Image, x: float, y: float) -> bool:
    """Whether something small and dark is there."""
    grey = picture.convert("L")
    at = round(x * grey.width), round(y * grey.height)
    around = [grey.getpixel((at[0] + dx, at[1])) for dx in (-14, 14)]
    return min(int(value) for value in around if isinstance(value, int)) - int(str(grey.getpixel(at))) > 30


async def test_it_is_looked_through_only_between_asking_and_the_still(hall: tuple[FaceCamera, Simulators]) -> None:
    camera, simulators = hall
    assert isinstance(camera, Device)
    told = camera.watch()
    for _ in range(3):
        assert (await camera.status()).health is Health.ONLINE
    assert (await anext(told)).health is Health.ONLINE
    assert (await simulators.command("face_camera", "looks"))["looks"] == 0
    assert camera.latest() is None

    assert await camera.start() is None
    assert await camera.start() is None  # a second time changes nothing
    frame = await seen(camera)
    assert frame.corners is None
    assert (await camera.status()).detail == {"light": "on"}
    still = await camera.take()
    assert isinstance(still, Still)
    assert not camera.lit
    assert camera.latest() is None
    await viewers(simulators, 0)
    assert (await simulators.command("face_camera", "looks"))["looks"] == 1
    assert (await camera.status()).detail == {"light": "off"}

    with Pillow.open(io.BytesIO(still.jpeg)) as picture:
        assert picture.size == (still.width, still.height) == (640, 360)
        assert len(still.jpeg) <= 300_000
        assert differs_at(picture, *MOLE)  # the still is as others see the person
        assert not differs_at(picture, 1 - MOLE[0], MOLE[1])
    mirror = Pillow.frombytes("RGB", (frame.width, frame.height), bytes(frame.pixels))
    assert differs_at(mirror, 1 - MOLE[0], MOLE[1])  # they see themselves as in a mirror
    assert "jpeg" not in repr(still)


async def test_left_on_it_goes_off_by_itself(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        found = await simulators.start({"face_camera": "sim://face-camera?width=640&height=360"}, tmp_path)
        camera = FaceCamera(found["face_camera"], lit_s=0.5)
        assert await camera.start() is None
        await viewers(simulators, 0)

        async def off() -> bool:
            return not camera.lit

        assert await until(off, WAIT_S, 0.05)
        got = await camera.take()
        assert isinstance(got, Fault)
        assert got.code == "face_camera.stopped"
        assert await camera.start() is None  # and on again when asked again
        await seen(camera)
        await camera.close()
        await viewers(simulators, 0)


async def test_a_covered_lens_gives_no_picture_and_another_try(hall: tuple[FaceCamera, Simulators]) -> None:
    camera, simulators = hall
    await simulators.command("face_camera", "fault", what="dark", level=0.1)
    assert await camera.start() is None
    assert (await seen(camera)).remark == "capture.dark"
    got = await camera.take()
    assert isinstance(got, Fault)
    assert got.code == "face_camera.dark"
    await simulators.command("face_camera", "mend")

    async def bright() -> bool:
        return (await seen(camera)).remark == "ok"

    assert await until(bright, WAIT_S, 0.05)
    assert isinstance(await camera.take(), Still)


async def test_unplugged_in_every_state_it_says_so_and_comes_back(hall: tuple[FaceCamera, Simulators]) -> None:
    """State × disconnect: off, on, about to be taken."""
    camera, simulators = hall
    await simulators.command("face_camera", "fault", what="unplug")
    assert (await camera.status()).code == "face_camera.absent"
    got = await camera.start()
    assert got is not None
    assert got.code == "face_camera.absent"
    assert not camera.lit
    await simulators.command("face_camera", "mend")
    assert await camera.start() is None
    await seen(camera)
    await simulators.command("face_camera", "fault", what="unplug")
    await well(camera, False)
    status = await camera.status()
    assert (status.health, status.code) == (Health.ABSENT, "face_camera.absent")
    await simulators.command("face_camera", "mend")
    await well(camera, True)
    assert isinstance(await camera.take(), Still)


async def test_a_process_that_dies_is_replaced_when_it_is_asked_for_again(
    hall: tuple[FaceCamera, Simulators],
) -> None:
    camera, _ = hall
    assert await camera.start() is None
    await seen(camera)
    assert camera._camera is not None
    assert camera._camera._process is not None
    camera._camera._process.kill()
    await camera._camera._process.wait()
    async with asyncio.timeout(WAIT_S):
        while isinstance(got := await camera.take(), Still):
            pass
    assert got.code in ("face_camera.stopped", "face_camera.stalled")
    assert await camera.start() is None
    assert isinstance(await camera.take(), Still)


async def test_the_papers_camera_is_never_taken_for_it(tmp_path: Path) -> None:
    papers = "camera+http://127.0.0.1:9/stream"
    camera = FaceCamera(papers, papers=papers)
    assert (await camera.status()).code == "face_camera.same"
    got = await camera.start()
    assert got is not None
    assert got.code == "face_camera.same"
    machine = Machine(tmp_path)
    machine.plug("1-2", FACE)
    twice = FaceCamera(f"camera://{machine.by_path('1-2')}", papers=f"camera://{machine.by_id(FACE)}", sys=machine.sys)
    assert (await twice.status()).code == "face_camera.same"


async def test_named_by_a_number_it_stays_off(tmp_path: Path) -> None:
    camera = FaceCamera("camera:///dev/video1")
    assert (await camera.status()).code == "face_camera.guessed"
    got = await camera.start()
    assert got is not None
    assert got.code == "face_camera.guessed"
    papers = PapersCamera("camera:///dev/video0", alone=False)
    assert (await papers.status()).code == "camera.guessed"
    fault = await papers.start("a4", True)
    await papers.close()
    assert fault is not None
    assert fault.code == "camera.guessed"
    only = PapersCamera("camera:///dev/video0")  # a terminal with one camera may name it as it likes
    assert (await only.status()).code != "camera.guessed"


async def test_swapped_at_their_sockets_each_says_so(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug("1-1", FACE)  # where the papers' camera belongs
    camera = FaceCamera(f"camera://{machine.by_path('1-1')}?usb=9999:0001", sys=machine.sys)
    assert (await camera.status()).code == "face_camera.other"


def test_what_befalls_a_camera_has_a_card_for_this_one_too() -> None:
    from hardware import camera, camera_sources, face_camera

    told = {code.removeprefix("camera.") for code in HEALTH if code} | {"stalled", "stopped", "same", "guessed"}
    for module in (camera, camera_sources, face_camera):
        source = Path(str(module.__file__)).read_text("utf-8")
        told |= {code for code in ("absent", "busy", "no_access", "faulty", "other") if f'camera.{code}"' in source}
    assert {f"face_camera.{what}" for what in told} <= set(fault_cards())


@pytest.mark.parametrize("address", ["camera:///dev/v4l/by-path/x?size=640x360", "camera+http://127.0.0.1:9/face"])
def test_its_address_is_a_cameras(address: str) -> None:
    assert open_device("face_camera", address).address == address

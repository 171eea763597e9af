"""The papers' camera against a simulated one: live, by itself, on command, gone and back, hung, dead."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from hardware.addresses import open_device
from hardware.camera import Frame, PapersCamera, Taken
from hardware.ports import Device, Fault, Health
from hardware.simulator_client import Simulators
from tests.hardware.made_pages import on_desk

WAIT_S = 40.0  # long: the machine that runs this may be busy


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[PapersCamera, Simulators]]:
    async with Simulators() as simulators:
        addresses = await simulators.start({"camera": "sim://camera?width=1280&height=960"}, tmp_path)
        camera = PapersCamera(addresses["camera"])
        yield camera, simulators
        await camera.close()


@pytest.fixture
async def still(tmp_path: Path) -> AsyncIterator[PapersCamera]:
    """A camera that is a file: a page on a desk."""
    image, _ = on_desk()
    path = tmp_path / "desk.jpg"
    cv2.imwrite(str(path), image)
    camera = PapersCamera(f"camera://{path}")
    yield camera
    await camera.close()


async def until(camera: PapersCamera, holds: Callable[[Frame], bool]) -> Frame:
    async with asyncio.timeout(WAIT_S):
        while True:
            frame = camera.latest()
            if frame is not None and holds(frame):
                return frame
            await asyncio.sleep(0.02)


async def wanted(outcome: asyncio.Future[Taken | Fault] | asyncio.Task[Taken | Fault]) -> Taken | Fault:
    return await asyncio.wait_for(outcome, WAIT_S)


async def test_what_the_camera_sees_without_a_paper_is_none_where_it_is_known(tmp_path: Path) -> None:
    image, corners = on_desk()
    blank = cv2.fillConvexPoly(image, corners.astype(np.int32), (205, 215, 210))  # a pale mat
    path = tmp_path / "empty.png"
    cv2.imwrite(str(path), blank)
    for tray, seen in (("", True), (str(path), False)):
        camera = PapersCamera(f"camera://{path}", tray=tray)
        try:
            assert await camera.start("any", True) is None
            frame = await until(camera, lambda frame: frame.number > 2)
            assert (frame.corners is not None) == seen
        finally:
            await camera.close()


async def test_a_paper_that_lies_still_is_taken_by_itself(desk: tuple[PapersCamera, Simulators]) -> None:
    camera, simulators = desk
    assert isinstance(camera, Device)
    assert await camera.start("certificate", True) is None
    empty = await until(camera, lambda frame: frame.remark == "capture.empty")
    assert empty.corners is None
    assert len(empty.pixels) == empty.width * empty.height * 3
    assert max(empty.width, empty.height) <= 960

    taking = asyncio.ensure_future(camera.taken())
    await simulators.command("camera", "place", picture="birth-certificate")
    taken = await wanted(taking)
    assert isinstance(taken, Taken)
    assert (taken.verdict, taken.found) == ("ok", True)
    assert taken.sha256 == hashlib.sha256(taken.jpeg).hexdigest()
    assert len(taken.jpeg) <= 500_000
    with Pillow.open(io.BytesIO(taken.jpeg)) as picture:
        assert picture.size == (taken.width, taken.height)
        assert picture.info["dpi"][0] > 50
    assert taken.width / taken.height == pytest.approx(210 / 297, rel=0.05)
    shown = await until(camera, lambda frame: frame.corners is not None)
    assert all(0 <= value <= 1 for corner in shown.corners or () for value in corner)

    # the same page is not taken twice; another one is
    assert await camera.start("certificate", True) is None
    await until(camera, lambda frame: frame.remark == "capture.same_page")
    await simulators.command("camera", "place", picture="lease")
    second = await wanted(asyncio.ensure_future(camera.taken()))
    assert isinstance(second, Taken)
    assert second.sha256 != taken.sha256


async def test_a_bad_picture_waits_and_says_why_and_can_be_taken_all_the_same(
    desk: tuple[PapersCamera, Simulators],
) -> None:
    camera, simulators = desk
    await simulators.command("camera", "place", picture="household-register")
    await simulators.command("camera", "blur", px=6)
    assert await camera.start("booklet", True) is None
    taking = asyncio.ensure_future(camera.taken())
    await until(camera, lambda frame: frame.remark == "capture.blurred")
    shot = await camera.shoot()
    assert isinstance(shot, Taken)
    assert shot.verdict == "capture.blurred"
    assert not taking.done()
    await simulators.command("camera", "clear")
    taken = await wanted(taking)
    assert isinstance(taken, Taken)
    assert taken.verdict == "ok"


async def test_corners_that_a_finger_has_set_are_kept_to_and_nothing_is_taken_by_itself(still: PapersCamera) -> None:
    assert await still.start("any", True) is None
    first = await until(still, lambda frame: frame.corners is not None)
    assert first.corners is not None
    (left, top), (right, _), (_, bottom), _ = first.corners
    half = bottom - (bottom - top) / 2  # the upper half of the page only
    still.hold(((left, top), (right, top), (right, half), (left, half)))
    shown = await until(still, lambda frame: frame.remark == "held")
    assert shown.corners is not None
    assert max(point[1] for point in shown.corners) < bottom - 0.2
    taking = asyncio.ensure_future(still.taken())
    await asyncio.sleep(1.2)  # longer than a steady page waits
    assert not taking.done()
    whole = await still.shoot()
    assert isinstance(whole, Taken)
    still.hold(None)
    await until(still, lambda frame: frame.remark == "ok")
    found = await wanted(taking)
    assert isinstance(found, Taken)
    assert whole.width > whole.height  # half of an upright sheet
    assert found.height > found.width


@pytest.mark.parametrize("corners", [((0, 0), (1, 1), (0, 0), (1, 1)), ((0.5, 0.5),) * 4, ((0, 0), (1, 0))])
async def test_corners_that_span_no_paper_are_not_heeded(still: PapersCamera, corners: object) -> None:
    assert await still.start("any", True) is None
    still.hold(corners)  # type: ignore[arg-type]
    taken = await wanted(asyncio.ensure_future(still.taken()))
    assert isinstance(taken, Taken)
    assert taken.found


async def test_an_empty_desk_can_be_taken_on_command_and_says_so(desk: tuple[PapersCamera, Simulators]) -> None:
    camera, _ = desk
    assert await camera.start("a4", False) is None
    shot = await camera.shoot()
    assert isinstance(shot, Taken)
    assert (shot.verdict, shot.found) == ("capture.empty", False)
    with Pillow.open(io.BytesIO(shot.jpeg)) as picture:
        assert picture.mode == "L"


async def test_a_stream_that_stalls_is_a_fault_in_bounded_time_and_comes_back(
    desk: tuple[PapersCamera, Simulators],
) -> None:
    camera, simulators = desk
    assert await camera.start("a4", True) is None
    await until(camera, lambda frame: frame.number > 1)
    await simulators.command("camera", "stall")
    outcome = await wanted(asyncio.ensure_future(camera.taken()))
    assert isinstance(outcome, Fault)
    assert outcome.code == "camera.stalled"
    assert (await camera.status()).health is Health.OFFLINE
    await simulators.command("camera", "return")
    await simulators.command("camera", "place", picture="id-card")
    assert await camera.start("card", True) is None
    taken = await wanted(asyncio.ensure_future(camera.taken()))
    assert isinstance(taken, Taken)
    assert (await camera.status()).health is Health.ONLINE


async def test_a_camera_that_is_pulled_out_is_absent_and_found_again(desk: tuple[PapersCamera, Simulators]) -> None:
    camera, simulators = desk
    told = camera.watch()

    async def hear(health: Health) -> None:
        async with asyncio.timeout(WAIT_S):
            while (await anext(told)).health is not health:
                pass

    await hear(Health.ONLINE)
    assert await camera.start("a4", True) is None
    await until(camera, lambda frame: frame.number > 1)
    await simulators.command("camera", "vanish")
    outcome = await wanted(asyncio.ensure_future(camera.taken()))
    assert isinstance(outcome, Fault)
    assert outcome.code == "camera.absent"
    await hear(Health.ABSENT)
    await simulators.command("camera", "return")
    await hear(Health.ONLINE)


async def test_a_worker_that_dies_is_a_fault_and_the_next_start_has_a_new_one(still: PapersCamera) -> None:
    assert await still.start("a4", True) is None
    process = still._process
    assert process is not None
    await until(still, lambda frame: frame.number > 0)
    shooting = asyncio.ensure_future(still.taken())
    process.kill()
    first = await wanted(shooting)
    assert isinstance(first, Taken | Fault)
    if isinstance(first, Fault):
        assert first.code == "camera.stalled"
    assert isinstance(await still.shoot(), Fault)
    assert still.latest() is None
    assert await still.start("a4", True) is None
    assert isinstance(await wanted(asyncio.ensure_future(still.taken())), Taken)


async def test_a_worker_that_hangs_is_killed_and_a_fault(still: PapersCamera) -> None:
    assert await still.start("card", True) is None
    process = still._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    outcome = await asyncio.wait_for(still.shoot(), WAIT_S)
    assert isinstance(outcome, Fault)
    assert outcome.code == "camera.stalled"
    await asyncio.wait_for(process.wait(), WAIT_S)


async def test_stopping_wipes_every_frame_and_answers_whoever_waits(still: PapersCamera) -> None:
    assert await still.start("a4", True) is None
    await until(still, lambda frame: frame.corners is not None)
    taking = asyncio.ensure_future(still.taken())
    await still.stop()
    outcome = await wanted(taking)
    assert isinstance(outcome, Taken) or outcome.code == "camera.stopped"
    assert still.latest() is None
    memory = still._memory
    assert memory is not None
    assert not any(memory._map[64 : 64 + 4_000_000])


async def test_closing_ends_the_worker(still: PapersCamera) -> None:
    await still.warm()
    process = still._process
    assert process is not None
    await still.close()
    assert process.returncode is not None
    assert isinstance(await still.shoot(), Fault)


async def test_a_sequence_of_pictures_is_a_camera(tmp_path: Path) -> None:
    for number, shade in enumerate((40, 90)):
        cv2.imwrite(str(tmp_path / f"frame-{number:02d}.png"), np.full((120, 160, 3), shade, np.uint8))
    camera = PapersCamera(f"camera://{tmp_path}/frame-%25d.png")
    try:
        assert await camera.start("any", True) is None
        for shade in (40, 90, 40):
            await until(camera, lambda frame, shade=shade: abs(frame.pixels[0] - shade) < 3)  # type: ignore[misc]
    finally:
        await camera.close()


async def test_a_camera_that_was_never_there_is_absent(tmp_path: Path) -> None:
    for address in (f"camera://{tmp_path}/missing.jpg", "camera:///dev/video77", "camera+http://127.0.0.1:1/stream"):
        camera = PapersCamera(address)
        assert (await camera.status()).code == "camera.absent"
        await camera.close()


async def test_a_picture_file_that_is_no_picture_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(b"no picture at all")
    camera = PapersCamera(f"camera://{path}")
    try:
        assert await camera.start("a4", True) is None
        outcome = await wanted(asyncio.ensure_future(camera.taken()))
        assert isinstance(outcome, Fault)
        assert outcome.code == "camera.faulty"
    finally:
        await camera.close()


async def test_a_worker_that_cannot_be_started_is_a_fault() -> None:
    for command in (["/nowhere/python"], ["/bin/true"]):
        camera = PapersCamera("camera:///dev/video0", command=command)
        outcome = await camera.start("a4", True)
        assert isinstance(outcome, Fault)
        assert outcome.code == "camera.stalled"
        await camera.close()


def test_an_address_opens_the_camera() -> None:
    for address in ("camera:///dev/video0", "camera+http://10.0.0.5:8080/stream"):
        camera = open_device("camera", address, page_bytes_most=300_000)
        assert isinstance(camera, PapersCamera)
        assert camera.address == address

"""Two cameras as whoever installs them sees them: a picture of each, and word when one is taken for the other."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from config import locales
from config.settings import Devices, Settings
from hardware.simulator_client import Simulators
from kiosk.cameras import View, stable, unused, verdict
from kiosk.doctor import examine, told_apart
from tests.hardware.usb_cameras import FACE, PAPERS, Machine, Usb

WORDS = locales.load()


def kiosk(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "kiosk", *arguments], capture_output=True, text=True)


def listed(pdf: Path) -> str:
    """The pictures in a file, as another program sees them."""
    return subprocess.run(["pdfimages", "-list", str(pdf)], capture_output=True, text=True, check=True).stdout


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Simulators, Path]]:
    wanted = {"camera": "sim://camera?width=960&height=720", "face_camera": "sim://face-camera?width=640&height=360"}
    async with Simulators() as simulators:
        found = await simulators.start(wanted, tmp_path)
        config = tmp_path / "settings.toml"
        lines = [f"{name} = {json.dumps(found[name])}" for name in wanted]
        config.write_text("\n".join(['profile = "test"', "[devices]", *lines]) + "\n", "utf-8")
        yield simulators, config


async def test_a_picture_through_each_shows_that_they_are_not_swapped(
    two: tuple[Simulators, Path], tmp_path: Path
) -> None:
    simulators, config = two
    await simulators.command("camera", "place", picture="birth-certificate")
    out = tmp_path / "pictures"
    done = kiosk("devices", "--config", str(config), "--pictures", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert WORDS("doctor.cameras_apart") in done.stdout
    with Image.open(out / "face_camera.jpg") as face, Image.open(out / "camera.jpg") as papers:
        assert face.size == (640, 360)
        assert papers.height > papers.width  # the sheet, straightened
    for name in ("camera", "face_camera"):
        assert (await simulators.command(name, "looks"))["viewers"] == 0


async def test_a_sheet_that_the_wrong_one_sees_makes_them_seem_swapped(
    two: tuple[Simulators, Path], tmp_path: Path
) -> None:
    simulators, config = two
    for name in ("camera", "face_camera"):
        await simulators.command(name, "fault", what="swapped")
    state, sheet = tmp_path / "state", tmp_path / "ready.pdf"
    done = kiosk(
        "doctor", "--config", str(config), "--state", str(state), "--pictures", str(tmp_path), "--pdf", str(sheet)
    )
    assert WORDS("doctor.cameras_seem_swapped") in done.stdout
    assert listed(sheet).count("jpeg") == 2


async def test_unless_pictures_are_asked_for_no_camera_is_opened(two: tuple[Simulators, Path], tmp_path: Path) -> None:
    simulators, config = two
    done = kiosk("devices", "--config", str(config), "--json")
    told = json.loads(done.stdout)
    assert [one["name"] for one in told["cameras"]] == ["camera", "face_camera"]
    assert (told["together"], done.returncode) == ("apart", 0)
    addresses = {one["name"]: one["address"] for one in told["cameras"]}
    findings = await examine(Settings(profile="test", devices=Devices(**addresses)), tmp_path)
    assert {one.what: one.well for one in findings}["cameras"]
    for name in ("camera", "face_camera"):
        assert (await simulators.command(name, "looks"))["looks"] == 0


async def test_two_settings_for_one_camera_are_told(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        found = await simulators.start({"camera": "sim://camera?width=640&height=480"}, tmp_path)
        both = Devices(camera=found["camera"], face_camera=found["camera"])
        findings = {one.what: one for one in await examine(Settings(profile="test", devices=both), tmp_path)}
    assert not findings["cameras"].well
    assert findings["cameras"].text == WORDS("doctor.cameras_same")
    assert findings["camera"].well  # papers can still be taken


async def test_two_cameras_by_number_are_told(tmp_path: Path) -> None:
    both = Devices(camera="camera:///dev/video0", face_camera="camera:///dev/video2")
    findings = {one.what: one for one in await examine(Settings(profile="test", devices=both), tmp_path)}
    assert findings["cameras"].text == WORDS("doctor.cameras_unnamed")
    assert not findings["camera"].well


@pytest.mark.parametrize(
    ("camera", "face", "says"),
    [
        (
            "camera:///dev/video0",
            "camera:///dev/v4l/by-path/b",
            "devices.camera: camera:///dev/video0 may be the other",
        ),
        ("camera:///dev/v4l/by-path/a", "camera:///dev/video2", "devices.face_camera: camera:///dev/video2 may be"),
        ("camera+http://h/s", "camera+http://h:80/s", "is the device of devices.camera"),
        ("camera:///dev/v4l/by-path/a", "camera:///dev/v4l/by-path/b?usb=1a2b:0002", ""),
        ("camera:///dev/video0", "", ""),
    ],
)
def test_settings_that_do_not_tell_them_apart_are_refused_before_anything_starts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], camera: str, face: str, says: str
) -> None:
    from kiosk.cli.parser import run

    config = tmp_path / "settings.toml"
    config.write_text(f"[devices]\ncamera = {json.dumps(camera)}\nface_camera = {json.dumps(face)}\n", "utf-8")
    assert run(["settings", "check", "--config", str(config)]) == (1 if says else 0)
    assert says in capsys.readouterr().err


def seen(papers: str = "", face: str = "", *, sheets: tuple[bool | None, bool | None] = (None, None)) -> list[View]:
    return [
        View("camera", "camera:///a", papers, sheet=sheets[0]),
        View("face_camera", "camera:///b", face, sheet=sheets[1]),
    ]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (seen(), "apart"),
        (seen(sheets=(True, False)), "apart"),
        (seen(sheets=(False, False)), "apart"),
        (seen(sheets=(True, True)), "apart"),  # somebody holds a paper up
        (seen(sheets=(False, True)), "seem_swapped"),
        (seen("camera.other", "face_camera.other"), "swapped"),
        (seen("camera.other"), "swapped"),
        (seen("", "face_camera.same"), "same"),
        (seen("camera.guessed", ""), "unnamed"),
        (seen("camera.absent", ""), ""),
        (seen("", "face_camera.busy"), ""),
        (seen()[:1], ""),
    ],
)
def test_what_is_said_of_the_two_together(found: list[View], said: str) -> None:
    assert verdict(found) == said
    told = told_apart(found, WORDS)
    assert [one.well for one in told] == ([] if not said else [said == "apart"])


def test_the_address_that_stays_is_told_for_what_is_plugged_in(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug("1-1", PAPERS)
    assert stable(f"camera://{machine.dev}/video0", machine.sys, machine.dev) == f"camera://{machine.by_id(PAPERS)}"
    twin = Usb("1a2b:0009", "", "Twin")
    for socket in ("1-2", "1-3"):
        machine.plug(socket, twin)
    told = stable(f"camera://{machine.dev}/video1", machine.sys, machine.dev)
    assert told == f"camera://{machine.by_path('1-2')}?usb=1a2b:0009"
    assert stable("camera+http://h/stream", machine.sys, machine.dev) == "camera+http://h/stream"
    assert stable("camera:///dev/none-here", machine.sys, machine.dev) == "camera:///dev/none-here"


def test_a_camera_that_no_setting_names_is_listed(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug("1-1", PAPERS)
    machine.plug("1-2", FACE)
    settings = Settings(devices=Devices(camera=f"camera://{machine.by_path('1-1')}"))
    assert unused(settings, machine.sys, machine.dev) == [("FaceCam", f"camera://{machine.dev}/video1")]


def test_the_empty_tray_is_kept_as_the_camera_sees_it_and_no_paper_is_found_on_it_then(tmp_path: Path) -> None:
    import cv2
    import numpy as np

    from hardware.document import find
    from hardware.document.tray import load

    desk = np.random.default_rng(2).normal((70, 62, 54), 3, (720, 960, 3))
    cv2.rectangle(desk, (180, 90), (790, 640), (205, 215, 210), -1)  # a pale mat
    empty = np.asarray(np.clip(desk, 0, 255), np.uint8)
    cv2.imwrite(str(tmp_path / "empty.png"), empty)
    config, kept = tmp_path / "settings.toml", tmp_path / "tray.png"
    config.write_text(f'[devices]\ncamera = "camera://{tmp_path / "empty.png"}"\n', "utf-8")
    done = kiosk("capture", "tray", str(kept), "--config", str(config), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"file": str(kept), "like_paper": True}
    unknown, known = find(empty), find(empty, load(str(kept)))
    assert unknown is not None
    assert unknown.sure
    assert known is None or not known.sure


def test_a_sheet_of_a4_that_lies_on_the_tray_gives_the_setting_and_another_paper_does_not(tmp_path: Path) -> None:
    import cv2

    from hardware.camera_options import read_a4
    from hardware.document.sizes import Sizes
    from tests.hardware.made_pages import on_desk

    config, picture = tmp_path / "settings.toml", tmp_path / "desk.png"
    config.write_text(f'[devices]\ncamera = "camera://{picture}"\n', "utf-8")
    sheet, corners = on_desk("lease", corners=[[380, 60], [920, 60], [920, 824], [380, 824]])
    cv2.imwrite(str(picture), sheet)
    done = kiosk("capture", "a4", "--config", str(config), "--json")
    assert done.returncode == 0, done.stderr
    size = Sizes(read_a4(json.loads(done.stdout)["a4"])).size(corners, 1280, 960)
    assert size is not None
    assert (size.long, size.short) == pytest.approx((297, 210), abs=2)

    cv2.imwrite(str(picture), on_desk("id-card", corners=[[212, 210], [1068, 210], [1068, 750], [212, 750]])[0])
    refused = kiosk("capture", "a4", "--config", str(config))
    assert refused.returncode != 0
    assert "A4" in refused.stderr


def test_a_setting_that_names_no_corners_of_a4_is_refused_before_anything_starts(tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('[papers]\na4 = "0.1 0.2"\n', "utf-8")
    refused = kiosk("settings", "check", "--config", str(config))
    assert refused.returncode != 0
    assert "papers.a4" in refused.stderr

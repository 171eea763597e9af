"""Two cameras on one terminal: each is known by what stays, and none is ever taken for the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.addresses import AddressError, open_device
from hardware.camera import look_for
from hardware.camera_names import identify, is_guess, is_other, names_of, plugged_in, same
from hardware.camera_sources import SourceError, open_source
from hardware.ports import Health
from tests.hardware.usb_cameras import FACE, PAPERS, Machine, Usb


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.plug("1-1", PAPERS)
    made.plug("1-2", FACE)
    return made


def meaning(path: str, camera: Usb) -> str:
    return f"camera://{path}?usb={camera.model}:{camera.serial}"


def test_what_usb_says_of_a_camera_is_known_without_opening_it(machine: Machine) -> None:
    found = identify(Path(machine.by_path("1-1")), machine.sys)
    assert found is not None
    assert (found.socket, found.usb, found.name) == ("1-1:1.0", "1a2b:0001:P77", "DeskCam")
    assert identify(Path(__file__), machine.sys) is None
    assert identify(Path("/dev/none-here"), machine.sys) is None


def test_every_camera_is_listed_with_the_names_that_stay(machine: Machine) -> None:
    listed = plugged_in(machine.sys, machine.dev)
    assert [identity.usb for _, identity in listed] == ["1a2b:0001:P77", "1a2b:0002:F12"]
    assert [str(name) for name in names_of(listed[1][0], machine.dev)] == [machine.by_id(FACE), machine.by_path("1-2")]


@pytest.mark.parametrize(
    ("address", "guess"),
    [("camera:///dev/video0", True), ("camera:///dev/video12?size=640x480", True),
     ("camera:///dev/video0?usb=1a2b:0001", False), ("camera:///dev/v4l/by-path/pci-usb-1-1-video-index0", False),
     ("camera:///dev/papers", False), ("camera+http://127.0.0.1/stream", False), ("camera:///a/file.jpg", False)],
)  # fmt: skip
def test_a_number_alone_is_a_guess_and_a_name_is_none(address: str, guess: bool) -> None:
    assert is_guess(address) is guess


def test_a_makers_name_that_two_cameras_share_is_a_guess_until_one_is_gone(tmp_path: Path) -> None:
    machine, twin = Machine(tmp_path), Usb("1a2b:0009", "", "Twin")
    machine.plug("1-1", twin)
    assert not is_guess(f"camera://{machine.by_id(twin)}", machine.sys)
    machine.plug("1-2", twin)
    assert is_guess(f"camera://{machine.by_id(twin)}", machine.sys)
    assert not is_guess(f"camera://{machine.by_path('1-1')}", machine.sys)
    machine.pull("1-2")
    machine.plug("1-2", Usb(twin.model, "S2", "Twin"))
    assert not is_guess(f"camera://{machine.by_id(twin)}", machine.sys)


def test_cables_that_changed_sockets_are_noticed_on_both_sides_and_put_right_again(machine: Machine) -> None:
    papers, face = meaning(machine.by_path("1-1"), PAPERS), meaning(machine.by_path("1-2"), FACE)
    assert not is_other(papers, machine.sys)
    assert not is_other(face, machine.sys)
    for socket in ("1-1", "1-2"):
        machine.pull(socket)
    assert look_for(papers, machine.sys).health is Health.ABSENT
    machine.plug("1-1", FACE)
    machine.plug("1-2", PAPERS)
    for address in (papers, face):
        status = look_for(address, machine.sys)
        assert (status.health, status.code) == (Health.FAULTY, "camera.other")
    for socket in ("1-1", "1-2"):
        machine.pull(socket)
    machine.plug("1-2", FACE)
    machine.plug("1-1", PAPERS)
    assert look_for(papers, machine.sys).health is Health.ONLINE
    assert look_for(face, machine.sys).health is Health.ONLINE


def test_by_the_makers_name_a_camera_is_found_in_whatever_socket(machine: Machine) -> None:
    papers = f"camera://{machine.by_id(PAPERS)}"
    machine.pull("1-1")
    assert look_for(papers, machine.sys).health is Health.ABSENT
    machine.pull("1-2")
    machine.plug("1-1", FACE)
    assert look_for(papers, machine.sys).health is Health.ABSENT
    machine.plug("1-2", PAPERS)
    assert look_for(papers, machine.sys).health is Health.ONLINE
    found = identify(Path(machine.by_id(PAPERS)), machine.sys)
    assert found is not None
    assert found.socket == "1-2:1.0"


def test_one_that_is_gone_is_not_replaced_by_the_one_that_took_its_number(machine: Machine) -> None:
    """video0 is pulled out, and the other camera, plugged in anew, is video0 now."""
    numbered = f"camera://{machine.dev}/video0?usb=1a2b:0001"
    assert look_for(numbered, machine.sys).health is Health.ONLINE
    machine.pull("1-1")
    machine.pull("1-2")
    assert machine.plug("1-2", FACE) == 0
    assert look_for(numbered, machine.sys).code == "camera.other"
    assert look_for(meaning(machine.by_path("1-1"), PAPERS), machine.sys).code == "camera.absent"
    assert look_for(meaning(machine.by_path("1-2"), FACE), machine.sys).health is Health.ONLINE


def test_no_picture_is_taken_through_another_device_than_the_one_that_is_meant(machine: Machine) -> None:
    with pytest.raises(SourceError) as refused:
        open_source(meaning(machine.by_path("1-1"), FACE), machine.sys)
    assert refused.value.code == "camera.other"


def test_two_names_of_one_device_are_one_device(machine: Machine) -> None:
    by_path, by_id = f"camera://{machine.by_path('1-1')}", f"camera://{machine.by_id(PAPERS)}?size=640x480"
    assert same(by_path, by_id, machine.sys)
    assert same(by_path, f"camera://{machine.dev}/video0", machine.sys)
    assert not same(by_path, f"camera://{machine.by_path('1-2')}", machine.sys)
    assert same("camera+http://h/stream", "camera+http://h:80/stream")
    assert not same("camera+http://h/stream", "camera+http://h/face")
    assert not same(by_path, "", machine.sys)


def test_the_second_node_of_a_lens_is_the_same_device_and_another_lens_of_its_box_is_not(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug("1-1", PAPERS)
    video = machine.sys / "devices/1-1/1-1:1.0/video4linux"
    lens = machine.sys / "devices/1-1/1-1:1.2/video4linux/video2"
    for node, part in ((video / "video1", "1-1:1.0"), (lens, "1-1:1.2")):
        node.mkdir(parents=True)
        (node / "device").symlink_to(machine.sys / "devices/1-1" / part)
    (machine.sys / "dev/char/1:5").symlink_to(video / "video1")
    (machine.sys / "dev/char/1:7").symlink_to(lens)
    here = f"camera://{machine.by_path('1-1')}"
    assert same(here, "camera:///dev/zero", machine.sys)
    assert not same(here, "camera:///dev/full", machine.sys)


@pytest.mark.parametrize("usb", ["1a2b", "1a2b:1", "xyzw:0001", "1a2b:0001:", "1a2b:0001:a b"])
def test_a_device_that_is_named_wrongly_is_refused(usb: str) -> None:
    with pytest.raises(AddressError, match="VID:PID"):
        open_device("camera", f"camera:///dev/v4l/by-path/x?usb={usb}")

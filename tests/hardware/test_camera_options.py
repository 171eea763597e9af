"""What an address says about a camera is understood, or refused before anybody waits for a picture."""

from __future__ import annotations

import cv2
import pytest

from hardware.addresses import AddressError, open_device
from hardware.camera_options import CameraOptions, read
from hardware.camera_sources import controls


def test_without_options_only_size_and_format_are_asked_for() -> None:
    assert read({}) == CameraOptions()
    assert {control for control, _ in controls(CameraOptions())} == {
        cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_BUFFERSIZE,
    }  # fmt: skip


def test_a_fixed_value_comes_after_its_automatic_is_off() -> None:
    wanted = controls(read({"size": "2592x1944", "fps": "12.5", "exposure": "156", "focus": "40", "white": "4600"}))
    assert (cv2.CAP_PROP_FRAME_WIDTH, 2592) in wanted
    assert (cv2.CAP_PROP_FPS, 12.5) in wanted
    for off, fixed in (
        ((cv2.CAP_PROP_AUTO_EXPOSURE, 1), (cv2.CAP_PROP_EXPOSURE, 156.0)),
        ((cv2.CAP_PROP_AUTOFOCUS, 0), (cv2.CAP_PROP_FOCUS, 40.0)),
        ((cv2.CAP_PROP_AUTO_WB, 0), (cv2.CAP_PROP_WB_TEMPERATURE, 4600.0)),
    ):
        assert wanted.index(off) < wanted.index(fixed)


def test_automatic_is_switched_on_where_it_is_asked_for() -> None:
    wanted = controls(read({"exposure": "auto", "focus": "auto", "white": "auto"}))
    assert wanted[-3:] == [(cv2.CAP_PROP_AUTO_EXPOSURE, 3), (cv2.CAP_PROP_AUTOFOCUS, 1), (cv2.CAP_PROP_AUTO_WB, 1)]


@pytest.mark.parametrize(
    "query",
    ["sise=1920x1080", "size=1920", "size=x", "size=20x20", "size=99999x1080", "fps=0", "fps=many", "exposure=dark",
     "focus=-3", "white=1.5", "exposure="],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused_with_the_address(query: str) -> None:
    with pytest.raises(AddressError, match="camera:///dev/video0"):
        open_device("camera", f"camera:///dev/video0?{query}")


def test_a_stream_keeps_its_query_for_the_other_end() -> None:
    assert open_device("camera", "camera+http://127.0.0.1:8080/stream?quality=high").address.endswith("quality=high")

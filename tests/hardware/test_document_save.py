"""A saved page keeps to its size, says its resolution, and keeps its colours."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from hardware.document import enhance, jpeg
from tests.hardware.made_pages import page


@pytest.mark.parametrize("most", [500_000, 120_000, 30_000])
@pytest.mark.parametrize("colour", [True, False])
def test_a_page_is_never_larger_than_allowed(most: int, colour: bool) -> None:
    sheet = np.asarray(cv2.resize(page("birth-certificate"), None, fx=1.8, fy=1.8), np.uint8)
    noisy = np.clip(sheet + np.random.default_rng(1).normal(0, 12, sheet.shape), 0, 255).astype(np.uint8)
    data, width, height = jpeg(noisy, shape="a4", colour=colour, bytes_most=most)
    assert len(data) <= most
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.size == (width, height)
        assert picture.mode == ("RGB" if colour else "L")


def test_the_resolution_is_in_the_file_where_the_paper_is_known() -> None:
    sheet = page("birth-certificate")
    data, _, height = jpeg(sheet, shape="a4", colour=True, bytes_most=500_000)
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.info["dpi"][0] == pytest.approx(height / (297 / 25.4), abs=1)
    data, _, _ = jpeg(sheet, shape="any", colour=True, bytes_most=500_000)
    with Pillow.open(io.BytesIO(data)) as picture:
        assert "dpi" not in picture.info


def test_a_page_that_cannot_fit_is_refused_not_sent_too_large() -> None:
    with pytest.raises(ValueError, match="cannot be kept"):
        jpeg(page("lease"), shape="a4", colour=True, bytes_most=300)


def test_grey_light_becomes_white_and_shadow_goes() -> None:
    sheet = page("birth-certificate")
    light = np.linspace(0.5, 0.95, sheet.shape[1], dtype=np.float32)[None, :, None]
    better = enhance(np.asarray(sheet * light, np.uint8))
    left, right = (float(np.median(better[:, part])) for part in (slice(80, 200), slice(-200, -80)))
    assert left > 225
    assert right > 225
    assert abs(left - right) < 12


def test_a_red_seal_stays_red() -> None:
    sheet = page("birth-certificate")
    hue = cv2.cvtColor(sheet, cv2.COLOR_BGR2HSV)
    seal = (hue[:, :, 1] > 120) & ((hue[:, :, 0] < 8) | (hue[:, :, 0] > 172))
    assert seal.sum() > 500
    better = enhance(np.asarray(sheet * 0.7, np.uint8))
    blue, green, red = (float(value) for value in better[seal].mean(axis=0))
    assert red > 1.8 * green
    assert red > 1.8 * blue


@pytest.mark.parametrize("light", [1.0, 0.45])
def test_what_is_written_in_pencil_stays_as_plain_as_it_was(light: float) -> None:
    sheet = np.full((900, 640, 3), 228, np.uint8)
    strokes = np.zeros(sheet.shape[:2], np.uint8)
    for row in range(100, 800, 60):  # thin and pale, as a hard pencil writes
        cv2.line(strokes, (80, row), (560, row + 14), 255, 3)
    pencilled = np.where(strokes[:, :, None] > 0, np.uint8(186), sheet)
    shade = np.linspace(1.0, light, sheet.shape[1], dtype=np.float32)[None, :, None]
    better = enhance(np.asarray(pencilled * shade, np.uint8))[:, :, 1].astype(float)
    for part in (slice(90, 200), slice(440, 550)):
        paper, pencil = (float(np.median(better[:, part][strokes[:, part] == value])) for value in (0, 255))
        assert paper > 215
        assert paper - pencil > 30  # of 42 on the page itself
        assert pencil > 120  # and is no ink


def test_coloured_paper_keeps_its_colour() -> None:
    green = np.full((600, 800, 3), (150, 215, 160), np.uint8)
    blue, high, red = (float(value) for value in enhance(green).mean(axis=(0, 1)))
    assert high > blue + 30
    assert high > red + 25


def test_a_nearly_black_picture_is_left_alone() -> None:
    dark = np.full((100, 100, 3), 12, np.uint8)
    assert np.array_equal(enhance(dark), dark)

"""Papers are found where they are, and nothing is found where there is none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from bench.papers.scenes import is_within, overlap_seen, scene
from hardware.document import find, locate, rectify
from hardware.document.geometry import overlap, paper_size
from hardware.document.tray import Tray, load
from tests.hardware.made_pages import DESK, Image, on_desk, page

SEEDS = range(40)


@pytest.mark.parametrize("name", ["birth-certificate", "household-register", "id-card", "bankbook", "premises"])
def test_a_paper_on_the_desk_is_found_to_a_pixel(name: str) -> None:
    image, truth = on_desk(name)
    found = locate(image)
    assert found is not None
    assert found.shape == (4, 2)
    assert found.dtype == np.float32
    assert np.abs(found - truth).max() < 2.5


def test_corners_go_clockwise_from_the_top_left() -> None:
    image, _ = on_desk()
    found = locate(image)
    assert found is not None
    x, y = found[:, 0], found[:, 1]
    assert np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)) > 0  # y points down: clockwise is positive
    assert found.sum(axis=1).argmin() == 0


def test_made_pictures_are_found_and_seldom_wrongly() -> None:
    shares, wrong, alarms = [], 0, 0
    for seed in SEEDS:
        made = scene(seed, 640)
        found = locate(made.image)
        if made.corners is None:
            alarms += found is not None
            continue
        height, width = made.image.shape[:2]
        if not is_within(made.corners, width, height):
            continue
        sheets = (made.corners, *made.more)
        share = 0.0 if found is None else max(overlap_seen(found, sheet, width, height) for sheet in sheets)
        shares.append(share)
        wrong += found is not None and share < 0.5
    assert np.mean(shares) > 0.8
    assert wrong <= 2
    assert alarms <= 1


@pytest.mark.parametrize("value", [0, 60, 128, 255])
def test_an_even_picture_holds_no_paper(value: int) -> None:
    assert locate(np.full((480, 640, 3), value, np.uint8)) is None


def test_noise_holds_no_paper() -> None:
    assert locate(np.random.default_rng(2).integers(0, 256, (480, 640, 3), np.uint8)) is None


@pytest.mark.parametrize("size", [(1, 1), (31, 31), (8, 2000), (40, 40)])
def test_a_tiny_picture_holds_no_paper(size: tuple[int, int]) -> None:
    assert locate(np.zeros((*size, 3), np.uint8)) is None


@pytest.mark.parametrize("name", ["birth-certificate", "household-register", "id-card"])
@pytest.mark.parametrize("side", range(4))
def test_a_sheet_that_goes_on_behind_the_border_is_cut_off_and_no_answer(name: str, side: int) -> None:
    _, corners = on_desk(name)
    axis, far = side % 2, side // 2
    low, high = corners.min(axis=0)[axis], corners.max(axis=0)[axis]
    out = 0.2 * (high - low)
    corners[:, axis] += (1280, 960)[axis] - high + out if far else -low - out
    image, _ = on_desk(name, corners=corners.tolist())
    found = find(image)
    assert found is not None
    assert found.cut > 0
    assert locate(image) is None


def banded(lost: float) -> Image:
    """A ticket with a band of colour along its lower border, of which so much is below the picture."""
    high, wide = 460, 760
    ticket = np.full((high, wide, 3), (225, 232, 226), np.uint8)
    ticket[-high // 9 :] = (190, 150, 120)
    for row in range(60, 360, 60):
        cv2.line(ticket, (50, row), (480 + row, row), (70, 70, 70), 12)
    image = np.full((960, 1280, 3), DESK, np.uint8)
    top = 960 - round(high * (1 - lost)) if lost else 300
    part = ticket[: 960 - top]
    image[top : top + len(part), 240 : 240 + wide] = part
    noise = np.random.default_rng(7).normal(0, 3, image.shape)
    return np.asarray(np.clip(cv2.GaussianBlur(image, (3, 3), 0) + noise, 0, 255), np.uint8)


@pytest.mark.parametrize("lost", [0.04, 0.06])
def test_a_band_of_print_is_no_border_where_the_sheet_goes_on_behind_it(lost: float) -> None:
    assert locate(banded(0.0)) is not None
    found = find(banded(lost))
    assert found is not None
    assert found.cut > 0
    assert locate(banded(lost)) is None


def test_a_sheet_far_away_is_found() -> None:
    image, truth = on_desk(corners=[[570, 350], [730, 352], [732, 580], [568, 578]])
    found = locate(image)
    assert found is not None
    assert overlap(found, truth) > 0.9


def mat() -> Image:
    """An empty desk with a pale mat that looks like a sheet."""
    image = np.full((960, 1280, 3), DESK, np.uint8)
    cv2.fillConvexPoly(image, np.array([[150, 60], [1130, 80], [1140, 900], [130, 890]], np.int32), (200, 215, 205))
    cv2.rectangle(image, (220, 140), (1060, 820), (120, 90, 60), 4)
    noise = np.random.default_rng(5).normal(0, 3, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def test_the_empty_tray_is_no_paper_where_it_is_known() -> None:
    again = np.asarray(np.clip(mat().astype(float) * 0.95, 0, 255), np.uint8)
    assert locate(again) is not None  # not known, it is taken for one
    found = find(again, Tray(mat()))
    assert found is None or not found.sure


def test_a_paper_on_a_known_tray_is_found_as_it_lies_on_it() -> None:
    truth = np.array([[400, 200], [800, 215], [790, 780], [390, 770]], np.float32)
    flat = page("birth-certificate")
    turned = cv2.getPerspectiveTransform(
        np.array([[0, 0], [flat.shape[1], 0], [flat.shape[1], flat.shape[0]], [0, flat.shape[0]]], np.float32), truth
    )
    image = cv2.warpPerspective(flat, turned, (1280, 960), mat(), cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    found = find(np.asarray(image, np.uint8), Tray(mat()))
    assert found is not None
    assert found.sure
    assert overlap(found.corners, truth) > 0.97


def test_a_picture_of_another_camera_or_none_is_no_tray(tmp_path: Path) -> None:
    image, truth = on_desk()
    found = find(image, Tray(np.zeros((400, 400, 3), np.uint8)))
    assert found is not None
    assert overlap(found.corners, truth) > 0.98
    assert load(str(tmp_path / "none.jpg")) is None
    assert load("") is None


@pytest.mark.parametrize("second", ["lease", "id-card"])
def test_two_papers_are_counted_and_one_is_not(second: str) -> None:
    one, _ = on_desk("birth-certificate", corners=[[100, 80], [560, 90], [565, 740], [95, 735]])
    tall = [[700, 100], [1180, 90], [1190, 770], [705, 780]]
    flat = [[680, 300], [1150, 310], [1145, 610], [675, 600]]
    other, _ = on_desk(second, corners=tall if second == "lease" else flat)
    both = one.copy()
    both[:, 620:] = other[:, 620:]
    alone, together = find(one), find(both)
    assert alone is not None
    assert alone.others == 0
    assert together is not None
    assert together.others == 1


def test_the_paper_is_found_alike_at_every_size_of_picture() -> None:
    image, truth = on_desk()
    for scale in (0.4, 1.0, 2.6):
        sized = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        )
        found = locate(np.asarray(sized, np.uint8))
        assert found is not None
        assert overlap(found, np.ascontiguousarray((truth + 0.5) * scale - 0.5)) > 0.98


def test_straightening_gives_the_page_back() -> None:
    image, truth = on_desk()
    flat = rectify(image, truth)
    wanted = cv2.resize(page("birth-certificate"), flat.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(flat.astype(int) - wanted * 0.93).mean() < 6


@pytest.mark.parametrize("tilt_degrees", [0, 20, 35])
@pytest.mark.parametrize("yaw_degrees", [0, 12, 20])
def test_proportions_survive_a_tilted_view(tilt_degrees: float, yaw_degrees: float) -> None:
    width, height, focal = 1280, 960, 1200.0
    tilt, yaw = np.radians(tilt_degrees), np.radians(yaw_degrees)
    flat = np.array([[-1, -1.414, 0], [1, -1.414, 0], [1, 1.414, 0], [-1, 1.414, 0]]) * 0.5
    turned = flat @ np.array([[1, 0, 0], [0, np.cos(tilt), np.sin(tilt)], [0, -np.sin(tilt), np.cos(tilt)]])
    turned = turned @ np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    seen = turned[:, :2] / (turned[:, 2:] + 3) * focal + [width / 2, height / 2]
    across, down = paper_size(seen.astype(np.float32), width, height)
    assert across / down == pytest.approx(1 / 1.414, rel=0.05)


def test_straightening_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no area"):
        rectify(np.zeros((100, 100, 3), np.uint8), np.zeros((4, 2), np.float32))

"""Where the camera stands still, papers are as large as they are: one kind is told from another by that."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench.papers.trays import tray_case
from hardware.addresses import AddressError
from hardware.camera_options import read_a4
from hardware.document import find, judge
from hardware.document.geometry import Floats, overlap
from hardware.document.saving import dpi
from hardware.document.sizes import KNOWN_MM, Size, Sizes
from tests.hardware.made_pages import on_desk

WIDTH, HEIGHT = 1280, 960


def seen(points: list[list[float]]) -> Floats:
    """Millimetres on the tray as a tilted camera sees them, in pixels."""
    tilted = np.array([[2.6, 0.2, 190.0], [0.1, 2.7, 130.0], [0.0001, 0.0003, 1.0]])
    return np.asarray(cv2.perspectiveTransform(np.array([points], np.float64), tilted)[0], np.float32)


def tray() -> Sizes:
    a4 = seen([[40, 30], [337, 30], [337, 240], [40, 240]])
    return Sizes(((a4 + 0.5) / (WIDTH, HEIGHT)).ravel().tolist())


@pytest.mark.parametrize("kind", list(KNOWN_MM))
@pytest.mark.parametrize("turn", [0, 25, 90])
def test_a_sheet_that_lies_flat_has_its_size_wherever_it_lies(kind: str, turn: int) -> None:
    long, short = KNOWN_MM[kind]
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    flat = [[x * long / 2, y * short / 2] for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    corners = seen([[200 + x * c - y * s, 150 + x * s + y * c] for x, y in flat])
    size = tray().size(corners, WIDTH, HEIGHT)
    assert size is not None
    assert (size.long, size.short) == pytest.approx((long, short), abs=0.5)
    assert size.kind == kind
    assert tray().fits(corners[None], (kind,), WIDTH, HEIGHT).all()


def test_what_is_no_rectangle_on_the_tray_has_no_size() -> None:
    held = seen([[40, 30], [300, 60], [337, 240], [40, 240]])
    assert tray().size(held, WIDTH, HEIGHT) is None
    assert not tray().fits(held[None], KNOWN_MM, WIDTH, HEIGHT).any()


def test_only_a_paper_that_is_known_is_another_one() -> None:
    card, a4, receipt = Size(85.0, 54.5), Size(298.0, 209.0), Size(160.0, 58.0)
    assert card.is_another("a4")
    assert a4.is_another("card")
    assert not a4.is_another("a4")
    assert not receipt.is_another("a4")  # a form on odd paper is still the form
    assert not card.is_another("booklet")  # booklets and certificates have no one size
    assert not card.is_another("any")


@pytest.mark.parametrize(("kind", "asked", "seed"), [("card", "a4", 502), ("a4", "card", 602)])
def test_another_paper_than_was_asked_for_is_told_by_its_size(kind: str, asked: str, seed: int) -> None:
    one = tray_case(seed, 640)
    assert one.kind == kind
    sizes = Sizes(one.a4)
    for shape, said in ((asked, True), (kind, False)):
        found = find(one.image, sizes=sizes, shape=shape)
        assert found is not None
        assert found.sure
        assert found.size is not None
        verdict = judge(one.image, found.corners, shape=shape, size=found.size)[1]
        assert (verdict == "capture.other_size") == said


def test_papers_on_a_tray_that_is_known_are_found_as_well_as_without_and_never_wrongly() -> None:
    shares: dict[bool, list[float]] = {False: [], True: []}
    for one in (tray_case(seed, 640) for seed in range(600, 612)):
        for known, sizes in ((False, None), (True, Sizes(one.a4))):
            found = find(one.image, sizes=sizes, shape=one.kind)
            good = found is not None and found.sure
            shares[known].append(overlap(found.corners, one.corners) if found is not None and good else 0.0)
    assert sum(share >= 0.9 for share in shares[True]) >= sum(share >= 0.9 for share in shares[False])
    assert not [share for share in shares[True] if 0 < share < 0.5]


def test_a_card_under_a_camera_that_sees_all_of_a_tray_is_not_too_far_where_its_print_is_large_enough() -> None:
    image, corners = on_desk("id-card", corners=[[500, 400], [757, 400], [757, 562], [500, 562]])
    assert judge(image, corners, shape="card")[1] == "capture.too_far"
    assert judge(image, corners, shape="card", size=Size(85.6, 54.0))[1] != "capture.too_far"  # 3 px a mm
    assert judge(image, corners, shape="card", size=Size(90.0, 57.0))[1] == "capture.too_far"


def test_the_resolution_of_any_paper_is_known_by_its_size() -> None:
    assert dpi("any", 1260) == 0
    assert dpi("any", 1260, long_mm=160.0) == 200


@pytest.mark.parametrize("text", ["0.1 0.2", "a b c d e f g h", "0 0 1 0 1 1 0 2", "0 0 1 0 1 1 0 nan"])
def test_a_setting_that_names_no_four_corners_is_refused(text: str) -> None:
    with pytest.raises(AddressError, match="eight numbers"):
        read_a4(text)


def test_the_setting_may_be_empty() -> None:
    assert read_a4("") == ()
    assert read_a4("0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9") == (0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.9)

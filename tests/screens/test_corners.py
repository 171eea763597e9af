"""A finger moves a corner of the paper in the live picture, and the camera keeps to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from screens import samples
from tests.screens.conftest import Hand


def preview(hand: Hand) -> Any:
    from screens.widgets.live import Preview

    return next(node for node in hand.stage.nodes() if isinstance(node, Preview))


def drag(hand: Hand, *places: tuple[float, float]) -> None:
    """A finger over the live picture; places in 0..1 of the frame from the top left."""
    from kivy.tests.common import UnitTestTouch

    shown = preview(hand)
    left, bottom, wide, high = shown._picture(shown._frame)
    at = [(left + x * wide, bottom + (1 - y) * high) for x, y in places]
    touch = UnitTestTouch(*at[0])
    touch.touch_down()
    for point in at[1:]:
        touch.touch_move(*point)
    touch.touch_up()


@pytest.fixture
def held(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[tuple[float, float]] | None]:
    told: list[Sequence[tuple[float, float]] | None] = []
    monkeypatch.setattr(hand.stage.services, "hold", told.append)
    hand.show(*samples.SAMPLES["06-camera"])
    return told


def test_the_nearest_corner_goes_with_the_finger_and_the_others_stay(
    hand: Hand, held: list[Sequence[tuple[float, float]] | None]
) -> None:
    before = preview(hand)._frame.corners
    start = (before[2][0] - 0.05, before[2][1] - 0.05)
    drag(hand, start, (start[0] + 0.1, start[1] + 0.02), (start[0] + 0.12, start[1] + 0.04))
    assert len(held) == 1
    corners = held[0]
    assert corners is not None
    assert corners[2] == pytest.approx((before[2][0] + 0.12, before[2][1] + 0.04), abs=0.01)
    assert [tuple(corners[index]) for index in (0, 1, 3)] == [tuple(before[index]) for index in (0, 1, 3)]


def test_a_touch_that_does_not_move_moves_no_corner(
    hand: Hand, held: list[Sequence[tuple[float, float]] | None]
) -> None:
    drag(hand, (0.5, 0.5), (0.503, 0.5))
    assert held == []
    assert preview(hand)._moved is None


def test_corners_can_be_set_where_none_were_found_and_never_leave_the_picture(
    hand: Hand, held: list[Sequence[tuple[float, float]] | None]
) -> None:
    shown = preview(hand)
    shown.feed(replace(shown._frame, number=99, corners=None, remark="capture.not_paper"))
    drag(hand, (0.2, 0.2), (0.1, 0.1), (0.01, 0.01))
    assert len(held) == 1
    assert held[0] is not None
    assert held[0][0] == (0.0, 0.0)
    assert all(0 <= value <= 1 for point in held[0] for value in point)


def test_what_was_set_is_said_once_the_camera_keeps_to_it(
    hand: Hand, held: list[Sequence[tuple[float, float]] | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = preview(hand)
    frame = replace(shown._frame, number=100, remark="held")
    monkeypatch.setattr(hand.stage.services, "frame", lambda: frame)
    sheet: Any = hand.stage.sheet
    sheet._look(0)
    assert "四个角按您挪的拍" in hand.words()

"""The picture that nobody looks at burns nothing in, and any touch ends it."""

from __future__ import annotations

from itertools import pairwise

from matters.events import Touched
from screens.attract import attract, corner
from tests.screens.conftest import Hand


def test_it_moves_with_every_turn_and_visits_the_whole_screen() -> None:
    places = [corner(turn) for turn in range(200)]
    assert all(one != two for one, two in pairwise(places))
    across, down = {place[0] for place in places}, {place[1] for place in places}
    assert {0.0, 1.0} <= across
    assert {0.0, 1.0} <= down
    assert len(set(places)) > 40


def test_no_lit_pixel_stays_in_one_place(hand: Hand) -> None:
    boxes = []
    for turn in range(0, 24, 3):
        hand.show(attract(turn, ("newborn", "elder")))
        boxes.append(hand.stage.find("来办事？点一下屏幕"))
    assert len({(box.x, box.y) for box in boxes if box is not None}) == len(boxes)


def test_there_is_nothing_to_hit_and_a_touch_only_says_that_somebody_is_there(hand: Hand) -> None:
    hand.show(attract(0, ("newborn",)))
    assert hand.idents() == set()
    hand.tap("来办事？点一下屏幕")
    assert [type(event) for event in hand.events] == [Touched]

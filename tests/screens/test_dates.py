"""A date by wheels: turned by keys, by a finger, by keypad; within its bounds; no answer before a touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matters.events import Typed
from screens import samples
from screens.days import PARTS, bounds, spun, stands, turned
from tests.screens.conftest import Hand

WHEELS = samples.DATE_WHEELS  # 2026-02-26, of 2025-03-12 to 2026-03-12
EMPTY = samples.DATE_WHEELS_EMPTY


def typed(hand: Hand) -> list[str]:
    return [event.text for event in hand.events if isinstance(event, Typed)]


def drag(hand: Hand, ident: str, rows: float) -> None:
    """A finger on the middle of a wheel draws it up (more than 0) by so many rows of it."""
    from kivy.tests.common import UnitTestTouch

    from screens.widgets.dates import Reel

    reel = next(node for node in hand.stage.nodes() if isinstance(node, Reel) and node.ident == ident)
    touch = UnitTestTouch(reel.center_x, reel.center_y)
    touch.touch_down()
    for _ in range(4):
        touch.touch_move(reel.center_x, touch.y + rows * reel._pitch / 4)
    touch.touch_up()


# ---------------------------------------------------------------- turning, without a screen

DAYS = st.dates(date(1899, 1, 1), date(2101, 1, 1))


@given(DAYS, DAYS, DAYS, st.sampled_from(PARTS), st.integers(-40, 40))
@settings(deadline=None)
def test_a_wheel_never_leaves_its_bounds(one: date, two: date, day: date, part: str, by: int) -> None:
    first, last = min(one, two), max(one, two)
    start = min(max(day, first), last)
    found = turned(start, part, by, first, last)
    assert found is None or first <= found <= last
    assert first <= spun(start, part, by, first, last) <= last


@given(DAYS, st.sampled_from(PARTS), st.integers(-12, 12))
@settings(deadline=None)
def test_a_wheel_turns_its_own_part_by_as_many_as_it_is_turned(day: date, part: str, by: int) -> None:
    found = turned(day, part, by, date(1800, 1, 1), date(2200, 1, 1))
    assert found is not None
    moved = {
        "year": found.year - day.year,
        "month": (found.year - day.year) * 12 + found.month - day.month,
        "day": (found - day).days,
    }
    assert moved[part] == by
    if part != "day":
        assert found.day == day.day or (found + timedelta(1)).day == 1  # its last where it has no such day


def test_a_year_of_which_only_a_part_may_be_chosen_gives_the_nearest_day_of_it() -> None:
    first, last = bounds("2025-03-12", "2026-03-12")
    assert turned(date(2026, 2, 26), "year", -1, first, last) == date(2025, 3, 12)
    assert turned(date(2026, 2, 26), "year", -2, first, last) is None
    assert turned(date(2026, 2, 26), "month", 1, first, last) == date(2026, 3, 12)


@pytest.mark.parametrize(
    ("text", "day"), [("", "2026-03-12"), ("2025", "2025-03-12"), ("2026-02", "2026-02-12"), ("2026-02-26",) * 2]
)
def test_wheels_take_what_an_answer_lacks_from_today(text: str, day: str) -> None:
    first, last = bounds("", "2026-03-12")
    assert stands(text, date(2026, 3, 12), first, last) == date.fromisoformat(day)


# ---------------------------------------------------------------- on the screen


def test_wheels_stand_at_today_and_that_is_no_answer_yet(hand: Hand) -> None:
    hand.show(EMPTY)
    assert "3月" in hand.words()
    assert "12日" in hand.words()
    assert "main" not in hand.idents()
    assert typed(hand) == []


def test_touching_the_middle_takes_the_day_it_stands_at(hand: Hand) -> None:
    hand.show(EMPTY)
    hand.tap("#turn:day:0")
    assert typed(hand) == ["2026-03-12"]


@pytest.mark.parametrize(
    ("ident", "day"),
    [("turn:year:-1", "2025-03-12"), ("turn:month:-1", "2026-01-26"), ("turn:day:-1", "2026-02-25"),
     ("turn:day:1", "2026-02-27")],
)  # fmt: skip
def test_the_keys_above_and_below_turn_by_one(hand: Hand, ident: str, day: str) -> None:
    hand.show(WHEELS)
    hand.tap(f"#{ident}")
    assert typed(hand) == [day]


def test_a_wheel_at_its_end_turns_no_further(hand: Hand) -> None:
    hand.show(replace(WHEELS, text="2026-03-12"))
    assert not {"turn:year:1", "turn:month:1", "turn:day:1"} & hand.idents()
    assert "到头了" in hand.words()
    drag(hand, "turn:day:0", 3)
    assert typed(hand) == ["2026-03-12"]


@pytest.mark.parametrize(("rows", "day"), [(2, "2026-02-28"), (-2, "2026-02-24"), (-0.3, "2026-02-26")])
def test_a_finger_draws_the_wheel_with_it(hand: Hand, rows: float, day: str) -> None:
    hand.show(WHEELS)
    drag(hand, "turn:day:0", rows)
    assert typed(hand) == [day]


def test_a_wheel_follows_the_finger_before_it_is_let_go(hand: Hand) -> None:
    from kivy.tests.common import UnitTestTouch

    from screens.widgets.dates import Reel

    hand.show(WHEELS)
    reel = next(node for node in hand.stage.nodes() if isinstance(node, Reel) and node.part == "day")
    before = reel.state()
    touch = UnitTestTouch(reel.center_x, reel.center_y)
    touch.touch_down()
    touch.touch_move(reel.center_x, reel.center_y + reel._pitch)
    assert reel.state() != before
    assert typed(hand) == []
    touch.touch_up()
    assert typed(hand) == ["2026-02-27"]


def test_what_is_to_come_into_the_middle_can_be_touched(hand: Hand) -> None:
    from kivy.tests.common import UnitTestTouch

    from screens.widgets.dates import Reel

    hand.show(WHEELS)
    reel = next(node for node in hand.stage.nodes() if isinstance(node, Reel) and node.part == "day")
    touch = UnitTestTouch(reel.center_x, reel.center_y - reel._down(2))
    touch.touch_down()
    touch.touch_up()
    assert typed(hand) == ["2026-02-28"]


async def test_a_key_that_is_held_turns_on_and_letting_go_turns_no_further(hand: Hand) -> None:
    import asyncio

    from kivy.clock import Clock

    from screens.widgets import dates

    hand.show(WHEELS)
    touch = hand.down("#turn:day:-1")
    deadline = asyncio.get_running_loop().time() + 10
    while len(typed(hand)) < 2 and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(dates.AGAIN_S / 4)
        Clock.tick()
    turned_so_far = len(typed(hand))
    assert turned_so_far >= 2
    touch.touch_up()  # type: ignore[attr-defined]
    await asyncio.sleep(2 * dates.AGAIN_S)
    Clock.tick()
    assert len(typed(hand)) == turned_so_far


def test_the_day_is_said_with_its_weekday_and_as_the_farmers_calendar_has_it(hand: Hand) -> None:
    heard: list[str] = []
    hand.stage.on_words = heard.append
    hand.show(WHEELS)
    assert "星期四，农历正月初十" in hand.words()
    hand.tap("#turn:day:1")
    assert heard == ["2026年2月27日，星期五，农历正月十一"]


def test_by_keypad_a_wheel_is_walked_to_turned_and_heard(hand: Hand) -> None:
    heard: list[str] = []
    hand.stage.on_words = heard.append
    hand.show(WHEELS)
    keypad = hand.stage.keypad
    while keypad.focused is None or keypad.focused.ident != "turn:day:-1":
        keypad.move(1)
    keypad.choose()
    assert typed(hand) == ["2026-02-25"]
    assert heard[-1].startswith("2026年2月25日")


def test_the_other_way_is_one_key_away_and_back(hand: Hand) -> None:
    hand.show(WHEELS)
    hand.tap("#digits")
    assert "part:year" in hand.idents()
    hand.tap("#part:day")
    hand.tap("#day:3")
    assert typed(hand) == ["2026-02-03"]
    hand.tap("#digits")
    assert "turn:year:0" in hand.idents()


def test_another_question_begins_with_wheels_again(hand: Hand) -> None:
    hand.show(WHEELS)
    hand.tap("#digits")
    hand.show(replace(WHEELS, key="q.other"))
    assert "turn:year:0" in hand.idents()


def test_words_that_are_touched_are_heard_and_keys_are_pressed(hand: Hand) -> None:
    heard: list[str] = []
    hand.stage.on_words = heard.append
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    hand.tap(hand.stage.reading()[0])
    assert heard == [hand.stage.reading()[0]]
    hand.tap("#option:post")
    assert heard == [hand.stage.reading()[0]]


@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
@settings(deadline=None, max_examples=60)
def test_the_farmers_day_has_its_own_words(day: date) -> None:
    """lunar_python words it too, in its own way."""
    from lunar_python import Solar

    from config import locales
    from screens.sheets.dating import weekday_words
    from screens.words import say

    say.use(locales.load())
    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    assert weekday_words(day).endswith(f"，农历{lunar.getMonthInChinese()}月{lunar.getDayInChinese()}")


def test_the_three_middles_are_in_line_whatever_words_are_on_the_keys(hand_on: Callable[..., Hand]) -> None:
    from screens.checks import longer_locale
    from screens.widgets.dates import Reel
    from screens.words import say

    hand = hand_on(elder=True)
    say.use(longer_locale(say.locale))
    hand.show(WHEELS)
    reels = [node for node in hand.stage.nodes() if isinstance(node, Reel)]
    assert len({(reel.box[1], reel.box[3]) for reel in reels}) == 1

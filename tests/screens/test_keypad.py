"""By keypad alone: everything is reached in reading order, outlined and said, and choosing is a touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from matters.events import Chosen, Pressed, Touched
from screens import samples
from screens.keypad import BACKSPACE, DOWN, ENTER, F2, UP
from tests.screens.conftest import Hand


@pytest.fixture
def heard(hand: Hand) -> Iterator[list[str]]:
    """What was said of what the focus came to."""
    words: list[str] = []
    hand.stage.keypad.on_focus = words.append
    hand.stage.keypad.listen()
    yield words
    hand.stage.keypad.deaf()


def press(code: int) -> None:
    from kivy.core.window import Window

    Window.dispatch("on_key_down", code, 0, "", [])


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_every_key_of_every_screen_is_walked_to_and_said(hand: Hand, heard: list[str], name: str) -> None:
    from screens.widgets.touch import Touchable

    hand.show(*samples.SAMPLES[name])
    keys = {node.ident for node in hand.stage.nodes() if isinstance(node, Touchable) and node.can_be_touched}
    seen = set()
    for _ in range(len(hand.stage.visible())):
        press(DOWN)
        assert hand.stage.keypad.focused is not None
        seen.add(hand.stage.keypad.focused.ident)
        assert heard[-1]
    assert keys <= seen


def test_the_walk_is_the_reading_order_and_goes_round(hand: Hand, heard: list[str]) -> None:
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    press(DOWN)
    assert heard == [hand.stage.reading()[0]]
    press(UP)
    last = heard[-1]
    press(DOWN)
    assert heard[-1] == heard[0] != last


def test_choosing_is_what_a_touch_would_be(hand: Hand, heard: list[str]) -> None:
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    while hand.stage.keypad.focused is None or hand.stage.keypad.focused.ident != "option:post":
        press(DOWN)
    assert heard[-1].startswith("按键：")
    hand.events.clear()
    press(ENTER)
    assert [type(event) for event in hand.events] == [Touched, Chosen]
    assert hand.events[-1].option == "post"  # type: ignore[union-attr]


def test_back_and_help_are_one_key_away(hand: Hand, heard: list[str]) -> None:
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    press(BACKSPACE)
    press(F2)
    assert [event.id for event in hand.events if isinstance(event, Pressed)] == ["back", "help"]


def test_what_the_focus_is_on_is_outlined(hand: Hand, heard: list[str]) -> None:
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    before = len(hand.stage.canvas.after.children)
    press(DOWN)
    assert len(hand.stage.canvas.after.children) == before + 1
    press(DOWN)
    assert len(hand.stage.canvas.after.children) == before + 1


def test_a_new_screen_begins_at_its_question(hand: Hand, heard: list[str]) -> None:
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    for _ in range(5):
        press(DOWN)
    hand.show(*samples.SAMPLES["08-check"])
    assert hand.stage.keypad.focused is not None
    assert hand.stage.keypad.focused.text == "请您看一遍，对不对？"


def test_without_a_keypad_keys_do_nothing(hand_on: Callable[..., Hand]) -> None:
    hand = hand_on()
    hand.show(*samples.SAMPLES["16-delivery-choice"])
    press(DOWN)
    press(ENTER)
    assert hand.stage.keypad.focused is None
    assert not hand.events

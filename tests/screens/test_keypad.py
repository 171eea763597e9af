"""By keypad alone: everything is reached in reading order, outlined and said, and choosing is a touch."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from matters.events import Chosen, Event, Pressed, Touched
from screens import samples
from screens.keycodes import BACKSPACE, DOWN, ENTER, F2, UP
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


def test_three_presses_on_the_box_stand_for_a_signature(hand: Hand, heard: list[str]) -> None:
    """Whoever cannot see the box or hold a pen signs by key; going away in between begins again."""
    from matters.events import BY_KEY, Signed

    hand.show(*samples.SAMPLES["07b-commitment-empty"])
    to(hand, "pad")
    assert "按三下确认键" in heard[-1]
    press(ENTER)
    press(ENTER)
    assert heard[-1] == "再按1下，就当您签了名"
    press(DOWN)
    press(UP)
    press(ENTER)
    press(ENTER)
    assert not [event for event in hand.events if isinstance(event, Signed)]
    press(ENTER)
    assert [event.strokes for event in hand.events if isinstance(event, Signed)] == [BY_KEY]
    assert "按键签的" in heard[-1]


def test_a_signature_by_key_is_said_to_be_one(hand: Hand) -> None:
    from dataclasses import replace

    from matters.events import BY_KEY

    hand.show(replace(samples.COMMITMENT, strokes=BY_KEY))
    assert "按键签的" in hand.words()
    hand.tap("#main")
    assert Pressed in {type(event) for event in hand.events}


def test_a_box_to_write_in_is_not_signed(hand: Hand, heard: list[str]) -> None:
    from matters.events import Signed

    hand.show(*samples.SAMPLES["05-question"])
    to(hand, "pad")
    for _ in range(4):
        press(ENTER)
    assert not [event for event in hand.events if isinstance(event, Signed)]


def to(hand: Hand, ident: str) -> None:
    for _ in range(len(hand.stage.visible()) + 1):
        if hand.stage.keypad.focused is not None and hand.stage.keypad.focused.ident == ident:
            return
        press(DOWN)
    raise AssertionError(f"never came to {ident}")


def test_a_key_that_wakes_presses_nothing_that_it_uncovers(hand: Hand, heard: list[str]) -> None:
    under = samples.SAMPLES["16-delivery-choice"][0]
    hand.show(under)
    while hand.stage.keypad.focused is None or hand.stage.keypad.focused.ident != "option:post":
        press(DOWN)
    hand.show(samples.STILL)

    def wake(event: Event) -> None:
        hand.events.append(event)
        if isinstance(event, Touched):
            hand.show(under)

    hand.stage.on_event = wake
    hand.events.clear()
    press(ENTER)
    assert hand.stage.step == under
    assert [type(event) for event in hand.events] == [Touched]

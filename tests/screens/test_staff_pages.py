"""The staff pages: the way in, the PIN that is never shown, the board that says what to do."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from kivy.clock import Clock

from matters.events import Pressed
from screens import samples, staff
from screens.widgets import hold
from tests.screens.conftest import Hand


def pressed(hand: Hand) -> list[str]:
    return [event.id for event in hand.events if isinstance(event, Pressed)]


def rest(seconds: float) -> None:
    """The toolkit's clock runs on for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        Clock.tick()
        time.sleep(0.01)


def test_holding_the_halls_name_asks_for_the_staff_pages(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "HOLD_S", 0.05)
    hand.show(samples.HOME)
    touch = hand.down("#staff")
    rest(0.2)
    touch.touch_up()  # type: ignore[attr-defined]
    assert pressed(hand) == ["staff"]


def test_a_tap_on_the_halls_name_means_nothing(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "HOLD_S", 0.05)
    hand.show(samples.HOME)
    hand.tap("#staff")
    rest(0.2)
    assert pressed(hand) == []


def test_the_pad_hands_over_digits_and_shows_none(hand: Hand) -> None:
    hand.show(samples.PIN)
    before = hand.stage.reading(("sheet",))
    for sign in ("#digit:7", "#digit:0", "#erase"):
        hand.tap(sign)
    assert pressed(hand) == ["digit:7", "digit:0", "erase"]
    assert hand.stage.reading(("sheet",)) == before


def test_too_short_a_pin_cannot_be_given(hand: Hand) -> None:
    hand.show(replace(samples.PIN, digits=5))
    assert "main" not in hand.idents()
    hand.show(replace(samples.PIN, digits=6))
    hand.tap("#main")
    assert pressed(hand) == ["main"]


def test_a_locked_pad_takes_nothing_and_says_how_long(hand: Hand) -> None:
    hand.show(replace(samples.PIN, digits=0, problem="locked", seconds=240.0))
    assert "4分钟" in hand.words()
    assert not [ident for ident in hand.idents() if ident.startswith("digit:")]
    assert "main" not in hand.idents()


@pytest.mark.parametrize("problem", ["wrong", "locked", "unset", "short", "easy", "differs"])
@pytest.mark.parametrize("asks", ["open", "choose", "again"])
def test_every_answer_of_the_lock_has_its_words(hand: Hand, asks: str, problem: str) -> None:
    hand.show(replace(samples.PIN, asks=asks, problem=problem, seconds=30.0))
    assert len(hand.stage.reading(("sheet",))) >= 3


def test_the_keys_stay_where_they_are_when_a_remark_appears(hand: Hand) -> None:
    hand.show(samples.PIN)
    before = hand.stage.find("#digit:5")
    hand.show(replace(samples.PIN, problem="wrong"))
    assert hand.stage.find("#digit:5") == before


def test_what_needs_a_hand_comes_first_with_what_to_do(hand: Hand) -> None:
    hand.show(samples.BOARD)
    words = hand.words()
    assert "有2样要您动手" in words
    assert words.index("回执打印机") < words.index("身份证读卡器")
    assert "换一卷纸" in words
    assert "断了2小时" in words


def test_each_fitted_device_has_its_try_and_what_is_absent_has_none(hand: Hand) -> None:
    hand.show(samples.BOARD)
    assert {"try:id_card", "try:receipt_printer", "try:camera", "try:network"} <= hand.idents()
    assert "try:social_card" not in hand.idents()
    assert "try:speaker" not in hand.idents(), "it is being tried already"
    hand.tap("#try:receipt_printer")
    assert pressed(hand) == ["try:receipt_printer"]


def test_the_queue_says_how_many_since_when_and_why(hand: Hand) -> None:
    hand.show(samples.BOARD)
    for words in ("3件", "今天 8:12", "上次没送成"):
        assert words in hand.words()
    hand.tap("#send")
    hand.show(samples.BOARD_FINE)
    assert "都送到了" in hand.words()
    assert "send" not in hand.idents()
    assert pressed(hand) == ["send"]


def test_a_resident_finds_the_usual_keys_again_after_staff_left(hand: Hand) -> None:
    hand.show(samples.BOARD)
    assert {"try:all", "restart", "leave", "pin"} <= hand.idents()
    hand.show(samples.MARRIED)
    assert {"repeat", "help"} <= hand.idents()
    assert not {"try:all", "restart"} & hand.idents()


def test_a_restart_is_asked_for_first(hand: Hand) -> None:
    hand.show(staff.StaffAsk("ask", None, False))
    hand.tap("#back")
    hand.tap("#main")
    assert pressed(hand) == ["back", "main"]


def test_a_catalogue_that_was_not_taken_is_a_line_of_its_own_with_what_to_do(hand: Hand) -> None:
    line = staff.StaffDevice("catalogue", "care", "catalogue.refused", can_try=False)
    hand.show(replace(samples.BOARD, devices=(line, *samples.BOARD.devices[:2])))
    said = " ".join(seen.text for seen in hand.stage.visible())
    assert "新目录没用" in said
    assert "告诉县里维护" in said


def test_the_stick_is_written_once_it_is_in_and_left_alone_while_it_is_written(hand: Hand) -> None:
    hand.show(samples.BOARD)
    hand.tap("#stick")
    hand.show(replace(samples.STICK, state="wait", sticks=0))
    assert "main" not in hand.idents()
    hand.show(samples.STICK)
    hand.tap("#main")
    hand.show(replace(samples.STICK, state="working", now=1, of=3))
    assert "正在存，先别拔" in hand.words()
    assert "第2件，一共3件" in hand.words()
    assert not {"main", "back"} & hand.idents()
    hand.show(samples.STICK_DONE)
    assert "可以拔了" in hand.words()
    assert "3件" in hand.words()
    assert pressed(hand) == ["stick", "main"]


@pytest.mark.parametrize("problem", ["none", "many", "full", "read_only", "gone", "broken", "outbox"])
def test_every_trouble_with_a_stick_says_what_to_do_and_never_that_it_may_be_pulled_well(
    hand: Hand, problem: str
) -> None:
    hand.show(replace(samples.STICK_DONE, problem=problem, out=0, back=0))
    assert "可以拔了" not in hand.words()
    assert len(hand.stage.reading(("sheet",))) >= 2


def test_a_machine_without_a_place_for_sticks_offers_none(hand: Hand) -> None:
    hand.show(replace(samples.BOARD, stick=False))
    assert "stick" not in hand.idents()

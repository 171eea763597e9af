"""Rating, goodbye, idle warning, help, trouble, lookup, phone numbers: what they say and what a touch on them means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from matters import steps as s
from matters.events import Chosen, Pressed, Touched
from screens import samples
from tests.screens.conftest import Hand

if TYPE_CHECKING:
    from screens.app import ScreenApp

OURS = [name for name in samples.SAMPLES if name.startswith(("11", "12", "13", "17", "18", "19", "20", "21"))]


@pytest.mark.parametrize(("width", "height", "elder"), [(1080, 1920, False), (1920, 1080, False), (1080, 1920, True)])
@pytest.mark.parametrize("name", OURS)
def test_nothing_is_cut_off_and_nothing_lies_under_the_counter(
    hand_on: Callable[..., Hand], name: str, width: int, height: int, elder: bool
) -> None:
    hand = hand_on(width, height, elder=elder)
    hand.show(*samples.SAMPLES[name])
    keys = {"main", "left", "repeat", "help", "back", "here", "stop", "leave", "pin", "restart", "try:all", "again"}
    counter = min(one.rect.y for one in hand.stage.visible() if one.ident in keys)
    assert hand.stage.sheet is not None
    for node in hand.stage.sheet.walk_nodes():
        x, y, wide, high = node.box
        if not wide:
            continue
        need_wide, need_high = node.needed()
        # A mark at the end of a line may hang over by half a character.
        assert need_wide <= wide + 60, f"{node.words()!r} needs {need_wide} px of {wide}"
        assert need_high <= high + 1, f"{node.words()!r} needs {need_high} px of {high}"
        assert x >= 0
        assert x + wide <= width + 40
        assert y + high <= counter + 1, f"{node.words()!r} lies under the counter"


# ---------------------------------------------------------------- rating


def test_a_face_says_its_level(hand: Hand) -> None:
    hand.show(samples.RATE_FIRST)
    hand.tap("#level:2")
    assert [event.id for event in hand.events if isinstance(event, Pressed)] == ["level:2"]


def test_a_reason_is_chosen_by_its_code(hand: Hand) -> None:
    hand.show(samples.RATE)
    hand.tap("跑一趟就办完")
    assert [event.option for event in hand.events if isinstance(event, Chosen)] == ["411"]


def test_no_rating_is_handed_in_before_a_face_was_touched_but_one_may_always_leave(hand: Hand) -> None:
    hand.show(samples.RATE_FIRST)
    assert "main" not in hand.idents()
    hand.tap("不评了")
    assert any(isinstance(event, Pressed) and event.id == "left" for event in hand.events)


def test_the_question_follows_the_level(hand: Hand) -> None:
    hand.show(samples.RATE)
    assert "好在哪里" in hand.words()
    hand.show(samples.RATE_BAD)
    assert "哪里不好" in hand.words()
    assert "好在哪里" not in hand.words()


# ---------------------------------------------------------------- idle warning


def test_a_touch_that_wakes_presses_nothing_that_it_uncovers(hand: Hand) -> None:
    """The main key of the warning lies where 都对，交上去 lies: one touch must not do both."""
    hand.show(samples.STILL)
    under = samples.SAMPLES["08-check"][0]

    def wake(event: object) -> None:
        hand.events.append(event)  # type: ignore[arg-type]
        if isinstance(event, Touched):
            hand.show(under)

    hand.stage.on_event = wake
    hand.tap("我还在，接着办")
    assert isinstance(hand.stage.step, s.Check)
    assert not [event for event in hand.events if isinstance(event, Pressed)]


def test_the_key_that_ends_it_does_not_say_that_somebody_goes_on(hand: Hand) -> None:
    hand.show(samples.STILL)
    hand.tap("不办了，清掉")
    assert not [event for event in hand.events if isinstance(event, Touched)]
    assert [event.id for event in hand.events if isinstance(event, Pressed)] == ["stop"]


def test_after_handing_in_the_warning_does_not_threaten_with_wiping(hand: Hand) -> None:
    hand.show(samples.STILL)
    assert "全部清掉" in hand.words()
    hand.show(samples.STILL_DONE)
    assert "已经交上去了" in hand.words()
    assert "全部清掉" not in hand.words()


def test_the_seconds_follow(hand: Hand) -> None:
    hand.show(samples.STILL)
    assert "28秒" in hand.words()
    hand.show(replace(samples.STILL, seconds=7))
    assert "7秒" in hand.words()
    assert "28秒" not in hand.words()


# ---------------------------------------------------------------- goodbye, help, trouble


@pytest.mark.parametrize(
    ("ending", "said"), [("done", "后面的人看不到"), ("stopped", "没有交上去"), ("idle", "没人点"), ("fault", "毛病")]
)
def test_the_goodbye_says_that_all_is_gone_and_how_it_ended(hand: Hand, ending: str, said: str) -> None:
    hand.show(replace(samples.GOODBYE, ending=ending))
    assert "已经从机器里清掉了" in hand.words()
    assert said in hand.words()


def test_what_lies_here_is_named_before_one_leaves(hand: Hand) -> None:
    hand.show(samples.GOODBYE)
    for title in ("身份证", "户口簿", "回执"):
        assert title in hand.words()
    hand.show(samples.GOODBYE_FAULT)
    assert "走之前" not in hand.words()


def test_help_says_whether_it_was_heard(hand: Hand) -> None:
    said = set()
    for state in ("calling", "called", "kept"):
        hand.show(replace(samples.HELP, state=state))
        said.add(hand.words())
        assert "0000-0000000" in hand.words()
        assert "help" not in hand.idents(), "nobody is called twice"
    assert len(said) == 3


@pytest.mark.parametrize("code", ["outbox.disk_full", "printer.paper_out", "nobody.knows"])
def test_every_trouble_says_what_to_do_and_that_nothing_is_lost(hand: Hand, code: str) -> None:
    hand.show(s.Trouble("trouble", samples.at(7, 1), True, code, True))
    assert "还没有交上去" in hand.words()
    hand.tap("再试一次")
    assert any(isinstance(event, Pressed) and event.id == "main" for event in hand.events)


# ---------------------------------------------------------------- my cases


@pytest.mark.parametrize("state", ["card", "asking", "found", "none", "no_line", "not_known"])
def test_every_state_of_a_lookup_has_its_words_and_a_way_back(hand: Hand, state: str) -> None:
    hand.show(replace(samples.LOOKUP, state=state, rows=samples.CASES if state == "found" else ()))
    assert hand.stage.reading(("sheet",))
    hand.tap("返回")
    assert any(isinstance(event, Pressed) and event.id == "back" for event in hand.events)


def test_a_case_is_shown_with_its_number_its_state_and_by_when_it_is_done(hand: Hand) -> None:
    hand.show(samples.LOOKUP)
    for words in ("31210047", "收下了，正在办", "最晚3月19日办好", "办好了", "要补材料", "收下后10个工作日办好"):
        assert words in hand.words()
    hand.tap("新生儿出生")
    assert any(isinstance(event, Pressed) and event.id == "case:0" for event in hand.events)


def test_the_items_of_a_case_each_say_how_far_they_are_and_by_when(hand: Hand) -> None:
    hand.show(samples.LOOKUP_CASE)
    for words in ("31210047", "最晚3月19日办好", "给孩子上户口", "最晚3月16日办好", "收下后20个工作日办好"):
        assert words in hand.words()
    assert not [shown.ident for shown in hand.stage.visible() if shown.ident.startswith("case:")]


def test_a_state_we_do_not_know_is_shown_as_it_came(hand: Hand) -> None:
    hand.show(replace(samples.LOOKUP, rows=(replace(samples.CASES[0], state="公示中"),)))
    assert "公示中" in hand.words()


def test_more_cases_than_fit_are_on_further_pages_and_none_is_lost(hand: Hand) -> None:
    numbers = [f"3121{number:04d}" for number in range(13)]
    rows = tuple(replace(samples.CASES[0], id=f"case:{n}", number=number) for n, number in enumerate(numbers))
    hand.show(replace(samples.LOOKUP, rows=rows))
    seen = hand.words()
    while (key := hand.stage.find("下一页")) is not None and hand.stage.find("#page:next") is not None:
        assert key
        hand.tap("下一页")
        seen += hand.words()
    assert [number for number in numbers if number not in seen] == []


def test_a_card_taken_away_too_early_is_said_where_the_card_is_laid(hand: Hand) -> None:
    hand.show(replace(samples.LOOKUP, state="card", rows=(), problem="card.removed_early"))
    assert "卡拿早了" in hand.words()
    hand.tap("再试一次")
    assert any(isinstance(event, Pressed) and event.id == "again" for event in hand.events)


@pytest.mark.parametrize(("name", "motion"), [("04-idcard", True), ("09-handed-in", True), ("04-idcard", False)])
def test_the_arrow_at_a_slot_moves_only_where_motion_is_wanted(window: ScreenApp, name: str, motion: bool) -> None:
    from kivy.core.window import Window

    from config import locales
    from config.settings import Screen
    from screens.samples import SAMPLES, SampleServices
    from screens.stage import Stage
    from screens.widgets.scene import MovingArrow

    stage = Stage(Screen(motion=motion), locales.load(), SampleServices(), lambda _event: None, lambda: 0.0)
    Window.add_widget(stage)
    try:
        stage.show(*SAMPLES[name])
        arrows = [node for node in stage.nodes() if isinstance(node, MovingArrow)]
        assert len(arrows) == 1
        assert arrows[0].swings is motion
        arrows[0].vanish()
        assert not arrows[0].swings
    finally:
        Window.remove_widget(stage)


@pytest.mark.parametrize(
    ("ending", "picture"),
    [
        ("done", "terminal-clean"),
        ("aside", "terminal-kept"),
        ("stopped", "terminal-stopped"),
        ("fault", "terminal-stopped"),
    ],
)
def test_a_goodbye_is_green_only_where_it_was_handed_in(hand: Hand, ending: str, picture: str) -> None:
    from screens.widgets.base import Picture

    hand.show(replace(samples.GOODBYE, ending=ending))
    assert [node.name for node in hand.stage.nodes() if isinstance(node, Picture)] == [picture]

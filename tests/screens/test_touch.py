"""What a finger does and what the screens make of it: events, pressed keys, text so far, changes in place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from matters import steps as s
from matters.events import Chosen, Pressed, Signed, Touched, Typed
from screens import samples
from tests.screens.conftest import Hand


def typed(hand: Hand) -> list[str]:
    return [event.text for event in hand.events if isinstance(event, Typed)]


def pressed(hand: Hand) -> list[str]:
    return [event.id for event in hand.events if isinstance(event, Pressed)]


def draw(hand: Hand, ident: str, *strokes: list[tuple[float, float]]) -> None:
    """Strokes on a pad, points in 0..1 of it from the top left."""
    from kivy.tests.common import UnitTestTouch

    pad = hand.stage.find(f"#{ident}")
    assert pad is not None
    for stroke in strokes:
        at = [(pad.x + x * pad.width, hand.stage.height - pad.y - y * pad.height) for x, y in stroke]
        touch = UnitTestTouch(*at[0])
        touch.touch_down()
        for point in at[1:]:
            touch.touch_move(*point)
        touch.touch_up()


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("name", "touch", "id_"),
    [
        ("01-home", "新生儿出生", "tile:newborn"),
        ("01-home", "我办过的事", "lookup"),
        ("01-home", "问 12345", "ask"),
        ("01-home", "手写", "search:handwriting"),
        ("01-home", "拼音", "switch_input"),
        ("01-home", "长辈版", "elder"),
        ("01-home", "读给我听", "repeat"),
        ("02-notice", "东西带了，开始办", "main"),
        ("02-notice", "把这张单子打印给我", "print"),
        ("02-notice", "返回", "back"),
        ("02-notice", "叫工作人员", "help"),
        ("04-idcard", "没带身份证，按数字填号码", "type"),
        ("04c-card-gone", "按数字填号码", "type"),
        ("04e-card-shown", "不是，重新放一张", "again"),
        ("05-question", "用拼音", "switch_input"),
        ("05m-address", "先不填，跳过", "skip"),
        ("06-camera", "现在就拍", "main"),
        ("06b-camera-more", "没带，签个承诺", "commit"),
        ("06b-camera-more", "这样先不拍", "skip"),
        ("06c-camera-gone", "再试一次", "again"),
        ("06d-review", "看得清，用这张", "main"),
        ("06d-review", "还有一页", "add"),
        ("06e-review-bad", "重拍一张", "again"),
        ("06e-review-bad", "就用这张", "left"),
        ("07-commitment", "我承诺，签好了", "main"),
        ("07-commitment", "不签，我回去拿结婚证", "left"),
        ("08-check", "#change:child", "change:child"),
        ("08-check", "都对，交上去", "main"),
        ("09-handed-in", "再打一张", "left"),
        ("14-fault-paper", "等换纸", "left"),
        ("14-fault-paper", "记下了，不打了", "main"),
    ],
)
def test_a_key_means_what_it_says(hand: Hand, name: str, touch: str, id_: str) -> None:
    hand.show(*samples.SAMPLES[name])
    hand.tap(touch)
    assert pressed(hand) == [id_]
    assert isinstance(hand.events[0], Touched)


def test_an_option_is_chosen_by_its_id(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["03-items"])
    hand.tap("预防接种本")
    assert [event.option for event in hand.events if isinstance(event, Chosen)] == ["vaccine"]


def test_what_needs_no_action_cannot_be_touched(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["03-items"])
    hand.tap("出生医学证明")
    assert [type(event) for event in hand.events] == [Touched]


@pytest.mark.parametrize("name", ["04-idcard", "05i-date-day", "07b-commitment-empty", "03d-choice-none"])
def test_a_waiting_key_cannot_be_pressed(hand: Hand, name: str) -> None:
    hand.show(*samples.SAMPLES[name])
    assert "main" not in hand.idents()


def test_a_key_is_pressed_in_the_same_frame_and_acts_when_the_finger_leaves_it_there(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["02-notice"])
    key = next(node for node in hand.stage.nodes() if node.ident == "main")
    before = key.state()
    finger = hand.down("#main")
    assert key.state() != before
    assert pressed(hand) == []
    finger.touch_up()  # type: ignore[attr-defined]
    assert key.state() == before
    assert pressed(hand) == ["main"]


def test_a_finger_that_slides_off_has_changed_its_mind(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["02-notice"])
    finger = hand.down("#main")
    finger.touch_move(500, 1500)  # type: ignore[attr-defined]
    finger.touch_up()  # type: ignore[attr-defined]
    assert pressed(hand) == []


# ---------------------------------------------------------------- entries


def test_digits_make_the_whole_text_each_time(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05d-phone"])
    hand.tap("#key:5")
    hand.tap("#delete")
    assert typed(hand) == ["13800005", "138000"]


def test_no_more_is_taken_than_fits(hand: Hand) -> None:
    hand.show(replace(samples.PHONE, text="13800000000"))
    hand.tap("#key:5")
    assert typed(hand) == []


@pytest.mark.parametrize(("text", "ready"), [("1380000", False), ("13800000000", True), ("0731555", True), ("", False)])
def test_a_mobile_number_waits_for_its_last_digit_and_a_fixed_line_does_not(hand: Hand, text: str, ready: bool) -> None:
    """How long a fixed line's number is, its area decides; what is wrong with it is said when it is given."""
    hand.show(replace(samples.PHONE, text=text))
    assert ("main" in hand.idents()) is ready
    assert ("还差" in hand.words()) is (text == "1380000")


def test_the_last_place_of_an_identity_number_may_be_x(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05f-id"])
    hand.tap("#key:X")
    assert typed(hand) == ["4311992001010100X"]


def test_a_date_is_put_together_of_year_month_and_day(hand: Hand) -> None:
    step = replace(samples.DATE, text="")
    for ident, text in (("year:2026", "2026"), ("month:2", "2026-02"), ("day:26", "2026-02-26")):
        hand.show(step)
        hand.tap(f"#{ident}")
        assert typed(hand)[-1] == text
        step = replace(step, text=text)
    hand.show(step)
    assert "main" in hand.idents()


def test_a_month_offers_only_the_days_it_has(hand: Hand) -> None:
    hand.show(samples.DATE)
    assert "day:28" in hand.idents()
    assert "day:29" not in hand.idents()


def test_a_part_of_a_date_can_be_opened_again(hand: Hand) -> None:
    hand.show(replace(samples.DATE, text="2026-02-26"))
    hand.tap("#part:month")
    hand.tap("#month:1")
    assert typed(hand) == ["2026-01-26"]


def test_a_suggestion_is_a_whole_answer(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05m-address"])
    hand.tap("示例县山背村5组")
    assert typed(hand) == ["示例县山背村5组"]


async def test_a_written_character_is_offered_and_taken(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05-question"])
    draw(hand, "pad", [(0.2, 0.4), (0.5, 0.4), (0.8, 0.4)], [(0.5, 0.2), (0.5, 0.8)])
    await asyncio.sleep(0.05)
    hand.tap("#char:禾")
    assert typed(hand) == ["陈小禾"]
    pad = next(node for node in hand.stage.nodes() if node.ident == "pad")
    assert pad.value() == ()  # type: ignore[attr-defined]


async def test_writing_survives_that_the_text_comes_back_unchanged(hand: Hand) -> None:
    """The kiosk shows the step again twice a second: strokes under way must stay."""
    hand.show(*samples.SAMPLES["05-question"])
    draw(hand, "pad", [(0.2, 0.4), (0.8, 0.4)])
    hand.show(*samples.SAMPLES["05-question"])
    pad = next(node for node in hand.stage.nodes() if node.ident == "pad")
    assert len(pad.value()) == 1  # type: ignore[attr-defined]


async def test_pinyin_is_spelled_and_a_word_taken(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05b-name-pinyin"])
    hand.tap("#key:h")
    hand.tap("#key:e")
    await asyncio.sleep(0.05)
    assert typed(hand) == []
    hand.tap("#char:禾")
    assert typed(hand) == ["陈小禾"]


def test_delete_takes_letters_first_and_characters_then(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["05b-name-pinyin"])
    hand.tap("#key:h")
    hand.tap("#delete")
    assert typed(hand) == []
    hand.tap("#delete")
    assert typed(hand) == ["陈"]


def test_a_signature_is_told_after_each_stroke_and_can_be_wiped(hand: Hand) -> None:
    hand.show(replace(samples.COMMITMENT, strokes=()))
    draw(hand, "pad", [(0.1, 0.5), (0.4, 0.5)], [(0.5, 0.2), (0.5, 0.6)])
    told = [event.strokes for event in hand.events if isinstance(event, Signed)]
    assert [len(strokes) for strokes in told] == [1, 2]
    assert told[0][0][0] == pytest.approx((0.1, 0.5), abs=0.01)
    hand.show(replace(samples.COMMITMENT, strokes=told[-1]))
    hand.tap("擦掉重签")
    last = [event for event in hand.events if isinstance(event, Signed)][-1]
    assert last.strokes == ()


# ---------------------------------------------------------------- one screen follows its step


def test_the_same_question_changes_in_place(hand: Hand) -> None:
    hand.show(samples.PHONE)
    sheet = hand.stage.sheet
    hand.show(replace(samples.PHONE, text="138"))
    assert hand.stage.sheet is sheet
    assert "138" in hand.words()
    hand.show(replace(samples.PHONE, problem="phone.too_short"))
    assert "还差几位" in hand.words()


def test_an_id_number_waits_for_its_eighteenth_character(hand: Hand) -> None:
    hand.show(replace(samples.ID_NUMBER, text="43119919920315001"))
    assert "main" not in hand.idents()
    assert "还差1位" in hand.words()
    hand.tap("还差1位…" if "还差1位…" in hand.words() else "还差1位")
    assert pressed(hand) == []
    hand.show(replace(samples.ID_NUMBER, text="431199199203150012"))
    hand.tap("#main")
    assert pressed(hand) == ["main"]


def test_a_page_still_lying_there_is_no_mistake(hand: Hand) -> None:
    """Right after it was taken the last page still lies under the camera: no warning, but what to do next."""
    hand.show(samples.CAPTURE_MORE)
    sheet = hand.stage.sheet
    assert sheet is not None
    sheet._say("capture.same_page")  # type: ignore[attr-defined]
    assert sheet.ids.message.tone == "plain"
    assert "这一页拍好了" in sheet.ids.message.text


async def test_another_question_has_nothing_of_the_last_one(hand: Hand) -> None:
    """Sheets are used again: strokes, letters and the open part of a date must not come along."""
    hand.show(samples.NAME)
    draw(hand, "pad", [(0.2, 0.4), (0.8, 0.4)])
    await asyncio.sleep(0.05)
    assert "char:禾" in hand.idents()
    hand.show(replace(samples.NAME, key="q.mother", text=""))
    assert "char:禾" not in hand.idents()
    pad = next(node for node in hand.stage.nodes() if node.ident == "pad")
    assert pad.value() == ()  # type: ignore[attr-defined]
    hand.show(samples.DATE)
    hand.tap("#part:month")
    hand.show(replace(samples.DATE, key="q.other"))
    assert "day:1" in hand.idents()


def test_a_list_begins_with_its_first_page_again(hand: Hand) -> None:
    hand.show(samples.MATTERS_MANY)
    hand.tap("下一页")
    assert "第8件要办的事" in hand.words()
    hand.show(samples.HOME)
    hand.show(samples.MATTERS_MANY)
    assert "第0件要办的事" in hand.words()


def test_what_does_not_change_is_not_painted_again(hand: Hand) -> None:
    hand.show(samples.PHONE)
    key = next(node for node in hand.stage.nodes() if node.ident == "key:7")
    painted: list[int] = []
    key.paint = lambda: painted.append(1)  # type: ignore[method-assign]
    hand.show(replace(samples.PHONE, text="13800001"))
    assert painted == []


def test_a_device_that_fails_is_said_in_the_status_line(hand: Hand) -> None:
    hand.show(samples.PHONE)
    assert "网络通" in hand.words()
    hand.stage.tell_status(replace(samples.STATUS, network="down"))
    assert "网络断了" in hand.words()


def test_elder_mode_is_drawn_at_once_and_larger(hand: Hand) -> None:
    hand.show(samples.PHONE)
    before = hand.stage.find("留个手机号码")
    hand.stage.set_modes(elder=True)
    after = hand.stage.find("留个手机号码")
    assert after.height > before.height  # type: ignore[union-attr]


def test_every_kind_of_step_has_a_screen() -> None:
    from screens.sheets import sheet_of

    for step in s.ALL_STEPS:
        sheet_of(step)


async def test_warming_up_leaves_the_screen_alone(hand: Hand) -> None:
    hand.show(samples.PHONE)
    before = [shown.text for shown in hand.stage.visible()]
    await hand.stage.warm()
    assert [shown.text for shown in hand.stage.visible()] == before


# ---------------------------------------------------------------- finding


def test_a_text_is_found_where_it_can_be_touched(hand_on: Callable[..., Hand]) -> None:
    hand = hand_on()
    hand.show(*samples.SAMPLES["08-check"])
    assert hand.stage.find("改") == hand.stage.find("#change:child")
    assert hand.stage.find("都对，交上去") == hand.stage.find("#main")
    assert hand.stage.find("没有这句话") is None
    assert hand.stage.find("#none") is None


def test_a_pointer_leaves_every_place_it_passed_between_two_frames(hand: Hand) -> None:
    """Events that arrive before a frame change one touch object; the stroke must not become a straight line."""
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.input.providers.mouse import MouseMotionEventProvider

    from screens.widgets.fields import StrokePad

    provider = MouseMotionEventProvider("mouse", "disable_multitouch")
    provider.start()
    EventLoop.add_input_provider(provider)
    try:
        hand.show(*samples.SAMPLES["07-commitment"])
        pad = next(node for node in hand.stage.nodes() if isinstance(node, StrokePad))
        pad.set(())
        left, top, wide, high = pad.box
        places = [(left + wide * x, top + high * y) for x, y in ((0.1, 0.5), (0.3, 0.2), (0.5, 0.8), (0.7, 0.2))]
        for first, *rest in (places, [(x, y + 20) for x, y in places]):  # two strokes before one frame
            Window.dispatch("on_mouse_down", *first, "left", [])
            for place in rest:
                Window.dispatch("on_mouse_move", *place, [])
            Window.dispatch("on_mouse_up", *rest[-1], "left", [])
        provider.update(EventLoop.post_dispatch_input)
        assert [len(stroke) for stroke in pad.value()] == [4, 4]
        assert [round(x, 2) for x, _ in pad.value()[0]] == [0.1, 0.3, 0.5, 0.7]
    finally:
        EventLoop.remove_input_provider(provider)
        provider.stop()


def test_a_key_that_comes_to_stand_where_none_was_is_drawn(hand: Hand) -> None:
    from screens.widgets.fields import PadKey

    key = PadKey(item=("", "", ""))
    key.place(0, 0, 300, 130)
    assert not key.canvas.before.children
    key.item = ("month:10", "10月", "")
    key.place(0, 0, 300, 130)
    assert key.canvas.before.children

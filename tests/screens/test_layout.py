"""Every screen in every look: large enough to touch, apart, inside the window, never cut, and read aloud as shown.

What is looked for is in `screens.checks`; here it is shown to find what is wrong, and to find nothing in a few ways of
showing in which every two settings (panel, elder, contrast, low, hand, language) meet. `make screens` goes through all.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from screens import samples
from tests.screens.conftest import Hand

PAIRS = 14  # ways it takes; more are slower for nothing


@pytest.fixture(scope="module")
def ways() -> list[Any]:
    from screens.checks import pairs_of_ways

    return pairs_of_ways()


@pytest.mark.parametrize("number", range(PAIRS))
def test_every_screen_keeps_the_measures(window: object, ways: list[Any], number: int) -> None:
    """12.7 mm a side and 2.54 mm apart (VVSG 2.0), type by mode, lines 1.3 apart, nothing cut, over something else or
    out of the window; in low mode all that is touched in the lower half; the counter's keys where they always are."""
    from screens.checks import findings, report

    if number < len(ways):
        found = list(findings(ways[number]))
        assert not found, report(found)


def test_every_two_settings_meet(window: object, ways: list[Any]) -> None:
    from dataclasses import astuple

    from screens.checks import every_way

    def pairs(all_ways: list[Any]) -> set[Any]:
        return {pair for way in all_ways for pair in combinations(enumerate(astuple(way)), 2)}

    assert pairs(ways) == pairs(every_way())
    assert len(ways) <= PAIRS


# ---------------------------------------------------------------- the checks themselves


@pytest.fixture
def shown(hand_on: Callable[..., Hand]) -> Hand:
    hand = hand_on()
    hand.show(*samples.SAMPLES["03b-choice"])
    return hand


def faults(hand: Hand) -> str:
    from screens.checks import faults

    return "\n".join(faults(hand.stage))


def key(hand: Hand, ident: str) -> Any:
    return next(node for node in hand.stage.nodes() if node.ident == ident)


def test_a_key_too_small_is_found(shown: Hand) -> None:
    assert faults(shown) == ""
    repeat = key(shown, "repeat")
    repeat.box = (*repeat.box[:3], 33)  # 12.2 mm
    assert "#repeat is 474 x 33 px, less than 34" in faults(shown)


def test_keys_too_near_are_found(shown: Hand) -> None:
    repeat, clerk = key(shown, "repeat"), key(shown, "help")
    repeat.box = (repeat.box[0], repeat.box[1], clerk.box[0] - repeat.box[0] - 5, repeat.box[3])
    assert "#repeat and #help are 5 px apart, less than 6" in faults(shown)


def test_words_cut_off_are_found(shown: Hand) -> None:
    title = next(node for node in shown.stage.nodes() if node.words() == "爸爸妈妈领结婚证了吗？")
    title.box = (*title.box[:2], 400, title.box[3])
    assert "needs" in faults(shown)


def test_type_too_small_is_found(shown: Hand) -> None:
    hint = next(node for node in shown.stage.nodes() if node.words().startswith("没领证"))
    hint._size = 12  # type: ignore[attr-defined]
    assert "is 4.4 mm high, less than 5.2" in faults(shown)


def test_words_over_others_are_found(shown: Hand) -> None:
    texts = [node for node in shown.stage.nodes() if node.words() and not node.children]
    texts[1].box = texts[0].box
    assert "overlaps" in faults(shown)


def test_what_is_out_of_reach_is_found(hand_on: Callable[..., Hand]) -> None:
    hand = hand_on(low=True)
    hand.show(*samples.SAMPLES["03b-choice"])
    assert faults(hand) == ""
    line = key(hand, "option:yes")
    line.box = (line.box[0], 900, *line.box[2:])
    assert "#option:yes begins at 900 px, above the middle (960)" in faults(hand)


def test_longer_words_are_longer(window: object) -> None:
    from screens.checks import longer

    assert longer("放这里") == "放这里放这"
    assert longer("还差{count}位。") == "还差{count}位还差。"
    assert longer("您**在**吗") == "您**在**吗您在"
    assert len(longer("湖南省示例县山背村三组")) >= 1.6 * 11


# ---------------------------------------------------------------- contrast, in pictures


@pytest.mark.parametrize("contrast", [False, True], ids=["day", "contrast"])
def test_words_stand_out_from_their_ground(hand_on: Callable[..., Hand], contrast: bool) -> None:
    """4.5 : 1 by the WCAG formula, measured on what is drawn: the ground of each word against its ink."""
    from screens.checks import contrast_faults, drawn

    hand = hand_on(contrast=contrast)
    found: list[str] = []
    for name in (
        "01b",
        "02-",
        "03-",
        "04b",
        "05e",
        "06-",
        "06b",
        "07b",
        "08-",
        "09-",
        "10-",
        "11-",
        "12-",
        "13-",
        "14-",
    ):
        sample = next(key for key in samples.SAMPLES if key.startswith(name))
        hand.show(*samples.SAMPLES[sample])
        found += [f"{sample}: {fault}" for fault in contrast_faults(hand.stage, drawn(hand.stage))]
    assert not found, "\n".join(found)


def test_grey_words_are_found(hand: Hand) -> None:
    from screens.checks import contrast_faults, drawn

    hand.show(*samples.SAMPLES["03b-choice"])
    hint = next(node for node in hand.stage.nodes() if node.words().startswith("没领证"))
    hint.colour = "key_ledge"  # type: ignore[attr-defined]
    hint.repaint()
    assert "没领证" in "\n".join(contrast_faults(hand.stage, drawn(hand.stage)))


def test_the_question_is_read_before_the_keys(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["08-check"])
    reading = hand.stage.reading()
    assert reading[0] == "请您看一遍，对不对？"
    assert reading.index("都对，交上去") > reading.index("现在还没有交上去，还能改")
    assert hand.stage.reading(("sheet",))[-1] not in ("返回", "叫工作人员")


# ---------------------------------------------------------------- hands


def test_the_left_hand_has_the_main_key_and_the_pads_keys_on_its_side(hand_on: Callable[..., Hand]) -> None:
    for width, height in ((1080, 1920), (1920, 1080)):
        hand = hand_on(width, height, hand="left")
        hand.show(*samples.SAMPLES["05-question"])
        main, back = hand.stage.find("#main"), hand.stage.find("#back")
        pad, clear = hand.stage.find("#pad"), hand.stage.find("#clear")
        assert main is not None and back is not None and main.x < back.x  # noqa: PT018 - for the types
        assert pad is not None and clear is not None and clear.x < pad.x  # noqa: PT018


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize(("elder", "low"), [(False, False), (True, False), (False, True), (True, True)])
def test_every_item_is_on_some_page_and_no_tree_is_cut(hand_on: Callable[..., Hand], elder: bool, low: bool) -> None:
    hand = hand_on(elder=elder, low=low)
    hand.show(samples.ITEMS_MANY)
    pages = []
    while True:
        pages.append({ident.removeprefix("option:") for ident in hand.idents() if ident.startswith("option:")})
        if hand.stage.find("#page:next") is None:
            break
        hand.tap("#page:next")
    assert len(pages) > 1
    assert set().union(*pages) == {option.id for option in samples.ITEMS_MANY.options}
    assert sum(len(page) for page in pages) == 14
    assert any({"death", "insurance", "pension"} <= page for page in pages)
    hand.tap("#page:before")
    assert {ident.removeprefix("option:") for ident in hand.idents() if ident.startswith("option:")} == pages[-2]


def test_a_long_list_opens_where_its_answer_is_and_stays_there(hand: Hand) -> None:
    from dataclasses import replace

    hand.show(samples.CHOICE_LONG)
    assert "柯尔克孜族" in hand.words()
    hand.tap("塔吉克族")
    options = tuple(replace(option, chosen=option.title == "塔吉克族") for option in samples.CHOICE_LONG.options)
    hand.show(replace(samples.CHOICE_LONG, options=options))
    assert "柯尔克孜族" in hand.words()
    hand.show(samples.MARRIED)
    hand.show(replace(samples.CHOICE_LONG, options=tuple(replace(option, chosen=False) for option in options)))
    assert "汉族" in hand.words()


def test_the_elder_home_has_every_tile(hand_on: Callable[..., Hand]) -> None:
    for low in (False, True):
        hand = hand_on(elder=True, low=low)
        hand.show(*samples.SAMPLES["01-home"])
        assert {f"tile:{tile.id}" for tile in samples.TILES} | {"lookup", "ask", "search", "elder"} <= hand.idents()


def test_the_page_to_look_through_shows_every_step_in_two_ways_and_all_settings_meet(ways: list[Any]) -> None:
    from dataclasses import astuple

    from screens.book import CHAPTERS, dealt

    pictures = dealt(ways, CHAPTERS)
    assert all(len({way for name, way in pictures if name == chapter}) == 2 for chapter in CHAPTERS)
    met = {pair for _, way in pictures for pair in combinations(enumerate(astuple(way)), 2)}
    assert met == {pair for way in ways for pair in combinations(enumerate(astuple(way)), 2)}
    assert set(CHAPTERS) <= set(samples.SAMPLES)
    kinds = {type(samples.SAMPLES[chapter][0]) for chapter in CHAPTERS}
    assert kinds == {type(step) for step, _ in samples.SAMPLES.values()}, "a kind of step that nobody looks at"

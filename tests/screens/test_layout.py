"""Every screen in every look: large enough to touch, apart, inside the window, never cut, and read aloud as shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest

from screens import samples
from tests.screens.conftest import Hand

LOOKS = {
    "tall": (1080, 1920, {}),
    "wide": (1920, 1080, {}),
    "small": (1366, 768, {}),
    "elder": (1080, 1920, {"elder": True}),
    "wide-elder": (1920, 1080, {"elder": True}),
    "contrast": (1080, 1920, {"contrast": True}),
    "low": (1080, 1920, {"low": True}),
}
SHAPES_ONLY = ("contrast",)  # differs in colours: a few screens are enough


def names_for(look: str) -> list[str]:
    return [name for name in samples.SAMPLES if look not in SHAPES_ONLY or name[:2] in ("01", "05", "09")]


@pytest.mark.parametrize("look_name", LOOKS)
def test_every_screen_keeps_the_measures(hand_on: Callable[..., Hand], look_name: str) -> None:
    """12.7 mm a side, 2.54 mm apart (VVSG 2.0), inside the window; no text wider or higher than its box."""
    from screens.theme import GAP_MM, TARGET_MM, look

    width, height, modes = LOOKS[look_name]
    hand = hand_on(width, height, **modes)
    found: list[str] = []
    for name in names_for(look_name):
        hand.show(*samples.SAMPLES[name])
        found += [f"{name}: {fault}" for fault in faults(hand, width, height, TARGET_MM, GAP_MM * look.px_per_mm)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look_name", ["tall", "wide", "small", "elder"])
def test_another_language_fits(hand_on: Callable[..., Hand], look_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """English words, half as long again as ours, in the same places; a matter's own words stay the catalogue's."""
    from config import locales
    from screens.theme import GAP_MM, TARGET_MM, look

    english = locales.load("en")
    monkeypatch.setattr(locales, "load", lambda: english)
    width, height, modes = LOOKS[look_name]
    hand = hand_on(width, height, **modes)
    found: list[str] = []
    for name in names_for(look_name):
        hand.show(*samples.SAMPLES[name])
        found += [f"{name}: {fault}" for fault in faults(hand, width, height, TARGET_MM, GAP_MM * look.px_per_mm)]
    assert not found, "\n".join(found)


def faults(hand: Hand, width: int, height: int, target_mm: float, gap: float) -> Iterator[str]:
    from screens.theme import look
    from screens.widgets.touch import Touchable

    least = target_mm * look.px_per_mm
    touched = []
    sheet = hand.stage.sheet
    assert sheet is not None
    bottom = sheet.box[1] + sheet.box[3]
    for node in hand.stage.nodes():
        x, y, wide, high = node.box
        if not wide or not high:
            continue
        if x < 0 or y < 0 or x + wide > width or y + high > height:
            yield f"{type(node).__name__} {node.words()!r} leaves the window: {node.box}"
        need_wide, need_high = node.needed()
        hang = look.size("title") // 2  # a mark that ends a line may hang over by its empty half
        if need_wide > wide + hang or need_high > high + 1:
            yield f"{node.words()!r} needs {need_wide} x {need_high} of {wide} x {high}"
        if isinstance(node, Touchable) and node.can_be_touched:
            touched.append(node)
            if wide < least - 1 or high < least - 1:
                yield f"#{node.ident} is {wide} x {high}, less than {least:.0f}"
    for node in (node for part in ("sheet", "band") for root in hand.stage.roots(part) for node in root.walk_nodes()):
        if node.box[2] and node.box[1] + node.box[3] > bottom + 1:
            yield f"{type(node).__name__} {node.words()!r} lies under the counter: {node.box}, sheet ends at {bottom}"
            break
    for one, two in combinations(touched, 2):
        across = max(one.box[0] - two.box[0] - two.box[2], two.box[0] - one.box[0] - one.box[2])
        down = max(one.box[1] - two.box[1] - two.box[3], two.box[1] - one.box[1] - one.box[3])
        apart = max(across, down)
        if apart < gap - 8:  # the ledge below a key is part of its box
            yield f"#{one.ident} and #{two.ident} are {apart} px apart, less than {gap:.0f}"
    texts = [node for node in sheet.walk_nodes() if node.words() and node.box[2] and not node.children]
    for first, second in combinations(texts, 2):
        ax, ay, aw, ah = first.box
        bx, by, bw, bh = second.box
        if min(ax + aw, bx + bw) - max(ax, bx) > 1 and min(ay + ah, by + bh) - max(ay, by) > 1:
            yield f"{first.words()!r} overlaps {second.words()!r}"


@pytest.mark.parametrize("look_name", ["tall", "wide", "elder"])
def test_what_is_shown_is_what_is_read(hand_on: Callable[..., Hand], look_name: str) -> None:
    width, height, modes = LOOKS[look_name]
    hand = hand_on(width, height, **modes)
    for name in samples.SAMPLES:
        hand.show(*samples.SAMPLES[name])
        read = "".join(hand.stage.reading())
        assert read, name
        for node in hand.stage.nodes():
            if node.words() and not node.silent and node.box[2]:
                assert node.words() in read, f"{name}: {node.words()!r} is shown and not read"


def test_the_question_is_read_before_the_keys(hand: Hand) -> None:
    hand.show(*samples.SAMPLES["08-check"])
    reading = hand.stage.reading()
    assert reading[0] == "请您看一遍，对不对？"
    assert reading.index("都对，交上去") > reading.index("现在还没有交上去，还能改")
    assert hand.stage.reading(("sheet",))[-1] not in ("返回", "叫工作人员")


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_the_keys_of_the_counter_never_move(hand: Hand, name: str) -> None:
    """Hear again, call the clerk: always in the same place; the main key always ends at the same corner."""
    hand.show(*samples.SAMPLES[name])
    if name.startswith(("01-", "01b", "13", "18")):  # home and staff have a counter of their own; help needs no help
        return
    repeat, clerk = hand.stage.find("#repeat"), hand.stage.find("#help")
    assert (repeat.x, repeat.y) == (56, 1593)  # type: ignore[union-attr]
    assert (clerk.x, clerk.y) == (550, 1593)  # type: ignore[union-attr]
    sheet = hand.stage.sheet
    assert sheet is not None
    main = sheet.main()
    if main is not None:
        counter = hand.stage.find(main.text)
        assert counter is not None
        assert round(counter.x + counter.width) == 1024

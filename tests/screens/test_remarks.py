"""What appears on a screen that stays is heard: once it has stood for a moment, and once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from screens import samples
from screens.services import Frame
from tests.screens.conftest import Hand


@pytest.fixture
def heard(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    monkeypatch.setattr(hand.stage.remarks._due, "timeout", 0.05)
    remarks: list[list[str]] = []
    hand.stage.remarks.on_remark = remarks.append
    return remarks


async def stand(hand: Hand, heard: list[list[str]], count: int) -> None:
    """Let time pass until so many remarks have been heard, and a little more."""
    from kivy.clock import Clock

    end = asyncio.get_running_loop().time() + 10
    while len(heard) < count and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.02)
        Clock.tick()
    for _ in range(5):
        await asyncio.sleep(0.03)
        Clock.tick()
    assert len(heard) == count, heard


async def test_what_is_wrong_with_an_answer_is_heard(hand: Hand, heard: list[list[str]]) -> None:
    step = replace(samples.PHONE_WRONG, problem="")
    hand.show(step)
    hand.show(replace(step, problem=samples.PHONE_WRONG.problem))
    await stand(hand, heard, 1)
    assert "".join(heard[0]) in "".join(hand.stage.reading())


async def test_a_screen_that_comes_is_read_as_a_whole_and_not_remarked_upon(hand: Hand, heard: list[list[str]]) -> None:
    hand.show(samples.PHONE)
    hand.show(samples.ID_WRONG)
    await stand(hand, heard, 0)


class Desk(samples.SampleServices):
    """A camera whose remark changes."""

    remark = "steady"

    def frame(self) -> Frame | None:
        return replace(self._frame, remark=self.remark)


async def test_a_hint_under_the_camera_is_heard_when_it_stands(hand: Hand, heard: list[list[str]]) -> None:
    hand.stage.services = desk = Desk()
    desk.remark = "looking"
    hand.show(samples.CAPTURE)
    sheet = hand.stage.sheet
    assert sheet is not None
    for remark in ("moving", "hand", "blurred"):
        desk.remark = remark
        sheet._look(0)  # type: ignore[attr-defined]
    await stand(hand, heard, 1)
    assert heard[0][0] == "有点糊，放平别动"
    desk.remark = "steady"
    sheet._look(0)  # type: ignore[attr-defined]
    await stand(hand, heard, 2)
    assert heard[1][0].startswith("很清楚")


async def test_a_hint_that_comes_and_goes_is_not_heard(hand: Hand, heard: list[list[str]]) -> None:
    hand.stage.services = desk = Desk()
    desk.remark = "looking"
    hand.show(samples.CAPTURE)
    sheet = hand.stage.sheet
    assert sheet is not None
    for remark in ("blurred", "looking"):
        desk.remark = remark
        sheet._look(0)  # type: ignore[attr-defined]
    await stand(hand, heard, 0)


def test_the_idle_warning_is_counted_aloud_near_its_end(hand: Hand, heard: list[list[str]]) -> None:
    for seconds in range(20, 0, -1):
        hand.show(replace(samples.STILL, seconds=seconds))
        hand.show(replace(samples.STILL, seconds=seconds))
    assert heard == [["15秒"], ["10秒"], ["5秒"]]


class Mute(samples.SampleServices):
    """Input methods that cannot be brought back for now."""

    def writes(self) -> bool:
        return False


def test_where_nothing_can_be_written_it_is_said_that_it_comes_back(hand: Hand) -> None:
    hand.stage.services = Mute()
    hand.show(samples.SEARCH)
    hand.tap("重写")
    assert "手写和拼音正在恢复" in " ".join(hand.stage.reading())
    hand.stage.services = samples.SampleServices()
    hand.tap("重写")
    assert "手写和拼音正在恢复" not in " ".join(hand.stage.reading())

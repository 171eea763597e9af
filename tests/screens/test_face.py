"""The person before the camera: seen as in a mirror, taken by one key, looked at; nothing of it stays in the sheet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from matters.events import Pressed
from screens import samples
from tests.screens.conftest import Hand
from tests.screens.test_corners import drag


def node(hand: Hand, name: str) -> Any:
    assert hand.stage.sheet is not None
    return hand.stage.sheet.ids[name]


def pressed(hand: Hand) -> list[str]:
    return [event.id for event in hand.events if isinstance(event, Pressed)]


def test_the_key_waits_until_the_person_can_see_themselves(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    services = cast("samples.SampleServices", hand.stage.services)
    monkeypatch.setattr(services, "face", lambda: None)
    hand.show(samples.FACE)
    assert "main" not in hand.idents()
    assert "等摄像头打开" in hand.words()
    monkeypatch.undo()
    cast("Any", hand.stage.sheet)._look(0)
    assert "把脸放进圈里" in hand.words()
    hand.tap("照一张")
    assert pressed(hand) == ["main"]


def test_what_is_taken_is_looked_at_taken_again_or_used_and_may_always_be_declined(hand: Hand) -> None:
    hand.show(samples.FACE)
    hand.tap("不照了")
    hand.show(samples.FACE_TAKEN)
    for words in ("重照一张", "看得清，用这张", "不照了"):
        hand.tap(words)
    assert pressed(hand) == ["left", "again", "main", "left"]
    assert not node(hand, "preview").shown


def test_a_finger_on_the_mirror_moves_nothing_in_it(hand: Hand) -> None:
    hand.show(samples.FACE)
    drag(hand, (0.5, 0.5), (0.3, 0.3))
    assert node(hand, "preview")._moved is None


def test_nothing_of_a_face_stays_in_the_sheet_that_is_kept(hand: Hand) -> None:
    hand.show(samples.FACE)
    sheet = hand.stage.sheet
    assert sheet is not None
    assert sheet.ids.preview._texture is not None
    hand.show(samples.FACE_TAKEN)
    assert sheet.ids.preview._texture is None
    assert sheet.ids.photo._texture is not None
    hand.show(samples.CHECK)
    assert (sheet.ids.preview._texture, sheet.ids.preview._frame, sheet.ids.photo._texture) == (None, None, None)


def test_too_dark_is_said_before_and_after_the_try(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    services = cast("samples.SampleServices", hand.stage.services)
    frame = services.face()
    assert frame is not None
    monkeypatch.setattr(services, "face", lambda: replace(frame, remark="capture.dark"))
    hand.show(samples.FACE)
    assert "看不清您的脸" in hand.words()
    monkeypatch.undo()
    hand.show(replace(samples.FACE, key="other"))
    assert "看不清您的脸" not in hand.words()
    hand.show(samples.FACE_DARK)
    assert "看不清您的脸" in hand.words()
    assert "main" in hand.idents(), "another try is one touch away"

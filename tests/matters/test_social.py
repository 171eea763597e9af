"""A social-security card writes name and number for the person. It proves nothing: anybody may read it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matters import effects, steps
from matters.outcomes import SocialCardRead
from matters.visit import Setting
from tests.matters.drive import CARD, MOTHER, Drive

SOCIAL = SocialCardRead("王小兰", MOTHER, "A12345678", 2)
WITH_READER = Setting(can_read_social=True)


def laid(card: SocialCardRead = SOCIAL, matter: str = "pension") -> Drive:
    drive = Drive(WITH_READER)
    drive.to(matter, steps.Card)
    assert isinstance(drive.step, steps.Card)
    assert drive.step.social
    drive.give(effects.ReadSocialCard, card)
    return drive


def test_nothing_has_to_be_typed_and_the_level_stays_typed() -> None:
    drive = laid()
    step = drive.step
    assert isinstance(step, steps.CardShown)
    assert step.rows[0] == ("name", "王小兰")
    assert step.problem == "card.social"
    drive.press("main")
    check = drive.until(steps.Check)
    assert isinstance(check, steps.Check)
    assert (check.rows[0].value, check.rows[0].source, check.rows[0].can_change) == ("王小兰", "card", False)
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    known = wish.application.known
    assert (known.level, known.by, known.id_number) == ("typed", "social", MOTHER)


@pytest.mark.parametrize(
    ("valid_to", "says"), [("2020-01-01", "social.expired"), ("2099-01-01", "card.social"), ("", "card.social")]
)
def test_one_that_has_run_out_says_so_and_still_fills_in(valid_to: str, says: str) -> None:
    drive = laid(replace(SOCIAL, valid_to=valid_to))
    step = drive.step
    assert isinstance(step, steps.CardShown)
    assert (step.problem, step.rows[0]) == (says, ("name", "王小兰"))
    drive.press("main")
    assert not isinstance(drive.step, steps.Card)  # it goes on


def test_another_card_may_be_laid_instead() -> None:
    drive = laid()
    drive.press("again")
    assert isinstance(drive.step, steps.Card)
    drive.give(effects.ReadCard, CARD)
    drive.press("main")
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    assert wish.application.known.level == "card"


def test_a_card_of_the_third_generation_keeps_the_name_back_and_says_what_to_do() -> None:
    drive = laid(SocialCardRead("", "", "A12345678", 3))
    step = drive.step
    assert isinstance(step, steps.Card)
    assert (step.state, step.problem) == ("again", "social.no_name")
    drive.wait(3)
    drive.give(effects.ReadCard, CARD)
    assert isinstance(drive.step, steps.CardShown)


def test_where_there_is_no_reader_none_is_waited_for() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    assert drive.wants(effects.ReadSocialCard) is None

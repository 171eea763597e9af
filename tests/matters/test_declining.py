"""Not agreeing to a later consent leaves out what needs it, and only that; nothing declined is handed in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matters import consents, effects, steps
from matters.resolve import resolve
from matters.visit import declining
from matters.visit.state import Answers, given
from tests.matters.drive import Drive, shipped


def declined(matter: str, kind: str, drive: Drive | None = None) -> tuple[Drive, steps.Choice]:
    drive = drive or Drive()
    drive.to(matter, lambda step: step.key == f"consent:{kind}")
    shown = drive.press("left")
    assert isinstance(shown, steps.Choice)
    return drive, shown


def test_the_bank_card_is_declined_and_everything_that_does_not_need_it_goes_on() -> None:
    drive, shown = declined("newborn", "sensitive")
    assert [(option.id, option.chosen) for option in shown.options] == [("leave", True), ("window", False)]
    refund = shipped().matters["newborn"].item("birth_cost").title
    assert refund in shown.options[0].reason, "what it means is said before it is done"
    before = drive.visit
    assert drive.press("back").key == "consent:sensitive"
    assert drive.visit.answers == before.answers, "thinking again loses nothing"
    drive.press("left")
    drive.press("main")
    drive.until(steps.Working)
    submit = drive.wants(effects.Submit)
    assert submit is not None
    handed = submit.application
    assert "birth_cost" not in handed.items
    assert {"household", "medical_insurance", "social_card"} <= set(handed.items)
    assert "bank_account" not in handed.fields
    assert "bank_book" not in {material.id for material in handed.materials}
    assert {consent.kind for consent in handed.consents} == {"general", "guardian"}


def test_whoever_would_rather_go_to_the_window_takes_everything_along() -> None:
    drive, _ = declined("newborn", "sensitive")
    drive.choose("window")
    shown = drive.press("main")
    assert isinstance(shown, steps.Goodbye)
    assert (shown.ending, drive.visit.answers) == ("stopped", Answers())


@pytest.mark.parametrize(("matter", "kind"), [("newborn", "guardian"), ("low_income", "sensitive")])
def test_where_nothing_is_left_without_it_only_the_window_remains(matter: str, kind: str) -> None:
    drive, shown = declined(matter, kind)
    assert [(option.id, option.chosen) for option in shown.options] == [("window", True)]
    assert drive.choose("leave").key == shown.key
    assert isinstance(drive.press("main"), steps.Goodbye)


def test_a_paper_that_may_come_later_is_brought_to_the_window_and_costs_no_item() -> None:
    poor = Drive()
    poor.answers["special"] = "low_income"
    drive, shown = declined("pension", "sensitive", poor)
    assert shown.options[0].id == "leave"
    drive.press("main")
    drive.until(steps.Working)
    submit = drive.wants(effects.Submit)
    assert submit is not None
    assert submit.application.items == tuple(item.id for item in shipped().matters["pension"].items)
    assert {one.id: one.by for one in submit.application.materials}["welfare_card"] == "later"


def test_the_general_consent_cannot_be_gone_on_without() -> None:
    drive = Drive()
    drive.to("pension", steps.Consent)
    assert isinstance(drive.press("left"), steps.Goodbye)


@pytest.mark.parametrize("matter", [one.id for one in shipped().matters.values() if one.takes_applications])
@pytest.mark.parametrize("kind", ["sensitive", "guardian", "face"])
def test_what_goes_on_without_a_consent_never_needs_it(matter: str, kind: str) -> None:
    drive = Drive()
    drive.start(matter)
    drive.until(steps.Check)
    before = resolve(shipped().matters[matter], given(drive.visit))
    rest = declining.without(drive.visit, kind)
    if not consents.parts(before, kind):
        assert rest is not None
        assert rest.answers == drive.visit.answers
        return
    if rest is None:
        return
    after = resolve(shipped().matters[matter], given(replace(drive.visit, answers=rest.answers)))
    assert consents.parts(after, kind) == ()
    assert after.chosen
    assert set(after.chosen) <= set(before.chosen)
    assert len(rest.items) == len(before.chosen) - len(after.chosen)

"""Whole visits of the shipped matters, driven by events alone."""

from __future__ import annotations

import pytest

from matters import effects, steps
from matters.application import from_json, to_json
from tests.matters.drive import MOTHER, Drive, shipped

TAKEN = tuple(matter.id for matter in shipped().matters.values() if matter.takes_applications)


@pytest.mark.parametrize("matter", TAKEN)
def test_a_matter_is_walked_from_home_to_goodbye(matter: str) -> None:
    drive = Drive()
    drive.to(matter, steps.Goodbye)
    assert drive.step.ending == "done"  # type: ignore[union-attr]


@pytest.mark.parametrize("matter", TAKEN)
def test_what_is_handed_in_says_who_agreed_to_what_and_survives_its_bytes(matter: str) -> None:
    drive = Drive()
    drive.to(matter, steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    handed = wish.application
    assert handed.matter == matter
    levels = {shipped().matters[matter].item(name).level for name in handed.items}
    assert handed.known.level == ("card+photo" if "card+photo" in levels else "card")
    assert handed.known.id_number == MOTHER
    assert {c.kind for c in handed.consents} >= {"general"}
    assert from_json(to_json(handed)) == handed


TOLD = tuple(matter.id for matter in shipped().matters.values() if not matter.takes_applications)


@pytest.mark.parametrize("matter", TOLD)
def test_a_matter_that_is_only_told_about_gives_its_notice_and_takes_nothing(matter: str) -> None:
    drive = Drive()
    shown = drive.start(matter)
    assert isinstance(shown, steps.Notice)
    assert not shown.takes_applications
    assert shown.rows
    assert isinstance(drive.press("main"), steps.Home)
    assert drive.wants(effects.Submit) is None


def test_at_least_forty_matters_ship_and_the_thirteen_life_events_are_among_them() -> None:
    thirteen = {
        "company_start", "enterprise_permit", "hire", "company_property", "company_close", "newborn", "flexible_work",
        "marriage", "hardship", "veteran", "house_transfer", "retirement", "farewell",
    }  # fmt: skip
    assert len(shipped().matters) >= 40
    assert thirteen <= set(shipped().matters)

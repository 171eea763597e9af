"""Whole visits of the shipped matters, driven by events alone."""

from __future__ import annotations

import pytest

from matters import effects, steps
from matters.application import from_json, to_json
from tests.matters.drive import MOTHER, Drive

TAKEN = ("newborn", "pension", "restaurant", "medical_insurance")


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
    assert handed.known.level == "card"
    assert handed.known.id_number == MOTHER
    assert {c.kind for c in handed.consents} >= {"general"}
    assert from_json(to_json(handed)) == handed

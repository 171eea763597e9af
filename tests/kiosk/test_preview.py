"""A clerk sees every screen of a matter: all its questions, fields, papers and promises are among them."""

from __future__ import annotations

import pytest

from config.catalogue import SHIPPED, load
from kiosk.preview import screens, with_every_device
from matters.build import must_build
from matters.catalogue import Catalogue
from matters.conditions import ALWAYS
from matters.steps import Check, HandedIn, Notice
from matters.visit import Setting


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return must_build(load(SHIPPED))


@pytest.mark.parametrize("name", ["pension", "restaurant"])
def test_every_question_and_paper_of_a_matter_is_among_its_screens(catalogue: Catalogue, name: str) -> None:
    matter = catalogue.matters[name]
    found = screens(catalogue, name, with_every_device(Setting()))
    kinds = {type(step) for step in found.values()}
    assert {Notice, Check, HandedIn} <= kinds
    told = " ".join(found)
    for situation in matter.situations:
        assert situation.id in told, situation.id
    missing = [f.id for f in matter.fields if not f.fill and f.when == ALWAYS and f.id not in told]
    assert not missing


def test_a_matter_that_is_only_told_about_has_its_notice(catalogue: Catalogue) -> None:
    name = next(matter.id for matter in catalogue.matters.values() if not matter.takes_applications)
    assert Notice in {type(step) for step in screens(catalogue, name, Setting()).values()}


def test_no_matter_that_ships_takes_long_or_breaks(catalogue: Catalogue) -> None:
    for matter in list(catalogue.matters)[::25]:
        assert screens(catalogue, matter, Setting())

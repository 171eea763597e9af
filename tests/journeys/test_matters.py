"""Visit scripts of ten matters, straight into the engine; the same scripts go through the window in test_journeys."""

from __future__ import annotations

import json

import pytest

from kiosk.cli.running import JOURNEYS
from kiosk.runner.script import load
from matters import steps
from matters.application import to_json
from tests.journeys.matters import MATTERS
from tests.journeys.plain import CannotBePlayed, Plain


@pytest.mark.parametrize("name", MATTERS)
def test_what_is_handed_in_is_what_the_script_entered_and_the_visit_ends_at_home(name: str) -> None:
    plain = Plain()
    plain.play(load(JOURNEYS / f"{name}.toml"))
    holds = MATTERS[name]
    if holds is None:
        assert plain.application is None
        assert isinstance(plain.drive.step, steps.Home)
        return
    assert plain.application is not None
    handed = json.loads(to_json(plain.application))
    assert holds(handed), handed
    assert plain.drive.visit.over  # nothing of the person is left: the next visit begins anew


def test_a_step_that_does_not_fit_is_said_with_what_is_shown_instead() -> None:
    script = load(JOURNEYS / "elder-card.toml")
    wrong = [a for a in script.steps if a.kind != "present"]
    with pytest.raises(CannotBePlayed, match=r"step \d+ .*Card\("):
        Plain().play(type(script)(script.about, tuple(wrong), script.settings))

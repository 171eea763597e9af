"""The idle warning: any touch goes on, its own key ends the visit, silence wipes it."""

from __future__ import annotations

from matters import steps
from matters.events import Pressed, Tick, Touched
from tests.matters.drive import Drive


def warned() -> Drive:
    drive = Drive()
    drive.press("tile:newborn")
    drive.press("main")
    drive.at += drive.setting.idle_s + 1
    drive.send(Tick(drive.at))
    assert isinstance(drive.step, steps.StillThere)
    return drive


def test_any_touch_goes_on_where_the_person_was() -> None:
    drive = warned()
    drive.at += 1
    drive.send(Touched(drive.at))
    assert not isinstance(drive.step, steps.StillThere | steps.Goodbye)


def test_the_first_press_after_the_warning_counts_however_soon_it_comes() -> None:
    drive = warned()
    drive.send(Touched(drive.at))
    before = drive.step
    drive.send(Pressed(drive.at + 0.05, "main"))
    assert drive.step != before


def test_the_warnings_own_key_ends_the_visit_at_once() -> None:
    drive = warned()
    drive.at += 1
    drive.send(Pressed(drive.at, "stop"))
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.step.ending == "stopped"


def test_nobody_there_wipes_it() -> None:
    drive = warned()
    drive.at += drive.setting.idle_warning_s
    drive.send(Tick(drive.at))
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.step.ending == "idle"

"""The way a matter goes, item by item, on the terminal's own screens: reached from the notice, and back to it."""

from __future__ import annotations

import pytest

from config import locales
from kiosk.guides import lanes_of
from matters import effects, steps
from matters.lanes import STEPS_MOST, lanes, ways
from matters.limits import single
from matters.outcomes import Failed, Printed
from matters.resolve import Given, resolve
from matters.visit import Setting
from tests.matters.drive import Drive, shipped

WITH_STEPS = [one.id for one in shipped().matters.values() if lanes(resolve(one, Given(), open_ended=True))]


@pytest.mark.parametrize("matter", WITH_STEPS)
def test_every_result_is_there_before_it_is_needed_and_no_lane_is_longer_than_four(matter: str) -> None:
    found = resolve(shipped().matters[matter], Given(), open_ended=True)
    seen: set[str] = set()
    for lane in lanes(found):
        assert {one.id for one in lane.after} <= seen
        assert 1 <= len(lane.steps) <= STEPS_MOST
        seen.add(lane.item.id)
    assert seen == {name for name in found.chosen if shipped().matters[matter].item(name).steps}


def test_it_is_reached_from_the_notice_says_what_the_guide_says_and_leads_back() -> None:
    drive = Drive()
    notice = drive.start("newborn")
    assert isinstance(notice, steps.Notice)
    assert notice.has_flow
    flow = drive.press("flow")
    assert isinstance(flow, steps.Flow)
    found = resolve(shipped().matters["newborn"], Given(), open_ended=True)
    guide = lanes_of(found, locales.load())
    assert [lane.steps for lane in flow.lanes if lane.steps] == [lane.steps for lane in guide]
    assert [bool(lane.after) for lane in flow.lanes if lane.steps] == [bool(lane.after) for lane in guide]
    assert [lane.days for lane in flow.lanes] == [single(lane.item) for lane in ways(found)]
    assert flow.days == notice.limit_days
    assert flow.who == shipped().matters["newborn"].who
    assert flow.where == notice.where, "looking at it is no step ahead"
    for key in ("back", "main"):
        assert drive.press(key) == notice
        assert drive.press("flow") == flow


def test_every_matter_has_its_guide_also_those_that_are_only_told_about() -> None:
    for matter in shipped().matters.values():
        drive = Drive()
        notice = drive.start(matter.id)
        assert isinstance(notice, steps.Notice)
        assert notice.has_flow, matter.id
        flow = drive.press("flow")
        assert isinstance(flow, steps.Flow)
        assert {lane.title for lane in flow.lanes} <= {item.title for item in matter.items}
        assert all(lane.department for lane in flow.lanes), matter.id


def test_the_guide_is_printed_from_its_own_screen_and_the_notice_from_its_own() -> None:
    drive = Drive()
    drive.start("pension")
    drive.press("flow")
    assert drive.press("print").printing == "printing"  # type: ignore[union-attr]
    asked = drive.wants(effects.PrintNotice)
    assert asked is not None
    assert asked.guide
    assert drive.give(effects.PrintNotice, Printed(confirmed=True)).printing == "printed"  # type: ignore[union-attr]
    assert drive.press("back").printing == "idle", "the notice has not been printed"  # type: ignore[union-attr]
    drive.press("print")
    asked = drive.wants(effects.PrintNotice)
    assert asked is not None
    assert not asked.guide


def test_the_notice_is_printed_where_there_is_an_a4_printer_only_and_not_offered_where_there_is_none() -> None:
    drive = Drive(Setting(can_print=False, can_print_sheet=True))
    notice = drive.start("pension")
    assert isinstance(notice, steps.Notice)
    assert notice.can_print
    drive.press("print")
    drive.give(effects.PrintNotice, Failed("document_printer.offline"))
    gone = drive.around(can_print_sheet=False)
    assert isinstance(gone, steps.Notice)
    assert not gone.can_print
    drive.press("print")
    assert drive.wants(effects.PrintNotice) is None

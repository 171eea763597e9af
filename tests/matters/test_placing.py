"""An address by touching the places of the county, the rest written."""

from __future__ import annotations

from dataclasses import replace

from matters import effects, steps
from matters.regions import Region, inside
from matters.visit import Setting
from tests.matters.drive import MOTHER, Drive

TREE = (
    Region(
        "甲省",
        (
            Region("乙县", (Region("丙乡", (Region("丁村", (Region("1组"), Region("2组"))), Region("戊村"))),)),
            Region("己县", (Region("庚镇", (Region("辛村"),)),)),
        ),
    ),
)
HERE = ("甲省", "乙县", "丙乡", "丁村")


def at_the_address(setting: Setting | None = None) -> Drive:
    """A number typed: the card does not tell the address."""
    drive = Drive(setting or Setting(regions=TREE, here=HERE))
    drive.to("pension", steps.Card)
    drive.press("type")
    drive.type(MOTHER)
    drive.press("main")
    drive.type("王小兰")
    drive.press("main")
    drive.until(lambda step: step.key == "field:address")
    return drive


def test_the_hall_s_own_groups_come_first_and_one_touch_is_enough() -> None:
    drive = at_the_address()
    step = drive.step
    assert isinstance(step, steps.PlaceList)
    assert (step.path, step.names) == (HERE, ("1组", "2组"))
    drive.press("place:1")
    step = drive.step
    assert isinstance(step, steps.Entry)
    assert step.text == "甲省乙县丙乡丁村2组"
    drive.type(step.text + "12号")
    drive.press("main")
    assert drive.visit.answers.fields["address"] == "甲省乙县丙乡丁村2组12号"


def test_up_and_down_the_tree() -> None:
    drive = at_the_address()
    for _ in range(3):
        drive.press("up")
    step = drive.step
    assert isinstance(step, steps.PlaceList)
    assert (step.path, step.names) == (("甲省",), ("乙县", "己县"))
    drive.press("place:1")
    drive.press("place:0")
    drive.press("place:0")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.text == "甲省己县庚镇辛村"


def test_going_back_to_the_list_loses_nothing_that_was_written() -> None:
    drive = at_the_address()
    drive.press("place:0")
    drive.type("甲省乙县丙乡丁村1组7号")
    drive.press("back")
    assert isinstance(drive.step, steps.PlaceList)
    drive.press("write")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.text == "甲省乙县丙乡丁村1组7号"
    drive.press("back")
    drive.press("back")
    assert drive.step.key != "field:address"


def test_what_this_person_has_told_is_offered_and_nobody_else_s() -> None:
    drive = Drive(Setting(regions=TREE, here=HERE))
    drive.to("restaurant", lambda step: isinstance(step, steps.PlaceList))
    step = drive.step
    assert isinstance(step, steps.PlaceList)
    assert step.known == ("示例县山背村3组",)  # what the card says
    drive.press("known:0")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.text == "示例县山背村3组"
    fresh = at_the_address()
    assert isinstance(fresh.step, steps.PlaceList)
    assert fresh.step.known == ()


def test_an_address_that_is_changed_from_the_check_screen_is_looked_at_as_text() -> None:
    drive = at_the_address()
    drive.press("place:0")
    drive.press("main")
    drive.until(steps.Check)
    drive.press("change:field:address")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.text == "甲省乙县丙乡丁村1组"
    drive.press("back")
    assert isinstance(drive.step, steps.Check)


def test_without_a_tree_addresses_are_written() -> None:
    drive = at_the_address(Setting())
    assert isinstance(drive.step, steps.Entry)


def test_a_touch_that_is_late_or_means_nothing_changes_nothing() -> None:
    drive = at_the_address()
    before = drive.step
    for key in ("place:9", "place:x", "known:0", "main", "up:1", "place:"):
        if key != "up:1":
            drive.press(key)
    assert drive.step == before
    assert drive.wants(effects.ReadCard) is None
    assert inside(TREE, ("甲省", "没有这里")) == ()
    assert replace(TREE[0], parts=()).parts == ()

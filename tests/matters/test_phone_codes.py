"""A phone's code writes name and number for the person, vouches for no more than typing, and is asked about once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.faults import fault_cards
from matters import effects, steps
from matters.events import CodeHeld, Underway
from matters.outcomes import Failed, PhoneRead
from matters.visit import Setting
from matters.visit.phoning import TOLD_S
from matters.visit.state import Answers
from tests.matters.drive import CARD, MOTHER, Drive

PHONE = PhoneRead("王小兰", MOTHER, "social")
CONNECTED = Setting(can_scan=True, phone_codes=True)


def at_card(setting: Setting = CONNECTED, matter: str = "pension") -> Drive:
    drive = Drive(setting)
    drive.to(matter, steps.Card)
    return drive


def card(drive: Drive) -> steps.Card:
    step = drive.step
    assert isinstance(step, steps.Card)
    return step


def test_nothing_has_to_be_typed_the_level_stays_typed_and_how_it_was_told_is_said() -> None:
    drive = at_card()
    assert card(drive).phone == "offered"
    drive.give(effects.ReadPhoneCode, PHONE)
    shown = drive.step
    assert isinstance(shown, steps.CardShown)
    assert (shown.rows[0], shown.problem, shown.source) == (("name", "王小兰"), "card.phone", "phone")
    assert MOTHER not in str(shown.rows)
    drive.press("main")
    check = drive.until(steps.Check)
    assert isinstance(check, steps.Check)
    assert (check.rows[0].value, check.rows[0].source, check.rows[0].can_change) == ("王小兰", "phone", False)
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    known = wish.application.known
    assert (known.level, known.by, known.name, known.id_number) == ("typed", "phone", "王小兰", MOTHER)
    assert {a.source for a in wish.application.fields.values()} <= {"phone", "derived", "typed", "chosen"}


def test_what_wants_the_card_still_wants_it() -> None:
    """The same items are open to a phone's code as to a typed number, and no more."""

    def open_items(drive: Drive) -> set[str]:
        found = drive.until(lambda step: isinstance(step, steps.Items | steps.Check))
        return {option.id for option in found.options if option.chosen} if isinstance(found, steps.Items) else set()

    told, typed = at_card(matter="newborn"), at_card(matter="newborn")
    told.give(effects.ReadPhoneCode, PHONE)
    typed.press("type")
    typed.onward()
    typed.onward()
    assert open_items(told) == open_items(typed)


def test_it_opens_neither_progress_nor_what_was_put_aside() -> None:
    drive = Drive(replace(CONNECTED, aside_days=7.0))
    drive.press("lookup")
    assert isinstance(drive.step, steps.Lookup)
    assert drive.wants(effects.ReadPhoneCode) is None
    drive.press("back")
    drive.around(drafts=True)
    drive.press("resume")
    assert isinstance(drive.step, steps.Resume)
    assert drive.wants(effects.ReadPhoneCode) is None
    after = at_card(replace(CONNECTED, aside_days=7.0))
    after.give(effects.ReadPhoneCode, PHONE)
    after.press("main")
    after.press("help")
    step = after.step
    assert isinstance(step, steps.Help)
    assert not step.can_put_aside  # no card that could open it again


def test_another_way_may_be_taken_instead_and_leaves_nothing_of_it() -> None:
    drive = at_card()
    drive.give(effects.ReadPhoneCode, PHONE)
    drive.press("again")
    assert card(drive).state == "waiting"
    assert (drive.visit.answers.phone, drive.visit.answers.number, drive.visit.answers.name) == (None, "", "")
    drive.give(effects.ReadCard, CARD)
    drive.press("main")
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    assert (wish.application.known.level, wish.application.known.by) == ("card", "")


def test_a_name_or_number_that_is_typed_over_it_is_typed() -> None:
    drive = at_card()
    drive.give(effects.ReadPhoneCode, PHONE)
    drive.press("again")
    drive.press("type")
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    assert (wish.application.known.level, wish.application.known.by) == ("typed", "")


@pytest.mark.parametrize(
    "setting", [replace(CONNECTED, phone_codes=False), replace(CONNECTED, can_scan=False), Setting()], ids=str
)
def test_where_no_scanner_is_fitted_or_no_county_connected_it_is_not_offered(setting: Setting) -> None:
    drive = at_card(setting)
    assert card(drive).phone == ""
    assert drive.wants(effects.ReadPhoneCode) is None


def test_without_a_line_it_is_said_before_anybody_tries_and_comes_back_with_the_line() -> None:
    drive = at_card()
    drive.around(online=False)
    assert card(drive).phone == "offline"
    drive.give(effects.ReadPhoneCode, Failed("phone.offline"))
    assert (card(drive).state, card(drive).problem) == ("again", "phone.offline")
    assert drive.wants(effects.ReadCard) is not None  # the card is waited for all the while
    drive.around(online=True)
    assert card(drive).phone == "offered"
    drive.give(effects.ReadPhoneCode, PHONE)
    assert isinstance(drive.step, steps.CardShown)


@pytest.mark.parametrize(
    "code", ["phone.expired", "phone.unknown", "phone.not_person", "phone.not_connected", "phone.unavailable",
             "phone.too_many", "code.receipt_elsewhere", "code.slip_elsewhere", "scanner.garbled"],
)  # fmt: skip
def test_a_code_that_does_not_do_is_said_and_the_next_may_follow_at_once(code: str) -> None:
    assert code in fault_cards()
    drive = at_card()
    first = drive.wants(effects.ReadPhoneCode)
    drive.give(effects.ReadPhoneCode, Failed(code))
    assert (card(drive).state, card(drive).problem) == ("again", code)
    second = drive.wants(effects.ReadPhoneCode)
    assert first is not None
    assert second is not None
    assert second.id != first.id
    drive.give(effects.ReadPhoneCode, PHONE)
    assert isinstance(drive.step, steps.CardShown)


def test_a_scanner_in_trouble_bothers_nobody_who_has_a_card() -> None:
    drive = at_card()
    drive.give(effects.ReadPhoneCode, Failed("scanner.absent"))
    assert (card(drive).state, card(drive).problem) == ("waiting", "")
    assert drive.wants(effects.ReadPhoneCode) is None
    assert drive.wants(effects.ReadCard) is not None
    drive.wait(3)
    assert drive.wants(effects.ReadPhoneCode) is not None


def test_while_the_county_is_asked_the_screen_says_so_and_a_bad_card_does_not_break_it_off() -> None:
    drive = at_card()
    asked = drive.wants(effects.ReadPhoneCode)
    assert asked is not None
    drive.send(Underway(drive.now(), asked.id, "phone.checking"))
    assert card(drive).state == "checking"
    drive.give(effects.ReadCard, Failed("card.removed_early"))
    assert drive.wants(effects.ReadPhoneCode) == asked
    assert card(drive).state == "checking"
    drive.wait(drive.setting.idle_s + 5)  # nobody is idle who waits for us
    assert not isinstance(drive.step, steps.StillThere)
    drive.give(effects.ReadPhoneCode, PHONE)
    assert isinstance(drive.step, steps.CardShown)


def test_a_card_laid_while_the_county_is_asked_counts_and_the_answer_comes_too_late() -> None:
    drive = at_card()
    asked = drive.wants(effects.ReadPhoneCode)
    assert asked is not None
    drive.send(Underway(drive.now(), asked.id, "phone.checking"))
    drive.give(effects.ReadCard, CARD)
    assert drive.wants(effects.ReadPhoneCode) is None
    step = drive.step
    assert isinstance(step, steps.CardShown)
    assert step.source == "card"
    drive.press("again")
    assert card(drive).state == "waiting"


def test_where_no_card_can_be_read_the_phone_still_does() -> None:
    drive = at_card()
    drive.around(can_read_card=False)
    assert (card(drive).state, card(drive).problem, card(drive).phone) == ("gone", "reader.absent", "offered")
    drive.give(effects.ReadPhoneCode, Failed("phone.expired"))
    assert (card(drive).state, card(drive).problem) == ("gone", "phone.expired")
    drive.give(effects.ReadPhoneCode, PHONE)
    assert isinstance(drive.step, steps.CardShown)


def test_nobodys_code_is_taken_for_somebody_who_is_not_there() -> None:
    drive = at_card()
    drive.press("behalf")
    assert card(drive).phone == ""
    assert drive.wants(effects.ReadPhoneCode) is None
    drive.give(effects.ReadCard, replace(CARD, id_number="431199195005050034", name="王老根"))
    drive.press("main")
    drive.choose("child")
    drive.press("main")
    assert card(drive).whose
    assert (card(drive).phone, drive.wants(effects.ReadPhoneCode)) == ("", None)
    drive.send(CodeHeld(drive.now(), "phone"))
    step = drive.step
    assert isinstance(step, steps.Trouble)
    assert step.code == "code.phone_absent_person"


# ---------------------------------------------------------------- where no code is wanted


@pytest.mark.parametrize("kind", ["receipt", "slip", "phone"])
@pytest.mark.parametrize("key", ["main", "back"])
def test_a_code_in_the_middle_of_a_question_changes_nothing_and_says_where_it_belongs(kind: str, key: str) -> None:
    drive = Drive(CONNECTED)
    drive.to("pension", lambda step: isinstance(step, steps.Entry))
    drive.type("13800")
    before, answers = drive.step, drive.visit.answers
    drive.send(CodeHeld(drive.now(), kind))
    step = drive.step
    assert isinstance(step, steps.Trouble)
    assert (step.code, step.seen, step.can_go_back) == (f"code.{kind}_elsewhere", True, True)
    assert step.code in fault_cards()
    drive.press(key)
    assert (drive.step, drive.visit.answers) == (before, answers)


def test_it_is_said_long_enough_and_goes_by_itself() -> None:
    drive = Drive(CONNECTED)
    home = drive.step
    drive.send(CodeHeld(drive.now(), "receipt"))
    assert isinstance(drive.step, steps.Trouble)
    drive.wait(TOLD_S - 2)
    assert isinstance(drive.step, steps.Trouble)
    drive.wait(4)
    assert drive.step == home


def test_help_is_still_one_touch_away() -> None:
    drive = Drive(CONNECTED)
    drive.to("pension", lambda step: isinstance(step, steps.Entry))
    drive.send(CodeHeld(drive.now(), "phone"))
    drive.press("help")
    assert isinstance(drive.step, steps.Help)


def test_a_county_that_is_not_connected_says_so_wherever_a_phone_is_held_up() -> None:
    for drive in (Drive(replace(CONNECTED, phone_codes=False)), at_card(replace(CONNECTED, phone_codes=False))):
        drive.send(CodeHeld(drive.now(), "phone"))
        step = drive.step
        assert isinstance(step, steps.Trouble)
        assert step.code == "phone.not_connected"


def test_nothing_is_held_up_by_a_code_once_the_last_button_was_pressed() -> None:
    drive = Drive(CONNECTED)
    drive.to("pension", steps.Working)
    before = drive.step
    drive.send(CodeHeld(drive.now(0.0), "receipt"))
    assert drive.step == before
    drive.until(steps.HandedIn)
    drive.send(CodeHeld(drive.now(), "receipt"))
    assert isinstance(drive.step, steps.HandedIn)


def test_what_it_told_ends_with_the_visit() -> None:
    drive = at_card()
    drive.give(effects.ReadPhoneCode, PHONE)
    drive.press("stop")
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.visit.answers == Answers()
    assert MOTHER not in repr(PHONE)

"""Devices that go and come, a line that is down, a person who walks away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matters import effects, steps
from matters.events import Outcome, Pressed, Tick, Touched, Underway
from matters.outcomes import AtCounty, CaseRow, CasesFound, CodeScanned, Done, Failed, Printed, Submitted
from matters.steps import Paper
from matters.visit import Setting, ended
from tests.matters.drive import CARD, Drive

DONE = Submitted("018f0000-0000-7000-8000-000000000001", "31210047", "R1.code", "2026-03-12T10:41:05")


def handed(drive: Drive | None = None, matter: str = "pension") -> Drive:
    drive = drive or Drive()
    drive.to(matter, steps.HandedIn)
    return drive


def paper(drive: Drive) -> tuple[Paper, str]:
    step = drive.step
    assert isinstance(step, steps.HandedIn)
    return step.paper, step.problem


# ---------------------------------------------------------------- card


def test_a_card_pulled_too_early_is_asked_for_again() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    effect = drive.wants(effects.ReadCard)
    assert effect is not None
    drive.send(Underway(drive.now(), effect.id, "card.reading"))
    assert drive.step.state == "reading"  # type: ignore[union-attr]
    shown = drive.give(effects.ReadCard, Failed("card.removed_early"))
    assert isinstance(shown, steps.Card)
    assert (shown.state, shown.problem) == ("again", "card.removed_early")
    assert drive.wants(effects.ReadCard) is None  # a reader that fails at once is not asked a thousand times a second
    drive.wait(2)
    again = drive.wants(effects.ReadCard)
    assert again is not None
    assert again.id != effect.id
    assert isinstance(drive.give(effects.ReadCard, CARD), steps.CardShown)


def test_without_a_reader_typing_is_offered_and_the_reader_may_come_back() -> None:
    drive = Drive()
    drive.around(can_read_card=False)
    drive.to("pension", steps.Card)
    shown = drive.step
    assert isinstance(shown, steps.Card)
    assert (shown.state, shown.problem, shown.can_type) == ("gone", "reader.absent", True)
    assert drive.wants(effects.ReadCard) is None
    drive.around(can_read_card=True)
    assert drive.wants(effects.ReadCard) is not None
    assert drive.step.state == "waiting"  # type: ignore[union-attr]


# ---------------------------------------------------------------- camera


def test_without_a_camera_a_promise_or_later_is_offered_where_allowed() -> None:
    drive = Drive()
    drive.to("newborn", lambda step: step.key == "paper:marriage_certificate:1")
    shown = drive.around(can_film=False)
    assert isinstance(shown, steps.Capture)
    assert (shown.problem, shown.can_commit) == ("camera.absent", True)
    assert drive.wants(effects.Film) is None
    drive.press("commit")
    shown = drive.around()
    assert isinstance(shown, steps.Capture)
    assert shown.can_skip
    drive.press("skip")
    assert isinstance(drive.step, steps.Commitment)


# ---------------------------------------------------------------- printer


def test_no_paper_then_paper_prints_once() -> None:
    drive = Drive()
    drive.to("pension", steps.HandedIn)
    drive.around(can_print=False, printer_problem="printer.paper_out")
    drive.give(effects.PrintReceipt, Failed("printer.paper_out"))
    assert paper(drive) == (Paper.TROUBLE, "printer.paper_out")
    assert drive.wants(effects.PrintReceipt) is None
    drive.around(can_print=True, printer_problem="")
    assert paper(drive)[0] is Paper.PRINTING
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    assert paper(drive)[0] is Paper.PRINTED
    drive.around(can_print=False, printer_problem="printer.paper_out")
    drive.around(can_print=True, printer_problem="")
    assert drive.wants(effects.PrintReceipt) is None
    assert paper(drive)[0] is Paper.PRINTED


def test_a_print_that_failed_is_not_tried_again_by_itself_while_the_printer_says_it_is_well() -> None:
    drive = handed()
    drive.give(effects.PrintReceipt, Failed("printer.hot"))
    drive.around()
    assert drive.wants(effects.PrintReceipt) is None
    drive.press("left")
    assert drive.wants(effects.PrintReceipt) is not None


def test_without_a_printer_the_code_is_shown() -> None:
    drive = Drive()
    drive.around(can_print=False, printer_problem="printer.absent")
    handed(drive)
    assert paper(drive)[0] is Paper.NONE
    assert drive.wants(effects.PrintReceipt) is None
    assert isinstance(drive.press("main"), steps.Rate)


def test_an_unsure_print_asks_the_person_and_prints_again_only_on_their_word() -> None:
    drive = handed()
    drive.give(effects.PrintReceipt, Printed(confirmed=False))
    assert paper(drive)[0] is Paper.UNSURE
    drive.wait(3)
    assert drive.wants(effects.PrintReceipt) is None
    drive.press("left")
    again = drive.wants(effects.PrintReceipt)
    assert again is not None
    assert again.copy == 2


def test_copies_come_to_an_end() -> None:
    drive = handed(Drive(Setting(copies_most=2)))
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    drive.press("left")
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    drive.press("left")
    assert drive.wants(effects.PrintReceipt) is None


def test_a_print_that_is_under_way_is_not_broken_off_by_going_on() -> None:
    drive = handed()
    effect = drive.wants(effects.PrintReceipt)
    drive.press("main")
    assert drive.wants(effects.PrintReceipt) == effect
    drive.press("left")
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.wants(effects.PrintReceipt) == effect
    drive.press("main")
    assert not ended(drive.visit)
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    while forget := drive.wants(effects.Forget):
        drive.send(Outcome(drive.now(), forget.id, Done()))
    assert ended(drive.visit)


def test_a_receipt_that_does_not_come_is_not_passed_over() -> None:
    drive = handed()
    drive.press("main")
    shown = drive.give(effects.PrintReceipt, Failed("printer.jam"))
    assert isinstance(shown, steps.HandedIn)
    assert shown.problem == "printer.jam"


def test_the_notice_is_printed_and_a_failure_is_said() -> None:
    drive = Drive()
    drive.start("house")
    drive.press("print")
    assert drive.step.printing == "printing"  # type: ignore[union-attr]
    drive.give(effects.PrintNotice, Failed("printer.paper_out"))
    assert drive.step.printing == "printer.paper_out"  # type: ignore[union-attr]
    drive.press("print")
    drive.give(effects.PrintNotice, Printed(confirmed=True))
    assert drive.step.printing == "printed"  # type: ignore[union-attr]


# ---------------------------------------------------------------- county


def test_offline_the_result_is_shown_at_once_as_kept_here_and_turns_when_the_county_has_it() -> None:
    drive = Drive()
    drive.around(online=False)
    drive.to("pension", steps.Working)
    shown = drive.give(effects.Submit, DONE)
    assert isinstance(shown, steps.HandedIn)
    assert not shown.at_county
    assert [line.code for line in shown.following][:2] == ["kept_here", "sent_by_itself"]
    shown = drive.give(effects.AwaitCounty, AtCounty(DONE.application))
    assert isinstance(shown, steps.HandedIn)
    assert shown.at_county
    assert shown.following[0].code.startswith("county_looks")


def test_a_date_is_said_of_what_runs_since_the_county_has_it_and_of_nothing_that_depends_on_the_line() -> None:
    days = ("2026-03-12", "2026-03-13", "2026-03-16", "2026-03-17")
    first = replace(DONE, at="2026-03-12T10:41:00+08:00")

    def said(*, workdays: tuple[str, ...], at_county: bool) -> steps.Next:
        drive = Drive(Setting(today="2026-03-11", workdays=workdays))
        drive.around(online=False)
        drive.to("pension", steps.Working)
        shown = drive.give(effects.Submit, first)
        if at_county:
            shown = drive.give(effects.AwaitCounty, AtCounty(first.application))
        assert isinstance(shown, steps.HandedIn)
        assert all(line.code in ("county_looks_by", "county_looks_in") or "month" not in dict(line.values)
                   for line in shown.following)  # fmt: skip
        return shown.following[0]

    reply = Drive().visit.catalogue.matters["pension"].reply_days
    assert reply == 3
    assert said(workdays=days, at_county=True) == steps.Next(
        "county_looks_by", "now", (("days", "3"), ("month", "3"), ("day", "17"))
    ), "the day it was handed in does not count"
    assert said(workdays=days[:3], at_county=True).code == "county_looks_in", "the calendar ends before"
    assert said(workdays=days, at_county=False).code == "kept_here"


def test_a_terminal_that_waits_over_midnight_begins_the_next_visit_on_the_new_day() -> None:
    drive = Drive(Setting(today="2026-03-11"))
    drive.around(today="2026-03-12", workdays=("2026-03-13",))
    assert (drive.visit.setting.today, drive.visit.setting.workdays) == ("2026-03-12", ("2026-03-13",))
    drive.to("pension", steps.Entry)
    drive.around(today="2026-03-13")
    assert drive.visit.setting.today == "2026-03-12", "a visit stays on its day"


def test_online_the_result_waits_for_the_county_but_not_for_ever() -> None:
    drive = Drive(Setting(county_wait_s=6))
    drive.to("pension", steps.Working)
    assert isinstance(drive.give(effects.Submit, DONE), steps.Working)
    assert drive.wants(effects.PrintReceipt) is None
    assert isinstance(drive.wait(4), steps.Working)
    shown = drive.wait(3)
    assert isinstance(shown, steps.HandedIn)
    assert not shown.at_county


def test_a_full_disk_is_a_trouble_that_loses_nothing() -> None:
    drive = Drive()
    drive.to("pension", steps.Working)
    first = drive.wants(effects.Submit)
    shown = drive.give(effects.Submit, Failed("outbox.disk_full"))
    assert isinstance(shown, steps.Trouble)
    assert (shown.code, shown.can_retry) == ("outbox.disk_full", True)
    assert isinstance(drive.press("back"), steps.Check)
    drive.until(steps.Working)
    second = drive.wants(effects.Submit)
    assert first is not None
    assert second is not None
    assert second.application == first.application
    assert second.id != first.id


def test_the_rating_goes_up_and_the_person_is_forgotten() -> None:
    drive = handed()
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    drive.press("main")
    drive.press("level:4")
    drive.choose("412")
    drive.choose("406")
    drive.choose("510")  # of another level
    shown = drive.press("main")
    assert isinstance(shown, steps.Goodbye)
    assert ("receipt", "回执") in shown.take
    rating = drive.wants(effects.SendRating)
    assert rating is not None
    assert (rating.level, rating.reasons) == (4, ("406", "412"))
    assert "王小兰" not in repr(drive.visit)
    assert CARD.id_number not in repr(drive.visit)
    assert "R1.code" not in repr(drive.visit)


# ---------------------------------------------------------------- idleness


@pytest.mark.parametrize(("elder", "after", "warning"), [(False, 120, 30), (True, 180, 45)])
def test_a_person_who_walks_away_is_warned_and_then_forgotten(elder: bool, after: int, warning: int) -> None:
    drive = Drive()
    drive.to("newborn", steps.Entry)
    if elder:
        drive.press("elder")
        assert drive.visit.elder
    drive.type("陈小")
    drive.wait(after - 2)
    assert isinstance(drive.step, steps.Entry)
    shown = drive.wait(3)
    assert isinstance(shown, steps.StillThere)
    assert shown.of == warning
    shown = drive.wait(warning)
    assert isinstance(shown, steps.Goodbye)
    assert shown.ending == "idle"
    assert "陈小" not in repr(drive.visit)


@pytest.mark.parametrize("wake", [Touched(0), Pressed(0, "main"), Pressed(0, "here"), Pressed(0, "back")])
def test_any_touch_comes_back_to_exactly_where_it_was(wake: Touched | Pressed) -> None:
    drive = Drive()
    drive.to("newborn", steps.Entry)
    drive.type("陈小")
    before = drive.step
    answers = drive.visit.answers
    assert isinstance(drive.wait(125), steps.StillThere)
    drive.send(type(wake)(**{**wake.__dict__, "at": drive.now()}))
    assert drive.step == before
    assert drive.visit.answers == answers
    assert drive.press("main").key != before.key


def test_the_warning_can_be_answered_by_wiping_everything_now() -> None:
    drive = Drive()
    drive.to("newborn", steps.Entry)
    drive.wait(125)
    shown = drive.press("stop")
    assert isinstance(shown, steps.Goodbye)
    assert shown.ending == "stopped"


def test_waiting_for_us_is_not_idleness() -> None:
    drive = Drive()
    drive.to("pension", steps.Working)
    assert isinstance(drive.wait(400), steps.Working)
    drive.give(effects.Submit, DONE)
    drive.give(effects.AwaitCounty, AtCounty(DONE.application))
    assert isinstance(drive.wait(400), steps.HandedIn)  # still printing


def test_after_handing_in_walking_away_is_not_called_a_loss() -> None:
    drive = handed()
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    shown = drive.wait(160)
    assert isinstance(shown, steps.Goodbye)
    assert shown.ending == "done"


def test_a_draft_left_behind_on_the_home_screen_is_wiped_too() -> None:
    drive = Drive()
    drive.to("pension", steps.Entry)
    while not isinstance(drive.step, steps.Home):
        drive.press("back")
    assert isinstance(drive.wait(125), steps.StillThere)
    assert isinstance(drive.wait(40), steps.Goodbye)


def test_the_home_screen_itself_is_never_idle() -> None:
    drive = Drive()
    drive.press("elder")
    assert isinstance(drive.wait(400), steps.Home)
    assert not drive.visit.elder  # the next person finds it as the hall wants it


def test_the_goodbye_ends_by_itself() -> None:
    drive = Drive()
    drive.to("pension", steps.Consent)
    drive.press("left")
    assert not ended(drive.visit)
    drive.wait(16)
    assert ended(drive.visit)


def test_an_idle_time_that_ran_out_before_the_touch_has_run_out() -> None:
    drive = Drive()
    drive.to("pension", steps.Entry)
    drive.send(Tick(drive.now(125)))
    assert isinstance(drive.step, steps.StillThere)
    drive.at += 60
    assert isinstance(drive.press("main"), steps.Goodbye)


# ---------------------------------------------------------------- help, looking up, asking


def test_help_calls_once_and_goes_away_again() -> None:
    drive = Drive()
    drive.to("pension", steps.Entry)
    before = drive.step
    assert drive.press("help").state == "calling"  # type: ignore[union-attr]
    call = drive.wants(effects.CallClerk)
    assert call is not None
    assert call.where == before.key
    drive.give(effects.CallClerk, Failed("county.offline"))
    assert drive.step.state == "kept"  # type: ignore[union-attr]
    assert drive.press("back") == before


def test_what_was_done_is_found_only_with_the_card() -> None:
    drive = Drive()
    drive.press("lookup")
    assert drive.step.state == "card"  # type: ignore[union-attr]
    assert drive.wants(effects.LookUp) is None
    drive.give(effects.ReadCard, CARD)
    assert drive.step.state == "asking"  # type: ignore[union-attr]
    asked = drive.wants(effects.LookUp)
    assert asked is not None
    assert asked.id_number == CARD.id_number
    shown = drive.give(effects.LookUp, CasesFound((CaseRow("31210047", "养老保险参保", "received", "2026-03-12"),)))
    assert isinstance(shown, steps.Lookup)
    assert (shown.state, shown.case and shown.case.state) == ("case", "received"), "the only one there is, at once"
    assert isinstance(drive.press("back"), steps.Goodbye)
    assert CARD.id_number not in repr(drive.visit)


def looked_up(*cases: CaseRow) -> tuple[Drive, steps.Lookup]:
    drive = Drive()
    drive.press("lookup")
    drive.give(effects.ReadCard, CARD)
    shown = drive.give(effects.LookUp, CasesFound(cases))
    assert isinstance(shown, steps.Lookup)
    return drive, shown


def test_by_when_it_is_done_is_said_in_days_before_acceptance_and_as_a_date_after_it() -> None:
    def due(state: str, days: int | None = None, by: str = "", late: bool = False) -> tuple[str, dict[str, str]]:
        case = looked_up(CaseRow("31210047", "养老保险参保", state, "2026-03-12", days, by, late))[1].case
        assert case is not None
        return case.due, dict(case.values)

    for state in ("received", "pre_check", "supplement_asked"):
        assert due(state, 5) == ("after", {"days": "5"})
        assert due(state, 0) == ("at_once", {})
        assert due(state) == ("unknown", {})
    assert due("accepted", 5, "2026-03-19") == ("by", {"month": "3", "day": "19"})
    assert due("accepted", 5, "2026-03-19", True) == ("late", {"month": "3", "day": "19"})
    assert due("accepted", 5) == ("after", {"days": "5"}), "the year is not known: days, and no guess"
    assert due("suspended", 5)[0] == "suspended"
    for state in ("decided_granted", "decided_refused", "withdrawn", "revoked", "handed_out", "not_accepted"):
        assert due(state, 5, "2026-03-19") == ("", {})


def test_one_of_several_cases_shows_its_items_and_the_way_back_leads_to_the_list() -> None:
    parts = (CaseRow("c1", "上户口", "decided_granted", ""), CaseRow("c2", "医保", "accepted", "", 3, "2026-03-17"))
    newborn = CaseRow("31210047", "新生儿出生", "accepted", "2026-03-12", 5, "2026-03-19", items=parts)
    drive, shown = looked_up(newborn, CaseRow("31190012", "养老保险参保", "received", "2026-03-10"))
    assert [(row.id, row.title) for row in shown.rows] == [("case:0", "新生儿出生"), ("case:1", "养老保险参保")]
    one = drive.press("case:0")
    assert isinstance(one, steps.Lookup)
    assert (one.state, one.case and one.case.number) == ("case", "31210047")
    assert [(row.title, row.state, row.due, row.id) for row in one.rows] == [
        ("上户口", "decided_granted", "", ""), ("医保", "accepted", "by", ""),
    ]  # fmt: skip
    assert drive.press("back") == shown
    assert drive.press("case:7") == shown
    assert isinstance(drive.press("main"), steps.Goodbye)
    assert drive.visit.cases is None


def test_what_was_done_is_found_with_the_receipt_too_where_there_is_a_scanner() -> None:
    drive = Drive()
    assert drive.press("lookup").can_scan is False  # type: ignore[union-attr]
    assert drive.wants(effects.ScanCode) is None
    assert drive.around(can_scan=True).can_scan is True  # type: ignore[union-attr]
    assert drive.wants(effects.ReadCard) is not None
    asking = drive.give(effects.ScanCode, CodeScanned("HTTPS://COUNTY/R#SECRET"))
    assert asking.state == "asking"  # type: ignore[union-attr]
    assert drive.wants(effects.ReadCard) is None
    asked = drive.wants(effects.LookUp)
    assert asked is not None
    assert (asked.id_number, asked.receipt) == ("", "HTTPS://COUNTY/R#SECRET")
    assert "SECRET" not in repr(asked)
    assert "SECRET" not in repr(drive.visit)
    drive.give(effects.LookUp, CasesFound((CaseRow("31210047", "养老保险参保", "received", "2026-03-12"),)))
    assert isinstance(drive.press("back"), steps.Goodbye)
    assert drive.visit.answers.receipt == ""


def test_a_code_that_is_no_receipt_is_said_and_the_next_one_is_waited_for() -> None:
    drive = Drive()
    drive.press("lookup")
    drive.around(can_scan=True)
    shown = drive.give(effects.ScanCode, Failed("code.not_receipt"))
    assert (shown.state, shown.problem) == ("card", "code.not_receipt")  # type: ignore[union-attr]
    assert drive.wants(effects.ScanCode) is not None
    assert drive.wants(effects.ReadCard) is not None
    drive.give(effects.ScanCode, Failed("scanner.absent"))
    assert drive.wants(effects.ScanCode) is None
    drive.wait(drive.visit.setting.retry_s + 1)
    assert drive.wants(effects.ScanCode) is not None


def test_without_a_reader_a_scanner_is_enough_to_look_up() -> None:
    drive = Drive()
    drive.around(can_read_card=False, can_scan=True)
    shown = drive.press("lookup")
    assert shown.problem == ""  # type: ignore[union-attr]
    assert drive.wants(effects.ScanCode) is not None


def test_looking_up_without_a_line_says_so() -> None:
    drive = Drive()
    drive.around(online=False)
    drive.press("lookup")
    drive.give(effects.ReadCard, CARD)
    assert drive.step.state == "no_line"  # type: ignore[union-attr]
    assert drive.wants(effects.LookUp) is None


def test_asking_shows_numbers_and_goes_back_home() -> None:
    drive = Drive()
    shown = drive.press("ask")
    assert isinstance(shown, steps.Ask)
    assert shown.phones[-1][1] == "12345"
    assert isinstance(drive.press("back"), steps.Home)


def test_searching_finds_and_opens() -> None:
    drive = Drive()
    drive.press("search")
    shown = drive.type("开饭店")
    assert isinstance(shown, steps.Search)
    assert shown.found[0].id == "restaurant"
    assert isinstance(drive.press("tile:restaurant"), steps.Notice)
    back = drive.press("back")
    assert isinstance(back, steps.Search)
    assert back.text == "开饭店"


def test_a_matter_that_only_informs_ends_where_it_began() -> None:
    drive = Drive()
    shown = drive.start("farewell")
    assert isinstance(shown, steps.Notice)
    assert not shown.takes_applications
    assert shown.rows
    assert isinstance(drive.press("main"), steps.Home)

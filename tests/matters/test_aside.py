"""A visit that is put aside comes back as it was, at the same step, with its pages; and only by slip and card."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from matters import effects, steps
from matters.outcomes import CodeScanned, Done, DraftOpened, Failed
from matters.visit import Setting, Visit, handing
from matters.visit.state import Answers
from tests.matters.drive import CARD, Drive

SETTING = Setting(aside_days=7.0, can_scan=True)
CODE = "00471234567890123456"
MATTERS = ("newborn", "pension", "restaurant", "medical_insurance")


def put_aside(drive: Drive) -> effects.PutAside:
    """Through the help screen to the slip."""
    drive.press("help")
    shown = drive.step
    assert isinstance(shown, steps.Help)
    assert shown.can_put_aside
    drive.press("aside")
    assert isinstance(drive.step, steps.Working)
    wanted = drive.wants(effects.PutAside)
    assert wanted is not None
    return wanted


def come_back(content: dict[str, object], code: str = CODE, setting: Setting = SETTING) -> Drive:
    """Another process, another day: from the home screen by slip and card, the content through JSON as it is sealed."""
    drive = Drive(setting)
    drive.around(drafts=True)
    home = drive.step
    assert isinstance(home, steps.Home)
    assert home.can_resume
    drive.press("resume")
    drive.give(effects.ScanCode, CodeScanned(code))
    assert isinstance(drive.step, steps.Resume)
    assert drive.step.state == "card"
    drive.give(effects.ReadCard, CARD)
    wanted = drive.wants(effects.OpenDraft)
    assert wanted is not None
    assert (wanted.code, wanted.id_number) == (code, CARD.id_number)
    told = json.loads(json.dumps(content))
    drive.give(effects.OpenDraft, DraftOpened(told, _handles(told)))
    return drive


def _handles(told: dict[str, object]) -> dict[str, str]:
    answers = told["answers"]
    assert isinstance(answers, dict)
    shots = [shot for taken in answers["shots"].values() for shot in taken if shot]
    return {shot["taken"]["sha256"]: f"again-{n}" for n, shot in enumerate(shots)}


@pytest.mark.parametrize("matter", MATTERS)
def test_from_wherever_it_is_put_aside_it_goes_on_at_the_same_step_with_the_same_answers(matter: str) -> None:
    drive = Drive(SETTING)
    drive.start(matter)
    places = 0
    for _ in range(120):
        if isinstance(drive.step, steps.Check):
            break
        drive.onward()
        if drive.visit.answers.card is None or not isinstance(
            drive.step, steps.Choice | steps.Entry | steps.Capture | steps.Review | steps.Commitment | steps.Check
        ):
            continue
        aside = replace_drive(drive)
        again = come_back(put_aside(aside).content)
        assert again.step == _same(drive.step, again)
        assert _without_handles(again.visit) == _without_handles(drive.visit)
        places += 1
    assert places >= 3


def replace_drive(drive: Drive) -> Drive:
    """The same visit, driven on without touching the first."""
    other = Drive(drive.setting)
    other.visit, other.at = drive.visit, drive.at
    return other


def _same(step: steps.AnyStep, again: Drive) -> steps.AnyStep:
    """Pictures have other handles in another process."""
    if isinstance(step, steps.Review):
        now = again.step
        assert isinstance(now, steps.Review)
        return replace(step, picture=now.picture)
    return step


def _without_handles(visit: Visit) -> Answers:
    shots = {
        name: tuple(replace(shot, taken=replace(shot.taken, picture="")) if shot else None for shot in taken)
        for name, taken in visit.answers.shots.items()
    }
    return replace(visit.answers, shots=shots)


def test_what_was_gone_on_with_is_handed_in_like_any_other_and_then_forgotten() -> None:
    first = Drive(SETTING)
    first.to("pension", steps.Check)
    plain = handing.application(first.visit)
    drive = come_back(put_aside(first).content)
    assert isinstance(drive.step, steps.Check)
    assert handing.application(drive.visit) == plain
    drive.until(steps.HandedIn)
    wanted = drive.wants(effects.ForgetDraft)
    assert wanted is not None
    assert (wanted.code, wanted.reason) == (CODE, "handed_in")
    drive.give(effects.ForgetDraft, Done())
    assert drive.wants(effects.ForgetDraft) is None


def test_once_the_slip_is_out_the_visit_ends_and_holds_nothing() -> None:
    drive = Drive(SETTING)
    drive.to("pension", steps.Check)
    put_aside(drive)
    drive.give(effects.PutAside, Done())
    goodbye = drive.step
    assert isinstance(goodbye, steps.Goodbye)
    assert goodbye.ending == "aside"
    assert "小票" in [title for _, title in goodbye.take]
    assert drive.visit.answers == Answers()
    assert drive.wants(effects.ForgetDraft) is None  # a first slip has nothing to take the place of


def test_where_no_slip_comes_out_nothing_is_put_aside_and_nothing_is_lost() -> None:
    drive = Drive(SETTING)
    drive.to("pension", steps.Check)
    before = drive.visit.answers
    put_aside(drive)
    drive.give(effects.PutAside, Failed("printer.paper_out"))
    assert isinstance(drive.step, steps.Trouble)
    assert drive.step.code == "printer.paper_out"
    drive.press("main")  # once more
    first = drive.wants(effects.PutAside)
    assert first is not None
    drive.give(effects.PutAside, Failed("printer.paper_out"))
    drive.press("back")
    assert isinstance(drive.step, steps.Check)
    assert drive.visit.answers == before


def test_put_aside_again_it_takes_the_place_of_the_first() -> None:
    first = Drive(SETTING)
    first.to("pension", steps.Check)
    drive = come_back(put_aside(first).content)
    assert put_aside(drive).instead == CODE


def test_wiped_by_its_person_the_draft_goes_too_and_left_alone_it_stays() -> None:
    first = Drive(SETTING)
    first.to("pension", steps.Check)
    content = put_aside(first).content
    wiped = come_back(content)
    wiped.wait(SETTING.idle_s + 1)
    wiped.press("stop")
    gone = wiped.wants(effects.ForgetDraft)
    assert gone is not None
    assert gone.reason == "wiped"
    left = come_back(content)
    left.wait(SETTING.idle_s + SETTING.idle_warning_s + 1)
    assert isinstance(left.step, steps.Goodbye)
    assert left.wants(effects.ForgetDraft) is None


def test_it_is_offered_only_where_a_card_can_open_it_and_a_slip_can_be_printed() -> None:
    drive = Drive(SETTING)
    drive.to("pension", steps.Card)
    drive.press("help")
    assert not drive.step.can_put_aside  # type: ignore[union-attr]  # the help screen
    drive.press("aside")
    assert drive.wants(effects.PutAside) is None
    drive.press("back")
    drive.until(steps.Entry)
    drive.around(can_print=False)
    drive.press("help")
    assert not drive.step.can_put_aside  # type: ignore[union-attr]
    never = Drive(replace(SETTING, aside_days=0.0))
    never.to("pension", steps.Entry)
    never.press("help")
    assert not never.step.can_put_aside  # type: ignore[union-attr]


def test_a_wrong_card_opens_nothing_and_the_slip_is_asked_for_again() -> None:
    drive = Drive(SETTING)
    drive.around(drafts=True)
    drive.press("resume")
    drive.give(effects.ScanCode, CodeScanned(CODE))
    drive.give(effects.ReadCard, CARD)
    drive.give(effects.OpenDraft, Failed("draft.not_opened"))
    assert drive.step == steps.Resume("resume", None, True, "slip", "draft.not_opened")
    assert drive.visit.answers == Answers()
    assert drive.visit.slip == ""


def test_without_a_scanner_the_digits_are_typed() -> None:
    drive = Drive(replace(SETTING, can_scan=False))
    drive.around(drafts=True)
    drive.press("resume")
    drive.type("0047 1234 5678 9012 345")
    shown = drive.press("main")
    assert isinstance(shown, steps.Entry)
    assert (shown.text, shown.problem) == (CODE[:19], "slip.length")
    drive.type(CODE)
    drive.press("main")
    assert isinstance(drive.step, steps.Resume)
    assert drive.visit.slip == CODE
    drive.press("back")
    assert isinstance(drive.step, steps.Entry)
    drive.press("back")
    assert isinstance(drive.step, steps.Home)


def test_a_matter_that_the_catalogue_has_no_more_is_not_there() -> None:
    first = Drive(SETTING)
    first.to("pension", steps.Check)
    content = {**put_aside(first).content, "matter": "no-such-matter"}
    assert come_back(content).step == steps.Resume("resume", None, True, "slip", "draft.not_here")


def test_what_the_catalogue_has_no_more_is_left_out_and_what_it_asks_anew_is_asked() -> None:
    first = Drive(SETTING)
    first.to("pension", steps.Check)
    content = json.loads(json.dumps(put_aside(first).content))
    answers = content["answers"]
    answers["fields"]["gone_from_the_catalogue"] = "x"
    answers["shots"]["gone_too"] = []
    answers["situations"]["student"] = "an option of another day"
    drive = come_back(content)
    assert "gone_from_the_catalogue" not in drive.visit.answers.fields
    assert "gone_too" not in drive.visit.answers.shots
    drive.press("main")
    drive.press("main")
    assert drive.visit.place == "situation:student"


@pytest.mark.parametrize("content", [{}, {"matter": "pension"}, {"matter": "pension", "answers": 7, "before": None}])
def test_a_draft_that_is_none_breaks_nothing(content: dict[str, object]) -> None:
    drive = Drive(SETTING)
    drive.around(drafts=True)
    drive.press("resume")
    drive.give(effects.ScanCode, CodeScanned(CODE))
    drive.give(effects.ReadCard, CARD)
    drive.give(effects.OpenDraft, DraftOpened(content, {}))
    assert drive.step == steps.Resume("resume", None, True, "slip", "draft.not_here")


def test_nothing_of_it_shows_in_a_traceback() -> None:
    drive = Drive(SETTING)
    drive.to("pension", steps.Check)
    wanted = put_aside(drive)
    assert CARD.id_number not in repr(wanted)
    assert "王小兰" not in repr(wanted)
    assert CODE not in repr(effects.OpenDraft("e", CODE, "1"))

"""A question or a complaint: no card, no name, a number only for who wants one, a receipt."""

from __future__ import annotations

from matters import effects, steps
from matters.outcomes import AtCounty, Done, Failed, Printed, Submitted
from matters.visit.state import Answers
from tests.matters.drive import Drive

SENT = Submitted("018f0000-0000-7000-8000-000000000002", "31210048", "R1.code", "2026-03-12T10:41:05")


def to_the_look(drive: Drive, phone: str = "13800000000") -> steps.Check:
    drive.press("ask")
    drive.press("say")
    drive.choose("slow")
    drive.press("main")
    drive.type("补贴还没有到")
    drive.press("main")
    if phone:
        drive.type(phone)
        drive.press("main")
    else:
        drive.press("skip")
    step = drive.step
    assert isinstance(step, steps.Check)
    return step


def test_words_are_handed_in_and_have_a_receipt() -> None:
    drive = Drive()
    look = to_the_look(drive)
    assert [row.value for row in look.rows] == ["办事太慢，跑了几趟", "补贴还没有到", "138****0000"]
    drive.press("main")
    wish = drive.wants(effects.HandInWords)
    assert wish is not None
    assert (wish.subject, wish.words, wish.phone) == ("slow", "补贴还没有到", "13800000000")
    assert "补贴" not in repr(wish)
    drive.give(effects.HandInWords, SENT)
    drive.give(effects.AwaitCounty, AtCounty(SENT.application))
    drive.wait(1)
    step = drive.step
    assert isinstance(step, steps.HandedIn)
    assert (step.number, step.at_county, [one.code for one in step.following]) == ("31210048", True, ["say_rings"])
    drive.give(effects.PrintReceipt, Printed(confirmed=True))
    drive.press("main")
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.visit.answers == Answers()


def test_no_number_has_to_be_left() -> None:
    drive = Drive()
    look = to_the_look(drive, "")
    assert look.rows[2].value == "没有留"
    drive.press("main")
    wish = drive.wants(effects.HandInWords)
    assert wish is not None
    assert wish.phone == ""


def test_what_is_missing_or_wrong_is_said_where_it_happened() -> None:
    drive = Drive()
    drive.press("ask")
    drive.press("say")
    drive.press("main")
    assert isinstance(drive.step, steps.Choice)
    assert drive.step.remark is not None
    drive.choose("question")
    drive.press("main")
    drive.type("哦")
    drive.press("main")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.problem == "text.too_short"
    drive.type("低保怎么办")
    drive.press("main")
    drive.type("138")
    drive.press("main")
    assert drive.step.problem == "phone.too_short"  # type: ignore[union-attr]


def test_every_answer_can_be_changed_and_leads_straight_back() -> None:
    drive = Drive()
    to_the_look(drive)
    drive.press("change:say:subject")
    drive.choose("money")
    drive.press("main")
    step = drive.step
    assert isinstance(step, steps.Check)
    assert step.rows[0].value == "多收了我的钱"
    drive.press("change:say:words")
    drive.press("back")
    assert isinstance(drive.step, steps.Check)


def test_what_could_not_be_kept_loses_no_word() -> None:
    drive = Drive()
    to_the_look(drive)
    drive.press("main")
    drive.give(effects.HandInWords, Failed("outbox.disk_full"))
    assert isinstance(drive.step, steps.Trouble)
    drive.press("back")
    step = drive.step
    assert isinstance(step, steps.Check)
    assert step.rows[1].value == "补贴还没有到"


def test_nothing_of_a_matter_goes_along_with_it() -> None:
    drive = Drive()
    drive.to("pension", steps.CardShown)
    while not isinstance(drive.step, steps.Home):
        drive.press("back")
    to_the_look(drive)
    assert drive.visit.answers.card is None


def test_who_waits_for_the_clerk_is_not_idle() -> None:
    drive = Drive()
    drive.to("pension", steps.CardShown)
    drive.press("help")
    drive.wait(200)
    step = drive.step
    assert isinstance(step, steps.Help)
    assert step.state == "calling"
    drive.give(effects.CallClerk, Done())
    drive.wait(60)  # called, and the clerk is on the way
    assert isinstance(drive.step, steps.Help)
    drive.wait(400)  # nobody came, and nobody is there any more
    assert isinstance(drive.step, steps.Goodbye)

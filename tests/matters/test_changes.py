"""Answers: judged where they are given, changed one at a time, never lost, never asked twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matters import effects, steps
from matters.effects import Submit
from matters.outcomes import Failed
from tests.matters.drive import CARD, FATHER, MOTHER, Drive


def at_check(matter: str = "newborn", **answers: str) -> Drive:
    drive = Drive()
    drive.answers.update(answers)
    drive.to(matter, steps.Check)
    return drive


def handed(drive: Drive) -> effects.Submit:
    drive.until(steps.Working)
    wish = drive.wants(Submit)
    assert wish is not None
    return wish


def test_what_the_card_says_is_filled_in_and_never_asked() -> None:
    drive = Drive()
    seen = []
    drive.start("newborn")
    while not isinstance(drive.step, steps.Check):
        seen.append(drive.step.key)
        drive.onward()
    assert not {"field:mother_name", "field:mother_id", "field:address"} & set(seen)
    made = handed(drive).application
    assert (made.fields["mother_name"].value, made.fields["mother_name"].source) == ("王小兰", "card")
    assert made.fields["mother_id"].value == MOTHER
    assert len(seen) == len(set(seen)) + sum(1 for key in set(seen) if key.startswith("paper:"))


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("field:father_id", FATHER[:-1] + ("1" if FATHER[-1] != "1" else "2"), "id.check_digit"),
        ("field:phone", "1380000", "phone.too_short"),
        ("field:child_name", "", "name.empty"),
        ("field:child_birth", "2026-03-13", "date.future"),
        ("field:child_birth", "2026-02-30", "date.none"),
    ],
)
def test_a_bad_answer_is_answered_by_its_code_and_costs_nothing(key: str, text: str, problem: str) -> None:
    drive = Drive()
    drive.to("newborn", lambda step: step.key == key)
    before = drive.visit.answers
    drive.type(text)
    shown = drive.press("main")
    assert isinstance(shown, steps.Entry)
    assert (shown.key, shown.problem, shown.text) == (key, problem, text)
    assert drive.visit.answers == before
    drive.type(text + "1")
    assert drive.step.problem == ""  # type: ignore[union-attr]


def test_what_was_typed_is_shown_whole_to_be_checked_and_what_a_card_said_is_not() -> None:
    drive = at_check()
    rows = {}
    while isinstance(drive.step, steps.Check):
        rows |= {row.key: row for row in drive.step.rows}
        if drive.step.page == drive.step.pages:
            break
        drive.press("main")
    phone = drive.visit.answers.fields["phone"]
    assert rows["field:phone"].value == f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    assert "*" in rows["who"].second


def test_larger_type_has_fewer_rows_a_page() -> None:
    drive = at_check()
    many = len(drive.step.rows)  # type: ignore[union-attr]
    drive.press("elder")
    assert len(drive.step.rows) < many  # type: ignore[union-attr]


def test_a_changed_answer_goes_straight_back_to_the_check_screen() -> None:
    drive = at_check()
    drive.press("main")
    drive.press("change:field:phone")
    assert drive.step.key == "field:phone"
    drive.type("13911112222")
    shown = drive.press("main")
    assert isinstance(shown, steps.Check)
    assert shown.page == 2  # where the person was
    assert handed(drive).application.fields["phone"].value == "13911112222"


def test_a_change_asks_only_what_it_raises() -> None:
    drive = at_check("pension", student="no", special="none")
    drive.press("change:situation:special")
    drive.choose("low_income")
    shown = drive.press("main")
    assert isinstance(shown, steps.Consent)  # it shows that somebody is poor or disabled
    assert shown.collected == ("照顾证件",)
    shown = drive.press("main")
    assert isinstance(shown, steps.Capture)
    assert shown.material == "welfare_card"
    drive.onward()
    assert isinstance(drive.press("main"), steps.Check)


def test_a_promise_whose_words_change_is_signed_again() -> None:
    drive = at_check("pension", student="no")
    drive.press("change:situation:student")
    drive.choose("yes")
    shown = drive.press("main")
    assert isinstance(shown, steps.Commitment)
    assert any("毕业以后" in clause for clause in shown.clauses)


def test_going_back_from_a_change_leaves_everything_as_it_was() -> None:
    drive = at_check()
    before = drive.visit.answers
    drive.press("change:field:child_name")
    drive.type("别的名字")
    assert isinstance(drive.press("back"), steps.Check)
    assert drive.visit.answers == before


def test_a_promise_instead_of_a_paper_can_be_taken_back_for_the_paper() -> None:
    drive = Drive()
    drive.commit = {"marriage_certificate"}
    drive.to("newborn", steps.Commitment)
    shown = drive.step
    assert isinstance(shown, steps.Commitment)
    assert shown.clauses[0] == "我和陈大山**是夫妻**，已经领了结婚证。"
    assert shown.signer == "王小兰"
    assert drive.press("main").problem == "signature.empty"  # type: ignore[union-attr]
    back = drive.press("left")
    assert isinstance(back, steps.Capture)
    assert back.material == "marriage_certificate"


def test_situations_decide_what_is_asked() -> None:
    drive = Drive()
    drive.answers.update(married="no", household="mother")
    drive.to("newborn", steps.Check)
    made = handed(drive).application
    assert "father_name" not in made.fields
    assert "marriage_certificate" not in {material.id for material in made.materials}


def test_without_an_item_nothing_of_it_is_asked() -> None:
    drive = Drive()
    drive.to("newborn", steps.Items)
    drive.choose("birth_cost")
    drive.until(steps.Check)
    made = handed(drive).application
    assert "birth_cost" not in made.items
    assert "bank_account" not in made.fields
    assert "bank_book" not in {material.id for material in made.materials}


def test_letting_the_household_go_lets_go_what_needs_it() -> None:
    drive = Drive()
    drive.to("newborn", steps.Items)
    shown = drive.choose("household")
    assert isinstance(shown, steps.Items)
    assert {o.id for o in shown.options if o.chosen} == {"birth_cost"}
    shown = drive.choose("social_card")
    assert isinstance(shown, steps.Items)
    assert {o.id for o in shown.options if o.chosen} == {"birth_cost", "household", "social_card"}
    assert shown.ties == (("household", "上好户口，机器接着办这两样"),)


def test_nothing_chosen_is_not_gone_on_with() -> None:
    drive = Drive()
    drive.to("newborn", steps.Items)
    drive.choose("household")
    drive.choose("birth_cost")
    shown = drive.press("main")
    assert isinstance(shown, steps.Items)
    assert shown.problem == "items.empty"


def test_consent_refused_ends_the_visit_before_anything_is_asked() -> None:
    drive = Drive()
    drive.to("newborn", steps.Consent)
    shown = drive.press("left")
    assert isinstance(shown, steps.Goodbye)
    assert shown.ending == "stopped"


def consents(drive: Drive) -> list[str]:
    """The consents on the way to the check screen, each with what was asked last before it."""
    asked, before = [], ""
    while not isinstance(drive.step, steps.Check):
        if isinstance(drive.step, steps.Consent):
            asked.append(f"{drive.step.kind} after {before}")
        else:
            before = drive.step.key
        drive.onward()
    return asked


def test_sensitive_answers_and_a_child_are_agreed_to_apart_after_the_items_are_chosen() -> None:
    drive = Drive()
    drive.start("newborn")
    assert consents(drive) == ["general after notice", "guardian after shown", "sensitive after shown"]


def test_no_consent_for_a_bank_card_is_asked_where_nothing_chosen_needs_one() -> None:
    drive = Drive()
    drive.to("newborn", steps.Items)
    drive.choose("birth_cost")
    assert consents(drive) == ["guardian after shown"]


def test_a_sensitive_consent_names_exactly_what_will_be_told() -> None:
    drive = Drive()
    drive.to("newborn", lambda now: isinstance(now, steps.Consent) and now.kind == "sensitive")
    assert isinstance(drive.step, steps.Consent)
    assert drive.step.collected == ("银行卡号", "银行卡")


# ---------------------------------------------------------------- typing the number


def typed(matter: str) -> Drive:
    drive = Drive()
    drive.to(matter, steps.Card)
    drive.press("type")
    return drive


def test_a_typed_number_carries_its_level_and_what_follows_from_it() -> None:
    drive = typed("pension")
    drive.until(steps.Check)
    made = handed(drive).application
    assert (made.known.level, made.known.id_number) == ("typed", MOTHER)
    assert next(m for m in made.materials if m.id == "id_card").by == "photo"


def test_items_that_need_the_card_are_said_to_be_not_possible_after_typing() -> None:
    drive = typed("newborn")
    drive.onward()
    shown = drive.onward()
    assert isinstance(shown, steps.Items)
    options = {option.id: option for option in shown.options}
    assert options["social_card"].fixed
    assert not options["social_card"].chosen
    assert options["social_card"].reason
    assert options["household"].chosen
    drive.press("main")
    drive.until(steps.Check)
    assert handed(drive).application.items == ("household", "medical_insurance")


def test_back_from_typing_offers_the_card_again_and_keeps_the_number() -> None:
    drive = typed("pension")
    drive.type(MOTHER)
    assert isinstance(drive.press("back"), steps.Card)
    shown = drive.press("type")
    assert isinstance(shown, steps.Entry)
    assert shown.text == MOTHER


def test_an_expired_card_goes_on_with_a_remark() -> None:
    drive = Drive()
    drive.to("newborn", steps.Card)
    shown = drive.give(effects.ReadCard, replace(CARD, valid_to="2020-01-01"))
    assert isinstance(shown, steps.CardShown)
    assert shown.problem == "card.expired"
    assert drive.press("main").key == "consent:guardian"


def test_another_persons_card_gets_a_remark() -> None:
    drive = Drive()
    drive.answers["applicant"] = "father"
    drive.to("newborn", steps.CardShown)
    assert drive.step.problem == "card.other_person"  # type: ignore[union-attr]


def test_a_card_read_again_fills_the_form_anew() -> None:
    drive = Drive()
    drive.to("pension", steps.CardShown)
    assert isinstance(drive.press("again"), steps.Card)
    drive.give(effects.ReadCard, replace(CARD, name="李小梅", id_number=FATHER))
    drive.until(steps.Check)
    assert handed(drive).application.known.name == "李小梅"


# ---------------------------------------------------------------- papers


def test_a_blurred_picture_is_taken_again_and_the_old_one_forgotten() -> None:
    drive = Drive()
    drive.to("pension", steps.Capture)
    drive.verdict = "capture.blurred"
    shown = drive.onward()
    assert isinstance(shown, steps.Review)
    assert shown.verdict == "capture.blurred"
    assert isinstance(drive.press("main"), steps.Capture)
    forget = drive.wants(effects.Forget)
    assert forget is not None
    assert forget.picture == shown.picture


def test_a_page_that_is_not_good_can_be_kept_all_the_same() -> None:
    drive = Drive()
    drive.to("pension", steps.Capture)
    drive.verdict = "capture.blurred"
    drive.onward()
    assert drive.press("left").key == "paper:household_register:2"


def test_a_page_more_can_be_added_and_let_go_again() -> None:
    drive = Drive()
    drive.to("newborn", lambda step: step.key == "paper:birth_certificate:1")
    drive.onward()
    shown = drive.press("add")
    assert isinstance(shown, steps.Capture)
    assert (shown.page, shown.pages, shown.can_skip) == (2, 2, True)
    drive.press("skip")
    drive.until(steps.Check)
    made = handed(drive).application
    assert len(next(m for m in made.materials if m.id == "birth_certificate").pages) == 1


def test_pressing_the_key_takes_the_picture_now() -> None:
    drive = Drive()
    drive.to("pension", steps.Capture)
    film = drive.wants(effects.Film)
    drive.press("main")
    assert drive.wants(effects.Film) is None
    assert drive.wants(effects.Shoot) is not None
    assert film is not None
    drive.give(effects.Shoot, Failed("camera.stalled"))
    assert drive.step.problem == "camera.stalled"  # type: ignore[union-attr]
    drive.wait(2)
    assert drive.wants(effects.Film) is not None


def test_a_paper_that_may_come_later_is_said_to_come_later() -> None:
    drive = Drive()
    drive.to("newborn", lambda step: step.key == "paper:bank_book:1")
    drive.press("skip")
    made = handed(drive).application
    assert next(m for m in made.materials if m.id == "bank_book").by == "later"


def test_a_promise_confirmed_by_key_says_so_in_the_application() -> None:
    """Who cannot see the box or hold a pen presses three times; the county reads that no hand signed."""
    from matters.events import BY_KEY, Signed

    drive = Drive()
    drive.start("pension")
    while not isinstance(drive.step, steps.Commitment):
        drive.onward()
    drive.send(Signed(drive.now(), BY_KEY))
    assert drive.step.strokes == BY_KEY
    drive.press("main")
    assert not isinstance(drive.step, steps.Commitment)
    made = handed(drive).application
    assert [(one.by, one.strokes) for one in made.commitments] == [("key", ())]

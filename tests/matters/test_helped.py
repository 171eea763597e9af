"""Somebody acts for somebody else, and a clerk fills in with the person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matters import effects, steps
from matters.application import Application, from_json, to_json
from matters.events import Joined
from matters.outcomes import CardRead
from matters.resolve import Given, resolve
from tests.matters.drive import CARD, FATHER, MOTHER, Drive
from tests.matters.files import built, matter

HELPER = CardRead(
    "resident", "陈大山", FATHER, "1", "01", "1992-03-05", "示例县山背村5组", "示例县公安局", "2018-05-01", "2038-05-01"
)


def behalf(drive: Drive, *, card: CardRead = HELPER) -> None:
    """From the person's card step through the helper's own places to the person's card again."""
    assert isinstance(drive.step, steps.Card)
    assert drive.step.behalf == "offer"
    drive.press("behalf")
    drive.give(effects.ReadCard, card)
    drive.press("main")
    drive.choose("child")
    drive.press("main")


def application(drive: Drive) -> Application:
    drive.until(steps.Working)
    wish = drive.wants(effects.Submit)
    assert wish is not None
    return wish.application


def test_a_helper_lays_their_own_card_then_the_persons_and_both_are_handed_in() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    behalf(drive)
    handed = application(drive)
    assert (handed.known.level, handed.known.name, handed.known.id_number) == ("helper", "王小兰", MOTHER)
    (helper,) = handed.helpers
    assert (helper.role, helper.level, helper.name, helper.id_number) == ("relative", "card", "陈大山", FATHER)
    assert (helper.relation, helper.mandate) == ("child", "mandate")
    mandate = next(one for one in handed.commitments if one.id == "mandate")
    assert mandate.clauses[0] == "我替王小兰来办这件事，我是他（她）的儿子、女儿。"
    assert mandate.strokes
    assert from_json(to_json(handed)) == handed


def test_the_number_of_somebody_absent_is_typed_and_stays_marked_as_typed() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    behalf(drive)
    drive.press("type")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.title == "要办事的人，身份证号码是多少？"
    drive.type(MOTHER)
    drive.press("main")
    drive.type("王小兰")
    drive.press("main")
    handed = application(drive)
    assert handed.known.level == "helper"
    assert handed.helpers[0].level == "card"
    assert {answer.source for answer in handed.fields.values()}.isdisjoint({"card"})
    material = next(one for one in handed.materials if one.id == "id_card")
    assert material.by != "exempt"  # nobody has seen the absent person's card


def test_a_helper_without_a_card_of_their_own_lifts_nothing() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    drive.press("behalf")
    drive.press("type")
    drive.type(FATHER)
    drive.press("main")
    drive.type("陈大山")
    drive.press("main")
    drive.choose("spouse")
    drive.press("main")
    drive.press("type")
    drive.type(MOTHER)
    drive.press("main")
    drive.type("王小兰")
    drive.press("main")
    handed = application(drive)
    assert handed.known.level == "typed"
    assert (handed.helpers[0].level, handed.helpers[0].name) == ("typed", "陈大山")


@pytest.mark.parametrize(("level", "item", "done"), [("typed", "card", True), ("typed", "card+photo", False)])
def test_a_helper_stands_for_an_absent_card_but_never_for_a_face(level: str, item: str, done: bool) -> None:
    made = built(matter()).catalogue
    assert made is not None
    one = made.matters["m"]
    one = replace(one, items=tuple(replace(each, level=item) for each in one.items))

    def possible(helped: bool) -> bool:
        return resolve(one, Given(situations={"case": "b"}, level=level, helped=helped)).items[0].possible

    assert possible(helped=True) is done
    assert not possible(helped=False)


def test_the_check_screen_names_both_and_a_changed_relation_asks_only_for_a_new_signature() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    behalf(drive)
    check = drive.until(steps.Check)
    assert isinstance(check, steps.Check)
    assert [(row.label, row.value) for row in check.rows[:2]] == [("替谁办", "王小兰"), ("来办的人", "陈大山")]
    assert check.rows[1].second == "儿子、女儿"
    drive.press("change:helper:relation")
    drive.choose("neighbour")
    drive.press("main")
    assert drive.step.key == "mandate"
    drive.sign()
    drive.press("main")
    assert isinstance(drive.step, steps.Check)
    assert application(drive).helpers[0].relation == "neighbour"


def test_the_same_card_twice_is_nobody_elses() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    behalf(drive, card=CARD)
    drive.give(effects.ReadCard, CARD)
    assert isinstance(drive.step, steps.Card)
    assert drive.step.problem == "card.same_person"
    drive.wait(2)
    drive.press("type")
    drive.type(MOTHER)
    drive.press("main")
    assert isinstance(drive.step, steps.Entry)
    assert drive.step.problem == "id.same_person"


def test_a_card_laid_too_early_becomes_the_helpers_own_and_back_again() -> None:
    drive = Drive()
    drive.to("pension", steps.CardShown)
    drive.press("behalf")
    assert drive.step.key == "helper:shown"
    drive.press("behalf")
    assert drive.step.key == "shown"
    assert drive.visit.answers.card == CARD
    assert not drive.visit.answers.helping


def test_a_mandate_that_is_not_signed_hands_nothing_in() -> None:
    drive = Drive()
    drive.to("pension", steps.Card)
    behalf(drive)
    drive.until(lambda step: step.key == "mandate")
    drive.press("main")
    assert isinstance(drive.step, steps.Commitment)
    assert drive.step.problem == "signature.empty"
    assert drive.step.signer == "陈大山"
    drive.press("left")
    assert isinstance(drive.step, steps.Goodbye)
    assert drive.step.ending == "stopped"


# ---------------------------------------------------------------- a clerk


def test_what_a_clerk_fills_in_is_marked_and_the_person_confirms_it() -> None:
    drive = Drive()
    drive.to("pension", lambda step: step.key == "field:phone")
    drive.send(Joined(drive.now(), "pin"))
    assert drive.step.where is not None
    assert drive.step.where.clerk
    drive.onward()
    assert drive.step.key == "field:tier"
    drive.press("clerk_done")
    check = drive.until(steps.Check)
    assert isinstance(check, steps.Check)
    assert check.by_clerk == 1
    handed = application(drive)
    assert {name for name, answer in handed.fields.items() if answer.source == "clerk"} == {"phone"}
    (clerk,) = handed.helpers
    assert (clerk.role, clerk.name, clerk.filled) == ("clerk", "pin", ("field:phone",))
    assert handed.known.level == "card"


@pytest.mark.parametrize("place", ["commitment", "check"])
def test_a_clerk_signs_and_hands_in_for_nobody(place: str) -> None:
    drive = Drive()
    drive.to("pension", lambda step: step.key == "field:phone")
    drive.send(Joined(drive.now(), "pin"))
    drive.until(lambda step: step.key.startswith(place))
    assert not drive.visit.clerk
    drive.send(Joined(drive.now(), "pin"))
    assert not drive.visit.clerk


def test_what_the_person_answers_again_is_theirs() -> None:
    drive = Drive()
    drive.to("pension", lambda step: step.key == "field:phone")
    drive.send(Joined(drive.now(), "pin"))
    drive.onward()
    drive.press("clerk_done")
    drive.until(steps.Check)
    drive.press("change:field:phone")
    drive.type("13800000001")
    drive.press("main")
    handed = application(drive)
    assert handed.fields["phone"].source == "typed"
    assert handed.helpers == ()


def test_no_clerk_joins_before_something_is_filled_in() -> None:
    drive = Drive()
    before = drive.visit
    drive.send(Joined(drive.now(), "pin"))
    assert replace(drive.visit, at=before.at, touched=before.touched) == before

"""How well a person must be known, and which consents are asked: by rule, out of what an item gives and asks for."""

from __future__ import annotations

from typing import Any

import pytest

from matters import steps
from matters.build import must_build
from matters.catalogue import Matter
from matters.conditions import ALWAYS
from matters.consents import wanted
from matters.knowing import knowing
from matters.resolve import Given, resolve
from matters.steps import Need
from matters.visit.asking import need_rows
from tests.matters.drive import MOTHER, Drive, shipped
from tests.matters.files import FIELD, ITEM, MATERIAL, built, documents, matter

CONSENTS = [
    {"id": kind, "collected": ["名字"], "purpose": "办事", "recipients": "县里", "kept_until": "办完"}
    for kind in ("general", "guardian", "sensitive", "face")
]


def made(**changes: Any) -> Matter:
    return must_build(documents(matter(**{"consents": CONSENTS, **changes}))).matters["m"]


@pytest.mark.parametrize(
    ("item", "field", "level", "reason"),
    [
        ({"gives": "record"}, {}, "typed", "plain"),
        ({"gives": "document"}, {}, "typed", "plain"),
        ({"gives": "credential"}, {}, "card", "credential"),
        ({"gives": "money"}, {}, "card", "money"),
        ({"gives": "end"}, {}, "card", "end"),
        ({"gives": "record"}, {"kind": "bank", "for": ["one"]}, "card", "sensitive"),
        ({"gives": "record"}, {"sensitive": "yes", "for": ["one"]}, "card", "sensitive"),
        ({"gives": "record"}, {"kind": "bank"}, "card", "sensitive"),
        ({"gives": "record", "in_person": "婚姻登记条例"}, {}, "card+photo", "in_person"),
    ],
)
def test_what_an_item_gives_and_asks_says_how_well_the_person_must_be_known(
    item: dict[str, Any], field: dict[str, Any], level: str, reason: str
) -> None:
    one = made(items=[{**ITEM, **item}], fields=[{**FIELD, **field}], situations=[])
    found = knowing(one, one.items[0])
    assert (found.level, found.reason) == (level, reason)
    assert one.items[0].level == level


def test_nobody_stands_for_a_person_whom_the_law_wants_to_come() -> None:
    one = made(items=[{**ITEM, "in_person": "婚姻登记条例"}])
    assert not knowing(one, one.items[0]).helper


def test_a_level_cannot_be_written_by_hand() -> None:
    assert "unknown_key" in {f.rule for f in built(matter(items=[{**ITEM, "level": "typed"}])).findings}


def asked(one: Matter, **given: Any) -> list[str]:
    return [asking.kind for asking in wanted(one, resolve(one, Given(**given)))]


BANK = [{**FIELD, "id": "account", "kind": "bank", "for": ["two"]}]
TWO = [{**ITEM}, {**ITEM, "id": "two", "title": "第二样"}]


def test_the_sensitive_consent_hangs_on_what_was_chosen() -> None:
    one = made(items=TWO, fields=BANK)
    assert asked(one) == ["general", "sensitive"]
    assert asked(one, picks={"one": True, "two": False}) == ["general"]


def test_a_sensitive_paper_asks_too_unless_it_need_not_be_shown() -> None:
    paper = {**MATERIAL, "sensitive": "yes"}
    assert asked(made(fields=[], situations=[], materials=[paper])) == ["general", "sensitive"]
    spared = {**paper, "exempt": [{"reason": "generated", "words": "机器做好"}]}
    assert asked(made(fields=[], situations=[], materials=[spared])) == ["general"]


def test_a_child_brings_the_guardian() -> None:
    assert asked(made(fields=[{**FIELD, "minor": "yes"}], situations=[])) == ["general", "guardian"]


def test_a_picture_of_the_person_has_a_consent_of_its_own_and_hangs_on_what_was_chosen() -> None:
    one = made(items=[{**ITEM, "in_person": "婚姻登记条例"}, TWO[1]], fields=[], situations=[])
    assert asked(one) == ["general", "face"]
    assert asked(one, picks={"one": False}) == ["general"]


def test_a_catalogue_that_takes_pictures_of_people_says_what_for_and_where_it_is_done_without() -> None:
    item = {**ITEM, "in_person": "婚姻登记条例"}
    rest = [asking for asking in CONSENTS if asking["id"] != "face"]
    findings = built(matter(items=[item], consents=rest)).findings
    assert [(f.rule, dict(f.values)["name"]) for f in findings] == [("missing", "consents: face")]
    told = {**item, "village": "inform", "town": "assist"}  # nothing is taken in here
    assert not built(matter(items=[told], consents=rest, delivery=[])).findings


def test_whoever_is_known_by_card_and_picture_is_known_by_the_card() -> None:
    spared = {**MATERIAL, "exempt": [{"reason": "card_read", "words": "读过了", "when": {"known": "card"}}]}
    one = made(items=[{**ITEM, "in_person": "婚姻登记条例"}], materials=[spared], fields=[], situations=[])
    assert [need.state for need in resolve(one, Given(level="card")).materials] == ["exempt"]
    assert resolve(one, Given(level="card")).facts["known"] == "card+photo"


@pytest.mark.parametrize("kind", ["sensitive", "guardian"])
def test_a_catalogue_without_the_text_of_a_consent_that_the_law_wants_is_refused(kind: str) -> None:
    field = {**FIELD, "when": {"case": "a"}, "sensitive" if kind == "sensitive" else "minor": "yes"}
    rest = [asking for asking in CONSENTS if asking["id"] != kind]
    findings = built(matter(fields=[field], consents=rest)).findings
    assert [(f.rule, dict(f.values)["name"]) for f in findings] == [("missing", f"consents: {kind}")]


def test_a_paper_that_hangs_on_an_answer_is_to_be_brought_by_whoever_has_it() -> None:
    one = made(materials=[{**MATERIAL, "when": {"case": "a"}}, {**MATERIAL, "id": "always"}])
    rows = need_rows(one, resolve(one, Given(), open_ended=True))
    assert [row.state for row in rows] == [Need.IF_ANY, Need.BRING]
    answered = need_rows(one, resolve(one, Given(situations={"case": "a"}), open_ended=True))
    assert [row.state for row in answered] == [Need.BRING, Need.BRING]


def test_a_paper_that_only_some_have_is_not_said_to_be_wanted_because_its_source_is_not_connected() -> None:
    shared = [{"reason": "share", "source": "welfare", "words": "不用带"}]
    one = made(materials=[{**MATERIAL, "hint": "是的话", "exempt": shared, "when": {"case": "a"}}])
    (row,) = need_rows(one, resolve(one, Given(), open_ended=True), "这次要带")
    assert (row.state, row.hint) == (Need.IF_ANY, "是的话")
    (row,) = need_rows(one, resolve(one, Given(situations={"case": "a"}), open_ended=True), "这次要带")
    assert (row.state, row.hint) == (Need.BRING, "这次要带")


def test_what_is_done_on_the_spot_is_said_in_words_and_not_as_no_days() -> None:
    notice = Drive().start("job_registration")
    assert isinstance(notice, steps.Notice)
    assert (notice.limit_days, notice.limit_words) == (None, "材料齐，当场办好")


def test_a_matter_that_is_only_told_about_says_what_it_costs_and_what_only_some_bring() -> None:
    notice = Drive().start("house_hukou")
    assert isinstance(notice, steps.Notice)
    assert (notice.fee_known, notice.fee_fen, notice.minutes) == (True, 0, 1)
    assert [row.state for row in notice.rows] == [Need.BRING, Need.BRING, Need.BRING, Need.IF_ANY]


def test_whoever_lays_a_paper_down_is_told_what_a_good_picture_of_it_looks_like() -> None:
    drive = Drive()
    shown = drive.to("pension", steps.Capture)
    assert isinstance(shown, steps.Capture)
    assert (shown.hint, shown.good) == ("先放首页", ("整页都在", "字清楚", "红章看得见"))
    assert shown.specimen == "specimen-register-cover"


def test_every_paper_of_the_shipped_notice_that_is_surely_wanted_is_told_apart_from_the_rest() -> None:
    for one in shipped().matters.values():
        if one.takes_applications:
            rows = {row.id: row.state for row in need_rows(one, resolve(one, Given(), open_ended=True))}
            for paper in one.materials:
                if paper.id in rows and paper.when != ALWAYS:
                    assert rows[paper.id] is not Need.BRING, (one.id, paper.id)


def test_whoever_wants_only_what_needs_the_card_is_not_offered_to_type_and_cannot_hand_in_nothing() -> None:
    drive = Drive()
    card = drive.to("elder_card", steps.Card)
    assert isinstance(card, steps.Card)
    assert not card.can_type
    drive.press("type")  # a screen may be a moment behind
    drive.type(MOTHER)
    drive.press("main")
    drive.type("王小兰")
    shown = drive.press("main")
    assert isinstance(shown, steps.Items)
    assert (shown.chosen, [option.fixed for option in shown.options]) == (0, [True])
    assert isinstance(drive.press("main"), steps.Card)


def test_whoever_wants_what_only_needs_a_name_may_type() -> None:
    card = Drive().to("pension", steps.Card)
    assert isinstance(card, steps.Card)
    assert card.can_type

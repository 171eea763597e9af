"""Every rule of the check, with a catalogue that breaks only that rule; and what ships, which breaks none."""

from __future__ import annotations

from typing import Any

import pytest

from config.catalogue import OFFICIALESE
from config.locales import load as words_of
from matters.build import build
from matters.catalogue import Mode
from matters.check import check, word_list
from matters.findings import Weight, words
from tests.matters.files import (
    FIELD,
    ITEM,
    MATERIAL,
    PROMISE,
    SHIPPED,
    SITUATION,
    built,
    documents,
    load,
    matter,
    report,
)


def item(**changes: Any) -> dict[str, Any]:
    return {**ITEM, **changes}


def test_the_least_catalogue_is_clean() -> None:
    found = report(matter())
    assert found.findings == ()
    assert found.catalogue is not None


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("unknown_key", matter(titel="x")),
    ("missing", {k: v for k, v in matter().items() if k != "title"}),
    ("empty", matter(title="")),
    ("wants_text", matter(title=["x"])),
    ("wants_list", matter(items={"id": "x"})),
    ("wants_table", matter(items=[["x"]])),
    ("wants_texts", matter(examples={"a": "b"})),
    ("wants_number", matter(reply_days="soon")),
    ("wants_flag", matter(items=[item(usual="maybe")])),
    ("not_one_of", matter(items=[item(gives="cards")])),
    ("condition", matter(items=[item(), item(id="two", when="x")])),
    ("same_id", matter(items=[item(), item()])),
    ("same_id", matter(fields=[{**FIELD, "id": "case", "when": {"case": "a"}}])),
    ("no_such", matter(event="nowhere")),
    ("no_such", matter(items=[item(needs=["ghost"])])),
    ("no_such", matter(materials=[{**MATERIAL, "commitment": "ghost"}])),
    ("no_such", matter(materials=[{**MATERIAL, "for": ["ghost"]}])),
    ("no_such", matter(fields=[{**FIELD, "fill": "card.shoe_size", "when": {"case": "a"}}])),
    ("no_such", matter(materials=["ghost"])),
    ("no_such", matter(promises=[{**PROMISE, "declaration": "yes", "clauses": ["{ghost}"]}])),
    ("no_such_answer", matter(fields=[{**FIELD, "when": {"case": "c"}}])),
    ("not_yet_known", matter(situations=[{**SITUATION, "when": {"field": "x"}}])),
    ("not_yet_known", matter(items=[item(), item(id="two", when={"item": "one"})])),
    ("options", matter(situations=[{**SITUATION, "options": [{"id": "a", "title": "是"}]}])),
    ("options", matter(fields=[{**FIELD, "kind": "choice", "when": {"case": "a"}}])),
    ("pages", matter(materials=[{**MATERIAL, "pages": 99}])),
    ("days", matter(items=[item(limit={"statutory": 5000})])),
    ("code", matter(items=[item(code="11431026MB0R05447G4430131056W00")])),
    ("circle", matter(items=[item(needs=["two"]), item(id="two", needs=["one"])])),
    ("missing", matter(consents=[])),
    ("missing", matter(delivery=[])),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(BROKEN)])
def test_an_error_refuses_the_catalogue_and_names_file_and_line(rule: str, broken: dict[str, Any]) -> None:
    found = built(broken)
    errors = [finding for finding in found.findings if finding.weight is Weight.ERROR]
    assert found.catalogue is None
    assert {finding.rule for finding in errors} == {rule}
    assert all(finding.place.file == "m.yaml" and finding.place.line > 0 for finding in errors)


def test_a_tile_without_a_matter_is_refused() -> None:
    assert [f.rule for f in built().findings] == ["dead_tile"]


def test_a_catalogue_has_one_head() -> None:
    files = documents(matter())
    del files["catalogue.yaml"]
    assert [f.rule for f in build(files).findings] == ["one_catalogue"]


def test_two_files_of_one_matter_are_refused() -> None:
    files = documents(matter())
    files["again.yaml"] = files["m.yaml"]
    assert "same_id" in [f.rule for f in build(files).findings]


WARNED: list[tuple[str, dict[str, Any]]] = [
    ("catch_all", matter(materials=[{**MATERIAL, "title": "其他材料"}])),
    ("catch_all", matter(materials=[{**MATERIAL, "hint": "有关证明"}])),
    ("vague", matter(materials=[{**MATERIAL, "hint": "视情况带"}])),
    ("steps", matter(items=[item(steps=["一", "二", "三", "四", "五"])])),
    ("limit_over", matter(items=[item(limit={"statutory": 5, "committed": 9})])),
    ("limit_over", matter(complexity="fairly_complex", items=[item(limit={"statutory": 30, "committed": 20})])),
    ("twice", matter(fields=[{**FIELD, "when": {"case": "a"}}, {**FIELD, "id": "again", "label": "别的"}])),
    ("same_label", matter(fields=[{**FIELD, "when": {"case": "a"}}, {**FIELD, "id": "again", "title": "再写？"}])),
    ("unused", matter(promises=[PROMISE])),
    ("asked_for_nothing", matter(fields=[FIELD])),
    ("unreachable", matter(materials=[{**MATERIAL, "when": {"all": [{"case": "a"}, {"case": "b"}]}}])),
    (
        "unreachable",
        matter(
            situations=[
                SITUATION,
                {
                    **SITUATION,
                    "id": "second",
                    "label": "第二",
                    "options": [
                        {"id": "x", "title": "x", "when": {"all": [{"case": "a"}, {"case": "b"}]}},
                        {"id": "y", "title": "y"},
                    ],
                },
            ],
            materials=[{**MATERIAL, "when": {"second": "y"}}],
        ),
    ),
    ("low", matter(confidence="L")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "broken"), WARNED, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(WARNED)])
def test_a_rule_of_the_reform_that_is_not_kept_is_found_and_the_catalogue_still_works(
    rule: str, broken: dict[str, Any]
) -> None:
    found = report(broken)
    assert {finding.rule for finding in found.findings} == {rule}
    assert found.catalogue is not None
    assert not found.failed


UNKNOWN = [
    ("basis", matter(items=[item(basis="unknown")])),
    ("unknown_code", matter(items=[item(code="unknown")])),
    ("unknown_fee", matter(items=[item(fee_fen="unknown")])),
    ("unknown_limit", matter(items=[item(limit={})])),
]


@pytest.mark.parametrize(("rule", "broken"), UNKNOWN, ids=[rule for rule, _ in UNKNOWN])
def test_what_is_unknown_is_counted_and_listed_not_guessed(rule: str, broken: dict[str, Any]) -> None:
    found = report(broken)
    assert [(f.rule, f.weight) for f in found.findings] == [(rule, Weight.UNKNOWN)]
    assert found.count(Weight.UNKNOWN) == 1


def test_officialese_is_found_with_what_to_say_instead_and_where() -> None:
    found = report(matter(heading="请选择事项"), words="请选择\t点一个\n")
    (finding,) = found.findings
    assert (finding.rule, dict(finding.values)["instead"]) == ("officialese", "点一个")
    assert finding.place.line > 0


def test_official_names_may_be_official() -> None:
    assert report(matter(items=[item(official="请选择事项审核")]), words="请选择\n审核\n").findings == ()


def test_the_order_of_files_is_irrelevant() -> None:
    files = load(SHIPPED)
    backwards = dict(reversed(list(files.items())))
    assert build(files).catalogue == build(backwards).catalogue


def test_what_ships_keeps_every_rule() -> None:
    found = check(load(SHIPPED), word_list(OFFICIALESE.read_text("utf-8")))
    assert [f for f in found.findings if f.weight is not Weight.UNKNOWN] == []
    assert found.catalogue is not None
    assert found.catalogue.label == "示例目录，以当地公布清单为准"


def test_every_finding_can_be_said_to_a_clerk() -> None:
    say = words_of()
    seen = set()
    for broken in [broken for _, broken in BROKEN + WARNED + UNKNOWN]:
        for finding in report(broken, words="").findings:
            seen.add(finding.rule)
            assert words(finding, say) != finding.rule
    assert len(seen) > 25


def test_every_tile_of_the_shipped_home_screen_leads_somewhere() -> None:
    catalogue = build(load(SHIPPED)).catalogue
    assert catalogue is not None
    assert all(catalogue.of_event(event.id) for event in catalogue.events)
    for one in catalogue.matters.values():
        assert one.advice or one.takes_applications, f"{one.id} shows an empty notice"
        assert not one.takes_applications or one.items[0].village in Mode


def test_a_shared_definition_is_added_to_and_what_the_matter_says_holds() -> None:
    shared = {"materials": [{**MATERIAL, "hint": "共用的"}]}
    plain = built(matter(materials=["paper"]), shared=shared).catalogue
    own = built(matter(materials=[{"id": "paper", "hint": "自己的"}]), shared=shared).catalogue
    assert plain is not None
    assert own is not None
    assert plain.matters["m"].material("paper").hint == "共用的"
    assert own.matters["m"].material("paper").hint == "自己的"
    assert own.matters["m"].material("paper").title == "一张纸"

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
from matters.wording import unspoken
from screens import drawings
from tests.matters.files import (
    FIELD,
    ITEM,
    MATERIAL,
    PROMISE,
    SHIPPED,
    SITUATION,
    built,
    documents,
    head,
    load,
    located,
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
    ("no_such", matter(materials=[{**MATERIAL, "fills": [{"field": "ghost", "labels": ["姓名"]}]}])),
    ("missing", matter(materials=[{**MATERIAL, "read": {"person": "yes"}}])),
    ("not_one_of", matter(materials=[{**MATERIAL, "copy": {"sheet": "a5"}}])),
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
    ("limit_over", matter(limit={"committed": 9})),
    ("materials_cut", matter(materials_before=2)),
    ("six", matter(materials=[{**MATERIAL, "title": "居住证明"}])),
    ("six", matter(materials=[{**MATERIAL, "title": "村里的介绍信", "source": "other"}])),
    ("levels_differ", matter(items=[item(published=[{"tier": "county", "limit": "10/7"}])])),
    ("levels_differ", matter(items=[item(published=[{"tier": "town", "materials": ["一张纸", "再一张纸"]}])])),
    ("unused_result", matter(items=[item(gives="between")])),
    ("fee_basis", matter(items=[item(fee_fen=500)])),
    ("type_code", matter(items=[item(type="service")])),
    ("no_commitment", matter(items=[item(commitment="no")], promises=[PROMISE],
                             materials=[{**MATERIAL, "commitment": "promise"}])),
    ("unspoken", matter(lead="去看 www.example.cn")),
    ("unspoken", matter(materials=[{**MATERIAL, "hint": "正/反面"}])),
    ("vague", matter(lead="县里会尽快办")),
    ("unfindable", matter(pinyin=[])),
    ("no_reason", matter(items=[item(village="inform", town="assist")], situations=[], fields=[FIELD])),
    ("twice", matter(situations=[], fields=[{**FIELD, "fill": "card.name"},
                                            {**FIELD, "id": "again", "title": "再写？", "label": "别的",
                                             "fill": "card.name"}])),
    ("contradictory", matter(fields=[{**FIELD, "when": {"case": "a"}, "id": "f"},
                                     {**FIELD, "id": "g", "title": "再写？", "label": "别的",
                                      "when": {"all": [{"f": "x"}, {"not": {"f": "x"}}]}}])),
    ("contradictory", matter(materials=[{**MATERIAL, "when": {"not": {"case": ["a", "b"]}}}])),
    ("twice", matter(fields=[{**FIELD, "when": {"case": "a"}}, {**FIELD, "id": "again", "label": "别的"}])),
    ("same_label", matter(fields=[{**FIELD, "when": {"case": "a"}}, {**FIELD, "id": "again", "title": "再写？"}])),
    ("unused", matter(promises=[PROMISE])),
    ("asked_for_nothing", matter(fields=[FIELD])),
    ("contradictory", matter(materials=[{**MATERIAL, "when": {"all": [{"case": "a"}, {"case": "b"}]}}])),
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
                        {"id": "x", "title": "甲"},
                        {"id": "y", "title": "乙"},
                    ],
                    "when": {"case": "b"},
                },
            ],
            materials=[{**MATERIAL, "when": {"all": [{"second": "y"}, {"case": "a"}]}}],
            fields=[{**FIELD, "when": {"second": "x"}}],
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


def test_a_drawing_that_no_terminal_has_is_named_with_the_nearest_and_so_are_two_alike_in_one_list() -> None:
    alike = {"picture": "shop"}
    files = documents(matter(picture="aidd"), matter(matter="other", **alike), matter(matter="third", **alike))
    found = check(files, drawings=frozenset({"aid", "shop"})).findings
    drawn = [(one.rule, dict(one.values)) for one in found if one.rule in ("no_drawing", "same_drawing")]
    assert ("no_drawing", {"value": "aidd", "near": "aid"}) in drawn
    assert ("same_drawing", {"id": "third", "other": "other"}) in drawn
    assert len(drawn) == 2, drawn
    assert not [one for one in check(files).findings if one.rule == "no_drawing"], "judged without being asked"


UNKNOWN = [
    ("basis", matter(items=[item(basis="unknown")])),
    ("unknown_code", matter(items=[item(code="unknown")])),
    ("unknown_fee", matter(items=[item(fee_fen="unknown")])),
    ("unknown_limit", matter(items=[item(limit={})])),
    ("unknown_facts", matter(items=[item(visits="unknown")])),
    ("unknown_facts", matter(items=[item(type="unknown")])),
    ("unknown_facts", matter(items=[item(intermediary="unknown")])),
]


@pytest.mark.parametrize(("rule", "broken"), UNKNOWN, ids=[f"{n}-{rule}" for n, (rule, _) in enumerate(UNKNOWN)])
def test_what_is_unknown_is_counted_and_listed_not_guessed(rule: str, broken: dict[str, Any]) -> None:
    found = report(broken)
    assert [(f.rule, f.weight) for f in found.findings] == [(rule, Weight.UNKNOWN)]
    assert found.count(Weight.UNKNOWN) == 1


@pytest.mark.parametrize(
    ("profile", "complexity", "limit", "most"),
    [
        ("yongzhou", "general", {"committed": 3}, 0),
        ("yongzhou", "fairly_complex", {"statutory": 30, "committed": 20}, 10),
        ("yongzhou", "complex", {"statutory": 30, "committed": 16}, 15),
        ("yongzhou-market", "market_access", {"statutory": 10, "committed": 6}, 5),
        ("chenzhou", "general", {"statutory": 10, "committed": 12}, 10),
    ],
)
def test_a_limit_over_the_countys_own_profile_is_found(
    profile: str, complexity: str, limit: dict[str, int], most: int
) -> None:
    found = check(documents(matter(complexity=complexity, items=[item(limit=limit)])), profile=profile).findings
    over = [dict(f.values)["most"] for f in found if f.rule == "limit_over"]
    assert over == [str(most)]
    assert {f.rule for f in found} <= {"limit_over"}


def test_a_limit_within_the_profile_is_not() -> None:
    fast = item(limit={"statutory": 10, "committed": 5})
    assert check(documents(matter(complexity="market_access", items=[fast])), profile="yongzhou-market").findings == ()


def test_a_government_paper_is_not_asked_for_where_its_source_is_connected() -> None:
    paper = {**MATERIAL, "source": "government", "issuer": "household"}
    files = documents(matter(materials=[paper]))
    assert check(files).findings == ()
    assert [f.rule for f in check(files, sources=frozenset({"household"})).findings] == ["connected"]
    spared = {**paper, "exempt": [{"reason": "share", "source": "household", "words": "不用带"}]}
    assert check(documents(matter(materials=[spared])), sources=frozenset({"household"})).findings == ()


def test_the_same_item_in_two_matters_is_the_same() -> None:
    other = matter(matter="n", items=[item(steps=["别的"])], situations=[], fields=[FIELD])
    found = report(matter(), other).findings
    assert [(f.rule, dict(f.values)["what"], f.place.file) for f in found] == [("levels_differ", "steps", "n.yaml")]


def test_what_is_alike_at_another_level_is_not_found() -> None:
    same = {"tier": "county", "official": "一样", "limit": "10/5", "steps": ["收下", "办"], "materials": ["一张纸"],
            "form": ["写的"], "result": "一张纸", "basis": "某法", "type": "permit",
            "code": "11431026MB0R05447F4430131056W00"}  # fmt: skip
    assert report(matter(items=[item(published=[same])])).findings == ()


def test_samples_are_called_samples() -> None:
    files = documents(matter(confidence="sample"))
    assert check(files).findings == ()
    files["catalogue.yaml"] = located("catalogue.yaml", {**head(), "label": ""})
    assert [f.rule for f in check(files).findings] == ["unlabelled"]


def test_a_countys_own_catalogue_needs_no_label() -> None:
    files = documents(matter())
    files["catalogue.yaml"] = located("catalogue.yaml", {**head(), "label": ""})
    assert check(files).findings == ()


def test_a_matter_with_too_many_ways_is_said_to_be_not_tried_and_takes_no_longer() -> None:
    many = [{**SITUATION, "id": f"s{n}", "title": f"第{n}问？", "label": f"问{n}"} for n in range(20)]
    papers = [{**MATERIAL, "id": f"p{n}", "when": {f"s{n}": "a"}} for n in range(20)]
    found = report(matter(situations=many, fields=[FIELD], materials=papers)).findings
    assert [(f.rule, f.weight) for f in found] == [("not_tried", Weight.UNKNOWN)]


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("放A4纸，末位X", ""),
        ("**粗的**{name}", ""),
        ("a", "a"),
        ("3×4", "×"),
        ("去WiFi", "WiFi"),
        ("→", "→"),
        ("他/她", "/"),
    ],
)
def test_what_no_voice_can_say_is_told(text: str, odd: str) -> None:
    assert unspoken(text) == odd


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
    found = check(load(SHIPPED), word_list(OFFICIALESE.read_text("utf-8")), drawings=drawings())
    assert [f for f in found.findings if f.weight is not Weight.UNKNOWN] == []
    assert found.catalogue is not None
    pictures = [one.picture for one in found.catalogue.matters.values()]
    assert len(set(pictures)) == len(pictures), "a department's list and a search would show one drawing twice"
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

"""What follows from a catalogue: items closed under dependency, one form, one list, limits, search."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.catalogue import Located
from matters.build import CatalogueRefused, build, must_build
from matters.conditions import ALWAYS, All, AnyOf, Condition, Is, Not, judge
from matters.limits import PROFILES, matter_limit
from matters.resolve import Given, resolve, toggle
from matters.search import find
from matters.show import NoSuch, show
from tests.matters.drive import shipped
from tests.matters.files import FIELD, ITEM, SHIPPED, built, documents, load, matter

# ---------------------------------------------------------------- conditions

CONDITIONS = st.recursive(
    st.builds(Is, st.sampled_from("abc"), st.lists(st.sampled_from("xyz"), min_size=1, max_size=2).map(tuple)),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(CONDITIONS, st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz")), st.data())
def test_what_is_certain_stays_so_when_more_is_known(condition: Condition, facts: dict[str, str], data: Any) -> None:
    before = judge(condition, facts)
    more = {**{name: data.draw(st.sampled_from("xyz")) for name in "abc"}, **facts}
    if before is not None:
        assert judge(condition, more) is before


def test_unknown_is_not_a_yes() -> None:
    assert judge(Is("a", ("x",)), {}) is None
    assert judge(Not(Is("a", ("x",))), {}) is None
    assert judge(ALWAYS, {}) is True


# ---------------------------------------------------------------- items

NAMES = ("a", "b", "c", "d", "e")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """A matter whose items need only earlier ones."""
    items = []
    for number, name in enumerate(NAMES):
        needs = draw(st.sets(st.sampled_from(NAMES[:number]))) if number else set()
        statutory = draw(st.integers(0, 30))
        items.append(
            {
                **ITEM,
                "id": name,
                "needs": sorted(needs),
                "usual": draw(st.sampled_from(["yes", "no"])),
                "gives": draw(st.sampled_from(["record", "money"])),
                "limit": {"statutory": statutory, "committed": draw(st.integers(0, statutory))},
                **({"required": "要办"} if draw(st.integers(0, 5)) == 0 else {}),
            }
        )
    return matter(items=items, fields=[FIELD], situations=[])


@settings(max_examples=60, deadline=None)
@given(graphs(), st.lists(st.sampled_from(NAMES), max_size=8), st.sampled_from(["", "typed", "card"]))
def test_every_chosen_set_is_closed_under_dependency(one: dict[str, Any], touched: list[str], level: str) -> None:
    catalogue = must_build(documents(one))
    it = catalogue.matters["m"]
    picks: dict[str, bool] = {}
    for name in touched:
        states = resolve(it, Given(picks=picks, level=level)).items
        before = {state.item.id: state.chosen for state in states}
        picks = {**picks, **toggle(it, states, name)}
        after = resolve(it, Given(picks=picks, level=level))
        state = next(state for state in states if state.item.id == name)
        if (
            state.possible
            and not state.item.required
            and not any(s.item.required and name in s.item.needs for s in states)
        ):
            chosen = name in after.chosen
            assert chosen != before[name] or _held(it, name)
        for state in after.items:
            if state.chosen:
                assert set(state.item.needs) <= set(after.chosen)
                assert state.possible
            if not state.possible:
                assert level == "typed"


def _held(it: Any, name: str) -> bool:
    """Whether something required rests on it, however far."""
    above = {item.id for item in it.items if item.required}
    todo = list(above)
    while todo:
        for parent in it.item(todo.pop()).needs:
            if parent not in above:
                above.add(parent)
                todo.append(parent)
    return name in above


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sets(st.sampled_from(NAMES), min_size=1), st.sampled_from(PROFILES), st.integers(1, 9))
def test_a_longer_limit_of_one_item_never_shortens_the_matters(
    one: dict[str, Any], chosen: set[str], profile: str, more: int
) -> None:
    slower = copy.deepcopy(one)
    for item in slower["items"]:
        item["limit"] = {key: value + more for key, value in item["limit"].items()}
    first = matter_limit(must_build(documents(one)).matters["m"], sorted(chosen), profile)
    second = matter_limit(must_build(documents(slower)).matters["m"], sorted(chosen), profile)
    assert first.days is not None
    assert second.days is not None
    assert second.days >= first.days


# ---------------------------------------------------------------- limits, by the rows of the plans


def limited(*items: dict[str, Any], **changes: Any) -> Any:
    rows = [{**ITEM, **one} for one in items]
    return must_build(documents(matter(items=rows, fields=[FIELD], situations=[], **changes))).matters["m"]


def row(
    name: str, statutory: int | str, committed: int | str = "unknown", needs: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {"id": name, "limit": {"statutory": statutory, "committed": committed}, "needs": list(needs)}


AS = "001 二(一)1"


@pytest.mark.parametrize(
    ("items", "profile", "complexity", "days", "rule", "clause"),
    [
        ([row("a", 10, 7)], "chenzhou", "general", 7, "single", "001 二(一)1"),
        ([row("a", 10, 7), row("b", 20, 9)], "chenzhou", "general", 9, "parallel", AS),
        ([row("a", 10, 7), row("b", 21, 9, ("a",))], "chenzhou", "general", 10, "sequence", "001 二(一)1"),
        ([row("a", 9), row("b", 9, 9, ("a",)), row("c", 9, 9)], "chenzhou", "general", 9, "parallel", AS),
        ([row("a", "unknown", 7), row("b", 9, 9, ("a",))], "chenzhou", "complex", 16, "sequence_promised", AS),
        ([row("a", 10, 7), row("b", 20, 9)], "yongzhou", "general", 0, "on_the_spot", "000 二"),
        ([row("a", 30, 25)], "yongzhou", "fairly_complex", 10, "fairly_complex", "000 二"),
        ([row("a", 15, 15)], "yongzhou", "complex", 8, "half", "000 二"),
        ([row("a", 10, 10), row("b", 20, 3)], "yongzhou-market", "market_access", 5, "market_half", "002 二"),
        ([row("a", 10, 10), row("b", 20, 12, ("a",))], "published", "general", 22, "sequence_promised", ""),
        ([row("a", 10, 10), row("b", 20, 12)], "published", "general", 12, "parallel", ""),
        ([row("a", "unknown")], "chenzhou", "general", None, "unknown", ""),
    ],
)  # fmt: skip
def test_the_limit_names_the_rule_and_the_clause_that_gave_it(
    items: list[dict[str, Any]], profile: str, complexity: str, days: int | None, rule: str, clause: str
) -> None:
    one = limited(*items, complexity=complexity)
    found = matter_limit(one, [item["id"] for item in items], profile)
    assert (found.days, found.rule, found.clause) == (days, rule, clause)


@pytest.mark.parametrize(("statutory", "profile"), [(1, "published"), ("unknown", "chenzhou")])
def test_of_two_ways_to_an_item_what_is_promised_follows_the_longer_promise(statutory: int | str, profile: str) -> None:
    """The other way is the longer one by its statutory limits alone."""
    one = limited(row("a", 1, 9), row("b", 8, 2), row("c", statutory, 1, ("a", "b")), complexity="complex")
    found = matter_limit(one, ["a", "b", "c"], profile)
    assert (found.days, found.rule) == (10, "sequence_promised")


def test_a_limit_published_for_the_whole_is_never_exceeded_by_the_sum_of_its_parts() -> None:
    one = limited(row("a", 10, 10), row("b", 20, 12, ("a",)), limit={"committed": 15})
    found = matter_limit(one, ["a", "b"], "published")
    assert (found.days, found.rule) == (15, "published")


def test_a_mixed_graph_counts_its_longest_chain_and_lets_the_rest_run_beside_it() -> None:
    # a → b → d and a → c → d: 30 % of 10 + 30 + 20; e stands alone with its own limit, uncut
    one = limited(
        row("a", 10, 10), row("b", 30, 30, ("a",)), row("c", 5, 5, ("a",)), row("d", 20, 20, ("b", "c")),
        row("e", 17, 17),
    )  # fmt: skip
    found = matter_limit(one, ["a", "b", "c", "d", "e"])
    assert (found.days, found.rule, found.below_longest) == (18, "sequence", True)
    assert matter_limit(one, ["a", "c", "e"]).days == 17


def test_a_graph_with_millions_of_chains_is_counted_at_once() -> None:
    rows, before = [], []
    for layer in range(14):
        names = [f"l{layer}n{n}" for n in range(4)]  # 4 ** 14 ways through
        rows += [row(name, 10, 10, tuple(before)) for name in names]
        before = names
    assert matter_limit(limited(*rows), [one["id"] for one in rows]).days == 42


def test_a_chain_that_comes_below_its_own_longest_item_is_flagged() -> None:
    one = limited(row("a", 1, 1), row("b", 20, 20, ("a",)))
    assert matter_limit(one, ["a", "b"]).below_longest
    assert not matter_limit(one, ["b"]).below_longest


def test_a_limit_published_for_the_whole_counts_where_the_parts_are_unknown() -> None:
    newborn = shipped().matters["newborn"]
    found = matter_limit(newborn, ["household", "medical_insurance", "social_card"])
    assert (found.days, found.rule) == (5, "published")
    assert found.unknown == ("household", "social_card")


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(ValueError, match="no policy profile"):
        matter_limit(shipped().matters["pension"], ["pension"], "mars")


# ---------------------------------------------------------------- one form, one list


@pytest.mark.parametrize("name", [m.id for m in shipped().matters.values() if m.takes_applications])
def test_no_field_and_no_paper_stands_twice(name: str) -> None:
    told = show(shipped(), name)
    form: Any = told["form"]
    materials: Any = told["materials"]
    assert len({row["id"] for row in form}) == len(form)
    assert len({row["id"] for row in materials}) == len(materials)
    json.dumps(told)


def test_the_list_says_why_each_paper_is_needed_exempt_or_by_commitment() -> None:
    told = show(shipped(), "newborn", answers={"married": "yes"}, level="card", sources=frozenset({"birth"}))
    materials: Any = told["materials"]
    rows = {row["id"]: row for row in materials}
    assert (rows["id_card"]["state"], rows["id_card"]["reason"]) == ("exempt", "card_read")
    assert (rows["birth_certificate"]["state"], rows["birth_certificate"]["reason"]) == ("exempt", "share")
    assert rows["marriage_certificate"]["state"] == "by commitment"
    assert rows["household_register"]["state"] == "needed"
    assert rows["household_register"]["why"]


def test_an_exemption_counts_only_where_the_countys_source_is_connected() -> None:
    told = show(shipped(), "newborn", answers={"married": "yes"}, level="card")
    materials: Any = told["materials"]
    assert {row["id"]: row["state"] for row in materials}["birth_certificate"] == "needed"


def test_what_is_shown_carries_every_fact_of_an_item_and_a_paper_and_says_what_is_unknown() -> None:
    told = show(shipped(), "restaurant", answers={"has_licence": "yes", "premises": "own"})
    items: Any = told["items"]
    permit = next(row for row in items if row["id"] == "food_permit")
    assert (permit["type"], permit["decides"], permit["visits"], permit["commitment"]) == ("permit", "county", 0, True)
    assert (permit["level"], permit["level_reason"], permit["helper"]) == ("card", "credential", True)
    assert permit["intermediary"] == "unknown"
    materials: Any = told["materials"]
    licence = next(row for row in materials if row["id"] == "licence_copy")
    assert (licence["issuer"], licence["waits_for"], licence["state"]) == ("licence", "licence", "needed")
    assert licence["good"]


def test_part_of_the_items_brings_what_they_need_and_nothing_else() -> None:
    told = show(shipped(), "newborn", items=["social_card"])
    items: Any = told["items"]
    assert [row["id"] for row in items if row["chosen"]] == ["household", "social_card"]
    form: Any = told["form"]
    assert "bank_account" not in {row["id"] for row in form}


def test_a_wrong_question_is_answered_with_what_there_is() -> None:
    for wrong in (
        {"name": "nothing"},
        {"name": "newborn", "items": ["x"]},
        {"name": "newborn", "answers": {"x": "y"}},
        {"name": "newborn", "answers": {"married": "perhaps"}},
    ):
        with pytest.raises(NoSuch, match="there are"):
            show(shipped(), **wrong)  # type: ignore[arg-type]


def test_steps_come_in_an_order_in_which_each_result_is_there_before_it_is_needed() -> None:
    told = show(shipped(), "restaurant", items=["tobacco", "food_permit"])
    steps: Any = told["steps"]
    seen: set[str] = set()
    for row in steps:
        assert set(row["after"]) <= seen
        seen.add(row["item"])


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("新生儿", "newborn"),
        ("上户口", "newborn"),
        ("我想给孩子上户口", "newborn"),
        ("xinshenger", "newborn"),
        ("XSECS", "newborn"),
        ("养老", "pension"),
        ("新农保", "pension"),
        ("ylbx", "pension"),
        ("开饭店", "restaurant"),
        ("开小吃店", "restaurant"),
        ("kaifandian", "restaurant"),
        ("盖房子", "house"),
        ("医保", "medical_insurance"),
        ("残疾证", "disability"),
        ("社保卡丢了怎么办", "social_card"),
        ("丧葬费", "farewell"),
    ],
)
def test_a_matter_is_found_by_the_words_people_use(text: str, first: str) -> None:
    found = find(shipped(), text)
    assert found
    assert found[0].id == first


@pytest.mark.parametrize("text", ["", "  ", "，。", "zzzz", "飞机票火车票"])
def test_nothing_is_found_for_nothing(text: str) -> None:
    assert find(shipped(), text) == ()


# ---------------------------------------------------------------- a catalogue that is not what it should be

FILES = load(SHIPPED)
JUNK = st.sampled_from(["", "unknown", "-1", "99999999999999", "no", "a b", "{x}", "甲" * 300])


def spoiled(node: Located, path: list[int], value: object) -> Located:
    """The node with one value replaced, found by walking down."""
    inner = node.value
    if not path or isinstance(inner, str) or not inner:
        return Located(value, node.file, node.line)  # type: ignore[arg-type]
    if isinstance(inner, list):
        n = path[0] % len(inner)
        return Located(
            [spoiled(v, path[1:], value) if i == n else v for i, v in enumerate(inner)], node.file, node.line
        )
    key = sorted(inner)[path[0] % len(inner)]
    return Located({k: spoiled(v, path[1:], value) if k == key else v for k, v in inner.items()}, node.file, node.line)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 100), st.lists(st.integers(0, 50), min_size=1, max_size=6), st.one_of(JUNK, st.just([]), st.just({}))
)
def test_a_spoiled_file_gives_findings_and_never_a_traceback(number: int, path: list[int], value: object) -> None:
    files = dict(FILES)
    name = sorted(files)[number % len(files)]
    if isinstance(value, dict | list):
        value = copy.copy(value)
    files[name] = spoiled(files[name], path, value)
    found = build(files)
    assert (found.catalogue is None) == any(f.weight == "error" for f in found.findings)


def test_a_refused_catalogue_says_file_line_and_rule() -> None:
    with pytest.raises(CatalogueRefused, match=r"m\.yaml, line \d+: unknown_key"):
        must_build(documents(matter(titel="x")))
    assert built(matter()).catalogue is not None

"""What holds in every catalogue that is accepted, whatever a clerk wrote into it."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from matters import steps
from matters.build import build, must_build
from matters.check import check
from matters.consents import wanted
from matters.limits import PROFILES, matter_limit
from matters.resolve import Given, resolve, toggle
from tests.matters.drive import Drive
from tests.matters.files import FIELD, ITEM, MATERIAL, documents, head, located, matter

ITEMS = ("a", "b", "c", "d")
KINDS = ("name", "text", "digits", "phone", "bank", "choice")
FILLS = {"name": "card.name", "text": "card.address"}
CONSENTS = [
    {"id": kind, "collected": ["名字"], "purpose": "办事", "recipients": "县里", "kept_until": "办完"}
    for kind in ("general", "guardian", "sensitive")
]
OPTIONS = [{"id": "x", "title": "甲"}, {"id": "y", "title": "乙"}]


@st.composite
def conditions(draw: st.DrawFn, names: list[str], items: bool) -> dict[str, Any]:
    """A condition over situations that have been asked, and over items where those are known."""
    kinds = [{name: draw(st.sampled_from("xy"))} for name in names]
    kinds += [{"item": name} for name in ITEMS] if items else []
    if not kinds:
        return {}
    one = draw(st.sampled_from(kinds))
    return draw(st.sampled_from([one, {"not": one}, {"any": [one, draw(st.sampled_from(kinds))]}, {}, {}]))


@st.composite
def matters(draw: st.DrawFn, name: str = "m") -> dict[str, Any]:
    """A matter with situations, items that take in each other's results, fields and papers for some of them."""

    def when(table: dict[str, Any], names: list[str], items: bool) -> dict[str, Any]:
        condition = draw(conditions(names, items))
        return {**table, "when": condition} if condition else table

    situations: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 3))):
        asked = [one["id"] for one in situations]
        table = {"id": f"s{number}", "title": f"第{number}问？", "label": f"问{number}", "options": OPTIONS}
        situations.append(when(table, asked, False))
    asked = [one["id"] for one in situations]
    items = []
    for number, ident in enumerate(ITEMS[: draw(st.integers(1, 4))]):
        statutory = draw(st.integers(0, 30))
        item = {
            **ITEM, "id": ident, "title": f"第{number}样",
            "needs": sorted(draw(st.sets(st.sampled_from(ITEMS[:number])))) if number else [],
            "usual": draw(st.sampled_from(["yes", "no"])), "gives": draw(st.sampled_from(["record", "money"])),
            "limit": {"statutory": statutory, "committed": draw(st.integers(0, statutory))},
        }  # fmt: skip
        items.append(when(item, asked, False))
    here = [item["id"] for item in items]

    def part(table: dict[str, Any]) -> dict[str, Any]:
        table["for"] = sorted(draw(st.sets(st.sampled_from(here), max_size=2)))
        condition = draw(conditions(asked, False))
        return {**table, "when": condition} if condition else table

    fields = []
    for number in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(KINDS))
        fill = draw(st.sampled_from(["", FILLS.get(kind, "")]))
        field = {**FIELD, "id": f"f{number}", "title": f"写第{number}样？", "label": f"写{number}", "kind": kind}
        field |= {"fill": fill} if fill else {}
        field |= {"options": OPTIONS} if kind == "choice" else {}
        field |= {"minor": "yes"} if draw(st.integers(0, 4)) == 0 else {}
        fields.append(part(field))
    papers = [
        part({**MATERIAL, "id": f"p{number}", "title": f"第{number}张", "pages": draw(st.integers(1, 3))})
        for number in range(draw(st.integers(0, 3)))
    ]
    return matter(
        matter=name, situations=situations, items=items, fields=fields, materials=papers, consents=CONSENTS
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(matters(), st.randoms(use_true_random=False))
def test_nothing_is_asked_twice_on_the_way_through_any_matter(one: dict[str, Any], chance: random.Random) -> None:
    drive = Drive(catalogue=must_build(documents(one)))
    drive.answers = {**drive.answers, **{f"s{n}": chance.choice("xy") for n in range(3)}}
    drive.press("tile:e")
    asked: list[str] = []
    while not isinstance(drive.step, steps.Check) and len(asked) < 80:
        if isinstance(drive.step, steps.Items) and not drive.step.chosen:
            if not drive.step.options or all(o.fixed for o in drive.step.options):
                return  # nothing of it can be done by this person
            drive.choose(next(o.id for o in drive.step.options if not o.fixed))
        asked.append(drive.step.key)
        before = drive.step.key
        drive.onward()
        if drive.step.key == before and isinstance(drive.step, steps.Review | steps.CardShown):
            drive.onward()
        if isinstance(drive.step, steps.Items) and drive.step.problem:
            return
    # A card and a paper are shown twice at the same place: laid down, then looked at.
    once = [key for key in asked if key.split(":")[0] in ("field", "situation", "consent", "commitment", "delivery")]
    assert len(once) == len(set(once))


@settings(max_examples=80, deadline=None)
@given(matters(), st.lists(st.sampled_from(ITEMS), max_size=6), st.sampled_from(["", "typed", "card"]), st.data())
def test_every_chosen_set_is_closed_and_asks_for_nothing_that_nobody_needs(
    one: dict[str, Any], touched: list[str], level: str, data: st.DataObject
) -> None:
    it = must_build(documents(one)).matters["m"]
    answers = {situation.id: data.draw(st.sampled_from("xy")) for situation in it.situations}
    picks: dict[str, bool] = {}
    for name in touched:
        picks = {**picks, **toggle(it, resolve(it, Given(situations=answers, picks=picks, level=level)).items, name)}
    found = resolve(it, Given(situations=answers, picks=picks, level=level))
    here = {state.item.id for state in found.items}
    for name in found.chosen:
        assert set(it.item(name).needs) & here <= set(found.chosen)
    for need in found.materials:
        assert not need.material.items or set(need.material.items) & set(found.chosen)
    assert len({row.field.id for row in found.form}) == len(found.form)
    assert len({need.material.id for need in found.materials}) == len(found.materials)
    kinds = {asking.kind for asking in wanted(it, found)}
    assert ("guardian" in kinds) == any(row.field.minor for row in found.form)
    assert ("sensitive" in kinds) == any(row.field.kind == "bank" for row in found.form)


@settings(max_examples=80, deadline=None)
@given(matters(), st.sampled_from(PROFILES), st.sampled_from(ITEMS), st.integers(1, 20))
def test_a_longer_limit_never_shortens_any_matter(one: dict[str, Any], profile: str, slower: str, more: int) -> None:
    chosen = [item["id"] for item in one["items"]]
    before = matter_limit(must_build(documents(one)).matters["m"], chosen, profile).days
    for item in one["items"]:
        if item["id"] == slower:
            item["limit"] = {key: value + more for key, value in item["limit"].items()}
    after = matter_limit(must_build(documents(one)).matters["m"], chosen, profile).days
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=60, deadline=None)
@given(matters(), st.sampled_from(["published", "yongzhou-market"]), st.data())
def test_one_more_item_never_shortens_what_is_added_up_or_counted_side_by_side(
    one: dict[str, Any], profile: str, data: st.DataObject
) -> None:
    it = must_build(documents(one)).matters["m"]
    every = [item.id for item in it.items]
    fewer = data.draw(st.lists(st.sampled_from(every), min_size=1, unique=True))
    assert (matter_limit(it, every, profile).days or 0) >= (matter_limit(it, fewer, profile).days or 0)


@settings(max_examples=40, deadline=None)
@given(matters("m"), matters("n"), st.randoms(use_true_random=False))
def test_the_order_of_files_is_irrelevant_to_the_catalogue_and_to_what_the_check_finds(
    one: dict[str, Any], other: dict[str, Any], chance: random.Random
) -> None:
    files = documents(one, other)
    files["catalogue.yaml"] = located("catalogue.yaml", head())
    names = list(files)
    chance.shuffle(names)
    shuffled = {name: files[name] for name in names}
    assert build(files) == build(shuffled)
    assert check(files) == check(shuffled)

"""What differs between two versions of a catalogue is said, all of it, in plain words."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from config import locales
from config.catalogue import SHIPPED, Located, load
from config.catalogue.difference import differences, said
from config.catalogue.reading import plain
from tests.config.test_workbook import documents, located

ZH = locales.load("zh")


@pytest.fixture
def pension() -> dict[str, Any]:
    return {"pension.yaml": plain(load(SHIPPED)["matters/pension.yaml"])}


def lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        said(change, ZH)
        for change in differences(*({n: located(c) for n, c in one.items()} for one in (before, after)))
    ]


def test_what_says_the_same_has_no_differences() -> None:
    assert differences(load(SHIPPED), load(SHIPPED)) == []


def test_changes_are_told_in_plain_words(pension: dict[str, Any]) -> None:
    after = copy.deepcopy(pension)
    matter = after["pension.yaml"]
    title = matter["title"]
    matter["reply_days"] = "9"
    matter["limit"] = {**matter["limit"], "committed": "8"}
    matter["situations"][1]["options"].append({"id": "new", "title": "退役军人"})
    gone = matter["materials"].pop()
    name = gone if isinstance(gone, str) else gone.get("title", gone["id"])
    told = "\n".join(lines(pension, after))
    assert f"事「{title}」的「几天内答复」：" in told
    assert "「承诺几个工作日」：「3」改成「8」。" in told
    assert "选项「退役军人」：新加的。" in told
    assert f"材料「{name}」：去掉了。" in told
    assert lines({}, pension) == [f"事「{title}」：新加的。"]


def test_another_order_is_a_difference(pension: dict[str, Any]) -> None:
    after = copy.deepcopy(pension)
    after["pension.yaml"]["fields"].reverse()
    assert lines(pension, after) == [f"事「{after['pension.yaml']['title']}」的「要填的」：先后换了。"]


@settings(max_examples=25, deadline=None)
@given(documents, documents)
def test_no_difference_goes_unsaid(before: dict[str, Any], after: dict[str, Any]) -> None:
    def one(files: dict[str, Any]) -> dict[str, Located]:
        return {name: located(content) for name, content in files.items()}

    assert not differences(one(before), one(before))
    if sorted(map(repr, before.values())) == sorted(map(repr, after.values())):
        return
    told = differences(one(before), one(after))
    matters = [
        content.get("matter") for files in (before, after) for content in files.values() if isinstance(content, dict)
    ]
    if before.keys() == after.keys() and all(isinstance(m, str) for m in matters):
        assert told or any(content == {} for files in (before, after) for content in files.values())
    assert all(said(change, ZH) for change in told)


def test_any_single_change_of_a_value_is_told(pension: dict[str, Any]) -> None:
    def places(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        if isinstance(value, str):
            return [trail]
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        return [place for key, one in pairs for place in places(one, (*trail, key))]

    for trail in places(pension["pension.yaml"]):
        after = copy.deepcopy(pension)
        table = after["pension.yaml"]
        for key in trail[:-1]:
            table = table[key]
        table[trail[-1]] += "改"
        assert lines(pension, after), trail

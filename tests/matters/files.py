"""Small catalogues for tests: the least that passes, and what a test changes in it."""

from __future__ import annotations

import copy
import functools
import json
from typing import Any

import yaml

from config.catalogue import SHIPPED, Located, load, parse
from matters.build import Built, build
from matters.check import Report, check, word_list

HEAD = SHIPPED / "catalogue.yaml"

ITEM: dict[str, Any] = {
    "id": "one", "title": "一样", "official": "一样", "department": "民政", "code": "430131056W00", "basis": "某法",
    "limit": {"statutory": 10, "committed": 5, "confidence": "H"}, "fee_fen": 0, "type": "permit", "decides": "county",
    "intermediary": "none", "visits": 0, "commitment": "yes", "village": "agent", "town": "agent",
    "gives": "record", "steps": ["收下", "办"], "result": "一张纸", "confidence": "H",
}  # fmt: skip
MATERIAL: dict[str, Any] = {
    "id": "paper", "title": "一张纸", "icon": "file", "kind": "original", "source": "applicant", "shape": "a4",
    "why": "看一看", "confidence": "H",
}  # fmt: skip
FIELD: dict[str, Any] = {"id": "field", "title": "写什么？", "label": "写的", "kind": "text"}
SITUATION: dict[str, Any] = {
    "id": "case", "title": "是不是？", "label": "是不是",
    "options": [{"id": "a", "title": "是"}, {"id": "b", "title": "不是"}],
}  # fmt: skip
PROMISE: dict[str, Any] = {"id": "promise", "title": "签个承诺", "clauses": ["我说的是真话。"], "decline": "不签"}
MATTER: dict[str, Any] = {
    "matter": "m", "title": "一件事", "pinyin": ["yi jian shi"], "examples": ["甲", "乙"], "picture": "aid",
    "event": "e", "heading": "一件事", "confidence": "H", "situations": [{**SITUATION}], "items": [{**ITEM}],
    "fields": [{**FIELD, "when": {"case": "a"}}], "materials": [{**MATERIAL}], "promises": [],
    "delivery": [{"id": "village", "title": "来取", "icon": "home", "after": "来取"}],
    "consents": [
        {"id": "general", "collected": ["名字"], "purpose": "办事", "recipients": "县里", "kept_until": "办完"}
    ],
}  # fmt: skip


def matter(**changes: Any) -> dict[str, Any]:
    """The least matter, with some of it changed."""
    return {**copy.deepcopy(MATTER), **copy.deepcopy(changes)}


def located(name: str, value: object) -> Located:
    """By way of JSON, a key a line: it is YAML, and the dumper of YAML writes an alias for what comes twice."""
    return parse(json.dumps(value, ensure_ascii=False, indent=0).encode(), name)


@functools.cache
def head() -> dict[str, Any]:
    table = yaml.safe_load(HEAD.read_text("utf-8"))
    table["events"] = [{"id": "e", "title": "事", "examples": ["甲", "乙"], "picture": "aid"}]
    table["version"] = "1"
    return dict(table)


@functools.cache
def _head() -> Located:
    return located("catalogue.yaml", head())


def documents(*matters: dict[str, Any], **others: dict[str, Any]) -> dict[str, Located]:
    files = {"catalogue.yaml": _head()}
    for one in matters:
        files[f"{one.get('matter', 'x')}.yaml"] = located(f"{one.get('matter', 'x')}.yaml", one)
    for name, value in others.items():
        files[f"{name}.yaml"] = located(f"{name}.yaml", value)
    return files


def built(*matters: dict[str, Any], **others: dict[str, Any]) -> Built:
    return build(documents(*matters, **others))


def report(*matters: dict[str, Any], words: str = "") -> Report:
    return check(documents(*matters), word_list(words))


__all__ = ["SHIPPED", "load"]

"""What the county tells of somebody's cases, as the screens show it; what goes up so that it can tell."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from config import locales
from kiosk.catalogues import load
from kiosk.visiting.performing import _grouped
from kiosk.visiting.slips import item_details, item_lines, limit_days
from matters.limits import single
from matters.outcomes import CaseRow
from tests.wire import people
from wire.lookup import LookupCase
from wire.messages import CaseState

NUMBER = people.CODE + "202603120001"


def case(application: str, item: int, title: str, state: CaseState, days: int | None, by: str) -> LookupCase:
    return LookupCase(
        application=application, receipt="31210001", item=item, number=NUMBER, title=title, department="", state=state,
        at=people.AT, days=days, by=by,
    )  # fmt: skip


def test_each_application_has_its_items_with_their_dates() -> None:
    one, two = people.message(1).id, people.message(2).id
    found = _grouped((
        case(one, 0, "新生儿出生", CaseState.ACCEPTED, 5, "2026-03-19"),
        case(one, 1, "上户口", CaseState.DECIDED_GRANTED, 3, ""),
        case(one, 2, "医保", CaseState.ACCEPTED, 2, "2026-03-16"),
        case(two, 0, "养老保险参保", CaseState.RECEIVED, 0, ""),
    ))  # fmt: skip
    assert found == (
        CaseRow("31210001", "新生儿出生", "accepted", people.AT, 5, "2026-03-19", items=(
            CaseRow("31210001", "上户口", "decided_granted", people.AT, 3),
            CaseRow("31210001", "医保", "accepted", people.AT, 2, "2026-03-16"),
        )),
        CaseRow("31210001", "养老保险参保", "received", people.AT, 0),
    )  # fmt: skip


def test_the_receipt_says_of_each_of_several_items_how_long_it_takes_and_guesses_nothing() -> None:
    matter, words = load("", Path("unused")).catalogue.matters["newborn"], locales.load()
    application = people.application(people.message(1).id, ())
    several = dataclasses.replace(application, items=("household", "medical_insurance", "social_card"))
    lines = item_lines(matter, several, words)
    for name, line in zip(several.items, lines, strict=True):
        item = matter.item(name)
        days = single(item)
        expected = {None: item.title, 0: f"{item.title}，收下就办"}
        assert line == expected.get(days, f"{item.title}，收下后{days}个工作日")
    assert {single(matter.item(name)) is None for name in several.items} == {True, False}
    alone = dataclasses.replace(application, items=("medical_insurance",))
    assert item_lines(matter, alone, words) == (matter.item("medical_insurance").title,), "what comes next says it"


def test_what_is_handed_in_says_what_was_promised_for_each_item_and_for_the_whole() -> None:
    matter = load("", Path("unused")).catalogue.matters["newborn"]
    application = people.application(people.message(1).id, ())
    chosen = tuple(item.id for item in matter.items if item.offered)
    application = dataclasses.replace(application, matter="newborn", items=chosen)
    details = item_details(matter, application)
    assert [detail.days for detail in details] == [single(matter.item(name)) for name in chosen]
    assert limit_days(matter, application, "chenzhou") is not None
    assert limit_days(None, application, "chenzhou") is None

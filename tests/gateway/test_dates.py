"""By when a case has to be decided: working days on the county's own calendar, from the day of acceptance."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from config.calendar import due
from gateway.dates import Dates, dates
from gateway.schema import MIGRATIONS, open_database
from gateway.store import Store

CHINA = 480
NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
CAME = ("received", "2026-03-10T02:00:00Z")
TAKEN = ("accepted", "2026-03-12T02:41:00Z")


def test_before_acceptance_there_is_no_date() -> None:
    for states in (("received",), ("received", "pre_check"), ("received", "pre_check", "supplement_asked")):
        assert dates([(state, CAME[1]) for state in states], 5, NOW, CHINA) == Dates()


@given(st.integers(0, 60))
def test_from_acceptance_on_it_is_the_last_of_the_working_days_after_it(days: int) -> None:
    found = dates([CAME, TAKEN], days, NOW, CHINA)
    assert found.accepted == date(2026, 3, 12)
    assert found.by == due(date(2026, 3, 12), days)


def test_the_day_of_acceptance_is_the_countys_own_and_not_greenwichs() -> None:
    late = ("accepted", "2026-03-12T17:30:00Z")  # half past one in the morning of the 13th
    assert dates([CAME, late], 1, NOW, CHINA).accepted == date(2026, 3, 13)


def test_days_on_hold_do_not_count_and_while_on_hold_there_is_no_date() -> None:
    held = [CAME, TAKEN, ("suspended", "2026-03-13T02:00:00Z")]
    assert dates(held, 5, NOW, CHINA) == Dates(date(2026, 3, 12))
    again = [*held, ("accepted", "2026-03-20T02:00:00Z")]  # five working days later
    assert dates(again, 5, NOW, CHINA).by == due(date(2026, 3, 12), 10)


def test_a_case_that_went_back_before_acceptance_begins_anew() -> None:
    back = [CAME, TAKEN, ("supplement_asked", "2026-03-13T02:00:00Z")]
    assert dates(back, 5, NOW, CHINA) == Dates()
    again = [*back, ("accepted", "2026-03-18T02:00:00Z")]
    assert dates(again, 5, NOW, CHINA).by == due(date(2026, 3, 18), 5)


def test_what_nobody_knows_gives_no_date_instead_of_a_guess() -> None:
    assert dates([CAME, TAKEN], None, NOW, CHINA) == Dates(date(2026, 3, 12))
    assert dates([CAME, ("accepted", "2099-12-30T02:00:00Z")], 5, NOW, CHINA) == Dates(date(2099, 12, 30))


def test_it_is_late_the_day_after_and_never_once_it_is_decided() -> None:
    last = datetime(2026, 3, 19, 10, 0, tzinfo=UTC)
    assert dates([CAME, TAKEN], 5, last, CHINA) == Dates(date(2026, 3, 12), date(2026, 3, 19))
    assert dates([CAME, TAKEN], 5, last.replace(day=20), CHINA).late
    decided = [CAME, TAKEN, ("decided_granted", "2026-03-20T02:00:00Z")]
    assert dates(decided, 5, last.replace(month=4), CHINA) == Dates(date(2026, 3, 12))


def test_a_county_of_before_keeps_its_cases_and_says_of_them_that_nobody_knows(tmp_path: Path) -> None:
    from sqlite_utils import Database

    path = tmp_path / "gateway.db"
    db = Database(sqlite3.connect(path, isolation_level=None))
    for migrate in MIGRATIONS[:2]:
        migrate(db)
    db.execute("INSERT INTO messages VALUES ('m', 't', '1', 'application', 1, 'r', 'd', 'at', 'm', x'', x'')")
    db.execute("INSERT INTO applications (id, secret, person) VALUES ('m', x'', x'')")
    db.execute(
        "INSERT INTO cases (number, application, item, state, at) VALUES ('c', 'm', 0, 'accepted', ?)", [CAME[1]]
    )
    db.execute("INSERT INTO history (\"case\", state, at) VALUES ('c', ?, ?)", TAKEN)
    db.execute("PRAGMA user_version = 2")
    db.close()
    open_database(path)
    store = Store(path)
    (case,) = store.cases("m")
    assert (case.number, case.days) == ("c", None)
    assert store.history("c") == [TAKEN]
    store.close()

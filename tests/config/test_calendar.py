"""Working days, market days and a hall's hours: by the notices that are known, and unknown where none is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import calendar
from config.calendar import CalendarError, due, hours_on, market_day, spans, working, year
from config.settings import Place

KNOWN = sorted(int(path.stem) for path in calendar.FOLDER.glob("*.toml"))
days = st.dates(date(KNOWN[0], 1, 1), date(KNOWN[-1], 12, 31))
limits = st.integers(0, 60)


def test_holidays_and_make_up_days_agree_with_a_second_source() -> None:
    """lunar_python carries the same notices, taken down by somebody else."""
    from lunar_python.util import HolidayUtil

    for number in KNOWN:
        known = year(number)
        assert known is not None
        theirs = {date.fromisoformat(one.getDay()): bool(one.isWork()) for one in HolidayUtil.getHolidays(number)}
        assert known.off == {day for day, works in theirs.items() if not works}
        assert known.work == {day for day, works in theirs.items() if works}
        assert known.notice
        assert all(day.isoweekday() > 5 for day in known.work)  # only weekends are made up for


@given(days)
def test_a_day_is_worked_as_its_notice_says_and_as_its_weekday_else(day: date) -> None:
    known = year(day.year)
    assert known is not None
    expected = False if day in known.off else True if day in known.work else day.isoweekday() <= 5
    assert working(day) is expected


@given(st.integers(KNOWN[-1] + 1, 2100), st.integers(1, 365))
def test_a_year_without_a_notice_is_unknown_and_never_guessed(number: int, day: int) -> None:
    assert working(date(number, 1, 1) + timedelta(day - 1)) is None
    assert due(date(KNOWN[-1], 12, 31), 1) is None


@given(days, limits)
def test_the_coming_working_days_are_those_on_which_limits_end(day: date, most: int) -> None:
    found = calendar.coming(day, most)
    assert len(found) <= most
    assert found == tuple(due(day, number) for number in range(1, len(found) + 1))
    if len(found) < most:
        assert due(day, len(found) + 1) is None, "only because the next year is not known"


@given(days, limits)
def test_a_limit_ends_on_a_working_day_with_just_so_many_in_between(accepted: date, limit: int) -> None:
    last = due(accepted, limit)
    if last is None:
        assert (date(KNOWN[-1], 12, 31) - accepted).days < 3 * limit + 15  # only where it may reach the unknown
        return
    between = [accepted + timedelta(n) for n in range(1, (last - accepted).days + 1)]
    assert sum(bool(working(day)) for day in between) == limit
    assert last == accepted if limit == 0 else working(last)


@given(days, limits, limits)
def test_more_days_never_end_earlier_and_a_later_acceptance_neither(accepted: date, one: int, more: int) -> None:
    first, second = due(accepted, one), due(accepted, one + more)
    assert second is None or (first is not None and first <= second)
    later = due(accepted + timedelta(1), one)
    assert first is None or later is None or later >= first


def test_a_limit_over_the_spring_festival_of_2026() -> None:
    # Accepted on Friday the 13th: Saturday the 14th is made up for, then nine days off.
    assert due(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert due(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert due(date(2026, 11, 23), 5) == date(2026, 11, 30)


def test_market_days_by_sun_moon_and_week() -> None:
    assert [d for d in range(1, 32) if market_day("solar 2,5,8", date(2026, 10, d))] == [
        2,
        5,
        8,
        12,
        15,
        18,
        22,
        25,
        28,
    ]
    # The spring festival of 2026, 17 February, is the first of the first month.
    assert [d for d in range(17, 27) if market_day("lunar 1、4、7", date(2026, 2, d))] == [17, 20, 23]
    assert market_day("weekday 7", date(2026, 11, 22))
    assert not market_day("", date(2026, 11, 22))


@settings(deadline=None, max_examples=25)  # the first look loads the lunar calendar
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_in_any_ten_days_of_a_lunar_month_a_digit_has_one_market_day(day: date) -> None:
    from lunar_python import Solar

    lunar = Solar.fromYmd(day.year, day.month, day.day).getLunar().getDay()
    assert market_day(f"lunar {lunar % 10}", day)
    assert sum(market_day(f"lunar {digit}", day) for digit in range(10)) == 1


@pytest.mark.parametrize("rule", ["lunar", "逢五排十", "solar 1;2", "moon 1", "solar a"])
def test_a_rule_that_cannot_be_read_is_said(rule: str) -> None:
    with pytest.raises(CalendarError, match="like"):
        market_day(rule, date(2026, 1, 1))


PLACE = Place(
    hours="9:00–12:00，14:00–17:00", days="12345", summer="06-01..09-30", summer_hours="8:30–12:00，15:00–18:00",
    market="lunar 1,4,7", market_hours="8:00–16:00",
)  # fmt: skip


def test_hours_follow_season_market_and_holidays() -> None:
    plain = replace(PLACE, market="")
    assert hours_on(plain, date(2026, 11, 23)) == "9:00–12:00，14:00–17:00"
    assert hours_on(plain, date(2026, 7, 1)) == "8:30–12:00，15:00–18:00"
    assert hours_on(plain, date(2026, 11, 22)) == ""  # a Sunday
    assert hours_on(plain, date(2026, 10, 1)) == ""  # a Thursday, and a holiday
    assert hours_on(plain, date(2026, 10, 10)) == plain.hours  # a Saturday that is made up for
    assert hours_on(PLACE, date(2026, 2, 17)) == "8:00–16:00"  # market day goes before the holiday
    assert hours_on(plain, date(2031, 1, 1)) == plain.hours  # a Wednesday of a year nobody knows yet


def test_a_season_may_run_over_the_new_year() -> None:
    winter = replace(PLACE, market="", summer="12-01..02-28")
    assert hours_on(winter, date(2026, 12, 31)) == winter.summer_hours
    assert hours_on(winter, date(2026, 6, 1)) == winter.hours
    with pytest.raises(CalendarError, match="like: 05-01"):
        hours_on(replace(PLACE, market="", summer="summer"), date(2026, 6, 1))


def test_hours_are_read_as_people_write_them() -> None:
    assert len(spans("9:00–12:00，14:00-17:00")) == 2
    assert spans("早上") == []


@pytest.mark.parametrize(
    "text",
    [
        "", "off = 3", 'notice = "x"\noff = ["02-30"]\nwork = []', 'notice = "x"\noff = ["03-02..03-01"]\nwork = []',
        'notice = "x"\noff = ["03-02"]\nwork = ["03-02"]',
    ],
)  # fmt: skip
def test_a_years_file_that_is_wrong_is_said_and_not_half_used(tmp_path: Path, text: str) -> None:
    (tmp_path / "2030.toml").write_text(text, "utf-8")
    with pytest.raises(CalendarError, match="2030"):
        year(2030, tmp_path)

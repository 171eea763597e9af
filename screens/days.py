"""Turning a date by its year, its month or its day, within bounds. No widgets."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

PARTS = ("year", "month", "day")
FIRST, LAST = date(1900, 1, 1), date(2100, 12, 31)  # where a question sets no bounds


def bounds(earliest: str, latest: str) -> tuple[date, date]:
    """The first and the last day that may be chosen, from YYYY-MM-DD or ""."""
    first = date.fromisoformat(earliest) if earliest else FIRST
    last = date.fromisoformat(latest) if latest else LAST
    return (first, last) if first <= last else (first, first)


def within(day: date, first: date, last: date) -> date:
    """The nearest day that may be chosen."""
    return min(max(day, first), last)


def days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def turned(day: date, part: str, by: int, first: date, last: date) -> date | None:
    """The day that many years, months or days on (or back), None where none may be chosen so far.

    A day that its month does not have gives way to the month's last; a month or year of which only a part may be chosen
    gives the nearest day of that part.
    """
    if part == "day":
        try:
            found = day + timedelta(days=by)
        except OverflowError:
            return None
        return found if first <= found <= last else None
    months = day.year * 12 + day.month - 1 + by * (12 if part == "year" else 1)
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return None
    nearest = within(date(year, month, min(day.day, days_in(year, month))), first, last)
    same = nearest.year == year and (part == "year" or nearest.month == month)
    return nearest if same else None


def spun(day: date, part: str, by: int, first: date, last: date) -> date:
    """The same, as far as it goes."""
    step = 1 if by > 0 else -1
    for rows in range(by, 0, -step):
        found = turned(day, part, rows, first, last)
        if found is not None:
            return found
    return day


def stands(text: str, today: date, first: date, last: date) -> date:
    """Where wheels stand for an answer that may be whole (YYYY-MM-DD), begun (YYYY, YYYY-MM) or empty: what is missing
    is taken from today."""
    pieces = text.split("-") if text else []
    year = int(pieces[0]) if pieces and len(pieces[0]) == 4 else today.year
    month = int(pieces[1]) if len(pieces) > 1 else today.month
    day = int(pieces[2]) if len(pieces) > 2 else today.day
    if not (date.min.year <= year <= date.max.year and 1 <= month <= 12):
        return within(today, first, last)
    return within(date(year, month, min(max(1, day), days_in(year, month))), first, last)

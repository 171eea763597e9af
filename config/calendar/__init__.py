"""Which days are worked: statutory holidays and make-up days by year, a hall's hours by season and market, and the day
on which a limit in working days ends.

A year that has no file here is unknown, and what would need it is not said at all: nobody knows a year's holidays
before the State Council's notice of the November before it. Days are local (UTC+8), the acceptance's own day is not
counted (民法典 201), and only working days are (行政许可法 82).
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from config.settings import Place

FOLDER = Path(__file__).parent
LOOK_DAYS_MOST = 1500  # no limit is longer


class CalendarError(ValueError):
    """A year's file, or a setting of days, that cannot be read. The text says which and what is wrong."""


@dataclass(frozen=True)
class Year:
    """`off`: days off that may fall on weekdays; `work`: weekends that are worked; `notice`: who said so."""

    notice: str
    off: frozenset[date]
    work: frozenset[date]


@functools.cache
def year(number: int, folder: Path = FOLDER) -> Year | None:
    """The year's notice, None where it is not known here. Raises CalendarError."""
    path = folder / f"{number}.toml"
    if not path.is_file():
        return None
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        off = frozenset(day for span in table["off"] for day in _span(span, number))
        work = frozenset(day for span in table["work"] for day in _span(span, number))
        notice = str(table["notice"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CalendarError(f"{path}: {type(error).__name__}: {error}") from error
    if off & work:
        raise CalendarError(f"{path}: {min(off & work)} is both off and worked")
    return Year(notice, off, work)


def _span(text: str, number: int) -> list[date]:
    """`02-15..02-23` or one day `01-04`, of that year."""
    first, _, last = text.partition("..")
    one, other = (date.fromisoformat(f"{number}-{part}") for part in (first, last or first))
    if other < one:
        raise ValueError(f"{text}: ends before it begins")
    return [one + timedelta(n) for n in range((other - one).days + 1)]


def working(day: date, folder: Path = FOLDER) -> bool | None:
    """Whether a day is worked by statute; None where its year is not known."""
    known = year(day.year, folder)
    if known is None:
        return None
    return day in known.work or (day.isoweekday() <= 5 and day not in known.off)


def due(accepted: date, days: int, folder: Path = FOLDER) -> date | None:
    """The last day of a limit of so many working days after acceptance; 0: the same day. None where it cannot be said,
    because it reaches into a year that is not known."""
    day = accepted
    for _ in range(LOOK_DAYS_MOST):
        if days <= 0:
            return day
        day += timedelta(1)
        worked = working(day, folder)
        if worked is None:
            return None
        days -= worked
    return None


def coming(day: date, most: int, folder: Path = FOLDER) -> tuple[date, ...]:
    """The working days after a day, at most so many; fewer where a year begins that is not known."""
    found: list[date] = []
    while len(found) < most:
        day += timedelta(1)
        worked = working(day, folder)
        if worked is None:
            break
        if worked:
            found.append(day)
    return tuple(found)


# ---------------------------------------------------------------- a hall's days


def market_day(rule: str, day: date) -> bool:
    """Whether it is market day: `solar 2,5,8` or `lunar 1,4,7`: days of the month that end so (逢二五八);
    `weekday 7`: 1 Monday … 7 Sunday. Raises CalendarError."""
    if not rule:
        return False
    found = re.fullmatch(r"(solar|lunar|weekday)\s+([0-9](?:\s*[,，、]\s*[0-9])*)", rule.strip())
    if found is None:
        raise CalendarError(f"{rule!r}: write solar, lunar or weekday and the days, like: lunar 1,4,7")
    digits = {int(one) for one in re.findall("[0-9]", found[2])}
    if found[1] == "weekday":
        return day.isoweekday() in digits
    number = lunar(day)[1] if found[1] == "lunar" else day.day
    return number % 10 in digits


def lunar(day: date) -> tuple[int, int]:
    """Month and day by the farmers' calendar; a leap month is negative."""
    from lunar_python import Solar  # type: ignore[import-untyped]  # it brings no types

    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return found.getMonth(), found.getDay()


def hours_on(place: Place, day: date, folder: Path = FOLDER) -> str:
    """The hall's hours on a day, as they are written; "" where nobody is there. A market day goes before the season,
    a statutory holiday or a make-up day before the weekday; where the year is not known, the weekday decides."""
    hours = place.hours
    if place.summer and place.summer_hours and _in_season(place.summer, day):
        hours = place.summer_hours
    if place.market_hours and market_day(place.market, day):
        return place.market_hours
    known = year(day.year, folder)
    if known is not None and day in known.off:
        return ""
    if known is not None and day in known.work:
        return hours
    return hours if str(day.isoweekday()) in place.days else ""


def _in_season(season: str, day: date) -> bool:
    """`05-01..09-30`; a season may run over the new year. Raises CalendarError."""
    found = re.fullmatch(r"(\d\d-\d\d)\.\.(\d\d-\d\d)", season.strip())
    if found is None:
        raise CalendarError(f"{season!r}: write the first and the last day, like: 05-01..09-30")
    first, last, now = found[1], found[2], day.strftime("%m-%d")
    return first <= now <= last if first <= last else now >= first or now <= last


def spans(hours: str) -> list[tuple[time, time]]:
    """Hours as written (9:00–12:00，14:00–17:00) as times; what cannot be read is left out."""
    found = []
    for span in hours.replace(",", "，").split("，"):
        begin, _, end = span.strip().replace("-", "–").partition("–")
        try:
            found.append((time.fromisoformat(begin.strip().zfill(5)), time.fromisoformat(end.strip().zfill(5))))
        except ValueError:
            continue
    return found

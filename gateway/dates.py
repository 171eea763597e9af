"""When a case has to be decided: the days that were promised, turned into a date once acceptance is known.

Counted on the county's own calendar and clock. Time in which a case is suspended does not count (行政许可法 45); a case
that goes back before acceptance (a supplement is asked) has no date until it is accepted again. A year whose holidays
are not known yet gives no date, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from config import calendar
from gateway.store import Case, Store
from wire.messages import CaseState

BEFORE = (CaseState.RECEIVED, CaseState.PRE_CHECK, CaseState.SUPPLEMENT_ASKED, CaseState.NOT_ACCEPTED)


@dataclass(frozen=True)
class Dates:
    """`accepted`: the day of acceptance; `by`: the last day of the limit, None while the case stands still or nobody
    knows; `late`: it is over, and the case is not decided."""

    accepted: date | None = None
    by: date | None = None
    late: bool = False


def dates(history: Sequence[tuple[str, str]], days: int | None, now: datetime, utc_offset_minutes: int) -> Dates:
    """`history`: (state, UTC time) in order; `days`: working days after acceptance, None where nobody knows."""
    zone = timezone(timedelta(minutes=utc_offset_minutes))
    accepted: date | None = None
    still: date | None = None  # since when it is suspended
    stood = 0  # working days that it stood still
    state = ""
    for state, at in history:
        day = datetime.fromisoformat(at).astimezone(zone).date()
        if still is not None:
            between = _worked(still, day)
            if between is None:
                return Dates(accepted)
            stood, still = stood + between, None
        if state in BEFORE:
            accepted, stood = None, 0
        elif state == CaseState.ACCEPTED:
            accepted = accepted or day
        elif state == CaseState.SUSPENDED and accepted is not None:
            still = day
    if accepted is None or days is None or state != CaseState.ACCEPTED:
        return Dates(accepted)
    by = calendar.due(accepted, days + stood)
    return Dates(accepted, by, by is not None and now.astimezone(zone).date() > by)


@dataclass(frozen=True)
class Today:
    """When somebody asks, on the county's clock."""

    now: datetime
    utc_offset_minutes: int

    def of(self, case: Case, store: Store) -> Dates:
        return dates(store.history(case.number), case.days, self.now, self.utc_offset_minutes)


def _worked(after: date, until: date) -> int | None:
    """Working days after a day, up to another; None where a year between is not known."""
    count = 0
    for number in range((until - after).days):
        worked = calendar.working(after + timedelta(number + 1))
        if worked is None:
            return None
        count += worked
    return count

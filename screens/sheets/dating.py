"""A date as an answer: by wheels that are turned, or by keys for year, month and day; the other way one key away.

Wheels stand somewhere as soon as they are shown, which is no answer yet: they become one with the first touch of any.
By keys a date is put together part by part, and what is there so far is the text (2026, 2026-02, 2026-02-26).
"""

from __future__ import annotations

import re
from datetime import date
from typing import cast

from matters.events import Typed
from matters.steps import Kind
from screens.days import PARTS, bounds, days_in, spun, stands
from screens.sheets.writing import Typing
from screens.theme import look
from screens.widgets.base import Node
from screens.widgets.dates import DateArea, WheelArea
from screens.words import say

YEARS_IN_GRID = 12  # a range of no more years is shown as keys


class Dated(Typing):
    """What the sheet of one answer does where the answer is a date."""

    part = ""  # by keys: opened by hand
    by_keys: bool | None = None  # chosen by hand; None: as the step says

    def renewed(self) -> None:
        super().renewed()
        self.part, self.by_keys = "", None

    @property
    def wheels(self) -> bool:
        by_keys = self.step.input == "digits" if self.by_keys is None else self.by_keys
        return self.kind() is Kind.DATE and not by_keys

    def area_for(self, way: str) -> type[Node]:
        if self.kind() is not Kind.DATE:
            return super().area_for(way)
        return WheelArea if self.wheels else DateArea

    def show_date(self) -> None:
        """Bring wheels or keys up to date, and above them what they say."""
        self.ids.parts.shown = not self.wheels
        told = self.ids.told
        told.shown = self.wheels
        if not self.wheels:
            self._show_keys()
            return
        first, last = self._bounds()
        day, taken = self._stands(), len(self.step.text) == 10
        # As high before as after: nothing moves under the finger that turns.
        self.ids.told_day.text = date_words(day) if taken else say("entry.date.turn")
        self.ids.told_more.text = (
            weekday_words(day)
            if taken
            else say("entry.date.turn_today" if day == self._today() else "entry.date.turn_more")
        )
        cast(WheelArea, self.area).tell(day, first, last, taken)

    def heard_date(self, ident: str) -> bool:
        """A key of the date was pressed."""
        name, _, value = ident.partition(":")
        if name == "digits":
            self.by_keys, self.part = self.wheels, ""
            self.clear()
        elif name == "turn":
            part, _, by = value.partition(":")
            day = spun(self._stands(), part, int(by), *self._bounds())
            self._enter(day.isoformat())
            self.stage().tell(f"{date_words(day)}，{weekday_words(day)}")
        elif not self._key(name, value):
            return False
        self._refresh()
        return True

    # ---- wheels

    def _bounds(self) -> tuple[date, date]:
        return bounds(self.step.earliest, self.step.latest)

    def _today(self) -> date | None:
        return self.status.now.date() if self.status.now is not None else None

    def _stands(self) -> date:
        first, last = self._bounds()
        return stands(self.step.text, self._today() or last, first, last)

    # ---- keys

    def _parts(self) -> dict[str, str]:
        pieces = [*self.step.text.split("-"), "", ""]
        return dict(zip(PARTS, pieces, strict=False))

    def _open(self) -> str:
        parts = self._parts()
        if self.part:
            return self.part
        if len(parts["year"]) < 4:
            return "year"
        return "day" if parts["month"] else "month"

    def _years(self) -> tuple[int, ...]:
        if not self.step.earliest or not self.step.latest:
            return ()
        first, last = int(self.step.earliest[:4]), int(self.step.latest[:4])
        return tuple(range(first, last + 1)) if last - first < YEARS_IN_GRID else ()

    def _show_keys(self) -> None:
        parts, opened = self._parts(), self._open()
        self.ids.parts.tell(parts, opened)
        area = cast(DateArea, self.area)
        if opened == "month":
            area.tell(3, tuple((f"month:{n}", say("entry.date.month", value=n), "") for n in range(1, 13)))
        elif opened == "day":
            days = range(1, _days(parts) + 1)
            area.tell(5 if look.portrait and not look.low else 7, tuple((f"day:{n}", str(n), "") for n in days))
        elif self._years():
            area.tell(3, tuple((f"year:{n}", say("entry.date.year", value=n), "") for n in self._years()))
        else:
            area.tell(3, self._digit_keys())

    def _key(self, name: str, value: str) -> bool:
        parts = self._parts()
        if name == "part":
            self.part = value
        elif name == "key":
            year = value if self.part == "year" and len(parts["year"]) == 4 else (parts["year"] + value)[:4]
            self.part = "" if len(year) == 4 else "year" if self.part == "year" else ""
            whole = len(year) == 4
            self._put(year, parts["month"] if whole else "", parts["day"] if whole else "")
        elif name == "year":
            self.part = ""
            self._put(value, parts["month"], parts["day"])
        elif name == "month":
            self.part = ""
            day = parts["day"] if parts["day"] and int(parts["day"]) <= _days({**parts, "month": value}) else ""
            self._put(parts["year"], f"{int(value):02d}", day)
        elif name == "day":
            self.part = ""
            self._put(parts["year"], parts["month"], f"{int(value):02d}")
        elif name == "delete":
            self.part = ""
            self._put(parts["year"][:-1], "", "")
        else:
            return False
        return True

    def _put(self, year: str, month: str, day: str) -> None:
        self._enter("-".join(part for part in (year, month, day) if part))

    def _enter(self, text: str) -> None:
        stage = self.stage()
        stage.emit(Typed(stage.clock(), text))


def date_words(day: date) -> str:
    return say("entry.date.whole", year=day.year, month=day.month, day=day.day)


def weekday_words(day: date) -> str:
    """Its weekday, and what the farmers' calendar calls it: many in a village know a day by that."""
    from config.calendar import lunar

    month, number = lunar(day)
    told = say(
        "entry.date.lunar" if month > 0 else "entry.date.lunar_leap",
        month=_listed("entry.date.lunar_months")[abs(month) - 1],
        day=_listed("entry.date.lunar_days")[number - 1],
    )
    return say("entry.date.beside", weekday=say(f"status.weekday{day.isoweekday()}"), lunar=told)


def _listed(key: str) -> list[str]:
    return re.split(r"[、，,]\s*", say(key))


def _days(parts: dict[str, str]) -> int:
    year = int(parts["year"]) if len(parts["year"]) == 4 else 2024
    return days_in(max(1, year), int(parts["month"] or 1))

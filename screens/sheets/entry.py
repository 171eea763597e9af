"""Answers that are written or typed: names, numbers, dates, amounts, places; and finding a matter by its words.

The text so far is in the step. Kept here is only what is not yet text: strokes of the character being written, letters
of the pinyin being spelled, which part of a date is open.
"""

from __future__ import annotations

import asyncio
import string
from collections.abc import Coroutine
from typing import Any, cast

from kivy.properties import ObjectProperty

from matters.events import Typed
from matters.steps import Entry, Kind, Search
from screens.services import Candidates as Found
from screens.services import Strokes
from screens.sheets.base import Sheet, shows
from screens.theme import look
from screens.widgets.base import Column, Grid, Node, Row
from screens.widgets.fields import CharBoxes, FieldBox, PadKey, StrokePad
from screens.widgets.frame import KeySpec
from screens.widgets.touch import Key
from screens.words import say

GROUPS = {Kind.ID_NUMBER: (6, 8, 4), Kind.PHONE: (3, 4, 4), Kind.DIGITS: (4, 4, 4, 4, 4)}
LENGTHS = {Kind.ID_NUMBER: 18, Kind.PHONE: 11}
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
YEARS_IN_GRID = 12  # a range of no more years is shown as keys
MARKS = {Kind.NAME: "·", Kind.TEXT: "，。", Kind.ADDRESS: "，·"}

Item = tuple[str, str, str]


class KeyRow(Row):
    """Keys side by side, all of one width."""

    gap = 10.0
    stretch = True

    def tell(self, items: tuple[Item, ...], *, tall: float, role: str, grows: dict[str, float] | None = None) -> None:
        made = self.inner()
        if [getattr(key, "item", None) for key in made] == list(items):
            return
        self.clear_widgets()
        for item in items:
            key = PadKey(item=item)
            key.tall = key.elder_tall = tall
            key.role, key.grow = role, (grows or {}).get(item[0], 1.0)
            self.add_widget(key)


class HandArea(Row):
    """A pad to write on, and the keys beside it."""

    gap = 24.0
    stretch = True
    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.surface = StrokePad()
        self.surface.grow = 1.0
        self.keys = Column()
        self.keys.gap, self.keys.wide = 16.0, 220
        self.add_widget(self.surface)
        self.add_widget(self.keys)
        self._items: tuple[Item, ...] = ()

    def tell(self, items: tuple[Item, ...]) -> None:
        if items == self._items:
            return
        self._items = items
        self.keys.clear_widgets()
        for item in items:
            key = PadKey(item=item)
            key.stack = len(items) <= 3 and not look.low
            key.role, key.ink, key.grow = "key", "", 1.0
            key.mark = False
            key.tall = key.elder_tall = 130.0 if len(items) <= 3 else 96.0
            key.smaller = ("second", "sub", "status")
            self.keys.add_widget(key)

    def inner(self) -> list[Node]:
        """Written on with the left hand, the keys lie left of it: the arm does not cover what is written."""
        return super().inner()[:: -1 if look.left_hand else 1]

    def measure(self, width: int) -> int:
        return max(look.gap(450 if look.low else 480), self.keys.measure(look.u(220)))


class DigitArea(Grid):
    """Twelve keys: the digits, one more sign, delete."""

    columns = 3
    gap = 16.0
    across = 20.0
    kind = "PadKey"
    grow = 1.0
    talls = (124.0, 136.0)

    def measure(self, width: int) -> int:
        tall = look.key_height(*((96.0, 104.0) if look.low else self.talls)) + look.u(look.palette.ledge_px)
        rows = -(-len(self.items) // self.columns)
        return rows * tall + (rows - 1) * look.apart(self.gap)


class LetterArea(Column):
    """Letters in the order everybody's phone has them; below, the ways to enter something else."""

    gap = 14.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = [KeyRow() for _ in range(5)]
        for row in self.rows:
            self.add_widget(row)

    def tell(self, *, capital: bool, digits: bool, last: tuple[Item, ...]) -> None:
        tall = 80.0 if look.low else 104.0 if digits or not look.portrait else 124.0
        lines: list[tuple[Item, ...]] = []
        if digits:
            lines.append(tuple((f"key:{digit}", digit, "") for digit in "1234567890"))
        for letters in ROWS:
            drawn = letters.upper() if capital else letters
            lines += [tuple((f"key:{letter}", letter, "") for letter in drawn)]
        lines[-1] = (*lines[-1], ("delete", "", "backspace"))
        lines.append(last)
        for index, row in enumerate(self.rows):
            row.shown = index < len(lines) and bool(lines[index])
            if row.shown:
                row.tell(lines[index], tall=tall, role="heading" if index < len(lines) - 1 else "key",
                         grows={"delete": 1.6})  # fmt: skip


class DateArea(Column):
    """The part of the date that is open: digits for a year, keys for months and days."""

    gap = 16.0
    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grid = DigitArea()
        self.grid.grow = 1.0
        self.add_widget(self.grid)

    def tell(self, columns: int, items: tuple[Item, ...]) -> None:
        self.grid.columns = columns
        self.grid.items = items


class DateParts(Row):
    """Year, month, day: the open one outlined; each can be opened again."""

    gap = 20.0
    stretch = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.keys = []
        for part, grow in (("year", 1.5), ("month", 1.0), ("day", 1.0)):
            key = Key()
            key.ident, key.grow = f"part:{part}", grow
            key.tall, key.elder_tall = (100, 108) if look.low else (148, 164)
            key.role, key.smaller = "title", ("heading", "key")
            self.keys.append(key)
            self.add_widget(key)

    def tell(self, parts: dict[str, str], open_part: str) -> None:
        for key, part in zip(self.keys, ("year", "month", "day"), strict=True):
            key.text = say(
                f"entry.date.{part}", value=parts.get(part, "").lstrip("0") if part != "year" else parts[part]
            )
            key.kind = "current" if part == open_part else "plain"


class Typing(Sheet):
    """What all sheets with a way to enter text share."""

    def __init__(self, **kwargs: Any) -> None:
        self.area: Node | None = None
        self._areas: dict[type[Node], Node] = {}  # one of each kind, to be used again
        self.spelled = ""
        self.found: Found = Found("", (), ())
        self.recognised: tuple[str, ...] = ()
        self.digits_open = False
        self._work: asyncio.Task[None] | None = None
        super().__init__(**kwargs)
        if look.low:  # what is touched lies in the lower half
            for name in ("suggestions", "tiles", "upper", "parts"):
                if name in self.ids:
                    part = self.ids[name]
                    if name == "suggestions":
                        part.before = 0
                    part.parent.remove_widget(part)
                    self.ids.work.add_widget(part)

    # ---- what differs

    def kind(self) -> Kind:
        return Kind.TEXT

    def marks(self) -> str:
        """Signs that belong to such a text and no finger can write."""
        return MARKS.get(self.kind(), "")

    def limit(self) -> int:
        return 20

    def text(self) -> str:
        text: str = self.step.text
        return text

    # ---- entering

    def enter(self, text: str) -> None:
        if len(text) <= self.limit():
            stage = self.stage()
            stage.emit(Typed(stage.clock(), text))

    def clear(self) -> None:
        """Forget what is not text yet."""
        self.spelled, self.found, self.recognised = "", Found("", (), ()), ()
        if isinstance(self.area, HandArea):
            self.area.surface.set(())
        self._stop()

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def closed(self) -> None:
        self._stop()

    def renewed(self) -> None:
        self.clear()
        self.digits_open = False

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._stop()
        try:
            self._work = asyncio.get_running_loop().create_task(work)
        except RuntimeError:  # no loop: a check that only draws
            work.close()

    def strokes_changed(self, pad: StrokePad) -> None:
        self._start(self._recognise(pad.value()))

    async def _recognise(self, strokes: Strokes) -> None:
        found = await self.stage().services.recognise(strokes) if strokes else ()
        self.recognised = tuple(found)
        self._show_candidates()
        self.stage().rearrange()

    async def _spell(self) -> None:
        self.found = await self.stage().services.pinyin(self.spelled) if self.spelled else Found("", (), ())
        self._show_candidates()
        self.stage().rearrange()

    def heard(self, ident: str) -> bool:
        name, _, value = ident.partition(":")
        text = self.text()
        if name == "char":
            self._take(value)
        elif name == "key" and self._way() == "pinyin":
            self.spelled += value
            self._start(self._spell())
            self._show_candidates()
        elif name == "key":
            self.enter(text + value)
        elif name == "delete":
            if self.spelled:
                self.spelled = self.spelled[:-1]
                self._start(self._spell())
                self._show_candidates()
            else:
                self.enter(text[:-1])
        elif name == "clear":
            self.clear()
        elif name == "digits":
            self.digits_open = not self.digits_open
            self.clear()
        elif name == "suggest":
            self.enter(self.step.suggestions[int(value)])
        else:
            return False
        self._refresh()
        return True

    def _refresh(self) -> None:
        if self.parent is not None:
            self.told()
            self.stage().rearrange()

    def _take(self, word: str) -> None:
        """A candidate was touched."""
        text = self.text()
        if self.spelled and word in self.found.words:
            taken = self.found.taken[self.found.words.index(word)]
            self.spelled = self.spelled[taken:]
            self.found = Found("", (), ())
            if self.spelled:
                self._start(self._spell())
        else:
            self.clear()
        self.enter(text + word)

    def _way(self) -> str:
        way: str = self.step.input
        return "digits" if self.digits_open else way

    # ---- showing

    def told(self) -> None:
        way = self._way()
        self._area(way)
        self._show_candidates()

    def _area(self, way: str) -> None:
        wanted = {"handwriting": HandArea, "pinyin": LetterArea, "latin": LetterArea}.get(way, DigitArea)
        if self.kind() is Kind.DATE:
            wanted = DateArea
        if type(self.area) is not wanted:
            if self.area is not None:
                self.ids.work.remove_widget(self.area)
            self.clear()
            self.area = self._areas.get(wanted) or wanted()
            self._areas[wanted] = self.area
            self.clear()
            self.ids.work.add_widget(self.area)
        area = self.area
        if isinstance(area, HandArea):
            area.tell(self._hand_keys())
        elif isinstance(area, LetterArea):
            last = [("switch_input", say("entry.hand"), "pencil")] if way == "pinyin" else []
            if way == "pinyin":
                last = [*[(f"char:{mark}", mark, "") for mark in self.marks()], *last]
                if self.kind() is not Kind.NAME:
                    last.insert(0, ("digits", say("entry.digits"), "numbers"))
            area.tell(capital=way == "latin", digits=way == "latin", last=tuple(last))
        elif isinstance(area, DigitArea):
            area.items = self._digit_keys()

    def _hand_keys(self) -> tuple[Item, ...]:
        keys = [
            ("clear", say("entry.clear"), "eraser"),
            ("delete", say("entry.delete"), "backspace"),
            ("switch_input", say("entry.pinyin"), "keyboard"),
        ]
        if self.kind() is not Kind.NAME:
            keys.append(("digits", say("entry.digits"), "numbers"))
        return tuple(keys)

    def _digit_keys(self) -> tuple[Item, ...]:
        extra: Item = ("", "", "")
        if self.digits_open:
            extra = ("digits", say("entry.words"), "")
        elif self.kind() is Kind.ID_NUMBER:
            extra = ("key:X", "X", "")
        elif self.kind() is Kind.MONEY:
            extra = ("key:.", say("entry.point"), "")
        digits: list[Item] = [(f"key:{digit}", digit, "") for digit in "123456789"]
        return (*digits, extra, ("key:0", "0", ""), ("delete", say("entry.delete_digit"), "backspace"))

    def _show_candidates(self) -> None:
        way = self._way()
        writing = way in ("handwriting", "pinyin") and self.kind() is not Kind.DATE
        row, label = self.ids.candidates, self.ids.which
        row.shown = label.shown = writing
        if not writing:
            return
        if look.low and "suggestions" in self.ids:  # one place for both: whole answers until one begins to write
            whole = self.ids.suggestions
            whole.shown = bool(whole.items) and not (self.text() or self.recognised or self.spelled)
            row.shown = label.shown = self.ids.upper.shown = not whole.shown
        if way == "pinyin":
            label.text = self.found.spelled or self.spelled or say("entry.spell")
            row.tell(self.found.words[:9])
            return
        label.text = say("entry.which" if self.recognised else "entry.write")
        words = self.recognised[: row.most]
        if not words and self.text():
            words = tuple(self.marks())
        row.tell(words)


@shows(Entry)
class EntrySheet(Typing):
    """One answer."""

    part = ""  # of a date: opened by hand

    def renewed(self) -> None:
        super().renewed()
        self.part = ""

    def kind(self) -> Kind:
        kind: Kind = self.step.kind
        return kind

    def limit(self) -> int:
        limit: int = self.step.limit
        return max(limit, LENGTHS.get(self.kind(), 0))

    def main(self) -> KeySpec | None:
        step = self.step
        if self.kind() is Kind.DATE and 0 < len(step.text) < 10:
            return KeySpec("main", say("entry.waiting.date"), kind="waiting")
        if self.kind() is Kind.ID_NUMBER and 0 < len(step.text) < LENGTHS[Kind.ID_NUMBER]:
            return KeySpec("main", say("entry.left", count=LENGTHS[Kind.ID_NUMBER] - len(step.text)), kind="waiting")
        if not step.text:
            if step.optional:
                return KeySpec("skip", say("entry.skip"), icon_end="arrow-right")
            return KeySpec("main", say(f"entry.waiting.{step.kind}"), kind="waiting")
        return KeySpec("main", step.main or say(f"entry.main.{step.kind}"), icon_end="arrow-right")

    def told(self) -> None:
        step = self.step
        kind = self.kind()
        boxes, field, parts = self.ids.boxes, self.ids.field, self.ids.parts
        boxes.shown = kind is Kind.NAME
        parts.shown = kind is Kind.DATE
        field.shown = not boxes.shown and not parts.shown
        boxes.text, boxes.limit, boxes.note = step.text, step.limit, "" if look.elder else say("entry.more")
        field.text, field.groups, field.unit = (
            step.text,
            GROUPS.get(kind, ()),
            step.unit or (say("notice.yuan") if kind is Kind.MONEY else ""),
        )
        message = self.ids.problem
        message.shown = bool(step.problem) or step.source == "paper"
        message.tone, message.icon = ("care", "info-circle") if step.problem else ("plain", "file-text")
        if step.problem:
            message.text, message.second = say.problem(step.problem)
        elif step.source == "paper":
            message.text, message.second = say.problem("from_paper")
        length = LENGTHS.get(kind, 0)
        count = self.ids.count
        count.shown = bool(length) and bool(step.text) and not step.problem
        if count.shown:
            left = length - len(step.text)
            count.text = say("entry.left", count=left) if left > 0 else say("entry.full", count=length)
        self.ids.suggestions.items = tuple(
            (f"suggest:{index}", words, "") for index, words in enumerate(step.suggestions[: 2 if look.low else 4])
        )
        self.ids.suggestions.shown = bool(step.suggestions) and not step.text
        super().told()
        if kind is Kind.DATE:
            self._date()

    # ---- dates

    def _parts(self) -> dict[str, str]:
        pieces = [*self.step.text.split("-"), "", ""]
        return {"year": pieces[0], "month": pieces[1], "day": pieces[2]}

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

    def _date(self) -> None:
        parts, opened = self._parts(), self._open()
        self.ids.parts.tell(parts, opened)
        area = cast(DateArea, self.area)
        if opened == "month":
            area.tell(3, tuple((f"month:{n}", say("entry.date.month", value=n), "") for n in range(1, 13)))
        elif opened == "day":
            days = _days(parts)
            area.tell(
                5 if look.portrait and not look.low else 7, tuple((f"day:{n}", str(n), "") for n in range(1, days + 1))
            )
        elif self._years():
            area.tell(3, tuple((f"year:{n}", say("entry.date.year", value=n), "") for n in self._years()))
        else:
            area.tell(3, self._digit_keys())

    def heard(self, ident: str) -> bool:
        if self.kind() is not Kind.DATE:
            return super().heard(ident)
        name, _, value = ident.partition(":")
        parts = self._parts()
        if name == "part":
            self.part = value
        elif name == "key":
            year = value if self.part == "year" and len(parts["year"]) == 4 else (parts["year"] + value)[:4]
            self.part = "" if len(year) == 4 else "year" if self.part == "year" else ""
            self._put(year, parts["month"] if len(year) == 4 else "", parts["day"] if len(year) == 4 else "")
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
            return super().heard(ident)
        self._refresh()
        return True

    def _put(self, year: str, month: str, day: str) -> None:
        stage = self.stage()
        stage.emit(Typed(stage.clock(), "-".join(part for part in (year, month, day) if part)))

    def spell(self, text: str) -> list[str]:
        """Which keys to touch, one after another, to enter a text (numbers and dates)."""
        if self.kind() is not Kind.DATE:
            return [f"key:{letter}" for letter in text]
        year, month, day = text.split("-")
        years = [f"year:{year}"] if self._years() else [f"key:{digit}" for digit in year]
        return [*years, f"month:{int(month)}", f"day:{int(day)}"]


def _days(parts: dict[str, str]) -> int:
    import calendar

    year = int(parts["year"]) if len(parts["year"]) == 4 else 2024
    month = int(parts["month"] or 1)
    return calendar.monthrange(max(1, year), month)[1]


class Suggestion(PadKey):
    """A whole answer that can be touched."""

    item: Any = ObjectProperty(("", "", ""))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if look.low:
            self.tall = self.elder_tall = 80.0


@shows(Search)
class SearchSheet(Typing):
    """Finding a matter by its words."""

    def marks(self) -> str:
        return ""

    def told(self) -> None:
        self.ids.field.text = self.step.text
        self.ids.tiles.items = self.step.found[: 2 if look.low else 4 if look.portrait else 3]
        self.ids.tiles.shown = bool(self.step.found)
        self.ids.none.shown = bool(self.step.text) and not self.step.found
        super().told()


LETTERS = string.ascii_lowercase
__all__ = ["CharBoxes", "EntrySheet", "FieldBox", "SearchSheet"]

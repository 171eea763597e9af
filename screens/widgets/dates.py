"""Where a date is entered: three wheels, or keys for year, month and day.

A wheel is turned by the keys above and below it, by a finger that draws it up or down, or by touching what is to come
into its middle. It never stands for an answer by itself: until somebody has touched one, nothing is outlined.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.input.motionevent import MotionEvent

from screens import pointer, shapes
from screens.days import PARTS, turned
from screens.text import advance, textures
from screens.theme import look
from screens.widgets.areas import DigitArea, Item
from screens.widgets.base import Column, Row
from screens.widgets.fields import PadKey, current_box
from screens.widgets.touch import Key, Touchable
from screens.words import say

HELD_S, AGAIN_S = 0.6, 0.16  # a key that is held turns on after so long, so often
REACH = 12  # rows a finger may draw a wheel at once
SLIP_PX = 16  # reference px: a finger that has moved less has touched
MIDDLE_ROLES = ("title", "heading", "value", "key", "second")
ROW_ROLES = ("heading", "key", "second")


class TurnKey(PadKey):
    """Turns a wheel by one row; held, row after row."""

    role = "key"
    smaller = ("second", "sub", "status")
    icon_of = 48
    least = 0  # px: as high as those beside it

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._timer: Any = None
        self._repeated = False
        self.mark = False

    def measure(self, width: int) -> int:
        """One line high where its words fit on one, if only when they are small: the wheel needs the room."""
        self._dress()
        room = width - 2 * look.u(self.edge_room) - self._icons_width()
        for role in (self.role, *self.smaller):
            self._word.role = role
            if self._word.natural() <= room:
                return max(look.key_height(self.tall, self.elder_tall) + self.under, self.least)
        return max(super().measure(width), self.least)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        took = super().on_touch_down(touch)
        if touch.grab_current is None and self.pressed and self._timer is None:
            self._repeated = False
            self._timer = Clock.schedule_once(self._held, HELD_S)
        return took

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        self._stop()
        if self._repeated:  # it has been turning all the while: letting go turns no further
            touch.ungrab(self)
            self.pressed = False
            self.repaint_all()
            return True
        return bool(super().on_touch_up(touch))

    def _held(self, _dt: float) -> None:
        if not self.pressed or not self.can_be_touched:
            self._stop()
            return
        self._repeated = True
        self._timer = Clock.schedule_once(self._held, AGAIN_S)
        self.act()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def vanish(self) -> None:
        super().vanish()
        self._stop()


class Reel(Touchable):
    """The wheel itself: what it stands at in the middle, what comes before and after it above and below.

    It acts by the ident `turn:PART:ROWS`; chosen by key, where it stands is taken (no rows).
    """

    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part = ""
        self.rows: tuple[str, ...] = ("",)  # from REACH rows before the middle to REACH after; "" where there is none
        self.taken = False
        self.leader: Reel | None = None  # the one whose type no other's is larger than
        self._from = 0.0  # where the finger came down, px from below
        self._drawn = 0.0  # rows the finger has drawn it on

    def tell(self, part: str, rows: tuple[str, ...], taken: bool) -> None:
        self.part, self.ident, self.rows, self.taken = part, f"turn:{part}:0", rows, taken

    # ---- where things are

    def row(self, at: int) -> str:
        """The words so many rows after the middle."""
        index = len(self.rows) // 2 + at
        return self.rows[index] if 0 <= index < len(self.rows) else ""

    def _heights(self) -> tuple[int, int]:
        """Of the middle, and of another row."""
        middle, row = ((96, 104), (72, 80)) if look.low else ((132, 148), (100, 112))
        if not look.portrait:
            middle, row = (116, 136), (72, 80)
        return look.key_height(*middle), look.key_height(*row)

    def measure(self, width: int) -> int:
        middle, row = self._heights()
        return middle + (2 if look.low or not look.portrait or look.squeeze > 1 else 4) * row

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        middle, row = self._heights()
        self._sides = max(1, min(3, (height - middle) // 2 // row))
        self._pitch = (height - middle) / 2 / self._sides
        self._middle = middle

    def _down(self, rows: float) -> float:
        """How far below the middle of the wheel the middle of a row is, px."""
        first = (self._middle + self._pitch) / 2
        if abs(rows) <= 1:
            return rows * first
        return (first + (abs(rows) - 1) * self._pitch) * (1 if rows > 0 else -1)

    # ---- a finger

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if not super().on_touch_down(touch) or not self.pressed:
            return False
        self._from, self._drawn = pointer.start(touch)[1], 0.0
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        self._follow(touch)
        return True

    def _follow(self, touch: MotionEvent) -> None:
        """A finger that goes up draws up what lies below."""
        rows = (touch.y - self._from) / max(1.0, self._pitch)
        whole = round(rows)
        while whole and not self.row(whole):
            whole -= 1 if whole > 0 else -1
        self._drawn = rows if whole == round(rows) else whole  # never beyond what may be chosen
        self.repaint()

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        moved = abs(touch.y - self._from) > look.u(SLIP_PX)
        self._follow(touch)
        by = round(self._drawn) if moved else self._touched(touch.y)
        self.pressed, self._drawn = False, 0.0
        self.repaint_all()
        self._act(by)
        return True

    def _touched(self, y: float) -> int:
        """The row a finger touched, from the middle; the nearest there is."""
        down = self.y + self.height / 2 - y
        at = min(range(-self._sides, self._sides + 1), key=lambda rows: abs(self._down(rows) - down))
        while at and not self.row(at):
            at -= 1 if at > 0 else -1
        return at

    def _act(self, by: int) -> None:
        self.ident = f"turn:{self.part}:{by}"
        try:
            self.act()
        finally:
            self.ident = f"turn:{self.part}:0"

    # ---- how it looks

    def state(self) -> object:
        return (self.rows, self.taken, self.pressed, self._drawn)

    def paint(self) -> None:
        x, _, width, height = self.box
        group = self.canvas.before
        shapes.box(
            group, x, self.y, width, height, radius=look.u(22),
            fill=look.colour("key"), edge=look.u(look.palette.edge_px), line=look.colour("key_edge"),
        )  # fmt: skip
        inset = look.u(12)
        left, wide, high = x + inset, width - 2 * inset, self._middle - inset
        bottom = self.y + (height - high) // 2
        if self.taken or self.pressed:
            current_box(group, left, bottom, wide, high)
        else:
            shapes.box(group, left, bottom, wide, high, radius=look.u(18), fill=look.colour("waiting"))
            shapes.dashes(
                group, shapes.outline(left + 1, bottom + 1, wide - 2, high - 2, look.u(18)), look.u(3),
                look.colour("waiting_edge"), look.u(8), look.u(5), closed=True,
            )  # fmt: skip
        nearest = round(self._drawn)
        for at in range(nearest - self._sides - 1, nearest + self._sides + 2):
            words = self.row(at)
            if not words:
                continue
            middle = at == nearest
            size = self._middle_size(words) if middle else self._size(words, ROW_ROLES, False)
            texture = textures(words, size, middle)
            down = self._down(at - self._drawn)
            if abs(down) + texture.height / 2 > height / 2:
                continue
            ink = "ink" if middle and (self.taken or self.pressed) else "waiting_ink" if middle else "ink2"
            group.add(Color(*look.colour(ink)))
            place = (x + (width - texture.width) // 2, round(self.y + height / 2 - down - texture.height / 2))
            group.add(Rectangle(pos=place, size=texture.size, texture=texture))

    def _size(self, words: str, roles: Sequence[str], bold: bool) -> int:
        """The largest of these sizes in which the words fit, across and (in the middle) down."""
        room, high = self.box[2] - 2 * look.u(34), self._middle - look.u(44)
        for role in roles:
            size = look.size(role)
            if advance(words, size, bold) <= room and (size <= high or not bold):
                break
        return size

    def _middle_size(self, words: str) -> int:
        size = self._size(words, MIDDLE_ROLES, True)
        return min(size, self.leader._middle_size(self.leader.row(0))) if self.leader is not None else size

    def words(self) -> str:
        return self.row(0)

    def needed(self) -> tuple[int, int]:
        size = self._middle_size(self.row(0))
        return advance(self.row(0), size, True) + 2 * look.u(16), size

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        sizes = [("value", self._middle_size(self.row(0)))]
        beside = [self.row(at) for at in range(-self._sides, self._sides + 1) if at and self.row(at)]
        return (*sizes, *(("second", self._size(words, ROW_ROLES, False)) for words in beside))


class Wheel(Column):
    """One part of a date: earlier, the wheel, later."""

    gap = 14.0
    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.earlier, self.reel, self.later = TurnKey(), Reel(), TurnKey()
        for part in (self.earlier, self.reel, self.later):
            self.add_widget(part)

    def tell(self, part: str, rows: tuple[str, ...], taken: bool) -> None:
        self.reel.tell(part, rows, taken)
        for key, by, name, icon in (
            (self.earlier, -1, "earlier", "chevron-up"), (self.later, 1, "later", "chevron-down"),
        ):  # fmt: skip
            there = bool(self.reel.row(by))
            words = say(f"entry.date.{name}.{part if there else 'end'}")
            key.item, key.kind = (f"turn:{part}:{by}", words, icon), "plain" if there else "waiting"
            key.tall, key.elder_tall = (80, 88) if look.low or not look.portrait else (112, 124)


class OtherWay(PadKey):
    """The key to the other way to enter a date."""

    role = "key"
    smaller = ("second", "sub", "status")

    def tell(self, way: str, icon: str) -> None:
        """`way`: keys | wheels, where it leads."""
        self.item = ("digits", say(f"entry.date.by_{way}"), icon)
        self.tall, self.elder_tall = (76, 84) if look.low or not look.portrait else (104, 112)
        self.mark = False


class WheelRow(Row):
    """Three wheels side by side, the year's the widest; keys and middles in line, whatever words are on the keys."""

    gap = 20.0
    stretch = True
    grow = 1.0

    def _align(self, width: int) -> None:
        shown, _, widths = self._widths(width)
        pairs = [(cast(Wheel, wheel), wide) for wheel, wide in zip(shown, widths, strict=True)]
        for keys in ([(wheel.earlier, wide) for wheel, wide in pairs], [(wheel.later, wide) for wheel, wide in pairs]):
            for key, _ in keys:
                key.least = 0
            least = max((key.measure(wide) for key, wide in keys), default=0)
            for key, _ in keys:
                key.least = least

    def measure(self, width: int) -> int:
        self._align(width)
        return super().measure(width)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._align(width)
        super().inside(x, y, width, height)


class WheelArea(Column):
    """Year, month and day as wheels, and the key to the other way."""

    gap = 16.0
    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row, self.other = WheelRow(), OtherWay()
        self.wheels = {part: Wheel() for part in PARTS}
        for part, wheel in self.wheels.items():
            wheel.grow = 1.45 if part == "year" else 1.0
            wheel.reel.leader = self.wheels["year"].reel if part != "year" else None
            self.row.add_widget(wheel)
        self.add_widget(self.row)
        self.add_widget(self.other)

    def tell(self, day: date, first: date, last: date, taken: bool) -> None:
        """Where they stand, within what may be chosen; `taken`: it is the answer."""
        for part, wheel in self.wheels.items():
            wheel.tell(part, rows(day, part, first, last), taken)
        self.other.tell("keys", "numbers")


def rows(day: date, part: str, first: date, last: date) -> tuple[str, ...]:
    """What a wheel has in its rows."""
    found = (turned(day, part, by, first, last) for by in range(-REACH, REACH + 1))
    return tuple(say(f"entry.date.{part}", value=getattr(one, part)) if one is not None else "" for one in found)


class DateArea(Column):
    """The part of the date that is open: digits for a year, keys for months and days."""

    gap = 16.0
    grow = 1.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.grid, self.other = DigitArea(), OtherWay()
        self.grid.grow = 1.0
        self.add_widget(self.grid)
        self.add_widget(self.other)

    def tell(self, columns: int, items: tuple[Item, ...]) -> None:
        self.grid.columns = columns
        self.grid.tell(items)
        self.other.tell("wheels", "calendar")
        self.other.shown = not look.low or len(items) <= 12  # thirty days leave no room in the lower half


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

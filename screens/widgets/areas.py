"""What fingers work on to enter an answer: a pad with its keys, digits, letters."""

from __future__ import annotations

from typing import Any

from screens.theme import look
from screens.widgets.base import Column, Grid, Node, Row
from screens.widgets.fields import PadKey, StrokePad

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

Item = tuple[str, str, str]  # ident, words, icon


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

    def tell(self, items: tuple[Item, ...]) -> None:
        """Ten digits are as large as their keys have room for: they are compared with a card that lies below."""
        self.items = items
        ten = not look.low and {str(digit) for digit in range(10)} <= {words for _, words, _ in items}
        for key in self.inner():
            if isinstance(key, PadKey):
                key.role = "result" if ten and len(key.text) == 1 and not key.icon else PadKey.role

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

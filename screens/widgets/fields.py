"""Where answers are entered: boxes for characters, a box for a line, pads for fingers, candidates."""

from __future__ import annotations

from typing import Any, cast

from kivy.graphics import Color, InstructionGroup, Rectangle
from kivy.input.motionevent import MotionEvent
from kivy.properties import ObjectProperty

from screens import pointer, shapes
from screens.services import Strokes
from screens.text import Laid, advance, lay, textures
from screens.theme import look
from screens.widgets.base import Node, Row
from screens.widgets.touch import Key

SURFACE = (1.0, 0.92, 0.86, 0.8, 0.75, 0.7, 0.65, 0.6)  # of a pad, squeeze by squeeze: a finger needs room
NEAR_PX = 3.0  # a finger that has moved less has not moved


def current_box(group: InstructionGroup, x: int, y: int, width: int, height: int) -> None:
    """What is being filled now: lamp border, ink outline, tint. Lower left corner at (x, y); outline outside."""
    out, border = look.u(4), look.u(8)
    shapes.box(
        group, x - out, y - out, width + 2 * out, height + 2 * out, radius=look.u(22), fill=look.colour("now"),
        edge=out, line=look.colour("now_outline"),
    )  # fmt: skip
    shapes.box(
        group, x + border, y + border, width - 2 * border, height - 2 * border, radius=look.u(12),
        fill=look.colour("now_tint"),
    )  # fmt: skip


class CharBoxes(Node):
    """One box a character; the next one waits. Smaller boxes, then more rows, for the longest names."""

    text = ""
    limit = 20
    note = ""

    def _plan(self, width: int) -> tuple[int, int, int]:
        """Boxes in all, in a row, side of one."""
        count = min(len(self.text) + 1, max(self.limit, 1))
        gap = look.u(18)
        most = look.u(172 if look.elder else 192 if look.low else 148)
        for rows in (1, 2, 3, 4):
            columns = -(-count // rows)
            side = min(most, (width - gap * (columns - 1)) // columns)
            if side >= look.u(112 if rows < 3 else 84):
                break
        if look.squeeze > 1:
            side = min(side, max(look.u(84), round(side * 0.8)))
        return count, columns, side

    def measure(self, width: int) -> int:
        count, columns, side = self._plan(width)
        rows = -(-count // columns)
        return rows * side + (rows - 1) * look.gap(18) + 2 * look.u(4)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._now = self._plan(width)

    def state(self) -> object:
        return (self.text, self.limit, self.note)

    def paint(self) -> None:
        x, y, width, _ = self.box
        count, columns, side = self._now
        group = self.canvas.before
        gap = look.u(18)
        size = look.near(side * 0.66)
        for index in range(count):
            row, column = divmod(index, columns)
            left = x + column * (side + gap)
            bottom = look.height - y - look.u(4) - side - row * (side + look.gap(18))
            if index < len(self.text):
                shapes.box(
                    group, left, bottom, side, side, radius=look.u(18), fill=look.colour("key"),
                    edge=look.u(look.palette.edge_px), line=look.colour("key_edge"),
                )  # fmt: skip
                texture = textures(self.text[index], size, True)
                group.add(Color(*look.colour("ink")))
                group.add(
                    Rectangle(
                        pos=(left + (side - texture.width) // 2, bottom + (side - texture.height) // 2),
                        size=texture.size, texture=texture,
                    )
                )  # fmt: skip
            else:
                current_box(group, left, bottom, side, side)
                caret = round(side * 0.62)
                shapes.fill(
                    group, left + side // 2 - look.u(3), bottom + (side - caret) // 2, look.u(6), caret,
                    look.colour("ink"),
                )  # fmt: skip
        used = (count - 1) % columns + 1 if count else 0
        left = x + used * (side + gap) + look.u(14)
        laid = lay(self.note, look.size("second"), False, 0, 1.3)
        if self.note and left + laid.width <= x + width and count <= columns:
            texture = textures(self.note, look.size("second"), False)
            bottom = look.height - y - look.u(4) - side // 2 - texture.height // 2
            group.add(Color(*look.colour("ink2")))
            group.add(Rectangle(pos=(left, bottom), size=texture.size, texture=texture))

    def words(self) -> str:
        return self.text

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        return (("answer", look.near(self._now[2] * 0.66)),)


class FieldBox(Node):
    """One answer on as many lines as it takes, with a caret; `groups` cuts numbers into readable parts."""

    text = ""
    groups: tuple[int, ...] = ()
    unit = ""
    role = "answer"

    def shown_text(self) -> str:
        if not self.groups:
            return self.text
        parts, at = [], 0
        for size in self.groups:
            parts.append(self.text[at : at + size])
            at += size
        parts.append(self.text[at:])
        return " ".join(part for part in parts if part)

    def _laid(self, width: int) -> tuple[Laid, int]:
        inner = width - 2 * look.u(40) - self._unit_width()
        text = self.shown_text()
        for role in (self.role, "title", "heading", "body", "second"):
            size = look.size(role)
            laid = lay(text, size, True, inner, 1.3)
            if len(laid.lines) == 1 or (len(laid.lines) == 2 and role in ("heading", "body")) or role == "second":
                return laid, size
        return laid, size

    def _unit_width(self) -> int:
        return advance(self.unit, look.size("heading"), False) + look.u(20) if self.unit else 0

    def measure(self, width: int) -> int:
        laid, _ = self._laid(width)
        return max(look.gap(156), laid.height + look.gap(36)) + 2 * look.u(4)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._now = self._laid(width)

    def state(self) -> object:
        return (self.text, self.unit, self.groups)

    def paint(self) -> None:
        x, y, width, height = self.box
        group = self.canvas.before
        out = look.u(4)
        current_box(group, x + out, self.y + out, width - 2 * out, height - 2 * out)
        laid, size = self._now
        top = y + (height - laid.height) // 2
        left = x + look.u(40)
        group.add(Color(*look.colour("ink")))
        end, middle = left, top + laid.pitch / 2
        for number, runs in enumerate(laid.lines):
            middle = top + laid.pitch * (number + 0.5)
            end = left
            for run in runs:
                if run.text.strip():
                    texture = textures(run.text, size, True)
                    bottom = look.height - round(middle) - texture.height // 2
                    group.add(Rectangle(pos=(left + run.x, bottom), size=texture.size, texture=texture))
                end = left + run.x + run.width
        caret = round(size * 1.05)
        shapes.fill(
            group, end + look.u(8), look.height - round(middle) - caret // 2, look.u(6), caret, look.colour("ink")
        )
        if self.unit:
            texture = textures(self.unit, look.size("heading"), False)
            group.add(Color(*look.colour("ink2")))
            group.add(
                Rectangle(
                    pos=(x + width - texture.width - look.u(36), look.height - y - (height + texture.height) // 2),
                    size=texture.size, texture=texture,
                )
            )  # fmt: skip

    def words(self) -> str:
        return self.shown_text() + (self.unit if self.text else "")

    def needed(self) -> tuple[int, int]:
        laid, _ = self._now
        return laid.width + 2 * look.u(40), laid.height

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        return (("answer", self._now[1]),)


class StrokePad(Node):
    """A surface for a finger. Strokes are points in 0..1 of the pad, origin top left; the sheet hears of each."""

    ident = "pad"
    guide = "cross"  # cross | line | ""
    hint = ""
    pen = 21  # reference px
    least = 450.0
    grow = 1.0
    radius = 20

    def __init__(self, **kwargs: Any) -> None:
        self.strokes: list[list[tuple[float, float]]] = []
        self._drawn: list[InstructionGroup] = []
        self._touch: MotionEvent | None = None
        super().__init__(**kwargs)

    @property
    def can_be_touched(self) -> bool:
        return self.shown and self.box[2] > 0

    def measure(self, width: int) -> int:
        return round(look.u(self.least) * SURFACE[look.squeeze])

    def value(self) -> Strokes:
        return tuple(tuple(stroke) for stroke in self.strokes if stroke)

    def set(self, strokes: Strokes) -> None:
        """Show these strokes, unless they are the ones shown."""
        if strokes != self.value():
            self.strokes = [list(stroke) for stroke in strokes]
            self._redraw()

    def state(self) -> object:
        return (self.hint, self.guide)

    def paint(self) -> None:
        x, _y, width, height = self.box
        group = self.canvas.before
        shapes.box(
            group, x, self.y, width, height, radius=look.u(self.radius), fill=look.colour("card"),
            edge=look.u(look.palette.heavy_px), line=look.colour("key_edge" if look.contrast else "accent"),
        )  # fmt: skip
        thick, on, off = look.u(3), look.u(16), look.u(14)
        colour = look.colour("guide")
        inset = look.u(24)
        if self.guide == "cross":
            cx, cy = x + width / 2, self.y + height / 2
            shapes.dashes(group, [(cx, self.y + inset), (cx, self.y + height - inset)], thick, colour, on, off)
            shapes.dashes(group, [(x + inset, cy), (x + width - inset, cy)], thick, colour, on, off)
        elif self.guide == "line":
            base = self.y + round(height * 0.2)
            side = look.u(70)
            shapes.dashes(group, [(x + side, base), (x + width - side, base)], thick, colour, on, off)
            texture = textures(self.hint, look.size("small"), False)
            group.add(Color(*look.colour("ink2")))
            bottom = min(base - look.u(8) - texture.height, base - texture.height + look.u(4))
            group.add(Rectangle(pos=(x + side, max(self.y + look.u(4), bottom)), size=texture.size, texture=texture))
        self._redraw()

    def _redraw(self) -> None:
        for group in self._drawn:
            self.canvas.remove(group)
        self._drawn = []
        for stroke in self.strokes:
            group = InstructionGroup()
            shapes.stroke(group, [self._at(point) for point in stroke], look.u(self.pen), look.colour("ink"))
            self.canvas.add(group)
            self._drawn.append(group)

    def _at(self, point: tuple[float, float]) -> tuple[float, float]:
        return self.x + point[0] * self.width, self.y + (1 - point[1]) * self.height

    def _point(self, x: float, y: float) -> tuple[float, float]:
        px = (x - self.x) / max(1.0, self.width)
        py = 1 - (y - self.y) / max(1.0, self.height)
        return min(1.0, max(0.0, px)), min(1.0, max(0.0, py))

    def on_touch_down(self, touch: MotionEvent) -> bool:
        start = pointer.start(touch)
        if not self.can_be_touched or self._touch is not None or not self.collide_point(*start):
            return False
        touch.grab(self)
        self._touch = touch
        self.strokes.append([self._point(*start)])
        group = InstructionGroup()
        shapes.stroke(group, [self._at(self.strokes[-1][0])], look.u(self.pen), look.colour("ink"))
        self.canvas.add(group)
        self._drawn.append(group)
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        self._follow(touch)
        return True

    def _follow(self, touch: MotionEvent) -> None:
        """Draw on to where the finger is now, by way of every place it passed."""
        stroke = self.strokes[-1]
        drawn = [self._at(stroke[-1])]
        for place in pointer.passed(touch):
            point = self._point(*place)
            now = self._at(point)
            if abs(drawn[-1][0] - now[0]) + abs(drawn[-1][1] - now[1]) >= NEAR_PX:
                stroke.append(point)
                drawn.append(now)
        if len(drawn) > 1:
            shapes.stroke(self._drawn[-1], drawn, look.u(self.pen), look.colour("ink"))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._follow(touch)
        self._touch = None
        node: Any = self.parent
        while node is not None and not hasattr(node, "strokes_changed"):
            node = node.parent
        if node is not None:
            node.strokes_changed(self)
        return True

    def vanish(self) -> None:
        super().vanish()
        for group in self._drawn:
            self.canvas.remove(group)
        self._drawn = []

    def words(self) -> str:
        return self.hint if self.guide == "line" else ""

    def needed(self) -> tuple[int, int]:
        return (advance(self.words(), look.size("small"), False) + look.u(70), 0) if self.words() else (0, 0)

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        return (("small", look.size("small")),) if self.words() else ()


class PadKey(Key):
    """A key of a pad: item is (ident, text, icon)."""

    item: Any = ObjectProperty(("", "", ""))
    role = "heading"
    edge_room = 6.0
    icon_of = 56
    spacing = 12.0

    def on_item(self, _: object, item: tuple[str, str, str]) -> None:
        self.ident, self.text, self.icon = item
        self.shown = True
        self.live = bool(self.ident)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_item(self, self.item)
        self.mark = True

    def state(self) -> object:
        return (super().state(), bool(self.ident))

    def paint(self) -> None:
        if self.ident:
            super().paint()


class Candidates(Row):
    """What was meant, best first and outlined. Shows as many as there is room for."""

    gap = 18.0
    most = 6
    tall = 140.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._words: tuple[str, ...] = ()
        if look.low:
            self.tall = 104.0

    def tell(self, words: tuple[str, ...]) -> None:
        """Candidates; none: the row keeps its room, so that nothing jumps while one writes."""
        self._words = words
        made = self.inner()
        for _ in range(len(made), len(words)):
            key = Key()
            key.edge_room, key.radius = 16, 18
            self.add_widget(key)
        for index, key in enumerate(cast("list[Key]", self.inner())):
            key.shown = index < len(words)
            if key.shown:
                word = words[index]
                key.ident, key.text = f"char:{word}", word
                key.role = "candidate" if len(word) == 1 else "heading"
                key.tall = key.elder_tall = self.tall
                key.kind = "chosen" if index == 0 else "plain"
                key.ink = "ink" if not look.contrast else ""

    def measure(self, width: int) -> int:
        return look.key_height(self.tall, self.tall) + look.u(look.palette.ledge_px)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        keys = [key for key in self.inner() if isinstance(key, Key) and key.shown]
        gap = look.u(self.gap)
        single = all(len(key.text) == 1 for key in keys)
        at = x
        roles = ("candidate", "title", "heading", "value", "key")
        large = next((role for role in roles if look.size(role) * 1.2 <= height - look.u(look.palette.ledge_px)), "key")
        for key in keys:  # a low row has smaller characters, never ones that stick out of their keys
            if len(key.text) == 1:
                key.role = large
        most = self.most - (2 if look.elder else 0)
        for key in self.inner():
            if key not in keys:
                key.vanish()
        if single:
            cell = (width - gap * (most - 1)) // most
            for index, key in enumerate(keys):
                if index >= most:
                    key.shown = False
                    key.vanish()
                    continue
                key.place(at, y, cell, height)
                at += cell + gap
            return
        for key in keys:
            wide = max(key.natural(), look.u(132))
            if at + wide > x + width and at > x:
                key.shown = False
                key.vanish()
                continue
            wide = min(wide, x + width - at)
            key.place(at, y, wide, height)
            at += wide + gap

"""Pictures: what the camera sees, with corners that a finger can move, and what it has taken."""

from __future__ import annotations

import io
from math import cos, pi, sin
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.input.motionevent import MotionEvent
from kivy.uix.widget import Widget

from screens import art, pointer, shapes
from screens.services import Frame, Point
from screens.text import advance, textures
from screens.theme import look
from screens.widgets.base import Node

CORNERS: tuple[Point, ...] = ((0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85))  # where none were found
HELD = "held"
RING = 64  # points of a ring
DRAG = 24  # reference px a finger goes before it means to move a corner


class Preview(Node):
    """The live picture, letterboxed on dark, with the paper's corners marked. A finger may move a corner, also where
    none were found; the sheet hears of it when the finger leaves (`corners_moved`)."""

    bar = 84  # reference px: the words' bar below
    caption = ""
    good = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._texture: Texture | None = None
        self._frame: Frame | None = None
        self._moved: list[Point] | None = None  # corners under a finger, and after it until the camera has heard
        self._corner = 0
        self._touch: MotionEvent | None = None
        self._from: Point = (0.0, 0.0)  # where the finger came down
        self._dragged: Point | None = None  # where the corner lay that it drags
        self._over = Widget()
        self.add_widget(self._over)

    def blank(self) -> None:
        """Forget the last frame: it belongs to another paper."""
        self._texture = self._frame = self._moved = self._touch = self._dragged = None
        self._over.canvas.clear()

    def feed(self, frame: Frame | None) -> None:
        """Show this frame; cheap when it is the one already shown."""
        if frame is None:
            return
        if self._frame is not None and frame.number == self._frame.number and frame.corners == self._frame.corners:
            return
        fresh = self._texture is None or self._texture.size != (frame.width, frame.height)
        if fresh or self._texture is None:
            self._texture = Texture.create(size=(frame.width, frame.height), colorfmt="rgb")
            self._texture.flip_vertical()
            self._texture.mag_filter = self._texture.min_filter = "linear"
        if self._frame is None or frame.number != self._frame.number or fresh:
            self._texture.blit_buffer(frame.rgb, colorfmt="rgb", bufferfmt="ubyte")
        old = self._frame
        self._frame = frame
        if fresh:
            self._painted = None
            self.repaint()
        if self._moved is not None and self._touch is None and frame.remark == HELD:
            self._moved = None
        if fresh or old is None or frame.corners != old.corners:
            self._mark()
        self.canvas.ask_update()

    def measure(self, width: int) -> int:
        return look.gap(800)

    def state(self) -> object:
        return (self.caption, self.good, self._texture is not None)

    def _picture(self, frame: Frame) -> tuple[int, int, int, int]:
        """Where the frame is drawn, Kivy's coordinates."""
        x, _, width, height = self.box
        bar = look.u(self.bar)
        room = height - bar
        share = min(width / frame.width, room / frame.height)
        wide, high = round(frame.width * share), round(frame.height * share)
        return x + (width - wide) // 2, self.y + bar + (room - high) // 2, wide, high

    def paint(self) -> None:
        x, _, width, height = self.box
        radius = look.u(22)
        group = self.canvas.before
        shapes.box(group, x, self.y, width, height, radius=radius, fill=look.colour("film"))
        bar = look.u(self.bar)
        shapes.box(group, x, self.y, width, bar, radius=radius, fill=look.colour("film_bar"))
        shapes.fill(group, x, self.y + bar - radius, width, radius, look.colour("film_bar"))
        if self._texture is not None and self._frame is not None:
            left, bottom, wide, high = self._picture(self._frame)
            group.add(Color(1, 1, 1, 1))
            group.add(Rectangle(pos=(left, bottom), size=(wide, high), texture=self._texture))
            self._mark()
        words = textures(self.caption, look.size("key"), False)
        mark, gap = look.u(48), look.u(16)
        target = art.icon("focus-2", mark)
        at = x + (width - words.width - mark - gap) // 2
        middle = self.y + bar // 2
        if target is not None:
            group.add(Color(*look.colour("now")))
            group.add(Rectangle(pos=(at, middle - mark // 2), size=(mark, mark), texture=target))
        group.add(Color(1, 1, 1, 1))
        group.add(Rectangle(pos=(at + mark + gap, middle - words.height // 2), size=words.size, texture=words))

    def words(self) -> str:
        return self.caption

    def needed(self) -> tuple[int, int]:
        caption = advance(self.caption, look.size("key"), False) + look.u(48) + look.u(16)
        return caption, look.u(self.bar)

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        return (("key", look.size("key")),)

    def _mark(self) -> None:
        """Outline and corner marks of the paper that was found."""
        group = self._over.canvas
        group.clear()
        corners = self._moved or (self._frame.corners if self._frame is not None else None)
        if self._frame is None or corners is None or not self.box[2]:
            return
        left, bottom, wide, high = self._picture(self._frame)
        points = [(left + px * wide, bottom + (1 - py) * high) for px, py in corners]
        shapes.stroke(group, points, look.u(18), look.colour("#18212B"), closed=True)
        shapes.stroke(group, points, look.u(9), look.colour("now"), closed=True)
        cx = sum(p[0] for p in points) / 4
        cy = sum(p[1] for p in points) / 4
        outer = [(cx + (px - cx) * 1.06, cy + (py - cy) * 1.05) for px, py in points]
        arm = look.u(64)
        for index, (px, py) in enumerate(outer):
            legs = []
            for other in (outer[index - 1], outer[(index + 1) % 4]):
                dx, dy = other[0] - px, other[1] - py
                length = max(1.0, (dx * dx + dy * dy) ** 0.5)
                legs.append((px + dx / length * arm, py + dy / length * arm))
            shapes.stroke(group, [legs[0], (px, py), legs[1]], look.u(14), look.colour("now"))

    def _place(self, x: float, y: float) -> Point | None:
        """A place on the screen as one of the frame, 0..1; None outside of it."""
        if self._frame is None or not self.shown:
            return None
        left, bottom, wide, high = self._picture(self._frame)
        px, py = (x - left) / max(1, wide), 1 - (y - bottom) / max(1, high)
        return (px, py) if 0 <= px <= 1 and 0 <= py <= 1 else None

    def on_touch_down(self, touch: MotionEvent) -> bool:
        at = self._place(*pointer.start(touch))
        if at is None or self._touch is not None or self._frame is None:
            return False
        self._touch, self._from = touch, at
        touch.grab(self)
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        at = self._place(*touch.pos)
        if at is not None and self._frame is not None:
            self._follow(self._frame, at)
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        dragged, self._touch, self._dragged = self._dragged, None, None
        node: Any = self.parent
        while node is not None and not hasattr(node, "corners_moved"):
            node = node.parent
        if node is not None and dragged is not None and self._moved is not None:
            node.corners_moved(tuple(self._moved))
        return True

    def _follow(self, frame: Frame, at: Point) -> None:
        """The nearest corner goes with the finger, beside it: under it nobody would see it. A touch that does not
        move changes nothing."""
        if self._dragged is None:
            wide, high = self._picture(frame)[2:]
            if abs(at[0] - self._from[0]) * wide + abs(at[1] - self._from[1]) * high < look.u(DRAG):
                return
            self._moved = list(self._moved or frame.corners or CORNERS)
            away = [(self._from[0] - px) ** 2 + (self._from[1] - py) ** 2 for px, py in self._moved]
            self._corner = away.index(min(away))
            self._dragged = self._moved[self._corner]
        if self._moved is not None:
            (x, y), (dx, dy) = self._dragged, (at[0] - self._from[0], at[1] - self._from[1])
            self._moved[self._corner] = (min(1.0, max(0.0, x + dx)), min(1.0, max(0.0, y + dy)))
            self._mark()

    def vanish(self) -> None:
        super().vanish()
        self._over.canvas.clear()


class Mirror(Preview):
    """The person as they see themselves, with a ring for the face; a finger moves nothing in it."""

    def _mark(self) -> None:
        group = self._over.canvas
        group.clear()
        if self._frame is None or not self.box[2]:
            return
        left, bottom, wide, high = self._picture(self._frame)
        tall = min(0.36 * high, 0.46 * wide)
        turns = (2 * pi * step / RING for step in range(RING))
        ring = [(left + 0.5 * wide + 0.78 * tall * cos(a), bottom + 0.54 * high + tall * sin(a)) for a in turns]
        shapes.stroke(group, ring, look.u(18), look.colour("#18212B"), closed=True)
        shapes.stroke(group, ring, look.u(9), look.colour("now"), closed=True)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        return False


class Photo(Node):
    """A taken picture, whole, on dark."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._texture: Texture | None = None

    def feed(self, jpeg: bytes) -> None:
        from kivy.core.image import Image as CoreImage

        self._texture = CoreImage(io.BytesIO(jpeg), ext="jpg", keep_data=False, nocache=True).texture if jpeg else None
        if self._texture is not None:
            self._texture.mag_filter = self._texture.min_filter = "linear"
        self._painted = None

    def measure(self, width: int) -> int:
        return look.gap(800)

    def state(self) -> object:
        return id(self._texture)

    def paint(self) -> None:
        x, _y, width, height = self.box
        group = self.canvas.before
        shapes.box(group, x, self.y, width, height, radius=look.u(22), fill=look.colour("film"))
        if self._texture is None:
            return
        margin = look.u(24)
        share = min((width - 2 * margin) / self._texture.width, (height - 2 * margin) / self._texture.height)
        wide, high = round(self._texture.width * share), round(self._texture.height * share)
        group.add(Color(1, 1, 1, 1))
        group.add(
            Rectangle(
                pos=(x + (width - wide) // 2, self.y + (height - high) // 2), size=(wide, high), texture=self._texture
            )
        )

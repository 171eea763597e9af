"""The scene of laying a card on the reader, and the arrow that moves there and at the paper slot.

Only three things move on this terminal; the arrow is one of them: 12 px, 1.2 s, three times, then it rests.
"""

from __future__ import annotations

import math
import time
from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, PopMatrix, PushMatrix, Rectangle, Translate

from screens import art, shapes
from screens.text import textures
from screens.theme import look
from screens.widgets.base import Node
from screens.words import say

SWING_PX, SWING_S, SWINGS = 12, 1.2, 3
FRAME_S = 1 / 30  # of the swing: nobody sees more, and a weak core has other work


class MovingArrow(Node):
    """An arrow down on a lamp disc. It swings after it appears, if motion is wanted at all."""

    silent = True
    of: float = 104

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._shift = Translate(0, 0)
        self._since = 0.0
        self._beat: Any = None

    def measure(self, width: int) -> int:
        return look.u(self.of)

    def natural(self) -> int:
        return look.u(self.of)

    def paint(self) -> None:
        x, y, width, height = self.box
        side = look.u(self.of)
        cx, cy = x + width // 2, look.height - y - height // 2
        group = self.canvas.before
        group.add(PushMatrix())
        group.add(self._shift)
        shapes.disc(group, cx, cy, side, look.colour("now"))
        mark = round(side * 0.62)
        texture = art.icon("arrow-down", mark)
        if texture is not None:
            group.add(Color(*look.colour("on_now")))
            group.add(Rectangle(pos=(cx - mark // 2, cy - mark // 2), size=(mark, mark), texture=texture))
        group.add(PopMatrix())
        if look.motion and self._beat is None and not self._since:
            self._since = time.monotonic()
            self._beat = Clock.schedule_interval(self._swing, FRAME_S)

    @property
    def swings(self) -> bool:
        return self._beat is not None

    def _swing(self, _dt: float) -> None:
        passed = time.monotonic() - self._since
        if passed >= SWING_S * SWINGS or not self.box[2] or self.get_root_window() is None:
            self._shift.y = 0
            self._stop()
            return
        self._shift.y = -look.u(SWING_PX) * (1 - math.cos(2 * math.pi * passed / SWING_S)) / 2

    def _stop(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None

    def vanish(self) -> None:
        super().vanish()
        self._stop()
        self._since = 0.0


class CardScene(Node):
    """Where the card belongs: the card above the lit surface, the arrow, the terminal drawn small."""

    # Places in the picture card-on-reader, as fractions from its top left: see screens/assets/README.md.
    ARROW = (0.440, 0.487)
    HERE = (0.440, 0.725)
    WHERE = (0.886, 0.480)
    SHAPE = 320 / 484
    silent = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._arrow = MovingArrow()
        self._arrow.of = 88
        self.add_widget(self._arrow)

    def measure(self, width: int) -> int:
        return round(min(width, look.u(968)) * self.SHAPE * (0.84 if look.squeeze > 1 else 1))

    def _picture(self) -> tuple[int, int, int, int]:
        """Left, top, width, height of the drawing, from the top left."""
        x, y, width, height = self.box
        wide = min(width, round(height / self.SHAPE))
        high = round(wide * self.SHAPE)
        return x + (width - wide) // 2, y + (height - high) // 2, wide, high

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        left, top, wide, high = self._picture()
        side = look.u(self._arrow.of)
        self._arrow.place(
            left + round(wide * self.ARROW[0]) - side // 2, top + round(high * self.ARROW[1]) - side // 2, side, side
        )

    def paint(self) -> None:
        x, _, width, height = self.box
        group = self.canvas.before
        # White even in high contrast: the drawing needs its ground.
        shapes.box(
            group, x, self.y, width, height, radius=look.u(22), fill=look.colour("#FFFFFF"), edge=look.u(2),
            line=look.colour("card_line"),
        )  # fmt: skip
        left, top, wide, high = self._picture()
        texture = art.picture("card-on-reader", wide)
        if texture is not None:
            group.add(Color(1, 1, 1, 1))
            group.add(Rectangle(pos=(left, look.height - top - high), size=(wide, high), texture=texture))
        share = wide / look.u(968)
        for words, place, size, bold, colour in (
            (say("scene.here"), self.HERE, 54, True, "#FFFFFF"),
            (say("scene.where"), self.WHERE, 36, False, "#3F4954"),
        ):
            texture = textures(words, max(8, round(look.u(size) * share)), bold)
            cx, cy = left + wide * place[0], look.height - top - high * place[1]
            group.add(Color(*look.colour(colour)))
            group.add(
                Rectangle(
                    pos=(round(cx - texture.width / 2), round(cy - texture.height / 2)), size=texture.size,
                    texture=texture,
                )
            )  # fmt: skip

    def words(self) -> str:
        return say("scene.where")

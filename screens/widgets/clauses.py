"""Numbered sentences."""

from __future__ import annotations

from kivy.graphics import Color, Rectangle

from screens import shapes
from screens.text import textures
from screens.theme import look
from screens.widgets.base import Node, Row, Ruled, Text


class Number(Node):
    """A number on a disc."""

    silent = True
    number = 1

    def natural(self) -> int:
        return look.u(68)

    def measure(self, width: int) -> int:
        return look.u(68)

    def state(self) -> object:
        return self.number

    def paint(self) -> None:
        x, y, width, height = self.box
        cx, cy = x + width / 2, look.height - y - height / 2
        shapes.disc(self.canvas.before, cx, cy, look.u(68), look.colour("accent"))
        texture = textures(str(self.number), look.near(look.u(44)), True)
        self.canvas.before.add(Color(*look.colour("disc_ink")))
        self.canvas.before.add(
            Rectangle(
                pos=(round(cx - texture.width / 2), round(cy - texture.height / 2)), size=texture.size, texture=texture
            )
        )


class Clauses(Ruled):
    """What one promises, sentence by sentence."""

    def tell(self, clauses: tuple[str, ...]) -> None:
        if [child.inner()[1].text for child in self.inner() if isinstance(child, Row)] == list(clauses):
            return
        self.clear_widgets()
        for index, clause in enumerate(clauses, 1):
            row = Row()
            row.pad, row.gap = (0, 20, 0, 20), 28.0
            number, text = Number(), Text()
            number.number, text.text, text.grow, text.leading, text.role = index, clause, 1.0, 1.38, "band"
            row.add_widget(number)
            row.add_widget(text)
            self.add_widget(row)

"""Things that are drawn rather than written: figures, QR code, countdown ring, the way ahead."""

from __future__ import annotations

from functools import lru_cache

from kivy.graphics import Color, Mesh, Rectangle
from kivy.graphics.texture import Texture

from screens import shapes
from screens.text import advance, lay, textures
from screens.theme import look
from screens.widgets.base import Node

BASE_LINE = 0.436  # from the middle of a line to its base line, in type sizes (Noto Sans CJK: (1.160 - 0.288) / 2)


class Figure(Node):
    """A large number with its unit on one base line, and what it means below."""

    number = ""
    unit = ""
    meaning = ""

    ROLES = (("figure", "value"), ("title", "key"), ("heading", "second"), ("value", "small"), ("key", "status"))
    MEANING = 7  # characters of what it means that stand on one line; a longer language takes two

    def _head(self, big: int, small: int) -> int:
        gap = look.u(10) if self.number else 0
        return (advance(self.number, big, True) if self.number else 0) + gap + advance(self.unit, small, True)

    def _sizes(self, width: int = 0) -> tuple[int, int, int]:
        """Number, unit and meaning: as large as there is room for side by side."""
        big, small = self._roles(width)
        return look.size(big), look.size(small), look.size("second")

    def _roles(self, width: int) -> tuple[str, str]:
        for big, small in self.ROLES:
            if not width or self._head(look.size(big), look.size(small)) <= width:
                break
        return big, small

    def natural(self) -> int:
        big, small, below = self._sizes()
        meaning = lay(self.meaning, below, False, 0, 1.2).width
        return max(self._head(big, small), min(meaning, self.MEANING * below))

    def measure(self, width: int) -> int:
        big, _, below = self._sizes(width)
        head = round(big * 1.2)  # a word instead of a number stands on the numbers' line
        return head + (lay(self.meaning, below, False, max(width, 1), 1.25).height if self.meaning else 0)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._now = (*self._sizes(width), lay(self.meaning, look.size("second"), False, max(width, 1), 1.25))

    def state(self) -> object:
        return (self.number, self.unit, self.meaning)

    def paint(self) -> None:
        x, y, _, _ = self.box
        big, small, below, meaning = self._now
        group = self.canvas.before
        head = round(big * 1.2)
        group.add(Color(*look.colour("accent")))
        at = x
        middle = y + head / 2
        if self.number:
            texture = textures(self.number, big, True)
            group.add(self._text(texture, at, middle))
            at += texture.width + look.u(10)
        drop = BASE_LINE * (big - small)
        group.add(self._text(textures(self.unit, small, True), at, middle + drop))
        group.add(Color(*look.colour("ink2")))
        for number, runs in enumerate(meaning.lines):
            for run in runs:
                texture = textures(run.text, below, run.bold)
                group.add(self._text(texture, x + run.x, y + head + meaning.pitch * (number + 0.5)))

    @staticmethod
    def _text(texture: Texture, x: float, middle: float) -> Rectangle:
        bottom = look.height - round(middle) - texture.height // 2
        return Rectangle(pos=(round(x), bottom), size=texture.size, texture=texture)

    def words(self) -> str:
        return f"{self.number}{self.unit}" + (f"，{self.meaning}" if self.meaning else "")

    def needed(self) -> tuple[int, int]:
        with look.squeezed(self.squeeze):
            big, small, _, meaning = self._now
            return max(self._head(big, small), meaning.width), self.measure(self.box[2])

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        with look.squeezed(self.squeeze):
            roles = (*self._roles(self.box[2]), "second")
        return tuple(zip(roles, self._now[:3], strict=True))


@lru_cache(maxsize=4)
def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of dark (True) and light modules, without the quiet zone. The smallest version that holds it, level M."""
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(dot) for dot in row) for row in code.get_matrix())


class Code(Node):
    """A QR code in whole px a module, four modules of quiet around it. Never tinted: phones have to read it."""

    text = ""
    of = 232  # side at most, with the quiet zone, reference px

    def natural(self) -> int:
        return look.u(self.of)

    def measure(self, width: int) -> int:
        return look.u(self.of)

    def state(self) -> object:
        return self.text

    def paint(self) -> None:
        if not self.text:
            return
        matrix = qr_matrix(self.text)
        x, y, width, height = self.box
        side = min(width, height)
        dot = max(1, side // (len(matrix) + 4))  # two of the four quiet modules may be the card around it
        drawn = dot * len(matrix)
        left = x + (width - drawn) // 2
        bottom = look.height - y - (height + drawn) // 2
        quiet = 2 * dot
        group = self.canvas.before
        shapes.fill(
            group, left - quiet, bottom - quiet, drawn + 2 * quiet, drawn + 2 * quiet, look.colour("scale_light")
        )
        shapes.modules(group, left, bottom, matrix, dot, look.colour("scale_dark"))


class Ring(Node):
    """A countdown: the ring empties, the seconds stand in the middle."""

    of = 544
    share = 1.0
    number = ""
    unit = ""

    def measure(self, width: int) -> int:
        return look.gap(self.of) if look.squeeze > 2 else look.u(self.of)

    def natural(self) -> int:
        return look.u(self.of)

    def state(self) -> object:
        return (self.share, self.number)

    def paint(self) -> None:
        x, y, width, height = self.box
        side = min(width, height, look.u(self.of))
        thick = max(8, round(side * 44 / 544))
        cx, cy = x + width / 2, look.height - y - height / 2
        radius = (side - thick) / 2
        group = self.canvas.before
        # The face: a polygon under the ring, whose soft edge hides the polygon's.
        self._face(cx, cy, radius)
        shapes.arc(group, cx, cy, radius, thick, look.colour("ring_track"), 1.0)
        shapes.arc(group, cx, cy, radius, thick, look.colour("accent"), min(1.0, max(0.0, self.share)))
        size = look.near(side * 220 / 544)
        texture = textures(self.number, size, True)
        group.add(Color(*look.colour("ink")))
        group.add(
            Rectangle(
                pos=(round(cx - texture.width / 2), round(cy - texture.height / 2 + side * 0.05)), size=texture.size,
                texture=texture,
            )
        )  # fmt: skip
        unit = textures(self.unit, self._unit_size(side), False)
        group.add(Color(*look.colour("ink2")))
        group.add(
            Rectangle(
                pos=(round(cx - unit.width / 2), round(cy - unit.height / 2 - side * 0.22)),
                size=unit.size,
                texture=unit,
            )
        )

    def _face(self, cx: float, cy: float, radius: float) -> None:
        import math

        vertices: list[float] = [cx, cy, 0, 0]
        for step in range(65):
            angle = 2 * math.pi * step / 64
            vertices += [cx + math.sin(angle) * radius, cy + math.cos(angle) * radius, 0, 0]
        self.canvas.before.add(Color(*look.colour("card")))
        self.canvas.before.add(Mesh(vertices=vertices, indices=list(range(66)), mode="triangle_fan"))

    def words(self) -> str:
        return f"{self.number}{self.unit}"

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        side = min(*self.box[2:], look.u(self.of))
        return (("countdown", look.near(side * 220 / 544)), ("status", self._unit_size(side)))

    @staticmethod
    def _unit_size(side: int) -> int:
        return max(look.near(side * 50 / 544), look.least_type("status"))


class Way(Node):
    """The mark left of one line of the way ahead, and the piece of line down to the next."""

    silent = True
    mark = "later"  # done | now | later
    last = False
    wide = 68

    def state(self) -> object:
        return (self.mark, self.last)

    def measure(self, width: int) -> int:
        return look.u(68)

    def paint(self) -> None:
        x, y, _width, height = self.box
        side = look.u(68)
        cx, cy = x + side / 2, look.height - y - side / 2
        group = self.canvas.before
        if not self.last:
            thick = look.u(6)
            shapes.fill(
                group, round(cx - thick / 2), self.y, thick, max(0, height - side + look.u(2)), look.colour("key_edge")
            )
        if self.mark == "done":
            shapes.disc(group, cx, cy, side, look.colour("good"))
            points = [(0.26, 0.49), (0.43, 0.33), (0.75, 0.64)]
            shapes.stroke(
                group, [(cx - side / 2 + px * side, cy - side / 2 + py * side) for px, py in points], look.u(7),
                look.colour("on_good"),
            )  # fmt: skip
        elif self.mark == "now":
            shapes.disc(group, cx, cy, side, look.colour("now"))
            shapes.disc(group, cx, cy, look.u(32), look.colour("on_now"))
        else:
            shapes.disc(group, cx, cy, side, look.colour("key_edge"), look.u(6))

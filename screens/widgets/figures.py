"""Things that are drawn rather than written: figures, QR code, countdown ring, the way ahead, live pictures."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from kivy.graphics import Color, Mesh, Rectangle
from kivy.graphics.texture import Texture
from kivy.uix.widget import Widget

from screens import art, shapes
from screens.services import Frame
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
        for big, small in self.ROLES:
            if not width or self._head(look.size(big), look.size(small)) <= width:
                break
        return look.size(big), look.size(small), look.size("second")

    def natural(self) -> int:
        big, small, below = self._sizes()
        meaning = lay(self.meaning, below, False, 0, 1.2).width
        return max(self._head(big, small), min(meaning, self.MEANING * below))

    def measure(self, width: int) -> int:
        big, small, below = self._sizes(width)
        head = round((big if self.number else small) * 1.2)
        return head + (lay(self.meaning, below, False, max(width, 1), 1.25).height if self.meaning else 0)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._now = (*self._sizes(width), lay(self.meaning, look.size("second"), False, max(width, 1), 1.25))

    def state(self) -> object:
        return (self.number, self.unit, self.meaning)

    def paint(self) -> None:
        x, y, _, _ = self.box
        big, small, below, meaning = self._now
        group = self.canvas.before
        head = round((big if self.number else small) * 1.2)
        group.add(Color(*look.colour("accent")))
        at = x
        middle = y + head / 2
        if self.number:
            texture = textures(self.number, big, True)
            group.add(self._text(texture, at, middle))
            at += texture.width + look.u(10)
        drop = BASE_LINE * ((big if self.number else small) - small)
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
        return tuple(zip(("figure", "value", "second"), self._now[:3], strict=True))


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
        unit = textures(self.unit, look.near(side * 50 / 544), False)
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
        return (("countdown", look.near(side * 220 / 544)), ("status", look.near(side * 50 / 544)))


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


class Preview(Node):
    """The live picture, letterboxed on dark, with the paper's corners marked."""

    bar = 84  # reference px: the words' bar below
    caption = ""
    good = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._texture: Texture | None = None
        self._frame: Frame | None = None
        self._over = Widget()
        self.add_widget(self._over)

    def blank(self) -> None:
        """Forget the last frame: it belongs to another paper."""
        self._texture = self._frame = None
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
        if self._frame is None or self._frame.corners is None or not self.box[2]:
            return
        left, bottom, wide, high = self._picture(self._frame)
        points = [(left + px * wide, bottom + (1 - py) * high) for px, py in self._frame.corners]
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

    def vanish(self) -> None:
        super().vanish()
        self._over.canvas.clear()


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

"""Draws the sample papers of sample_papers.toml: for the demo, the camera's simulator and tests. Invented, and said so.

Nothing here is a picture in the tree: a paper is drawn when it is wanted, the same every time.
"""

from __future__ import annotations

import math
import random
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from config import fonts

PX_PER_MM = 7.0
INK = "#23282e"
FAINT = "#6b727a"
SEAL_RED = "#c2332e"


@lru_cache(maxsize=1)
def _all() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "sample_papers.toml").read_text("utf-8"))


def names() -> tuple[str, ...]:
    """Every sample."""
    return tuple(name for name in _all() if name != "_")


def draw(name: str, px_per_mm: float = PX_PER_MM) -> Image.Image:
    """A sample as an RGB picture, flat, edge to edge. Raises KeyError for a name nobody knows."""
    paper = _all()[name] if name != "_" else None
    if paper is None:
        raise KeyError(name)
    return _Drawing(paper, px_per_mm, _all()["_"]["sample"], name).done()


@lru_cache(maxsize=64)
def _face(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(fonts.path(bold)), size)


class _Drawing:
    def __init__(self, paper: dict[str, Any], px_per_mm: float, sample: str, seed: str) -> None:
        self.paper = paper
        self.k = px_per_mm
        self.sample = sample
        self.dice = random.Random(seed)  # noqa: S311  # the same drawing every time, nothing secret
        width, height = (round(side * px_per_mm) for side in paper["size"])
        self.width, self.height = width, height
        self.picture = Image.new("RGB", (width, height), paper["ground"])
        self.pen = ImageDraw.Draw(self.picture)

    def done(self) -> Image.Image:
        getattr(self, "_" + self.paper["look"])()
        return self.picture

    def text(
        self, x: float, y: float, words: str, mm: float, colour: str = INK, *, bold: bool = False, anchor: str = "la"
    ) -> float:
        """Writes at x, y (mm) with squares of `mm`; returns the width in mm."""
        face = _face(max(6, round(mm * self.k)), bold)
        self.pen.text((x * self.k, y * self.k), words, colour, face, anchor=anchor)
        return float(face.getlength(words)) / self.k

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, mm: float = 0.3) -> None:
        self.pen.line([(x0 * self.k, y0 * self.k), (x1 * self.k, y1 * self.k)], colour, max(1, round(mm * self.k)))

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: str, mm: float = 0.4, fill: str | None = None
    ) -> None:
        corners = [(x0 * self.k, y0 * self.k), (x1 * self.k, y1 * self.k)]
        self.pen.rectangle(corners, fill, colour, max(1, round(mm * self.k)))

    def seal(self, x: float, y: float, radius: float, words: str) -> None:
        """A round red seal that lets the print below show through."""
        side = round(2.4 * radius * self.k)
        layer = Image.new("L", (side, side), 0)
        pen = ImageDraw.Draw(layer)
        middle, r = side / 2, radius * self.k
        pen.ellipse([middle - r, middle - r, middle + r, middle + r], None, 210, max(2, round(0.7 * self.k)))
        face = _face(max(6, round(1.3 * radius / max(2, len(words)) * self.k * 1.2)), True)
        pen.text((middle, middle), words, 210, face, anchor="mm")
        layer = layer.rotate(self.dice.uniform(-14, 14), Image.Resampling.BICUBIC)
        self.picture.paste(SEAL_RED, (round(x * self.k - middle), round(y * self.k - middle)), layer)

    def _sheet(self) -> None:
        w, h = self.paper["size"]
        frame = self.paper["frame"]
        self.box(12, 12, w - 12, h - 12, frame, 1.0)
        self.box(15, 15, w - 15, h - 15, frame, 0.3)
        self.text(w / 2, 36, self.paper["title"], 14, bold=True, anchor="mm")
        self.text(w / 2, 52, f"（{self.sample}）", 5.5, FAINT, anchor="mm")
        step = min(20.0, (h - 130) / max(1, len(self.paper["rows"])))
        for number, (label, value) in enumerate(self.paper["rows"]):
            y = 70 + number * step
            self.text(26, y, label, 6, FAINT)
            self.text(76, y, value, 6.4)
            self.line(74, y + 9, w - 26, y + 9, "#b4b0a4")
        self.seal(w - 58, h - 48, 20, self.paper["seal"])
        self.text(26, h - 40, "2026", 6, FAINT)

    def _grid(self) -> None:
        w, h = self.paper["size"]
        frame = self.paper["frame"]
        unit = min(w, h) / 105
        self.text(w / 2, 9 * unit, self.paper["title"], 6.4 * unit, bold=True, anchor="mm")
        self.text(w / 2, 16 * unit, self.sample, 3.2 * unit, FAINT, anchor="mm")
        rows = self.paper["rows"]
        top, bottom = 21 * unit, h - 9 * unit
        step = (bottom - top) / len(rows)
        self.box(7 * unit, top, w - 7 * unit, bottom, frame, 0.5)
        self.line(w * 0.36, top, w * 0.36, bottom, frame)
        size = min(4.4 * unit, step * 0.42)
        for number, (label, value) in enumerate(rows):
            y = top + number * step
            if number:
                self.line(7 * unit, y, w - 7 * unit, y, frame)
            face_mm = min(size, (w * 0.36 - 11 * unit) / max(1, len(label)))
            self.text(9 * unit, y + step / 2, label, face_mm, FAINT, anchor="lm")
            self.text(w * 0.36 + 2.5 * unit, y + step / 2, value, size, anchor="lm")
        self.seal(w - 26 * unit, h - 24 * unit, 13 * unit, self.paper["seal"])

    def _card(self) -> None:
        w, h = self.paper["size"]
        for number in range(26):  # the wavy ground of a card
            y0 = number * h / 24
            points = [(x * self.k, (y0 + 1.4 * math.sin(x / 7 + number)) * self.k) for x in range(0, round(w) + 2, 2)]
            self.pen.line(points, self.paper["frame"], 1)
        self.text(4, 3, self.paper["title"], 4.2, bold=True)
        self.text(w - 4, 3.4, self.sample, 2.4, FAINT, anchor="ra")
        for number, (label, value) in enumerate(self.paper["rows"]):
            y = 11.5 + number * 7.4
            across = max(15.0, 7 + self.text(5, y, label, 3, "#3f6f93") + 1)
            for part in range(0, len(value), 11):
                self.text(across, y + part / 11 * 4.4, value[part : part + 11], 3.5)
        self.text(5, h - 8.5, self.paper["number"], 4.4, bold=True)
        left, top = w - 27, 10
        self.box(left, top, left + 21, top + 27, self.paper["frame"], 0.3, "#f4f6f6")
        k = self.k
        self.pen.ellipse([(left + 6) * k, (top + 5) * k, (left + 15) * k, (top + 16) * k], "#e2bf9f", "#7a5a44")
        self.pen.pieslice([(left + 5.4) * k, (top + 3.4) * k, (left + 15.6) * k, (top + 15) * k], 180, 360, "#2b2522")
        self.pen.pieslice([(left + 1) * k, (top + 17) * k, (left + 20) * k, (top + 37) * k], 180, 360, "#41536b")

    def _written(self) -> None:
        w, h = self.paper["size"]
        self.text(w / 2, 18, self.paper["title"], 9, "#27406e", anchor="mm")
        self.text(w / 2, h - 8, self.sample, 3.4, FAINT, anchor="mm")
        for number in range(int((h - 46) // 12)):
            y = 40 + number * 12
            self.line(14, y, w - 14, y, self.paper["frame"], 0.25)
        for number, words in enumerate(self.paper["lines"]):
            x, y = (18.0 if number else 24.0), 31 + number * 12
            for character in words:
                size = 7.0 * self.dice.uniform(0.92, 1.06)
                x += self.text(x, y + self.dice.uniform(-0.8, 0.8), character, size, "#27406e") * 1.02

    def _scene(self) -> None:
        w, h = self.paper["size"]
        k = self.k
        self.pen.rectangle([0, 0, w * k, h * 0.55 * k], "#b9cddd")
        self.pen.rectangle([0, h * 0.78 * k, w * k, h * k], "#8d8a80")
        self.pen.rectangle([w * 0.14 * k, h * 0.22 * k, w * 0.86 * k, h * 0.8 * k], "#c9bfa8", "#6a6152", 3)
        self.pen.polygon(
            [(w * 0.1 * k, h * 0.23 * k), (w * 0.5 * k, h * 0.06 * k), (w * 0.9 * k, h * 0.23 * k)], "#5b5f66"
        )
        self.pen.rectangle([w * 0.2 * k, h * 0.27 * k, w * 0.8 * k, h * 0.4 * k], "#8f2e22")
        self.text(w / 2, h * 0.335, self.paper["title"], h * 0.1, "#f4e3b0", bold=True, anchor="mm")
        self.pen.rectangle([w * 0.43 * k, h * 0.47 * k, w * 0.57 * k, h * 0.8 * k], "#4d4038")
        for x in (0.2, 0.64):
            self.pen.rectangle([w * x * k, h * 0.47 * k, w * (x + 0.16) * k, h * 0.68 * k], "#7c94a3", "#55503f", 4)
        self.picture = self.picture.filter(ImageFilter.GaussianBlur(0.8))
        self.pen = ImageDraw.Draw(self.picture)
        self.pen.rectangle([0, 0, self.width - 1, self.height - 1], None, self.paper["frame"], round(5 * k))
        self.text(w / 2, h - 2.4, self.sample, 3, FAINT, anchor="mm")

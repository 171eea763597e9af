"""The flow chart of a matter: an item a lane, its steps (at most four) as boxes joined by arrows. One layout for the
sheet and for the picture on a screen; in millimetres from the lane's left top corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config import fonts

if TYPE_CHECKING:
    from PIL.Image import Image

STEPS_MOST = 4
LABEL_SHARE = 0.24  # of the width, for the item's name
GAP_MM, PAD_MM = 7.0, 2.0
BOX_MM, SIZE_PT = 13.0, 10.0


@dataclass(frozen=True)
class Lane:
    """`after`: names of items whose result this one waits for."""

    title: str
    steps: tuple[str, ...]
    after: str = ""


@dataclass(frozen=True)
class Box:
    """`framed` False: the item's name. `arrow`: one leads to the next box."""

    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    size_pt: float
    framed: bool
    arrow: bool


def boxes(lane: Lane, width: float) -> tuple[Box, ...]:
    """The lane's name and its boxes, left to right, all of one height. Texts are broken to fit."""
    label = width * LABEL_SHARE
    count = max(1, len(lane.steps))
    each = (width - label - GAP_MM * max(count, STEPS_MOST)) / max(count, STEPS_MOST)
    texts = [_broken(step, each - 2 * PAD_MM) for step in lane.steps]
    name = (*_broken(lane.title, label), *(_broken(lane.after, label) if lane.after else ()))
    leading = SIZE_PT * 0.5
    height = max(BOX_MM, *(len(lines) * leading + 2 * PAD_MM for lines in (*texts, name)))
    placed = [Box(0.0, 0.0, label, height, name, SIZE_PT, framed=False, arrow=False)]
    left = label + GAP_MM
    for number, lines in enumerate(texts):
        placed.append(Box(left, 0.0, each, height, lines, SIZE_PT, framed=True, arrow=number + 1 < len(texts)))
        left += each + GAP_MM
    return tuple(placed)


def _broken(text: str, width: float) -> tuple[str, ...]:
    """Lines of at most so many millimetres: a full-width character is as wide as the type is high."""
    em = SIZE_PT * 0.3528
    lines, line, used = [], "", 0.0
    for character in text:
        wide = em if ord(character) > 0x2E7F else em * 0.55
        if line and used + wide > width:
            lines.append(line)
            line, used = "", 0.0
        line += character
        used += wide
    return (*lines, line) if line or not lines else tuple(lines)


def picture(lanes: tuple[Lane, ...], width_px: int, px_per_mm: float = 4.0) -> Image:
    """The chart on white, for a screen."""
    from PIL import Image, ImageDraw, ImageFont

    placed = [boxes(lane, width_px / px_per_mm) for lane in lanes]
    heights = [max(box.height for box in row) for row in placed]
    image = Image.new("RGB", (width_px, round(px_per_mm * (sum(heights) + 4.0 * (len(heights) + 1)))), "white")
    pen = ImageDraw.Draw(image)
    size = round(SIZE_PT * 0.3528 * px_per_mm)
    plain, bold = (ImageFont.truetype(str(fonts.path(face)), size) for face in (False, True))
    top = 4.0
    for row, height in zip(placed, heights, strict=True):
        for number, box in enumerate(row):
            left, upper = box.left * px_per_mm, top * px_per_mm
            right, lower = left + box.width * px_per_mm, upper + box.height * px_per_mm
            if box.framed:
                pen.rounded_rectangle((left, upper, right, lower), 6, (232, 238, 244), (90, 98, 106), 2)
            leading = size * 1.4
            begin = (upper + lower) / 2 - leading * len(box.lines) / 2
            for line, text in enumerate(box.lines):
                place = ((left + right) / 2 if box.framed else left, begin + (line + 0.5) * leading)
                pen.text(place, text, (20, 30, 40), plain if box.framed else bold, anchor="mm" if box.framed else "lm")
            if box.arrow:
                end, middle = row[number + 1].left * px_per_mm - 3, (upper + lower) / 2
                pen.line((right + 3, middle, end - 6, middle), (90, 98, 106), 3)
                pen.polygon([(end, middle), (end - 10, middle - 6), (end - 10, middle + 6)], (90, 98, 106))
        top += height + 4.0
    return image

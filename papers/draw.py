"""A slip as a picture: one bit a dot, as wide as the printer's head.

Dots are those of a thermal printer, 8 to the millimetre: 576 across 80 mm paper, 384 across 58 mm. Black is 0, white
is 1 (Pillow's mode "1"). Measures are those of the design's receipt (DESIGN-LANGUAGE "Receipt"): text of 32 dots,
foot of 28, the number of 92, the code in whole dots with four modules of quiet around it (ISO/IEC 18004, 6.3.8).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from config import fonts
from papers import slip as s
from papers.breaking import wrap

WHITE, BLACK = 255, 0
THRESHOLD = 150  # of 255: darker becomes a dot; above the middle, because thin strokes burn thinner than they are drawn
QUIET = 4  # modules
SMALLEST_MODULE = 4  # dots, half a millimetre: what phones still read off creased thermal paper


@dataclass(frozen=True)
class Look:
    """Measures in dots. `line` is the distance between the lines of running text; `gap` stands around rules."""

    width: int
    margin: int
    text: int
    line: int
    row: int
    heading: int
    title: int
    banner: int
    code: int
    small: int
    gap: int
    stroke: int
    qr: int  # the code's width without its quiet, where it fits

    @property
    def inner(self) -> int:
        return self.width - 2 * self.margin

    def share(self, dots: int) -> int:
        """A length of the 80 mm design on this paper."""
        return round(dots * self.text / 32)


WIDE = Look(576, 24, 32, 45, 48, 40, 56, 48, 92, 28, 16, 4, 290)
NARROW = Look(384, 16, 28, 39, 42, 32, 48, 40, 64, 24, 12, 3, 240)


def look(width: int) -> Look:
    """How a slip looks on a head of `width` dots: 576 (80 mm), 384 (58 mm). Raises ValueError for another."""
    for known in (WIDE, NARROW):
        if known.width == width:
            return known
    raise ValueError(f"paper {width} dots wide: 576 (80 mm) and 384 (58 mm) are known")


# ---------------------------------------------------------------- type


@lru_cache(maxsize=64)
def _font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _face(character: str, bold: bool) -> Path | None:
    return fonts.face_for(character, bold)


def _visible(text: str) -> str:
    """Without what has no picture: controls, joiners, and the selectors of glyph variants (the base one is drawn)."""
    return "".join(
        c
        for c in text.replace("\t", " ")
        if unicodedata.category(c) not in {"Cc", "Cf"} and not ("︀" <= c <= "️" or "\U000e0100" <= c <= "\U000e01ef")
    )


def _runs(text: str, bold: bool) -> Iterator[tuple[Path | None, str]]:
    for face, characters in groupby(_visible(text), lambda c: _face(c, bold)):
        yield face, "".join(characters)


def measure(text: str, size: int, bold: bool = False) -> float:
    """Width in dots. A character that no face has is a square of its size."""
    return sum(_font(face, size).getlength(run) if face else float(size * len(run)) for face, run in _runs(text, bold))


class Strip:
    """A piece of paper of one block, drawn in grey and turned into dots at the end."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("L", (width, height), WHITE)
        self.pen = ImageDraw.Draw(self.image)

    def text(
        self, x: float, baseline: float, text: str, size: int, bold: bool = False, align: str = "left", ink: int = BLACK
    ) -> None:
        """One line whose left end, middle or right end is `x`."""
        if align != "left":
            x -= measure(text, size, bold) / (2 if align == "centre" else 1)
        for face, run in _runs(text, bold):
            if face:
                self.pen.text((round(x), round(baseline)), run, fill=ink, font=_font(face, size), anchor="ls")
                x += _font(face, size).getlength(run)
            else:
                for character in run:
                    self._unknown(round(x), round(baseline), character, size, ink)
                    x += size

    def _unknown(self, x: int, baseline: int, character: str, size: int, ink: int) -> None:
        """A frame with the code point in it: a clerk can look it up, and nobody takes it for another character."""
        top = baseline - round(0.86 * size)
        side = round(0.94 * size)
        self.pen.rectangle((x + 1, top, x + side, top + side), outline=ink, width=max(1, size // 16))
        digits = f"{ord(character):X}".rjust(4, "0")
        half = (len(digits) + 1) // 2
        little = round(size * (0.40 if half == 2 else 0.34))
        for row, part in enumerate((digits[:half], digits[half:])):
            middle = x + 1 + side / 2 - measure(part, little, True) / 2
            font = _font(fonts.path(bold=True), little)
            self.pen.text((round(middle), top + round(side * (0.47 + 0.42 * row))), part, ink, font, anchor="ls")

    def dots(self) -> Image.Image:
        return self.image.point(lambda grey: WHITE if grey >= THRESHOLD else BLACK).convert(
            "1", dither=Image.Dither.NONE
        )


def _baseline(top: float, line: float, size: int) -> float:
    """Where the letters stand in a line: the face's square is centred, and reaches 0.88 of its size above."""
    return top + (line - size) / 2 + 0.88 * size


def _lines(k: Look, text: str, size: int, line: int, bold: bool = False, align: str = "left", indent: int = 0) -> Strip:
    rows = wrap(text, lambda t: measure(t, size, bold), k.inner - indent)
    strip = Strip(k.width, line * len(rows))
    x = {"left": k.margin + indent, "centre": k.width / 2, "right": k.width - k.margin}[align]
    for number, row in enumerate(rows):
        strip.text(x, _baseline(number * line, line, size), row, size, bold, align)
    return strip


# ---------------------------------------------------------------- blocks


def _heading(k: Look, block: s.Heading) -> Strip:
    return _lines(k, block.text, k.heading, k.heading + k.share(10), True, "centre")


def _title(k: Look, block: s.Title) -> Strip:
    return _lines(k, block.text, k.title, k.title + k.share(16), True, "centre")


def _banner(k: Look, block: s.Banner) -> Strip:
    high = k.banner + k.share(40)
    strip = Strip(k.width, high)
    strip.pen.rounded_rectangle((k.margin, 0, k.width - k.margin - 1, high - 1), k.share(8), fill=BLACK)
    size = k.banner
    while measure(block.text, size, True) > k.inner - k.gap and size > k.text:
        size -= 2
    strip.text(k.width / 2, _baseline(0, high, size), block.text, size, True, "centre", WHITE)
    return strip


def _remark(k: Look, block: s.Remark) -> Strip:
    return _lines(k, block.text, k.text, k.line, True, "centre")


def _row(k: Look, block: s.Row) -> Strip:
    labels = wrap(block.label, lambda t: measure(t, k.text), k.inner)
    rows = wrap(block.value, lambda t: measure(t, k.text, True), k.inner)
    together = measure(labels[0], k.text) + k.gap + measure(rows[0], k.text, True)
    beside = len(labels) == len(rows) == 1 and together <= k.inner
    first = 0 if beside else k.line * len(labels)  # a value too long to stand beside its label stands under it
    strip = Strip(k.width, first + k.row + (len(rows) - 1) * k.line)
    for number, label in enumerate(labels):
        strip.text(k.margin, _baseline(number * k.line, k.row, k.text), label, k.text)
    for number, row in enumerate(rows):
        top = first + number * k.line
        strip.text(k.width - k.margin, _baseline(top, k.row, k.text), row, k.text, True, "right")
    return strip


def _big(k: Look, block: s.BigCode) -> Strip:
    high = round(k.code * 1.15)
    strip = Strip(k.width, k.line + high)
    strip.text(k.margin, _baseline(0, k.line, k.text), block.label, k.text)
    apart = k.share(2)  # digits that are read out one by one stand a little apart
    x = k.width / 2 - (measure(block.text, k.code, True) + apart * (len(block.text) - 1)) / 2
    for digit in block.text:
        strip.text(x, k.line + round(k.code * 1.02), digit, k.code, True)
        x += measure(digit, k.code, True) + apart
    return strip


def _qr(k: Look, block: s.QR) -> Strip:
    code = qr(block.text, k.qr, k.width)
    caption = _lines(k, block.caption, k.text, k.line, align="centre") if block.caption else Strip(k.width, 0)
    strip = Strip(k.width, code.height + caption.image.height)
    # An even place: a printer can then be sent a code of even modules at half its size (hardware.escpos_bytes.halved).
    strip.image.paste(code, ((k.width - code.width) // 4 * 2, 0))
    strip.image.paste(caption.image, (0, code.height))
    return strip


def _section(k: Look, block: s.Section) -> Strip:
    return _lines(k, block.text, k.text, k.line, True)


def _numbered(k: Look, block: s.Numbered) -> Strip:
    indent = k.share(50)
    parts = []
    for number, line in enumerate(block.lines, 1):
        part = _lines(k, line, k.text, k.line, indent=indent)
        part.text(k.margin, _baseline(0, k.line, k.text), str(number), k.text)
        parts.append(part)
    return _pile(k, parts, 0)


def _bullets(k: Look, block: s.Bullets) -> Strip:
    indent, side = k.share(36), k.share(14)
    parts = []
    for line in block.lines:
        part = _lines(k, line, k.text, k.line - 1, indent=indent)
        left, top = k.margin + k.share(6), (k.line - side) // 2
        part.pen.rectangle((left, top, left + side - 1, top + side - 1), fill=BLACK)
        parts.append(part)
    return _pile(k, parts, k.share(7))


def _text(k: Look, block: s.Text) -> Strip:
    return _lines(k, block.text, k.text, k.line)


def _needed(k: Look, block: s.Needed) -> Strip:
    word = measure(block.state, k.text, True)
    pad = k.share(10)
    strip = _lines(replace(k, width=round(k.width - word - 3 * pad)), block.title, k.text, k.row, True)
    whole = Strip(k.width, strip.image.height)
    whole.image.paste(strip.image, (0, 0))
    right = k.width - k.margin
    frame = (round(right - word - 2 * pad), 2, right - 1, k.row - 3)
    whole.pen.rounded_rectangle(frame, k.share(6), outline=BLACK, width=2)
    whole.text(right - pad, _baseline(0, k.row, k.text), block.state, k.text, True, "right")
    hint = [_lines(k, block.hint, k.text, k.line)] if block.hint else []
    return _pile(k, [whole, *hint], 0)


def _rule(k: Look, _: s.Rule) -> Strip:
    strip = Strip(k.width, k.stroke)
    strip.pen.rectangle((k.margin, 0, k.width - k.margin - 1, k.stroke - 1), fill=BLACK)
    return strip


def _dashes(k: Look, _: s.Dashes) -> Strip:
    strip = Strip(k.width, 3)
    for x in range(k.margin, k.width - k.margin - 5, 8):
        strip.pen.rectangle((x, 0, x + 5, 2), fill=BLACK)
    return strip


def _boxed(k: Look, block: s.Boxed) -> Strip:
    pad = k.share(16)
    inside = _lines(k, block.text, k.share(34), k.line - 1, True, "centre", indent=pad)
    strip = Strip(k.width, inside.image.height + 2 * pad)
    strip.image.paste(inside.image, (0, pad))
    strip.pen.rectangle((k.margin, 0, k.width - k.margin - 1, strip.image.height - 1), outline=BLACK, width=k.stroke)
    return strip


def _small(k: Look, block: s.Small) -> Strip:
    return _lines(k, block.text, k.small, k.share(42), align="centre")


def _pile(k: Look, parts: list[Strip], gap: int) -> Strip:
    """Strips under one another, with a gap before each."""
    whole = Strip(k.width, sum(part.image.height + gap for part in parts))
    y = 0
    for part in parts:
        whole.image.paste(part.image, (0, y + gap))
        y += part.image.height + gap
    return whole


# What draws a block, and the space it wants above and below, in dots of the 80 mm design; of two neighbours the larger
# space counts.
_DRAWN: dict[type, tuple[Callable[[Look, Any], Strip], int, int]] = {
    s.Heading: (_heading, 0, 0),
    s.Title: (_title, 6, 16),
    s.Banner: (_banner, 16, 14),
    s.Remark: (_remark, 0, 14),
    s.Row: (_row, 0, 0),
    s.BigCode: (_big, 0, 0),
    s.QR: (_qr, 0, 0),
    s.Section: (_section, 13, 0),
    s.Numbered: (_numbered, 0, 0),
    s.Bullets: (_bullets, 0, 0),
    s.Text: (_text, 0, 0),
    s.Needed: (_needed, 8, 8),
    s.Rule: (_rule, 16, 16),
    s.Dashes: (_dashes, 16, 16),
    s.Boxed: (_boxed, 16, 14),
    s.Small: (_small, 0, 0),
}
ABOVE, BELOW = 30, 42  # dots of white at the top and the foot of the slip


def block(one: s.Block, width: int) -> Image.Image:
    """One block alone, e.g. a line that a printer's own characters cannot write."""
    drawer, _above, _below = _DRAWN[type(one)]
    return drawer(look(width), one).dots()


def strips(paper: s.Slip, width: int) -> Iterator[Image.Image]:
    """The slip from top to bottom in pieces, as it is sent: a block or the white between two of them at a time."""
    k = look(width)
    before = ABOVE
    for one in paper.blocks:
        drawer, above, below = _DRAWN[type(one)]
        space = k.share(max(before, above))
        if space:
            yield Image.new("1", (width, space), 1)
        yield drawer(k, one).dots()
        before = below
    yield Image.new("1", (width, k.share(BELOW)), 1)


def picture(paper: s.Slip, width: int = 576) -> Image.Image:
    """The whole slip, mode "1", `width` dots wide."""
    parts = list(strips(paper, width))
    whole = Image.new("1", (width, sum(part.height for part in parts)), 1)
    y = 0
    for part in parts:
        whole.paste(part, (0, y))
        y += part.height
    return whole


# ---------------------------------------------------------------- codes


def modules(text: str) -> list[list[bool]]:
    """The code's dark modules without quiet, medium correction where it fits (creased paper), low otherwise.

    The library splits the text into runs, so that the base32 after the '#' takes 5.5 bits a character instead of 8.
    Raises ValueError if it is too long for any code.
    """
    import qrcode
    from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
    from qrcode.exceptions import DataOverflowError

    for level in (ERROR_CORRECT_M, ERROR_CORRECT_L):
        code = qrcode.QRCode(error_correction=level, border=0)
        code.add_data(text, optimize=8)
        try:
            code.make(fit=True)
        except (DataOverflowError, ValueError):
            continue
        if level == ERROR_CORRECT_M and code.modules_count + 2 * QUIET > 384 // SMALLEST_MODULE:
            continue
        return [[bool(dark) for dark in row] for row in code.get_matrix()]
    raise ValueError(f"{len(text)} characters do not fit in a code")


def qr(text: str, wanted: int, most: int) -> Image.Image:
    """The code with its quiet, in whole dots: about `wanted` dots wide without quiet, never wider than `most` with it.

    A long text grows beyond what is wanted before its modules fall under six dots. Raises ValueError if it cannot be
    drawn with modules of at least SMALLEST_MODULE dots.
    """
    dark = modules(text)
    count = len(dark)
    side = min(max(wanted // count, 6), most // (count + 2 * QUIET))
    if side < SMALLEST_MODULE:
        raise ValueError(f"a code of {count} modules does not fit on {most} dots")
    image = Image.new("1", (count + 2 * QUIET,) * 2, 1)
    for y, row in enumerate(dark):
        for x, on in enumerate(row):
            if on:
                image.putpixel((x + QUIET, y + QUIET), 0)
    return image.resize((image.width * side, image.height * side), Image.Resampling.NEAREST)

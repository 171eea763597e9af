"""A slip as commands for a receipt printer: as pictures, or as characters where the line is slow.

Characters are the printer's own 24 × 24 type, in columns of 12 dots. A block that holds a character the printer lacks
is sent as a picture, whole, so that a rare name never stands there with a hole in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from hardware import escpos_bytes as e
from papers import slip as s
from papers.breaking import wrap

COLUMN_DOTS = 12
GAP_DOTS = 12


@dataclass(frozen=True)
class Manner:
    """How a printer wants its slips."""

    width: int = 576  # dots: 576 (80 mm) or 384 (58 mm)
    encoding: str = "gb18030"  # its own characters: gb18030 | gbk | gb2312 | none
    native_qr: bool = False
    characters: bool = False  # send characters instead of pictures


def commands(slip: s.Slip, manner: Manner) -> Iterator[bytes]:
    """The slip, from ESC @ to the cut, in pieces of at most about e.BAND_BYTES. Each piece can be sent alone."""
    yield e.INIT
    if manner.characters and manner.encoding != "none":
        writer = _Writer(manner)
        yield e.CHINESE_ON
        for block in slip.blocks:
            yield from writer.block(block)
        yield e.LINE_FEED
    else:
        from papers import draw

        for strip in draw.strips(slip, manner.width):
            yield from e.raster(strip)
    yield e.CUT


def columns(text: str) -> int:
    """Width in columns: two for a character that is wide or ambiguous in East Asian type, one for others."""
    return sum(1 if unicodedata.east_asian_width(c) in {"Na", "H", "N"} else 2 for c in text)


class _Writer:
    """Blocks as lines of characters."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.columns = manner.width // COLUMN_DOTS

    def block(self, block: s.Block) -> Iterator[bytes]:
        if any(not e.writable(text, self.manner.encoding) for text in _texts(block)):
            yield e.LEFT
            yield from self._drawn(block)
            return
        match block:
            case s.Heading(text):
                yield from self._lines(text, e.CENTRE, bold=True, high=2)
            case s.Title(text):
                yield from self._lines(text, e.CENTRE, bold=True, wide=2, high=2)
            case s.Banner(text):
                yield from self._lines(text, e.CENTRE, bold=True, wide=2, high=2, reverse=True)
                yield from self._white(GAP_DOTS)
            case s.Remark(text):
                yield from self._lines(text, e.CENTRE, bold=True)
            case s.Row(label, value):
                yield from self._row(label, value)
            case s.BigCode(label, text):
                yield from self._lines(label)
                yield from self._lines(text, e.CENTRE, bold=True, wide=3, high=3)
            case s.QR(text, caption):
                yield from self._qr(text)
                yield from self._lines(caption, e.CENTRE)
            case s.Section(text):
                yield from self._lines(text, bold=True)
            case s.Numbered(lines):
                for number, line in enumerate(lines, 1):
                    yield from self._lines(line, first=f"{number} ", rest="  ")
            case s.Bullets(lines):
                for line in lines:
                    yield from self._lines(line, first="- ", rest="  ")
            case s.Text(text):
                yield from self._lines(text)
            case s.Needed(title, state, hint):
                yield from self._row(title, state)
                yield from self._lines(hint)
            case s.Rule() | s.Dashes():
                yield from self._across(block)
            case s.Boxed(text):
                yield from self._lines(text, e.CENTRE, bold=True, high=2)
                yield from self._across(s.Rule())
            case s.Small(text):
                yield from self._lines(text, e.CENTRE)

    def _lines(
        self,
        text: str,
        align: bytes = e.LEFT,
        *,
        bold: bool = False,
        wide: int = 1,
        high: int = 1,
        reverse: bool = False,
        first: str = "",
        rest: str = "",
    ) -> Iterator[bytes]:
        if not text:
            return
        room = self.columns // wide - len(first)
        rows = wrap(text, columns, room)
        for number, row in enumerate(rows):
            shown = f" {row} " if reverse and columns(row) + 2 <= room else row
            line = e.characters((rest if number else first) + shown, self.manner.encoding)
            before = align + e.bold(bold) + e.size(wide, high) + (e.reverse(True) if reverse else b"")
            after = (e.reverse(False) if reverse else b"") + e.size() + e.bold(False)
            yield before + line + e.LINE_FEED + after

    def _row(self, label: str, value: str) -> Iterator[bytes]:
        """Label left, value right and bold; on a line of its own where both are too long for one."""
        encoding = self.manner.encoding
        gap = self.columns - columns(label) - columns(value)
        if gap >= 2:
            line = e.characters(label + " " * gap, encoding) + e.bold(True) + e.characters(value, encoding)
            yield e.LEFT + line + e.LINE_FEED + e.bold(False)
        else:
            yield from self._lines(label)
            yield from self._lines(value, e.RIGHT, bold=True)

    def _qr(self, text: str) -> Iterator[bytes]:
        from papers import draw

        if self.manner.native_qr:
            count = len(draw.modules(text))
            k = draw.look(self.manner.width)
            dots = min(max(k.qr // count, 6), self.manner.width // (count + 2 * draw.QUIET), 16)
            yield from self._white(draw.QUIET * dots)
            yield e.CENTRE + e.native_qr(text, dots)
            yield from self._white(draw.QUIET * dots)
        else:
            yield e.LEFT
            yield from self._drawn(s.QR(text))

    def _across(self, block: s.Rule | s.Dashes) -> Iterator[bytes]:
        yield from self._white(GAP_DOTS)
        yield from self._drawn(block)
        yield from self._white(GAP_DOTS)

    def _white(self, dots: int) -> Iterator[bytes]:
        """Feeds paper by whole dots. A raster of nothing, because the unit of ESC J differs between printers."""
        from PIL import Image

        yield e.LEFT
        yield from e.raster(Image.new("1", (8, dots), 1))

    def _drawn(self, block: s.Block) -> Iterator[bytes]:
        from papers import draw

        picture = draw.block(block, self.manner.width)
        half = e.halved(picture)  # a code of even modules: a quarter of the bytes, which counts at 9600 baud
        yield from e.raster(picture) if half is None else e.raster(half, doubled=True)


def _texts(block: s.Block) -> Iterator[str]:
    """Every text of a block that would be written in characters."""
    if isinstance(block, s.QR):
        yield block.caption
        return
    for value in vars(block).values():
        if isinstance(value, str):
            yield value
        else:
            yield from value

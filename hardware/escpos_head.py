"""The pretended printer's mechanism: interprets ESC/POS as a printer does and puts dots on paper.

It is written from the command reference, apart from the driver's own byte tables, so that a mistake there is not
repeated here. It garbles as a real one does: without FS & Chinese bytes are code page 437, and what its type does not
hold is a question mark. The caller feeds it whole commands' worth of bytes through `take` and lets time pass as told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

Take = Callable[[int], Awaitable[bytes]]
CELL, NARROW, LINE_DOTS = 24, 12, 30  # the built-in type, and the line distance after power-on
QR_BYTES_MOST = 2331  # what a code of medium correction holds (ISO/IEC 18004, table 7)
DOUBLE_BYTE = {"gb18030": "gb18030", "gbk": "gbk", "gb2312": "gb2312", "none": "ascii"}


@dataclass
class _Style:
    wide: int = 1
    high: int = 1
    bold: bool = False
    reverse: bool = False
    align: int = 0
    kanji: bool = False


@dataclass
class Page:
    """One piece of paper between two cuts."""

    rows: list[Image] = field(default_factory=list)
    text: str = ""  # what a person would read, for tests

    @property
    def height(self) -> int:
        return sum(row.height for row in self.rows)


class Head:
    """Interprets a stream. `encoding` is what its type holds; `kanji_at_start` whether Chinese is on without FS &."""

    def __init__(self, width: int, encoding: str, kanji_at_start: bool = False, native_qr: bool = True) -> None:
        self.width = width
        self._encoding = encoding
        self._kanji_at_start = kanji_at_start
        self._native_qr = native_qr
        self._qr_data = ""
        self._qr_module = 3
        self.page = Page()
        self._style = _Style(kanji=kanji_at_start)
        self._line: list[tuple[str, _Style]] = []

    async def run(self, take: Take) -> AsyncIterator[tuple[str, int]]:
        """Carries out commands for ever. Yields ("dots", n) for paper moved by n rows, ("cut", 0), ("mark", n)."""
        while True:
            byte = (await take(1))[0]
            match byte:
                case 0x0A:
                    yield "dots", self._feed_line()
                case 0x1B:
                    async for event in self._escape(take):
                        yield event
                case 0x1C:
                    await self._kanji(take)
                case 0x1D:
                    async for event in self._group(take):
                        yield event
                case 0x10:
                    await self._skip_realtime(take)
                case _ if byte >= 0x20:
                    await self._character(byte, take)
                case _:
                    pass  # NUL and other controls move nothing

    # ------------------------------------------------------------ commands

    async def _escape(self, take: Take) -> AsyncIterator[tuple[str, int]]:
        match (await take(1))[0]:
            case 0x40:  # @
                self._style = _Style(kanji=self._kanji_at_start)
                self._line.clear()
            case 0x61:  # a
                self._style.align = (await take(1))[0] % 0x30
            case 0x45:  # E
                self._style.bold = bool((await take(1))[0] & 1)
            case 0x64:  # d: print, and feed n lines
                count = (await take(1))[0]
                yield "dots", self._feed_line() + self._blank(LINE_DOTS * max(0, count - 1))
            case 0x4A:  # J: print, and feed n dots
                yield "dots", self._flush() + self._blank((await take(1))[0])
            case _:
                await take(1)  # every other command we know of has one argument

    async def _kanji(self, take: Take) -> None:
        match (await take(1))[0]:
            case 0x26:  # &
                self._style.kanji = True
            case 0x2E:  # .
                self._style.kanji = False
            case 0x21:  # !
                n = (await take(1))[0]
                self._style.wide, self._style.high = 1 + bool(n & 4), 1 + bool(n & 8)
            case _:
                await take(1)

    async def _group(self, take: Take) -> AsyncIterator[tuple[str, int]]:
        match (await take(1))[0]:
            case 0x21:  # !
                n = (await take(1))[0]
                self._style.wide, self._style.high = (n >> 4 & 7) + 1, (n & 7) + 1
            case 0x42:  # B
                self._style.reverse = bool((await take(1))[0] & 1)
            case 0x56:  # V
                mode = (await take(1))[0]
                if mode in (0x41, 0x42):
                    await take(1)
                yield "dots", self._flush()
                yield "cut", 0
            case 0x72:  # r
                yield "mark", (await take(1))[0]
            case 0x76:  # v 0
                header = await take(6)
                stride, rows = int.from_bytes(header[2:4], "little"), int.from_bytes(header[4:6], "little")
                wide, high = 1 + (header[1] & 1), 1 + (header[1] >> 1 & 1)
                for _ in range(rows):
                    yield "dots", self._raster_row(await take(stride), stride, wide, high)
            case 0x28:  # ( k
                header = await take(3)
                body = await take(int.from_bytes(header[1:3], "little"))
                if header[:1] == b"k":
                    yield "dots", self._qr(body)
            case _:
                await take(1)

    async def _skip_realtime(self, take: Take) -> None:
        """Real-time commands were answered when they came in; in the buffer they are passed over."""
        match (await take(1))[0]:
            case 0x04 | 0x05:
                await take(1)
            case 0x14:
                if (await take(1))[0] == 8:
                    await take(7)
                else:
                    await take(2)

    # ------------------------------------------------------------ characters

    async def _character(self, first: int, take: Take) -> None:
        if first < 0x80:
            self._put(chr(first))
        elif not self._style.kanji or first in (0x80, 0xFF):
            self._put(bytes((first,)).decode("cp437"))
        else:
            second = (await take(1))[0]
            if 0x30 <= second <= 0x39:
                four = bytes((first, second)) + await take(2)
                self._put(self._look_up(four) if self._encoding == "gb18030" else "?")
            else:
                self._put(self._look_up(bytes((first, second))))

    def _look_up(self, code: bytes) -> str:
        try:
            character = code.decode(DOUBLE_BYTE[self._encoding])
        except UnicodeDecodeError:
            return "?"
        return character if ord(character) <= 0xFFFF else "?"  # no such printer's type reaches beyond the basic plane

    def _put(self, character: str) -> None:
        self.page.text += character
        style = _Style(**vars(self._style))
        if self._line and self._used() + _columns(character) * NARROW * style.wide > self.width:
            self._flush()
        self._line.append((character, style))

    def _used(self) -> int:
        return sum(_columns(character) * NARROW * style.wide for character, style in self._line)

    def _feed_line(self) -> int:
        self.page.text += "\n"
        return self._flush() or self._blank(LINE_DOTS)

    def _flush(self) -> int:
        """Prints the line that was collected; returns its height in dots."""
        from PIL import Image

        if not self._line:
            return 0
        tall = max(CELL * style.high for _, style in self._line)
        row = Image.new("1", (self.width, max(LINE_DOTS, tall + 6)), 1)
        align = self._line[0][1].align
        x = {0: 0, 1: (self.width - self._used()) // 2, 2: self.width - self._used()}.get(align, 0)
        for character, style in self._line:
            glyph = _glyph(character, style.bold)
            glyph = glyph.resize((glyph.width * style.wide, CELL * style.high), Image.Resampling.NEAREST)
            if style.reverse:
                glyph = glyph.point(lambda dot: 255 - dot)
            row.paste(glyph, (x, tall - CELL * style.high))
            x += glyph.width
        self._line.clear()
        self.page.rows.append(row)
        return row.height

    def _blank(self, dots: int) -> int:
        from PIL import Image

        if dots:
            self.page.rows.append(Image.new("1", (self.width, dots), 1))
        return dots

    # ------------------------------------------------------------ pictures

    def _raster_row(self, data: bytes, stride: int, wide: int, high: int) -> int:
        from PIL import Image

        row = Image.new("1", (self.width, high), 1)
        if not stride:  # a row of no bytes is white
            self.page.rows.append(row)
            return high
        dots = Image.frombytes("1", (stride * 8, 1), bytes(~byte & 0xFF for byte in data))
        dots = dots.resize((dots.width * wide, high), Image.Resampling.NEAREST)
        row.paste(dots.crop((0, 0, min(self.width, dots.width), high)), (0, 0))
        self.page.rows.append(row)
        return high

    def _qr(self, body: bytes) -> int:
        import qrcode
        from PIL import Image

        if not self._native_qr or body[:1] != b"1" or len(body) < 3:
            return 0
        match body[1]:
            case 0x43:
                self._qr_module = min(16, max(1, body[2]))
            case 0x50:
                self._qr_data = body[3:].decode("utf-8", "replace")
            case 0x51 if self._qr_data and len(self._qr_data.encode()) <= QR_BYTES_MOST:
                code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
                code.add_data(self._qr_data)
                matrix = code.get_matrix()
                small = Image.new("1", (len(matrix), len(matrix)), 1)
                for y, modules in enumerate(matrix):
                    for x, dark in enumerate(modules):
                        if dark:
                            small.putpixel((x, y), 0)
                side = len(matrix) * self._qr_module
                row = Image.new("1", (self.width, side), 1)
                left = {0: 0, 1: (self.width - side) // 2, 2: self.width - side}.get(self._style.align, 0)
                row.paste(small.resize((side, side), Image.Resampling.NEAREST), (left, 0))
                self.page.rows.append(row)
                return side
        return 0

    def tear_off(self) -> Page:
        """What is out of the printer since the last cut."""
        page, self.page = self.page, Page()
        return page

    def forget(self) -> None:
        """The print buffer is cleared; what is on paper stays there."""
        self._line.clear()


def picture(page: Page, width: int) -> Image:
    """A page as one picture, mode "1"."""
    from PIL import Image

    whole = Image.new("1", (width, max(1, page.height)), 1)
    y = 0
    for row in page.rows:
        whole.paste(row, (0, y))
        y += row.height
    return whole


def _columns(character: str) -> int:
    return 1 if ord(character) < 0x100 or "─" <= character <= "▟" or character in _HALF else 2


# Code page 437 beyond Latin-1 is all single width on a printer.
_HALF = frozenset(bytes(range(0x80, 0x100)).decode("cp437"))


@lru_cache(maxsize=2048)
def _glyph(character: str, bold: bool) -> Image:
    """The built-in type: a face we have, drawn into the printer's cell."""
    from PIL import Image, ImageDraw, ImageFont

    from config import fonts

    width = NARROW * _columns(character)
    face = fonts.face_for(character, bold) or fonts.path(bold)
    font = ImageFont.truetype(str(face), CELL - 2, layout_engine=ImageFont.Layout.BASIC)
    cell = Image.new("L", (width, CELL), 255)
    pen = ImageDraw.Draw(cell)
    pen.text((width / 2, 20), character, 0, font, anchor="ms")
    return cell.point(lambda grey: 0 if grey < 150 else 255).convert("1")

"""ESC/POS as bytes: the commands we send and what the answers mean. No device is touched here.

Source: Epson's ESC/POS command reference (DLE EOT, GS r, GS v 0, GS ( k, GS V, DLE DC4), and facts measured on what
python-escpos sends. Chinese is written as FS & and GB18030; every size is set twice, by GS ! and FS !, because half of
the printers obey only one of them for Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

INIT = b"\x1b@"
CHINESE_ON = b"\x1c&"
CHINESE_OFF = b"\x1c."
LINE_FEED = b"\n"
CUT = b"\x1dVB\x00"  # feeds to the knife, then cuts, leaving a corner
MARK = b"\x1dr\x01"  # paper sensors, answered in turn: all that was sent before has been carried out
# DLE DC4 fn 8: throw away what is in the buffers, at once. The seven bytes after 08 are fixed by the command.
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
LEFT, CENTRE, RIGHT = b"\x1ba\x00", b"\x1ba\x01", b"\x1ba\x02"
BAND_BYTES = 2048  # raster sent in one command at most, so that a small printer's buffer holds it

ENCODINGS = {"gb18030": "gb18030", "gbk": "gbk", "gb2312": "gb2312", "none": "ascii"}


def ask(n: int) -> bytes:
    """DLE EOT n, n = 1…4: answered at once, ahead of what is waiting in the buffer."""
    return bytes((0x10, 0x04, n))


def bold(on: bool) -> bytes:
    return b"\x1bE" + bytes((on,))


def reverse(on: bool) -> bytes:
    """White on black."""
    return b"\x1dB" + bytes((on,))


def size(wide: int = 1, high: int = 1) -> bytes:
    """Character size, 1 to 8 times each way. FS ! knows only single and double."""
    kanji = (0x04 if wide > 1 else 0) | (0x08 if high > 1 else 0)
    return b"\x1c!" + bytes((kanji,)) + b"\x1d!" + bytes(((wide - 1) << 4 | (high - 1),))


def writable(text: str, encoding: str) -> bool:
    """Whether a printer of this encoding has every character in its own type.

    A printer that claims GB18030 has the part that every product must have since 2000, all within the basic plane:
    what lies beyond it (𠮷) and private use never counts as there. Control characters never do.
    """
    return all(0x20 <= ord(c) <= 0xFFFF and not 0xE000 <= ord(c) <= 0xF8FF for c in text) and _encodes(text, encoding)


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(ENCODINGS[encoding])
    except UnicodeEncodeError:
        return False
    return True


def characters(text: str, encoding: str) -> bytes:
    """The text in the printer's encoding. Raises UnicodeEncodeError for what `writable` refuses."""
    return text.encode(ENCODINGS[encoding])


def raster(image: Image, doubled: bool = False) -> Iterator[bytes]:
    """GS v 0 commands for a picture of mode "1" (black is 0), in bands of at most BAND_BYTES.

    White at the right of a band is not sent: a line of text is seldom as wide as the paper, and 9600 baud is slow.
    `doubled`: the printer makes four dots of each.
    """
    width, height = image.size
    stride = (width + 7) // 8
    dots = bytes(~byte & 0xFF for byte in image.tobytes())
    if width % 8:
        last = 0xFF << (8 - width % 8) & 0xFF
        dots = bytes(byte & last if i % stride == stride - 1 else byte for i, byte in enumerate(dots))
    rows = [dots[y * stride : (y + 1) * stride].rstrip(b"\0") for y in range(height)]
    top = 0
    while top < height:
        used, end = 1, top
        while end < height and max(used, len(rows[end])) * (end - top + 1) <= BAND_BYTES:
            used = max(used, len(rows[end]))
            end += 1
        yield (
            b"\x1dv0"
            + bytes((3 if doubled else 0,))
            + used.to_bytes(2, "little")
            + (end - top).to_bytes(2, "little")
            + b"".join(row.ljust(used, b"\0") for row in rows[top:end])
        )
        top = end


def halved(image: Image) -> Image | None:
    """The picture at half its size each way, if it is made of squares of four dots; else None."""
    from PIL import Image as Pictures

    if image.width % 2 or image.height % 2:
        return None
    half = image.resize((image.width // 2, image.height // 2), Pictures.Resampling.NEAREST)
    return half if half.resize(image.size, Pictures.Resampling.NEAREST).tobytes() == image.tobytes() else None


def native_qr(text: str, module_dots: int) -> bytes:
    """A QR code of the printer's own: model 2, medium correction, modules of 1…16 dots."""
    data = text.encode()

    def function(number: int, payload: bytes) -> bytes:
        body = bytes((0x31, number)) + payload
        return b"\x1d(k" + len(body).to_bytes(2, "little") + body

    return (
        function(0x41, b"2\x00")
        + function(0x43, bytes((module_dots,)))
        + function(0x45, b"1")
        + function(0x50, b"0" + data)
        + function(0x51, b"0")
    )


# ---------------------------------------------------------------- answers


def is_answer(byte: int) -> bool:
    """Whether a byte can be an answer to DLE EOT: bits 0 and 7 clear, bits 1 and 4 set."""
    return byte & 0x93 == 0x12


def is_mark(byte: int) -> bool:
    """Whether a byte can be an answer to GS r: bits 1, 0 together say near end, bits 3, 2 end, others are clear."""
    return byte in {0x00, 0x03, 0x0C, 0x0F}


def is_automatic(byte: int) -> bool:
    """Whether a byte begins an automatic status (ASB) of four: bits 0, 1, 7 clear, bit 4 set."""
    return byte & 0x93 == 0x10


@dataclass(frozen=True)
class State:
    """What the four answers say. None where the printer did not say."""

    offline: bool | None = None
    feeding: bool | None = None  # someone holds the feed button
    cover_open: bool | None = None
    paper_out: bool | None = None
    paper_low: bool | None = None
    jam: bool | None = None  # mechanical error
    cutter: bool | None = None
    broken: bool | None = None  # cannot recover
    hot: bool | None = None  # recovers by itself: the head cools

    @property
    def silent(self) -> bool:
        return all(value is None for value in vars(self).values())


def read_state(answers: dict[int, int]) -> State:
    """What answers to DLE EOT 1…4 mean; a number that is missing was not answered."""

    def bit(n: int, mask: int) -> bool | None:
        return bool(answers[n] & mask) if n in answers else None

    def either(*values: bool | None) -> bool | None:
        known = [value for value in values if value is not None]
        return any(known) if known else None

    return State(
        offline=bit(1, 0x08),
        feeding=either(bit(1, 0x40), bit(2, 0x08)),
        cover_open=bit(2, 0x04),
        paper_out=either(bit(2, 0x20), bit(4, 0x60)),
        paper_low=bit(4, 0x0C),
        jam=bit(3, 0x04),
        cutter=bit(3, 0x08),
        broken=bit(3, 0x20),
        hot=bit(3, 0x40),
    )

"""Where the type is, and which characters a face has.

Two faces are shipped (made at set-up, provision/fonts.py); a machine may have more, which are only asked for characters
that ours lack. A face is asked through its character map (OpenType "cmap", formats 4 and 12) rather than by drawing,
because a missing glyph draws as a box that looks like a success.
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "assets" / "fonts"
REGULAR = FOLDER / "Regular.otf"
BOLD = FOLDER / "Bold.otf"
COMMON = (FOLDER / "Common-Regular.otf", FOLDER / "Common-Bold.otf")  # a part of each, light to open at many sizes

# Faces with rare characters that a machine may have beside ours: the vendor's own in our folder first, then where
# Debian's packages fonts-hanazono, fonts-babelstone-han and fonts-droid-fallback put theirs.
SPARE = (
    FOLDER / "Rare.otf",
    FOLDER / "Rare.ttf",
    Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
    Path("/usr/share/fonts/truetype/babelstone/BabelStoneHan.ttf"),
    Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
)


def path(bold: bool = False) -> Path:
    """The shipped face. Raises FileNotFoundError with what to do when set-up has not made it."""
    file = BOLD if bold else REGULAR
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no type; `make setup` takes it out of the package fonts-noto-cjk")
    return file


def common(bold: bool = False) -> Path:
    """The part of the shipped face that draws nearly every text; the whole face where set-up has not made it."""
    file = COMMON[bold]
    return file if file.is_file() else path(bold)


@lru_cache(maxsize=2)
def common_characters(bold: bool = False) -> frozenset[str]:
    """What the common part draws."""
    starts, ends = _ranges(common(bold))
    return frozenset(chr(code) for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1))


def face_for(character: str, bold: bool = False) -> Path | None:
    """The file that draws a character: ours, else the first spare that has it, else None."""
    for file in (path(bold), *SPARE):
        if file.is_file() and covers(file, character):
            return file
    return None


def covers(file: Path, character: str) -> bool:
    """Whether a face has a glyph for one character."""
    starts, ends = _ranges(file)
    code = ord(character)
    at = bisect.bisect_right(starts, code) - 1
    return at >= 0 and code <= ends[at]


@lru_cache(maxsize=16)
def _ranges(file: Path) -> tuple[list[int], list[int]]:
    """Sorted ranges of code points (first, last) that the face maps. Raises ValueError if it is no font."""
    data = _table(file, b"cmap")
    if len(data) < 4:
        return [], []
    best: tuple[int, int] = (-1, -1)
    for number in range(struct.unpack_from(">H", data, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHL", data, 4 + 8 * number)
        layout = struct.unpack_from(">H", data, offset)[0]
        if (platform, encoding) in {(3, 1), (3, 10), (0, 3), (0, 4), (0, 6)} and layout in {4, 12}:
            best = max(best, (layout, offset))
    layout, offset = best
    ranges = sorted(_groups(data, offset) if layout == 12 else _segments(data, offset) if layout == 4 else ())
    return [first for first, _ in ranges], [last for _, last in ranges]


def _table(file: Path, tag: bytes) -> bytes:
    """One table of a font file, or of the first face of a collection."""
    with file.open("rb") as font:
        start = 0
        if font.read(4) == b"ttcf":
            font.seek(12)
            start = struct.unpack(">L", font.read(4))[0]
        font.seek(start + 4)
        count = struct.unpack(">H", font.read(2))[0]
        font.seek(start + 12)
        for _ in range(count):
            name, _sum, offset, length = struct.unpack(">4sLLL", font.read(16))
            if name == tag:
                font.seek(offset)
                return font.read(length)
    return b""


def _groups(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Format 12: groups of (first, last, glyph of the first)."""
    count = struct.unpack_from(">L", data, offset + 12)[0]
    for first, last, _glyph in struct.iter_unpack(">LLL", data[offset + 16 : offset + 16 + 12 * count]):
        yield first, last


def _segments(data: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """Format 4: parallel arrays of segments in the basic plane; the last one (0xFFFF) maps nothing."""
    half = struct.unpack_from(">H", data, offset + 6)[0]
    count = half // 2
    lasts = struct.unpack_from(f">{count}H", data, offset + 14)
    firsts = struct.unpack_from(f">{count}H", data, offset + 16 + half)
    yield from (pair for pair in zip(firsts, lasts, strict=True) if pair[0] != 0xFFFF)

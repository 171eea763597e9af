"""Text: broken into lines by meaning, drawn once, kept as textures.

Kivy's own label breaks Chinese anywhere and renders the whole block again for every change of colour. Here a line is a
row of runs (regular or bold); each run is one texture, white, tinted when drawn, so the same words cost once per size.
Lines are broken where a reader would: after a mark if possible, never before one, never inside a number, not inside a
word of config/whole_words.txt where as few lines can do without, and never so that a single character is left over.
"""

from __future__ import annotations

import itertools
import re
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.graphics.texture import Texture

from config import fonts
from config.whole_words import whole_words
from screens.theme import LINE_SPACING

REGULAR, BOLD = "Terminal", "TerminalBold"

NOT_FIRST = set("，。、；：？！）」』》〉】”’…·•%℃,.;:?!)]}")  # marks that may not begin a line
NOT_LAST = set("（「『《〈【“‘([{¥")  # marks that may not end one
AFTER = set("，。；：？！、·")  # where a reader takes breath
COUNTED = set("年月日号点分秒天元角页个样件份张次位岁组人米")  # stay with their number
INSIDE = 2.5  # what it costs to end a line inside a word: more than a line half empty, less than a line more
JOINER = "\u2060"  # between two characters: no line ends here
TEXTURES_KEPT_BYTES = 8_000_000  # as they lie in memory: the most crowded screen has six million
TILE = 64  # px: a texture's sides are rounded up to this in memory when there is no GPU

_ready = False


def load_fonts() -> None:
    """Tell Kivy the two files, once."""
    global _ready
    if not _ready:
        LabelBase.register(REGULAR, str(fonts.common()))
        LabelBase.register(BOLD, str(fonts.common(bold=True)))
        _ready = True


def face(text: str, bold: bool) -> str:
    """The type that draws a text: the common part of ours; for a rare character of a name the whole of it, or whatever
    spare this machine has."""
    load_fonts()
    common = fonts.common_characters(bold)
    if not common.issuperset(text):
        for character in text:
            if character > " " and character not in common:
                return _rare_face(character, bold)
    return BOLD if bold else REGULAR


@lru_cache(maxsize=256)
def _rare_face(character: str, bold: bool) -> str:
    file = fonts.face_for(character, bold)
    if file is None:
        return BOLD if bold else REGULAR
    LabelBase.register(file.stem, str(file))
    return file.stem


@lru_cache(maxsize=64)
def _meter(size: int, name: str) -> CoreLabel:
    return CoreLabel(font_name=name, font_size=size)


@lru_cache(maxsize=8192)
def advance(piece: str, size: int, bold: bool) -> int:
    """Width of a piece in px. A Chinese character or mark is as wide as the type is high."""
    if SQUARE.fullmatch(piece):
        return size * len(piece)
    return int(_meter(size, face(piece, bold)).get_extents(piece)[0])


def _weight(texture: Texture) -> int:
    """Bytes a texture takes in memory."""
    return int(-(-texture.width // TILE) * -(-texture.height // TILE) * TILE * TILE * 4)


class _Textures:
    """Rendered runs, those not drawn for the longest time let go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, bool], Texture] = OrderedDict()
        self._bytes = 0

    def __call__(self, text: str, size: int, bold: bool) -> Texture:
        key = (text, size, bold)
        texture = self._kept.get(key)
        if texture is not None:
            self._kept.move_to_end(key)
            return texture
        label = CoreLabel(text=text, font_name=face(text, bold), font_size=size, color=(1, 1, 1, 1))
        label.refresh()
        texture = label.texture
        texture.mag_filter = texture.min_filter = "nearest"  # drawn on whole pixels: crisp, and cheaper
        self._kept[key] = texture
        self._bytes += _weight(texture)
        while self._bytes > TEXTURES_KEPT_BYTES and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._bytes -= _weight(old)
        return texture

    def forget(self) -> None:
        """Let go of everything: what a person wrote is among it."""
        self._kept.clear()
        self._bytes = 0


textures = _Textures()


@dataclass(frozen=True)
class Run:
    text: str
    bold: bool
    x: int
    width: int


@dataclass(frozen=True)
class Laid:
    """Lines of runs; `width` of the widest line, `height` of all, `pitch` from line to line, px."""

    lines: tuple[tuple[Run, ...], ...]
    widths: tuple[int, ...]
    width: int
    height: int
    pitch: int


ATOM = re.compile(rf".(?:{JOINER}.)+|[A-Za-z0-9*.:/+@_#&\-–]+| |\n|.")
SQUARE = re.compile("[\u3000-\u9fff\uff01-\uff5e]+")
STRONG = re.compile(r"(?<!\*)\*\*(?!\*)(.+?)(?<!\*)\*\*(?!\*)", re.DOTALL)  # never the stars of a masked number


def plain(text: str) -> str:
    """The text without marks of emphasis and line ends: what is read aloud and searched for."""
    return STRONG.sub(r"\1", text).replace("\n", "").replace(JOINER, "")


def longest(text: str, size: int, bold: bool) -> int:
    """Width of the widest piece that is never broken while it fits, px."""
    return max((advance(piece, size, strong) for piece, strong in _atoms(text, bold)), default=0)


def whole(text: str) -> str:
    """The text as one word: no line ends inside it as long as it fits on one."""
    return JOINER.join(text)


def _atoms(text: str, bold: bool) -> list[tuple[str, bool]]:
    """Pieces that are never broken: single characters, numbers and Latin words; **…** turns bold on and off."""
    atoms: list[tuple[str, bool]] = []
    for index, part in enumerate(STRONG.split(text)):
        strong = bold or index % 2 == 1
        atoms += [(piece.replace(JOINER, ""), strong) for piece in ATOM.findall(part)]
    return atoms


@lru_cache(maxsize=2048)
def lay(text: str, size: int, bold: bool, width: int, leading: float) -> Laid:
    """Break text into lines of at most `width` px; 0: as wide as it wants. New lines in the text are kept."""
    lines: list[list[tuple[str, bool]]] = []
    paragraph: list[tuple[str, bool]] = []
    for atom in _atoms(text, bold):
        if atom[0] == "\n":
            lines += _broken(paragraph, size, width)
            paragraph = []
        else:
            paragraph.append(atom)
    lines += _broken(paragraph, size, width)
    done: list[tuple[Run, ...]] = []
    widths: list[int] = []
    for line in lines:
        runs: list[Run] = []
        x = 0
        while line and line[-1][0] == " ":
            line = line[:-1]
        index = 0
        while index < len(line):
            end = index
            drawn = face(line[index][0], line[index][1])
            while end < len(line) and line[end][1] == line[index][1] and face(*line[end]) == drawn:
                end += 1
            piece = "".join(atom for atom, _ in line[index:end])
            wide = advance(piece, size, line[index][1])
            runs.append(Run(piece, line[index][1], x, wide))
            x += wide
            index = end
        done.append(tuple(runs))
        widths.append(x)
    pitch = round(size * (leading if len(done) == 1 else max(leading, LINE_SPACING)))
    return Laid(tuple(done), tuple(widths), max(widths, default=0), pitch * len(done), pitch)


def _broken(atoms: list[tuple[str, bool]], size: int, width: int) -> list[list[tuple[str, bool]]]:
    if not atoms:
        return [[]]
    wide = [advance(piece, size, strong) for piece, strong in atoms]
    if width <= 0 or sum(wide) <= width or _together(atoms, size) <= width:
        return [atoms]
    atoms, wide = _split_long(atoms, wide, size, width)
    count = len(atoms)
    inside = _inside(tuple(piece for piece, _ in atoms))
    total = [0]
    for one in wide:
        total.append(total[-1] + one)
    # Fewest lines first, then the best places: cost of ending a line before atom `end`, from the back.
    best: list[tuple[int, float, int]] = [(0, 0.0, count)] * (count + 1)
    for start in range(count - 1, -1, -1):
        found: tuple[int, float, int] | None = None
        for end in range(start + 1, count + 1):
            # A mark at the end of a line may hang over by half its width: its right half is empty.
            hang = wide[end - 1] // 2 if atoms[end - 1][0] in NOT_FIRST and wide[end - 1] >= size else 0
            if total[end] - total[start] - hang > width:
                break
            if end < count and not _may_break(atoms[end - 1][0], atoms[end][0]):
                continue
            cost = _cost(atoms, total, start, end, size, width) + (INSIDE if end in inside else 0.0)
            rest = best[end]
            total_cost = (rest[0] + 1, rest[1] + cost, end)
            if found is None or total_cost[:2] < found[:2]:
                found = total_cost
        best[start] = found or (best[start + 1][0] + 1, best[start + 1][1] + 50.0, start + 1)
    lines = []
    start = 0
    while start < count:
        end = best[start][2]
        lines.append(atoms[start:end])
        while end < count and atoms[end][0] == " ":
            end += 1
        start = end
    return lines


def _inside(pieces: tuple[str, ...]) -> set[int]:
    """Where a line would end inside a word: the numbers of the pieces it would begin with."""
    words = _words()
    if words is None:
        return set()
    starts = list(itertools.accumulate(map(len, pieces), initial=0))
    number = {start: index for index, start in enumerate(starts)}
    found = words.finditer("".join(pieces))
    return {number[at] for word in found for at in range(word.start() + 1, word.end()) if at in number}


@lru_cache(maxsize=1)
def _words() -> re.Pattern[str] | None:
    words = sorted(whole_words(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words))) if words else None


def _together(atoms: list[tuple[str, bool]], size: int) -> int:
    """Width drawn as runs: Latin words drawn one by one take a pixel more each."""
    return sum(
        advance("".join(piece for piece, _ in run), size, strong)
        for strong, run in itertools.groupby(atoms, key=lambda atom: atom[1])
    )


def _split_long(
    atoms: list[tuple[str, bool]], wide: list[int], size: int, width: int
) -> tuple[list[tuple[str, bool]], list[int]]:
    """A single word wider than a line is broken after all, rather than cut off."""
    if all(one <= width for one in wide):
        return atoms, wide
    out: list[tuple[str, bool]] = []
    for (piece, strong), one in zip(atoms, wide, strict=True):
        out += [(piece, strong)] if one <= width else [(letter, strong) for letter in piece]
    return out, [advance(piece, size, strong) for piece, strong in out]


def _may_break(before: str, after: str) -> bool:
    if before[-1].isdigit() and after[0] in COUNTED:
        return False
    return after[0] not in NOT_FIRST and before[-1] not in NOT_LAST and after != " "


def _cost(atoms: list[tuple[str, bool]], total: list[int], start: int, end: int, size: int, width: int) -> float:
    filled = (total[end] - total[start]) / width
    if end == len(atoms):
        left = total[end] - total[start]
        if start == 0 or left >= 3.3 * size or (left >= 1.9 * size and atoms[start - 1][0] in AFTER):
            return 0.0  # two characters that are a clause of their own are no leftover
        return 3.0 if left >= 1.9 * size else 8.0
    cost = (1.0 - min(filled, 1.0)) ** 2
    mark = atoms[end - 1][0]
    return cost + (0.0 if mark in AFTER else 0.15 if mark == " " else 0.9)

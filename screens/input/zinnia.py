"""Handwriting by Zinnia with Tegaki's model of simplified Chinese: 6,763 characters (GB 2312). Rare ones need pinyin.

C interface: zinnia.h of libzinnia 0.06.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path

LIBRARY = "libzinnia.so.0"
MODEL = Path("/usr/share/tegaki/models/zinnia/handwriting-zh_CN.model")
BOX = 1000  # the model was trained on characters in a box of this size

# How much of it a drawing fills when it is asked for: once large, as most of the model's characters are, and once
# smaller, because the model tells 口 from the frame 囗 by size alone. What both know comes first.
FILLED = (0.85, 0.6)
RANK_DAMPING = 2.0  # of reciprocal rank fusion: the first place of one asking against two middling ones
DOT = 0.08  # a drawing no larger than this is a dot and is left as it is

STROKES_MOST = 64  # the model's longest character has 30; more is scribble
POINTS_MOST = 512  # of one stroke


class HandwritingError(Exception):
    """The engine or its model is not there."""


class Handwriting:
    """The recogniser. Opening the model takes about 10 ms and 27 MB. Raises HandwritingError."""

    def __init__(self, model: Path = MODEL) -> None:
        try:
            self._c = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise HandwritingError(str(error)) from None
        self._declare()
        self._recogniser = self._c.zinnia_recognizer_new()
        if not self._c.zinnia_recognizer_open(self._recogniser, str(model).encode()):
            raise HandwritingError(f"{model} cannot be opened")

    def _declare(self) -> None:
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        for name, result, arguments in (
            ("recognizer_new", pointer, []),
            ("recognizer_open", ctypes.c_int, [pointer, ctypes.c_char_p]),
            ("recognizer_size", size, [pointer]),
            ("recognizer_classify", pointer, [pointer, pointer, size]),
            ("character_new", pointer, []),
            ("character_destroy", None, [pointer]),
            ("character_set_width", None, [pointer, size]),
            ("character_set_height", None, [pointer, size]),
            ("character_add", ctypes.c_int, [pointer, size, ctypes.c_int, ctypes.c_int]),
            ("result_size", size, [pointer]),
            ("result_value", ctypes.c_char_p, [pointer, size]),
            ("result_destroy", None, [pointer]),
        ):
            function = getattr(self._c, f"zinnia_{name}")
            function.restype, function.argtypes = result, arguments

    @property
    def size(self) -> int:
        """How many characters the model knows."""
        return int(self._c.zinnia_recognizer_size(self._recogniser))

    def recognise(self, strokes: Sequence[Sequence[Sequence[float]]], most: int) -> list[str]:
        """Characters, best first. A stroke is a list of (x, y) in 0..1 of the pad, origin top left; what lies outside
        is clipped. Where on the pad and how large it was written does not matter."""
        drawn = [stroke[:POINTS_MOST] for stroke in strokes[:STROKES_MOST] if stroke]
        scores: dict[str, float] = {}
        for filled in FILLED:
            for rank, value in enumerate(self._classify(_fill(drawn, filled), most)):
                scores[value] = scores.get(value, 0.0) + 1 / (RANK_DAMPING + rank)
        return sorted(scores, key=scores.__getitem__, reverse=True)[:most]

    def _classify(self, drawn: Sequence[Sequence[tuple[float, float]]], most: int) -> list[str]:
        if not drawn:
            return []
        character = self._c.zinnia_character_new()
        result = None
        try:
            self._c.zinnia_character_set_width(character, BOX)
            self._c.zinnia_character_set_height(character, BOX)
            for number, stroke in enumerate(drawn):
                for x, y in stroke:
                    self._c.zinnia_character_add(character, number, round(x * BOX), round(y * BOX))
            result = self._c.zinnia_recognizer_classify(self._recogniser, character, most)
            if not result:
                return []
            values = (self._c.zinnia_result_value(result, n) for n in range(self._c.zinnia_result_size(result)))
            return [value.decode() for value in values]
        finally:
            if result:
                self._c.zinnia_result_destroy(result)
            self._c.zinnia_character_destroy(character)


def _fill(strokes: Sequence[Sequence[Sequence[float]]], filled: float) -> list[list[tuple[float, float]]]:
    """The drawing in the middle of the box, its longer side `filled` of it, its proportions kept."""
    clipped = [[(_clip(x), _clip(y)) for x, y in stroke] for stroke in strokes]
    xs = [x for stroke in clipped for x, _ in stroke]
    ys = [y for stroke in clipped for _, y in stroke]
    if not xs:
        return []
    longest = max(max(xs) - min(xs), max(ys) - min(ys))
    if longest < DOT:
        return clipped
    scale = filled / longest
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    return [[(0.5 + (x - middle_x) * scale, 0.5 + (y - middle_y) * scale) for x, y in stroke] for stroke in clipped]


def _clip(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)

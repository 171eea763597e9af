"""Which way up a straightened page lies, by its print.

Lines of print are longer than high: on its side or not is told by smearing the ink along and across, and seeing which
way long bars come out. Upside down or not says the small network that comes with the printed-text reader (PaddleOCR's
angle classifier, 0.6 MB), asked about the longest lines; the whole reader is not needed for it. A page without print
enough stays as it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Image

SIDE = 1000  # px, the longer side of the page that is looked at
RULE = 90  # px: what is straight and longer is a rule of a form, no print
THICK = 5  # px: and is thinner
SMEAR = 17  # px: gaps between characters are closed, those between lines are not
HIGH, FLAT = (7, 60), 3.0  # px, how high a line of print is; how much longer than high
PRINT_LEAST = 150  # px of such lines: fewer tell nothing
CLEARLY = 1.25  # so much longer must the lines one way be than those the other way, to turn the page on its side
LINES = 7  # are asked
STRIP = (48, 192)  # px, height and width of what the network sees
SURE = 0.75  # of the network before a line's vote counts

Boxes = list[tuple[int, int, int, int]]


def turn_of(page: Image, network: Any = None) -> int:
    """Degrees clockwise (0, 90, 180, 270) that turn the page upright. `network`: what `load` gives; without one only
    a page on its side is noticed, and turned by 90."""
    scale = min(1.0, SIDE / max(page.shape[:2]))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    level, upright = _bars(np.asarray(small, np.uint8)), True
    across = _bars(np.ascontiguousarray(np.rot90(small, -1)))
    if _length(across) > CLEARLY * _length(level):
        level, upright = across, False
        small = np.ascontiguousarray(np.rot90(small, -1))
    if _length(level) < PRINT_LEAST:
        return 0
    turn = 0 if upright else 90
    if network is not None and _votes(np.asarray(small, np.uint8), level, network) > 0:
        turn += 180
    return turn


def turned(page: Image, degrees: int) -> Image:
    """The page turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(page, -degrees // 90))


@lru_cache(maxsize=1)
def load() -> Any:
    """The network, or None where it is not installed. Takes a tenth of a second the first time."""
    try:
        import onnxruntime  # type: ignore[import-untyped]

        from hardware.reading.engine import UPRIGHT, models

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(str(models() / UPRIGHT), options, providers=["CPUExecutionProvider"])
    except (ImportError, FileNotFoundError):
        return None


def _length(bars: Boxes) -> int:
    return sum(width for _, _, width, _ in bars)


def _bars(page: Image) -> Boxes:
    """Lines of print that run level: left, top, width, height."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    ground = cv2.medianBlur(cv2.dilate(grey, np.ones((7, 7), np.uint8)), 21)
    ink = (cv2.subtract(ground, grey) > 38).astype(np.uint8)
    for thin, thick in (((1, RULE), (THICK, RULE)), ((RULE, 1), (RULE, THICK))):
        rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(thin, np.uint8))
        merged = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(thick, np.uint8))  # print run together
        rules = cv2.subtract(rules, merged)
        ink[cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0] = 0
    smeared = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((1, SMEAR), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(smeared)
    found = []
    for left, top, width, height, area in stats[1:count].tolist():
        if HIGH[0] <= height <= HIGH[1] and width >= FLAT * height and area > 0.45 * width * height:
            found.append((left, top, width, height))
    return found


def _votes(page: Image, bars: Boxes, network: Any) -> float:
    """Over 0 when the longest lines stand on their heads."""
    name, votes = network.get_inputs()[0].name, 0.0
    for left, top, width, height in sorted(bars, key=lambda bar: -bar[2] * bar[3])[:LINES]:
        margin = max(2, height // 6)
        strip = page[max(0, top - margin) : top + height + margin, max(0, left - margin) : left + width + margin]
        wide = min(STRIP[1], max(1, round(strip.shape[1] * STRIP[0] / strip.shape[0])))
        if wide == STRIP[1]:  # a long line is looked at by its beginning, undistorted
            strip = strip[:, : round(strip.shape[0] * STRIP[1] / STRIP[0])]
        plane: NDArray[np.float32] = np.zeros((1, 3, *STRIP), np.float32)
        sized = cv2.resize(strip, (wide, STRIP[0]), interpolation=cv2.INTER_AREA)
        plane[0, :, :, :wide] = (sized.astype(np.float32) / 127.5 - 1.0).transpose(2, 0, 1)
        upright, head_down = (float(value) for value in network.run(None, {name: plane})[0][0])
        if max(upright, head_down) >= SURE:
            votes += head_down - upright
    return votes

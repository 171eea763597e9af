"""Finds the sheet of paper in a picture, or says that it is not sure.

How: the picture is looked at small. Lines are found and sampled (lines.py), the shapes they span are rated roughly and
the best described (shapes.py), and a small trained network says how likely each is the paper (rating.py). What wins is
refined on the full picture, side by side, to a fraction of a pixel (refining.py). A wrong answer is worse than none,
so a rating under a floor is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hardware.document.geometry import Floats, Image, area, ordered, shrunk
from hardware.document.lines import find_lines, gradient, sum_along, to_colours
from hardware.document.rating import rate
from hardware.document.refining import refine
from hardware.document.shapes import Shapes, span

SMALL = 400  # px, longest side, at which lines are looked for
SIDE_LEAST = 32  # px
SURE = 0.62  # expected overlap; below it is "not sure": of made pictures 2 in 100 are then wrong
COARSE_PX, COARSE_WIDTH = 10.0, 4  # first refinement, on the small picture: how far, and how wide a border is compared
FINE_PX = 3.0  # second refinement, on the full picture: how far, in px of the small one
OTHER_SURE = 0.9  # rating from which a further sheet is one
OTHER_SHARE = 0.3  # of the found one's area that it has at least


@dataclass(frozen=True)
class Found:
    """A four-sided shape, how much it is expected to overlap with the paper (0..1), and how many further sheets lie
    beside it."""

    corners: Floats
    rating: float
    others: int = 0


def find(image: Image) -> Found | None:
    """The best candidate with its rating, refined, even when not sure; None when there is nothing four-sided.

    `image` is BGR uint8 (H, W, 3).
    """
    small = shrunk(image, SMALL)
    shapes = candidates(small)
    if shapes is None:
        return None
    ratings = rate(shapes.features)
    best = int(np.argmax(ratings))
    scale = np.array([image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]], np.float32)
    rough = refine(small, ordered(shapes.corners[best]), COARSE_PX, COARSE_WIDTH)
    full = (rough + 0.5) * scale - 0.5
    fine = refine(image, full, max(3.0, FINE_PX * float(scale.max())))
    return Found(fine, float(ratings[best]), _others(shapes.corners, ratings, best))


def locate(image: Image) -> Floats | None:
    """Corners of the paper, float32 (4, 2) clockwise from top left in pixels of `image`, or None when not sure."""
    found = find(image)
    return None if found is None or found.rating < SURE else found.corners


def candidates(small: Image) -> Shapes | None:
    """What might be the paper in a small picture, best first by the rough rating."""
    if min(small.shape[:2]) < SIDE_LEAST:
        return None
    colours = to_colours(small)
    soft = np.asarray(cv2.blur(colours, (5, 5)), np.uint8)
    dx, dy = gradient(colours)
    lines = find_lines(colours, soft, dx, dy)
    if len(lines) < 4:
        return None
    return span(lines, sum_along(soft, dx, dy, lines), small.shape[1], small.shape[0])


def _others(shapes: Floats, ratings: Floats, best: int) -> int:
    """How many sheets lie apart from the best one and from each other."""
    sheets = [ordered(shapes[best])]
    likely = np.flatnonzero(ratings >= OTHER_SURE)
    for index in likely[np.argsort(-ratings[likely])].tolist():
        middle = tuple(shapes[index].mean(axis=0).tolist())
        if any(cv2.pointPolygonTest(other, middle, False) >= 0 for other in sheets):
            continue
        one = ordered(shapes[index])
        if area(one) < OTHER_SHARE * area(sheets[0]):
            continue
        if all(cv2.intersectConvexConvex(one, other)[0] < 0.1 * area(one) for other in sheets):
            sheets.append(one)
    return len(sheets) - 1

"""Finds the sheet of paper in a picture, or says that it is not sure.

How: the picture is looked at small. Lines are found and sampled (lines.py), the shapes they span are rated roughly and
the best described (shapes.py), and a small trained network says how likely each is the paper (rating.py). What wins is
refined on the full picture, side by side, to a fraction of a pixel (refining.py). A wrong answer is worse than none,
so a rating under a floor is none. Unless a whole sheet is clearly there, one that goes on behind the picture's border
is looked for among the same lines (cutting.py): that one is said to be cut off, and is no answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from hardware.document.cutting import CutShapes, cut_shapes, described, goes_on
from hardware.document.geometry import Floats, Image, area, ordered, overlap, shrunk
from hardware.document.lines import find_lines, gradient, sum_along, to_colours
from hardware.document.rating import rate, rate_cut, rate_far
from hardware.document.refining import refine
from hardware.document.shapes import Shapes, is_small, span
from hardware.document.sizes import KNOWN_MM, Size, Sizes
from hardware.document.tray import Tray

SMALL = 400  # px, longest side, at which lines are looked for
SIDE_LEAST = 32  # px
SURE = 0.62  # expected overlap; below it is "not sure": of made pictures 2 in 100 are then wrong
FAR_SURE = 0.7  # the same of a sheet that is far away; looked for where there is no other
CLEAR = 0.92  # a whole sheet that is rated so is not doubted
# Expected overlap of what is seen of a sheet that is cut off, from which it is one: where no whole one is sure, where
# one is, and where one is rated LIKELY. A part of a sheet taken for all of it is rated in between.
CUT_ALONE, CUT_BESIDE, CUT_AGAINST, LIKELY = 0.35, 0.25, 0.5, 0.85
LIKE, LIKE_MOST, SAME = 0.08, 6, 0.88  # rated nearly as high, so many, with such an overlap: the same sheet
PART_SURE = 0.75  # how surely a side's neighbours go on to the picture's border, from which it is none
TRAY_EDGE = 0.5  # share of edge along the sides, from which a shape on a known tray is no part of it
FITS = 0.3  # rating from which a shape of exactly the size that was asked for is that paper
ODD_SURE, DOUBTED = 0.85, 0.5  # rating from which one of no known size is a paper, where it should have one; else
DIM, LIT = 70.0, 200.0  # lightness of the brightest of a picture below which it is lifted to be looked at, and to
COARSE_PX, COARSE_WIDTH = 10.0, 4  # first refinement, on the small picture: how far, and how wide a border is compared
FINE_PX = 3.0  # second refinement, on the full picture: how far, in px of the small one
OTHER_SURE = 0.9  # rating from which a further sheet is one
OTHER_SHARE = 0.3  # of the found one's area that it has at least


@dataclass(frozen=True)
class Found:
    """A four-sided shape, how much it is expected to overlap with the paper (0..1), and how many further sheets lie
    beside it. `cut`: how much a sheet that goes on behind the picture's border is expected to be there instead; 0:
    none is. `size`: where the tray's measures are known and it lies flat on it."""

    corners: Floats
    rating: float
    others: int = 0
    cut: float = 0.0
    size: Size | None = None

    @property
    def sure(self) -> bool:
        """Whether this is the paper, and all of it."""
        return self.rating >= SURE and not self.cut


@dataclass(frozen=True)
class Candidates:
    """What might be the paper, best first by a rough rating: whole ones, and such that go on behind the border."""

    whole: Shapes | None
    cut: Callable[[], CutShapes | None]
    goes_on: Callable[[int], float]  # how surely the whole one of this number is a part of one that does


def find(image: Image, tray: Tray | None = None, sizes: Sizes | None = None, shape: str = "any") -> Found | None:
    """The best candidate with its rating, refined, even when not sure; None when there is nothing four-sided.

    `image` is BGR uint8 (H, W, 3); `tray`: what lies there without a paper, `sizes`: how large things on it are, where
    that is known; `shape`: what was asked for (a4, card …).
    """
    small = _lit(shrunk(image, SMALL))
    there = candidates(small, tray)
    if there is None:
        return None
    ratings = _rated(there.whole.features) if there.whole is not None else np.zeros(1, np.float32)
    if tray is not None and there.whole is not None:  # what is left of the tray's own edges is faint
        ratings = np.where(there.whole.features[:, 0] >= TRAY_EDGE, ratings, np.float32(0))
    best = int(np.argmax(ratings))
    rating = float(ratings[best])
    if sizes is not None and there.whole is not None and shape in KNOWN_MM:
        best, rating = _sized(there.whole, ratings, best, sizes, shape, small)
    cut = _cut(there, ratings, best, rating, small.shape[1], small.shape[0])
    if there.whole is None:
        nothing = np.zeros((4, 2), np.float32)
        return Found(nothing, 0.0, 0, cut) if cut else None
    scale = np.array([image.shape[1] / small.shape[1], image.shape[0] / small.shape[0]], np.float32)
    corners = ordered(there.whole.corners[best])
    if cut:
        return Found((corners + 0.5) * scale - 0.5, rating, 0, cut)
    rough = refine(small, corners, COARSE_PX, COARSE_WIDTH)
    full = (rough + 0.5) * scale - 0.5
    fine = refine(image, full, max(3.0, FINE_PX * float(scale.max())))
    size = sizes.size(fine, image.shape[1], image.shape[0]) if sizes is not None else None
    return Found(fine, rating, _others(there.whole.corners, ratings, best), size=size)


def locate(image: Image) -> Floats | None:
    """Corners of the paper, float32 (4, 2) clockwise from top left in pixels of `image`, or None when not sure."""
    found = find(image)
    return found.corners if found is not None and found.sure else None


def candidates(small: Image, tray: Tray | None = None) -> Candidates | None:
    """What might be the paper in a small picture; None where there are no lines."""
    if min(small.shape[:2]) < SIDE_LEAST:
        return None
    colours = to_colours(small)
    soft = np.asarray(cv2.blur(colours, (5, 5)), np.uint8)
    dx, dy = gradient(colours)
    if tray is not None:
        dx, dy = tray.without(dx, dy)
    lines = find_lines(colours, soft, dx, dy)
    if len(lines) < 3:
        return None
    along = sum_along(soft, dx, dy, lines)
    height, width = small.shape[:2]
    whole = span(lines, along, width, height) if len(lines) > 3 else None

    def part(best: int) -> float:
        return goes_on(whole.corners[best], whole.line[best], lines, along, width, height) if whole is not None else 0.0

    return Candidates(whole, lambda: cut_shapes(soft, lines, along, width, height), part)


def _cut(there: Candidates, ratings: Floats, best: int, rating: float, width: int, height: int) -> float:
    """How surely a sheet goes on behind the border, and the best that is whole is none or a part of it; else 0."""
    cut = there.cut() if rating < CLEAR else None
    if cut is None:
        return 0.0
    whole, about = (there.whole.corners[best], there.whole.features[best]) if there.whole is not None else (None, None)
    surest = float(rate_cut(described(cut, whole, about, rating, width, height)).max())
    least = CUT_ALONE if rating < SURE else CUT_BESIDE if rating < LIKELY else CUT_AGAINST
    if surest >= least:
        return surest
    if whole is None or rating < SURE:
        return 0.0
    like = np.flatnonzero(ratings >= max(SURE, float(ratings[best]) - LIKE))
    nearly = [one for one in like[np.argsort(-ratings[like])][:LIKE_MOST].tolist() if _nearly(there, one, best)]
    part = max(there.goes_on(one) for one in nearly)
    return part if part >= PART_SURE else 0.0


def _nearly(there: Candidates, one: int, best: int) -> bool:
    """Whether two whole shapes are the same but for a side that lies a little elsewhere."""
    corners = there.whole.corners if there.whole is not None else np.zeros((0, 4, 2), np.float32)
    return one == best or overlap(ordered(corners[one]), ordered(corners[best])) > SAME


def _rated(features: Floats) -> Floats:
    """(n,) expected overlaps; where none is sure, of those that are far away as well."""
    ratings = rate(features)
    if float(ratings.max()) >= SURE:
        return ratings
    far = np.where(is_small(features), rate_far(features), 0.0)
    return np.where(far >= FAR_SURE, far, ratings) if float(far.max()) >= FAR_SURE else ratings


def _lit(small: Image) -> Image:
    """The picture, a dark one lifted: what lies there is found, and said to be in the dark."""
    seen = np.cumsum(np.bincount(small[::8, ::8].reshape(-1), minlength=256))
    bright = float(np.searchsorted(seen, 0.99 * seen[-1]))
    return small if bright >= DIM else np.asarray(cv2.convertScaleAbs(small, alpha=LIT / max(bright, 8.0)), np.uint8)


def _sized(whole: Shapes, ratings: Floats, best: int, sizes: Sizes, shape: str, small: Image) -> tuple[int, float]:
    """(the best shape, its rating), where it is known how large the paper is that was asked for."""
    height, width = small.shape[:2]
    far = np.where(is_small(whole.features), rate_far(whole.features), np.float32(0))
    fitting = np.where(sizes.fits(whole.corners, (shape,), width, height), np.maximum(ratings, far), np.float32(0))
    if float(fitting.max()) >= FITS:  # that a wrong shape is so large in both directions would be too much of a chance
        best = int(np.argmax(fitting))
        return best, max(float(fitting[best]), CLEAR)
    known = np.where(sizes.fits(whole.corners, KNOWN_MM, width, height), ratings, np.float32(0))
    if float(known.max()) >= SURE:  # another paper than was asked for
        best = int(np.argmax(known))
        return best, float(known[best])
    rating = float(ratings[best])  # held up, of odd paper, or no paper at all
    return best, rating if rating >= ODD_SURE else min(rating, DOUBTED)


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

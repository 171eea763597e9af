"""Every four-sided shape that pairs of lines span, rated at once; the best ones described closely.

A rough rating picks a few dozen. Those are described by what tells a sheet of paper from a frame printed on it, a board
of the table or the gap between keys: how much of each side is an edge, whether its two sides differ, whether all four
sides have the same colour within, whether edges end at the corners, and what form it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Floats
from hardware.document.lines import PACE, WEIGHTS, Along

Indices = NDArray[np.intp]
Doubles = NDArray[np.float64]

KEPT = 48  # shapes that are described
KEPT_FIRST = 500  # by a rougher rating, before it is asked whether edges end at the corners
SHARE_LEAST = 0.008  # of the picture
GAP_LEAST = 0.05  # of its shorter side, between opposite sides
PARALLEL_MOST = np.radians(28)  # between opposite sides
CROSSING_LEAST = np.radians(40)  # between neighbouring sides
OUTSIDE_MOST = 0.06  # of the longer picture side: corners may lie so far out of the picture
SMALL = 0.06  # of the picture: smaller sheets are far away
FEATURES = (
    "edge mean", "edge least", "edge second", "sides mean", "sides least", "sides second", "beyond mean", "beyond most",
    "contrast least", "contrast mean", "spread inside", "spread outside", "one sign", "brighter", "lightness",
    "opposite sides", "skew", "slender", "size", "at the border", "rough", "behind the best", "choice",
)  # fmt: skip


@dataclass(frozen=True)
class Shapes:
    """`corners` (n, 4, 2) in order around, `rough` (n,) rating, best first; `features` (n, len(FEATURES)); `line`
    (n, 4): on which line each side lies, that from corner k to the next being side k."""

    corners: Floats
    rough: Floats
    features: Floats
    line: Indices


@dataclass(frozen=True)
class _Rings:
    """n shapes, side by side: row k is of all k-th corners or sides. Side k runs from corner k to the next."""

    x: Floats  # (4, n)
    y: Floats
    line: Indices  # (4, n), of each side
    place: Indices  # (lines, lines): where on a line, as a place of Along, another crosses it

    def sides(self, which: Indices) -> tuple[Indices, Indices, Indices]:
        """Of these shapes, (k, 4) each: line, and between which of its places the side lies."""
        line = self.line[:, which]
        start = self.place[line, np.roll(line, 1, axis=0)]
        end = self.place[line, np.roll(line, -1, axis=0)]
        return line.T, np.minimum(start, end).T, np.maximum(start, end).T

    def corners(self, which: Indices) -> Doubles:
        """Of these shapes, (k, 4, 2)."""
        return np.stack([self.x[:, which].T, self.y[:, which].T], axis=-1).astype(np.float64)


def is_small(features: Floats) -> NDArray[np.bool_]:
    """(n,): whether such a sheet would be far away."""
    return np.asarray(features[:, FEATURES.index("size")] < np.sqrt(SMALL))


def span(lines: Floats, along: Along, width: int, height: int) -> Shapes | None:
    """The best shapes of these lines, or None."""
    made = _combine(lines, along, width, height)
    if made is None:
        return None
    edge, differ = _along_sides(made, along)
    share = _area(made.x, made.y) / (width * height)
    rough = (
        0.30 * _average(edge) + 0.15 * _least(edge) + 0.25 * _average(differ) + 0.20 * _least(differ)
        + 0.10 * np.minimum(1, np.sqrt(share / 0.5)) + 0.05
    )  # fmt: skip
    best = np.argpartition(-rough, min(KEPT_FIRST, len(rough) - 1))[:KEPT_FIRST]
    behind = beyond(along.edge, *made.sides(best), max(width, height))
    rough = rough[best] - 0.15 * behind.mean(1)
    order = np.argsort(-rough)[:KEPT]
    best, rough, behind = best[order], rough[order], behind[order]
    edge, differ = np.sort(edge[:, best].T, 1), np.sort(differ[:, best].T, 1)
    corners = made.corners(best)
    features = [
        edge.mean(1), edge[:, 0], edge[:, 1], differ.mean(1), differ[:, 0], differ[:, 1], behind.mean(1), behind.max(1),
        *_describe(corners, *made.sides(best), along, lines, width, height),
        rough, rough[0] - rough, np.full(len(rough), min(1.0, made.x.shape[1] / 10000)),
    ]  # fmt: skip
    described = np.stack(features, axis=1).astype(np.float32)
    return Shapes(corners.astype(np.float32), rough.astype(np.float32), described, made.line[:, best].T)


def _combine(lines: Floats, along: Along, width: int, height: int) -> _Rings | None:
    """Every convex shape of two by two nearly parallel lines that is large enough."""
    theta, rho = lines[:, 0], lines[:, 1]
    cos, sin = np.cos(theta), np.sin(theta)
    det = cos[:, None] * sin[None, :] - cos[None, :] * sin[:, None]
    steep = np.abs(det) > np.sin(CROSSING_LEAST)
    safe = np.where(steep, det, np.float32(1))
    px = (rho[:, None] * sin[None, :] - rho[None, :] * sin[:, None]) / safe
    py = (cos[:, None] * rho[None, :] - cos[None, :] * rho[:, None]) / safe
    place = (py * cos[:, None] - px * sin[:, None]) / PACE + along.middle  # of the crossing with j, along line i
    margin = OUTSIDE_MOST * max(width, height)
    crossing = steep & (px > -margin) & (px < width + margin) & (py > -margin) & (py < height + margin)

    first, second = pairs(len(lines))
    turn = np.abs(theta[first] - theta[second])
    turn = np.minimum(turn, np.pi - turn)
    # the distance between the two, near the middle of the picture
    sign = np.where(np.abs(theta[first] - theta[second]) > np.pi / 2, -1.0, 1.0)
    off = rho - (width / 2) * cos - (height / 2) * sin
    gap = np.abs(off[first] - sign * off[second])
    pair = (turn < PARALLEL_MOST) & (gap > GAP_LEAST * min(width, height))
    first, second = first[pair], second[pair]
    # a shape is two pairs of which every line of one meets every line of the other near the picture: lines are bits
    bit = np.uint64(1) << np.arange(len(lines), dtype=np.uint64)
    met = np.where(crossing, bit, np.uint64(0)).sum(axis=1, dtype=np.uint64)
    meeting, wanted = met[first] & met[second], bit[first] | bit[second]
    a, b = np.divmod(np.flatnonzero((meeting[:, None] & wanted) == wanted), max(1, len(first)))
    later = np.flatnonzero(a < b)
    if len(later) == 0:
        return None
    a, b = a[later], b[later]
    p, q, r, s = first[a], first[b], second[a], second[b]
    corner = np.stack([s * len(lines) + p, p * len(lines) + q, q * len(lines) + r, r * len(lines) + s])
    x, y = (np.asarray(places.reshape(-1).take(corner), np.float32) for places in (px, py))
    good = np.flatnonzero(convex(x, y) & (_area(x, y) > SHARE_LEAST * width * height))
    if len(good) == 0:
        return None
    line = np.stack([p[good], q[good], r[good], s[good]])
    inside = np.clip(place, 0, 2 * along.middle).astype(np.intp)
    return _Rings(x.take(good, axis=1), y.take(good, axis=1), line, inside)


@lru_cache(maxsize=8)
def pairs(count: int) -> tuple[Indices, Indices]:
    """Every two of so many."""
    first, second = np.triu_indices(count, 1)
    return first, second


def _along_sides(made: _Rings, along: Along) -> tuple[Floats, Floats]:
    """(4, n) each: how much of every side is an edge, and differs from what lies beside.

    There are fewer stretches of a line between two others than there are sides: each is looked up once."""
    count, at = len(made.place), made.place.astype(np.float32)
    row = np.arange(count)[:, None]
    share = 1 / np.maximum(np.abs(at[:, :, None] - at[:, None, :]), np.float32(1))
    before, after = np.roll(made.line, 1, axis=0), np.roll(made.line, -1, axis=0)
    stretch = (made.line * count + before) * count + after
    looked = []
    for sums in (along.edge, along.sides):
        at = sums[row, made.place]
        looked.append((np.abs(at[:, :, None] - at[:, None, :]) * share).reshape(-1).take(stretch))
    return looked[0], looked[1]


def beyond(edge: Floats, line: Indices, low: Indices, high: Indices, longest: int) -> Doubles:
    """How much the edges of (n, 4) sides go on behind the corners."""
    gap, tail, last = 4 // PACE, max(6, int(0.05 * longest)) // PACE, edge.shape[1] - 1
    before = edge[line, np.maximum(low - gap, 0)] - edge[line, np.maximum(low - tail, 0)]
    after = edge[line, np.minimum(high + tail, last)] - edge[line, np.minimum(high + gap, last)]
    return np.asarray((before + after) / (2.0 * (tail - gap)))


def convex(x: Floats | Doubles, y: Floats | Doubles) -> NDArray[np.bool_]:
    """Whether every corner of shapes (4, n) turns the same way."""
    turns = []
    for i in range(4):
        j, k = (i + 1) % 4, (i + 2) % 4
        turns.append((x[j] - x[i]) * (y[k] - y[j]) - (y[j] - y[i]) * (x[k] - x[j]) > 0)
    right = turns[0] & turns[1] & turns[2] & turns[3]
    left = turns[0] | turns[1] | turns[2] | turns[3]
    return np.asarray(right | ~left)


def _average(four: Floats) -> Floats:
    """Of (4, n), which is many times as fast as along rows of four."""
    return np.asarray((four[0] + four[1] + four[2] + four[3]) / 4, np.float32)


def _least(four: Floats) -> Floats:
    return np.asarray(np.minimum(np.minimum(four[0], four[1]), np.minimum(four[2], four[3])), np.float32)


def _area(x: Floats | Doubles, y: Floats | Doubles) -> Floats | Doubles:
    """Of shapes (4, n), by their diagonals."""
    return np.asarray(np.abs((x[2] - x[0]) * (y[3] - y[1]) - (x[3] - x[1]) * (y[2] - y[0])) / 2)


def mean_along(sums: Floats, line: Indices, low: Indices, high: Indices) -> Doubles:
    """Of running sums (lines, places) the mean over each of the stretches (n, 4)."""
    flat, row = sums.reshape(-1), line * sums.shape[1]
    total = flat.take(row + high) - flat.take(row + low)
    return np.asarray(total / np.maximum(high - low, 1).astype(np.float32), np.float64)


def beside_sides(
    corners: Doubles, line: Indices, low: Indices, high: Indices, along: Along, lines: Floats
) -> tuple[list[Doubles], Doubles]:
    """How shapes (n, points, 2) differ along their four sides from what lies beside: seven features, and the colour
    just inside each side (n, 4, 3)."""
    one, two = (
        np.stack([mean_along(plane, line, low, high) for plane in sums], axis=-1) for sums in (along.one, along.two)
    )
    middle = corners.mean(axis=1)
    theta, rho = lines[line, 0], lines[line, 1]
    towards = middle[:, :1] * np.cos(theta) + middle[:, 1:] * np.sin(theta) > rho  # the normal points inwards
    inside = np.where(towards[..., None], one, two)
    outside = np.where(towards[..., None], two, one)
    apart = (inside - outside) * WEIGHTS
    contrast, brighter = np.abs(apart).sum(axis=2), apart[..., 0]
    spread = np.abs(inside - inside.mean(axis=1, keepdims=True)) @ WEIGHTS
    around = np.abs(outside - outside.mean(axis=1, keepdims=True)) @ WEIGHTS
    features = [
        np.minimum(contrast.min(1) / 40, 2),
        np.minimum(contrast.mean(1) / 60, 2),
        np.minimum(spread.max(1) / 40, 2),
        np.minimum(around.max(1) / 80, 2),
        np.abs(np.sign(brighter).sum(1)) / 4,
        np.clip(brighter.mean(1) / 60, -2, 2),
        inside[..., 0].mean(1) / 255,
    ]
    return features, inside


def _describe(
    corners: Doubles, line: Indices, low: Indices, high: Indices,
    along: Along, lines: Floats, width: int, height: int,
) -> list[Doubles]:  # fmt: skip
    """What is behind FEATURES, but for the first eight."""
    sides, _ = beside_sides(corners, line, low, high, along, lines)
    way = np.roll(corners, -1, axis=1) - corners
    lengths = np.sqrt((way * way).sum(2))
    ratio = np.minimum(lengths[:, :2] / lengths[:, 2:], lengths[:, 2:] / lengths[:, :2])
    cosine = np.abs((way * np.roll(way, 1, axis=1)).sum(2) / (lengths * np.roll(lengths, 1, axis=1)))
    slender = np.abs(np.log((lengths[:, 0] + lengths[:, 2]) / (lengths[:, 1] + lengths[:, 3])))
    near = 0.012 * max(width, height)
    x, y = corners[..., 0], corners[..., 1]
    out = (x < near) | (x > width - 1 - near) | (y < near) | (y > height - 1 - near)
    return [
        *sides,
        ratio.min(1),
        cosine.max(1),
        np.minimum(slender, 2),
        np.sqrt(_area(x.T, y.T) / (width * height)),
        out.sum(1) / 4,
    ]

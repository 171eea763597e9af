"""Every four-sided shape that pairs of lines span, rated at once; the best ones described closely.

A rough rating picks a few dozen. Those are described by what tells a sheet of paper from a frame printed on it, a board
of the table or the gap between keys: how much of each side is an edge, whether its two sides differ, whether all four
sides have the same colour within, whether edges end at the corners, and what form it has.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    """`corners` (n, 4, 2) in order around, `rough` (n,) rating, best first; `features` (n, len(FEATURES))."""

    corners: Floats
    rough: Floats
    features: Floats


@dataclass(frozen=True)
class _Sides:
    """Of n shapes: which line each side lies on, and where on it the side begins and ends (as places of Along)."""

    line: Indices  # (n, 4)
    low: Indices
    high: Indices


def is_small(features: Floats) -> NDArray[np.bool_]:
    """(n,): whether such a sheet would be far away."""
    return np.asarray(features[:, FEATURES.index("size")] < np.sqrt(SMALL))


def span(lines: Floats, along: Along, width: int, height: int) -> Shapes | None:
    """The best shapes of these lines, or None."""
    made = _combine(lines, along, width, height)
    if made is None:
        return None
    corners, sides = made
    edge = mean_along(along.edge, sides.line, sides.low, sides.high)
    differ = mean_along(along.sides, sides.line, sides.low, sides.high)
    share = _area(corners[..., 0], corners[..., 1]) / (width * height)
    rough = (
        0.30 * _average(edge) + 0.15 * _least(edge) + 0.25 * _average(differ) + 0.20 * _least(differ)
        + 0.10 * np.minimum(1, np.sqrt(share / 0.5)) + 0.05
    )  # fmt: skip
    best = np.argpartition(-rough, min(KEPT_FIRST, len(rough) - 1))[:KEPT_FIRST]
    behind = beyond(along.edge, sides.line[best], sides.low[best], sides.high[best], max(width, height))
    rough = rough[best] - 0.15 * behind.mean(1)
    order = np.argsort(-rough)[:KEPT]
    best, rough, behind = best[order], rough[order], behind[order]
    edge, differ = np.sort(edge[best], 1), np.sort(differ[best], 1)
    features = [
        edge.mean(1), edge[:, 0], edge[:, 1], differ.mean(1), differ[:, 0], differ[:, 1], behind.mean(1), behind.max(1),
        *_describe(corners[best], sides.line[best], sides.low[best], sides.high[best], along, lines, width, height),
        rough, rough[0] - rough, np.full(len(rough), min(1.0, len(corners) / 10000)),
    ]  # fmt: skip
    return Shapes(
        corners[best].astype(np.float32), rough.astype(np.float32), np.stack(features, axis=1).astype(np.float32)
    )


def _combine(lines: Floats, along: Along, width: int, height: int) -> tuple[Doubles, _Sides] | None:
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

    first, second = np.triu_indices(len(lines), 1)
    turn = np.abs(theta[first] - theta[second])
    turn = np.minimum(turn, np.pi - turn)
    # the distance between the two, near the middle of the picture
    sign = np.where(np.abs(theta[first] - theta[second]) > np.pi / 2, -1.0, 1.0)
    off = rho - (width / 2) * cos - (height / 2) * sin
    gap = np.abs(off[first] - sign * off[second])
    pair = (turn < PARALLEL_MOST) & (gap > GAP_LEAST * min(width, height))
    first, second = first[pair], second[pair]
    # a shape is two pairs of which every line of one meets every line of the other near the picture
    both = crossing[first] & crossing[second]  # (pairs, lines)
    a, b = np.nonzero(np.triu(both[:, first] & both[:, second], 1))
    if len(a) == 0:
        return None
    ring = np.stack([first[a], first[b], second[a], second[b]], axis=1)
    corner = ring[:, (3, 0, 1, 2)] * len(lines) + ring  # of the line before with this one
    x, y = px.ravel().take(corner), py.ravel().take(corner)
    good = np.flatnonzero(convex(x, y) & (_area(x, y) > SHARE_LEAST * width * height))
    if len(good) == 0:
        return None
    ring, x, y = ring[good], x[good], y[good]
    start = place.ravel().take(ring * len(lines) + ring[:, (3, 0, 1, 2)])
    end = place.ravel().take(ring * len(lines) + ring[:, (1, 2, 3, 0)])
    low = np.clip(np.minimum(start, end), 0, 2 * along.middle).astype(np.intp)
    high = np.clip(np.maximum(start, end), 0, 2 * along.middle).astype(np.intp)
    return np.stack([x, y], axis=-1).astype(np.float64), _Sides(ring, low, high)


def beyond(edge: Floats, line: Indices, low: Indices, high: Indices, longest: int) -> Doubles:
    """How much the edges of (n, 4) sides go on behind the corners."""
    gap, tail, last = 4 // PACE, max(6, int(0.05 * longest)) // PACE, edge.shape[1] - 1
    before = edge[line, np.maximum(low - gap, 0)] - edge[line, np.maximum(low - tail, 0)]
    after = edge[line, np.minimum(high + tail, last)] - edge[line, np.minimum(high + gap, last)]
    return np.asarray((before + after) / (2.0 * (tail - gap)))


def convex(x: Doubles, y: Doubles) -> NDArray[np.bool_]:
    """Whether every corner of (n, 4) turns the same way."""
    turns = []
    for i in range(4):
        j, k = (i + 1) % 4, (i + 2) % 4
        turns.append((x[:, j] - x[:, i]) * (y[:, k] - y[:, j]) - (y[:, j] - y[:, i]) * (x[:, k] - x[:, j]) > 0)
    right = turns[0] & turns[1] & turns[2] & turns[3]
    left = turns[0] | turns[1] | turns[2] | turns[3]
    return np.asarray(right | ~left)


def _average(four: Doubles) -> Doubles:
    """Of (n, 4): by columns, which is many times as fast as along the rows."""
    return (four[:, 0] + four[:, 1] + four[:, 2] + four[:, 3]) / 4


def _least(four: Doubles) -> Doubles:
    return np.minimum(np.minimum(four[:, 0], four[:, 1]), np.minimum(four[:, 2], four[:, 3]))


def _area(x: Doubles, y: Doubles) -> Doubles:
    """Of shapes (n, 4), by their diagonals."""
    return np.abs((x[:, 2] - x[:, 0]) * (y[:, 3] - y[:, 1]) - (x[:, 3] - x[:, 1]) * (y[:, 2] - y[:, 0])) / 2


def mean_along(sums: Floats, line: Indices, low: Indices, high: Indices) -> Doubles:
    """Of running sums (lines, places, …) the mean over each of the stretches (n, 4)."""
    flat, row = sums.reshape(-1, *sums.shape[2:]), line * sums.shape[1]
    total = flat.take(row + high, axis=0) - flat.take(row + low, axis=0)
    length = np.maximum(high - low, 1).astype(np.float32)
    return np.asarray(total / (length if total.ndim == length.ndim else length[..., None]), np.float64)


def beside_sides(
    corners: Doubles, line: Indices, low: Indices, high: Indices, along: Along, lines: Floats
) -> tuple[list[Doubles], Doubles]:
    """How shapes (n, points, 2) differ along their four sides from what lies beside: seven features, and the colour
    just inside each side (n, 4, 3)."""
    one, two = (mean_along(sums, line, low, high) for sums in (along.one, along.two))
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
    lengths = np.linalg.norm(way, axis=2)
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
        np.sqrt(_area(corners[..., 0], corners[..., 1]) / (width * height)),
        out.sum(1) / 4,
    ]

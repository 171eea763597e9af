"""Sheets that go on behind the picture's border: the shapes that lines span together with it.

Two kinds: a side that closes two others, both of which run out of the picture; and four sides of which one corner lies
outside. Described by what tells a sheet from a board or a shadow: how much of what is seen of each side is an edge, up
to the very border; whether its two sides differ; whether it looks the same within along all sides and at the border.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document import shapes
from hardware.document.geometry import Floats, Image
from hardware.document.lines import PACE, WEIGHTS, Along
from hardware.document.shapes import Doubles, Indices, beside_sides, beyond, convex, mean_along

LINES = 26  # the most voted ones
KEPT = 20  # shapes that are described
PARALLEL_MOST = np.radians(28)
CROSSING_LEAST = np.radians(45)
GAP_LEAST = 0.14  # of the shorter side of the picture, between opposite sides
SHARE_LEAST = 0.04  # of the picture that is seen of the sheet
SEEN_LEAST = 0.12  # of the shorter side of the picture: what is seen of a side that runs out of it
OUT_MOST = 0.8  # of the longer side of the picture: a corner outside lies no further out
BEHIND = 1  # places behind a corner, from which its sides are looked at; and so many px, and so much of the longer
BEHIND_LEAST, BEHIND_MOST = 3, 0.25  # side of the picture, are looked at
TAIL = 30 // PACE  # places of a side, before the border
FEATURES = (
    "edge mean", "edge least", "edge second", "sides mean", "sides least", "sides second", "beyond mean", "beyond most",
    "edge at the border", "sides at the border", "contrast least", "contrast mean", "spread inside", "spread outside",
    "one sign", "brighter", "lightness", "inside at the border", "most at the border", "parallel", "skew", "share",
    "kind", "rough", "behind the best", "whole rated", "whole edge least", "whole sides least", "whole contrast least",
    "whole within", "whole of it",
)  # fmt: skip


WHOLE_ONES = 6  # of the features, the last
FAINT = tuple(shapes.FEATURES.index(name) for name in ("edge least", "sides least", "contrast least"))


@dataclass(frozen=True)
class CutShapes:
    """`corners` (n, 5, 2) around what is seen, the first and the last on the border (three-sided: the last twice);
    `features` (n, len(FEATURES) - WHOLE_ONES)."""

    corners: Floats
    features: Floats


def cut_shapes(soft: Image, lines: Floats, along: Along, width: int, height: int) -> CutShapes | None:
    """The best shapes that go on behind the border, best first by a rough rating; or None."""
    lines = lines[:LINES]
    theta, rho = lines[:, 0].astype(np.float64), lines[:, 1].astype(np.float64)
    cos, sin = np.cos(theta), np.sin(theta)
    at = np.arange(-along.middle, along.middle + 1) * float(PACE)
    x, y = rho[:, None] * cos[:, None] - at * sin[:, None], rho[:, None] * sin[:, None] + at * cos[:, None]
    present = (x > -1) & (x < width) & (y > -1) & (y < height)
    first, last = present.argmax(1), present.shape[1] - 1 - present[:, ::-1].argmax(1)
    det = cos[:, None] * sin[None, :] - cos[None, :] * sin[:, None]
    steep = np.abs(det) > np.sin(CROSSING_LEAST)
    safe = np.where(steep, det, 1.0)
    px = (rho[:, None] * sin[None, :] - rho[None, :] * sin[:, None]) / safe
    py = (cos[:, None] * rho[None, :] - cos[None, :] * rho[:, None]) / safe
    place = (py * cos[:, None] - px * sin[:, None]) / PACE + along.middle
    inside = steep & (px > -2) & (px < width + 1) & (py > -2) & (py < height + 1)
    one, two = np.triu_indices(len(lines), 1)
    turn = np.abs(theta[one] - theta[two])
    sign = np.where(turn > np.pi / 2, -1.0, 1.0)
    turn = np.minimum(turn, np.pi - turn)
    off = rho - (width / 2) * cos - (height / 2) * sin
    pair = (turn < PARALLEL_MOST) & (np.abs(off[one] - sign * off[two]) > GAP_LEAST * min(width, height))
    one, two = one[pair], two[pair]
    made = [
        part
        for part in (
            _closed(one, two, inside, place, theta, first, last, min(width, height)),
            _cornered(one, two, steep, inside, place, px, py, first, last, width, height),
        )
        if part is not None
    ]
    if not made:
        return None
    line, low, high, out, end = (np.concatenate(column) for column in zip(*made, strict=True))
    edge, differ = mean_along(along.edge, line, low, high), mean_along(along.sides, line, low, high)
    corners = _corners(line, low, high, out, end, px, py, x, y)
    share = _area(corners) / (width * height)
    behind = beyond(along.edge, line, low, high, max(width, height)) * (4 / 3)
    rough = (
        0.25 * edge.mean(1) + 0.25 * edge.min(1) + 0.20 * differ.mean(1) + 0.25 * differ.min(1) - 0.15 * behind.mean(1)
        + 0.05 * np.minimum(1, np.sqrt(share / 0.5))
    )  # fmt: skip
    rough[share < SHARE_LEAST] = -1
    best = np.argsort(-rough)[:KEPT]
    best = best[rough[best] > 0]
    if len(best) == 0:
        return None
    line, low, high, out, end = line[best], low[best], high[best], out[best], end[best]
    corners, rough, share = corners[best], rough[best], share[best]
    tails = _tails(along, out, end)
    edge, differ = np.sort(edge[best], 1), np.sort(differ[best], 1)
    features = [
        edge.mean(1), edge[:, 0], edge[:, 1], differ.mean(1), differ[:, 0], differ[:, 1], behind[best].mean(1),
        behind[best].max(1), *tails, *_describe(soft, corners, line, low, high, along, lines),
        share, (line[:, 3] == line[:, 1]).astype(float), rough, rough[0] - rough,
    ]  # fmt: skip
    return CutShapes(corners.astype(np.float32), np.stack(features, axis=1).astype(np.float32))


Parts = tuple[Indices, Indices, Indices, Indices, Indices]


def _closed(
    one: Indices, two: Indices, inside: NDArray[np.bool_], place: Doubles, theta: Doubles,
    first: Indices, last: Indices, shorter: int,
) -> Parts | None:  # fmt: skip
    """Three sides: (n, 4) line, low, high (leg, closing, leg, closing again), and (n, 2) the lines that run out and the
    places where they do."""
    which, close = np.nonzero(inside[one] & inside[two])
    if len(which) == 0:
        return None
    a, b = one[which], two[which]
    parts = []
    for side in (1.0, -1.0):
        ends, starts, seen = [], [], []
        for leg in (a, b):
            onward = np.sin(theta[close] - theta[leg]) * side > 0
            end, start = np.where(onward, last[leg], first[leg]), place[leg, close]
            ends.append(end)
            starts.append(start)
            seen.append(np.where(onward, end - start, start - end) * PACE)
        good = np.flatnonzero(np.minimum(*seen) > SEEN_LEAST * shorter)
        if len(good) == 0:
            continue
        leg_a, leg_b, c = a[good], b[good], close[good]
        line = np.stack([leg_a, c, leg_b, c], axis=1)
        begin = np.stack([starts[0][good], place[c, leg_a], starts[1][good], place[c, leg_a]], axis=1)
        finish = np.stack([ends[0][good], place[c, leg_b], ends[1][good], place[c, leg_b]], axis=1)
        parts.append((line, begin, finish, np.stack([leg_a, leg_b], 1), np.stack([ends[0][good], ends[1][good]], 1)))
    if not parts:
        return None
    line, begin, finish, out, end = (np.concatenate(column) for column in zip(*parts, strict=True))
    return line, np.minimum(begin, finish).astype(np.intp), np.maximum(begin, finish).astype(np.intp), out, end


def _cornered(
    one: Indices, two: Indices, steep: NDArray[np.bool_], inside: NDArray[np.bool_], place: Doubles,
    px: Doubles, py: Doubles, first: Indices, last: Indices, width: int, height: int,
) -> Parts | None:  # fmt: skip
    """Four sides of which one corner lies outside."""
    reach = OUT_MOST * max(width, height)
    near = steep & (px > -reach) & (px < width + reach) & (py > -reach) & (py < height + reach)
    both = near[one] & near[two]
    a, b = np.nonzero(np.triu(both[:, one] & both[:, two], 1))
    if len(a) == 0:
        return None
    ring = np.stack([one[a], one[b], two[a], two[b]], axis=1)
    before = np.roll(ring, 1, axis=1)
    within = inside[before, ring]
    good = np.flatnonzero(within.sum(1) == 3)
    if len(good) == 0:
        return None
    ring = ring[good]
    shift = within[good].argmin(1)  # the corner outside comes first
    ring = np.take_along_axis(ring, (shift[:, None] + np.arange(4)) % 4, 1)
    before, after = np.roll(ring, 1, axis=1), np.roll(ring, -1, axis=1)
    x, y = px[before, ring], py[before, ring]
    margin = 0.01 * max(width, height)
    out = (x[:, 0] < -margin) | (x[:, 0] > width + margin) | (y[:, 0] < -margin) | (y[:, 0] > height + margin)
    good = np.flatnonzero(convex(x.T, y.T) & out)
    if len(good) == 0:
        return None
    ring, before, after = ring[good], before[good], after[good]
    begin, finish = place[ring, before], place[ring, after]
    low = np.clip(np.minimum(begin, finish), first[ring], last[ring]).astype(np.intp)
    high = np.clip(np.maximum(begin, finish), first[ring], last[ring]).astype(np.intp)
    leaving = ring[:, (0, 3)]
    end = np.stack([
        np.where(begin[:, 0] < finish[:, 0], low[:, 0], high[:, 0]),
        np.where(finish[:, 3] < begin[:, 3], low[:, 3], high[:, 3]),
    ], axis=1)  # fmt: skip
    seen = (high - low).min(1) * PACE
    good = np.flatnonzero(seen > 0.04 * min(width, height))
    if len(good) == 0:
        return None
    return ring[good], low[good], high[good], leaving[good], end[good]


def _corners(
    line: Indices, low: Indices, high: Indices, out: Indices, end: Indices, px: Doubles, py: Doubles,
    x: Doubles, y: Doubles,
) -> Doubles:  # fmt: skip
    """Where the sides cross in the picture, and where two of them leave it."""
    left = np.stack([x[out, end], y[out, end]], axis=-1)  # (n, 2, 2)
    closed = line[:, 1] == line[:, 3]
    a, c, b = line[:, 0], line[:, 1], line[:, 2]
    first, second, third = (
        np.stack([px[one, two], py[one, two]], axis=-1) for one, two in ((a, c), (c, b), (b, line[:, 3]))
    )
    third = np.where(closed[:, None], left[:, 1], third)
    return np.stack([left[:, 0], first, second, third, left[:, 1]], axis=1)


def _area(corners: Doubles) -> Doubles:
    following = np.roll(corners, -1, axis=1)
    return np.asarray(np.abs((corners[..., 0] * following[..., 1] - corners[..., 1] * following[..., 0]).sum(1)) / 2)


def goes_on(corners: Floats, line: Indices, lines: Floats, along: Along, width: int, height: int) -> float:
    """How surely the sheet goes on behind one side (4, 2) that was taken for its own, to the picture's border: a band
    or a rule of print. Both neighbours of the side go on then, as edges with something else on either side."""
    theta, rho = lines[line, 0].astype(np.float64), lines[line, 1].astype(np.float64)
    cos, sin = np.cos(theta), np.sin(theta)
    at = np.arange(-along.middle, along.middle + 1) * float(PACE)
    x, y = (rho * cos)[:, None] - at * sin[:, None], (rho * sin)[:, None] + at * cos[:, None]
    present = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)
    border = present.argmax(1), present.shape[1] - 1 - present[:, ::-1].argmax(1)
    following = np.roll(corners, -1, axis=0)
    start, end = ((point[:, 1] * cos - point[:, 0] * sin) / PACE + along.middle for point in (corners, following))
    surest = 0.0
    for side in range(4):
        seen = []
        for beside, here, there in (((side - 1) % 4, end, start), ((side + 1) % 4, start, end)):
            onward = here[beside] > there[beside]
            begin = round(here[beside]) + (BEHIND if onward else -BEHIND)
            stop = int(border[1][beside] if onward else border[0][beside])
            count = (stop - begin) * (1 if onward else -1)
            if not BEHIND_LEAST <= count * PACE <= BEHIND_MOST * max(width, height) or not 0 <= begin < len(at):
                break
            ways = (sums[line[beside]] for sums in (along.edge, along.sides))
            seen += [abs(float(sums[stop] - sums[begin])) / count for sums in ways]
        if len(seen) == 4:
            surest = max(surest, min(seen))
    return surest


def described(
    cut: CutShapes, whole: Floats | None, about: Floats | None, rating: float, width: int, height: int
) -> Floats:
    """(n, len(FEATURES)): the shapes' own, and how they stand to the best whole sheet, its corners, features, rating.
    Where a part of a cut sheet was taken for all of it, that lies within, and one of its sides is faint."""
    beside = np.zeros((len(cut.corners), WHOLE_ONES), np.float32)
    if whole is not None and about is not None:
        beside[:, 0] = rating
        beside[:, 1:4] = about[list(FAINT)]
        hull = cv2.convexHull(whole)
        size = max(cv2.contourArea(hull), 1.0)
        for index, one in enumerate(cut.corners):
            shape = outline(one, width, height)
            shared = cv2.intersectConvexConvex(hull, shape)[0] if len(shape) > 2 else 0.0
            beside[index, 4:] = min(1.0, shared / size), min(1.0, shared / max(cv2.contourArea(shape), 1.0))
    return np.concatenate([cut.features, beside], axis=1)


def outline(corners: Floats, width: int, height: int) -> Floats:
    """All that is seen of one such sheet: its five points, and the picture's corners that lie on it."""
    kept: list[list[float]] = corners.tolist()  # numbers alone: arrays of two cost twenty times as much
    middle_x, middle_y = sum(x for x, _ in kept) / 5, sum(y for _, y in kept) / 5
    last = 3 if max(abs(a - b) for a, b in zip(kept[3], kept[4], strict=True)) > 1e-3 else 2
    sides = []
    for start, end in ((1, 0), (1, 2), (last, 4)):
        (x, y), (to_x, to_y) = kept[start], kept[end]
        across, down = y - to_y, to_x - x
        sides.append((x, y, across, down, (middle_x - x) * across + (middle_y - y) * down))
    for at_x, at_y in ((0.0, 0.0), (width - 1.0, 0.0), (width - 1.0, height - 1.0), (0.0, height - 1.0)):
        if all(((at_x - x) * across + (at_y - y) * down) * inwards >= 0 for x, y, across, down, inwards in sides):
            kept.append([at_x, at_y])
    return np.asarray(cv2.convexHull(np.asarray(kept, np.float32))[:, 0], np.float32)


def _tails(along: Along, out: Indices, end: Indices) -> tuple[Doubles, Doubles]:
    """Of the two sides that leave the picture: the lesser of how much of their last stretch is an edge, and differs."""
    size = along.edge.shape[1] - 1
    low, high = np.clip(end - TAIL, 0, size), np.clip(end + TAIL, 0, size)
    # beyond the border there is nothing, so both ways together are the stretch before it
    edge, differ = (((sums[out, high] - sums[out, low]) / TAIL).min(1) for sums in (along.edge, along.sides))
    return edge.astype(np.float64), differ.astype(np.float64)


def _describe(
    soft: Image, corners: Doubles, line: Indices, low: Indices, high: Indices, along: Along, lines: Floats
) -> list[Doubles]:
    sides, inside = beside_sides(corners, line, low, high, along, lines)
    middle, level = corners.mean(axis=1), inside.mean(axis=1, keepdims=True)
    height, width = soft.shape[:2]
    start = corners[:, 0]
    finish = corners[:, 4]
    looked = []
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        point = start + (finish - start) * share
        point = point + (middle - point) * 0.06
        xs = np.clip(np.rint(point[:, 0]), 0, width - 1).astype(int)
        ys = np.clip(np.rint(point[:, 1]), 0, height - 1).astype(int)
        looked.append(np.abs(soft[ys, xs].astype(np.float64) - level[:, 0]) @ WEIGHTS)
    seen = np.sort(np.minimum(np.stack(looked, 1) / 60, 2), axis=1)
    theta = lines[line, 0]
    legs = np.abs(theta[:, 0] - theta[:, 2])
    legs = np.minimum(legs, np.pi - legs)
    cosine = np.maximum(np.abs(np.cos(theta[:, 0] - theta[:, 1])), np.abs(np.cos(theta[:, 1] - theta[:, 2])))
    return [
        *sides,
        seen.mean(1),
        seen[:, 3],
        np.minimum(legs / 0.25, 2),
        cosine,
    ]

"""Finds the sheet of paper in a picture, or says that it is not sure.

How: the picture is looked at small (400 px). Edge pixels of lightness and colour vote for straight lines; each line is
sampled once along its whole length (edge strength, and how different the two sides are), as running sums, so that any
stretch of it can be rated in constant time; then every four-sided shape that the lines span is rated at once. What
wins is refined on the full picture, side by side, to a fraction of a pixel (refining.py). A wrong answer is worse than
none, so a rating under a floor is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Floats, Image, ordered
from hardware.document.refining import refine

Indices = NDArray[np.intp]

SMALL = 400  # px, longest side, at which lines are looked for
LINES = 44  # at most so many lines are combined
EDGE_SURE = 24.0  # Scharr strength (of 255) from which an edge counts in full
SIDES_SURE = 12.0  # difference of the two sides (CIE Lab, 0..255 scale) from which it counts in full
BAND = 6  # px at small scale: how far inside and outside is compared
SURE = 0.55  # ratings below are "not sure"


@dataclass(frozen=True)
class Found:
    """A four-sided shape, its rating 0..1, and whether it goes beyond the picture."""

    corners: Floats
    rating: float


def find(image: Image) -> Found | None:
    """The best candidate with its rating, refined, even when not sure; None when there is nothing four-sided.

    `image` is BGR uint8 (H, W, 3).
    """
    height, width = image.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    if min(small.shape[:2]) < 32:
        return None
    rated = candidates(np.asarray(small, np.uint8))
    if rated is None:
        return None
    corners, rating = rated
    full = (corners + 0.5) / scale - 0.5
    return Found(refine(image, ordered(full), 1 / scale), rating)


def locate(image: Image) -> Floats | None:
    """Corners of the paper, float32 (4, 2) clockwise from top left in pixels of `image`, or None when not sure."""
    found = find(image)
    return None if found is None or found.rating < SURE else found.corners


def candidates(small: Image, debug: dict[str, Any] | None = None) -> tuple[Floats, float] | None:
    lab = np.asarray(cv2.cvtColor(cv2.GaussianBlur(small, (3, 3), 0), cv2.COLOR_BGR2LAB), np.uint8)
    dx, dy = _gradient(lab)
    lines = _lines(dx, dy)
    if len(lines) < 4:
        return None
    sums = _along(lab, dx, dy, lines)
    return _best_shape(lines, sums, small.shape[1], small.shape[0], debug)


def _gradient(lab: Image) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Of the three channels the one that changes most, colour counted double: (dx, dy) int16."""
    best_x = best_y = best = np.zeros(lab.shape[:2], np.int16)
    for channel, weight in ((0, 1.0), (1, 2.0), (2, 2.0)):
        plane = np.ascontiguousarray(lab[:, :, channel])
        x = np.asarray(cv2.Scharr(plane, cv2.CV_16S, 1, 0, scale=weight / 4), np.int16)
        y = np.asarray(cv2.Scharr(plane, cv2.CV_16S, 0, 1, scale=weight / 4), np.int16)
        strength = np.abs(x) + np.abs(y)
        more = strength > best
        best_x, best_y = np.where(more, x, best_x), np.where(more, y, best_y)
        best = np.maximum(best, strength)
    return best_x, best_y


def _lines(dx: NDArray[np.int16], dy: NDArray[np.int16]) -> NDArray[np.float32]:
    """(n, 2): angle of the normal in 0..pi, and distance from the origin in px; the most voted first."""
    height, width = dx.shape
    edges = cv2.Canny(dx, dy, 20, 48)
    ys, xs = np.nonzero(edges)
    if len(xs) < 40:
        return np.zeros((0, 2), np.float32)
    gx, gy = dx[ys, xs].astype(np.float32), dy[ys, xs].astype(np.float32)
    strength = np.hypot(gx, gy)
    weight = np.sqrt(np.minimum(strength, 160.0))
    bins = 120
    step = np.pi / bins
    tone = np.mod(np.arctan2(gy, gx), np.pi) / step
    diagonal = int(np.hypot(height, width)) + 2
    votes = np.zeros((bins + 8, 2 * diagonal), np.float32)
    base = np.floor(tone).astype(np.int32)
    xs32, ys32 = xs.astype(np.float32), ys.astype(np.float32)
    for offset in (-2, -1, 0, 1, 2, 3):
        index = base + offset
        angle = index * step
        rho = np.round(xs32 * np.cos(angle) + ys32 * np.sin(angle)).astype(np.int32) + diagonal
        near = 1.0 / (1.0 + 0.25 * (tone - index) ** 2)
        flat = (index + 4) * (2 * diagonal) + rho
        votes += np.bincount(flat, weight * near, votes.size).astype(np.float32).reshape(votes.shape)
    # a line at angle -a is the line at pi - a with the distance negated: fold the margins onto the other end
    flipped = votes[:, ::-1]
    flipped = np.roll(flipped, 1, axis=1)
    votes[4:8] += flipped[bins + 4 : bins + 8]
    votes[bins : bins + 4] += flipped[0:4]
    votes[bins + 4 :] = flipped[4:8]
    votes[:4] = flipped[bins : bins + 4]
    votes = np.asarray(cv2.GaussianBlur(votes, (5, 3), 0), np.float32)
    peak = (votes == cv2.dilate(votes, np.ones((5, 7), np.uint8))) & (votes > 60)
    peak[:4] = False
    peak[bins + 4 :] = False
    rows, columns = np.nonzero(peak)
    order = np.argsort(-votes[rows, columns])[:LINES]
    return np.stack([(rows[order] - 4) * step, columns[order] - diagonal], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Along:
    """Running sums along every line, position 0 is `-reach` from the foot of the normal."""

    edge: NDArray[np.float32]  # (n, m) of 0..1: is there an edge along the line
    sides: NDArray[np.float32]  # (n, m) of 0..1: do the two sides differ
    inside: NDArray[np.float32]  # (n, m): is the position in the picture
    reach: int


def _along(lab: Image, dx: NDArray[np.int16], dy: NDArray[np.int16], lines: NDArray[np.float32]) -> Along:
    height, width = dx.shape
    reach = int(np.hypot(height, width)) + 1
    at = np.arange(-reach, reach + 1, dtype=np.float32)
    cos, sin = np.cos(lines[:, :1]), np.sin(lines[:, :1])
    x = lines[:, 1:] * cos - at * sin
    y = lines[:, 1:] * sin + at * cos
    present = ((x > -1) & (x < width) & (y > -1) & (y < height)).astype(np.float32)
    gx, gy = dx.astype(np.float32), dy.astype(np.float32)
    edge = np.zeros(x.shape, np.float32)
    for offset in (-1.5, 0.0, 1.5):
        u, v = x + offset * cos, y + offset * sin
        sx = cv2.remap(gx, u, v, cv2.INTER_LINEAR)
        sy = cv2.remap(gy, u, v, cv2.INTER_LINEAR)
        across = np.abs(sx * cos + sy * sin)
        beside = np.abs(sy * cos - sx * sin)
        edge = np.maximum(edge, across - beside)
    edge = np.clip(edge / EDGE_SURE, 0, 1) * present
    soft = cv2.blur(lab, (5, 5))
    one = cv2.remap(soft, x + BAND * cos, y + BAND * sin, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    two = cv2.remap(soft, x - BAND * cos, y - BAND * sin, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    apart = np.abs(one.astype(np.float32) - two.astype(np.float32)) @ np.array([1, 2, 2], np.float32)
    sides = np.clip(apart / (2 * SIDES_SURE), 0, 1) * present
    return Along(np.cumsum(edge, axis=1), np.cumsum(sides, axis=1), np.cumsum(present, axis=1), reach)


def _stretch(
    sums: NDArray[np.float32], line: NDArray[np.intp], start: NDArray[np.intp], end: NDArray[np.intp]
) -> NDArray[np.float32]:
    return sums[line, end] - sums[line, start]


def _best_shape(
    lines: Floats, sums: Along, width: int, height: int, debug: dict[str, Any] | None = None
) -> tuple[Floats, float] | None:
    """Rates every shape two by two nearly parallel lines span; the best and its rating."""
    count = len(lines)
    theta, rho = lines[:, 0].astype(np.float64), lines[:, 1].astype(np.float64)
    cos, sin = np.cos(theta), np.sin(theta)
    det = cos[:, None] * sin[None, :] - cos[None, :] * sin[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        px = (rho[:, None] * sin[None, :] - rho[None, :] * sin[:, None]) / det
        py = (cos[:, None] * rho[None, :] - cos[None, :] * rho[:, None]) / det
    # position of the crossing with j along line i
    along = -px * sin[:, None] + py * cos[:, None]
    margin = 0.06 * max(width, height)
    seen = (px > -margin) & (px < width + margin) & (py > -margin) & (py < height + margin)
    crossing = seen & (np.abs(det) > np.sin(np.radians(40)))
    crossing[~np.isfinite(px)] = False

    first, second = np.triu_indices(count, 1)
    turn = np.abs(theta[first] - theta[second])
    turn = np.minimum(turn, np.pi - turn)
    flat = turn < np.radians(28)
    first, second = first[flat], second[flat]
    # distance between the two near the middle of the picture
    sign = np.where(np.abs(theta[first] - theta[second]) > np.pi / 2, -1.0, 1.0)
    mx, my = width / 2, height / 2
    gap = np.abs(
        (rho[first] - mx * cos[first] - my * sin[first]) - sign * (rho[second] - mx * cos[second] - my * sin[second])
    )
    wide = gap > 0.12 * min(width, height)
    first, second = first[wide], second[wide]
    if len(first) == 0:
        return None
    a, b = np.triu_indices(len(first), 1)
    l0, l2, l1, l3 = first[a], second[a], first[b], second[b]
    good = crossing[l0, l1] & crossing[l1, l2] & crossing[l2, l3] & crossing[l3, l0]
    l0, l1, l2, l3 = l0[good], l1[good], l2[good], l3[good]
    if len(l0) == 0:
        return None

    def corner(i: Indices, j: Indices) -> NDArray[np.float64]:
        return np.stack([px[i, j], py[i, j]], axis=-1)

    shapes = np.stack([corner(l3, l0), corner(l0, l1), corner(l1, l2), corner(l2, l3)], axis=1)
    cross = np.roll(shapes, -1, axis=1) - shapes
    next_cross = np.roll(cross, -1, axis=1)
    turning = cross[..., 0] * next_cross[..., 1] - cross[..., 1] * next_cross[..., 0]
    convex = (turning > 0).all(axis=1) | (turning < 0).all(axis=1)
    x, y = shapes[..., 0], shapes[..., 1]
    areas = np.abs((x * np.roll(y, -1, 1) - y * np.roll(x, -1, 1)).sum(1)) / 2
    big = areas > 0.03 * width * height
    keep = convex & big
    shapes, areas = shapes[keep], areas[keep]
    sides = [
        (l0[keep], l3[keep], l1[keep]),
        (l1[keep], l0[keep], l2[keep]),
        (l2[keep], l1[keep], l3[keep]),
        (l3[keep], l2[keep], l0[keep]),
    ]
    if len(areas) == 0:
        return None
    edge, differ, beyond = [], [], []
    tail = max(6, int(0.05 * max(width, height)))
    for line, before, after in sides:
        t0, t1 = along[line, before], along[line, after]
        low = np.clip(np.minimum(t0, t1) + sums.reach, 0, 2 * sums.reach).astype(np.intp)
        high = np.clip(np.maximum(t0, t1) + sums.reach, 0, 2 * sums.reach).astype(np.intp)
        length = np.maximum(high - low, 1)
        edge.append(_stretch(sums.edge, line, low, high) / length)
        differ.append(_stretch(sums.sides, line, low, high) / length)
        below, above = np.maximum(low - tail, 0), np.minimum(high + tail, 2 * sums.reach)
        beyond.append(
            (
                _stretch(sums.edge, line, np.maximum(below, 0), np.maximum(low - 3, 0))
                + _stretch(sums.edge, line, np.minimum(high + 3, 2 * sums.reach), above)
            )
            / (2 * (tail - 3))
        )
    edge_all, differ_all, beyond_all = np.stack(edge, 1), np.stack(differ, 1), np.stack(beyond, 1)
    share = areas / (width * height)
    rating = (
        0.30 * edge_all.mean(1)
        + 0.15 * edge_all.min(1)
        + 0.25 * differ_all.mean(1)
        + 0.20 * differ_all.min(1)
        - 0.15 * beyond_all.mean(1)
        + 0.10 * np.minimum(1, np.sqrt(share / 0.5))
        + 0.05
    )
    best = int(np.argmax(rating))
    if debug is not None:
        debug.update(
            shapes=shapes, rating=rating, edge=edge_all, differ=differ_all, beyond=beyond_all, lines=lines, best=best
        )
    return shapes[best].astype(np.float32), float(rating[best])

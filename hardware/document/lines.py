"""Straight lines in a small picture, and what lies along them.

Edge pixels of lightness and colour vote for lines near their own direction, the more the two sides differ a few pixels
away: print has paper on both sides, the border of a paper has not. Each line is then sampled once along its whole
length and summed up, so that any stretch of it can be rated in constant time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Floats, Image

Shorts = NDArray[np.int16]

LINES = 44  # at most so many lines are combined
EDGES = 20000  # at most about twice so many edge pixels vote
EDGE_LOW, EDGE_HIGH = 12, 30  # Scharr strength (of 255) an edge pixel needs, beside a stronger one and alone
EDGE_SURE = 24.0  # strength from which an edge counts in full
SIDES_SURE = 24.0  # difference of the two sides (CIE Lab, 0..255 scale, colour doubled) from which it counts in full
BAND = 6  # px: how far to either side is compared
TURNS = 120  # directions in half a turn
VOTES_LEAST = 10.0
LAB = np.array([1, 2, 2], np.float32)  # lightness, colour, colour


@dataclass(frozen=True)
class Along:
    """Running sums along n lines at m places; place 0 is `-reach` px from the foot of the line's normal."""

    edge: Floats  # (n, m), of 0..1: is there an edge along the line
    sides: Floats  # (n, m), of 0..1: do the two sides differ
    one: Floats  # (n, m, 3): CIE Lab on the side to which the normal points
    two: Floats  # (n, m, 3): on the other
    reach: int


def to_lab(small: Image) -> Image:
    return np.asarray(cv2.cvtColor(cv2.GaussianBlur(small, (3, 3), 0), cv2.COLOR_BGR2LAB), np.uint8)


def gradient(lab: Image) -> tuple[Shorts, Shorts]:
    """Of the three channels the one that changes most, colour counted double: (dx, dy)."""
    best_x = best_y = best = np.zeros(lab.shape[:2], np.int16)
    for channel, weight in enumerate(LAB):
        plane = np.ascontiguousarray(lab[:, :, channel])
        x = np.asarray(cv2.Scharr(plane, cv2.CV_16S, 1, 0, scale=float(weight) / 4), np.int16)
        y = np.asarray(cv2.Scharr(plane, cv2.CV_16S, 0, 1, scale=float(weight) / 4), np.int16)
        strength = np.abs(x) + np.abs(y)
        more = strength > best
        best_x, best_y = np.where(more, x, best_x), np.where(more, y, best_y)
        best = np.maximum(best, strength)
    return best_x, best_y


def find_lines(lab: Image, soft: Image, dx: Shorts, dy: Shorts) -> Floats:
    """(n, 2): angle of the normal in 0..pi, and distance from the origin in px; the most voted first.

    `soft` is `lab` averaged over a few pixels.
    """
    height, width = dx.shape
    at = cv2.findNonZero(cv2.Canny(dx, dy, EDGE_LOW, EDGE_HIGH))
    if at is None or len(at) < 40:
        return np.zeros((0, 2), np.float32)
    at = at.reshape(-1, 2)[:: len(at) // EDGES + 1]
    xs, ys = at[:, 0].astype(np.int32), at[:, 1].astype(np.int32)
    gx, gy = dx[ys, xs].astype(np.float32), dy[ys, xs].astype(np.float32)
    size = np.hypot(gx, gy) + np.float32(1e-3)
    ox, oy = np.rint(gx * (BAND / size)).astype(np.int32), np.rint(gy * (BAND / size)).astype(np.int32)
    one = soft[np.clip(ys + oy, 0, height - 1), np.clip(xs + ox, 0, width - 1)].astype(np.float32)
    two = soft[np.clip(ys - oy, 0, height - 1), np.clip(xs - ox, 0, width - 1)].astype(np.float32)
    weight = 0.1 * np.sqrt(np.minimum(size, 200)) + 0.3 * np.minimum(np.abs(one - two) @ LAB, 40)
    votes, step, diagonal = _vote(xs, ys, np.arctan2(gy, gx), weight, int(np.hypot(height, width)) + 2)
    peak = (votes == cv2.dilate(votes, np.ones((5, 7), np.uint8))) & (votes > VOTES_LEAST)
    peak[:4] = peak[TURNS + 4 :] = False
    rows, columns = np.nonzero(peak)
    order = np.argsort(-votes[rows, columns])[:LINES]
    return np.stack([(rows[order] - 4) * step, columns[order] - diagonal], axis=1).astype(np.float32)


def _vote(
    xs: NDArray[np.int32], ys: NDArray[np.int32], angle: Floats, weight: Floats, diagonal: int
) -> tuple[Floats, float, int]:
    """(votes by direction and distance, with 4 more directions at both ends; radians a row; column of distance 0)."""
    step = np.pi / TURNS
    tone = angle * np.float32(1 / step)
    tone += TURNS * (tone < 0)
    base = np.floor(tone).astype(np.int32)
    part = tone - base
    span = 2 * diagonal
    rows = np.arange(-4, TURNS + 5) * step
    cos, sin = np.cos(rows).astype(np.float32), np.sin(rows).astype(np.float32)
    where, share = [], []
    for offset in (-1, 0, 1, 2):
        row = base + (offset + 4)
        where.append(row * span + (xs * cos[row] + ys * sin[row] + (diagonal + 0.5)).astype(np.int32))
        share.append(weight * (1.0 - 0.4 * np.abs(part - offset)))
    flat = np.bincount(np.concatenate(where), np.concatenate(share), (TURNS + 8) * span)
    votes = flat.astype(np.float32).reshape(TURNS + 8, span)
    # a line at angle -a is the line at pi - a with the distance negated: fold both ends onto the other
    flipped = np.roll(votes[:, ::-1], 1, axis=1)
    votes[4:8] += flipped[TURNS + 4 :]
    votes[TURNS : TURNS + 4] += flipped[:4]
    votes[TURNS + 4 :] = flipped[4:8]
    votes[:4] = flipped[TURNS : TURNS + 4]
    return np.asarray(cv2.GaussianBlur(votes, (5, 3), 0), np.float32), step, diagonal


def sum_along(soft: Image, dx: Shorts, dy: Shorts, lines: Floats) -> Along:
    """Samples every line at every px of its length."""
    height, width = dx.shape
    reach = int(np.hypot(height, width)) + 1
    at = np.arange(-reach, reach + 1, dtype=np.float32)
    cos, sin = np.cos(lines[:, :1]), np.sin(lines[:, :1])
    x = lines[:, 1:] * cos - at * sin
    y = lines[:, 1:] * sin + at * cos
    present = ((x > -1) & (x < width) & (y > -1) & (y < height)).astype(np.float32)
    both = np.dstack([dx, dy])
    edge = np.zeros(x.shape, np.float32)
    for offset in (-1.5, 0.0, 1.5):
        seen = cv2.remap(both, x + offset * cos, y + offset * sin, cv2.INTER_LINEAR).astype(np.float32)
        across = np.abs(seen[:, :, 0] * cos + seen[:, :, 1] * sin)
        beside = np.abs(seen[:, :, 1] * cos - seen[:, :, 0] * sin)
        edge = np.maximum(edge, across - beside)
    one, two = (
        cv2.remap(soft, x + d * cos, y + d * sin, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        for d in (BAND, -BAND)
    )
    apart = np.abs(one - two) @ LAB
    return Along(
        np.cumsum(np.clip(edge * (1 / EDGE_SURE), 0, 1) * present, axis=1),
        np.cumsum(np.clip(apart * (1 / SIDES_SURE), 0, 1) * present, axis=1),
        np.cumsum(one * present[:, :, None], axis=1),
        np.cumsum(two * present[:, :, None], axis=1),
        reach,
    )

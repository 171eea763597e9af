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

PEAKS = 120  # of the votes, of which the first so many that differ are lines:
LINES = 40
LIKE_TURN = np.radians(3)  # lines that differ by less than this, and by less than LIKE_PX, are one
LIKE_PX = 4.0
EDGES = 16000  # at most about twice so many edge pixels vote
EDGE_LOW, EDGE_HIGH = 12, 30  # Scharr strength (of 255) an edge pixel needs, beside a stronger one and alone
EDGE_SURE = 24.0  # strength from which an edge counts in full
SIDES_SURE = 24.0  # difference of the two sides (YCrCb, colour doubled) from which it counts in full
PACE = 3  # px between two places of a line
BAND = 6  # px: how far to either side is compared
TURNS = 120  # directions in half a turn
VOTES_LEAST = 10.0
WEIGHTS = np.array([1, 2, 2], np.float32)  # of lightness, colour, colour


@dataclass(frozen=True)
class Along:
    """Running sums along n lines at m places, PACE px apart; the middle place is the foot of the line's normal."""

    edge: Floats  # (n, m), of 0..1: is there an edge along the line
    sides: Floats  # (n, m), of 0..1: do the two sides differ
    one: Floats  # (n, m, 3): YCrCb on the side to which the normal points
    two: Floats  # (n, m, 3): on the other
    middle: int


def to_colours(small: Image) -> Image:
    """Lightness and two of colour (YCrCb), smoothed. CIE Lab finds no better, and its tables take 0.3 s to build."""
    return np.asarray(cv2.cvtColor(cv2.GaussianBlur(small, (3, 3), 0), cv2.COLOR_BGR2YCrCb), np.uint8)


def gradient(colours: Image) -> tuple[Shorts, Shorts]:
    """Of the three channels the one that changes most, colour counted double: (dx, dy)."""
    across = cv2.split(cv2.Scharr(colours, cv2.CV_16S, 1, 0, scale=0.25))
    down = cv2.split(cv2.Scharr(colours, cv2.CV_16S, 0, 1, scale=0.25))
    best_x, best_y = np.array(across[0]), np.array(down[0])
    best = cv2.add(cv2.convertScaleAbs(best_x), cv2.convertScaleAbs(best_y))
    for x, y in zip(across[1:], down[1:], strict=True):
        x, y = cv2.add(x, x), cv2.add(y, y)
        strength = cv2.add(cv2.convertScaleAbs(x), cv2.convertScaleAbs(y))
        more = cv2.compare(strength, best, cv2.CMP_GT)
        cv2.copyTo(x, more, best_x)
        cv2.copyTo(y, more, best_y)
        best = cv2.max(best, strength)
    return np.asarray(best_x, np.int16), np.asarray(best_y, np.int16)


def find_lines(colours: Image, soft: Image, dx: Shorts, dy: Shorts) -> Floats:
    """(n, 2): angle of the normal in 0..pi, and distance from the origin in px; the most voted first.

    `soft` is `colours` averaged over a few pixels.
    """
    height, width = dx.shape
    at = cv2.findNonZero(cv2.Canny(dx, dy, EDGE_LOW, EDGE_HIGH))
    if at is None or len(at) < 40:
        return np.zeros((0, 2), np.float32)
    at = at.reshape(-1, 2)[:: len(at) // EDGES + 1]
    xs, ys = at[:, 0].astype(np.int32), at[:, 1].astype(np.int32)
    gx, gy = dx[ys, xs].astype(np.float32), dy[ys, xs].astype(np.float32)
    size = np.sqrt(gx * gx + gy * gy) + np.float32(1e-3)
    ox, oy = np.rint(gx * (BAND / size)).astype(np.int32), np.rint(gy * (BAND / size)).astype(np.int32)
    flat = soft.reshape(-1, 3)
    one = flat.take(np.clip(ys + oy, 0, height - 1) * width + np.clip(xs + ox, 0, width - 1), axis=0)
    two = flat.take(np.clip(ys - oy, 0, height - 1) * width + np.clip(xs - ox, 0, width - 1), axis=0)
    apart = cv2.absdiff(one, two).astype(np.float32) @ WEIGHTS
    weight = 0.1 * np.sqrt(np.minimum(size, 200)) + 0.3 * np.minimum(apart, 40)
    votes, step, diagonal = _vote(xs, ys, np.arctan2(gy, gx), weight, int(np.hypot(height, width)) + 2)
    peak = (votes == cv2.dilate(votes, np.ones((5, 7), np.uint8))) & (votes > VOTES_LEAST)
    peak[:4] = peak[TURNS + 4 :] = False
    places = cv2.findNonZero(peak.astype(np.uint8))
    if places is None:
        return np.zeros((0, 2), np.float32)
    columns, rows = places.reshape(-1, 2).T
    order = np.argsort(-votes[rows, columns])[:PEAKS]
    lines = np.stack([(rows[order] - 4) * step, columns[order] - diagonal], axis=1).astype(np.float32)
    return lines[_different(lines, width, height)]


def _different(lines: Floats, width: int, height: int) -> NDArray[np.intp]:
    """The first LINES, without those that nearly repeat an earlier one."""
    theta = lines[:, 0]
    off = lines[:, 1] - (width / 2) * np.cos(theta) - (height / 2) * np.sin(theta)
    turn = theta[:, None] - theta[None, :]
    sign = np.where(np.abs(turn) > np.pi / 2, -1, 1)
    turn = np.minimum(np.abs(turn), np.pi - np.abs(turn))
    like = (turn < LIKE_TURN) & (np.abs(off[:, None] - sign * off[None, :]) < LIKE_PX)
    taken = np.zeros(len(lines), bool)
    best: list[int] = []
    for index in range(len(lines)):
        if not taken[index]:
            best.append(index)
            taken |= like[index]
            if len(best) == LINES:
                break
    return np.asarray(best, np.intp)


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
    """Samples every line along its whole length."""
    height, width = dx.shape
    middle = (int(np.hypot(height, width)) + 1) // PACE
    at = np.arange(-middle, middle + 1, dtype=np.float32) * PACE
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
    edge = np.clip(edge * (1 / EDGE_SURE), 0, 1) * present
    apart = np.clip((np.abs(one - two) @ WEIGHTS) * (1 / SIDES_SURE), 0, 1) * present
    within = present[:, :, None]
    return Along(
        np.cumsum(edge, axis=1),
        np.cumsum(apart, axis=1),
        np.cumsum(one * within, axis=1),
        np.cumsum(two * within, axis=1),
        middle,
    )

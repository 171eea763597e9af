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
NO_MAP = np.empty((0, 0), np.uint16)  # whole places want no second map


@dataclass(frozen=True)
class Along:
    """Running sums along n lines at m places, PACE px apart; the middle place is the foot of the line's normal."""

    edge: Floats  # (n, m), of 0..1: is there an edge along the line
    sides: Floats  # (n, m), of 0..1: do the two sides differ
    one: Floats  # (3, n, m): YCrCb on the side to which the normal points
    two: Floats  # (3, n, m): on the other
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
    at = np.ascontiguousarray(at[:: len(at) // EDGES + 1].reshape(1, -1, 2))
    xs, ys = at[0, :, 0].astype(np.float32), at[0, :, 1].astype(np.float32)
    where = at[0, :, 1].astype(np.intp) * width + at[0, :, 0]
    gx, gy = dx.reshape(-1).take(where).astype(np.float32), dy.reshape(-1).take(where).astype(np.float32)
    size, angle = np.sqrt(gx * gx + gy * gy), np.arctan2(gy, gx)
    reach = np.float32(BAND) / (size + np.float32(1e-3))
    off = np.rint(np.stack([gx * reach, gy * reach], axis=-1)).astype(np.int16)[None]
    at = at.astype(np.int16)
    one, two = (
        cv2.remap(soft, place, NO_MAP, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        for place in (at + off, at - off)
    )
    apart = cv2.transform(cv2.absdiff(one, two), WEIGHTS[None]).reshape(-1)  # 255 at most, which is more than counts
    weight = 0.1 * np.sqrt(np.minimum(size, 200)) + 0.3 * np.minimum(apart, 40).astype(np.float32)
    votes, step, diagonal = _vote(xs, ys, angle, weight, int(np.hypot(height, width)) + 2)
    peak = (votes == cv2.dilate(votes, np.ones((5, 7), np.uint8))) & (votes > VOTES_LEAST)
    peak[:4] = peak[TURNS + 4 :] = False
    places = cv2.findNonZero(peak.view(np.uint8))
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


def _vote(xs: Floats, ys: Floats, angle: Floats, weight: Floats, diagonal: int) -> tuple[Floats, float, int]:
    """(votes by direction and distance, with 4 more directions at both ends; radians a row; column of distance 0)."""
    step = np.pi / TURNS
    tone = angle * np.float32(1 / step)
    tone += np.float32(TURNS) * (tone < 0)
    base = tone.astype(np.intp)
    part = tone - base
    span = 2 * diagonal
    rows = np.arange(-4, TURNS + 5) * step
    cos, sin = np.cos(rows).astype(np.float32), np.sin(rows).astype(np.float32)
    middle = np.float32(diagonal + 0.5)
    where, share = np.empty((4, len(xs)), np.intp), np.empty((4, len(xs)), np.float64)
    for index, offset in enumerate((-1, 0, 1, 2)):
        row = base + (offset + 4)
        where[index] = xs * cos.take(row) + ys * sin.take(row) + middle
        where[index] += row * span
        share[index] = weight * (np.float32(1.0) - np.float32(0.4) * np.abs(part - np.float32(offset)))
    flat = np.bincount(where.reshape(-1), share.reshape(-1), (TURNS + 8) * span)
    votes = flat.astype(np.float32).reshape(TURNS + 8, span)
    # a line at angle -a is the line at pi - a with the distance negated: fold both ends onto the other
    low, first = _negated(votes[:4]), _negated(votes[4:8])
    last, high = _negated(votes[TURNS : TURNS + 4]), _negated(votes[TURNS + 4 :])
    votes[4:8] += high
    votes[TURNS : TURNS + 4] += low
    votes[TURNS + 4 :] = first
    votes[:4] = last
    return np.asarray(cv2.GaussianBlur(votes, (5, 3), 0), np.float32), step, diagonal


def _negated(rows: Floats) -> Floats:
    """Votes for the same lines, by the distance negated."""
    return np.roll(rows[:, ::-1], 1, axis=1)


def sum_along(soft: Image, dx: Shorts, dy: Shorts, lines: Floats) -> Along:
    """Samples every line along its whole length."""
    height, width = dx.shape
    middle = (int(np.hypot(height, width)) + 1) // PACE
    at = np.arange(-middle, middle + 1, dtype=np.float32) * PACE
    cos, sin = np.cos(lines[:, :1]), np.sin(lines[:, :1])
    x = lines[:, 1:] * cos - at * sin
    y = lines[:, 1:] * sin + at * cos
    present = (x > -1) & (x < width) & (y > -1) & (y < height)
    where = np.flatnonzero(present)  # less than half of it lies in the picture
    line = where // len(at)
    x, y, cos, sin = x.reshape(-1)[where], y.reshape(-1)[where], cos[line, 0], sin[line, 0]
    both = cv2.merge((dx, dy))
    edge = np.zeros(len(where), np.float32)
    for offset in (-1.5, 0.0, 1.5):
        seen = cv2.remap(both, x + offset * cos, y + offset * sin, cv2.INTER_LINEAR)[0]
        over, up = seen[:, 0].astype(np.float32), seen[:, 1].astype(np.float32)
        np.maximum(edge, np.abs(over * cos + up * sin) - np.abs(up * cos - over * sin), out=edge)
    one, two = (
        cv2.remap(soft, x + d * cos, y + d * sin, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for d in (BAND, -BAND)
    )
    differ = cv2.transform(cv2.absdiff(one, two), WEIGHTS[None])[0]  # 255 at most, which is more than counts
    looked = np.zeros((8, *present.shape), np.float32)
    flat = looked.reshape(8, -1)
    flat[0, where] = np.minimum(edge * np.float32(1 / EDGE_SURE), 1)
    flat[1, where] = np.minimum(differ * np.float32(1 / SIDES_SURE), 1)
    flat[2:5, where], flat[5:, where] = one[0].T, two[0].T
    sums = np.cumsum(looked, axis=2)
    return Along(sums[0], sums[1], sums[2:5], sums[5:], middle)

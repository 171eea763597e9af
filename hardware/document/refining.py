"""Moves the sides of a roughly known sheet onto its true edge in the full picture, to a fraction of a pixel.

Each side is looked at through a narrow strip laid along it: in every column of the strip the strongest change across
is where the edge is; a line through those places, fitted so that fingers, tears and print do not pull it (iterated
with a shrinking window), is the side. Lines cross in corners.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Floats, Image, is_sane, overlap

Doubles = NDArray[np.float64]


COLUMNS = 96  # places along a side
WINDOWS = (1.0, 0.5, 0.25)  # shares of the doubt within which the edge is looked for, one after the other
WINDOW_LEAST = 2.0  # px
SMOOTH = np.full(5, 0.2)  # along a side
ALIKE = np.ones((1, 3), np.float32)  # the channels count the same


def refine(image: Image, corners: Floats, half: float, width: int = 1) -> Floats:
    """Corners after refinement; the ones given where a side cannot be seen better.

    `half`: px to either side within which the edge is looked for; `width`: px on both sides that are compared, more
    for a paper's border among print, fewer for the exact place.
    """
    start = corners.astype(np.float64)
    way = np.roll(start, -1, axis=0) - start
    length = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    direction = way / length
    normal = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    offset, slope = _edges(image, start, direction, normal, length, half, width)
    begin = start + normal * (offset - slope * length / 2)
    onward = way + normal * slope * length
    back, back_way = np.roll(begin, 1, axis=0), np.roll(onward, 1, axis=0)
    det = back_way[:, 0] * onward[:, 1] - back_way[:, 1] * onward[:, 0]
    if (np.abs(det) < 1e-6 * (length[:, 0] ** 2)).any():
        return corners
    apart = begin - back
    share = (apart[:, 0] * onward[:, 1] - apart[:, 1] * onward[:, 0]) / det
    result = np.asarray(back + share[:, None] * back_way, np.float32)
    if not is_sane(result) or overlap(result, corners) < 0.85:
        return corners
    return result


def _edges(
    image: Image, start: Doubles, direction: Doubles, normal: Doubles, length: Doubles, half: float, wide: int
) -> tuple[Doubles, Doubles]:
    """Of the four sides, (4, 1) each: how far the true edge lies along the normal at the middle, and its slope."""
    height, width = image.shape[:2]
    along = np.linspace(0.04, 0.96, COLUMNS) * length  # (4, COLUMNS)
    across = np.linspace(-half, half, int(2 * half + 1)).astype(np.float32)
    foot = (start[:, :, None] + along[:, None] * direction[:, :, None]).astype(np.float32)  # (4, 2, COLUMNS)
    step_out = normal.astype(np.float32)[:, :, None, None]
    x, y = (foot[:, i, None] + across[:, None] * step_out[:, i] for i in (0, 1))  # (4, rows, COLUMNS)
    flat = (-1, COLUMNS)
    strip = cv2.remap(image, x.reshape(flat), y.reshape(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # what lies ahead of each place less what lies behind it, `wide` px of both
    differ = np.concatenate([np.full(wide, -1 / wide), [0.0], np.full(wide, 1 / wide)])
    apart = np.abs(cv2.sepFilter2D(strip, cv2.CV_32F, SMOOTH, differ))
    change = cv2.transform(apart, ALIKE).reshape(x.shape)
    cut = slice(wide, -wide)  # beyond, another side's strip would be seen
    x, y, change, across = x[:, cut], y[:, cut], change[:, cut], across[cut]
    if not (x.min() >= 0 and y.min() >= 0 and x.max() <= width - 1 and y.max() <= height - 1):
        change = change * ((x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1))
    return _fitted(np.ascontiguousarray(change.transpose(0, 2, 1)), across, along - length / 2, half)


def _fitted(change: Floats, across: Floats, where: Doubles, half: float) -> tuple[Doubles, Doubles]:
    """The lines through the strongest changes (4, COLUMNS, rows) across the places `where` on each side."""
    step, rows = float(across[1] - across[0]), len(across)
    first = np.arange(4 * COLUMNS).reshape(4, COLUMNS) * rows
    values = change.reshape(-1)
    offset, slope = np.zeros((4, 1)), np.zeros((4, 1))
    basis = np.empty((4, COLUMNS, 5))  # what is summed up, weighted, for a line through the places
    basis[..., 0], basis[..., 1], basis[..., 2] = 1, where, where * where
    for share in WINDOWS:
        window = max(WINDOW_LEAST, half * share)
        expected = (offset + slope * where).astype(np.float32)
        off = (across - expected[:, :, None]) * np.float32(1 / window)
        peak = np.argmax(change * np.exp(-off * off), axis=2)
        peak = np.minimum(np.maximum(peak, 1), rows - 2)
        place = first + peak
        before, strength, after = (values.take(place + d).astype(np.float64) for d in (-1, 0, 1))
        bend = before - 2 * strength + after
        bend[np.abs(bend) < 1e-6] = -1e-6
        seen = across.take(peak) + np.minimum(np.maximum(0.5 * (before - after) / bend, -1), 1) * step
        ranked = np.sort(strength, axis=1)
        usual = (ranked[:, COLUMNS // 2 - 1 : COLUMNS // 2] + ranked[:, COLUMNS // 2 : COLUMNS // 2 + 1]) / 2
        weight = np.minimum(strength, 2 * usual + 1e-6)
        clear = weight.sum(axis=1, keepdims=True) >= 2 * COLUMNS
        weight = weight + 1e-9
        basis[..., 3], basis[..., 4] = seen, seen * where
        narrow, level, tilt = 1 / max(1.0, window * 0.2), offset, slope
        for _ in range(3):
            away = (seen - level - tilt * where) * narrow
            robust = weight / (1 + away * away)
            total, middle, spread, height, rise = (robust[:, None] @ basis)[:, 0].T[..., None]
            middle = middle / total
            tilt = (rise - middle * height) / np.maximum(spread - middle * middle * total, 1e-6)
            level = height / total - tilt * middle
        offset, slope = np.where(clear, level, offset), np.where(clear, tilt, slope)
    return offset, slope

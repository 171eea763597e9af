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
    across = np.linspace(-half, half, int(2 * half + 1))
    foot = start[:, None, :] + along[:, :, None] * direction[:, None, :]
    place = foot[:, None] + across[None, :, None, None] * normal[:, None, None, :]  # (4, rows, COLUMNS, 2)
    x, y = place[..., 0].astype(np.float32), place[..., 1].astype(np.float32)
    flat = (-1, COLUMNS)
    strip = cv2.remap(image, x.reshape(flat), y.reshape(flat), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = cv2.blur(strip, (5, 1)).astype(np.float32).reshape(*x.shape, 3)
    if wide > 1:
        sums = np.cumsum(values, axis=1)
        ahead = sums[:, 2 * wide + 1 :] - sums[:, wide + 1 : -wide]
        behind = sums[:, wide : -wide - 1] - sums[:, : -2 * wide - 1]
        apart, cut = np.abs(ahead - behind), slice(wide + 1, -wide)
    else:
        apart, cut, wide = np.abs(values[:, 2:] - values[:, :-2]), slice(1, -1), 1
    change = (apart[..., 0] + apart[..., 1] + apart[..., 2]) / wide
    x, y = x[:, cut], y[:, cut]
    change *= (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    change = np.ascontiguousarray(change.transpose(0, 2, 1))  # (4, COLUMNS, rows)
    at, step = across[cut], across[1] - across[0]
    rows, first = len(at), np.arange(4 * COLUMNS).reshape(4, COLUMNS) * len(at)
    where = along - length / 2
    offset, slope = np.zeros((4, 1)), np.zeros((4, 1))
    for share in WINDOWS:
        window = max(WINDOW_LEAST, half * share)
        expected = offset + slope * where
        away = (at[None, None, :] - expected[:, :, None]).astype(np.float32) * np.float32(1 / window)
        weighted = change * np.exp(-(away * away))
        peak = np.clip(np.argmax(weighted, axis=2), 1, rows - 2)
        place_of = first + peak
        strength = weighted.ravel().take(place_of)
        before, middle, after = (change.ravel().take(place_of + d) for d in (-1, 0, 1))
        bend = before - 2 * middle + after
        bend[np.abs(bend) < 1e-6] = -1e-6
        seen = at[peak] + np.clip(0.5 * (before - after) / bend, -1, 1) * step
        ranked = np.sort(strength, axis=1)
        usual = (ranked[:, COLUMNS // 2 - 1 : COLUMNS // 2] + ranked[:, COLUMNS // 2 : COLUMNS // 2 + 1]) / 2
        weight = np.minimum(strength, 2 * usual + 1e-6)
        clear = weight.sum(axis=1, keepdims=True) >= 2 * COLUMNS
        weight = weight + 1e-9
        for _ in range(3):
            robust = weight / (1 + ((seen - offset - slope * where) / max(1.0, window * 0.2)) ** 2)
            total = robust.sum(axis=1, keepdims=True)
            mean_w = (robust * where).sum(axis=1, keepdims=True) / total
            mean_s = (robust * seen).sum(axis=1, keepdims=True) / total
            spread = (robust * (where - mean_w) ** 2).sum(axis=1, keepdims=True)
            tilt = (robust * (where - mean_w) * (seen - mean_s)).sum(axis=1, keepdims=True) / np.maximum(spread, 1e-6)
            slope = np.where(clear, tilt, slope)
            offset = np.where(clear, mean_s - tilt * mean_w, offset)
    return offset, slope

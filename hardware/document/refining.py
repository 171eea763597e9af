"""Moves the sides of a roughly known sheet onto its true edge in the full picture, to a fraction of a pixel.

Each side is looked at through a narrow strip laid along it: in every column of the strip the strongest change across
is where the edge is; a line through those places, fitted so that fingers, tears and print do not pull it (iterated
with a shrinking window), is the side. Lines cross in corners.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.document.geometry import Floats, Image, is_sane, overlap


def refine(image: Image, corners: Floats, reach: float) -> Floats:
    """Corners after refinement; the ones given where a side cannot be seen better. `reach`: px of doubt."""
    half = max(3.0, 3.0 * reach)
    lines = []
    for index in range(4):
        start, end = corners[index].astype(np.float64), corners[(index + 1) % 4].astype(np.float64)
        lines.append(_side(image, start, end, half))
    moved = np.empty((4, 2), np.float64)
    for index in range(4):
        crossing = _cross(lines[index - 1], lines[index])
        if crossing is None:
            return corners
        moved[index] = crossing
    result = moved.astype(np.float32)
    if not is_sane(result) or overlap(result, corners) < 0.85:
        return corners
    return result


def _side(image: Image, start: np.ndarray, end: np.ndarray, half: float) -> tuple[np.ndarray, np.ndarray]:
    """A point and the direction of the side."""
    direction = end - start
    length = float(np.linalg.norm(direction))
    direction = direction / max(length, 1e-6)
    normal = np.array([-direction[1], direction[0]])
    columns = int(np.clip(length / 4, 16, 128))
    along = np.linspace(0.04, 0.96, columns) * length
    rows = int(2 * half + 1)
    across = np.linspace(-half, half, rows)
    x = (start[0] + along * direction[0])[None, :] + (across * normal[0])[:, None]
    y = (start[1] + along * direction[1])[None, :] + (across * normal[1])[:, None]
    strip = cv2.remap(
        image, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    strip = cv2.blur(strip, (5, 1)).astype(np.float32)
    change = np.abs(strip[2:] - strip[:-2]).sum(axis=2)  # rows 1..rows-2
    inside = (x[1:-1] >= 0) & (x[1:-1] <= image.shape[1] - 1) & (y[1:-1] >= 0) & (y[1:-1] <= image.shape[0] - 1)
    change = np.where(inside, change, 0)
    at = across[1:-1]
    slope, offset = 0.0, 0.0
    where = along - length / 2
    step = at[1] - at[0]
    for window in (half, half * 0.5, max(2.0, half * 0.25)):
        expected = offset + slope * where
        near = np.exp(-(((at[:, None] - expected[None, :]) / window) ** 2))
        weighted = change * near
        peak = np.argmax(weighted, axis=0)
        strength = weighted[peak, np.arange(columns)]
        inner = np.clip(peak, 1, len(at) - 2)
        before, middle, after = (change[inner + d, np.arange(columns)] for d in (-1, 0, 1))
        bend = before - 2 * middle + after
        shift = np.where(np.abs(bend) > 1e-6, 0.5 * (before - after) / np.where(np.abs(bend) > 1e-6, bend, 1), 0)
        place = at[inner] + np.clip(shift, -1, 1) * step
        weight = np.minimum(strength, np.median(strength) * 2 + 1e-6)
        if weight.sum() < columns * 2:
            break
        for _ in range(4):
            residual = place - (offset + slope * where)
            robust = weight / (1 + (residual / max(1.0, window * 0.2)) ** 2)
            total = robust.sum()
            mean_w, mean_p = (robust * where).sum() / total, (robust * place).sum() / total
            spread = (robust * (where - mean_w) ** 2).sum()
            slope = float((robust * (where - mean_w) * (place - mean_p)).sum() / max(spread, 1e-6))
            offset = float(mean_p - slope * mean_w)
    left = start + normal * (offset - slope * length / 2)
    right = end + normal * (offset + slope * length / 2)
    return left, right - left


def _cross(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> np.ndarray | None:
    (p, r), (q, s) = one, other
    det = r[0] * s[1] - r[1] * s[0]
    if abs(det) < 1e-6 * (np.linalg.norm(r) * np.linalg.norm(s) + 1e-9):
        return None
    d = q - p
    t = (d[0] * s[1] - d[1] * s[0]) / det
    crossing: np.ndarray = p + t * r
    return crossing

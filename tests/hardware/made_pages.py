"""A sample paper on the simulator's desk, with its true corners: what the tests of finding and judging look at."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware import sample_papers

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
DESK = (70, 62, 54)


@lru_cache(maxsize=8)
def page(name: str) -> Image:
    """A sample as BGR, 1400 px on its longer side."""
    flat = np.asarray(sample_papers.draw(name), np.uint8)[:, :, ::-1]
    scale = 1400 / max(flat.shape[:2])
    return np.asarray(cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def on_desk(
    name: str = "birth-certificate",
    *,
    corners: list[list[float]] | None = None,
    width: int = 1280,
    height: int = 960,
    desk: tuple[int, int, int] = DESK,
) -> tuple[Image, Floats]:
    """A page laid at given corners (clockwise from its own top left)."""
    flat = page(name)
    h, w = flat.shape[:2]
    if corners is None:
        tall = h > w
        corners = (
            [[370, 50], [925, 85], [940, 905], [340, 880]]
            if tall
            else [[150, 160], [1110, 130], [1140, 800], [120, 780]]
        )
    at = np.array(corners, np.float32)
    shrink = max(np.linalg.norm(at[1] - at[0]) / w, np.linalg.norm(at[2] - at[1]) / h)
    small = cv2.resize(flat, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else flat
    h, w = small.shape[:2]
    turned = cv2.getPerspectiveTransform(np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5, at)
    scene = np.empty((height, width, 3), np.float32)
    scene[:] = desk
    scene += np.random.default_rng(3).normal(0, 4, (height, width, 1))
    laid = cv2.warpPerspective(small, turned, (width, height), flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), turned, (width, height))[:, :, None] / 255.0
    scene = scene * (1 - mask) + laid * 0.93 * mask
    return np.clip(scene, 0, 255).astype(np.uint8), at

"""The empty tray as it was photographed once: what it shows by itself is no edge of a paper.

A mat, a printed frame, a cable, the edge of the table stay where they are. Changes of brightness are compared, not
brightness: a camera that opens or closes its iris, because the paper is white, scales both alike and by little.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from hardware.document.geometry import Image, shrunk
from hardware.document.lines import Shorts, gradient, to_colours
from hardware.document.pictures import PictureError, read

ASPECT = 0.02  # by so much may the proportions of its picture differ: else it is of another camera
ALIKE = 0.5  # of a change: what is left of it beside the tray's own is less: it is the tray's
FAINT = 14  # changes under this are noise
KEPT = 960  # px, longer side in which it is kept
NEAR = 5  # px of the small picture


class Tray:
    """A picture of the empty tray, BGR."""

    def __init__(self, picture: Image) -> None:
        self._picture = picture
        self._sized = lru_cache(maxsize=2)(self._at)

    def without(self, dx: Shorts, dy: Shorts) -> tuple[Shorts, Shorts]:
        """The changes of a small picture that are not the tray's own."""
        height, width = dx.shape
        tall, wide = self._picture.shape[:2]
        if abs(wide * height / (tall * width) - 1) > ASPECT:
            return dx, dy
        own_x, own_y = self._sized(width, height)
        left = cv2.add(cv2.convertScaleAbs(cv2.subtract(dx, own_x)), cv2.convertScaleAbs(cv2.subtract(dy, own_y)))
        there = cv2.add(cv2.convertScaleAbs(dx), cv2.convertScaleAbs(dy))
        own = cv2.add(cv2.convertScaleAbs(own_x), cv2.convertScaleAbs(own_y))
        beside = cv2.dilate(own, np.ones((NEAR, NEAR), np.uint8))  # noise moves an edge by a pixel
        fresh = (left >= np.maximum(ALIKE * there, FAINT)) & (left >= ALIKE * beside)
        return np.where(fresh, dx, np.int16(0)), np.where(fresh, dy, np.int16(0))

    def _at(self, width: int, height: int) -> tuple[Shorts, Shorts]:
        small = shrunk(self._picture, max(width, height))  # in the same way as the picture that it is compared with
        if small.shape[:2] != (height, width):
            small = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        return gradient(to_colours(small))


@lru_cache(maxsize=1)
def load(file: str) -> Tray | None:
    """The tray of a picture file; None where there is none, or none that can be read: then nothing is known of it."""
    try:
        return Tray(shrunk(read(Path(file)), KEPT)) if file else None
    except PictureError:
        return None

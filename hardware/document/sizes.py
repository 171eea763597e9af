"""How large a sheet on the tray is: known where the camera stands still and a sheet of A4 was shown to it once.

The corners of that sheet (`kiosk capture a4`, setting papers.a4) map the picture onto the tray, however the camera is
tilted. A sheet that lies flat is a rectangle there, and as large as its kind: a frame printed on it, the mat under it
or a shape that lines of the table span seldom is. Kinds without one size (certificates, booklets) are found as ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.document.geometry import Floats

Doubles = NDArray[np.float64]

KNOWN_MM = {  # longer and shorter side: ISO 216, ISO/IEC 7810 ID-1
    "a4": (297.0, 210.0),
    "a5": (210.0, 148.0),
    "card": (85.6, 53.98),
}
NEAR, NEAR_MM = 0.03, 2.5  # of a side, and more: so far may it be off, for a lens that bends and paper that is not flat
TURN_MOST = float(np.sin(np.radians(5)))  # by which a corner may differ from a right angle


@dataclass(frozen=True)
class Size:
    """Sides of a sheet in millimetres."""

    long: float
    short: float

    @property
    def kind(self) -> str:
        """The known kind that is so large; "": none."""
        sides = np.array([self.long, self.short])
        return next((kind for kind in KNOWN_MM if _are(sides, kind)), "")

    def is_another(self, shape: str) -> bool:
        """Whether this is a paper that we know, and not the one that was asked for."""
        return shape in KNOWN_MM and self.kind not in ("", shape)


class Sizes:
    """`a4`: the corners of a sheet of A4, x and y of each as shares of the picture's sides, along a long side first."""

    def __init__(self, a4: Sequence[float]) -> None:
        long, short = KNOWN_MM["a4"]
        flat = np.array([[0, 0], [long, 0], [long, short], [0, short]], np.float32)
        self._map = cv2.getPerspectiveTransform(np.asarray(a4, np.float32).reshape(4, 2), flat)

    def of(self, shapes: Floats, width: int, height: int) -> Doubles:
        """(n, 2), longer and shorter side in mm of shapes (n, 4, 2) in a picture; 0 of what is no rectangle there."""
        shares = (shapes.reshape(-1, 1, 2) + 0.5) / np.array([width, height])
        corners = cv2.perspectiveTransform(shares, self._map).reshape(-1, 4, 2)
        way = np.roll(corners, -1, axis=1) - corners
        length = np.maximum(np.sqrt((way * way).sum(2)), 1e-6)
        turn = np.abs((way * np.roll(way, 1, axis=1)).sum(2)) / (length * np.roll(length, 1, axis=1))
        one, other = (length[:, 0] + length[:, 2]) / 2, (length[:, 1] + length[:, 3]) / 2
        sides = np.stack([np.maximum(one, other), np.minimum(one, other)], axis=1)
        return np.asarray(np.where((turn.max(1) < TURN_MOST)[:, None], sides, 0.0), np.float64)

    def size(self, corners: Floats, width: int, height: int) -> Size | None:
        """Of one sheet; None where it does not lie flat on the tray."""
        long, short = (float(side) for side in self.of(corners[None], width, height)[0])
        return Size(long, short) if short else None

    def fits(self, shapes: Floats, kinds: Iterable[str], width: int, height: int) -> NDArray[np.bool_]:
        """(n,), which are as large as one of these kinds of paper."""
        sides = self.of(shapes, width, height)
        return np.asarray(np.any([_are(sides, kind) for kind in kinds], axis=0))


def _are(sides: Doubles, kind: str) -> NDArray[np.bool_]:
    """Whether (…, 2) are the sides of a paper of this kind."""
    wanted = np.array(KNOWN_MM[kind])
    return np.asarray((np.abs(sides - wanted) <= NEAR * wanted + NEAR_MM).all(axis=-1))


@lru_cache(maxsize=1)
def of_a4(corners: tuple[float, ...]) -> Sizes | None:
    """What is known where a sheet of A4 lay so; None where none was shown."""
    return Sizes(corners) if corners else None

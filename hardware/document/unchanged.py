"""Whether a live picture still shows what was looked at: then it need not be looked at anew.

While a paper lies still, which is most of the time, every picture differs from the one before by noise alone. Pictures
are compared small, with the one that was looked at and not with the last, so that a slow change is one in the end.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.document.geometry import Image, shrunk

SIDE = 160  # px, longer side at which pictures are compared
CHANGED = 6  # of 255, from which a place has changed: noise is averaged over some hundred pixels
ANEW_S = 1.0  # looked at anew after so long, changed or not


class Unchanged:
    """Remembers the picture that was looked at last."""

    def __init__(self) -> None:
        self._look: Image | None = None
        self._at = 0.0

    def forget(self) -> None:
        self._look = None

    def still(self, image: Image, now: float) -> bool:
        """Whether it shows the same. If not, it counts as looked at from now on."""
        look = np.asarray(cv2.blur(cv2.cvtColor(shrunk(image, SIDE), cv2.COLOR_BGR2GRAY), (3, 3)), np.uint8)
        kept = self._look if now - self._at < ANEW_S else None
        if kept is not None and kept.shape == look.shape and int(cv2.absdiff(look, kept).max()) < CHANGED:
            return True
        self._look, self._at = look, now
        return False

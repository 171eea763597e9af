"""Makes a straightened page as a good scanner would: white paper, even light, red seals, pencil still there.

Paper is taken for white where it is the brightest thing around; light is evened out by dividing by that ground,
gently, so that a photograph on a card keeps its shades. Colours are scaled together, but for one white balance for
the whole page: red stays red.
"""

from __future__ import annotations

import cv2
import numpy as np

from hardware.document.geometry import Image

WHITE = 244.0  # what paper becomes; not 255, so that nothing printed lightly is lost
TINT_MOST = 0.22  # (brightest - darkest channel) / mean: from here on it is coloured paper, not coloured light
GAIN_MOST = 1.7  # deep shadow is lifted no further: noise would show


def enhance(page: Image, *, even: bool = True) -> Image:
    """White balance and, with `even`, shadow removal. Use even=False for cards and photographs."""
    height, width = page.shape[:2]
    scale = min(1.0, 160 / max(height, width))
    small = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = max(3, round(max(small.shape[:2]) / 14) | 1)
    ground = cv2.dilate(small, np.ones((size, size), np.uint8))
    ground = cv2.medianBlur(ground, min(size | 1, 15))
    bright = np.percentile(ground.reshape(-1, 3), 80, axis=0)
    level = float(bright.mean())
    if level < 40:
        return page
    # One balance for the page: nearly white paper becomes neutral. Paper with a colour of its own keeps it.
    tint = float(bright.max() - bright.min()) / level
    strength = float(np.clip((TINT_MOST - tint) / (TINT_MOST / 2), 0, 1))
    balance = (level / np.maximum(bright, 1.0)) ** strength
    if even:
        brightness = cv2.GaussianBlur(ground.max(axis=2), (0, 0), max(2.0, max(small.shape[:2]) / 40)).astype(
            np.float32
        )
        lift = np.clip(WHITE / np.maximum(brightness, 1.0), 0.9, GAIN_MOST * WHITE / max(level, 1.0))
        lift = np.clip(lift, 0.9, 2.6)
        gain = cv2.resize(lift, (width, height), interpolation=cv2.INTER_LINEAR)
    else:
        gain = np.full((height, width), np.clip(WHITE / level, 0.9, 1.25), np.float32)
    result = page.astype(np.float32) * (gain[:, :, None] * balance.astype(np.float32))
    return np.asarray(np.clip(result, 0, 255), np.uint8)

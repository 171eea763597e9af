"""How sure it is that a described shape is the paper: a small network of one hidden layer, trained on made pictures.

Its answer is the overlap (0..1) that the shape is expected to have with the true outline. The figures in rating.npz
are written by bench/papers/train_rating.py.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from hardware.document.geometry import Floats

FIGURES = Path(__file__).with_name("rating.npz")


@lru_cache(maxsize=1)
def _figures() -> tuple[Floats, ...]:
    with np.load(FIGURES, allow_pickle=False) as read:
        return tuple(
            np.asarray(read[name], np.float32) for name in ("mean", "scale", "w1", "b1", "w2", "b2", "w3", "b3")
        )


def rate(features: Floats) -> Floats:
    """(n,) expected overlaps, of (n, len(FEATURES)) features."""
    mean, scale, w1, b1, w2, b2, w3, b3 = _figures()
    hidden = np.maximum((features - mean) / scale @ w1 + b1, 0)
    hidden = np.maximum(hidden @ w2 + b2, 0)
    answer = (hidden @ w3 + b3)[:, 0]
    return np.asarray(1 / (1 + np.exp(-answer)), np.float32)

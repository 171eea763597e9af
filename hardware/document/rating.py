"""How sure it is that a described shape is the paper: a small network of two hidden layers, trained on made pictures.

Its answer is the overlap (0..1) that the shape is expected to have with the true outline, 0 for a half or less. The
figures in rating.npy, one after the other, are written by bench/papers/train_rating.py.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from hardware.document.geometry import Floats
from hardware.document.shapes import FEATURES

FIGURES = Path(__file__).with_name("rating.npy")
HIDDEN = (32, 16)
_IN = len(FEATURES)
LAYOUT = (
    (_IN,), (_IN,), (_IN, HIDDEN[0]), (HIDDEN[0],), (HIDDEN[0], HIDDEN[1]), (HIDDEN[1],), (HIDDEN[1], 1), (1,),
)  # fmt: skip  # mean and scale of the features, then weights and biases


@lru_cache(maxsize=1)
def _figures() -> tuple[Floats, ...]:
    flat = np.load(FIGURES, allow_pickle=False)
    ends = np.cumsum([int(np.prod(shape)) for shape in LAYOUT])
    if flat.shape != (ends[-1],):
        raise ValueError(f"{FIGURES.name} does not fit these features: train it again (bench/papers/train_rating.py)")
    return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), LAYOUT, strict=True))


def rate(features: Floats) -> Floats:
    """(n,) expected overlaps, of (n, len(FEATURES)) features."""
    return answer(_figures(), features)


def answer(figures: tuple[Floats, ...], features: Floats) -> Floats:
    """The network itself, with figures of LAYOUT."""
    mean, scale, w1, b1, w2, b2, w3, b3 = figures
    hidden = np.maximum((features - mean) / scale @ w1 + b1, 0)
    hidden = np.maximum(hidden @ w2 + b2, 0)
    return np.asarray(1 / (1 + np.exp(-(hidden @ w3 + b3)[:, 0])), np.float32)

"""How sure it is that a described shape is the paper: small networks of two hidden layers, trained on made pictures.

The answer is the overlap (0..1) that the shape is expected to have with the true outline, 0 for a half or less: of
whole sheets (`rate`, figures in rating.npy), of such as are far away (`rate_far`, far.npy), of what is seen of sheets
that are cut off (`rate_cut`, cutting.npy). The figures, one after the other, are written by
bench/papers/train_rating.py.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from hardware.document import cutting, shapes
from hardware.document.geometry import Floats

WHOLE, FAR, CUT = (Path(__file__).with_name(name) for name in ("rating.npy", "far.npy", "cutting.npy"))
HIDDEN = (32, 16)


def rate(features: Floats) -> Floats:
    """(n,) expected overlaps, of (n, len(shapes.FEATURES)) features."""
    return answer(figures_of(WHOLE, len(shapes.FEATURES)), features)


def rate_far(features: Floats) -> Floats:
    """The same of small shapes, which `rate` has not been trained on."""
    return answer(figures_of(FAR, len(shapes.FEATURES)), features)


def rate_cut(features: Floats) -> Floats:
    """(n,) expected overlaps, of (n, len(cutting.FEATURES)) features."""
    return answer(figures_of(CUT, len(cutting.FEATURES)), features)


def layout(count: int) -> tuple[tuple[int, ...], ...]:
    """Mean and scale of `count` features, then weights and biases."""
    a, b = HIDDEN
    return (count,), (count,), (count, a), (a,), (a, b), (b,), (b, 1), (1,)


@lru_cache(maxsize=3)
def figures_of(file: Path, count: int) -> tuple[Floats, ...]:
    flat, parts = np.load(file, allow_pickle=False), layout(count)
    ends = np.cumsum([int(np.prod(shape)) for shape in parts])
    if flat.shape != (ends[-1],):
        raise ValueError(f"{file.name} does not fit these features: train it again (bench/papers/train_rating.py)")
    return tuple(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), parts, strict=True))


def answer(figures: tuple[Floats, ...], features: Floats) -> Floats:
    """The network itself, with figures of `layout`."""
    mean, scale, w1, b1, w2, b2, w3, b3 = figures
    hidden = np.maximum((features - mean) / scale @ w1 + b1, 0)
    hidden = np.maximum(hidden @ w2 + b2, 0)
    return np.asarray(1 / (1 + np.exp(-(hidden @ w3 + b3)[:, 0])), np.float32)

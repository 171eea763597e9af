"""Trains the rating of shapes (hardware/document/rating.py) on pictures made here, with numpy alone.

python -m bench.papers.train_rating [--out hardware/document/rating.npy]
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.papers.scenes import scene
from hardware.document.finding import SMALL, candidates
from hardware.document.geometry import overlap
from hardware.document.rating import FIGURES, HIDDEN, answer

Floats = NDArray[np.float32]
SEEDS = ((3_010_000, 2500), (3_020_000, 2500))  # first seed and how many: what the figures in the tree come from
HELD = 7  # every seventh picture is held apart, to report on
EMPTY = 0.2  # share of pictures without a paper: a false alarm costs as much as a miss


def examples(seed: int, count: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """(features, overlap with the truth, which picture) of every shape considered in `count` pictures."""
    features, overlaps, pictures = [], [], []
    began = time.monotonic()
    for index in range(count):
        made = scene(seed + index, SMALL, empty=EMPTY)
        shapes = candidates(made.image)
        if shapes is None:
            continue
        if made.corners is None:
            truth = np.zeros(len(shapes.corners), np.float32)
        else:
            truth = np.array([overlap(one, made.corners) for one in shapes.corners], np.float32)
        features.append(shapes.features)
        overlaps.append(truth)
        pictures.append(np.full(len(truth), index))
        if index % 500 == 499:
            print(f"{index + 1} pictures, {time.monotonic() - began:.0f} s", file=sys.stderr)
    return np.concatenate(features), np.concatenate(overlaps), np.concatenate(pictures)


def wanted(overlaps: Floats) -> Floats:
    """What the answer should be: overlaps under a half are as bad as none."""
    return np.asarray(np.clip((overlaps - 0.4) / 0.6, 0, 1), np.float32)


def train(features: Floats, overlaps: Floats, epochs: int = 30, seed: int = 1) -> tuple[Floats, ...]:
    """Adam on the cross-entropy; deterministic."""
    dice = np.random.default_rng(seed)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-3
    x, y = (features - mean) / scale, wanted(overlaps)[:, None]
    sizes = (features.shape[1], *HIDDEN, 1)
    weights = [dice.normal(0, np.sqrt(2 / a), (a, b)).astype(np.float32) for a, b in itertools.pairwise(sizes)]
    figures: list[Floats] = []
    for one in weights:
        figures += [one, np.zeros(one.shape[1], np.float32)]
    first = [np.zeros_like(one) for one in figures]
    second = [np.zeros_like(one) for one in figures]
    batch, step = 1024, 0
    total = epochs * (len(x) // batch)
    for _ in range(epochs):
        order = dice.permutation(len(x))
        for start in range(0, len(x) - batch + 1, batch):
            chosen = order[start : start + batch]
            gradients = _gradients(figures, x[chosen], y[chosen])
            step += 1
            rate = 2e-3 * 0.5 * (1 + np.cos(np.pi * step / total))
            for one, g, m, v in zip(figures, gradients, first, second, strict=True):
                g = g + 1e-5 * one
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                one -= (rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)).astype(np.float32)
    return (mean, scale, *figures)


def _gradients(figures: list[Floats], x: Floats, y: Floats) -> list[Floats]:
    w1, b1, w2, b2, w3, b3 = figures
    one = np.maximum(x @ w1 + b1, 0)
    two = np.maximum(one @ w2 + b2, 0)
    answer = 1 / (1 + np.exp(-(two @ w3 + b3)))
    d3 = (answer - y) / len(x)
    d2 = (d3 @ w3.T) * (two > 0)
    d1 = (d2 @ w2.T) * (one > 0)
    made = [x.T @ d1, d1.sum(0), one.T @ d2, d2.sum(0), two.T @ d3, d3.sum(0)]
    return [np.asarray(one, np.float32) for one in made]


def report(rating: Floats, overlaps: Floats, pictures: NDArray[np.int64]) -> str:
    """How good the chosen shapes are, and how the floor divides them."""
    chosen = np.array(
        [np.flatnonzero(pictures == one)[np.argmax(rating[pictures == one])] for one in np.unique(pictures)]
    )
    best = np.array([overlaps[pictures == one].max() for one in np.unique(pictures)])
    sure, got = rating[chosen], overlaps[chosen]
    there = best > 0
    lines = [f"of {there.sum()} with paper: chosen {got[there].mean():.3f}, best possible {best[there].mean():.3f}"]
    for floor in (0.3, 0.4, 0.5, 0.6, 0.7):
        told = sure >= floor
        lines.append(
            f"floor {floor}: found {(told & there & (got > 0.85)).sum() / there.sum():.3f}, wrong "
            f"{(told & there & (got < 0.5)).sum() / there.sum():.3f}, alarms {(told & ~there).sum()}/{(~there).sum()}"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=FIGURES)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    blocks = [examples(seed, count) for seed, count in SEEDS]
    features, overlaps = (np.concatenate([block[which] for block in blocks]) for which in (0, 1))
    pictures = np.concatenate([block[2] + HELD * 100_000 * number for number, block in enumerate(blocks)])
    held = pictures % HELD == 0
    figures = train(features[~held], overlaps[~held])
    print(report(answer(figures, features[held]), overlaps[held], pictures[held]))
    np.save(given.out, np.concatenate([one.ravel() for one in figures]), allow_pickle=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())

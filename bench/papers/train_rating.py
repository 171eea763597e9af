"""Trains the ratings of shapes (hardware/document/rating.py) on pictures made here, with numpy alone.

OPENBLAS_NUM_THREADS=1 python -m bench.papers.train_rating [--whole] [--out hardware/document] [--processes 2]

far.npy and cutting.npy in the tree come from this as it stands. rating.npy is older than the scenes are now and is kept
(docs/decisions/0011-papers.md): --whole trains it again.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.papers.scenes import Scene, is_within, scene, seen
from hardware.document import shapes
from hardware.document.cutting import CutShapes, described, outline
from hardware.document.finding import SMALL, candidates
from hardware.document.geometry import overlap
from hardware.document.rating import CUT, FAR, HIDDEN, WHOLE, answer, figures_of
from hardware.document.shapes import Shapes, is_small

Floats = NDArray[np.float32]
EMPTY = 0.2  # share of pictures without a paper: a false alarm costs as much as a miss
HELD = 7  # every seventh picture is held apart, to report on
CHUNK = 50  # pictures a process makes at a time


@dataclass(frozen=True)
class Block:
    """Pictures of consecutive seeds, made one way."""

    first: int
    count: int
    how: dict[str, Any] = field(default_factory=dict)


BLOCKS = (
    Block(3_010_000, 2500),
    Block(3_020_000, 1500),
    Block(3_030_000, 500, {"size": (0.17, 0.4), "cut": 0.0}),  # far away
    Block(3_040_000, 1500, {"cut": 0.6}),
)


@dataclass(frozen=True)
class Picture:
    """What was found in one: shapes, and the overlap of each with the truth."""

    seed: int
    size: tuple[int, int]
    whole: Shapes | None
    whole_shares: Floats
    cut: CutShapes | None
    cut_shares: Floats


@dataclass(frozen=True)
class Examples:
    """Described shapes, the overlap of each with the truth, and which picture it is of."""

    features: Floats
    overlaps: Floats
    pictures: NDArray[np.int64]


def look(seed: int, how: dict[str, Any]) -> Picture:
    """Of one picture: whole shapes, and such that go on behind the border."""
    made = scene(seed, SMALL, empty=EMPTY, **how)
    height, width = made.image.shape[:2]
    there = candidates(made.image)
    whole, cut = (there.whole, there.cut()) if there is not None else (None, None)
    sheets = () if made.corners is None else (made.corners, *made.more)
    shares = [max((overlap(one, sheet) for sheet in sheets), default=0.0) for one in whole.corners] if whole else []
    cut_shares = _cut_shares(made, cut.corners) if cut is not None else np.zeros(0, np.float32)
    return Picture(seed, (width, height), whole, np.asarray(shares, np.float32), cut, cut_shares)


def _cut_shares(made: Scene, shapes: Floats) -> Floats:
    """Of what is seen of the sheet; a whole sheet is none that goes on."""
    height, width = made.image.shape[:2]
    corners = made.corners
    if corners is None or is_within(corners, width, height):
        return np.zeros(len(shapes), np.float32)
    there = seen(corners, width, height)
    if len(there) < 3:  # nothing of it is in the picture
        return np.zeros(len(shapes), np.float32)
    truth = cv2.convexHull(there)
    shares = []
    for one in shapes:
        shape = outline(one, width, height)
        shared = cv2.intersectConvexConvex(shape, truth)[0] if len(shape) > 2 else 0.0
        union = cv2.contourArea(shape) + cv2.contourArea(truth) - shared
        shares.append(shared / max(union, 1e-6))
    return np.asarray(shares, np.float32)


def _together(parts: list[tuple[Floats, Floats, int]]) -> Examples:
    return Examples(
        np.concatenate([features for features, _, _ in parts]),
        np.concatenate([overlaps for _, overlaps, _ in parts]),
        np.concatenate([np.full(len(features), seed) for features, _, seed in parts]),
    )


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


def gathered(processes: int) -> Iterator[Picture]:
    """Everything of BLOCKS, in their order whatever the number of processes."""
    jobs = [(seed, block.how) for block in BLOCKS for seed in range(block.first, block.first + block.count)]
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        for done, picture in enumerate(pool.imap(_job, jobs, CHUNK), 1):
            if done % 500 == 0:
                print(f"{done} of {len(jobs)} pictures, {time.monotonic() - began:.0f} s", file=sys.stderr)
            yield picture


def _job(job: tuple[int, dict[str, Any]]) -> Picture:
    return look(*job)


def fit(pictures: Sequence[Picture], whole: tuple[Floats, ...]) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Figures for sheets that are far away, and for those that are cut off, which look at the best whole one."""
    far, cut = [], []
    for one in pictures:
        if one.whole is not None and (small := is_small(one.whole.features)).any():
            far.append((one.whole.features[small], one.whole_shares[small], one.seed))
        if one.cut is None:
            continue
        corners, about, rating = None, None, 0.0
        if one.whole is not None:
            ratings = answer(whole, one.whole.features)
            best = int(np.argmax(ratings))
            corners, about, rating = one.whole.corners[best], one.whole.features[best], float(ratings[best])
        cut.append((described(one.cut, corners, about, rating, *one.size), one.cut_shares, one.seed))
    return _fitted("far away", _together(far)), _fitted("cut off", _together(cut))


def fit_whole(pictures: Sequence[Picture]) -> tuple[Floats, ...]:
    """Figures for whole sheets, of pictures with one that is all there, or none."""
    parts = [
        (one.whole.features, one.whole_shares, one.seed)
        for one in pictures
        if one.whole is not None and (one.cut is None or not one.cut_shares.any())
    ]
    return _fitted("whole", _together(parts))


def _fitted(name: str, made: Examples) -> tuple[Floats, ...]:
    held = made.pictures % HELD == 0
    figures = train(made.features[~held], made.overlaps[~held])
    print(f"{name}\n{report(answer(figures, made.features[held]), made.overlaps[held], made.pictures[held])}")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=WHOLE.parent)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--whole", action="store_true", help="rating.npy as well")
    given = parser.parse_args()
    pictures = list(gathered(given.processes))
    whole = fit_whole(pictures) if given.whole else figures_of(WHOLE, len(shapes.FEATURES))
    made = dict(zip((FAR, CUT), fit(pictures, whole), strict=True)) | ({WHOLE: whole} if given.whole else {})
    for file, figures in made.items():
        np.save(given.out / file.name, np.concatenate([one.ravel() for one in figures]), allow_pickle=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What papers are measured with measures right: parts in the picture, balanced accuracy, a set that stays the same."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bench.papers.defects import DEFECTS, case
from bench.papers.scenes import overlap_seen, scene, seen
from bench.verdicts import balanced

SQUARE = np.array([[-50, 10], [50, 10], [50, 60], [-50, 60]], np.float32)


def test_only_the_part_in_the_picture_counts() -> None:
    part = seen(SQUARE, 100, 100)
    assert part.min() == 0
    assert sorted(part[:, 0].tolist()) == [0, 0, 50, 50]
    assert overlap_seen(np.maximum(SQUARE, 0), SQUARE, 100, 100) == pytest.approx(1.0)
    assert overlap_seen(SQUARE - 500, SQUARE, 100, 100) == 0.0


def test_balanced_accuracy_counts_both_sides_alike() -> None:
    confusion = Counter({
        ("blurred", "capture.blurred"): 3, ("blurred", "capture.moving"): 1,
        ("ok", "ok"): 9, ("ok", "capture.blurred"): 1,
    })  # fmt: skip
    assert balanced(confusion, "blurred") == pytest.approx((0.75 + 0.9) / 2)


def test_a_picture_of_a_number_is_the_same_again_and_has_its_defect() -> None:
    first, again = case("held", 3), case("held", 3)
    assert np.array_equal(first.image, again.image)
    assert first.defect == DEFECTS[3]
    assert first.expected == "capture.moving"
    assert not np.array_equal(first.image, case("setting", 3).image)


def test_several_sheets_lie_apart_the_largest_first() -> None:
    made = next(one for seed in range(200) if (one := scene(seed, 200, empty=0.0)).more)
    assert made.corners is not None
    for other in made.more:
        assert overlap_seen(made.corners, other, 10_000, 10_000) == 0.0

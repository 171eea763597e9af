"""What the table of measurements says is what was measured."""

import json
import math
from pathlib import Path

import pytest

from bench.figures import Figure, Report, number, share, table


def test_a_goal_is_met_by_the_ratio_to_what_stands_beside() -> None:
    assert Figure("start", 1.4, "s", "peer", 1.0, most=1.5).met is True
    assert Figure("start", 1.6, "s", "peer", 1.0, most=1.5).met is False
    assert Figure("overlap", 0.96, "", "limit", 0.95, least=1.0).met is True
    assert Figure("overlap", 0.94, "", "limit", 0.95, least=1.0).met is False
    assert Figure("overlap", 0.94, "", "peer", 0.95).met is None


def test_nothing_beside_nothing_is_as_good_and_something_beside_nothing_is_not() -> None:
    assert Figure("wrong", 0.0, "", "peer", 0.0).ratio == 1.0
    assert Figure("wrong", 0.1, "", "peer", 0.0).ratio == math.inf
    assert Figure("wrong", 0.1, "", "peer", 0.0, most=1.0).met is False


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)])
def test_a_share_of_a_hundred_values_is_the_value_at_that_rank(part: float, expected: float) -> None:
    assert share([float(value) for value in range(100, 0, -1)], part) == expected


def test_the_slowest_of_a_few_is_their_99th() -> None:
    assert share([3.0, 1.0, 2.0], 0.99) == 3.0


def test_numbers_keep_three_digits_that_mean_something() -> None:
    assert [number(v) for v in (0.0, 0.01234, 1.234, 45.67, 1234.5)] == ["0", "0.0123", "1.23", "45.7", "1234"]


def test_the_table_names_every_figure_and_which_goal_is_missed() -> None:
    lines = table(
        [Figure("start", 1.6, "s", "page", 1.0, most=1.5), Figure("touch", 20, "ms", "limit", 50)]
    ).splitlines()
    assert len(lines) == 3
    assert "start" in lines[1]
    assert "NOT MET" in lines[1]
    assert "met" not in lines[2].lower()


def test_a_report_on_the_disk_holds_figures_ratio_and_runs(tmp_path: Path) -> None:
    report = Report("start", [Figure("start", 1.2, "s", "page", 1.0, most=1.5)], {"terminal": [1.1, 1.2, 1.3]})
    held = json.loads(report.save(tmp_path / "new").read_text("utf-8"))
    assert held["figures"][0]["ratio"] == pytest.approx(1.2)
    assert held["figures"][0]["met"] is True
    assert held["runs"] == {"terminal": [1.1, 1.2, 1.3]}


@pytest.mark.parametrize("rise", [0.0, 0.25, -3.0])
def test_the_slope_is_that_of_the_line_nearest_to_the_looks(rise: float) -> None:
    from bench.visits import slope

    wobble = (0.5, -0.5, -0.5, 0.5)  # adds up to nothing, with any straight line
    assert slope([(x, 7 + rise * x + w) for x, w in zip((0.0, 1.0, 2.0, 3.0), wobble, strict=True)]) == pytest.approx(
        rise
    )

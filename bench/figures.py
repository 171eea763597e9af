"""What a measurement says: one figure, the peer or limit it was measured beside, and whether that is good enough."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`peer` names what `beside` is: the same work done by somebody else in the same run, or a limit.

    `most` and `least` bound the ratio ours / beside; without either the figure only informs.
    """

    what: str
    ours: float
    unit: str
    peer: str
    beside: float
    most: float | None = None
    least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        if self.ours == self.beside:
            return 1.0  # nothing beside nothing, too
        return self.ours / self.beside if self.beside else math.inf

    @property
    def met(self) -> bool | None:
        """None where nothing was promised."""
        if self.most is not None:
            return self.ratio <= self.most
        if self.least is not None:
            return self.ratio >= self.least
        return None


@dataclass
class Report:
    """One measurement's figures and every single run they come from."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    runs: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        figures = [{**asdict(each), "ratio": each.ratio, "met": each.met} for each in self.figures]
        target = folder / f"{self.name}.json"
        target.write_text(
            json.dumps({"name": self.name, "figures": figures, "runs": self.runs}, ensure_ascii=False, indent=1) + "\n",
            "utf-8",
        )
        return target


def share(values: Sequence[float], part: float) -> float:
    """The smallest value that at least `part` (0 to 1) of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(figures: Sequence[Figure]) -> str:
    """Aligned columns: what, ours, peer, beside, ratio, goal, whether it is met."""
    rows = [("", "ours", "", "beside", "", "ratio", "goal", "")]
    for each in figures:
        goal = f"≤ {each.most:g}" if each.most is not None else f"≥ {each.least:g}" if each.least is not None else "–"
        mark = {True: "met", False: "NOT MET", None: ""}[each.met]
        rows.append(
            (each.what, number(each.ours), each.unit, number(each.beside), each.peer, f"{each.ratio:.2f}", goal, mark)
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    right = (1, 3, 5)
    return "\n".join(
        "  ".join(
            cell.rjust(wide) if at in right else cell.ljust(wide)
            for at, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def number(value: float) -> str:
    """Three digits that mean something."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"

"""What is said about a picture of a paper, against what was done to it; beside the textbook's sharpness.

Pictures come from bench/papers/defects.py, the half that set no threshold: other seeds, other kinds of paper. They go
through judging with their true corners, and through finding and judging as on the terminal (`whole way`), where a sheet
that is not found cannot be judged. For every defect the balanced accuracy: the mean of how many that have
it are called by its own name, and how many good pictures are not. Noise is no defect: `noise` counts noisy pictures
that pass, with blurred ones that do not. The textbook calls a page blurred when the variance of its Laplacian is under
the threshold that parts the other half best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from bench.figures import Figure, Report, share
from bench.papers.defects import DEFECTS, Case, case
from bench.papers.sheets import Image
from bench.tools import Say
from hardware.document.finding import find
from hardware.document.judging import judge

FIRST = 1001  # the picture to begin with: those before have been looked at while thresholds were set
EACH = 60  # pictures of every defect
GOALS = {
    "blurred": 0.97, "moving": 0.97, "noise": 0.97, "glare": 0.95, "cut_off": 0.95, "dark": 0.95,
}  # fmt: skip
GOOD = ("ok", "noise")


def verdict_of(one: Case) -> str:
    """As the terminal says it."""
    found = find(one.image)
    corners = found.corners if found is not None and found.sure else None
    cut, others = (found.cut, found.others) if found is not None else (0.0, 0)
    return judge(one.image, corners, shape=one.shape, cut=cut, others=others)[1]


def balanced(confusion: Counter[tuple[str, str]], defect: str) -> float:
    """(how many that have it are said to have it + how many good ones are not) / 2."""
    name = f"capture.{defect}"

    def part(ones: Sequence[str], said: bool) -> float:
        total = sum(count for (made, _), count in confusion.items() if made in ones)
        hit = sum(count for (made, verdict), count in confusion.items() if made in ones and (verdict == name) == said)
        return hit / total if total else 0.0

    if defect == "noise":  # a noisy page passes, a blurred one does not
        passed = sum(count for (made, verdict), count in confusion.items() if made == "noise" and verdict == "ok")
        kept = sum(count for (made, verdict), count in confusion.items() if made == "blurred" and verdict != "ok")
        noisy, spoilt = (sum(n for (made, _), n in confusion.items() if made == each) for each in ("noise", "blurred"))
        return (passed / max(1, noisy) + kept / max(1, spoilt)) / 2
    return (part((defect,), True) + part(GOOD, False)) / 2


def laplacian(image: Image) -> float:
    """The textbook's sharpness."""
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def _parted(good: Sequence[float], spoilt: Sequence[float], at: float) -> float:
    return (float(np.mean([v >= at for v in good])) + float(np.mean([v < at for v in spoilt]))) / 2


def _textbook(each: int, spoilt: str, good: str, half: str, at: float | None = None) -> tuple[float, float]:
    """(balanced accuracy, threshold): the best threshold of this half, or the one given."""
    values = {
        name: [
            laplacian(case(half, FIRST + DEFECTS.index(name) + turn * len(DEFECTS)).image) for turn in range(each)
        ]
        for name in (spoilt, good)
    }  # fmt: skip
    thresholds = [at] if at is not None else sorted(values[spoilt] + values[good])
    return max((_parted(values[good], values[spoilt], limit), limit) for limit in thresholds)


def lines(confusion: Counter[tuple[str, str]]) -> list[str]:
    """The confusion table: what was done down, what was said across."""
    said = sorted({verdict for _, verdict in confusion}, key=lambda v: (v != "ok", v))
    wide = max(len(name.removeprefix("capture.")) for name in said)
    rows = [" " * 10 + "".join(name.removeprefix("capture.").rjust(wide + 1) for name in said)]
    for made in DEFECTS:
        counts = (confusion[made, name] for name in said)
        rows.append(made.ljust(10) + "".join((str(n) if n else ".").rjust(wide + 1) for n in counts))
    return rows


def measure(say: Say, quick: bool = False) -> Report:
    cv2.setNumThreads(1)
    each = 2 if quick else EACH
    confusion: Counter[tuple[str, str]] = Counter()
    whole: Counter[tuple[str, str]] = Counter()
    wrong: list[dict[str, Any]] = []
    ms: list[float] = []
    for number in range(each * len(DEFECTS)):
        one = case("held", FIRST + number)
        began = cv2.getTickCount()
        whole[one.defect, verdict_of(one)] += 1
        ms.append((cv2.getTickCount() - began) / cv2.getTickFrequency() * 1000)
        verdict = judge(one.image, one.corners, shape=one.shape)[1]
        confusion[one.defect, verdict] += 1
        if verdict != one.expected:
            wrong.append({"number": number, "made": one.defect, "said": verdict})
        say(f"verdicts {number + 1}")
    few = max(4, each // 3)
    figures = []
    for defect in DEFECTS[1:]:
        if defect in ("empty", "not_paper"):
            continue
        goal = GOALS.get(defect)
        figures.append(
            Figure(f"told: {defect}, balanced accuracy", balanced(confusion, defect), "", "limit", goal or 0.95,
                   least=1.0 if goal else None)
        )  # fmt: skip
        figures.append(
            Figure(f"told: {defect}, the whole way", balanced(whole, defect), "", "with true corners",
                   balanced(confusion, defect))
        )  # fmt: skip
    for spoilt, good in (("blurred", "ok"), ("blurred", "noise"), ("moving", "noise")):
        _, limit = _textbook(few, spoilt, good, "setting")
        theirs, _ = _textbook(few, spoilt, good, "held", limit)
        name = f"told: {spoilt} beside {good}"
        ours = (
            sum(n for (made, said), n in confusion.items() if made == spoilt and said in _SPOILT)
            / max(1, sum(n for (made, _), n in confusion.items() if made == spoilt))
            + sum(n for (made, said), n in confusion.items() if made == good and said not in _SPOILT)
            / max(1, sum(n for (made, _), n in confusion.items() if made == good))
        ) / 2
        figures.append(Figure(name, ours, "", "variance of the Laplacian", theirs, least=1.0))
    passed = sum(n for (made, said), n in confusion.items() if made in GOOD and said == "ok")
    total = sum(n for (made, _), n in confusion.items() if made in GOOD)
    figures.append(Figure("good pictures that pass", passed / max(1, total), "", "limit", 0.95, least=1.0))
    figures.append(Figure("finding and judging, 99th", share(ms, 0.99), "ms", "limit", 120.0))
    tables = {"true corners": lines(confusion), "whole way": lines(whole)}
    for name, rows in tables.items():
        print("\n".join((f"verdicts, {name}: done down, said across", *rows)))
    return Report("verdicts", figures, {"tables": tables, "wrong": wrong})


_SPOILT = ("capture.blurred", "capture.moving", "capture.blank", "capture.not_paper", "capture.empty")

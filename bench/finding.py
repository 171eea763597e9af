"""Finding the paper in a picture, beside others, on made pictures and on real photographs where given.

The textbook: grey, blur, Canny, contours, approxPolyDP, the largest convex quadrilateral over a share of the picture.
jscanify: the package, in Node, where that is to be had; its time is its own, without handing pictures over.
The made pictures come from seeds that neither thresholds nor training have seen. Real photographs are not part of the
project: KIOSK_PHOTOS names a folder with truth.json (name -> {"corners": [[x, y] × 4]}), photos/ and empty/. Of several
made sheets whichever was found counts; those that go on behind the picture's border are none to be found but to be
called cut off: `python -m bench verdicts` counts them.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.figures import Figure, Report, share
from bench.papers.jscanify import Jscanify, NoPeer
from bench.tools import Say
from hardware.camera import PapersCamera
from hardware.document import find, locate
from hardware.document.judging import corners_cut

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Locator = Callable[[Any], Floats | None]
Case = tuple[Image, tuple[Floats, ...]]  # a picture and the sheets in it

FIRST_SEED = 77_000_000
TRAY_SEED = 79_000_000
LONGEST = 1280
CROPS = (0.05, 0.15, 0.33)  # of the sheet
WRONG = 0.5
STILL = (4000, 3000)  # px: a twelve-megapixel still
STILLS = 15
PREVIEW_S = 5.0
LEAST_SHARE = 0.1  # of the picture: the usual limit of the textbook


def textbook(image: Image) -> Floats | None:
    """The pipeline that tutorials show, four corners clockwise from the top left, or None."""
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    edges = cv2.dilate(cv2.Canny(grey, 75, 200), np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    least = LEAST_SHARE * image.shape[0] * image.shape[1]
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:8]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4 and cv2.isContourConvex(corners) and cv2.contourArea(corners) >= least:
            points = corners.reshape(4, 2).astype(np.float32)
            total, slope = points.sum(1), points[:, 0] - points[:, 1]
            return points[[int(total.argmin()), int(slope.argmax()), int(total.argmax()), int(slope.argmin())]]
    return None


def overlap(found: Floats, truth: Floats) -> float:
    """Intersection over union of two quadrilaterals' hulls."""
    a, b = cv2.convexHull(found.reshape(-1, 2)), cv2.convexHull(truth.reshape(-1, 2))
    if len(a) < 3 or len(b) < 3:
        return 0.0
    shared, _ = cv2.intersectConvexConvex(a, b)
    return float(shared / (cv2.contourArea(a) + cv2.contourArea(b) - shared))


def made(count: int) -> Iterator[Case]:
    from bench.papers.scenes import is_within, scene

    for seed in range(FIRST_SEED, FIRST_SEED + count):
        one = scene(seed, LONGEST)
        if one.corners is None or is_within(one.corners, one.image.shape[1], one.image.shape[0]):
            yield one.image, () if one.corners is None else (one.corners, *one.more)


def real(folder: Path) -> Iterator[Case]:
    for name, truth in json.loads((folder / "truth.json").read_text("utf-8")).items():
        image, scale = _fitted(folder / "photos" / name)
        yield image, (np.asarray(truth["corners"], np.float32) * scale,)
    for path in sorted((folder / "empty").iterdir()):
        yield _fitted(path)[0], ()


def cropped(folder: Path, say: Say) -> tuple[list[Figure], dict[str, Any]]:
    """Real photographs cut through the sheet at each side: what would pass for a whole one."""
    passed: list[str] = []
    named = total = 0
    for name, truth in json.loads((folder / "truth.json").read_text("utf-8")).items():
        image, scale = _fitted(folder / "photos" / name)
        for side, lost in itertools.product(range(4), CROPS):
            part = crop(image, np.asarray(truth["corners"], np.float32) * scale, side, lost)
            found, total = find(part), total + 1
            named += found is not None and found.cut > 0
            if found is not None and found.sure and not corners_cut(found.corners, part.shape[1], part.shape[0]):
                passed.append(f"{name} side {side} by {lost}")
        say(f"cropped {total}")
    figures = [
        Figure("real, cropped: passes for a whole sheet", len(passed) / total, "", "limit", 0.05, most=1.0),
        Figure("real, cropped: said to be cut off", named / total, "", "of made", 1.0),
    ]
    return figures, {"passed": passed, "said": named, "pictures": total}


def crop(image: Image, corners: Floats, side: int, lost: float) -> Image:
    """The picture cut so that so much of the sheet's extent is lost at a side (left, top, right, bottom)."""
    axis = side % 2
    low, high = float(corners[:, axis].min()), float(corners[:, axis].max())
    at = round(low + lost * (high - low)) if side < 2 else round(high - lost * (high - low))
    at = min(max(at, 1), image.shape[1 - axis] - 1)
    kept = slice(at, None) if side < 2 else slice(None, at)
    return np.ascontiguousarray(image[:, kept] if axis == 0 else image[kept])


def _fitted(path: Path) -> tuple[Image, float]:
    image = cv2.imread(str(path))
    if image is None:
        raise ValueError(f"{path} is no picture")
    scale = min(1.0, LONGEST / max(image.shape[:2]))
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8), scale


class Tally:
    """What one finder did."""

    def __init__(self, find: Locator) -> None:
        self._find = find
        self.overlaps: list[float] = []
        self.ms: list[float] = []
        self.wrong = self.alarms = self.empty = 0

    def use(self, find: Locator) -> None:
        self._find = find

    def add(self, image: Image, sheets: tuple[Floats, ...]) -> None:
        began = time.perf_counter()
        found = self._find(image)
        self.ms.append((time.perf_counter() - began) * 1000)
        if not sheets:
            self.empty += 1
            self.alarms += found is not None
            return
        value = max(overlap(found, sheet) for sheet in sheets) if found is not None else 0.0
        self.overlaps.append(value)
        self.wrong += found is not None and value < WRONG

    def part(self, least: float) -> float:
        return sum(value >= least for value in self.overlaps) / max(1, len(self.overlaps))

    def summary(self) -> dict[str, float]:
        count = max(1, len(self.overlaps))
        return {
            "overlap": statistics.fmean(self.overlaps), "at_0.90": self.part(0.90), "at_0.95": self.part(0.95),
            "wrong": self.wrong / count, "false_alarms": self.alarms / max(1, self.empty),
            "median_ms": statistics.median(self.ms), "slowest_ms": max(self.ms), "pictures": len(self.ms),
        }  # fmt: skip


def compare(
    kind: str, cases: Iterator[Case], say: Say, other: Jscanify | None = None
) -> tuple[list[Figure], dict[str, Any]]:
    cv2.setNumThreads(1)
    ours, theirs = Tally(locate), Tally(textbook)
    third = Tally(other) if other is not None else None
    for number, (image, sheets) in enumerate(cases, 1):
        for tally in (ours, theirs, third):
            if tally is not None:
                tally.add(image, sheets)
        say(f"{kind} {number}")
    a, b = ours.summary(), theirs.summary()
    beside, theirs_too = [], {}
    if third is not None and other is not None:
        third.ms = other.ms[-len(third.ms) :]
        c = theirs_too = third.summary()
        beside = [
            Figure(f"{kind}: mean overlap", a["overlap"], "", "jscanify", c["overlap"]),
            Figure(f"{kind}: overlap of 0.90 and more", a["at_0.90"], "", "jscanify", c["at_0.90"]),
            Figure(f"{kind}: wrong", a["wrong"], "", "jscanify", c["wrong"]),
            Figure(f"{kind}: time, median", a["median_ms"], "ms", "jscanify", c["median_ms"]),
        ]
    book, limit = "textbook Canny, approxPolyDP", "limit"
    real_ones = kind != "made"

    def goal(value: float) -> float | None:
        return value if real_ones else None

    figures = [
        Figure(f"{kind}: mean overlap", a["overlap"], "", book, b["overlap"]),
        Figure(f"{kind}: mean overlap", a["overlap"], "", limit, 0.95, least=goal(1.0)),
        Figure(f"{kind}: overlap of 0.90 and more", a["at_0.90"], "", book, b["at_0.90"]),
        Figure(f"{kind}: overlap of 0.90 and more", a["at_0.90"], "", limit, 0.93, least=goal(1.0)),
        Figure(f"{kind}: overlap of 0.95 and more", a["at_0.95"], "", limit, 0.85, least=goal(1.0)),
        Figure(f"{kind}: wrong", a["wrong"], "", book, b["wrong"]),
        Figure(f"{kind}: wrong", a["wrong"], "", limit, 0.02, most=goal(1.0)),
        Figure(f"{kind}: found where nothing lies", a["false_alarms"], "", book, b["false_alarms"]),
        Figure(f"{kind}: time, median", a["median_ms"], "ms", limit, 15.0, most=1.0),
        Figure(f"{kind}: time, slowest", a["slowest_ms"], "ms", limit, 40.0, most=1.0),
        Figure(f"{kind}: time, 99th", share(ours.ms, 0.99), "ms", book, share(theirs.ms, 0.99)),
    ]
    runs = {"ours": a, "textbook": b, "jscanify": theirs_too, "overlaps": ours.overlaps, "ms": ours.ms}
    return figures + beside, runs


def known(count: int, say: Say) -> tuple[list[Figure], dict[str, Any]]:
    """What it is worth to know the empty tray and how large the paper on it is: the same pictures without and with."""
    from bench.papers.trays import tray_case
    from hardware.document.sizes import Sizes
    from hardware.document.tray import Tray

    def knowing(tray: Tray | None, sizes: Sizes | None, kind: str) -> Locator:
        def located(image: Image) -> Floats | None:
            found = find(image, tray, sizes, kind)
            return found.corners if found is not None and found.sure else None

        return located

    ways = ("neither", "tray", "size", "both")
    tallies = {way: Tally(locate) for way in ways}
    told, mistaken = 0, 0
    for number in range(count):
        one = tray_case(TRAY_SEED + number)
        tray, sizes = Tray(one.empty), Sizes(one.a4)
        for way, tally in tallies.items():
            its_tray, its_sizes = tray if way in ("tray", "both") else None, sizes if way in ("size", "both") else None
            tally.use(knowing(its_tray, its_sizes, one.kind))
            tally.add(one.image, (one.corners,))
        other = "card" if one.kind != "card" else "a4"
        for asked in (one.kind, other):  # another one lies there than was asked for
            seen = find(one.image, tray, sizes, asked)
            another = seen is not None and seen.sure and seen.size is not None and seen.size.is_another(asked)
            told += asked == other and another
            mistaken += asked == one.kind and another
        say(f"tray {number + 1}")
    a = tallies["neither"].summary()
    figures = []
    for way in ways[1:]:
        b = tallies[way].summary()
        figures += [
            Figure(f"knowing {way}: mean overlap", b["overlap"], "", "without", a["overlap"], least=1.0),
            Figure(f"knowing {way}: wrong", b["wrong"], "", "without", a["wrong"], most=1.0),
        ]
    figures += [
        Figure("another size than asked for: said", told / count, "", "of made", 1.0),
        Figure("another size than asked for: said of the right one", mistaken / count, "", "limit", 0.02, most=1.0),
    ]
    return figures, {way: tally.summary() for way, tally in tallies.items()}


def still_ms() -> list[float]:
    """Finding on a twelve-megapixel still, refined on its full size."""
    from bench.papers.scenes import scene

    times = []
    for seed in range(FIRST_SEED, FIRST_SEED + STILLS):
        image = np.asarray(cv2.resize(scene(seed, 1024).image, STILL, interpolation=cv2.INTER_CUBIC), np.uint8)
        began = time.perf_counter()
        find(image)
        times.append((time.perf_counter() - began) * 1000)
    return times


async def preview_fps(moving: bool) -> float:
    """Frames a second that reach the screen's process, while the camera's finds and judges: files at 20 a second, of
    which every one shows the paper a little further on when it is `moving`."""
    from bench.papers.scenes import scene

    with tempfile.TemporaryDirectory() as folder:
        made = scene(FIRST_SEED + 1, LONGEST).image
        for number in range(24 if moving else 1):
            slide = np.array([[1, 0, 4.0 * number], [0, 1, 2.0 * number]])
            picture = cv2.warpAffine(made, slide, made.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
            cv2.imwrite(str(Path(folder) / f"frame-{number:02}.jpg"), picture)
        camera = PapersCamera(f"camera://{folder}/frame-*.jpg")
        try:
            fault = await camera.start("any", True)
            if fault is not None:
                raise RuntimeError(fault.code)
            for _ in range(int(10 * PREVIEW_S)):
                first = camera.latest()
                if first is not None:
                    break
                await asyncio.sleep(0.1)
            else:
                raise RuntimeError("no picture from the camera")
            began = time.monotonic()
            await asyncio.sleep(PREVIEW_S)
            last = camera.latest() or first
            return (last.number - first.number) / (time.monotonic() - began)
        finally:
            await camera.close()


def measure(say: Say, quick: bool = False) -> Report:
    with contextlib.ExitStack() as stack:
        other = None
        try:
            other = stack.enter_context(Jscanify())
        except NoPeer as error:
            print(f"papers: without jscanify: {error}")
        figures, runs = compare("made", made(60 if quick else 600), say, other)
        found = {"made": runs}
        folder = os.environ.get("KIOSK_PHOTOS")
        if folder:
            more, runs = compare("real", real(Path(folder)), say, other)
            figures += more
            found["real"] = runs
            more, found["cropped"] = cropped(Path(folder), say)
            figures += more
        else:
            print("papers: no real photographs, KIOSK_PHOTOS names no folder")
    more, found["known"] = known(12 if quick else 120, say)
    figures += more
    times, fps, moving_fps = still_ms(), asyncio.run(preview_fps(False)), asyncio.run(preview_fps(True))
    found["still"] = {"ms": times, "fps": fps, "moving_fps": moving_fps}
    figures += [
        Figure("still of 12 megapixels: found and refined, median", statistics.median(times), "ms", "limit", 150.0,
               most=1.0),
        Figure("preview with the finder running", fps, "fps", "limit", 15.0, least=1.0),
        Figure("preview with the finder running, the paper moving", moving_fps, "fps", "limit", 15.0, least=1.0),
    ]  # fmt: skip
    return Report("papers", figures, found)

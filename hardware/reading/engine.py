"""Printed text out of a straightened page: find the lines, tell which way is up, read each line.

The networks are RapidOCR's, as its wheel carries them (PP-OCRv6 small, Apache 2.0); what stands around them is our own
and short, because that library's own way loads a downloader, two geometry libraries and a configuration language into
a process that has to be small and must not know a network.

Finding is differentiable binarization (Liao and others, AAAI 2020): a map of how much each pixel belongs to text, cut
into boxes that are grown again by what the training shrank them. Reading is CTC: the best sign of every column, runs
and blanks dropped. Pictures are rows of BGR bytes, shape (height, width, 3).
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

FIND, READ, UPRIGHT = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx", "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
GRID = 32  # px: what the finder halves five times
SURE_PIXEL = 0.3  # of the finder's map
SURE_BOX = 0.5  # mean of the map within a box
GROW = 1.6  # a box is grown by area * GROW / circumference on every side
THIN = 3  # px of the map: nothing to read in what is less
LINE = 48  # px, height of a line as the reader wants it
LINE_LEAST = 96  # px, narrower lines are filled up
LINE_MOST = 1600  # px, wider ones are squeezed: a hundred characters
UP = (48, 192)  # px, height and width of a line as the classifier wants it
UP_LINES = 9  # of a page that are asked which way is up
UP_SURE = 0.8  # of the classifier before its word counts
TALL = 1.5  # height to width: such a box is a line on its side
BOXES_MOST = 400  # no page of ours has more lines


@dataclass(frozen=True, repr=False)
class Line:
    """One line as read. `box`: left, top, right, bottom in 0..1 of the page once it is upright; `sure` 0..1, the mean
    over its characters. Its repr keeps the text back, so that no log or traceback can show it."""

    text: str
    sure: float
    box: tuple[float, float, float, float]

    def __repr__(self) -> str:
        return f"Line({len(self.text)} characters)"


@dataclass(frozen=True)
class Text:
    """A page's lines from top to bottom. `turn`: degrees clockwise (0, 90, 180, 270) that make the page upright."""

    lines: tuple[Line, ...]
    turn: int


def models() -> Path:
    """The folder of the networks in RapidOCR's wheel, which is not imported; in a frozen app, where the build put
    them. Raises FileNotFoundError where they are not: nothing is ever fetched."""
    bundled = Path(getattr(sys, "_MEIPASS", "/nowhere"), "rapidocr", "models")
    if not bundled.is_dir():
        spec = importlib.util.find_spec("rapidocr")
        if spec is None or spec.origin is None:
            raise FileNotFoundError("rapidocr is not installed")
        bundled = Path(spec.origin).parent / "models"
    for name in (FIND, READ, UPRIGHT):
        if not (bundled / name).is_file():
            raise FileNotFoundError(name)
    return bundled


class Engine:
    """The three networks, loaded. `side_most`: px of the longer side that lines are looked for in."""

    def __init__(self, folder: Path, *, threads: int = 1, side_most: int = 960) -> None:
        cv2.setNumThreads(threads)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # memory of one size of page is no use to the next
        options.log_severity_level = 4
        self._side = max(GRID, side_most // GRID * GRID)

        def load(name: str) -> Any:
            return onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])

        self._find, self._read, self._up = load(FIND), load(READ), load(UPRIGHT)
        known = self._read.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._signs = ["", *known, " "]

    def read(self, page: Image) -> Text:
        """Every line of a page."""
        turn = 0
        boxes = self._boxes(page)
        if _on_its_side(boxes):
            page, turn = np.ascontiguousarray(np.rot90(page, -1)), 90
            boxes = self._boxes(page)
        if self._upside_down(page, boxes):
            page, turn = np.ascontiguousarray(np.rot90(page, 2)), turn + 180
            far = np.array([page.shape[1], page.shape[0]], np.float32)
            boxes = np.ascontiguousarray(far - boxes[:, [2, 3, 0, 1]], np.float32)
        lines = [line for box in boxes if (line := self._line(page, box)) is not None]
        return Text(tuple(sorted(lines, key=lambda line: (line.box[1] + line.box[3], line.box[0]))), turn)

    # ---------------------------------------------------------------- finding

    def _boxes(self, page: Image) -> Floats:
        """Corners of every line, shape (lines, 4, 2), clockwise from top left, px of the page."""
        height, width = page.shape[:2]
        scale = min(1.0, self._side / max(height, width))
        across, down = (max(GRID, round(side * scale / GRID) * GRID) for side in (width, height))
        small = cv2.resize(page, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        chart = self._run(self._find, _plane(small)[None])[0, 0]
        mask = cv2.dilate((chart > SURE_PIXEL).astype(np.uint8), np.ones((2, 2), np.uint8))
        edges, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        stretch = np.array([width / across, height / down], np.float32)
        found = [box * stretch for edge in edges if (box := _grown(edge, chart)) is not None]
        return np.array(found[:BOXES_MOST], np.float32).reshape(-1, 4, 2)

    def _upside_down(self, page: Image, boxes: Floats) -> bool:
        """By the widest lines, each with a vote as heavy as it is sure."""
        widest = sorted(boxes, key=lambda box: -float(np.linalg.norm(box[1] - box[0])))[:UP_LINES]
        votes = 0.0
        for box in widest:
            strip = _cut(page, box)
            across = min(UP[1], max(1, round(strip.shape[1] * UP[0] / strip.shape[0])))
            plane = np.zeros((3, *UP), np.float32)
            plane[:, :, :across] = _plane(np.asarray(cv2.resize(strip, (across, UP[0])), np.uint8))
            upright, turned = (float(value) for value in self._run(self._up, plane[None])[0])
            if max(upright, turned) >= UP_SURE:
                votes += turned - upright
        return votes > 0.0

    # ---------------------------------------------------------------- reading

    def _line(self, page: Image, box: Floats) -> Line | None:
        strip = _cut(page, box)
        across = min(LINE_MOST, max(8, round(strip.shape[1] * LINE / strip.shape[0])))
        shrinks = strip.shape[0] > LINE
        strip = np.asarray(
            cv2.resize(strip, (across, LINE), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC), np.uint8
        )
        plane = np.zeros((3, LINE, max(LINE_LEAST, across)), np.float32)
        plane[:, :, :across] = _plane(strip)
        chances = self._run(self._read, plane[None])[0]
        best = chances.argmax(axis=1)
        kept = [n for n, sign in enumerate(best) if sign and (n == 0 or sign != best[n - 1])]
        text = "".join(self._signs[best[n]] for n in kept).strip()
        if not text:
            return None
        size = np.array([page.shape[1], page.shape[0]], np.float32)
        low, high = (np.clip(edge / size, 0.0, 1.0) for edge in (box.min(axis=0), box.max(axis=0)))
        sure = float(np.mean([chances[n, best[n]] for n in kept]))
        return Line(text, sure, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    @staticmethod
    def _run(network: Any, batch: Floats) -> Floats:
        return np.asarray(network.run(None, {network.get_inputs()[0].name: batch})[0], np.float32)


def _plane(picture: Image | npt.NDArray[Any]) -> Floats:
    """Bytes as the networks want them: (3, height, width), -1 to 1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32) / np.float32(127.5) - np.float32(1.0)


def _grown(edge: Any, chart: Floats) -> Floats | None:
    """The box around one patch of the map, as large as the line is; None if there is none."""
    (x, y), (wide, tall), angle = cv2.minAreaRect(edge)
    if min(wide, tall) < THIN:
        return None
    left, top, across, down = cv2.boundingRect(edge)
    inside = np.zeros((down, across), np.uint8)
    corners = cv2.boxPoints(((x - left, y - top), (wide, tall), angle))
    cv2.fillPoly(inside, [np.round(corners).astype(np.int32)], (1.0,))
    if cv2.mean(chart[top : top + down, left : left + across], inside)[0] < SURE_BOX:
        return None
    more = wide * tall * GROW / (wide + tall)  # on both sides together: 2 * area * GROW / circumference
    return _clockwise(np.asarray(cv2.boxPoints(((x, y), (wide + more, tall + more), angle)), np.float32))


def _clockwise(corners: Floats) -> Floats:
    """Top left, top right, bottom right, bottom left."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)


def _sides(box: Floats) -> tuple[float, float]:
    """Width and height of a box, px."""
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def _on_its_side(boxes: Floats) -> bool:
    """Whether most of what is written stands in columns of characters that lie: by area, squares left out."""
    areas = {True: 0.0, False: 0.0}
    for box in boxes:
        wide, tall = _sides(box)
        if max(wide, tall) > TALL * min(wide, tall):
            areas[tall > wide] += wide * tall
    return areas[True] > areas[False]


def _cut(page: Image, box: Floats) -> Image:
    """One line out of the page, level; a column of upright characters is laid down."""
    wide, tall = (max(2, round(side)) for side in _sides(box))
    onto = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    turn = cv2.getPerspectiveTransform(box, onto)
    strip = cv2.warpPerspective(page, turn, (wide, tall), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.rot90(strip) if tall > TALL * wide else strip, np.uint8)

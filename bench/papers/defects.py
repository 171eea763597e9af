"""Pictures of papers with one known defect, or none: what thresholds of judging are set and held to account on.

How strong a defect is, is drawn from a range whose lower end spoils the picture for a clerk; a range of slight defects,
which must pass, belongs to the good ones; between the two lies a gap, where either answer will do. Blur is in
thousandths of the page's longer side, so that it means the same at every distance. Dark is where the reader of printed
text begins to fail (docs/measurements.md), dim what it still reads without a mistake. The two halves of the set share
neither seeds nor kinds of paper: `setting` moves thresholds, `held` tells how good they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from bench.papers.scenes import Floats, _ground, _lay, _noise, _pose
from bench.papers.sheets import Dice, Image, draw
from hardware import sample_papers

LONGEST = 1280
DEFECTS = (
    "ok", "noise", "blurred", "moving", "glare", "dark", "cut_off", "shadow", "too_far", "hand", "blank", "empty",
    "not_paper",
)  # fmt: skip
GROUNDS = ("plain", "grain", "wood", "cloth", "cloud", "dark", "two", "sheen", "mat")
HALVES = {
    "setting": (91_000_000, ("form", "letter", "booklet", "card", "ticket"), ("birth-certificate", "id-card", "lease")),
    "held": (92_000_000, ("invoice", "certificate", "receipt", "open booklet"), ("household-register", "bankbook")),
}
SHAPE = {
    "form": "a4", "letter": "a4", "invoice": "a4", "certificate": "certificate", "booklet": "booklet", "card": "card",
    "open booklet": "booklet", "birth-certificate": "certificate", "id-card": "card", "lease": "a4",
    "household-register": "booklet", "bankbook": "booklet",
}  # fmt: skip
EXPECTED = {"ok": "ok", "noise": "ok"}  # others: capture.NAME


@dataclass(frozen=True)
class Case:
    """BGR; where the sheet lies (None: there is none); the defect it has; what the material would say its shape is."""

    image: Image
    corners: Floats | None
    defect: str
    shape: str = "any"

    @property
    def expected(self) -> str:
        return EXPECTED.get(self.defect, f"capture.{self.defect}")


@lru_cache(maxsize=8)
def _sample(name: str) -> Image:
    flat = np.asarray(sample_papers.draw(name), np.uint8)[:, :, ::-1]
    scale = 1150 / max(flat.shape[:2])
    return np.asarray(cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _sheet(dice: Dice, kinds: tuple[str, ...], samples: tuple[str, ...]) -> tuple[Image, Image, str]:
    """A sheet with print on it, its outline and its shape."""
    if dice.random() < 0.4:
        name = samples[int(dice.integers(len(samples)))]
        image = _sample(name)
        return image, np.full(image.shape[:2], 255, np.uint8), SHAPE[name]
    while True:
        sheet = draw(dice, 1150)
        if sheet.kind in kinds and (sheet.mask > 0).mean() > 0.9:
            return sheet.image, sheet.mask, SHAPE.get(sheet.kind, "any")


def case(half: str, number: int) -> Case:
    """The picture of a number; defects come in turn."""
    first, kinds, samples = HALVES[half]
    dice = np.random.default_rng(first + number)
    defect = DEFECTS[number % len(DEFECTS)]
    a, b = ((4, 3), (16, 9), (3, 4))[int(dice.integers(3))]
    width, height = round(LONGEST * a / max(a, b)), round(LONGEST * b / max(a, b))
    image = _ground(dice, GROUNDS[int(dice.integers(len(GROUNDS)))], height, width)
    if defect in ("empty", "not_paper"):
        if defect == "empty":
            image = np.asarray(_plain(dice, height, width), np.float32)
        else:
            _things(image, dice)
        return Case(_camera(_lit(image, dice), dice, None), None, defect)
    sheet, mask, shape = _sheet(dice, kinds, samples)
    if defect == "blank":  # the back of it
        sheet, shape = np.empty_like(sheet), "any"
        sheet[:] = (dice.uniform(205, 250) + dice.normal(0, 6, 3)).clip(0, 255)
    size = (0.2, 0.3) if defect == "too_far" else (0.66, 0.95)
    corners = _placed(dice, width, height, sheet.shape[1], sheet.shape[0], size)
    if defect == "cut_off":
        corners = _pushed(corners, dice, width, height)
    image = _lay(image, dice, sheet, mask, corners, {})
    long_side = float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).max())
    if defect == "hand":
        _fingers(image, dice, corners, deep=True)
    elif defect in ("ok", "noise") and dice.random() < 0.2:  # held by its border: not in the way
        _fingers(image, dice, corners, deep=False)
    image = _lit(image, dice)
    if defect == "shadow":
        image = _shadow(image, dice, corners)
    elif defect == "glare":
        image = _glare(image, dice, corners)
    elif defect == "dark":
        image = image * float(dice.uniform(0.04, 0.13))
    elif defect == "ok" and dice.random() < 0.25:  # dim: still read
        image = image * float(dice.uniform(0.36, 0.8))
    if defect == "blurred":
        image = _unfocused(image, dice, float(dice.uniform(2.8, 7.0)) * long_side / 1000)
    elif defect == "moving":
        image = _moved(image, dice, float(dice.uniform(9.0, 24.0)) * long_side / 1000)
    elif dice.random() < 0.5:  # as sharp as lenses are
        image = np.asarray(
            cv2.GaussianBlur(image, (0, 0), float(dice.uniform(0.3, 0.9)) * long_side / 1000), np.float32
        )
    return Case(_camera(image, dice, float(dice.uniform(6, 14)) if defect == "noise" else None), corners, defect, shape)


def _placed(dice: Dice, width: int, height: int, w: int, h: int, size: tuple[float, float]) -> Floats:
    """A whole sheet, away from the picture's border."""
    for _ in range(200):
        corners = _pose(dice, width, height, w, h, size, least=0.01)
        if corners is None:
            continue
        x, y = corners[:, 0], corners[:, 1]
        if min(x.min(), y.min()) > 14 and x.max() < width - 15 and y.max() < height - 15:
            return corners
    raise ValueError("no room for the sheet")


def _pushed(corners: Floats, dice: Dice, width: int, height: int) -> Floats:
    """The same sheet, pushed out of the picture at one side by a twentieth to a third of itself."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    axis, far = int(dice.integers(2)), bool(dice.integers(2))
    out = float(dice.uniform(0.05, 0.33)) * float((high - low)[axis])
    move = np.zeros(2, np.float32)
    move[axis] = ((width, height)[axis] - high[axis] + out) if far else -low[axis] - out
    return np.asarray(corners + move, np.float32)


def _plain(dice: Dice, height: int, width: int) -> Floats:
    """An empty table as halls have them: even, with its grain."""
    image = np.empty((height, width, 3), np.float32)
    image[:] = dice.uniform(25, 235) + dice.normal(0, 12, 3)
    image += (_noise(dice, height, width, LONGEST // 2) * dice.uniform(0, 6))[:, :, None]
    image += (_noise(dice, height, width, 5) * dice.uniform(0, 8))[:, :, None]
    return image


def _things(image: Floats, dice: Dice) -> None:
    """What is no paper: cups, cables, bags, hands; nothing with four straight sides."""
    height, width = image.shape[:2]
    for _ in range(int(dice.integers(5, 14))):
        tone = dice.uniform(10, 245, 3).tolist()
        x, y = int(dice.uniform(0, 1) * width), int(dice.uniform(0, 1) * height)
        size = int(LONGEST * dice.uniform(0.04, 0.2))
        if dice.random() < 0.5:
            axes = (size, int(size * dice.uniform(0.4, 1.0)))
            cv2.ellipse(image, (x, y), axes, dice.uniform(0, 180), 0, 360, tone, -1, cv2.LINE_AA)
            cv2.ellipse(image, (x, y), axes, 0, 0, 360, dice.uniform(10, 245, 3).tolist(), 6, cv2.LINE_AA)
        else:
            points = np.cumsum(dice.normal(0, size / 2, (14, 2)), axis=0) + np.array([x, y])
            cv2.polylines(image, [points.astype(np.int32)], False, tone, int(dice.integers(4, 30)), cv2.LINE_AA)


def _fingers(image: Floats, dice: Dice, corners: Floats, *, deep: bool) -> None:
    """Fingers that reach in from a side: over the print, or only onto the margin. Rounded, shaded, with nails."""
    side = int(dice.integers(4))
    a, b = corners[side], corners[(side + 1) % 4]
    lengths = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    long_side, across = float(lengths.max()), float(np.linalg.norm(b - a))
    along = (b - a) / across
    inward = np.array([-along[1], along[0]])
    if np.dot(corners.mean(axis=0) - a, inward) < 0:
        inward = -inward
    red = dice.uniform(165, 235) * dice.uniform(0.55, 1.05)
    green = red * dice.uniform(0.64, 0.82)
    tone = np.array([green * dice.uniform(0.72, 0.93), green, red])  # skin of any shade
    thick = long_side * float(dice.uniform(0.05, 0.085))
    at = a + along * across * float(dice.uniform(0.12, 0.6))
    reach = float(dice.uniform(0.16, 0.34) if deep else dice.uniform(0.005, 0.025)) * long_side
    for finger in range(int(dice.integers(1, 4))):
        tip = at + along * finger * thick * 1.12 + inward * (reach * float(dice.uniform(0.85, 1.0)) - thick / 2)
        root = tip - inward * long_side * 0.9 + along * float(dice.normal(0, thick / 2))
        mask = np.zeros(image.shape[:2], np.uint8)
        cv2.line(mask, tuple(tip.astype(int).tolist()), tuple(root.astype(int).tolist()), 255, int(thick), cv2.LINE_AA)
        soft = cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32)[:, :, None] / 255
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)[:, :, None] / (thick / 2)
        skin = (tone * float(dice.uniform(0.93, 1.04)))[None, None] * (0.72 + 0.32 * np.sqrt(np.clip(depth, 0, 1)))
        shade = cv2.GaussianBlur(mask, (0, 0), thick / 5).astype(np.float32)[:, :, None] / 255
        image *= 1 - 0.25 * shade
        image[:] = image * (1 - soft) + skin * soft
        nail = tip - inward * thick * 0.05
        cv2.ellipse(
            image, tuple(nail.astype(int).tolist()), (int(thick * 0.3), int(thick * 0.22)),
            float(np.degrees(np.arctan2(inward[1], inward[0]))), 0, 360, (tone * 1.13).tolist(), -1, cv2.LINE_AA,
        )  # fmt: skip


def _lit(image: Floats, dice: Dice) -> Floats:
    """Usual light of a room: from one side, a little coloured."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = dice.uniform(0, 2 * np.pi)
    slope = ((x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)) * dice.uniform(0, 0.35)
    colour = (1 + dice.normal(0, 0.04, 3)).astype(np.float32)
    return np.asarray(image * ((1 + slope) * dice.uniform(0.72, 1.05))[:, :, None] * colour, np.float32)


def _shadow(image: Floats, dice: Dice, corners: Floats) -> Floats:
    """The shadow of a head or an arm over a part of the page."""
    height, width = image.shape[:2]
    middle = corners.mean(axis=0)
    angle = dice.uniform(0, 2 * np.pi)
    normal = np.array([np.cos(angle), np.sin(angle)])
    reach = float(np.abs((corners - middle) @ normal).max())
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    off = (x - middle[0]) * normal[0] + (y - middle[1]) * normal[1] - reach * dice.uniform(-0.45, 0.45)
    soft = np.clip(off / (LONGEST * dice.uniform(0.008, 0.05)) + 0.5, 0, 1)
    return np.asarray(image * (1 - soft * dice.uniform(0.55, 0.72))[:, :, None], np.float32)


def _glare(image: Floats, dice: Dice, corners: Floats) -> Floats:
    """A lamp mirrored by plastic: a burnt spot with a halo, on a twentieth to a fifth of the page."""
    height, width = image.shape[:2]
    u, v = dice.uniform(0.2, 0.8, 2)
    top, bottom = corners[0] + (corners[1] - corners[0]) * u, corners[3] + (corners[2] - corners[3]) * u
    at = top + (bottom - top) * v
    size = np.sqrt(float(cv2.contourArea(corners)) * dice.uniform(0.03, 0.2) / np.pi)
    angle, longer = dice.uniform(0, np.pi), dice.uniform(1.0, 2.2)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    a = ((x - at[0]) * np.cos(angle) + (y - at[1]) * np.sin(angle)) / longer**0.5
    b = (-(x - at[0]) * np.sin(angle) + (y - at[1]) * np.cos(angle)) * longer**0.5
    away = np.sqrt(a * a + b * b) / size
    return np.asarray(image + (np.clip(1.5 - away, 0, 1) ** 0.7 * dice.uniform(320, 460))[:, :, None], np.float32)


def _unfocused(image: Floats, dice: Dice, sigma: float) -> Floats:
    if dice.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    radius = 2 * sigma  # an even disc of the same spread, as an open lens makes
    reach = int(np.ceil(radius)) + 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)


def _moved(image: Floats, dice: Dice, length: float) -> Floats:
    """Straight or slightly bent, in any direction."""
    angle, bend = dice.uniform(0, np.pi), dice.normal(0, 0.12)
    reach = int(np.ceil(length / 2)) + 2
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for share in np.linspace(-0.5, 0.5, 8 * reach):
        along, across = share * length, bend * length * (share * share - 0.08)
        x = reach + along * np.cos(angle) - across * np.sin(angle)
        y = reach + along * np.sin(angle) + across * np.cos(angle)
        i, j = int(np.floor(y)), int(np.floor(x))
        fy, fx = y - i, x - j
        kernel[i : i + 2, j : j + 2] += np.outer((1 - fy, fy), (1 - fx, fx)).astype(np.float32)
    return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.float32)


def _camera(image: Floats, dice: Dice, noise: float | None) -> Image:
    sigma = abs(dice.normal(0, 2)) if noise is None else noise
    plain = np.clip(image + dice.normal(0, max(sigma, 0.3), image.shape).astype(np.float32), 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", plain, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(75, 96))])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

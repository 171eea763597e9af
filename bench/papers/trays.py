"""A tray under a camera that stands still, with a paper of a known size lying flat on it: made pictures of a seed.

What the terminal may know of its own tray is drawn along: the picture of it when it is empty, and where the corners of
a sheet of A4 lay on it once. Grounds are those on which a paper is hard to tell from what it lies on.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from bench.papers.scenes import Floats, _ground, _lay, _lens, _light, is_within
from bench.papers.sheets import Dice, Image, draw
from hardware.document.sizes import KNOWN_MM

LONGEST = 1280
GROUNDS = ("mat", "mat", "clutter", "keys", "white", "two")
SHEETS = {"a4": "form", "a5": "letter", "card": "card"}
VIEW_MM = (380.0, 480.0)  # what of the tray the longer side of the picture shows


@dataclass(frozen=True)
class TrayCase:
    """BGR, the corners of the paper, the kind that it is, the tray without it, and where A4 lay (setting papers.a4)."""

    image: Image
    corners: Floats
    kind: str
    empty: Image
    a4: tuple[float, ...]


def _camera(dice: Dice, width: int, height: int) -> Floats:
    """The map from millimetres on the tray to pixels: from above, a little tilted."""
    per_mm = width / dice.uniform(*VIEW_MM)
    half = np.array([width, height]) / per_mm / 2
    lean, spin = dice.normal(0, 0.0002, 2), dice.normal(0, 0.02)
    turn = np.array([[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]]) * per_mm
    flat = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]]) * half
    seen = flat @ turn.T / (1 + flat @ lean)[:, None] + np.array([width, height]) / 2
    return np.asarray(cv2.getPerspectiveTransform(flat.astype(np.float32), seen.astype(np.float32)), np.float32)


def _at(camera: Floats, points: Floats) -> Floats:
    return np.asarray(cv2.perspectiveTransform(points.reshape(-1, 1, 2), camera)[:, 0], np.float32)


def _rectangle(kind: str, turn: float, middle: Floats) -> Floats:
    """Corners on the tray, in mm, along a long side first."""
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(KNOWN_MM[kind]) / 2
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(half @ spin.T + middle, np.float32)


def tray_case(seed: int, longest: int = LONGEST) -> TrayCase:
    """The picture of a seed."""
    dice = np.random.default_rng(seed)
    width, height = longest, round(longest * 3 / 4)
    camera = _camera(dice, width, height)
    ground = _ground(dice, GROUNDS[int(dice.integers(len(GROUNDS)))], height, width)
    empty = _lens(_light(ground.copy(), dice, {}), dice, {})
    a4 = _at(camera, _rectangle("a4", 0.0, np.zeros(2, np.float32)))
    kind = tuple(SHEETS)[int(dice.integers(len(SHEETS)))]
    while True:
        turn = float(dice.normal(0, 0.15)) + (np.pi / 2) * int(dice.integers(2))
        middle = dice.normal(0, 40, 2).astype(np.float32)
        corners = _at(camera, _rectangle(kind, turn, middle))
        if is_within(corners, width, height):
            break
    sheet = draw(dice, int(longest * 0.8), SHEETS[kind])
    flat, mask = sheet.image, sheet.mask
    if flat.shape[0] > flat.shape[1]:  # along a long side first, as the corners
        flat, mask = np.ascontiguousarray(np.rot90(flat)), np.ascontiguousarray(np.rot90(mask))
    image = _lens(_light(_lay(ground, dice, flat, mask, corners, {}), dice, {}), dice, {})
    shares = (a4 + 0.5) / np.array([width, height], np.float32)
    return TrayCase(image, corners, kind, empty, tuple(float(share) for share in shares.ravel()))

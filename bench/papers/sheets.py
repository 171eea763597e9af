"""Flat sheets as people bring them: forms, tickets, receipts, cards, booklets, covers, letters. Drawn, invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from config import fonts

Image = NDArray[np.uint8]
Dice = np.random.Generator

WORDS = (
    "姓名性别民族出生年月住址公民身份号码户主关系登记日期签发机关有效期限长期示例县山背乡村组号中华收款凭证金额合计元整"
    "票据号码开户银行账号经办人签字盖章申请表承诺书证明材料医院体重父亲母亲新生儿餐饮食品经营许可租赁合同0123456789"
)
SIZES_MM = {
    "form": (210, 297), "letter": (148, 210), "ticket": (86, 54), "invoice": (190, 130), "receipt": (58, 160),
    "card": (86, 54), "booklet": (105, 143), "open booklet": (176, 125), "cover": (105, 148), "certificate": (250, 176),
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """BGR, and which pixels are paper (255) where its outline is not straight: torn, folded, rounded."""

    kind: str
    image: Image
    mask: Image


@lru_cache(maxsize=1)
def _strips() -> tuple[Image, ...]:
    """Lines of print as ink masks, 32 px high: rendered once."""
    dice = np.random.default_rng(5)
    made = []
    for number in range(24):
        face = ImageFont.truetype(str(fonts.path(number % 4 == 0)), 26)
        text = "".join(dice.choice(list(WORDS)) if dice.random() > 0.1 else " " for _ in range(44))
        strip = Pillow.new("L", (1200, 32), 0)
        ImageDraw.Draw(strip).text((0, -4), text, 255, face)
        made.append(np.asarray(strip, np.uint8))
    return tuple(made)


def _ink(image: Image, mask: Image, x: int, y: int, colour: tuple[float, ...], strength: float = 1.0) -> None:
    """Prints a mask (0..255) in a colour at x, y; what falls outside is lost."""
    height, width = image.shape[:2]
    h, w = min(mask.shape[0], height - y), min(mask.shape[1], width - x)
    if h <= 0 or w <= 0 or x < 0 or y < 0:
        return
    part = image[y : y + h, x : x + w].astype(np.float32)
    share = (mask[:h, :w].astype(np.float32) * (strength / 255))[:, :, None]
    image[y : y + h, x : x + w] = (part * (1 - share) + np.array(colour, np.float32) * share).astype(np.uint8)


def _text(
    image: Image, dice: Dice, x: int, y: int, width: int, size: int, colour: tuple[float, ...], faint: float
) -> None:
    strip = _strips()[int(dice.integers(len(_strips())))]
    size = max(4, size)
    length = int(np.clip(width / size * 32, 32, 1200))
    start = int(dice.integers(0, 1200 - length + 1))
    line = cv2.resize(strip[:, start : start + length], (max(2, width), size), interpolation=cv2.INTER_AREA)
    _ink(image, np.asarray(line, np.uint8), x, y, colour, faint)


def _ground(dice: Dice, kind: str) -> tuple[float, float, float]:
    """BGR of the paper."""
    if kind == "cover":
        covers = ((40, 30, 110), (90, 50, 30), (60, 70, 30), (35, 35, 40), (60, 40, 140), (120, 90, 60))
        base = np.array(covers[int(dice.integers(len(covers)))], float)
    elif dice.random() < 0.62:
        base = np.full(3, dice.uniform(215, 252)) + np.array([dice.uniform(-14, 3), dice.uniform(-4, 2), 0])
    else:
        tints = (
            (225, 235, 205),
            (235, 225, 205),
            (200, 220, 240),
            (215, 210, 245),
            (205, 240, 215),
            (180, 225, 245),
            (235, 235, 180),
        )
        base = np.array(tints[int(dice.integers(len(tints)))], float) + dice.normal(0, 8, 3)
    base = np.clip(base, 20, 253)
    return float(base[0]), float(base[1]), float(base[2])


def _seal(image: Image, dice: Dice) -> None:
    height, width = image.shape[:2]
    radius = int(min(height, width) * dice.uniform(0.07, 0.2))
    x, y = int(dice.uniform(0.1, 0.9) * width), int(dice.uniform(0.1, 0.9) * height)
    layer = image.copy()
    colour = (50 + dice.uniform(0, 60), 40 + dice.uniform(0, 60), 190 + dice.uniform(0, 50))
    axes = (radius, radius if dice.random() < 0.6 else int(radius * 0.66))
    cv2.ellipse(layer, (x, y), axes, dice.uniform(0, 180), 0, 360, colour, max(1, radius // 10), cv2.LINE_AA)
    cv2.putText(
        layer, "*", (x - radius // 3, y + radius // 3), 0, radius / 26, colour, max(1, radius // 14), cv2.LINE_AA
    )
    image[:] = cv2.addWeighted(layer, 0.75, image, 0.25, 0)


def _code(image: Image, dice: Dice) -> None:
    height, width = image.shape[:2]
    side = int(min(height, width) * dice.uniform(0.12, 0.3))
    if side < 8:
        return
    x, y = int(dice.integers(0, max(1, width - side))), int(dice.integers(0, max(1, height - side)))
    if dice.random() < 0.5:
        cells = (dice.random((25, 25)) < 0.5).astype(np.uint8) * 255
        square = cv2.resize(cells, (side, side), interpolation=cv2.INTER_NEAREST)
    else:
        bars = (dice.random((1, 60)) < 0.5).astype(np.uint8) * 255
        square = cv2.resize(bars, (min(side * 2, width - x), side // 2 + 1), interpolation=cv2.INTER_NEAREST)
    _ink(image, np.asarray(square, np.uint8), x, y, (25, 25, 25), 0.95)


def _portrait(image: Image, dice: Dice) -> None:
    height, width = image.shape[:2]
    w = int(min(height, width) * dice.uniform(0.25, 0.42))
    h = int(w * 1.25)
    x, y = int(dice.uniform(0.04, 0.9) * (width - w)), int(dice.uniform(0.1, 0.8) * max(1, height - h))
    cv2.rectangle(image, (x, y), (x + w, y + h), tuple(dice.uniform(120, 250, 3).tolist()), -1)
    cv2.ellipse(image, (x + w // 2, y + h // 3), (w // 5, h // 5), 0, 0, 360, (150, 185, 225), -1, cv2.LINE_AA)
    cv2.ellipse(
        image,
        (x + w // 2, y + h),
        (w // 2 - 2, h // 3),
        0,
        180,
        360,
        tuple(dice.uniform(20, 150, 3).tolist()),
        -1,
        cv2.LINE_AA,
    )


def _table(image: Image, dice: Dice, colour: tuple[float, ...]) -> None:
    height, width = image.shape[:2]
    near = dice.random() < 0.3  # a frame close to the border is easily taken for it
    margin = dice.uniform(0.02, 0.05) if near else dice.uniform(0.06, 0.14)
    x0, y0 = int(width * margin), int(height * (margin if near else dice.uniform(0.05, 0.3)))
    x1, y1 = width - x0, height - int(height * margin)
    thick = max(1, int(min(height, width) * dice.uniform(0.002, 0.008)))
    cv2.rectangle(image, (x0, y0), (x1, y1), colour, thick)
    for at in np.cumsum(dice.uniform(0.05, 0.2, 12)):
        if at < 0.95:
            y = int(y0 + at * (y1 - y0))
            cv2.line(image, (x0, y), (x1, y), colour, thick)
    for at in dice.uniform(0.1, 0.9, int(dice.integers(0, 5))):
        x = int(x0 + at * (x1 - x0))
        cv2.line(image, (x, y0), (x, y1), colour, thick)


def draw(dice: Dice, longest: int, kind: str = "") -> Sheet:
    """A sheet of this kind, of a random one without, whose longer side has `longest` px."""
    kinds = tuple(SIZES_MM)
    kind = kind or kinds[int(dice.integers(len(kinds)))]
    across, down = SIZES_MM[kind]
    stretch = dice.uniform(0.85, 1.18)
    across_px, down_px = across * stretch, float(down)
    scale = longest / max(across_px, down_px)
    width, height = max(24, int(across_px * scale)), max(24, int(down_px * scale))
    ground = _ground(dice, kind)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = ground
    dark = sum(ground) < 330
    ink = (
        tuple(dice.uniform(150, 240, 3).tolist())
        if dark
        else tuple((dice.uniform(10, 95) + dice.normal(0, 10, 3)).clip(0, 130).tolist())
    )
    if kind in ("card", "ticket", "certificate") and dice.random() < 0.6:
        for _ in range(int(dice.integers(1, 4))):  # bands of colour, also along the border
            y = (
                int(dice.uniform(0, 1) * height)
                if dice.random() < 0.5
                else (0 if dice.random() < 0.5 else int(height * 0.86))
            )
            tone = np.clip(np.array(ground) + dice.uniform(-70, 20, 3), 0, 255)
            cv2.rectangle(image, (0, y), (width, y + int(height * dice.uniform(0.06, 0.2))), tone.tolist(), -1)
    if dice.random() < 0.25:
        waves = (
            np.sin(np.arange(width) / width * dice.uniform(10, 60))[None, :]
            + np.sin(np.arange(height) / height * dice.uniform(10, 60))[:, None]
        )
        image[:] = np.clip(image + (waves * dice.uniform(2, 8))[:, :, None], 0, 255).astype(np.uint8)
    if kind == "cover":
        for _ in range(int(dice.integers(1, 4))):
            w = int(width * dice.uniform(0.3, 0.7))
            _text(
                image,
                dice,
                (width - w) // 2,
                int(height * dice.uniform(0.1, 0.8)),
                w,
                int(height * dice.uniform(0.05, 0.1)),
                ink,
                1.0,
            )
    else:
        if dice.random() < (0.75 if kind in ("form", "invoice", "booklet", "certificate") else 0.2):
            _table(image, dice, ink)
        size = height * dice.uniform(0.012, 0.03) if kind in ("form", "letter") else height * dice.uniform(0.025, 0.08)
        size = max(4.0, min(size, width * 0.08))
        at = height * dice.uniform(0.02, 0.12)
        faint = dice.uniform(0.45, 1.0)
        while at < height * dice.uniform(0.85, 1.0):
            if dice.random() < 0.86:
                x = int(width * dice.uniform(0.03, 0.2))
                _text(image, dice, x, int(at), int((width - x) * dice.uniform(0.2, 0.95)), int(size), ink, faint)
            at += size * dice.uniform(1.2, 2.6)
        if kind in ("card", "booklet") and dice.random() < 0.6:
            _portrait(image, dice)
        if dice.random() < 0.5:
            _seal(image, dice)
        if dice.random() < 0.35:
            _code(image, dice)
        if kind in ("invoice", "form") and dice.random() < 0.25:  # sprocket holes
            for y_hole in range(0, height, max(6, height // 22)):
                for x_hole in (width // 40, width - width // 40):
                    cv2.circle(image, (x_hole, y_hole), max(1, width // 110), (90, 90, 90), -1)
        if kind == "open booklet":
            middle = width // 2
            fold = np.exp(-(((np.arange(width) - middle) / (width * 0.03)) ** 2)) * dice.uniform(20, 90)
            image[:] = np.clip(image - fold[None, :, None], 0, 255).astype(np.uint8)
    for _ in range(int(dice.integers(0, 3))):  # creases
        bend = np.zeros((height, width), np.float32)
        a = (int(dice.integers(width)), 0) if dice.random() < 0.5 else (0, int(dice.integers(height)))
        b = (int(dice.integers(width)), height) if a[1] == 0 else (width, int(dice.integers(height)))
        cv2.line(bend, a, b, float(dice.uniform(-25, 25)), max(1, longest // 200))
        soft = cv2.GaussianBlur(bend, (0, 0), max(0.8, longest / 300))
        image[:] = np.clip(image + soft[:, :, None], 0, 255).astype(np.uint8)
    return Sheet(kind, image, _outline(dice, kind, width, height))


def _outline(dice: Dice, kind: str, width: int, height: int) -> Image:
    mask = np.full((height, width), 255, np.uint8)
    if kind == "card" or (kind == "ticket" and dice.random() < 0.5):
        radius = int(min(width, height) * dice.uniform(0.03, 0.07))
        mask[:] = 0
        cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
        cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
        for x in (radius, width - 1 - radius):
            for y in (radius, height - 1 - radius):
                cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA)
    elif dice.random() < 0.12:  # a corner torn off or folded over
        size = dice.uniform(0.05, 0.2) * min(width, height)
        x, y = (0, width)[int(dice.integers(2))], (0, height)[int(dice.integers(2))]
        sx, sy = (1 if x == 0 else -1), (1 if y == 0 else -1)
        points = np.array([[x, y], [x + sx * size * dice.uniform(0.6, 1.4), y], [x, y + sy * size]], np.int32)
        cv2.fillPoly(mask, [points], 0)
    return mask

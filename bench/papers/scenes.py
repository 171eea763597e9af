"""What a camera sees: a sheet on some ground, in some light, through some lens; with exact corners. Or no sheet at all.

Everything comes from the seed. Grounds, sheets, light, cover and lens are drawn apart, so that any combination occurs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.papers.sheets import Dice, Image, draw

Floats = NDArray[np.float32]
GROUNDS = (
    "plain",
    "grain",
    "wood",
    "cloth",
    "stripes",
    "cloud",
    "clutter",
    "white",
    "white",
    "dark",
    "two",
    "keys",
    "sheen",
    "mat",
)
CUT = 0.1  # share of the sheets of which a part is out of the picture
SEVERAL = 0.12  # share of the pictures with more than one sheet
SHAPES = ((16, 9), (4, 3), (3, 4), (9, 16), (1, 1), (6, 5))


@dataclass(frozen=True)
class Scene:
    """BGR, the corners clockwise from the sheet's own top left (None: no sheet), what was done to it, and the corners
    of further whole sheets that lie apart from it, none larger."""

    image: Image
    corners: Floats | None
    tags: dict[str, float | str] = field(default_factory=dict)
    more: tuple[Floats, ...] = ()


def seen(corners: Floats, width: int, height: int) -> Floats:
    """The part (n, 2) of a convex shape that lies in the picture: what a finder can be asked for."""
    points = [np.asarray(point, np.float64) for point in corners]
    for axis, edge, sign in ((0, 0.0, 1.0), (0, float(width), -1.0), (1, 0.0, 1.0), (1, float(height), -1.0)):
        kept = []
        for before, after in zip(points[-1:] + points[:-1], points, strict=True):
            a, b = sign * (before[axis] - edge), sign * (after[axis] - edge)
            if (a < 0) != (b < 0):
                kept.append(before + (after - before) * a / (a - b))
            if b >= 0:
                kept.append(after)
        points = kept
    return np.asarray(points, np.float32).reshape(-1, 2)


def is_within(corners: Floats, width: int, height: int) -> bool:
    """Whether all of a sheet is in the picture."""
    return bool((corners >= 0).all() and (corners <= (width, height)).all())


def overlap_seen(found: Floats, truth: Floats, width: int, height: int) -> float:
    """Intersection over union of the parts of two quadrilaterals that lie in the picture."""
    a, b = seen(found, width, height), seen(truth, width, height)
    if len(a) < 3 or len(b) < 3:
        return 0.0
    one, other = cv2.contourArea(a), cv2.contourArea(b)
    shared = min(cv2.intersectConvexConvex(a, b)[0], one, other)
    return float(shared / max(one + other - shared, 1e-6))


def _noise(dice: Dice, height: int, width: int, cells: int) -> Floats:
    """Smooth noise of mean 0, deviation about 1, with about `cells` bumps across."""
    small = dice.normal(
        0, 1, (max(2, cells * height // max(width, height)), max(2, cells * width // max(width, height)))
    )
    return np.asarray(cv2.resize(small.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def _colour(dice: Dice) -> NDArray[np.float64]:
    hsv = np.array([[[dice.integers(0, 180), min(255, dice.gamma(2, 45)), dice.uniform(25, 245)]]], np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0], np.float64)


def _ground(dice: Dice, kind: str, height: int, width: int) -> Floats:
    longest = max(height, width)
    image = np.empty((height, width, 3), np.float32)
    image[:] = _colour(dice)
    if kind == "grain":
        image += (_noise(dice, height, width, longest // 2) * dice.uniform(3, 25))[:, :, None]
    elif kind == "wood":
        image[:] = (60 + dice.uniform(-30, 60), 100 + dice.uniform(-40, 70), 140 + dice.uniform(-50, 80))
        rings = dice.normal(0, 1, (1, max(8, int(longest * dice.uniform(0.05, 0.5))))).astype(np.float32)
        rows = cv2.resize(rings, (longest * 2, 1), interpolation=cv2.INTER_CUBIC)[0]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle = dice.uniform(-0.3, 0.3) + (np.pi / 2 if dice.random() < 0.5 else 0)
        at = x * np.sin(angle) + y * np.cos(angle) + _noise(dice, height, width, 4) * longest * 0.02
        image += (rows[np.clip(at.astype(int) + longest // 2, 0, 2 * longest - 1)] * dice.uniform(5, 25))[:, :, None]
        if dice.random() < 0.5:  # boards
            for _ in range(int(dice.integers(1, 6))):
                where = dice.uniform(-0.2, 1.2) * longest
                direction = np.array([np.cos(angle), -np.sin(angle)])
                normal = np.array([np.sin(angle), np.cos(angle)])
                a, b = where * normal - 2 * longest * direction, where * normal + 2 * longest * direction
                cv2.line(
                    image,
                    tuple(a.astype(int).tolist()),
                    tuple(b.astype(int).tolist()),
                    (30, 45, 60),
                    max(1, longest // 250),
                )
    elif kind == "cloth":
        period = dice.uniform(2.5, 14) * longest / 320
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        weave = np.sin(x * 2 * np.pi / period) * np.sin(y * 2 * np.pi / period)
        image += (weave * dice.uniform(3, 25))[:, :, None] + (_noise(dice, height, width, 40) * 8)[:, :, None]
    elif kind == "stripes":
        angle, period = dice.uniform(0, np.pi), dice.uniform(8, 60) * longest / 320
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / period)
        share = (wave > dice.uniform(-0.5, 0.5)).astype(np.float32) if dice.random() < 0.6 else (wave + 1) / 2
        image = image * (1 - share[:, :, None]) + _colour(dice).astype(np.float32) * share[:, :, None]
        if dice.random() < 0.4:
            across = (np.sin((y * np.cos(angle) - x * np.sin(angle)) * 2 * np.pi / period) > 0).astype(np.float32)
            image = image * (1 - 0.5 * across[:, :, None]) + _colour(dice).astype(np.float32) * 0.5 * across[:, :, None]
    elif kind == "cloud":
        for cells in (3, 8, 20, 60, 150):
            image += (_noise(dice, height, width, cells) * dice.uniform(2, 28) / cells**0.25)[
                :, :, None
            ] * dice.uniform(0.5, 1.2, 3)
    elif kind == "white":
        image[:] = dice.uniform(170, 248) + dice.uniform(-10, 6, 3)
        image += (_noise(dice, height, width, longest // 3) * dice.uniform(0, 4))[:, :, None]
    elif kind == "dark":
        image[:] = dice.uniform(8, 60) + dice.uniform(-8, 8, 3)
        image += (_noise(dice, height, width, longest // 2) * dice.uniform(1, 8))[:, :, None]
    elif kind == "sheen":  # crumpled film: bright ridges
        ridges = sum((np.abs(_noise(dice, height, width, cells)) + 1e-4) ** -0.15 for cells in (5, 11, 23))
        ridges = np.clip((ridges - np.median(ridges)) * dice.uniform(15, 60), -20, 90)
        image += ridges[:, :, None]
        _lines(image, dice, int(dice.integers(2, 10)))
    elif kind == "two":  # the edge of a desk, a folder, a second ground
        other = _ground(dice, ("plain", "grain", "wood", "cloth", "cloud")[int(dice.integers(5))], height, width)
        corner = np.array([dice.uniform(0, 1) * width, dice.uniform(0, 1) * height])
        angle = dice.normal(0, 0.15) + (np.pi / 2) * int(dice.integers(4))
        direction = np.array([np.cos(angle), np.sin(angle)])
        normal = np.array([-direction[1], direction[0]])
        far = 3 * longest
        half = np.array(
            [
                corner - far * direction,
                corner + far * direction,
                corner + far * direction + far * normal,
                corner - far * direction + far * normal,
            ]
        )
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [half.astype(np.int32)], 255, cv2.LINE_AA)
        share = (mask.astype(np.float32) / 255)[:, :, None]
        image = np.asarray(image * (1 - share) + other * share, np.float32)
    elif kind == "keys":
        _keys(image, dice)
    elif kind == "mat":  # a writing pad, a tray, a folder that lies under the paper
        image = _ground(dice, ("plain", "grain", "wood", "cloud", "white")[int(dice.integers(5))], height, width)
        _mat(image, dice)
    elif kind == "clutter":
        image = _ground(dice, ("plain", "grain", "wood", "cloud", "dark")[int(dice.integers(5))], height, width)
        _clutter(image, dice, int(dice.integers(3, 16)))
    return image


def _mat(image: Floats, dice: Dice) -> None:
    height, width = image.shape[:2]
    size = (width * dice.uniform(0.7, 1.1), height * dice.uniform(0.7, 1.1))
    middle = (width * dice.uniform(0.4, 0.6), height * dice.uniform(0.4, 0.6))
    box = cv2.boxPoints((middle, size, dice.normal(0, 6)))
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [box.astype(np.int32)], 1.0, cv2.LINE_AA)
    shade = cv2.GaussianBlur(mask, (0, 0), max(height, width) * dice.uniform(0.002, 0.012))
    layer = np.empty_like(image)
    layer[:] = _colour(dice)
    layer += (_noise(dice, height, width, max(height, width) // 2) * dice.uniform(0, 7))[:, :, None]
    if dice.random() < 0.3:
        cv2.polylines(
            layer, [(box * 0.94 + np.array(middle) * 0.06).astype(np.int32)], True, _colour(dice).tolist(),
            max(1, max(height, width) // 200), cv2.LINE_AA,
        )  # fmt: skip
    image *= 1 - dice.uniform(0, 0.4) * shade[:, :, None]
    image[:] = image * (1 - mask[:, :, None]) + layer * mask[:, :, None]


def _keys(image: Floats, dice: Dice) -> None:
    height, width = image.shape[:2]
    longest = max(height, width)
    step = longest * dice.uniform(0.04, 0.11)
    tone, gap = _colour(dice), _colour(dice) * 0.5
    layer = np.empty((int(longest * 1.6), int(longest * 1.6), 3), np.float32)
    layer[:] = gap
    for row in range(int(layer.shape[0] / step)):
        x = -dice.uniform(0, step)
        while x < layer.shape[1]:
            w = step * (1 if dice.random() < 0.85 else dice.uniform(1.5, 3))
            a = (int(x + step * 0.08), int(row * step + step * 0.08))
            cv2.rectangle(layer, a, (int(x + w - step * 0.08), int((row + 1) * step - step * 0.08)), tone.tolist(), -1)
            x += w
    turn = cv2.getRotationMatrix2D((layer.shape[1] / 2, layer.shape[0] / 2), dice.uniform(-50, 50), 1.0)
    turn[:, 2] += (width / 2 - layer.shape[1] / 2, height / 2 - layer.shape[0] / 2)
    image[:] = cv2.warpAffine(layer, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _lines(image: Floats, dice: Dice, count: int) -> None:
    height, width = image.shape[:2]
    for _ in range(count):
        a = (int(dice.uniform(-0.2, 1.2) * width), int(dice.uniform(-0.2, 1.2) * height))
        b = (int(dice.uniform(-0.2, 1.2) * width), int(dice.uniform(-0.2, 1.2) * height))
        tone = (image[min(height - 1, max(0, a[1])), min(width - 1, max(0, a[0]))] + dice.uniform(-60, 60)).tolist()
        cv2.line(image, a, b, tone, max(1, int(dice.uniform(0.5, 4) * max(height, width) / 320)), cv2.LINE_AA)


def _clutter(image: Floats, dice: Dice, count: int) -> None:
    """Things that lie about: boxes, cups, pens, cables, other papers cut by the border."""
    height, width = image.shape[:2]
    longest = max(height, width)
    for _ in range(count):
        layer = image.copy()
        tone = _colour(dice).tolist()
        x, y = dice.uniform(-0.1, 1.1) * width, dice.uniform(-0.1, 1.1) * height
        size = longest * dice.uniform(0.03, 0.3)
        kind = dice.integers(6)
        if kind <= 1:
            box = cv2.boxPoints(((x, y), (size * dice.uniform(0.3, 2), size), dice.uniform(0, 180))).astype(np.int32)
            cv2.fillPoly(layer, [box], tone, cv2.LINE_AA)
            if dice.random() < 0.4:
                cv2.polylines(layer, [box], True, _colour(dice).tolist(), max(1, longest // 150), cv2.LINE_AA)
        elif kind == 2:
            cv2.ellipse(
                layer,
                (int(x), int(y)),
                (int(size / 2), int(size * dice.uniform(0.2, 0.6))),
                dice.uniform(0, 180),
                0,
                360,
                tone,
                -1,
                cv2.LINE_AA,
            )
        elif kind == 3:
            _lines(layer, dice, 2)
        elif kind == 4:
            points = np.cumsum(dice.normal(0, size / 3, (12, 2)), axis=0) + np.array([x, y])
            cv2.polylines(layer, [points.astype(np.int32)], False, tone, max(1, longest // 120), cv2.LINE_AA)
        else:
            sheet = draw(dice, max(32, int(size * 2.2)))
            h, w = sheet.image.shape[:2]
            angle = dice.uniform(-180, 180)
            turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
            turn[:, 2] += (x - w / 2, y - h / 2)
            flat = cv2.warpAffine(sheet.image, turn, (width, height))
            mask = cv2.warpAffine(sheet.mask, turn, (width, height)).astype(np.float32)[:, :, None] / 255
            leaves = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
            if leaves:  # only ones that leave the picture: a whole one would be a second right answer
                layer = np.asarray(layer * (1 - mask) + flat * mask, np.float32)
        shade = cv2.GaussianBlur(np.abs(layer - image).max(axis=2), (0, 0), longest / 120)
        image[:] = np.clip(image - 0.15 * shade[:, :, None], 0, 255)
        changed = np.abs(layer - image).max(axis=2, keepdims=True) > 2
        image[:] = np.where(changed, layer, image)


def _pose(
    dice: Dice,
    width: int,
    height: int,
    sheet_w: int,
    sheet_h: int,
    size: tuple[float, float] | None = None,
    least: float = 0.06,
    cut: float = CUT,
) -> Floats | None:
    """Corners of a sheet held or laid before a camera: turned, tilted, at some distance. `size`: from how much to how
    much of what fits it takes; such a sheet is never cut off. `least`: share of the picture that it covers."""
    for _ in range(20):
        turn = dice.normal(0, 9) if dice.random() < 0.7 else dice.uniform(-180, 180)
        tilt_x, tilt_y = dice.normal(0, 9), dice.normal(0, 7)
        spin = _rotation(np.radians(tilt_x), np.radians(tilt_y), np.radians(turn))
        flat = np.array(
            [[-sheet_w, -sheet_h, 0], [sheet_w, -sheet_h, 0], [sheet_w, sheet_h, 0], [-sheet_w, sheet_h, 0]], float
        )
        flat /= max(sheet_w, sheet_h)
        solid = flat @ spin.T
        distance = dice.uniform(3.5, 7)
        seen = solid[:, :2] / (distance + solid[:, 2:]) * distance
        span = seen.max(axis=0) - seen.min(axis=0)
        fit = min(width / span[0], height / span[1])
        scale = fit * (dice.uniform(0.55, 0.97) if dice.random() < 0.75 else dice.uniform(0.3, 0.6))
        if size is not None:
            scale = fit * dice.uniform(*size)
        seen *= scale
        low, high = seen.min(axis=0), seen.max(axis=0)
        room = np.array([width, height]) - (high - low)
        where = np.clip(dice.normal(0.5, 0.22 if size is None else 0.5, 2), 0.01, 0.99)
        if dice.random() < cut and size is None:  # a corner or two out of the picture, or a good part
            out = dice.uniform(0.06, 0.9)
            where[int(dice.integers(2))] = (-out, 1 + out)[int(dice.integers(2))]
            room = np.maximum(room, 0.3 * (high - low))
        place = -low + where * room
        corners = seen + place
        x, y = corners[:, 0], corners[:, 1]
        area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
        if area > least * width * height:
            return np.asarray(corners, np.float32)
    return None


def _rotation(x: float, y: float, z: float) -> NDArray[np.float64]:
    a = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    b = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    c = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    return np.asarray(a @ b @ c)


def _hand(image: Floats, dice: Dice, corners: Floats) -> None:
    """A thumb or fingers over an edge."""
    longest = max(image.shape[:2])
    side = int(dice.integers(4))
    a, b = corners[side], corners[(side + 1) % 4]
    at = a + (b - a) * dice.uniform(0.08, 0.92)
    inward = corners.mean(axis=0) - at
    inward /= np.linalg.norm(inward) + 1e-6
    tone = np.array([dice.uniform(90, 170), dice.uniform(120, 190), dice.uniform(170, 240)]) * dice.uniform(0.6, 1.05)
    layer = image.copy()
    along = (b - a) / (np.linalg.norm(b - a) + 1e-6)
    width = longest * dice.uniform(0.025, 0.06)
    for finger in range(int(dice.integers(1, 5))):
        tip = at + along * finger * width * 2.1 + inward * longest * dice.uniform(0.02, 0.09)
        root = tip - inward * longest * dice.uniform(0.3, 0.6) + along * dice.normal(0, width)
        cv2.line(
            layer,
            tuple(tip.astype(int).tolist()),
            tuple(root.astype(int).tolist()),
            (tone * dice.uniform(0.92, 1.05)).tolist(),
            int(width * 2),
            cv2.LINE_AA,
        )
    soft = cv2.GaussianBlur(layer, (0, 0), longest / 260)
    image[:] = np.where(np.abs(soft - image).max(axis=2, keepdims=True) > 6, soft, image)


def _light(image: Floats, dice: Dice, tags: dict[str, float | str]) -> Floats:
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = dice.uniform(0, 2 * np.pi)
    slope = ((x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle)) * dice.uniform(0, 0.6)
    light = 1 + slope
    if dice.random() < 0.35:  # a lamp
        cx, cy = dice.uniform(0, 1) * width, dice.uniform(0, 1) * height
        light *= 0.55 + 0.6 * np.exp(
            -(((x - cx) ** 2 + (y - cy) ** 2) / (max(height, width) * dice.uniform(0.3, 0.9)) ** 2)
        )
    if dice.random() < 0.35:  # a shadow falls across
        mask = np.zeros((height, width), np.float32)
        start = np.array([dice.uniform(0, 1) * width, dice.uniform(0, 1) * height])
        points = start + dice.normal(0, 0.6, (5, 2)) * (width, height)
        cv2.fillPoly(mask, [cv2.convexHull(points.astype(np.float32)).astype(np.int32)], 1.0)
        soft = cv2.GaussianBlur(mask, (0, 0), max(height, width) * dice.uniform(0.004, 0.08))
        light *= 1 - soft * dice.uniform(0.1, 0.5)
        tags["shadow"] = 1.0
    lit = image * (light * dice.uniform(0.7, 1.12))[:, :, None]
    lit *= (1 + dice.normal(0, 0.05, 3)).astype(np.float32)
    if dice.random() < 0.1:
        cx, cy = dice.uniform(0.1, 0.9) * width, dice.uniform(0.1, 0.9) * height
        spot = np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / (max(height, width) * dice.uniform(0.02, 0.1)) ** 2))
        lit += (spot * dice.uniform(80, 260))[:, :, None]
        tags["glare"] = 1.0
    return np.asarray(lit, np.float32)


def _lens(image: Floats, dice: Dice, tags: dict[str, float | str]) -> Image:
    longest = max(image.shape[:2])
    if dice.random() < 0.5:
        sigma = abs(dice.normal(0, 1.0)) * longest / 640
        if sigma > 0.3:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
            tags["blur_px"] = round(sigma, 2)
    noise = abs(dice.normal(0, 4))
    if noise > 0.5:
        image = image + dice.normal(0, noise, image.shape).astype(np.float32)
    plain = np.clip(image, 0, 255).astype(np.uint8)
    if dice.random() < 0.6:
        data = cv2.imencode(".jpg", plain, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(45, 96))])[1]
        plain = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return plain


def scene(
    seed: int,
    longest: int = 1280,
    *,
    empty: float = 0.1,
    cut: float = CUT,
    size: tuple[float, float] | None = None,
) -> Scene:
    """The picture of a seed. `empty`: share of seeds without a sheet; `cut`: share of sheets that are cut off; `size`:
    as of `_pose`."""
    dice = np.random.default_rng(seed)
    a, b = SHAPES[int(dice.integers(len(SHAPES)))]
    width, height = round(longest * a / max(a, b)), round(longest * b / max(a, b))
    kind = GROUNDS[int(dice.integers(len(GROUNDS)))]
    tags: dict[str, float | str] = {"ground": kind}
    image = _ground(dice, kind, height, width)
    if dice.random() < 0.15:  # held up: what is behind is out of focus
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), longest * dice.uniform(0.002, 0.02)), np.float32)
        tags["behind"] = 1.0
    if kind != "clutter" and dice.random() < 0.25:
        _clutter(image, dice, int(dice.integers(1, 5)))
        tags["things"] = 1.0
    corners: Floats | None = None
    more: list[Floats] = []
    if dice.random() < SEVERAL * (1 - empty):
        image, laid = _several(image, dice, longest, tags)
        if laid:
            corners, more = laid[0], laid[1:]
    elif dice.random() >= empty:
        sheet = draw(dice, int(longest * 0.9))
        h, w = sheet.image.shape[:2]
        tags["sheet"] = sheet.kind
        corners = _pose(dice, width, height, w, h, size, 0.06 if size is None else 0.006, cut)
        if corners is not None:
            image = _lay(image, dice, sheet.image, sheet.mask, corners, tags)
            if dice.random() < 0.18:
                _hand(image, dice, corners)
                tags["hand"] = 1.0
            elif dice.random() < 0.1:
                _cover(image, dice, corners)
                tags["covered"] = 1.0
    image = _light(image, dice, tags)
    return Scene(_lens(image, dice, tags), corners, tags, tuple(more))


def _several(image: Floats, dice: Dice, longest: int, tags: dict[str, float | str]) -> tuple[Floats, list[Floats]]:
    """Two or three sheets that lie apart, the largest first."""
    height, width = image.shape[:2]
    laid: list[Floats] = []
    wanted = 2 if dice.random() < 0.75 else 3
    for _ in range(12):
        sheet = draw(dice, int(longest * 0.6))
        h, w = sheet.image.shape[:2]
        corners = _pose(dice, width, height, w, h, (0.32, 0.62))
        if corners is None:
            continue
        wide = np.ascontiguousarray((corners - corners.mean(0)) * 1.04 + corners.mean(0), np.float32)
        if any(cv2.intersectConvexConvex(wide, np.ascontiguousarray(one))[0] > 0 for one in laid):
            continue
        image = _lay(image, dice, sheet.image, sheet.mask, corners, {})
        laid.append(corners)
        if len(laid) == wanted:
            break
    laid.sort(key=lambda one: -float(cv2.contourArea(np.ascontiguousarray(one))))
    if len(laid) > 1:
        tags["several"] = float(len(laid))
    return image, laid


def _cover(image: Floats, dice: Dice, corners: Floats) -> None:
    """A pen across an edge, or a thing on a corner."""
    longest = max(image.shape[:2])
    tone = _colour(dice).tolist()
    if dice.random() < 0.5:
        side = int(dice.integers(4))
        at = corners[side] + (corners[(side + 1) % 4] - corners[side]) * dice.uniform(0.1, 0.9)
        angle = dice.uniform(0, np.pi)
        reach = np.array([np.cos(angle), np.sin(angle)]) * longest * dice.uniform(0.08, 0.25)
        a, b = (at - reach).astype(int).tolist(), (at + reach).astype(int).tolist()
        cv2.line(image, tuple(a), tuple(b), tone, max(2, int(longest * dice.uniform(0.008, 0.03))), cv2.LINE_AA)
    else:
        x, y = (float(value) for value in corners[int(dice.integers(4))])
        size = longest * dice.uniform(0.04, 0.12)
        box = cv2.boxPoints(((x, y), (size, size * dice.uniform(0.5, 2)), dice.uniform(0, 180))).astype(np.int32)
        cv2.fillPoly(image, [box], tone, cv2.LINE_AA)


def _lay(
    image: Floats, dice: Dice, sheet: Image, outline: Image, corners: Floats, tags: dict[str, float | str]
) -> Floats:
    height, width = image.shape[:2]
    h, w = sheet.shape[:2]
    source = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    turned = cv2.getPerspectiveTransform(source, corners)
    shrink = float(np.linalg.norm(corners[1] - corners[0]) / w)
    if shrink < 0.7:
        factor = min(1.0, shrink * 1.3)
        sheet = np.asarray(cv2.resize(sheet, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        outline = np.asarray(cv2.resize(outline, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        turned = cv2.getPerspectiveTransform((source + 0.5) * factor - 0.5, corners)
    flat = cv2.warpPerspective(sheet, turned, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(outline, turned, (width, height), flags=cv2.INTER_LINEAR)
    if dice.random() < 0.25:  # not quite flat: edges bow by up to a hundredth
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        bow = max(height, width) * dice.uniform(0.001, 0.008)
        x2 = x + _noise(dice, height, width, 3) * bow
        y2 = y + _noise(dice, height, width, 3) * bow
        flat = cv2.remap(flat, x2, y2, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.remap(mask, x2, y2, cv2.INTER_LINEAR)
        tags["bowed"] = 1.0
    if dice.random() < 0.1:  # a page of a book, a curled receipt: two sides are arcs
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        a, b = corners[0], corners[1] if dice.random() < 0.5 else corners[3]
        along = (b - a) / (np.linalg.norm(b - a) + 1e-6)
        part = ((x - a[0]) * along[0] + (y - a[1]) * along[1]) / float(np.linalg.norm(b - a) + 1e-6)
        arc = (4 * part * (1 - part)) * float(dice.uniform(-0.02, 0.02)) * max(height, width)
        x3, y3 = x - arc * along[1], y + arc * along[0]
        flat = cv2.remap(flat, x3, y3, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        mask = cv2.remap(mask, x3, y3, cv2.INTER_LINEAR)
        tags["curled"] = 1.0
    share = mask.astype(np.float32)[:, :, None] / 255
    if dice.random() < 0.75:
        size = max(height, width) * dice.uniform(0.002, 0.025)
        shift = dice.normal(0, size / 2, 2)
        move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
        shade = cv2.GaussianBlur(
            cv2.warpAffine(mask, move, (width, height)).astype(np.float32) / 255, (0, 0), max(0.6, size)
        )
        image = image * (1 - dice.uniform(0.1, 0.55) * shade[:, :, None])
    lit = dice.uniform(0.85, 1.0)
    return np.asarray(image * (1 - share) + flat.astype(np.float32) * lit * share, np.float32)

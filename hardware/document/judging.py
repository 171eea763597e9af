"""Says whether a picture of a paper would be accepted, and if not, the one thing to put right.

Every reason has a measured value beside it. Sharpness is the width of edges in the straightened page at a fixed size:
how far a change from paper to ink is spread out. Unlike the variance of a Laplacian it does not rise with noise or
with the amount of print. A blur in one direction is movement, in all directions focus.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from hardware.document.geometry import Floats, Image, area, rectify, side_lengths
from hardware.document.sizes import Size

OK = "ok"
SECTORS = 8  # directions of edges, in half a turn
EDGES_LEAST = 160  # edge pixels at PAGE px from which their width is trusted: a few words
LEAN_USUAL, LEAN_WEIGHT = 0.2, 0.45  # what print leans anyhow, and what more of it counts for
WHITE = 250  # of 255, the middle of the page: it is white all over, and a burnt spot could not be told
BURNT = 253  # of 255: nothing is left of what was there
EDGES_TOLD = 200  # edge pixels from which their directions are told apart
PAGE = 1000  # px, longest side of the straightened page that is judged


@dataclass(frozen=True)
class Limits:
    """From where a picture is sent back.

    Each lies between what spoilt and what good pictures measure in the half `setting` of bench/papers/defects.py; how
    well that holds for papers and seeds it has not seen says `python -m bench verdicts` on the half `held`.
    """

    busy: float = 0.006  # of the picture that is clear edges, where no paper is: more is something else
    share_least: float = 0.035  # of the picture's area that the paper fills
    long_side_px: int = 420  # of the paper in the picture: below, 12-point print of A5 cannot be read
    px_per_mm: float = 2.0  # the same where its size is known; and of a card, which is printed smaller
    px_per_mm_card: float = 3.0
    border: float = 0.004  # of the longer picture side: a corner nearer to the border is cut off
    ink: float = 4.0  # grey values between the paper and the darkest hundredth of what is on it: less is no print
    light_least: float = 45.0  # lightness (0..255) of the bright tenth of the paper: from 35 on all print is read
    around_least: float = 62.0  # of the bright fiftieth of the picture: a dark cover in good light is not dark
    glare_share: float = 0.012  # of the paper that is burnt out in spots
    shadow: float = 0.5  # darkest to brightest ground of a printed page
    shadow_any: float = 0.42  # the same where pictures may be printed on it
    edge_px: float = 4.7  # width of edges at PAGE px, from which they are out of focus
    edge_moved_px: float = 4.3  # from which they have moved, when one direction
    edge_moved_most: float = 12.0  # to which: wider ones are out of focus, movement leaves sharp edges along its way
    direction: float = 1.5  # has edges so much wider than another, or strokes that all lean one way
    hand: float = 0.07  # of the longer side: how far something of the colour of skin reaches into the page
    movement: float = 0.012  # of the longer side, between two frames


LIMITS = Limits()


def judge(
    image: Image,
    corners: Floats | None,
    *,
    movement: float | None = None,
    others: int = 0,
    cut: float = 0.0,
    shape: str = "any",
    size: Size | None = None,
    limits: Limits = LIMITS,
) -> tuple[dict[str, float], str]:
    """(quality, verdict): what was measured, and "ok" or the first reason to try again.

    `movement`: how far corners went since the last frame, as a share of the longer side; `others`: how many further
    papers lie there; `cut`: how surely one goes on behind the picture's border; `shape`: what was asked for (a4, card
    …), because a picture on a card is no shadow; `size`: of the paper, where that is known.
    """
    height, width = image.shape[:2]
    if corners is None:
        if cut:
            return {"cut": round(cut, 3)}, "capture.cut_off"
        busy = _busy(image)
        return {"busy": round(busy, 4)}, "capture.empty" if busy < limits.busy else "capture.not_paper"
    quality: dict[str, float] = {
        "share": round(area(corners) / (height * width), 4),
        "long_side_px": round(float(side_lengths(corners).max()), 1),
    }
    if movement is not None:
        quality["movement"] = round(movement, 4)
    quality["corners_cut"] = corners_cut(corners, width, height, limits)
    if size is not None:
        quality |= {"long_mm": round(size.long, 1), "short_mm": round(size.short, 1)}
        quality["px_per_mm"] = round(quality["long_side_px"] / size.long, 2)
    another = size is not None and size.is_another(shape)
    dense = limits.px_per_mm_card if shape == "card" else limits.px_per_mm
    page = _page(image, corners)
    bright = cv2.cvtColor(image[::8, ::8], cv2.COLOR_BGR2GRAY)
    quality["around"] = round(float(np.percentile(bright, 98)), 1)
    quality |= _light(page) | _sharpness(page) | {"hand": round(_hand(page), 4)}
    even = limits.shadow if shape in ("a4", "booklet", "certificate") else limits.shadow_any
    return quality, _verdict(quality, others, another, even, dense, limits)


def corners_cut(corners: Floats, width: int, height: int, limits: Limits = LIMITS) -> int:
    """How many corners lie at the picture's border or outside it."""
    edge = limits.border * max(height, width)
    low, high = np.array([edge, edge]), np.array([width - 1 - edge, height - 1 - edge])
    return int(((corners < low) | (corners > high)).any(axis=1).sum())


def _verdict(quality: dict[str, float], others: int, another: bool, shadow: float, dense: float, limits: Limits) -> str:
    # how large print is, where that is known: a camera that stands still sees a card small, and nobody can help it
    far = quality["share"] < limits.share_least or quality["long_side_px"] < limits.long_side_px
    far = quality["px_per_mm"] < dense if "px_per_mm" in quality else far
    one_way = quality["direction"] > limits.direction
    reasons = (
        ("capture.several", others > 0),
        ("capture.cut_off", quality["corners_cut"] > 0),
        ("capture.other_size", another),
        ("capture.too_far", far),
        ("capture.moving", quality.get("movement", 0.0) > limits.movement),
        ("capture.dark", quality["light"] < limits.light_least and quality["around"] < limits.around_least),
        ("capture.moving", limits.edge_moved_px < quality["edge_px"] < limits.edge_moved_most and one_way),
        ("capture.blank", quality["ink"] < limits.ink),
        ("capture.blurred", quality["edge_px"] > limits.edge_px or quality["edge_px"] == 0),  # 0: nothing to read
        ("capture.glare", quality["glare"] > limits.glare_share),
        ("capture.hand", quality["hand"] > limits.hand),  # after dark and glare, in which colours say nothing
        ("capture.shadow", quality["shadow"] < shadow),
    )
    return next((code for code, holds in reasons if holds), OK)


def _page(image: Image, corners: Floats) -> Image:
    """The straightened page, PAGE px long: the size at which everything is measured."""
    top, right, bottom, left = (float(value) for value in side_lengths(corners))
    across, down = max(top, bottom), max(left, right)
    scale = PAGE / max(across, down, 1.0)
    return rectify(image, corners, max(16, round(across * scale)), max(16, round(down * scale)))


def _busy(image: Image) -> float:
    """Share of the picture that holds clear edges: near nothing on an empty table, whatever its grain."""
    scale = min(1.0, 320 / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), (5, 5), 0)
    return float(np.count_nonzero(cv2.Canny(grey, 40, 110))) / grey.size


def _light(page: Image) -> dict[str, float]:
    """How bright the paper is, how evenly, and how much of it is burnt out."""
    small = cv2.resize(page, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    margin = max(2, min(grey.shape) // 24)
    inner = grey[margin:-margin, margin:-margin]
    light = float(np.percentile(inner, 90))
    ground = cv2.medianBlur(cv2.dilate(inner, np.ones((9, 9), np.uint8)), 15)
    low, high = (float(value) for value in np.percentile(ground, (3, 97)))
    burnt = (small.min(axis=2) >= BURNT).astype(np.uint8)[margin:-margin, margin:-margin]
    around = float(np.median(inner))
    share = float(burnt.mean())
    spots = 0.0 if around >= WHITE else share  # a page that is white all over is not glare
    level = cv2.GaussianBlur(inner, (0, 0), max(inner.shape) / 16)
    ink = float(np.percentile(cv2.subtract(level, cv2.GaussianBlur(inner, (0, 0), 1.0)), 99.3)) * 128 / max(light, 32.0)
    return {
        "light": round(light, 1),
        "ink": round(ink, 1),
        "shadow": round(low / max(high, 1.0), 3),
        "glare": round(spots, 4),
    }


def _hand(page: Image) -> float:
    """How far a finger reaches into the page from its border, as a share of the longer side; 0 without one.

    Skin of any tone has one hue, red turning to yellow, and middling saturation (as used since Kovac, Peer and Solina,
    2003), once the light's colour is taken out; a finger is smooth, comes in over a border, and neither runs through
    nor takes up a whole side, as coloured bands of cards do. Seals are thin, faces on cards touch no border."""
    small = cv2.resize(page, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    white = np.maximum(np.percentile(small.reshape(-1, 3), 85, axis=0), 1.0)
    balanced = np.clip(small * (white.mean() / white), 0, 255).astype(np.uint8)
    hue, saturation, value = cv2.split(cv2.cvtColor(balanced, cv2.COLOR_BGR2HSV))
    skin = ((hue < 18) | (hue > 168)) & (saturation > 35) & (saturation < 190) & (value > 30)
    mask = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    height, width = mask.shape
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    inside = np.minimum.outer(
        np.minimum(np.arange(height), np.arange(height)[::-1]), np.minimum(np.arange(width), np.arange(width)[::-1])
    )
    deepest = 0.0
    for one in range(1, count):
        if not 0.003 < stats[one, cv2.CC_STAT_AREA] / mask.size < 0.35:
            continue
        blob = labels == one
        sides = (blob[1], blob[-2], blob[:, 1], blob[:, -2])
        top, bottom, left, right = (bool(side.any()) for side in sides)
        band = (top and bottom) or (left and right) or any(side.mean() > 0.7 for side in sides)
        if band or not (top or bottom or left or right):
            continue
        deepest = max(deepest, float(inside[blob].max()) / max(height, width))
    return deepest


def _sharpness(page: Image) -> dict[str, float]:
    """Width of edges in px of the page, of the direction in which they are widest; and widest to narrowest.

    Where too few edges are steep enough to be seen at full size, the page is looked at smaller: heavy blur leaves
    none. A page that has none at any size cannot be read, and its width is 0.
    """
    grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), np.uint8)
    margin = max(4, min(grey.shape) // 40)
    grey = grey[margin:-margin, margin:-margin]
    for factor in (1, 2, 4):
        sized = (
            grey if factor == 1 else cv2.resize(grey, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        )
        widths, count = _edge_widths(np.asarray(sized, np.uint8), EDGES_LEAST // factor)
        if widths:
            widest, narrowest = max(widths) * factor, max(min(widths) * factor, 0.1)
            if count < EDGES_TOLD:
                narrowest = widest
            one_way = widest / narrowest
            if widest > LIMITS.edge_moved_px:
                one_way *= float(np.exp(LEAN_WEIGHT * max(0.0, _lean(grey) - LEAN_USUAL)))
            return {"edge_px": round(widest, 2), "direction": round(one_way, 2), "edges": count}
    return {"edge_px": 0.0, "direction": 1.0, "edges": 0}


def _lean(grey: Image) -> float:
    """How much more of what is drawn aslant leans one way than the other, as a logarithm.

    A movement aslant widens the rules and the level and upright strokes of print all alike: they say nothing of its
    direction. Of the strokes aslant it leaves those that lie along it, and hatches print with them; print itself leans
    as much to one side as to the other."""
    soft = cv2.GaussianBlur(grey, (7, 7), 1.2)
    dx = cv2.Sobel(soft, cv2.CV_16S, 1, 0)[::2].astype(np.float32)
    dy = cv2.Sobel(soft, cv2.CV_16S, 0, 1)[::2].astype(np.float32)
    size = cv2.magnitude(dx, dy)
    strong = size > max(0.3 * float(np.percentile(size[::2, ::3], 97)), 6.0)
    turn = np.mod(np.arctan2(dy[strong], dx[strong]), np.pi) / (np.pi / SECTORS)
    many = np.bincount(np.floor(turn + 0.5).astype(int) % SECTORS, minlength=SECTORS) + 0.002 * size.size / SECTORS
    half = SECTORS // 2
    more = np.log(many / np.roll(many, half))[1:half]  # of sectors between level and upright against their opposites
    return float(max(abs(more[half // 2 - 1]), abs(more.mean())))


def _edge_widths(grey: Image, least: int) -> tuple[list[float], int]:
    """Typical widths of edges in four directions (those with enough of them), and how many edges were measured."""
    grey = np.asarray(cv2.GaussianBlur(grey, (3, 3), 0.6), np.uint8)
    dx, dy = cv2.Sobel(grey, cv2.CV_16S, 1, 0), cv2.Sobel(grey, cv2.CV_16S, 0, 1)
    ys, xs = np.nonzero(cv2.Canny(dx, dy, 60, 140))
    if len(xs) < least:
        return [], len(xs)
    step = len(xs) // 12000 + 1
    ys, xs = ys[::step], xs[::step]
    gx, gy = dx[ys, xs].astype(np.float32), dy[ys, xs].astype(np.float32)
    slope = np.hypot(gx, gy) / 8.0  # grey values a pixel
    ux, uy = gx / (8 * slope), gy / (8 * slope)
    # the profile across each edge, from the foot to the top of the change
    reach = np.arange(-8, 9, dtype=np.float32)
    u, v = xs[:, None] + reach * ux[:, None], ys[:, None] + reach * uy[:, None]
    looked = cv2.remap(
        grey, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    steps = np.diff(looked.astype(np.float32), axis=1)
    up, down = steps[:, 8:], steps[:, :8][:, ::-1]
    height = (np.cumprod(up > 0.75, axis=1) * up).sum(axis=1) + (np.cumprod(down > 0.75, axis=1) * down).sum(axis=1)
    clear = height > max(24.0, 0.35 * float(np.percentile(height, 90)))
    count = int(clear.sum()) * step
    if count < least:
        return [], count
    width = height[clear] / np.maximum(slope[clear], 1e-3)
    return _spread(width, np.arctan2(uy[clear], ux[clear]), least), count


def _spread(width: Floats, tone: Floats, least: int) -> list[float]:
    """The widest and the narrowest edges, by their direction.

    What a movement does to an edge goes with the cosine of the angle between them, its square with the cosine of
    twice the angle; so a wave of two periods a turn is laid through the squares of the typical widths of eight
    directions. Where edges run in too few of them, the widths themselves must do."""
    sector = np.floor(np.mod(tone, np.pi) / (np.pi / SECTORS) + 0.5).astype(int) % SECTORS
    parts = [(index, width[sector == index]) for index in range(SECTORS)]
    typical = [(index, float(np.percentile(part, 40)), len(part)) for index, part in parts if len(part) >= least // 8]
    if not typical:
        return [float(np.percentile(width, 40))]
    if len(typical) < 4:
        return [one for _, one, _ in typical]
    index, value, many = (np.array(column, np.float64) for column in zip(*typical, strict=True))
    angle = index * (2 * np.pi / SECTORS)
    wave = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)
    heavy = np.sqrt(np.minimum(many, 8 * least))[:, None]
    level, a, b = np.linalg.lstsq(wave * heavy, value**2 * heavy[:, 0], rcond=None)[0]
    swing = float(np.hypot(a, b))
    return [float(np.sqrt(level + swing)), float(np.sqrt(max(level - swing, 0.25 * value.min() ** 2)))]

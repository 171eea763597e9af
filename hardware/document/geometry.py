"""Four-sided shapes: order, sanity, the size of the paper behind one.

Corners are float32 (4, 2), x to the right, y down, clockwise from top left as the eye sees the picture.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]

FOCAL = 1.0  # of the picture's longer side: between a phone's wide camera (0.8) and a document camera (1.3)


def ordered(corners: object) -> Floats:
    """The same four corners, clockwise, beginning with the one nearest the top left."""
    points = np.asarray(corners, np.float32).reshape(4, 2)
    middle = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    points = points[np.argsort(angles)]
    first = int(np.argmin(points.sum(axis=1)))
    return np.ascontiguousarray(np.roll(points, -first, axis=0))


def area(corners: Floats) -> float:
    """Square pixels inside."""
    x, y = corners[:, 0].astype(float), corners[:, 1].astype(float)
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def side_lengths(corners: Floats) -> Floats:
    """Top, right, bottom, left, in pixels."""
    return np.asarray(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1), np.float32)


def angles(corners: Floats) -> Floats:
    """The inner angles in degrees."""
    before = np.roll(corners, 1, axis=0) - corners
    after = np.roll(corners, -1, axis=0) - corners
    cosine = (before * after).sum(axis=1) / (np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1) + 1e-9)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))), np.float32)


def is_sane(corners: Floats) -> bool:
    """Convex, with no angle that a sheet seen by a camera above it could not show."""
    return bool(cv2.isContourConvex(corners.reshape(-1, 1, 2))) and bool(
        (angles(corners) > 35).all() and (angles(corners) < 145).all()
    )


def overlap(one: Floats, other: Floats) -> float:
    """Intersection over union of two convex quadrilaterals."""
    shared, _ = cv2.intersectConvexConvex(one, other)
    union = area(one) + area(other) - shared
    return float(shared / union) if union > 0 else 0.0


def paper_size(corners: Floats, width: int, height: int) -> tuple[float, float]:
    """Width and height of the sheet in picture pixels, with the tilt of the camera taken out.

    Zhang and He, "Whiteboard scanning and image enhancement" (2007): with square pixels and the principal point in the
    middle, four corners of a rectangle give the focal length and so the sheet's proportions. Where they do not (two
    sides are parallel in the picture), a usual focal length is taken.
    """
    top, right, bottom, left = (float(value) for value in side_lengths(corners))
    across, down = (top + bottom) / 2, (left + right) / 2
    ratio = across / max(down, 1e-6)
    centre = np.array([width / 2, height / 2])
    scale = max(width, height)
    m1, m2, m4, m3 = (np.append((corners[i] - centre) / scale, 1.0) for i in range(4))
    d2, d3 = float(np.dot(np.cross(m2, m4), m3)), float(np.dot(np.cross(m3, m4), m2))
    if abs(d2) > 1e-9 and abs(d3) > 1e-9:
        n2 = float(np.dot(np.cross(m1, m4), m3)) / d2 * m2 - m1
        n3 = float(np.dot(np.cross(m1, m4), m2)) / d3 * m3 - m1
        focal_squared = FOCAL**2
        if abs(n2[2]) > 0.05 and abs(n3[2]) > 0.05:
            seen_focal = -(n2[0] * n3[0] + n2[1] * n3[1]) / (n2[2] * n3[2])
            if 0.4 < seen_focal < 6:
                focal_squared = seen_focal
        weights = np.array([1 / focal_squared, 1 / focal_squared, 1.0])
        seen = math.sqrt(float((n2 * n2 * weights).sum()) / float((n3 * n3 * weights).sum()))
        if 0.5 < seen / ratio < 2:
            ratio = seen
    if ratio >= 1:
        across = max(top, bottom)
        return across, across / ratio
    down = max(left, right)
    return down * ratio, down


def shrunk(image: Image, longest: int) -> Image:
    """The picture with its longer side at most `longest` px. Halves are averaged exactly, which costs a tenth of
    averaging over any other ratio; the rest is interpolated."""
    while max(image.shape[:2]) >= 2 * longest:
        height, width = image.shape[0] // 2, image.shape[1] // 2
        if min(height, width) < 1:
            return image
        image = np.asarray(
            cv2.resize(image[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def rectify(image: Image, corners: Floats, width: int | None = None, height: int | None = None) -> Image:
    """The sheet inside the corners, seen straight from above, in a picture of its own.

    Without a size: as many pixels as the sheet has in the picture. Raises ValueError when the corners span nothing.
    """
    corners = np.asarray(corners, np.float32).reshape(4, 2)
    if area(corners) < 16:
        raise ValueError("the corners span no area")
    if width is None or height is None:
        across, down = paper_size(corners, image.shape[1], image.shape[0])
        width, height = max(8, round(across)), max(8, round(down))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    turned = cv2.getPerspectiveTransform(corners, target)
    shrink = math.sqrt(width * height / max(area(corners), 1.0))
    flags = cv2.INTER_AREA if shrink < 0.5 else cv2.INTER_LINEAR if shrink < 1.05 else cv2.INTER_CUBIC
    if shrink < 0.5:  # warpPerspective does not average; do it first
        factor = shrink * 1.5
        image = np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        turned = cv2.getPerspectiveTransform((corners + 0.5) * factor - 0.5, target)
        flags = cv2.INTER_LINEAR
    return np.asarray(
        cv2.warpPerspective(image, turned, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )

"""A page as JPEG within a size, at the best quality that fits, its resolution written into it."""

from __future__ import annotations

import io

import cv2
from PIL import Image as Pillow

from hardware.document.geometry import Image

# The longer side in mm, where the kind of paper says it: A4 ISO 216; ID-1 ISO/IEC 7810; the household register's page.
LONG_SIDE_MM = {"a4": 297.0, "card": 85.6, "booklet": 143.0, "certificate": 297.0}
DPI_MOST = {"a4": 220, "certificate": 220, "booklet": 300, "card": 500}
SIDE_MOST = 2400  # px, where the size is not known
QUALITIES = (90, 84, 78, 70, 62, 54)


def dpi(shape: str, longest: int, long_mm: float = 0.0) -> int:
    """Dots per inch of a page `longest` px long; 0 where its size is not known. `long_mm`: as it was measured."""
    millimetres = long_mm or LONG_SIDE_MM.get(shape)
    return round(longest * 25.4 / millimetres) if millimetres else 0


def jpeg(page: Image, *, shape: str, colour: bool, bytes_most: int, long_mm: float = 0.0) -> tuple[bytes, int, int]:
    """(JPEG, width, height), never more than `bytes_most` bytes: quality goes down first, then size. `long_mm`: its
    longer side, where that was measured."""
    most = SIDE_MOST
    if shape in LONG_SIDE_MM:
        most = round(LONG_SIDE_MM[shape] / 25.4 * DPI_MOST[shape])
    scale = min(1.0, most / max(page.shape[:2]))
    while True:
        sized = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
        height, width = sized.shape[:2]
        if colour:
            picture = Pillow.fromarray(cv2.cvtColor(sized, cv2.COLOR_BGR2RGB))
        else:
            picture = Pillow.fromarray(cv2.cvtColor(sized, cv2.COLOR_BGR2GRAY))
        resolution = dpi(shape, max(height, width), long_mm)
        for quality in QUALITIES:
            out = io.BytesIO()
            extra = {"dpi": (resolution, resolution)} if resolution else {}
            picture.save(out, "JPEG", quality=quality, optimize=True, **extra)
            if out.tell() <= bytes_most:
                return out.getvalue(), width, height
        if max(height, width) < 200:
            raise ValueError(f"a page cannot be kept in {bytes_most} bytes")
        scale *= 0.8

"""Reads a picture that may be anything: bounded in time and memory, with a clear error.

The header is looked at before a pixel is decoded, so that a decompression bomb costs nothing.
"""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from hardware.document.geometry import Image

BYTES_MOST = 64_000_000  # a 50-megapixel JPEG at the best quality has about 40 MB
PIXELS_MOST = 50_000_000  # 150 MB decoded; the largest document cameras have 24
SIDE_LEAST = 32  # px; nothing can be read on less
UNREADABLE, TOO_LARGE = "capture.unreadable", "capture.too_large"
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")


class PictureError(ValueError):
    """The picture cannot be used. `code` is a fault code; the text says why, without the picture's content."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def read(path: Path) -> Image:
    """A picture file as BGR uint8 (H, W, 3), upright by its EXIF orientation. Raises PictureError."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise PictureError(UNREADABLE, f"{path}: not a file")
        if size > BYTES_MOST:
            raise PictureError(TOO_LARGE, f"{path}: {size} bytes, at most {BYTES_MOST} are read")
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(UNREADABLE, f"{path}: {error.strerror}") from error
    try:
        return decode(data)
    except PictureError as error:
        raise PictureError(error.code, f"{path}: {error}") from error


def decode(data: bytes, longest: int = 0) -> Image:
    """An encoded picture as BGR uint8 (H, W, 3), upright; transparent parts become white. Raises PictureError.

    With `longest`, a JPEG may come smaller, its longer side at least so many pixels.
    """
    if len(data) > BYTES_MOST:
        raise PictureError(TOO_LARGE, f"{len(data)} bytes, at most {BYTES_MOST} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)  # our own limit is below, and lower
            opened = Pillow.open(io.BytesIO(data), formats=FORMATS)
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        code = TOO_LARGE if isinstance(error, Pillow.DecompressionBombError) else UNREADABLE
        raise PictureError(code, "too many pixels" if code == TOO_LARGE else "not a picture we know") from error
    with opened as picture:
        width, height = picture.size
        if width * height > PIXELS_MOST:
            raise PictureError(TOO_LARGE, f"{width}×{height} pixels, at most {PIXELS_MOST} are read")
        if min(width, height) < SIDE_LEAST:
            raise PictureError(UNREADABLE, f"{width}×{height} pixels, at least {SIDE_LEAST} a side are needed")
        try:
            if longest:
                share = longest / max(width, height)
                picture.draft(None, (max(1, round(width * share)), max(1, round(height * share))))
            picture.load()
            return _plain(ImageOps.exif_transpose(picture))
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
            raise PictureError(UNREADABLE, "the picture is damaged or cut short") from error


def _plain(picture: Pillow.Image) -> Image:
    """Any mode to BGR."""
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        values = np.asarray(picture, np.float32)
        top = 65535.0 if picture.mode != "F" else max(float(values.max()), 1.0)
        picture = Pillow.fromarray(np.clip(values * (255.0 / top), 0, 255).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        ground = Pillow.new("RGBA", layered.size, (255, 255, 255, 255))
        ground.alpha_composite(layered)
        picture = ground
    pixels = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"), np.uint8)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)

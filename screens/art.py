"""Pictures and icons by name, from screens/assets, at the size that is asked for.

An icon comes out of the atlas of the next size that exists (white, tinted when drawn); a picture out of its file of
that width. What is not there is drawn as a plain frame, never an error: a picture is never the only bearer of meaning.

An atlas is never a texture: all six as textures take 21 MB, and a screen draws a dozen icons. Only how much an icon
covers each of its pixels is kept, one byte a pixel, and a texture is made of an icon when it is first drawn.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from kivy.core.image import _img_sdl2 as files
from kivy.graphics.texture import Texture

ASSETS = Path(__file__).parent / "assets"


@lru_cache(maxsize=1)
def _icon_sizes() -> list[int]:
    return sorted(int(file.stem.rpartition("-")[2]) for file in (ASSETS / "icons").glob("icons-*.atlas"))


@lru_cache(maxsize=16)
def _atlas(size: int) -> tuple[bytes, int, int, dict[str, tuple[int, int, int, int]]]:
    """Coverage of an atlas's pixels, rows from the top; width, height; icons' places, origin bottom left."""
    file = ASSETS / "icons" / f"icons-{size}.atlas"
    ((sheet, places),) = json.loads(file.read_text("utf-8")).items()
    width, height, kind, pixels, _ = files.load_from_filename(str(ASSETS / "icons" / sheet))
    if kind != "rgba" or len(pixels) != 4 * width * height:
        raise ValueError(f"{sheet}: not the kind of picture that make_art.py writes")
    return bytes(pixels[3::4]), width, height, {name: tuple(place) for name, place in places.items()}


@lru_cache(maxsize=256)
def icon(name: str, size: int) -> Texture | None:
    """White on nothing, to be tinted; at least `size` px if such an atlas exists, else the largest. None: unknown."""
    sizes = _icon_sizes()
    for given in [one for one in sizes if one >= size] + [one for one in reversed(sizes) if one < size]:
        cover, width, height, places = _atlas(given)
        if name in places:
            x, y, wide, high = places[name]
            pixels = bytearray(b"\xff" * (4 * wide * high))
            starts = (x + width * row for row in range(height - 1 - y, height - 1 - y - high, -1))
            pixels[3::4] = b"".join(cover[start : start + wide] for start in starts)
            texture = Texture.create(size=(wide, high), colorfmt="rgba")
            texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
            texture.mag_filter = texture.min_filter = "nearest" if given == size else "linear"
            return texture
    return None


@lru_cache(maxsize=1)
def _pictures() -> dict[str, list[int]]:
    widths: dict[str, list[int]] = {}
    for file in (ASSETS / "pictures").glob("*@*.png"):
        name, _, width = file.stem.rpartition("@")
        widths.setdefault(name, []).append(int(width))
    return {name: sorted(found) for name, found in widths.items()}


@lru_cache(maxsize=24)
def picture(name: str, width: int) -> Texture | None:
    """A picture at least `width` px wide if there is such a file, else the widest. None: unknown."""
    widths = _pictures().get(name)
    if not widths:
        return None
    given = next((one for one in widths if one >= width), widths[-1])
    wide, high, kind, pixels, _ = files.load_from_filename(str(ASSETS / "pictures" / f"{name}@{given}.png"))
    texture = Texture.create(size=(wide, high), colorfmt=kind)
    texture.blit_buffer(pixels, colorfmt=kind, bufferfmt="ubyte")
    texture.flip_vertical()
    texture.mag_filter = texture.min_filter = "nearest" if given == width else "linear"
    return texture

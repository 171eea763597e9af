"""Pictures and icons by name, from screens/assets, at the size that is asked for.

An icon comes out of the atlas of the next size that exists (white, tinted when drawn); a picture out of its file of
that width. What is not there is drawn as a plain frame, never an error: a picture is never the only bearer of meaning.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from kivy.core.image import Image as CoreImage
from kivy.graphics.texture import Texture, TextureRegion

ASSETS = Path(__file__).parent / "assets"


@lru_cache(maxsize=1)
def _icon_sizes() -> list[int]:
    return sorted(int(file.stem.rpartition("-")[2]) for file in (ASSETS / "icons").glob("icons-*.atlas"))


@lru_cache(maxsize=16)
def _atlas(size: int) -> tuple[Texture, dict[str, tuple[int, int, int, int]]]:
    file = ASSETS / "icons" / f"icons-{size}.atlas"
    ((sheet, places),) = json.loads(file.read_text("utf-8")).items()
    texture = CoreImage(str(ASSETS / "icons" / sheet), keep_data=False).texture
    return texture, {name: tuple(place) for name, place in places.items()}


@lru_cache(maxsize=256)
def icon(name: str, size: int) -> TextureRegion | None:
    """White on nothing, to be tinted; at least `size` px if such a sheet exists, else the largest. None: unknown."""
    sizes = _icon_sizes()
    for given in [one for one in sizes if one >= size] + [one for one in reversed(sizes) if one < size]:
        texture, places = _atlas(given)
        if name in places:
            region = texture.get_region(*places[name])
            region.mag_filter = region.min_filter = "nearest" if given == size else "linear"
            return region
    return None


@lru_cache(maxsize=1)
def _pictures() -> dict[str, list[int]]:
    widths: dict[str, list[int]] = {}
    for file in (ASSETS / "pictures").glob("*@*.png"):
        name, _, width = file.stem.rpartition("@")
        widths.setdefault(name, []).append(int(width))
    return {name: sorted(found) for name, found in widths.items()}


@lru_cache(maxsize=48)
def picture(name: str, width: int) -> Texture | None:
    """A picture at least `width` px wide if there is such a file, else the widest. None: unknown."""
    widths = _pictures().get(name)
    if not widths:
        return None
    given = next((one for one in widths if one >= width), widths[-1])
    texture = CoreImage(str(ASSETS / "pictures" / f"{name}@{given}.png"), keep_data=False).texture
    texture.mag_filter = texture.min_filter = "nearest" if given == width else "linear"
    return texture

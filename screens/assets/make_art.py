"""Makes the pictures and icons that screens show, out of their sources. A developer's tool: set-up never runs it.

The results are committed (a terminal needs neither an SVG renderer nor the network), so this runs only when a drawing
changes. It needs `rsvg-convert` (Debian: librsvg2-bin) and Pillow.

    python screens/assets/make_art.py                  remake everything
    python screens/assets/make_art.py fault-paper-out  remake the pictures whose names begin so
    python screens/assets/make_art.py --icons          remake the icon atlases only
    python screens/assets/make_art.py --take FOLDER    first copy the icons in sources/icons.txt out of an unpacked
                                                       npm package @tabler/icons (its folder icons/outline)

Sizes are px for the 32 inch portrait panel. An icon is white where it is drawn and *transparent white* where not, so
that it can be tinted by the toolkit without a dark fringe; every size has its own atlas, so that only sizes which are
shown take memory.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image

from screens.assets import specimens

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "sources"
ICON_SOURCES = SOURCES / "icons"

# Stroke of 24 per size: small icons need more ink to stay legible, large ones look clumsy with it.
ICON_STROKES = {36: 2.2, 42: 2.2, 48: 2.2, 56: 2.2, 64: 2.2, 76: 1.8, 116: 1.9}
LARGE = 116  # px; this size holds only the names in sources/icons-large.txt
ALPHA_STEPS = 32  # levels of coverage kept in an icon: a smaller file, no difference to the eye
EDGE_STEP = 24  # of 255: colours along a picture's edges are rounded to it, a quarter off its file, unseen
FLAT_COLOURS = 24  # the colours a picture has most of stay as they are
ICON_GAP = 2  # px between icons in an atlas, so that linear filtering never fetches a neighbour

# A picture's view box says which family it belongs to; a family has its widths.
PICTURE_WIDTHS = {120: (76, 124, 160, 248), 240: (180, 360), 300: (300, 600), 484: (484, 968)}
EXTRA_WIDTHS = {"clerk": (420,)}  # shown larger than its family


def icon_names(listing: str = "icons.txt") -> list[str]:
    lines = (SOURCES / listing).read_text(encoding="utf-8").splitlines()
    return sorted({name for line in lines if not line.startswith("#") for name in line.split()})


def take_icons(package: Path) -> None:
    """Copy the listed icons, without the attributes that only matter in a web page."""
    ICON_SOURCES.mkdir(parents=True, exist_ok=True)
    for old in ICON_SOURCES.glob("*.svg"):
        old.unlink()
    for name in icon_names():
        text = (package / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        text = re.sub(r'\s*class="[^"]*"', "", text).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")
        text = re.sub(r"\s+", " ", text).replace("> <", "><").replace("<svg xmlns", "<svg\n xmlns", 1).replace("\n", "")
        (ICON_SOURCES / f"{name}.svg").write_text(text.strip() + "\n", encoding="utf-8")
    shutil.copy(package / "LICENSE", HERE / "icons" / "LICENSE.tabler-icons")


def render(svg: str, width: int) -> Image.Image:
    """The drawing as RGBA, `width` px wide."""
    done = subprocess.run(["rsvg-convert", "-w", str(width)], input=svg.encode(), capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout)).convert("RGBA")


def bleed(picture: Image.Image) -> Image.Image:
    """The same picture, whose clear pixels next to an edge carry the edge's colour: the toolkit mixes colours without
    regard to how clear they are, and black would fringe a picture that is not shown at its own size."""
    import numpy as np

    pixels = np.asarray(picture).astype(np.uint32)
    weight = (pixels[..., 3:] > 0).astype(np.uint32)
    padded = np.pad(np.concatenate([pixels[..., :3] * weight, weight], axis=2), ((1, 1), (1, 1), (0, 0)))
    height, width = pixels.shape[:2]
    around = np.zeros((height, width, 4), np.uint32)
    for y in range(3):
        for x in range(3):
            around += padded[y : y + height, x : x + width]
    clear = (pixels[..., 3] == 0) & (around[..., 3] > 0)
    pixels[clear, :3] = around[clear][:, :3] // around[clear][:, 3:]
    return Image.fromarray(pixels.astype(np.uint8))


def rounded(picture: Image.Image) -> Image.Image:
    """The same picture with fewer colours where two of its flat ones meet."""
    import numpy as np

    pixels = np.ascontiguousarray(np.asarray(picture)).reshape(-1, 4).copy()
    colours = pixels.view(np.uint32).ravel()
    found, count = np.unique(colours, return_counts=True)
    between = ~np.isin(colours, found[np.argsort(-count)[:FLAT_COLOURS]])
    soft = pixels[between].astype(np.uint32)
    coarse = np.minimum((soft + EDGE_STEP // 2) // EDGE_STEP * EDGE_STEP, 255)
    coarse[:, 3] = np.where(soft[:, 3] == 0, 0, np.maximum(coarse[:, 3], 1))  # clear stays clear, ink stays ink
    pixels[between] = coarse
    return Image.fromarray(pixels.reshape(picture.height, picture.width, 4))


def make_icons() -> None:
    texts = {name: (ICON_SOURCES / f"{name}.svg").read_text(encoding="utf-8") for name in icon_names()}
    for size, stroke in ICON_STROKES.items():
        names = icon_names("icons-large.txt") if size == LARGE else icon_names()
        cell = size + ICON_GAP
        width = 1 << (int((len(names) * cell * cell) ** 0.5) - 1).bit_length()
        columns = width // cell
        rows = -(-len(names) // columns)
        height = rows * cell
        mask = Image.new("L", (width, height), 0)
        places: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            text = texts[name].replace("currentColor", "#fff").replace('stroke-width="2"', f'stroke-width="{stroke}"')
            x, y = index % columns * cell, index // columns * cell
            mask.paste(render(text, size).getchannel("A"), (x, y))
            places[name] = [x, height - y - size, size, size]  # the toolkit counts from the bottom
        top = ALPHA_STEPS - 1
        sheet = mask.point([round(value * top / 255) for value in range(256)])
        sheet.putpalette([255, 255, 255] * ALPHA_STEPS)
        coverage = bytes(round(step * 255 / top) for step in range(ALPHA_STEPS))
        sheet.save(HERE / "icons" / f"icons-{size}.png", optimize=True, transparency=coverage, bits=8)
        atlas = {f"icons-{size}.png": places}
        (HERE / "icons" / f"icons-{size}.atlas").write_text(json.dumps(atlas, separators=(",", ":")) + "\n")


def make_pictures(prefixes: list[str]) -> None:
    out = HERE / "pictures"
    drawings = {source.stem: source.read_text(encoding="utf-8") for source in sorted(SOURCES.glob("*.svg"))}
    drawings |= {f"specimen-{name}": specimens.drawing(name) for name in specimens.PAPERS}
    for name, text in drawings.items():
        if prefixes and not any(name.startswith(prefix) for prefix in prefixes):
            continue
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', text)
        if box is None or int(box[1]) not in PICTURE_WIDTHS:
            sys.exit(f"{name}: the view box must be 0 0 W H, with W one of {sorted(PICTURE_WIDTHS)}")
        for width in (*PICTURE_WIDTHS[int(box[1])], *EXTRA_WIDTHS.get(name, ())):
            rounded(bleed(render(text, width))).save(out / f"{name}@{width}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prefixes", nargs="*", help="only pictures whose names begin so")
    parser.add_argument("--icons", action="store_true", help="only the icons")
    parser.add_argument("--take", type=Path, metavar="FOLDER", help="unpacked npm package to copy icons from")
    asked = parser.parse_args()
    if asked.take:
        take_icons(asked.take)
    if asked.icons or asked.take or not asked.prefixes:
        make_icons()
    if not asked.icons and not asked.take:
        make_pictures(asked.prefixes)


if __name__ == "__main__":
    main()

"""Draws sample steps in a real window to PNG, and beside pictures of a reference folder when one is given.

    python -m screens.gallery OUT [--size 1080x1920] [--mode elder|contrast|low] [--language en] [--only PREFIX]
        [--beside FOLDER]

`--mode` and `--only` may be given several times.

Needs a display; without one it starts a virtual one (Xvfb) of the asked size.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from screens.display import some_display

if TYPE_CHECKING:
    from PIL.Image import Image

    from screens.app import ScreenApp
    from screens.stage import Stage


def picture() -> Image:
    """What is on the screen now."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    width, height = Window.size
    data = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    return Image.frombytes("RGB", (width, height), data).transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def draw(app: ScreenApp) -> Image:
    """Draw a frame now and take it."""
    from kivy.core.window import Window

    Window.dispatch("on_draw")
    image = picture()
    Window.flip()
    return image


def beside(image: Image, reference: Path, name: str, suffix: str) -> Image | None:
    """Ours left, the reference right, both halved; None when the folder has no such picture."""
    from PIL import Image

    for candidate in (f"{name}{suffix}.png", f"{name}.png"):
        file = reference / candidate
        if file.is_file():
            other = Image.open(file).convert("RGB")
            if other.size != image.size:
                continue
            both = Image.new("RGB", (image.width * 2 + 20, image.height), "red")
            both.paste(image, (0, 0))
            both.paste(other, (image.width + 20, 0))
            return both
    return None


def pose(stage: Stage, name: str) -> None:
    """What a finger would have done by now: a character half written, letters half spelled."""
    from screens.samples import HE
    from screens.sheets.writing import Typing
    from screens.widgets.areas import HandArea

    sheet = stage.sheet
    if not isinstance(sheet, Typing):
        return
    if isinstance(sheet.area, HandArea) and name.startswith(("05-", "05c")):
        sheet.area.surface.set(HE)
        sheet.strokes_changed(sheet.area.surface)
    elif name.startswith(("05b", "05n")):
        for letter in "he":
            sheet.heard(f"key:{letter}")


async def _run(asked: argparse.Namespace) -> int:
    from config import locales
    from config.settings import Screen
    from screens.app import ScreenApp
    from screens.samples import EMPTY_DESK, SampleServices, samples_for

    width, height = (int(part) for part in asked.size.split("x"))
    screen = Screen(
        width_px=width, height_px=height,
        elder="elder" in asked.mode, contrast="contrast" in asked.mode, low="low" in asked.mode,
    )  # fmt: skip
    folder = Path(tempfile.mkdtemp(prefix="gallery-"))
    services = SampleServices()
    app = ScreenApp(screen, locales.load(asked.language), services, lambda _event: None, time.monotonic, folder)
    running = asyncio.create_task(app.run())
    await asyncio.sleep(0.2)
    suffix = "-landscape" if width > height else f"-{asked.mode[0]}" if asked.mode else ""
    samples = samples_for(elder="elder" in asked.mode, low="low" in asked.mode, landscape=width > height)
    for name, (step, status) in samples.items():
        if asked.only and not any(name.startswith(prefix) for prefix in asked.only):
            continue
        services.bare = name in EMPTY_DESK
        start = time.perf_counter()
        app.stage.show(step, status)
        built = time.perf_counter()
        image = draw(app)
        drawn = time.perf_counter()
        pose(app.stage, name)
        await asyncio.sleep(0.12)
        image = draw(app)
        image.save(asked.out / f"{name}{suffix}.png")
        sheet = app.stage.sheet
        level = sheet.level if sheet else 0
        print(
            f"{name}{suffix}: built {1000 * (built - start):.1f} ms, "
            f"drawn {1000 * (drawn - built):.1f} ms, squeeze {level}"
        )
        if asked.beside and (both := beside(image, asked.beside, name, suffix)):
            both.save(asked.out / f"beside-{name}{suffix}.png")
    app.stop()
    await running
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--mode", action="append", default=[], choices=["elder", "contrast", "low"])
    parser.add_argument("--language", default="zh", help="folder of words, such as en")
    parser.add_argument("--only", action="append", default=[], help="only samples whose names begin so")
    parser.add_argument("--beside", type=Path, help="folder with reference pictures of the same names")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    width, height = (int(part) for part in asked.size.split("x"))
    with some_display(width, height):
        return asyncio.run(_run(asked))


if __name__ == "__main__":
    sys.exit(main())

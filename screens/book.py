"""Every step in two ways of showing it, on one page to look through: `make gallery`.

    python -m screens.book OUT

The ways are dealt out so that every two settings meet somewhere: panel, elder, contrast, low, hand, language. What can
be checked is checked in all of them by `screens.sweep`; here is what only eyes can judge.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from screens.display import some_display

if TYPE_CHECKING:
    from screens.checks import Way

# Every kind of step, and the samples that differ most from it.
CHAPTERS = (
    "00-attract", "01-home", "01c-list", "01d-list-many", "02-notice", "02b-notice-long", "02g-flow", "02c-consent",
    "03-items", "03b-choice", "03c-choice-many", "04-idcard", "04b-card-again", "04f-card-shown-long", "04k-face",
    "05-question", "05b-name-pinyin", "05c-name-long", "05d-phone", "05f-id", "05w-date-wheels", "05m-address",
    "05n-address-long", "05r-places", "05p-search", "06-camera", "06i-camera-empty", "06b-camera-more", "06d-review",
    "07-commitment", "08-check", "08b-check-long", "08c-working", "09-handed-in", "10-handed-in-offline", "11-rate",
    "12-idle", "13-staff", "13c-pin", "13g-restart", "13k-stick", "14-fault-paper", "16-delivery-choice",
    "17-data-gone", "18-help", "19-trouble", "20d-lookup-found", "20g-lookup-case", "21-ask", "22-resume-slip",
)  # fmt: skip
STYLE = """
body { font: 16px sans-serif; margin: 24px; background: #d8d8d4; color: #18212b }
section { display: inline-block; vertical-align: top; margin: 0 18px 30px 0 }
h2 { font-size: 17px; margin: 0 0 6px } p { margin: 4px 0 } img { height: 620px; border: 1px solid #555 }
img.wide { height: 360px }
"""


def dealt(ways: list[Way], names: tuple[str, ...]) -> list[tuple[str, Way]]:
    """Two ways for each sample, round and round: every way comes, and as far apart as may be."""
    half = len(ways) // 2 or 1
    pairs: list[tuple[str, Way]] = []
    for index, name in enumerate(names):
        pairs.append((name, ways[index % len(ways)]))
        pairs.append((name, ways[(index + half) % len(ways)]))
    return pairs


async def _draw(out: Path) -> int:
    from config import locales
    from config.settings import Screen
    from screens.app import ScreenApp
    from screens.samples import SampleServices

    folder = Path(tempfile.mkdtemp(prefix="book-"))
    ScreenApp(Screen(), locales.load(), SampleServices(), lambda _event: None, time.monotonic, folder)
    from kivy.core.window import Window

    from screens.checks import drawn, longer_step, pairs_of_ways, stage_for
    from screens.gallery import pose
    from screens.samples import SAMPLES, samples_for

    ways = pairs_of_ways()
    wanted = dealt(ways, tuple(name for name in CHAPTERS if name in SAMPLES))
    made: dict[str, list[tuple[str, Way]]] = {}
    for way in ways:
        stage = stage_for(way)
        Window.add_widget(stage)
        samples = samples_for(elder=way.elder, low=way.low, landscape=way.panel.startswith("wide"))
        for name in [name for name, own in wanted if own == way]:
            step, status = samples[name]
            stage.show(longer_step(step) if way.language == "longer" else step, status)
            pose(stage, name)
            await asyncio.sleep(0.03)
            file = f"{name}--{way.name}.png"
            drawn(stage).save(out / file)
            made.setdefault(name, []).append((file, way))
            print(file, file=sys.stderr)
        Window.remove_widget(stage)
    page = [f"<!doctype html><meta charset=utf-8><title>Every step, in two ways</title><style>{STYLE}</style>"]
    page.append("<h1>Every step, in two ways</h1>")
    for name, pictures in made.items():
        for file, way in pictures:
            wide = ' class="wide"' if way.panel.startswith("wide") else ""
            page.append(
                f"<section><h2>{html.escape(name)}</h2><p>{html.escape(way.name)}</p>"
                f'<a href="{file}"><img{wide} src="{file}" loading="lazy"></a></section>'
            )
    (out / "index.html").write_text("\n".join(page), "utf-8")
    print(out / "index.html")
    return sum(len(pictures) for pictures in made.values())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    with some_display(1920, 1920):
        count = asyncio.run(_draw(asked.out))
    print(f"{count} pictures")
    return 0 if count else 1


if __name__ == "__main__":
    raise SystemExit(main())

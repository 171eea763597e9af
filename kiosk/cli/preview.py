"""`kiosk catalogue preview`: every screen of a matter as a picture, drawn by the terminal's own screens."""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config import locales
from kiosk.cli.common import DONE, complain, settings_of, show, state_of

if TYPE_CHECKING:
    from config.settings import Settings
    from matters.steps import AnyStep


def preview(arguments: argparse.Namespace) -> int:
    """Pictures of all screens that a matter's answers lead to; only those whose names begin so, with --only."""
    from kiosk.catalogues import load
    from kiosk.preview import screens, with_every_device
    from kiosk.visiting.setting import setting_of
    from screens.display import some_display

    settings = settings_of(arguments)
    if arguments.size:
        width, _, height = arguments.size.partition("x")
        if not (width.isdecimal() and height.isdecimal()):
            return complain(f"--size wants WxH, like 1080x1920, not {arguments.size!r}")
        settings = replace(settings, screen=replace(settings.screen, width_px=int(width), height_px=int(height)))
    catalogue = load(settings.catalogue, state_of(arguments)).catalogue
    if arguments.matter not in catalogue.matters:
        return complain(f"no matter {arguments.matter!r}; there are: {', '.join(catalogue.matters)}")
    setting = with_every_device(setting_of(settings, datetime.now().astimezone()))
    found = screens(catalogue, arguments.matter, setting)
    wanted = {key: step for key, step in found.items() if any(key.startswith(only) for only in arguments.only or [""])}
    if not wanted:
        return complain(f"no screen begins so; there are: {', '.join(found)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with some_display(settings.screen.width_px, settings.screen.height_px):
        made = asyncio.run(_draw(settings, wanted, arguments.out))
    show({"pictures": made}, arguments.json, "\n".join(made))
    return DONE


async def _draw(settings: Settings, found: dict[str, AnyStep], out: Path) -> list[str]:
    from screens.app import ScreenApp
    from screens.gallery import draw
    from screens.samples import STATUS, SampleServices

    folder = Path(tempfile.mkdtemp(prefix="preview-"))
    screen = replace(settings.screen, fullscreen=False)
    place = settings.place
    status = replace(STATUS, county=place.county, hall=place.hall, hours=place.hours)
    words = locales.load(screen.language)
    app = ScreenApp(screen, words, SampleServices(bare=True), lambda _event: None, time.monotonic, folder)
    running = asyncio.create_task(app.run())
    await asyncio.sleep(0.2)
    made = []
    for number, (key, step) in enumerate(found.items(), 1):
        app.stage.show(step, status)
        draw(app)
        await asyncio.sleep(0.12)
        path = out / f"{number:02d}-{re.sub('[^0-9A-Za-z_-]+', '-', key)}.png"
        draw(app).save(path)
        made.append(str(path))
    app.stop()
    await running
    return made

"""The window: one per process, made from settings, on the process's asyncio loop.

Kivy by itself reads the command line, keeps a config file and logs in the home folder and draws red dots for a second
mouse button. None of that may happen on a terminal, and all of it is decided before Kivy's first import: `prepare`.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from config.locales import Locale
from config.settings import Screen
from matters.events import Event
from screens.density import px_per_mm
from screens.services import Services

if TYPE_CHECKING:
    from screens.stage import Stage

FRAMES_PER_SECOND = 60


def prepare(folder: Path | None = None) -> None:
    """Set what Kivy looks at when it is imported. `folder` takes what little it writes; None: a new temporary one."""
    home = folder or Path(tempfile.mkdtemp(prefix="screens-"))
    home.mkdir(parents=True, exist_ok=True)
    (home / "style.kv").touch()
    logging.getLogger("kivy").setLevel(logging.WARNING)
    os.environ.update(
        KIVY_HOME=str(home),
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_NO_FILELOG="1",
        KIVY_NO_CONSOLELOG="1",
        KIVY_LOG_MODE="PYTHON",  # it would take stderr for itself otherwise, and tracebacks with it
        KIVY_NO_ENV_CONFIG="1",
        KIVY_IMAGE="sdl2",  # Pillow would be imported otherwise
        KIVY_TEXT="sdl2",
        KIVY_CLIPBOARD="dummy",
        KIVY_METRICS_DENSITY="1",
        KIVY_DPI="96",
        SDL_TOUCH_MOUSE_EVENTS="0",
        SDL_MOUSE_TOUCH_EVENTS="0",
        SDL_VIDEO_ALLOW_SCREENSAVER="0",
        SDL_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR="1",
    )


def _without_kivys_looks() -> None:
    """Import Kivy's layout language without the looks of its own widgets, of which none is used here: reading them is
    a fourteenth of the time to the first picture. An empty file stands in for them."""
    import kivy
    import kivy.resources  # looks in the real folder, now and later

    real = kivy.kivy_data_dir
    kivy.kivy_data_dir = os.environ["KIVY_HOME"]
    try:
        import kivy.lang.builder
    finally:
        kivy.kivy_data_dir = real


class ScreenApp:
    """The window and its stage.

    >>> app = ScreenApp(settings.screen, words, services, on_event, loop.time, folder)
    >>> await app.run()             # until stop()
    >>> app.stage.show(step, status)
    """

    stage: Stage

    def __init__(
        self,
        screen: Screen,
        words: Locale,
        services: Services,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
        folder: Path | None = None,
        *,
        hidden: bool = False,
        cursor: bool = False,
    ) -> None:
        """Makes the window at once (some 0.3 s). `hidden`: for a process that stands by; `reveal` shows it."""
        prepare(folder)
        if not screen.px_per_mm:
            screen = replace(screen, px_per_mm=px_per_mm(screen.width_px, screen.height_px))
        from kivy.config import Config

        for section, key, value in (
            ("graphics", "width", screen.width_px),
            ("graphics", "height", screen.height_px),
            ("graphics", "borderless", int(screen.fullscreen)),
            ("graphics", "fullscreen", 0),  # a borderless window of the panel's size: no mode switch, no flicker
            ("graphics", "position", "custom"),
            ("graphics", "left", 0),
            ("graphics", "top", 0),
            ("graphics", "resizable", 0),
            ("graphics", "multisamples", 0),  # edges are smooth in the pictures: ten times cheaper without a GPU
            ("graphics", "vsync", 0),
            ("graphics", "maxfps", FRAMES_PER_SECOND),
            ("graphics", "show_cursor", int(cursor)),
            ("graphics", "window_state", "hidden" if hidden else "visible"),
            ("kivy", "exit_on_escape", 0),
            ("kivy", "pause_on_minimize", 0),
            ("kivy", "keyboard_mode", "system"),
            ("input", "mouse", "mouse,disable_multitouch"),
        ):
            if section == "input" and not Config.has_section("input"):
                Config.add_section("input")
            Config.set(section, key, str(value))
        _without_kivys_looks()
        from kivy.core.window import Window

        from screens.stage import Stage

        self._window = Window
        Window.size = (screen.width_px, screen.height_px)
        self.stage = Stage(screen, words, services, on_event, clock)
        self._hidden = hidden

    async def run(self) -> None:
        """Until `stop`. Frames are drawn between what else the loop does."""
        from kivy.base import async_runTouchApp

        await async_runTouchApp(self.stage, async_lib="asyncio")

    def reveal(self) -> None:
        """Show a window that was made hidden. The first picture is drawn by then."""
        if self._hidden:
            self._hidden = False
            self._window.show()
            self._window.raise_window()

    def stop(self) -> None:
        from kivy.base import stopTouchApp

        stopTouchApp()

"""A finger on a display of our own: the XTEST extension for touches, screenshots of what is shown.

XTEST sends pointer events, as no touch device can be had on a virtual display. They come through the display server
to the window, like a person's; no handler is called by us.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from screens.display import DisplayError, virtual_display

__all__ = ["DisplayError", "Finger", "Point", "virtual_display"]

Point = tuple[float, float]


class Finger:
    """One finger on one display. Coordinates are pixels from the top left."""

    def __init__(self, display: str) -> None:
        from Xlib.display import Display
        from Xlib.error import DisplayConnectionError, DisplayNameError

        try:
            self._display = Display(display)
        except (DisplayConnectionError, DisplayNameError) as error:
            raise DisplayError(f"no display {display}: {error}") from error
        self.name = display

    def _event(self, kind: int, detail: int = 0, at: Point = (0, 0)) -> None:
        from Xlib.ext import xtest

        xtest.fake_input(self._display, kind, detail, x=round(at[0]), y=round(at[1]))
        self._display.sync()

    def tap(self, at: Point, hold_s: float = 0.03) -> None:
        """Touch, hold, let go."""
        self.down(at)
        time.sleep(hold_s)
        self.up()

    def down(self, at: Point) -> None:
        """Touch and stay."""
        from Xlib import X

        self._event(X.MotionNotify, at=at)
        self._event(X.ButtonPress, 1)

    def up(self) -> None:
        """Let go."""
        from Xlib import X

        self._event(X.ButtonRelease, 1)

    def draw(self, points: Sequence[Point], pace_s: float = 0.006) -> None:
        """Touch at the first point, move along the rest, let go at the last."""
        from Xlib import X

        self._event(X.MotionNotify, at=points[0])
        self._event(X.ButtonPress, 1)
        for point in points[1:]:
            time.sleep(pace_s)
            self._event(X.MotionNotify, at=point)
        time.sleep(pace_s)
        self._event(X.ButtonRelease, 1)

    def press_key(self, name: str) -> None:
        """Press and let go of one key of a keyboard, by its X name (Up, Return, F1 …)."""
        from Xlib import XK, X

        code = self._display.keysym_to_keycode(XK.string_to_keysym(name))
        self._event(X.KeyPress, code)
        self._event(X.KeyRelease, code)

    def picture(self, target: Path) -> None:
        """What the display shows now, as PNG."""
        import mss
        import mss.tools

        with mss.MSS(display=self.name) as grabber:
            shot = grabber.grab(grabber.monitors[0])
            mss.tools.to_png(shot.rgb, shot.size, output=str(target), level=1)

    def close(self) -> None:
        self._display.close()

"""Every place a pointer passed, also those between two frames.

Kivy hands out one touch object for a whole drag and changes it as motions arrive; several that arrive before the next
frame all read as the last of them. Fingers on a touch panel come as objects of their own, but a pointer (a mouse, a
resistive panel, a test's finger on a virtual display) would draw straight lines between far places. So each motion is
written down on its touch as the window hears of it.
"""

from __future__ import annotations

from typing import cast

from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.input.providers.mouse import MouseMotionEventProvider

Place = tuple[float, float]  # px of the window, origin bottom left
PASSED, START = "passed", "start"

_down: Place = (0.0, 0.0)  # where the pointer last came down


def watch() -> None:
    """Write motions down from now on. Once or often is the same."""
    Window.bind(on_mouse_down=_came, on_mouse_move=_moved)


def _came(window: object, x: float, y: float, button: str, modifiers: object) -> None:
    global _down
    _down = (x, Window.height - 1 - y)


def _moved(window: object, x: float, y: float, modifiers: object) -> None:
    for provider in EventLoop.input_providers:
        touch = provider.current_drag if isinstance(provider, MouseMotionEventProvider) else None
        if touch is not None:
            touch.ud.setdefault(START, _down)
            touch.ud.setdefault(PASSED, []).append((x, Window.height - 1 - y))


def start(touch: MotionEvent) -> Place:
    """Where it came down; by the time one hears of it, it may be elsewhere."""
    return cast(Place, touch.ud.get(START, touch.pos))


def passed(touch: MotionEvent) -> list[Place]:
    """Where it has been since this was last asked, in order."""
    if "button" not in touch.profile:
        return [touch.pos]
    places: list[Place] = touch.ud.pop(PASSED, [])
    return places

"""The root of what is drawn: one step at a time.

A screen is a function of its step. What a screen keeps for itself is only what is under the finger: a key held down,
strokes of the character being written, letters of the pinyin being spelled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kivy.uix.widget import Widget

from config.locales import Locale
from config.settings import Screen
from matters.events import Event
from matters.steps import Step
from screens.services import Services
from screens.status import StatusView


@dataclass(frozen=True)
class Rect:
    """On the screen, px, origin top left (as a finger or a test sees it)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Shown:
    """One thing on the screen: `ident` is "" when it cannot be touched."""

    ident: str
    text: str
    rect: Rect


class Stage(Widget):
    """Draws steps, hands back events."""

    def __init__(
        self,
        screen: Screen,
        words: Locale,
        services: Services,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        super().__init__()
        self.on_event = on_event
        self.clock = clock

    def show(self, step: Step, status: StatusView) -> None:
        """Draw the step with the next frame. The same kind of step with the same key changes in place."""

    def set_modes(self, *, elder: bool | None = None, contrast: bool | None = None, low: bool | None = None) -> None:
        """Change how everything is drawn; the present step is drawn anew."""

    def reading(self) -> list[str]:
        """What is on the screen, in the order it is read aloud."""
        return []

    def find(self, wanted: str) -> Rect | None:
        """Where a text or a "#ident" is: the smallest thing that can be touched and bears it; else the text itself."""
        return None

    def visible(self) -> list[Shown]:
        """Everything on the screen, in reading order."""
        return []

    def on_drawn(self, callback: Callable[[], None]) -> None:
        """Call back once, after the next frame is on the screen."""

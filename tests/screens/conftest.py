"""One real window a test process (Kivy knows no second), and a finger for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from matters.events import Event

if TYPE_CHECKING:
    from matters.steps import Step
    from screens.app import ScreenApp
    from screens.stage import Stage
    from screens.status import StatusView


@pytest.fixture(scope="session")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScreenApp]:
    """The window of this process, on a virtual display when there is no other."""
    from config import locales
    from config.settings import Screen
    from screens.display import some_display

    home: Path = tmp_path_factory.mktemp("kivy")
    with some_display(1080, 1920):
        from screens.app import ScreenApp
        from screens.samples import SampleServices

        yield ScreenApp(Screen(), locales.load(), SampleServices(), lambda _event: None, time.monotonic, home)


class Hand:
    """A stage in the window, what it sends, and a finger on it."""

    def __init__(self, stage: Stage, events: list[Event]) -> None:
        self.stage, self.events = stage, events

    def show(self, step: Step, status: StatusView | None = None) -> None:
        from screens.samples import STATUS

        self.stage.show(step, status or STATUS)

    def down(self, wanted: str) -> object:
        """A finger comes down on a text or "#ident"."""
        from kivy.tests.common import UnitTestTouch

        rect = self.stage.find(wanted)
        assert rect is not None, f"{wanted} is not on the screen: {[one.text for one in self.stage.visible()]}"
        x, y = rect.centre
        touch = UnitTestTouch(x, self.stage.height - y)
        touch.touch_down()
        return touch

    def tap(self, wanted: str) -> None:
        self.down(wanted).touch_up()  # type: ignore[attr-defined]

    def words(self) -> str:
        return "".join(one.text for one in self.stage.visible())

    def idents(self) -> set[str]:
        return {one.ident for one in self.stage.visible() if one.ident}


@pytest.fixture
def hand_on(window: ScreenApp) -> Iterator[Callable[..., Hand]]:
    """`hand_on(width, height, elder=…)`: a stage of that size in the window."""
    from kivy.core.window import Window

    from config import locales
    from config.settings import Screen
    from screens.samples import SampleServices
    from screens.stage import Stage

    made: list[Stage] = []

    def make(
        width: int = 1080,
        height: int = 1920,
        *,
        elder: bool = False,
        contrast: bool = False,
        low: bool = False,
        hand: str = "right",
    ) -> Hand:
        for old in made:
            Window.remove_widget(old)
        Window.size = (width, height)
        events: list[Event] = []
        screen = Screen(width_px=width, height_px=height, elder=elder, contrast=contrast, low=low, hand=hand)
        stage = Stage(screen, locales.load(), SampleServices(), events.append, time.monotonic)
        made.append(stage)
        Window.add_widget(stage)
        return Hand(stage, events)

    yield make
    for stage in made:
        Window.remove_widget(stage)


@pytest.fixture
def hand(hand_on: Callable[..., Hand]) -> Hand:
    """The reference panel, as it is when nobody asked for a mode."""
    return hand_on()

"""What appears on a screen that stays is heard, too: a hint while a paper lies under the camera, what is wrong with an
answer, that it was read from a page.

A screen is read when it comes. A message on it that changes afterwards is told once it has stood for a moment: under
the camera one hint follows the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.clock import Clock

from screens.widgets.touch import Message

if TYPE_CHECKING:
    from screens.stage import Stage

STANDS_S = 0.8


class Remarks:
    """The messages of one stage. `on_remark` hears those that have changed on the same screen."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.on_remark: Callable[[list[str]], None] = lambda _words: None
        self._screen = ""
        self._words: list[str] = []  # of the messages, as they stand
        self._told: list[str] = []  # as they stood when they were last heard
        self._due = Clock.create_trigger(self._tell, STANDS_S)  # held weakly: a stage that is gone stays gone

    def drawn(self) -> None:
        """The screen was laid out anew."""
        stage = self._stage
        step = stage.step
        screen = f"{type(step).__name__}:{step.key}" if step is not None else ""
        words = [
            one.words()
            for node in stage.nodes() if isinstance(node, Message)
            for one in node.walk_nodes() if one.words()
        ]  # fmt: skip
        if screen != self._screen:
            self._screen, self._told = screen, words  # it is read as a whole
        if words != self._words:
            self._words = words
            self._due.cancel()
            if words != self._told:
                self._due()

    def _tell(self, _dt: float) -> None:
        self._told = self._words
        if self._words:
            self.on_remark(list(self._words))

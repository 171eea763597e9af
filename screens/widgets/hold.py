"""The way into the staff pages: hold the hall's name for three seconds. Nobody does so by chance."""

from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.input.motionevent import MotionEvent

from screens.widgets.base import Text

HOLD_S = 3.0


class HeldText(Text):
    """Words that mean something when a finger rests on them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._timer: Any = None

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if self.ident and self.shown and self.collide_point(*touch.pos):
            touch.grab(self)
            self._stop()
            self._timer = Clock.schedule_once(self._held, HOLD_S)
            return True
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: MotionEvent) -> bool:
        if touch.grab_current is self and not self.collide_point(*touch.pos):
            self._stop()
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        self._stop()
        return True

    def _held(self, _dt: float) -> None:
        self._timer = None
        node: Any = self
        while node is not None and not hasattr(node, "pressed_ident"):
            node = node.parent if node.parent is not node else None
        if node is not None and self.shown:
            node.pressed_ident(self.ident)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def vanish(self) -> None:
        super().vanish()
        self._stop()

"""Nobody is there: a dark screen with the time and an invitation, moving."""

from __future__ import annotations

from datetime import datetime

from screens.attract import Attract, corner
from screens.sheets.base import Sheet, fitting, shows
from screens.theme import look
from screens.widgets.frame import Counter
from screens.words import say


@shows(Attract)
class AttractSheet(Sheet):
    """Any touch ends it: there is nothing on it to hit."""

    head = "none"
    counter_height = 0.0
    fill = "status"
    radius = 0
    pad = (0, 0, 0, 0)

    def tell_counter(self, counter: Counter) -> None:
        counter.tell(None, None, help_key=False)

    def told(self) -> None:
        now = self.stage_now()
        self.ids.clock.text = f"{now.hour}:{now.minute:02d}" if now else ""
        self.ids.day.text = ""
        if now:
            weekday = say(f"status.weekday{now.isoweekday()}")
            self.ids.day.text = say("status.day", month=now.month, day=now.day, weekday=weekday)
        self.ids.picture.name = self.step.picture

    def stage_now(self) -> datetime | None:
        """Local time, as the status line has it; None before it is on the stage."""
        return self.stage().status.now if self.parent is not None else None

    def opened(self) -> None:
        self.told()
        self.stage().rearrange()

    def place(self, x: int, y: int, width: int, height: int) -> None:
        """The block of words somewhere in the free room, by the turn."""
        block = self.ids.block
        wide = min(width - look.u(80), look.u(680 if look.portrait else 1000))
        self._drawn = fitting(block, wide, height - look.u(80))
        with look.squeezed(self._drawn):
            high = block.measure(wide)
        across, down = corner(self.step.turn)
        self.pad = (0, 0, 0, 0)
        left = look.u(40) + round(across * max(0, width - wide - look.u(80)))
        top = look.u(40) + round(down * max(0, height - high - look.u(80)))
        self._block = (x + left, y + top, wide, high)
        super().place(x, y, width, height)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        with look.squeezed(self._drawn):
            self.ids.block.place(*self._block)

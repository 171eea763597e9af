"""A clerk joins a visit that is under way: by the staff PIN, or by a registered card laid on the reader.

It stands over the visit as the staff page does, and goes by itself. What the clerk then fills in is marked by the visit
(`matters.visit.behalf`) and told to the trail by places, never by what was entered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hardware.ports import Fault
from kiosk.staff import LONGEST, SHORTEST, StaffPin
from kiosk.visiting.pinpad import PinPad
from matters.events import Event, Joined, Pressed
from screens.staff import StaffPin as PinStep

if TYPE_CHECKING:
    from kiosk.visiting.process import VisitProcess
    from matters.visit import Visit

LEAVE_S = 60.0  # without a touch
LOOK_AGAIN_S = 1.0  # after a card that could not be read


class ClerkJoins:
    """The PIN pad over a visit; satisfies what the process asks of staff mode."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._pin = StaffPin(process.state)
        self._pad = PinPad()
        self._touched = process.clock()
        self._card: asyncio.Task[None] | None = None

    def open(self) -> None:
        self._show()
        self._card = asyncio.create_task(self._wait_for_card())

    def tick(self) -> None:
        if self._process.clock() - self._touched > LEAVE_S:
            self._leave()
        else:
            self._show()

    def handle(self, event: Event) -> None:
        self._touched = self._process.clock()
        if not isinstance(event, Pressed):
            return
        name, _, value = event.id.partition(":")
        if name == "back":
            self._leave()
            return
        if digits := self._pad.pressed(name, value):
            verdict = self._pin.check(digits)
            if verdict == "ok":
                self._join("pin")
                return
            self._pad.problem = verdict
            self._process.journal.note("staff.refused", failures=1, locked_s=round(self._pin.locked_for()))
        self._show()

    async def _wait_for_card(self) -> None:
        devices = self._process.devices
        reader = devices.ports.get("id_card") if devices is not None else None
        while reader is not None:
            record = await reader.read()
            if isinstance(record, Fault):
                await asyncio.sleep(LOOK_AGAIN_S)
                continue
            mark = await asyncio.to_thread(self._pin.card, record.id_number)
            if mark:
                self._join(mark)
                return
            self._pad.problem = "card"
            self._show()
            await asyncio.sleep(LOOK_AGAIN_S)

    def _join(self, mark: str) -> None:
        self._leave()
        if self._process.conductor is not None:
            self._process.conductor.handle(Joined(self._process.clock(), mark))

    def _leave(self) -> None:
        if self._card is not None and self._card is not asyncio.current_task():
            self._card.cancel()
        self._card = None
        self._process.leave_staff()

    def _show(self) -> None:
        if self._process.staff is not self:
            return
        locked = self._pin.locked_for()
        problem = "locked" if locked > 0 else self._pad.problem
        self._process.show_staff(
            PinStep("staff:join", None, True, "join", len(self._pad.digits), SHORTEST, LONGEST, problem, locked)
        )


class Marks:
    """Tells the trail when a clerk joins, what they fill and when they go; places only."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._clerk = ""
        self._filled: frozenset[str] = frozenset()

    def follow(self, visit: Visit) -> None:
        note = self._process.journal.note
        if visit.clerk and not self._clerk:
            note("clerk.joined", by=visit.clerk)
        for place in sorted(visit.answers.by_clerk - self._filled):
            note("clerk.filled", step=place)
        if self._clerk and not visit.clerk:
            note("clerk.left")
        self._clerk, self._filled = visit.clerk, visit.answers.by_clerk

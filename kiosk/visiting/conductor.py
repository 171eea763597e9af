"""Carries a visit: events in, steps out, effects started once and cancelled when nobody wants them any more.

It knows neither Kivy nor a device: `show` draws, `perform` carries an effect out. So it runs in tests as it runs in
the hall.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from matters import visit as visits
from matters.effects import AnyEffect, ForgetDraft, PrintNotice, PrintReceipt, SendRating
from matters.events import Event, Outcome, Underway
from matters.outcomes import Failed, Result
from matters.steps import Step
from matters.visit import Visit

log = logging.getLogger("kiosk.visit")

FINISHED_FIRST = (PrintReceipt, PrintNotice, SendRating, ForgetDraft)

Tell = Callable[[str], None]  # what an effect is at, by code: card.reading
Perform = Callable[[AnyEffect, Tell], Awaitable[Result]]


class Conductor:
    """One visit on one loop."""

    def __init__(
        self,
        visit: Visit,
        show: Callable[[Step], None],
        perform: Perform,
        clock: Callable[[], float],
    ) -> None:
        self.visit = visit
        self._show, self._perform, self._clock = show, perform, clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._step: Step | None = None

    def begin(self) -> None:
        """Draw the first step."""
        self._follow()

    def handle(self, event: Event) -> None:
        """One event, wholly: the new step is handed to `show` before this returns."""
        self.visit = visits.advance(self.visit, event)
        self._follow()

    def _follow(self) -> None:
        wanted = {effect.id: effect for effect in visits.wanted(self.visit)}
        for gone in self._running.keys() - wanted.keys():
            self._running.pop(gone).cancel()
        step = visits.step(self.visit)
        if step != self._step:
            self._step = step
            self._show(step)
        for id_, effect in wanted.items():
            if id_ not in self._running:
                self._running[id_] = asyncio.create_task(self._carry_out(effect))

    async def _carry_out(self, effect: AnyEffect) -> None:
        try:
            result = await self._perform(effect, lambda code: self.handle(Underway(self._clock(), effect.id, code)))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - the visit ends safely whatever broke
            # Its text may hold what a person entered: only its kind and place go to the log.
            log.error("effect %s broke: %s at %s", type(effect).__name__, type(error).__name__, where(error))
            result = Failed("terminal.unexpected")
        self._outcome(effect, result)

    def _outcome(self, effect: AnyEffect, result: Result) -> None:
        self.handle(Outcome(self._clock(), effect.id, result))

    async def finish(self, within_s: float) -> None:
        """Wait for what must not be cut short: a print, a rating on its way to the outbox."""
        wanted = {effect.id: effect for effect in visits.wanted(self.visit)}
        tasks = [task for name, task in self._running.items() if isinstance(wanted.get(name), FINISHED_FIRST)]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def stop(self) -> None:
        """Cancel everything that is under way."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def where(error: BaseException) -> str:
    """File and line where an exception was raised, without any value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else "?"

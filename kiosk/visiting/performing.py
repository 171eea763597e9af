"""Carries out what a step asks for.

Each effect is a coroutine that can be cancelled at any moment and ends in a result; an expected failure is `Failed`
with the code of a fault card.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

from hardware.ports import Fault
from matters import effects
from matters.effects import AnyEffect
from matters.outcomes import CardRead, Done, Failed, PictureTaken, Printed, Result

if TYPE_CHECKING:
    from kiosk.visiting.conductor import Tell
    from kiosk.visiting.process import VisitProcess

SWITCH_OFF_S = 0.4


class Performer:
    """One visit's effects. `submitted` is what was handed in, for a test to compare with what the county holds."""

    def __init__(self, process: VisitProcess) -> None:
        self._process = process
        self._ports: dict[str, Any] = process.devices.ports
        self._at_county: dict[str, asyncio.Event] = {}
        self.submitted: dict[str, Any] | None = None
        self._films = 0
        self._how: dict[type, Callable[[Any, Tell], Awaitable[Result]]] = {
            effects.ReadCard: self._read_card,
            effects.Film: self._film,
            effects.Shoot: self._shoot,
            effects.Forget: self._forget,
            effects.PrintNotice: self._print_notice,
            effects.Submit: self._submit,
            effects.PrintReceipt: self._print_receipt,
            effects.AwaitCounty: self._await_county,
            effects.SendRating: self._send_rating,
            effects.CallClerk: self._call_clerk,
            effects.LookUp: self._look_up,
        }

    async def perform(self, effect: AnyEffect, tell: Tell) -> Result:
        return await self._how[type(effect)](effect, tell)

    def acknowledged(self, application: str) -> None:
        """The county has signed for it."""
        self._at_county.setdefault(application, asyncio.Event()).set()

    # ------------------------------------------------------------------ devices

    async def _read_card(self, _: effects.ReadCard, tell: Tell) -> Result:
        reader = self._ports.get("id_card")
        if reader is None:
            return Failed("reader.absent")
        record = await reader.read(lambda: tell("card.reading"))
        if isinstance(record, Fault):
            return Failed(record.code)
        return CardRead(
            kind=record.kind,
            name=record.name,
            id_number=record.id_number,
            sex=record.sex,
            nation=record.nation,
            birth=record.birth,
            address=record.current_address,
            issuer=record.issuer,
            valid_from=record.valid_from,
            valid_to=record.valid_to,
        )

    async def _film(self, effect: effects.Film, _: Tell) -> Result:
        camera = self._ports.get("camera")
        if camera is None:
            return Failed("camera.absent")
        with self._filming(camera):
            fault = await camera.start(effect.shape, effect.colour)
            return self._kept(fault if fault is not None else await camera.taken())

    async def _shoot(self, effect: effects.Shoot, _: Tell) -> Result:
        camera = self._ports.get("camera")
        if camera is None:
            return Failed("camera.absent")
        with self._filming(camera):
            taken = await camera.shoot()
            if isinstance(taken, Fault) and taken.code == "camera.stopped":
                fault = await camera.start(effect.shape, effect.colour)
                taken = fault if fault is not None else await camera.shoot()
            return self._kept(taken)

    @contextlib.contextmanager
    def _filming(self, camera: Any) -> Iterator[None]:
        """The camera runs on for a moment after an effect: the next (shoot now, the next page) often follows at once."""
        self._films += 1
        try:
            yield
        finally:
            self._films -= 1
            asyncio.get_running_loop().call_later(SWITCH_OFF_S, self._switch_off, camera)

    def _switch_off(self, camera: Any) -> None:
        if self._films == 0:
            self._process.spawn(camera.stop())

    def _kept(self, taken: Any) -> Result:
        if isinstance(taken, Fault):
            return Failed(taken.code)
        handle = self._process.pictures.keep(taken.sha256, taken.jpeg)
        return PictureTaken(handle, taken.sha256, taken.width, taken.height, len(taken.jpeg), taken.verdict)

    async def _forget(self, effect: effects.Forget, _: Tell) -> Result:
        self._process.pictures.forget(effect.picture)
        return Done()

    async def _print_notice(self, _: effects.PrintNotice, __: Tell) -> Result:
        from kiosk.visiting.slips import notice_slip

        return await self._print(notice_slip(self._process))

    async def _print_receipt(self, effect: effects.PrintReceipt, _: Tell) -> Result:
        from kiosk.visiting.slips import receipt_slip

        return await self._print(receipt_slip(self._process, effect.copy), job=effect.id)

    async def _print(self, slip: Any, job: str = "") -> Result:
        printer = self._ports.get("receipt_printer")
        if printer is None:
            return Failed("printer.absent")
        printed = await printer.print(slip, job)
        return printed if isinstance(printed, Printed) else Failed(printed.code)

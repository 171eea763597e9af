"""A phone's code, from the scanner to the county and back. The code lives in this one call, and is asked about once."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from hardware.ports import Fault
from hardware.scanner import CodeKind
from matters import identity
from matters.outcomes import Failed, PhoneRead

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.scanner import CodeScanner
    from kiosk.visiting.conductor import Tell
    from wire.phone import PhonePerson, PhoneRefused, PhoneUnchecked

ANSWER_S = 12.0
"""Longest wait for the county: it gives up on whoever it asks after four seconds, the rest is a slow line's."""

OURS = {CodeKind.RECEIPT: "code.receipt_elsewhere", CodeKind.SLIP: "code.slip_elsewhere"}


class Asker:
    """Whom to ask: the county at `url`, as the terminal of `state`. `suite`: how to seal, "" as the county wishes."""

    def __init__(self, url: str, state: Path, suite: str) -> None:
        self._url, self._state, self._suite = url, state, suite

    async def whose(self, code: str) -> PhoneRead | Failed:
        """One question and no second: where no answer comes, the phone has to make a new code."""
        from offline.county import County, NotTheCounty, Refused, Unavailable, Unreachable
        from offline.errors import OfflineError
        from offline.identity import load
        from wire import phone
        from wire.errors import WireError

        if not phone.can_be_asked(code):
            return Failed("phone.unknown")
        try:
            me = await asyncio.to_thread(load, self._state)
            asking = phone.ask(code, me.terminal, me.county, self._suite or None)
            async with asyncio.timeout(ANSWER_S), County(self._url, me, time.time) as county:
                return _meant(asking.read(await county.phone_code(asking.body)))
        except (Unreachable, NotTheCounty, TimeoutError):
            return Failed("phone.offline")
        except Unavailable as error:
            return Failed("phone.too_many" if error.note == "status 429" else "phone.unavailable")
        except Refused as error:  # 404: a county that does not know of phones' codes at all
            return Failed("phone.not_connected" if error.status == 404 else "phone.unavailable")
        except (OfflineError, WireError):
            return Failed("phone.unavailable")


def _meant(told: PhonePerson | PhoneRefused | PhoneUnchecked) -> PhoneRead | Failed:
    from wire.phone import PhonePerson

    if not isinstance(told, PhonePerson):
        return Failed(f"phone.{told.reason}")
    if identity.name_problem(told.name) or identity.id_problem(told.id_number, ""):
        return Failed("phone.unavailable")
    return PhoneRead(told.name, told.id_number, told.kind)


async def read(scanner: CodeScanner, asker: Asker, online: Callable[[], bool], tell: Tell) -> PhoneRead | Failed:
    """The next phone's code before the scanner, checked. A receipt or slip is known as that, and where there is no line
    nothing is asked."""
    code = await scanner.scan()
    if isinstance(code, Fault):
        return Failed(code.code)
    if code.kind in OURS:
        return Failed(OURS[code.kind])
    if not online():
        return Failed("phone.offline")
    tell("phone.checking")
    return await asker.whose(code.text)

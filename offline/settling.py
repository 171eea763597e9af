"""Taking acknowledged records out while the next is already on its way.

A record may leave once the county's signature has been verified; when exactly does not matter to anybody but the disk:
killed in between, it is sent again and the county answers the same. So the first leaves at once, those that come in the
next moment share a transaction, and neither the line nor the disk is kept busy by it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from offline.records import Ack

PAUSE_S = 0.5
"""Between two transactions while much is brought: each costs the disk two syncs, the outbox's and the trail's."""

Settle = Callable[[list[tuple[Ack, int]]], Awaitable[None]]
"""Takes out what was acknowledged: (acknowledgement, sequence) each."""


class Settling:
    """Use as `async with Settling(settle) as settling`. Leaving it waits for what was put in; raises what failed."""

    def __init__(self, settle: Settle) -> None:
        self._settle = settle
        self._waiting: list[tuple[Ack, int]] = []
        self._work: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __aenter__(self) -> Settling:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.done()

    def put(self, ack: Ack, sequence: int) -> None:
        """Take a record out soon. Raises what an earlier one failed with."""
        self._waiting.append((ack, sequence))
        if self._work is not None and self._work.done():
            self._work.result()
            self._work = None
        if self._work is None:
            self._work = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting, []
            await self._settle(some)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), PAUSE_S)

    async def done(self) -> None:
        """Until everything has been taken out, without pauses."""
        self._ending.set()
        while self._work is not None:
            work, self._work = self._work, None
            await work
            if self._waiting:
                self._work = asyncio.create_task(self._run())

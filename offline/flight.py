"""Records on their way to the county: two small applications at once, everything else alone.

While the county works on one, the next is already there; on a line with a second of delay that halves the wait. What
speaks of an earlier record (a supplement, a withdrawal, a complaint) must not overtake it, so only applications go
beside each other, which say nothing of one another, and only when their pages are there: pages fill the line by
themselves.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from offline.outbox import Due

MOST = 2
"""At once. More would bring nothing on a county's single writer, and cost a county that asks for time more refusals."""


class Flight:
    """`send` brings one record; `landed` is given what it does, to wait for and to make of its errors what is right.

    Use as `async with`: left by an error, it waits for what is still on its way; what that meets is noted with the
    record already and not raised."""

    def __init__(self, send: Callable[[Due], Awaitable[None]], landed: Callable[[Awaitable[None]], Awaitable[None]]):
        self._send, self._landed = send, landed
        self._flying: deque[asyncio.Task[None]] = deque()
        self._alone = False

    async def __aenter__(self) -> Flight:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._flying, return_exceptions=True)

    async def put(self, due: Due) -> None:
        """Let it go as soon as there is room for it. Raises what `landed` raises of one before."""
        alone = _alone(due)
        while self._flying and (alone or self._alone or len(self._flying) >= MOST):
            await self._first()
        self._alone = alone
        self._flying.append(asyncio.ensure_future(self._send(due)))

    async def done(self) -> None:
        """Until all have landed. Raises what `landed` raises."""
        while self._flying:
            await self._first()

    async def _first(self) -> None:
        await self._landed(self._flying.popleft())


def _alone(due: Due) -> bool:
    return due.entry.kind != "application" or not all(upload.done for upload in due.uploads)

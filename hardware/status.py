"""How a device is, told to everybody who watches: the part of a driver that is the same for every class."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from hardware.ports import Health, Status

UNKNOWN = Status(Health.UNKNOWN)


class StatusBoard:
    """Holds the present status and tells watchers of every change. Belongs to one loop; call `set` on that loop."""

    def __init__(self) -> None:
        self.present = UNKNOWN
        self._watchers: set[asyncio.Queue[Status]] = set()

    def set(self, status: Status) -> None:
        if status == self.present:
            return
        self.present = status
        for watcher in self._watchers:
            watcher.put_nowait(status)

    async def changes(self) -> AsyncIterator[Status]:
        """The present status, then every change, none left out."""
        queue: asyncio.Queue[Status] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield self.present
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)


async def looked(look: Callable[[], Awaitable[Status]], every_s: float) -> AsyncIterator[Status]:
    """For a device that tells nothing by itself: how it is now, then whatever looking again finds changed."""
    told: Status | None = None
    while True:
        now = await look()
        if now != told:
            told = now
            yield now
        await asyncio.sleep(every_s)

"""The records that are to be brought next, read and marked while the ones before them are on their way.

What is marked counts as tried until it succeeds (offline.sending.Sending.mark), so only a few are: small ones together,
in one transaction, because each leaves the disk more to sync than its own bytes; one with pages still to send alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from offline.outbox import Due, Outbox
from offline.pauses import Pauses

MOST = 16
"""Records marked together. Killed now, so many wait out a pause before they are tried again."""


class Ahead:
    """Oldest first, each once. `may_go`: whether this is a record's hour. Who stops before the end calls `leave`."""

    def __init__(self, outbox: Outbox, pauses: Pauses, may_go: Callable[[Due], bool]) -> None:
        self._outbox, self._pauses, self._may_go = outbox, pauses, may_go
        self._some: deque[Due] = deque()
        self._coming: asyncio.Task[list[Due]] | None = self._look(0)

    async def next(self) -> Due | None:
        """The next record, marked; None where no other is due. Raises OfflineError, from the disk."""
        if not self._some and self._coming is not None:
            coming, self._coming = self._coming, None
            self._some.extend(await coming)
        if not self._some:
            return None
        due = self._some.popleft()
        if not self._some:
            self._coming = self._look(due.entry.sequence)
        return due

    async def leave(self) -> None:
        """What was marked and not taken is as it was before."""
        left = [*self._some, *(await self._coming if self._coming is not None else ())]
        self._some.clear()
        self._coming = None
        if left:
            await asyncio.to_thread(self._outbox.unmark, [due.entry for due in left])

    def _look(self, after: int) -> asyncio.Task[list[Due]]:
        async def look() -> list[Due]:
            await the_request_is_out()
            return await asyncio.to_thread(self._marked, after)

        return asyncio.create_task(look())

    def _marked(self, after: int) -> list[Due]:
        while some := self._outbox.dues(after, MOST):
            if going := _together([due for due in some if self._may_go(due)]):
                pauses = [(due.entry.sequence, self._pauses.after(due.entry.tries + 1)) for due in going]
                self._outbox.mark(pauses)
                return going
            after = some[-1].entry.sequence
        return []


def _together(some: Sequence[Due]) -> list[Due]:
    """The first ones, up to and with the first that has pages to send: what stands behind it may wait for long."""
    together: list[Due] = []
    for due in some:
        together.append(due)
        if not all(upload.done for upload in due.uploads):
            break
    return together


async def the_request_is_out() -> None:
    """Let the next request go first: what can be done while the county works need not hold it up. (aiohttp writes a
    body in a task of its own, which stands in the loop's queue behind ours.)"""
    for _ in range(3):
        await asyncio.sleep(0)

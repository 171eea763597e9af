"""A card reader that is looked after while nobody reads from it: what is the same for every kind of card.

Whoever reads has the reader for themselves; meanwhile, and only then, nobody asks it how it is. A card that bounces on
the reader, or is laid again within seconds, is one event: of the last one a digest is kept, keyed by this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator

from hardware.ports import Status
from hardware.status import StatusBoard


class TendedReader:
    """A driver gives `_look`, which asks the reader how it is and tells the board. Belongs to one loop."""

    def __init__(self, tend_s: float, same_card_s: float, clock: Callable[[], float]) -> None:
        self._tend_s, self._same_card_s, self._clock = tend_s, same_card_s, clock
        self._board = StatusBoard()
        self._tending: asyncio.Task[None] | None = None
        self._closing = threading.Event()
        self._readers = 0  # read() calls under way; the reader is not asked for its health meanwhile
        self._last: tuple[bytes, float] | None = None  # keyed digest of the last card read, and when
        self._key = secrets.token_bytes(16)

    async def status(self) -> Status:
        self._check_open()
        if self._readers == 0:
            await self._look()
        self._tend()
        return self._board.present

    def watch(self) -> AsyncIterator[Status]:
        self._check_open()
        self._tend()
        return self._board.changes()

    async def _look(self) -> None:
        raise NotImplementedError

    @contextlib.contextmanager
    def _reading(self) -> Iterator[threading.Event]:
        """One read; the event says that nobody waits for it any more."""
        self._check_open()
        stop = threading.Event()
        self._readers += 1
        try:
            yield stop
        except asyncio.CancelledError:
            stop.set()
            raise
        finally:
            self._readers -= 1

    async def _leave(self) -> None:
        """No more looking: the driver is being closed."""
        self._closing.set()
        if self._tending is not None:
            self._tending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._tending
            self._tending = None

    def _check_open(self) -> None:
        if self._closing.is_set():
            raise RuntimeError("this reader was closed")

    def _tend(self) -> None:
        if self._tending is None:
            self._tending = asyncio.create_task(self._tend_forever())

    async def _tend_forever(self) -> None:
        while True:
            if self._readers == 0:
                await self._look()
            await asyncio.sleep(self._tend_s)

    def _bounced(self, card: str) -> bool:
        """Whether this card was read a moment ago. From now on it is the last one."""
        now = self._clock()
        digest = hashlib.blake2b(card.encode(), key=self._key).digest()
        bounced = self._last is not None and self._last[0] == digest and now - self._last[1] < self._same_card_s
        self._last = (digest, now)
        return bounced

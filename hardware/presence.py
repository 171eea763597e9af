"""Whether somebody stands there, as the rest sees it. It wakes the screen and shortens nothing: the idle time rules.

`presence+serial:///dev/ttyUSB3?baud=9600` a sensor board that says one line at each change: 1 or 0 (ON/OFF, as the
common radar modules with a serial line do). `presence+sysfs:///sys/class/gpio/gpio17/value` a pin of the kernel's.
Nothing else is sensed, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from hardware.addresses import Address, AddressError
from hardware.ports import Device, Health, Status
from hardware.status import StatusBoard
from hardware.wire_end import WireEnd, open_serial

LOOK_S = 0.2
WORDS = {b"1": True, b"ON": True, b"0": False, b"OFF": False}
LINE_MOST = 64


@runtime_checkable
class Presence(Device, Protocol):
    """Says when somebody comes and goes."""

    def somebody(self) -> AsyncIterator[bool]:
        """Every change, the present state first as soon as the sensor has said it."""
        ...


def open_presence(text: str) -> Presence:
    """Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("Presence", open_device("presence", text))


class _Seen:
    """The last word and who waits for the next."""

    def __init__(self) -> None:
        self._now: bool | None = None
        self._watchers: set[asyncio.Queue[bool]] = set()

    def say(self, there: bool) -> None:
        if there != self._now:
            self._now = there
            for queue in self._watchers:
                queue.put_nowait(there)

    async def changes(self) -> AsyncIterator[bool]:
        queue: asyncio.Queue[bool] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            if self._now is not None:
                yield self._now
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)


class SerialPresence:
    """A sensor that tells by itself."""

    def __init__(self, address: str, opened: Callable[[], int]) -> None:
        self.address = address
        self._seen = _Seen()
        self._held = bytearray()
        self._end = WireEnd(address, "presence", opened, self._heard)

    async def status(self) -> Status:
        return await self._end.status()

    def watch(self) -> AsyncIterator[Status]:
        return self._end.changes()

    def somebody(self) -> AsyncIterator[bool]:
        self._end.begin()
        return self._seen.changes()

    async def close(self) -> None:
        await self._end.close()

    def _heard(self, data: bytes) -> None:
        self._held += data
        *lines, rest = bytes(self._held).replace(b"\r", b"\n").split(b"\n")
        self._held = bytearray(rest[-LINE_MOST:])
        for line in lines:
            word = WORDS.get(line.strip().upper())
            if word is not None:  # what is no word of the sensor's is noise
                self._seen.say(word)


class PinPresence:
    """A pin that is looked at."""

    def __init__(self, address: str, file: Path) -> None:
        self.address = address
        self._file = file
        self._seen = _Seen()
        self._board = StatusBoard()
        self._looking: asyncio.Task[None] | None = None

    async def status(self) -> Status:
        self._look()
        return self._board.present

    def watch(self) -> AsyncIterator[Status]:
        self._begin()
        return self._board.changes()

    def somebody(self) -> AsyncIterator[bool]:
        self._begin()
        return self._seen.changes()

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
            self._looking = None

    def _begin(self) -> None:
        if self._looking is None:
            self._look()
            self._looking = asyncio.create_task(self._forever())

    async def _forever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self._look()

    def _look(self) -> None:
        try:
            word = WORDS.get(self._file.read_bytes()[:LINE_MOST].strip())
        except OSError:
            word = None
        if word is None:
            self._board.set(Status(Health.ABSENT, "presence.absent"))
        else:
            self._board.set(Status(Health.ONLINE))
            self._seen.say(word)


def from_address(address: Address) -> SerialPresence | PinPresence:
    """Raises AddressError."""
    if not address.path.startswith("/") or address.host:
        raise AddressError(f"{address.text}: write the whole path, like presence+serial:///dev/ttyUSB3")
    if address.scheme == "presence+sysfs":
        address.only()
        return PinPresence(address.text, Path(address.path))
    address.only("baud")
    path, baud = address.path, address.number("baud", 9600)
    return SerialPresence(address.text, lambda: open_serial(path, baud))

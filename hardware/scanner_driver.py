"""Drivers of code scanners: on a serial line, as a keyboard, or a camera and our own eyes.

`scan+serial:///dev/ttyACM0?baud=9600` · `scan+keys:///dev/input/by-id/…-event-kbd` · `scan+camera:///dev/video2`

A scanner that types is grabbed for us alone, so that no code ever lands in a text field. Codes end with CR, LF or TAB;
of a scanner that sends no end, a pause is one.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable

from hardware.addresses import Address, AddressError
from hardware.ports import Fault, Status
from hardware.scanner import MOST_CHARACTERS, Code, CodeKind
from hardware.scanner_keys import Keys
from hardware.wire_end import WireEnd, open_keys, open_serial

PAUSE_S = 0.15  # scanners send a whole code at once, the slowest in tenths of a second at 9600 baud
SAME_S = 3.0  # the same code again within it is one code: people hold still
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class Lines:
    """Characters into codes. Holds no more than one code."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._overflow = False

    @property
    def pending(self) -> bool:
        return bool(self._held) or self._overflow

    def feed(self, data: bytes) -> list[Code | Fault]:
        """What these bytes complete. Raises nothing."""
        out: list[Code | Fault] = []
        for byte in data:
            if byte in b"\r\n\t":
                out += self.end()
            elif len(self._held) < MOST_CHARACTERS:
                self._held.append(byte)
            else:
                self._overflow = True
        return out

    def end(self) -> list[Code | Fault]:
        """The code so far is whole; none if nothing came."""
        data, overflow = bytes(self._held), self._overflow
        self._held.clear()
        self._overflow = False
        if not data:
            return []
        try:
            text = data.decode("utf-8").strip()
        except UnicodeDecodeError:
            return [Fault("scanner.garbled", "not UTF-8")]
        if overflow or not text or not text.isprintable():
            return [Fault("scanner.garbled", "too long" if overflow else "control characters")]
        return [Code(text)]


class Scanner:
    """A scanner that talks by itself. Belongs to one loop."""

    def __init__(
        self,
        address: str,
        opened: Callable[[], int],
        keys: Keys | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._keys = keys
        self._clock = clock
        self._lines = Lines()
        self._end = WireEnd(address, "scanner", opened, self._heard)
        self._waiting: asyncio.Future[Code | Fault] | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._key = secrets.token_bytes(16)
        self._last: tuple[bytes, float] | None = None
        self._unasked: set[asyncio.Queue[CodeKind]] = set()

    async def status(self) -> Status:
        return await self._end.status()

    def watch(self) -> AsyncIterator[Status]:
        return self._end.changes()

    async def close(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        await self._end.close()

    async def scan(self) -> Code | Fault:
        await self._end.status()
        if (fault := self._end.fault()) is not None:
            return fault
        if self._waiting is not None and not self._waiting.done():
            raise RuntimeError("one scan at a time")
        self._waiting = asyncio.get_running_loop().create_future()
        gone = asyncio.create_task(self._until_gone())
        try:
            await asyncio.wait((self._waiting, gone), return_when=asyncio.FIRST_COMPLETED)
            return self._waiting.result() if self._waiting.done() else gone.result()
        finally:
            gone.cancel()
            self._waiting = None

    async def unasked(self) -> AsyncIterator[CodeKind]:
        kinds: asyncio.Queue[CodeKind] = asyncio.Queue()
        self._unasked.add(kinds)
        try:
            while True:
                yield await kinds.get()
        finally:
            self._unasked.discard(kinds)

    async def _until_gone(self) -> Fault:
        async for _ in self._end.changes():
            if (fault := self._end.fault()) is not None:
                return fault
        return Fault("scanner.absent")

    def _heard(self, data: bytes) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if self._keys is not None:
            data = self._keys.feed(data).encode()
        for one in self._lines.feed(data):
            self._got(one)
        if self._lines.pending:
            self._pause = asyncio.get_running_loop().call_later(PAUSE_S, self._paused)

    def _paused(self) -> None:
        for one in self._lines.end():
            self._got(one)

    def _got(self, one: Code | Fault) -> None:
        """Hands a code to whoever waits; when nobody does, only its kind is told."""
        if isinstance(one, Code):
            now = self._clock()
            digest = hashlib.blake2b(one.text.encode(), key=self._key).digest()
            again = self._last is not None and self._last[0] == digest and now - self._last[1] < SAME_S
            self._last = (digest, now)
            if again:
                return
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(one)
        elif isinstance(one, Code):
            for kinds in self._unasked:
                kinds.put_nowait(one.kind)


def from_address(address: Address) -> Scanner:
    """Raises AddressError."""
    path = address.path
    if address.host or not path.startswith("/"):
        raise AddressError(f"{address.text}: write the device's whole path, like scan+serial:///dev/ttyACM0?baud=9600")
    if address.scheme == "scan+keys":
        address.only("grab")
        if address.options.get("grab", "yes") not in ("yes", "no"):
            raise AddressError(f"{address.text}: grab is yes or no")
        grab = address.options.get("grab") != "no"  # no: tests, whose keyboard is no input device
        return Scanner(address.text, lambda: open_keys(path, grab), Keys())
    address.only("baud")
    baud = address.number("baud", 9600, BAUDS)
    return Scanner(address.text, lambda: open_serial(path, baud))

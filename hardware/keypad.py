"""A number pad beside the screen, as the rest sees it: keys as the ids that the screen's own pad has.

`keypad:///dev/input/by-id/…-event-kbd`, a USB number pad, grabbed for us alone so that its keys go where the step wants
them and nowhere else. Keys: 0…9, X, point, clear, back, main.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Protocol, cast, runtime_checkable

from hardware.addresses import Address, AddressError
from hardware.ports import Device, Status
from hardware.scanner_keys import KEYPAD, PLAIN, PRESSED, Keys
from hardware.wire_end import WireEnd, open_keys

# Codes of linux/input-event-codes.h. The star is the X of an ID number, as on telephones.
KEYS: dict[int, str] = {code: c for code, c in (*KEYPAD.items(), *PLAIN.items()) if c.isdigit()}
KEYS |= {45: "X", 55: "X", 83: "point", 14: "clear", 111: "clear", 1: "back", 28: "main", 96: "main"}


@runtime_checkable
class Keypad(Device, Protocol):
    def pressed(self) -> AsyncIterator[str]:
        """Every key from now on, once each however long it is held."""
        ...


def open_keypad(text: str) -> Keypad:
    """Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("Keypad", open_device("keypad", text))


class InputKeypad:
    """A Linux input device."""

    def __init__(self, address: str, opened: Callable[[], int]) -> None:
        self.address = address
        self._keys = Keys()
        self._end = WireEnd(address, "keypad", opened, self._heard)
        self._watchers: set[asyncio.Queue[str]] = set()

    async def status(self) -> Status:
        return await self._end.status()

    def watch(self) -> AsyncIterator[Status]:
        return self._end.changes()

    async def pressed(self) -> AsyncIterator[str]:
        self._end.begin()
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)

    async def close(self) -> None:
        await self._end.close()

    def _heard(self, data: bytes) -> None:
        for code, value in self._keys.strokes(data):
            if value == PRESSED and code in KEYS:
                for queue in self._watchers:
                    queue.put_nowait(KEYS[code])


def from_address(address: Address) -> InputKeypad:
    """Raises AddressError."""
    address.only("grab")
    if not address.path.startswith("/") or address.host or address.options.get("grab", "yes") not in ("yes", "no"):
        raise AddressError(f"{address.text}: write the device's whole path, like keypad:///dev/input/event3")
    path, grab = address.path, address.options.get("grab") != "no"
    return InputKeypad(address.text, lambda: open_keys(path, grab))

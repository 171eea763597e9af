"""The status light, as the rest sees it: one of a few meanings, shown by colour and rhythm.

`lights+serial:///dev/ttyUSB2?baud=9600` a relay or lamp board that takes one byte a channel: A0 channel on/off sum, the
frame most LCUS-type USB relay boards share. `lights+sysfs:///sys/class/leds?green=NAME&red=NAME` the kernel's own LEDs,
whose file `brightness` takes a number. Colour is never the only sign: what a light says the screen says too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from hardware.addresses import Address, AddressError
from hardware.ports import Device, Fault, Health, Status
from hardware.status import looked
from hardware.wire_end import WireEnd, open_serial

BLINK_S = 0.5  # half a period: 1 Hz, well under the 3 Hz that WCAG 2.3.1 allows
AGAIN_S = 2.0


class Meaning(StrEnum):
    READY = "ready"  # somebody may come: green
    BUSY = "busy"  # somebody is being served: green, blinking slowly while a device works
    CALLING = "calling"  # a clerk is called: red, blinking
    TROUBLE = "trouble"  # staff are needed: red
    OFF = "off"


# meaning -> (lamp, blinks)
SHOWN: dict[Meaning, tuple[str, bool]] = {
    Meaning.READY: ("green", False),
    Meaning.BUSY: ("green", True),
    Meaning.CALLING: ("red", True),
    Meaning.TROUBLE: ("red", False),
    Meaning.OFF: ("", False),
}
CHANNELS = {"green": 1, "red": 2}


@runtime_checkable
class Lights(Device, Protocol):
    """Shows one meaning at a time, and goes on showing it after it was away."""

    async def show(self, meaning: Meaning) -> Fault | None: ...


def open_lights(text: str) -> Lights:
    """Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("Lights", open_device("lights", text))


def relay(channel: int, on: bool) -> bytes:
    """One channel of a relay board: A0, channel, state, sum of the three modulo 256."""
    return bytes((0xA0, channel, on, (0xA0 + channel + on) & 0xFF))


class _Lamps:
    """What every kind has in common: the rhythm. `_put` sets one lamp and says whether it could."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._meaning = Meaning.OFF
        self._blinking: asyncio.Task[None] | None = None

    async def show(self, meaning: Meaning) -> Fault | None:
        self._meaning = meaning
        if self._blinking is not None:
            self._blinking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._blinking
            self._blinking = None
        done = self._set()
        if SHOWN[meaning][1]:
            self._blinking = asyncio.create_task(self._blink())
        return None if done else Fault("lights.absent")

    def _set(self, lit: bool = True) -> bool:
        lamp = SHOWN[self._meaning][0]
        done = [self._put(name, lit and name == lamp) for name in CHANNELS]  # every lamp, also behind one that fails
        return all(done)

    async def _blink(self) -> None:
        lit = True
        while True:
            await asyncio.sleep(BLINK_S)
            lit = not lit
            self._set(lit)

    def _put(self, lamp: str, on: bool) -> bool:
        raise NotImplementedError

    async def _dark(self) -> None:
        await self.show(Meaning.OFF)


class RelayLights(_Lamps):
    """Lamps behind a relay board on a serial line."""

    def __init__(self, address: str, opened: Callable[[], int]) -> None:
        super().__init__(address)
        self._end = WireEnd(address, "lights", opened, lambda data: None)
        self._following: asyncio.Task[None] | None = None

    async def status(self) -> Status:
        self._follow()
        return await self._end.status()

    def watch(self) -> AsyncIterator[Status]:
        self._follow()
        return self._end.changes()

    async def show(self, meaning: Meaning) -> Fault | None:
        await self.status()
        return await super().show(meaning)

    async def close(self) -> None:
        await self._dark()
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        await self._end.close()

    def _put(self, lamp: str, on: bool) -> bool:
        return self._end.send(relay(CHANNELS[lamp], on))

    def _follow(self) -> None:
        if self._following is None:
            self._following = asyncio.create_task(self._again())

    async def _again(self) -> None:
        """A board that was away comes back dark: it is told again."""
        async for status in self._end.changes():
            if status.health is Health.ONLINE:
                self._set()


class LedLights(_Lamps):
    """The kernel's own LEDs."""

    def __init__(self, address: str, files: Mapping[str, Path]) -> None:
        super().__init__(address)
        self._files = files

    async def status(self) -> Status:
        there = all(file.exists() for file in self._files.values())
        return Status(Health.ONLINE) if there else Status(Health.ABSENT, "lights.absent")

    async def watch(self) -> AsyncIterator[Status]:
        async for status in looked(self.status, AGAIN_S):
            if status.health is Health.ONLINE:
                self._set()
            yield status

    async def close(self) -> None:
        await self._dark()

    def _put(self, lamp: str, on: bool) -> bool:
        file = self._files.get(lamp)
        if file is None:
            return True
        try:
            file.write_text("1\n" if on else "0\n")
        except OSError:
            return False
        return True


def from_address(address: Address) -> RelayLights | LedLights:
    """Raises AddressError."""
    if not address.path.startswith("/") or address.host:
        raise AddressError(f"{address.text}: write the whole path, like lights+serial:///dev/ttyUSB2")
    if address.scheme == "lights+sysfs":
        address.only(*CHANNELS)
        folder = Path(address.path)
        return LedLights(
            address.text, {lamp: folder / name / "brightness" for lamp, name in address.options.items() if name}
        )
    address.only("baud")
    path, baud = address.path, address.number("baud", 9600)
    return RelayLights(address.text, lambda: open_serial(path, baud))

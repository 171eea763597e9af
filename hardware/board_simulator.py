"""Lamps, a presence sensor and a number pad that are not there: each on a pty, with the real parts' own bytes.

Kinds: lights (commands: shown, unplug, replug) · presence (come, go, noise, unplug, replug) · keypad (press key=…,
unplug, replug). `shown` answers which lamps are lit and how often each has changed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from hardware.cable_simulator import Cable
from hardware.keypad import KEYS
from hardware.lights import CHANNELS, relay
from hardware.scanner_keys import EV_KEY, EVENT
from hardware.simulators import Setup, SimulatorError


class _OnPty:
    """A device at the end of a cable."""

    BEFALLS: ClassVar[tuple[str, ...]] = ("unplug",)
    SCHEME, TAIL = "", ""

    def __init__(self, setup: Setup) -> None:
        self._cable = Cable(setup.folder / "device", self._readable)

    async def start(self) -> str:
        self._plug()
        return f"{self.SCHEME}://{self._cable.link}{self.TAIL}"

    async def stop(self) -> None:
        self._unplug()

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "unplug" or (do == "fault" and args.get("what") == "unplug"):
            self._unplug()
        elif do in ("replug", "mend"):
            self._plug()
        else:
            return self._own(do, args)
        return {}

    def _own(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        raise SimulatorError(f"it cannot {do!r}")

    def _plug(self) -> None:
        self._cable.plug()

    def _readable(self) -> None:
        try:
            data = os.read(self._cable.master, 4096)
        except OSError:
            return
        self._heard(data)

    def _heard(self, data: bytes) -> None:
        del data

    def _say(self, data: bytes) -> None:
        if self._cable.plugged:
            os.write(self._cable.master, data)

    def _unplug(self) -> None:
        self._cable.unplug()


class LightsSimulator(_OnPty):
    """A relay board with two lamps."""

    SCHEME, TAIL = "lights+serial", "?baud=9600"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._held = bytearray()
        self._lit = dict.fromkeys(CHANNELS, False)
        self._changes = dict.fromkeys(CHANNELS, 0)

    def _plug(self) -> None:
        if not self._cable.plugged:
            self._lit = dict.fromkeys(CHANNELS, False)  # without power a relay falls back
        super()._plug()

    def _heard(self, data: bytes) -> None:
        self._held += data
        while len(self._held) >= 4:
            frame = bytes(self._held[:4])
            lamp = next((name for name, channel in CHANNELS.items() if channel == frame[1]), "")
            if not lamp or frame != relay(frame[1], bool(frame[2])):
                del self._held[:1]
                continue
            del self._held[:4]
            self._changes[lamp] += self._lit[lamp] != bool(frame[2])
            self._lit[lamp] = bool(frame[2])

    def _own(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        del args
        if do != "shown":
            raise SimulatorError(f"lights know shown, unplug, replug, not {do!r}")
        return {"lit": [name for name, on in self._lit.items() if on], "changes": dict(self._changes)}


class PresenceSimulator(_OnPty):
    """A radar module on a serial line."""

    SCHEME, TAIL = "presence+serial", "?baud=9600"

    def _own(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        del args
        said = {"come": b"ON\r\n", "go": b"OFF\r\n", "noise": b"\xff\x00@@\r\nONO\r\n"}
        if do not in said:
            raise SimulatorError(f"a presence sensor knows come, go, noise, unplug, replug, not {do!r}")
        self._say(said[do])
        return {}


class KeypadSimulator(_OnPty):
    """A number pad; a pty is no input device, so it is not grabbed."""

    SCHEME, TAIL = "keypad", "?grab=no"

    def _own(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        key = str(args.get("key", ""))
        code = next((code for code, name in KEYS.items() if name == key), None)
        if do != "press" or code is None:
            raise SimulatorError(f"a keypad knows press key=…, of {', '.join(sorted(set(KEYS.values())))}")
        for value in (1, 2, 2, 0):  # pressed, held, held, released
            self._say(EVENT.pack(0, 0, EV_KEY, code, value))
        return {}

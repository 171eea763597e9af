"""A code scanner that is not there: types or sends codes on a pty, at the device's pace.

Options: over=serial|keys, baud (9600), pace (1; 0: at once), end=cr|lf|none.
Commands: scan text=… · unplug · replug · fault what=… [times=1] · mend
Faults: half (only its first half comes) · garbage (no text) · doubled · slow [factor=4] · silent · unplug
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from typing import Any, ClassVar

from hardware.cable_simulator import Cable
from hardware.scanner_keys import typed
from hardware.simulators import Setup, SimulatorError

FAULTS = ("half", "garbage", "doubled", "slow", "silent", "unplug")
ENDS = {"cr": "\r", "lf": "\n", "none": ""}
PIECE_S = 0.01


class ScannerSimulator:
    """The pretended scanner."""

    BEFALLS: ClassVar[tuple[str, ...]] = FAULTS

    def __init__(self, setup: Setup) -> None:
        options = setup.options
        self._over, self._ends = str(options.get("over", "serial")), str(options.get("end", "cr"))
        if self._over not in ("serial", "keys") or self._ends not in ENDS:
            raise SimulatorError("over is serial or keys; end is cr, lf or none")
        try:
            self._baud, self._pace = int(options.get("baud", 9600)), float(options.get("pace", 1))
        except (TypeError, ValueError):
            raise SimulatorError("baud and pace want numbers") from None
        self._cable = Cable(setup.folder / "scanner")
        self._faults: list[dict[str, Any]] = []

    async def start(self) -> str:
        self._cable.plug()
        if self._over == "keys":
            return f"scan+keys://{self._cable.link}?grab=no"
        return f"scan+serial://{self._cable.link}?baud={self._baud}"

    async def stop(self) -> None:
        self._cable.unplug()

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "scan":
            await self._scan(str(args.get("text", "")))
        elif do == "unplug":
            self._cable.unplug()
        elif do in ("replug", "mend"):
            self._faults.clear()
            self._cable.plug()
        elif do == "fault":
            what = str(args.get("what", ""))
            if what not in FAULTS:
                raise SimulatorError(f"no fault {what!r}; there are {', '.join(FAULTS)}")
            if what == "unplug":
                self._cable.unplug()
            else:
                self._faults.append({"factor": 4, **args, "left": int(args.get("times", 1))})
        else:
            raise SimulatorError(f"a scanner cannot {do!r}: scan, unplug, replug, fault, mend")
        return {}

    async def _scan(self, text: str) -> None:
        if not text:
            raise SimulatorError("scan wants text=")
        fault = self._faults[0] if self._faults else {}
        if fault:
            fault["left"] -= 1
            if fault["left"] == 0:
                self._faults.pop(0)
        what = fault.get("what", "")
        if what == "silent":
            return
        text += ENDS[self._ends]
        try:
            data = typed(text) if self._over == "keys" else text.encode()
        except KeyError as error:
            raise SimulatorError(f"a keyboard cannot type {error}") from None
        if what == "half":
            data = data[: len(data) // 2]
        elif what == "garbage":
            data = b"\xff\xfe\x00\x81" + data[4:]
        elif what == "doubled":
            data += data
        await self._send(data, float(fault.get("factor", 1)) if what == "slow" else 1.0)

    async def _send(self, data: bytes, factor: float) -> None:
        step = len(data) if self._pace <= 0 else max(1, int(self._baud / 10 * PIECE_S / factor / self._pace))
        while data and self._cable.plugged:
            with contextlib.suppress(BlockingIOError):
                sent = os.write(self._cable.master, data[:step])
                data = data[sent:]
            await asyncio.sleep(0 if self._pace <= 0 else PIECE_S)

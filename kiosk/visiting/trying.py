"""What staff try of each device from their page: one card, one picture, one slip, one tone, one lamp.

A try ends in a fault, or in anything else when it went well; whoever calls gives it no longer than TRY_S. What is read
or seen in a try is looked at by nobody and kept nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hardware.ports import Fault

if TYPE_CHECKING:
    from kiosk.visiting.process import VisitProcess
    from screens.staff import StaffDevice

TRY_S = 12.0  # longest try of one device
LOOKS = 60
LAMP_S = 3.0
NOTHING_CAME = {
    # what a try that came to nothing says; a reader on which nobody laid a card has not failed
    "id_card": "", "social_card": "", "scanner": "", "camera": "camera.stalled",
    "face_camera": "face_camera.stalled", "receipt_printer": "printer.offline",
    "document_printer": "document_printer.offline",
}  # fmt: skip

Try = Callable[[], Awaitable[Any]]


def tries(process: VisitProcess, board: Callable[[], Sequence[StaffDevice]]) -> dict[str, Try]:
    """By device, of those that are there. `board`: the lines of the page, for the A4 sheet."""
    ports = process.devices.ports if process.devices is not None else {}
    known: dict[str, Try] = {
        "id_card": lambda: ports["id_card"].read(),
        "social_card": lambda: ports["social_card"].read(),
        "camera": lambda: _camera(ports["camera"]),
        "face_camera": lambda: _face_camera(ports["face_camera"]),
        "receipt_printer": lambda: _slip(process, ports["receipt_printer"]),
        "document_printer": lambda: _sheet(process, ports["document_printer"], board()),
        "speaker": lambda: ports["speaker"].tone("done"),
        "scanner": lambda: ports["scanner"].scan(),
        "lights": lambda: _lights(ports["lights"]),
    }
    return {name: one for name, one in known.items() if name in ports}


async def _camera(camera: Any) -> Any:
    fault = await camera.start("any", True)
    try:
        for _ in range(LOOKS):
            if fault is not None or camera.latest() is not None:
                return fault
            await asyncio.sleep(TRY_S / LOOKS / 2)
        return Fault("camera.stalled")
    finally:
        await camera.stop()


async def _face_camera(camera: Any) -> Any:
    """One still, and off."""
    try:
        fault = await camera.start()
        return fault if fault is not None else await camera.take()
    finally:
        await camera.stop()


async def _slip(process: VisitProcess, printer: Any) -> Any:
    from papers.trial import trial

    settings = process.settings
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    return await printer.print(trial(settings.place.county, settings.place.hall, settings.terminal, at, process.words))


async def _sheet(process: VisitProcess, printer: Any, lines: Sequence[StaffDevice]) -> Any:
    """The page itself on A4: what stands on it says whether type and edges are all right."""
    from config.faults import fault_words
    from papers import readiness, report

    words, now = process.words, datetime.now().astimezone()
    entries = [
        readiness.Entry(
            "county" if line.id == "network" else line.id,  # the page's word for the line, the sheet's
            line.state in ("good", "trying"),
            fault_words(line.code, words).staff if line.code else words("doctor.device_ok"),
        )
        for line in lines
        if line.state != "absent"
    ]
    sheet = readiness.sheet(entries, process.settings.terminal, now.isoformat(timespec="seconds"), words)
    return await printer.print(await asyncio.to_thread(report.pdf, sheet, now))


async def _lights(lights: Any) -> Any:
    """Red and blinking for a moment, as when somebody calls, then green."""
    from hardware.lights import Meaning

    fault = await lights.show(Meaning.CALLING)
    if isinstance(fault, Fault):
        return fault
    await asyncio.sleep(LAMP_S)
    return await lights.show(Meaning.READY)

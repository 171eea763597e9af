"""The devices of one visit: opened from their addresses, watched, gone and back.

Every port is opened when the addresses are known and looked after for as long as the visit lives. What the residents'
screens need of all of it is a `Surroundings` event and the words of the status line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from config.settings import Settings
from hardware.ports import Device, Health, Status
from kiosk.processes import command

if TYPE_CHECKING:
    from hardware.reading.reader import PaperReader

log = logging.getLogger("kiosk.devices")

USABLE = (Health.ONLINE, Health.BUSY, Health.UNKNOWN)


class Devices:
    """`changed` is called, on the loop, whenever a status changed."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.ports: dict[str, Any] = {}
        self.statuses: dict[str, Status] = {}
        self._watchers: list[asyncio.Task[None]] = []
        self.opened = asyncio.Event()

    def open(self, addresses: Mapping[str, str], openers: Mapping[str, Callable[[str], Device]]) -> None:
        """Open what is fitted. An address that names no device is a faulty device, not the end of the terminal."""
        for name, address in addresses.items():
            if not address:
                self.statuses[name] = Status(Health.ABSENT, f"{name}.absent")
                continue
            try:
                port = openers[name](address)
            except (ValueError, KeyError, OSError) as error:
                log.error("%s at %s cannot be opened: %s", name, address, error)
                self.statuses[name] = Status(Health.FAULTY, f"{name}.absent")
                continue
            self.ports[name] = port
            self.statuses[name] = Status(Health.UNKNOWN)
            self._watchers.append(asyncio.create_task(self._watch(name, port)))
        self.opened.set()
        self._changed()

    async def _watch(self, name: str, port: Device) -> None:
        while True:
            try:
                async for status in port.watch():
                    if status != self.statuses.get(name):
                        self.statuses[name] = status
                        self._changed()
            except Exception as error:  # noqa: BLE001 - a watch that dies silently is how terminals fail
                log.error("the watch over %s broke: %s", name, type(error).__name__)
                self.statuses[name] = Status(Health.FAULTY, f"{name}.absent")
                self._changed()
            await asyncio.sleep(1.0)

    def usable(self, name: str) -> bool:
        """Whether it makes sense to ask the device for its service now."""
        return name in self.ports and self.statuses[name].health in USABLE

    def code(self, name: str) -> str:
        """The fault card of a device that is not well, or ""."""
        status = self.statuses.get(name)
        return status.code if status is not None and status.health not in USABLE else ""

    async def close(self) -> None:
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        for port in self.ports.values():
            with contextlib.suppress(Exception):
                await port.close()


def paper_reader(settings: Settings) -> PaperReader | None:
    """What reads printed text; None where the terminal is not to read. No process is started before a page is there."""
    from hardware.reading.reader import PaperReader

    papers = settings.papers
    if not papers.reading:
        return None
    arguments = ("--threads", str(papers.reading_threads), "--side-most", str(papers.reading_side_px))
    return PaperReader(command("reading", *arguments), limit_s=papers.reading_limit_s, idle_s=papers.reading_idle_s)


def openers(settings: Settings, addresses: Mapping[str, str] | None = None) -> dict[str, Callable[[str], Device]]:
    """How each fitted device is opened. Drivers are loaded when theirs is called. `addresses`: where devices really
    are, when that is not where the settings say (simulators)."""
    from hardware.addresses import open_device

    where = addresses if addresses is not None else asdict(settings.devices)

    def plain(name: str) -> Callable[[str], Device]:
        return lambda address: cast("Device", open_device(name, address))

    def camera(address: str) -> Device:
        from hardware.camera import PapersCamera

        papers, alone = settings.papers, not where.get("face_camera")
        return PapersCamera(
            address, command=command("papers"), page_bytes_most=papers.page_bytes_most, alone=alone, tray=papers.tray,
            a4=papers.a4,
        )  # fmt: skip

    def face(address: str) -> Device:
        return cast(
            "Device", open_device("face_camera", address, papers=where.get("camera", ""), command=command("papers"))
        )

    def printer(address: str) -> Device:
        from hardware.printer import open_receipt_printer

        return open_receipt_printer(address, settings.printer)

    def speaker(address: str) -> Device:
        voice, language = settings.voice, settings.screen.language
        return cast(
            "Device", open_device("speaker", address, settings=voice, command=command("voice"), language=language)
        )

    def scanner(address: str) -> Device:
        if address.startswith("scan+camera"):
            from hardware.scanner_camera import CameraScanner

            return CameraScanner(address, command=command("codes"))
        return cast("Device", open_device("scanner", address))

    return {
        "id_card": plain("id_card"),
        "social_card": plain("social_card"),
        "camera": camera,
        "face_camera": face,
        "receipt_printer": printer,
        "speaker": speaker,
        "scanner": scanner,
        **{name: plain(name) for name in ("document_printer", "lights", "presence", "keypad")},
    }

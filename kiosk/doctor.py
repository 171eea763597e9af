"""Whether a resident can be served: every device, disk, clock, county, certificate, catalogue, in staff's words.

Each finding is one line with one thing to do. What a resident can do without (reader, printer, camera, voice, line) is
a finding and not the end: the terminal serves with what is left. Only what makes handing in impossible ends service.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from config import locales
from config.faults import CLASS_OF_DEVICE, fault_words
from config.settings import Settings
from papers.readiness import Entry as Finding

ASK_S = 4.0
DEVICES = (
    *("id_card", "social_card", "camera", "receipt_printer", "document_printer", "speaker"),
    *("scanner", "lights", "presence", "keypad"),
)


def served(findings: list[Finding]) -> bool:
    """Whether a resident could be served."""
    return all(one.well for one in findings if one.vital)


async def examine(settings: Settings, state: Path) -> list[Finding]:
    """Look at everything once. Touches devices only to ask how they are."""
    words = locales.load(settings.screen.language)
    found = [_disk(settings, state, words), _clock(words), _enrolled(state, words), _catalogue(settings, state, words)]
    found.append(await asyncio.to_thread(_outbox, state, words))
    found.append(await _county(settings, state, words))
    for name in DEVICES:
        found.append(await _device(settings, name, words))  # noqa: PERF401 - one after the other: they may share a bus
    return found


def _disk(settings: Settings, state: Path, words: locales.Locale) -> Finding:
    free = shutil.disk_usage(state).free
    enough = free >= settings.storage.free_bytes_least
    key = "doctor.disk_ok" if enough else "doctor.disk_full"
    return Finding("disk", enough, words(key, free_mb=free // 1_000_000), vital=True)


def _clock(words: locales.Locale) -> Finding:
    year = datetime.now(UTC).year
    well = 2024 <= year <= 2060
    return Finding("clock", well, words("doctor.clock_ok" if well else "doctor.clock_wrong", year=year))


def _enrolled(state: Path, words: locales.Locale) -> Finding:
    from offline.errors import OfflineError
    from offline.identity import load

    try:
        identity = load(state)
    except OfflineError:
        return Finding("certificate", False, words("doctor.not_enrolled"), vital=True)
    return Finding("certificate", True, words("doctor.enrolled", number=identity.number), vital=True)


def _catalogue(settings: Settings, state: Path, words: locales.Locale) -> Finding:
    from config.catalogue import CatalogueError
    from kiosk.catalogues import load, refusal, why
    from matters.build import CatalogueRefused

    try:
        loaded = load(settings.catalogue, state)
    except (CatalogueError, CatalogueRefused) as error:
        return Finding("catalogue", False, str(error), vital=True)
    if loaded.refused:
        code, _, detail = loaded.refused.partition(": ")
        said = why(code, detail, words) if code.startswith("bundle.") else loaded.refused
        return Finding("catalogue", False, words("doctor.catalogue_refused", why=said))
    version, said = refusal(state, words)
    if said:
        text = words("doctor.bundle_refused", version=version, why=said, used=loaded.catalogue.version)
        return Finding("catalogue", False, text)
    text = words("doctor.catalogue_ok", count=len(loaded.catalogue.matters), version=loaded.catalogue.version)
    return Finding("catalogue", True, text, vital=True)


def _outbox(state: Path, words: locales.Locale) -> Finding:
    from offline.errors import OfflineError
    from offline.outbox import Outbox

    try:
        outbox = Outbox.open(state, time.time)
        try:
            status = outbox.status()
        finally:
            outbox.close()
    except OfflineError as error:
        return Finding("outbox", False, words("doctor.outbox_broken", code=error.code), vital=True)
    return Finding("outbox", True, words("doctor.outbox", waiting=status.waiting, dead=status.dead), vital=True)


async def _county(settings: Settings, state: Path, words: locales.Locale) -> Finding:
    if not settings.county.url:
        return Finding("county", False, words("doctor.no_county"))
    from offline.county import County, CountyError
    from offline.errors import OfflineError
    from offline.identity import load

    try:
        async with County(settings.county.url, load(state), time.time) as county:
            await asyncio.wait_for(county.health(), ASK_S)
    except (CountyError, OfflineError, TimeoutError):
        return Finding("county", False, words("doctor.county_down"))
    return Finding("county", True, words("doctor.county_ok"))


async def _device(settings: Settings, name: str, words: locales.Locale) -> Finding:
    address = getattr(settings.devices, name)
    if not address:
        return Finding(name, True, words("doctor.not_fitted"))
    from hardware.ports import Health
    from kiosk.visiting.devices import openers

    try:
        device = openers(settings)[name](address)
    except (ValueError, KeyError, OSError) as error:
        return Finding(name, False, str(error))
    try:
        status = await asyncio.wait_for(device.status(), ASK_S)
    except TimeoutError:
        return Finding(name, False, fault_words(f"{CLASS_OF_DEVICE[name]}.absent", words).staff)
    finally:
        await device.close()
    if status.health in (Health.ONLINE, Health.BUSY):
        return Finding(name, True, words("doctor.device_ok"))
    return Finding(name, False, fault_words(status.code or f"{CLASS_OF_DEVICE[name]}.absent", words).staff)

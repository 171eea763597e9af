"""Whether a resident can be served: every device, disk, clock, county, certificate, catalogue, in staff's words.

Each finding is one line with one thing to do. What a resident can do without (reader, printer, camera, voice, line) is
a finding and not the end: the terminal serves with what is left. Only what makes handing in impossible ends service.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config import locales
from config.faults import CLASS_OF_DEVICE, fault_words
from config.settings import Settings
from papers.readiness import Entry as Finding

if TYPE_CHECKING:
    from kiosk.cameras import View

ASK_S = 4.0
CHINA_S = 8 * 3600
DEVICES = (
    *("id_card", "social_card", "camera", "face_camera", "receipt_printer", "document_printer", "speaker"),
    *("scanner", "lights", "presence", "keypad"),
)


def served(findings: list[Finding]) -> bool:
    """Whether a resident could be served."""
    return all(one.well for one in findings if one.vital)


async def examine(settings: Settings, state: Path) -> list[Finding]:
    """Look at everything once. Touches devices only to ask how they are."""
    words = locales.chosen(settings.screen.language, settings.screen.languages)
    found = [_disk(settings, state, words), _clock(words), zone(words), _enrolled(state, words)]
    found += [_catalogue(settings, state, words), swap(words), _pin(state, words), *_places(settings, words)]
    found += _languages(settings, words)
    found.append(await asyncio.to_thread(_outbox, state, words))
    found.append(await _county(settings, state, words))
    for name in DEVICES:
        found.append(await _device(settings, name, words))  # one after the other: they may share a bus
    if settings.devices.camera and settings.devices.face_camera:
        from kiosk.cameras import views

        found += told_apart(await views(settings), words)
    return found


def told_apart(seen: Sequence[View], words: locales.Locale) -> list[Finding]:
    """Whether the two cameras are the ones they are taken for; nothing where there are no two that are well."""
    from kiosk.cameras import verdict

    said = verdict(seen)
    return [Finding("cameras", said == "apart", words(f"doctor.cameras_{said}"))] if said else []


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
        return Finding("certificate", False, words(f"doctor.{_why_not_enrolled(state)}"), vital=True)
    return Finding("certificate", True, words("doctor.enrolled", number=identity.number), vital=True)


def _why_not_enrolled(state: Path) -> str:
    """A token that lies there and that the county has refused (used already, too old) will never do: say so."""
    from offline.errors import OfflineError
    from offline.outbox import Outbox
    from offline.sync import TOKEN_FILE

    if not (state / TOKEN_FILE).exists():
        return "not_enrolled"
    try:
        outbox = Outbox.open(state, time.time)
        try:
            said = outbox.status().last_error
        finally:
            outbox.close()
    except OfflineError:
        said = ""
    return "token_refused" if said.startswith("enrolment.") else "token_waiting"


def zone(words: locales.Locale, offset_s: int | None = None) -> Finding:
    """A machine that was never told where it stands prints times eight hours off. China has one zone, UTC+8."""
    if offset_s is None:
        offset = datetime.now().astimezone().utcoffset()
        offset_s = int(offset.total_seconds()) if offset is not None else 0
    key = "doctor.zone_ok" if offset_s == CHINA_S else "doctor.zone_wrong"
    return Finding("zone", offset_s == CHINA_S, words(key, hours=f"{offset_s / 3600:+g}"))


def swap(words: locales.Locale, proc: Path = Path("/proc"), sys: Path = Path("/sys")) -> Finding:
    """Whether what stands in memory may be written to a disk as it is: the system swaps to one that is not encrypted,
    and nothing keeps the terminal out of it (memory.swap.max of its control group)."""
    try:
        names = [Path(line.split()[0]).name for line in (proc / "swaps").read_text().splitlines()[1:]]
    except OSError:
        names = []
    well = all("zram" in name or _encrypted(name, sys) for name in names) or _kept_out(proc, sys)
    return Finding("swap", well, words("doctor.swap_ok" if well else "doctor.swap_on"))


def _encrypted(name: str, sys: Path) -> bool:
    try:
        return (sys / "class" / "block" / name / "dm" / "uuid").read_text().startswith("CRYPT-")
    except OSError:
        return False


def _kept_out(proc: Path, sys: Path) -> bool:
    """By control groups, version 2: one of ours or above it may use no swap at all."""
    with contextlib.suppress(OSError):
        for line in (proc / "self" / "cgroup").read_text().splitlines():
            number, _, path = line.partition("::")
            group = Path(path.lstrip("/"))
            if number == "0":
                for each in (group, *group.parents):
                    with contextlib.suppress(OSError):
                        if (sys / "fs" / "cgroup" / each / "memory.swap.max").read_text().strip() == "0":
                            return True
    return False


def _places(settings: Settings, words: locales.Locale) -> list[Finding]:
    """Where the county's places are named and cannot be read, addresses have to be written by hand."""
    from config import regions

    if not settings.place.regions:
        return []
    try:
        found = regions.load(settings.place.regions)
    except regions.RegionsError as error:
        return [Finding("places", False, words("doctor.places_wrong", why=error))]
    return [Finding("places", True, words("doctor.places_ok", here="".join(found.here) or found.places[0].name))]


def _languages(settings: Settings, words: locales.Locale) -> list[Finding]:
    """A language that residents should be able to choose and that has no words is not offered."""
    wrong = []
    for language in settings.screen.also:
        try:
            locales.chosen(language, settings.screen.languages)
        except (OSError, ValueError) as error:
            wrong.append(Finding("languages", False, words("doctor.languages_wrong", language=language, why=error)))
    return wrong


def _pin(state: Path, words: locales.Locale) -> Finding:
    """Without a PIN the first who finds the way into the staff pages chooses it."""
    from kiosk.staff import StaffPin

    well = StaffPin(state).is_set
    return Finding("pin", well, words("doctor.pin_ok" if well else "doctor.pin_missing"))


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
    from offline.rescue import lost

    try:
        outbox = Outbox.open(state, time.time)
        try:
            status, gone = outbox.status(), lost(outbox)
        finally:
            outbox.close()
    except OfflineError as error:
        return Finding("outbox", False, words("doctor.outbox_broken", code=error.code), vital=True)
    if gone:
        return Finding("lost", False, words("doctor.outbox_lost", count=len(gone), ids="\n".join(gone)))
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
    if status.health is Health.UNKNOWN:  # it is there and cannot say how it is; a printer's paper one has to look at
        printer = name in ("receipt_printer", "document_printer")
        return Finding(name, True, words("doctor.printer_mute" if printer else "doctor.device_mute"))
    return Finding(name, False, fault_words(status.code or f"{CLASS_OF_DEVICE[name]}.absent", words).staff)

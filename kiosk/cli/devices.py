"""`kiosk card read`, `kiosk capture …`, `kiosk doctor`, `kiosk staff`."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of

if TYPE_CHECKING:
    from config.settings import Settings
    from hardware.camera import Frame
    from hardware.ports import CardRecord, Fault
    from kiosk.cameras import View
    from papers.slip import Slip

TRAY_S, TRAY_FRAMES = 20.0, 10  # for a picture of the tray; the camera has found its exposure by then
A4_OFF = 0.08  # how far from A4's what is seen of a sheet's shape may be


def _read(arguments: argparse.Namespace, what: str) -> CardRecord | Fault:
    """One card off the reader that was named. Raises AddressError, TimeoutError."""
    from hardware.addresses import open_id_card_reader

    async def read() -> CardRecord | Fault:
        reader = open_id_card_reader(arguments.device)
        try:
            return await asyncio.wait_for(reader.read(), arguments.within)
        except TimeoutError:
            raise TimeoutError(f"no card in {arguments.within:g} s") from None
        finally:
            await reader.close()

    print(f"lay {what} on the reader …", file=sys.stderr)
    return asyncio.run(read())


def read_card(arguments: argparse.Namespace) -> int:
    """Read one card and print it. What it prints is personal: it goes to standard output only."""
    from hardware.addresses import AddressError
    from hardware.ports import Fault

    try:
        record = _read(arguments, "the card")
    except (AddressError, TimeoutError) as error:
        return complain(str(error))
    if isinstance(record, Fault):
        show({"code": record.code, "note": record.note}, arguments.json, lambda: f"{record.code} {record.note}")
        return FINDING
    if arguments.photo is not None:
        problem = _write_photo(record.photo, settings_of(arguments).cards.photo_decoder, arguments.photo)
        if problem:
            return complain(f"no photograph: {problem}")
    value = {key: content for key, content in asdict(record).items() if key != "photo"}
    show(value, arguments.json, lambda: "\n".join(f"{key}: {content}" for key, content in value.items() if content))
    return DONE


def _write_photo(photo: bytes | None, decoder: str, file: Path) -> str:
    """The photograph into a file, for its owner only: as the card gave it (a name ending in .wlt), else decoded; why
    there is none, or ""."""
    import os
    import shlex

    from hardware.card_photo import decoded
    from hardware.ports import Fault

    made: bytes | Fault | None = photo
    if file.suffix.lower() != ".wlt":
        made = asyncio.run(decoded(photo, shlex.split(decoder)))
    if made is None or isinstance(made, Fault):
        return made.note if made is not None else "the card gave none"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(made)
    return ""


def add_staff_card(arguments: argparse.Namespace) -> int:
    """Read a card and register it; only a salted hash of its number stays, and nothing of it is printed."""
    from hardware.addresses import AddressError
    from hardware.ports import Fault
    from kiosk.staff import StaffPin

    try:
        record = _read(arguments, "the staff card")
        if isinstance(record, Fault):
            return complain(f"the card could not be read: {record.code}")
        mark = StaffPin(state_of(arguments)).add_card(record.id_number)
    except (AddressError, ValueError, TimeoutError) as error:
        return complain(str(error))
    show({"card": mark}, arguments.json, lambda: f"registered as {mark}")
    return DONE


def forget_staff_cards(arguments: argparse.Namespace) -> int:
    """Forget every registered staff card."""
    from kiosk.staff import StaffPin

    count = StaffPin(state_of(arguments)).forget_cards()
    show({"forgotten": count}, arguments.json, lambda: f"{count} forgotten")
    return DONE


def check_capture(arguments: argparse.Namespace) -> int:
    """One line of JSON a picture; exit status 1 if a file is no picture that can be read."""
    from hardware.document import capture_check

    unreadable = False
    for found in capture_check(Path(image) for image in arguments.images):
        unreadable |= "error" in found["quality"]
        print(json.dumps(found, ensure_ascii=False), flush=True)
    return FINDING if unreadable else DONE


def _seen(arguments: argparse.Namespace, paper: bool) -> Frame | Fault:
    """What the papers' camera sees once it has settled, of a `paper` that lies still where one is wanted."""
    from hardware.camera import PapersCamera
    from hardware.ports import Fault

    async def look() -> Frame | Fault:
        camera = PapersCamera(settings_of(arguments).devices.camera)
        frame: Frame | None = None
        try:
            fault = await camera.start("any", True)
            if fault is not None:
                return fault
            for _ in range(int(TRAY_S / 0.1)):
                frame = camera.latest()
                if frame is not None and frame.number >= TRAY_FRAMES and (frame.steady or not paper):
                    return frame
                await asyncio.sleep(0.1)
            if frame is not None:
                return Fault(frame.remark, "no paper that lies still")
            return Fault("camera.stalled", f"no picture in {TRAY_S:g} s")
        finally:
            await camera.close()

    return asyncio.run(look())


def keep_tray(arguments: argparse.Namespace) -> int:
    """Keep what the papers' camera sees of the empty tray, as it is, for the setting papers.tray."""
    from hardware.ports import Fault

    seen = _seen(arguments, paper=False)
    if isinstance(seen, Fault):
        return complain(f"{seen.code} {seen.note}")
    from PIL import Image

    Image.frombytes("RGB", (seen.width, seen.height), bytes(seen.pixels)).save(arguments.file, "PNG")
    value = {"file": str(arguments.file.resolve()), "like_paper": seen.corners is not None}
    show(value, arguments.json, lambda: f'papers.tray = "{value["file"]}"')
    return DONE


def keep_a4(arguments: argparse.Namespace) -> int:
    """Say where the corners of a sheet of A4 lie under the papers' camera, for the setting papers.a4."""
    from hardware.ports import Fault

    seen = _seen(arguments, paper=True)
    if isinstance(seen, Fault):
        return complain(f"{seen.code} {seen.note}")
    if seen.corners is None:
        return complain("no paper on the tray")
    import numpy as np

    from hardware.document.geometry import paper_size
    from hardware.document.sizes import KNOWN_MM

    long, short = KNOWN_MM["a4"]
    corners = np.array(seen.corners, np.float32)
    across, down = paper_size(corners * (seen.width, seen.height), seen.width, seen.height)
    ratio = max(across, down) / min(across, down)
    if abs(ratio / (long / short) - 1) > A4_OFF:
        return complain(f"what lies on the tray has sides of 1 to {ratio:.2f}, A4 has 1 to {long / short:.2f}")
    ordered = corners if across >= down else np.roll(corners, -1, axis=0)  # along a long side first
    value = {"a4": " ".join(f"{share:.4f}" for share in ordered.ravel().tolist())}
    show(value, arguments.json, lambda: f'papers.a4 = "{value["a4"]}"')
    return DONE


def check_settings(arguments: argparse.Namespace) -> int:
    """Whether a terminal would start with this settings file: names, types, device addresses. Opens nothing."""
    from dataclasses import fields

    from hardware.addresses import OPENERS, AddressError, parse
    from hardware.camera_names import is_guess, same
    from hardware.camera_options import read_a4

    settings = settings_of(arguments)
    try:
        read_a4(settings.papers.a4)
    except AddressError as error:
        return complain(str(error))
    for device in fields(settings.devices):
        text = getattr(settings.devices, device.name)
        if not text or text.startswith("sim://"):
            continue
        try:
            if parse(text).scheme not in OPENERS[device.name]:
                raise AddressError(f"{text}: known are {', '.join(f'{s}://' for s in OPENERS[device.name])}")
        except AddressError as error:
            return complain(f"devices.{device.name}: {error}")
    papers, face = settings.devices.camera, settings.devices.face_camera
    if papers and face:
        for name, text in (("camera", papers), ("face_camera", face)):
            if is_guess(text):
                return complain(
                    f"devices.{name}: {text} may be the other camera tomorrow; `kiosk devices` says its name"
                )
        if same(papers, face):
            return complain(f"devices.face_camera: {face} is the device of devices.camera")
    show({"terminal": settings.terminal}, arguments.json, settings.terminal)
    return DONE


def doctor(arguments: argparse.Namespace) -> int:
    """What works, what does not and what to do; exit status 1 if a resident could not be served."""
    from datetime import datetime

    from config import locales
    from kiosk.doctor import examine, served
    from papers import readiness

    settings, words = settings_of(arguments), locales.load()
    findings = asyncio.run(examine(settings, state_of(arguments)))
    seen: list[View] = []
    if arguments.pictures is not None:
        from kiosk.cli.cameras import pictures
        from kiosk.doctor import told_apart

        seen = pictures(settings, arguments.pictures, words)
        findings = [one for one in findings if one.what != "cameras"] + told_apart(seen, words)
    show(
        {"served": served(findings), "findings": [asdict(one) for one in findings]},
        arguments.json,
        lambda: readiness.text(findings, words),
    )
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    if arguments.pdf is not None:
        from papers import report

        taken = tuple((words(f"doctor.{one.name}_name"), one.jpeg) for one in seen if one.jpeg)
        sheet = readiness.sheet(findings, settings.terminal, at, words, taken)
        arguments.pdf.write_bytes(report.pdf(sheet, datetime.fromisoformat(at)))
        print(words("doctor.written", file=arguments.pdf), file=sys.stderr)
    if arguments.print:
        place = settings.place
        slip = readiness.slip(findings, place.county, place.hall, settings.terminal, at, words)
        why = asyncio.run(_print_slip(settings, slip))
        print(words("doctor.not_printed", why=why) if why else words("doctor.printed"), file=sys.stderr)
        if why:
            return FINDING
    return DONE if served(findings) else FINDING


async def _print_slip(settings: Settings, slip: Slip) -> str:
    """Prints a slip; "" when it came out, else why not, in staff's words."""
    from config import locales
    from config.faults import fault_words
    from hardware.ports import Fault
    from hardware.printer import open_receipt_printer

    if not settings.devices.receipt_printer:
        return locales.load()("doctor.not_fitted")
    printer = open_receipt_printer(settings.devices.receipt_printer, settings.printer)
    try:
        printed = await printer.print(slip)
    finally:
        await printer.close()
    return fault_words(printed.code, locales.load()).staff if isinstance(printed, Fault) else ""


def set_pin(arguments: argparse.Namespace) -> int:
    """Set the staff PIN. It is read from the keyboard or standard input, never from the command line."""
    from kiosk.staff import StaffPin

    try:
        if arguments.stdin:
            pin = sys.stdin.readline().strip()
        else:
            pin = getpass.getpass("PIN: ")
            if getpass.getpass("again: ") != pin:
                return complain("the two are not the same; nothing was changed")
        StaffPin(state_of(arguments)).set(pin)
    except ValueError as error:
        return complain(str(error))
    return DONE

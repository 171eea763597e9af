"""Whoever installs two cameras sees what each of them sees, and hears whether one is taken for the other.

The camera towards the person is opened only when pictures are asked for, which is said before; nothing is kept but the
files that were asked for. What the kernel and udev know is told without opening anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.settings import Settings
from hardware.camera_names import DEV, SYS, identify, names_of, path_of, plugged_in, same
from hardware.ports import Fault, Health
from kiosk.visiting.devices import openers

CAMERAS = ("camera", "face_camera")
FIRST_S = 12.0  # for a picture: a worker starts, a camera finds its exposure
SETTLE_S = 1.0
# What is judged of a sheet that lies there whole, with print on it: a door or a coat may have four corners as well.
WHOLE = ("ok", "capture.too_far", "capture.blurred", "capture.dark")


@dataclass(frozen=True)
class View:
    """One camera as it is. `sheet`: a sheet of paper is seen in its picture; None without a picture."""

    name: str
    address: str
    code: str = ""  # the fault card, "" when it is well
    device: str = ""  # as the maker calls it
    socket: str = ""
    usb: str = ""
    jpeg: bytes = field(default=b"", repr=False)
    sheet: bool | None = None


async def views(settings: Settings, *, pictures: bool = False, sys: Path = SYS) -> list[View]:
    """The fitted cameras, the papers' first; with a picture through each where that is asked for."""
    found = []
    for name in CAMERAS:
        address = getattr(settings.devices, name)
        if address:
            found.append(await _view(settings, name, address, pictures, sys))
    return found


async def _view(settings: Settings, name: str, address: str, pictures: bool, sys: Path) -> View:
    who = identify(path_of(address), sys) if address.startswith("camera://") else None
    about = (who.name, who.socket, who.usb) if who is not None else ("", "", "")
    try:
        camera = openers(settings)[name](address)
    except (ValueError, OSError):
        return View(name, address, f"{name}.absent", *about)
    try:
        status = await camera.status()
        if status.health is not Health.ONLINE:
            return View(name, address, status.code or f"{name}.absent", *about)
        if not pictures:
            return View(name, address, "", *about)
        taken = await asyncio.wait_for(_picture(camera), FIRST_S)
    except TimeoutError:
        return View(name, address, f"{name}.stalled", *about)
    finally:
        await camera.close()
    if isinstance(taken, Fault):
        return View(name, address, taken.code, *about)
    jpeg, sheet = taken
    return View(name, address, "", *about, jpeg, sheet)


async def _picture(camera: object) -> tuple[bytes, bool] | Fault:
    """One picture, and whether a sheet of paper is in it."""
    from hardware.camera import PapersCamera
    from hardware.face_camera import FaceCamera

    if isinstance(camera, FaceCamera):
        fault = await camera.start()
        if fault is not None:
            return fault
        await asyncio.sleep(SETTLE_S)
        still = await camera.take()
        return still if isinstance(still, Fault) else (still.jpeg, await asyncio.to_thread(_shows_sheet, still.jpeg))
    if not isinstance(camera, PapersCamera):
        raise TypeError(type(camera).__name__)
    fault = await camera.start("any", True, retake=True)
    if fault is not None:
        return fault
    await asyncio.sleep(SETTLE_S)
    taken = await camera.shoot()
    return taken if isinstance(taken, Fault) else (taken.jpeg, taken.found and taken.verdict in WHOLE)


def _shows_sheet(jpeg: bytes) -> bool:
    from hardware.document import decode, locate
    from hardware.document.judging import judge

    picture = decode(jpeg)
    corners = locate(picture)
    return corners is not None and judge(picture, corners)[1] in WHOLE


def verdict(found: Sequence[View]) -> str:
    """What is to be said of the two together, the end of a key `doctor.cameras_…`: apart, unnamed, same, swapped (the
    plugs, as USB says), seem_swapped (the sheet below the papers' camera is seen by the other). "" where fewer than two
    are fitted, or one is not well for a reason of its own."""
    codes = {one.name: one.code.partition(".")[2] for one in found}
    if len(found) < len(CAMERAS):
        return ""
    if "same" in codes.values():
        return "same"
    if "guessed" in codes.values():
        return "unnamed"
    if "other" in codes.values():
        return "swapped"
    if any(codes.values()):
        return ""
    papers, face = found
    return "seem_swapped" if face.sheet and not papers.sheet else "apart"


def unused(settings: Settings, sys: Path = SYS, dev: Path = DEV) -> list[tuple[str, str]]:
    """Cameras that are plugged in and that no setting names: (as the maker calls it, the address to write)."""
    mine = [getattr(settings.devices, name) for name in CAMERAS] + [settings.devices.scanner.removeprefix("scan+")]
    return [
        (identity.name, f"camera://{node}")
        for node, identity in plugged_in(sys, dev)
        if not any(same(f"camera://{node}", address, sys) for address in mine)
    ]


def stable(address: str, sys: Path = SYS, dev: Path = DEV) -> str:
    """The address that stays for what is at this one now: by the maker's name where no other camera shares it, else by
    its socket and what USB says of it. The address itself where nothing better is known."""
    if not address.startswith("camera://"):
        return address
    path = path_of(address)
    who = identify(path, sys)
    if who is None:
        return address
    names = names_of(path, dev)
    shared = sum(other.usb == who.usb for _, other in plugged_in(sys, dev)) > 1
    fitting = [name for name in names if name.parent.name == ("by-path" if shared or not who.serial else "by-id")]
    if not fitting:
        return address
    meant = f"?usb={quote(who.usb, safe=':')}" if who.usb and fitting[0].parent.name == "by-path" else ""
    return f"camera://{quote(str(fitting[0]))}{meant}"

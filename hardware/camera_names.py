"""Which camera an address names. Two on one terminal are never taken for each other.

`/dev/video0` is a number in the order of plugging in: after the next restart, or when one has gone, it is the other
camera. So where there are two, each is named by what stays (`/dev/v4l/by-id/…`, `/dev/v4l/by-path/…`, a name of udev's)
or says which device it means: `usb=VID:PID`, or `usb=VID:PID:SERIAL`. The kernel tells that of a device that nobody
has opened, so no lamp lights up for it.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SYS, DEV = Path("/sys"), Path("/dev")
NUMBERED = re.compile(r"/dev/video\d+")
USB = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}(:[^\s:]+)?")


@dataclass(frozen=True)
class Identity:
    """What the kernel knows of a V4L2 camera. What it does not know is ""."""

    socket: str  # where it is plugged in, with the device's own part: "1-2:1.0"
    model: str  # vendor and product, "046d:0825"
    serial: str
    name: str  # as the maker calls it

    @property
    def usb(self) -> str:
        """What the option `usb` says of this device; "" where it is none of USB's."""
        return (
            f"{self.model}:{self.serial}" if self.model and USB.fullmatch(f"{self.model}:{self.serial}") else self.model
        )


def identify(path: Path, sys: Path = SYS) -> Identity | None:
    """Who is at this path now; None where no V4L2 device is. Does not open it."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISCHR(status.st_mode):
        return None
    return _identity(sys / "dev" / "char" / f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}")


def _identity(node: Path) -> Identity | None:
    try:
        part = (node / "device").resolve(strict=True)
    except OSError:
        return None
    usb = part.parent
    vendor, product = _told(usb / "idVendor"), _told(usb / "idProduct")
    model = f"{vendor}:{product}".lower() if vendor and product else ""
    return Identity(part.name, model, _told(usb / "serial"), _told(node / "name"))


def _told(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def path_of(address: str) -> Path:
    """The path of a `camera://` address."""
    return Path(unquote(urlsplit(address).path))


def meant(address: str) -> str:
    """The option `usb` of a `camera://` address, or ""."""
    return dict(parse_qsl(urlsplit(address).query)).get("usb", "") if urlsplit(address).scheme == "camera" else ""


def is_other(address: str, sys: Path = SYS) -> bool:
    """Whether another device is there than the address means: cables changed places. A device that is not there is
    no other one."""
    wanted = meant(address).lower()
    if not wanted:
        return False
    found = identify(path_of(address), sys)
    return found is not None and wanted not in (found.model, found.usb.lower())


def is_guess(address: str, sys: Path = SYS) -> bool:
    """Whether the address may be another camera tomorrow: a number, and nothing said of the device; or what is said
    (its name by-id, `usb`) fits a second device that is plugged in as well."""
    if urlsplit(address).scheme != "camera":
        return False
    path = path_of(address)
    numbered = NUMBERED.fullmatch(str(path)) is not None
    if numbered and not meant(address):
        return True
    found = identify(path, sys) if numbered or path.parent.name == "by-id" else None
    return found is not None and any(
        other.socket != found.socket and other.usb == found.usb for _, other in plugged_in(sys)
    )


def plugged_in(sys: Path = SYS, dev: Path = DEV) -> list[tuple[Path, Identity]]:
    """Every V4L2 camera there is now, with its node; of the several nodes of one lens the first."""
    found = []
    for entry in sorted(
        (sys / "class" / "video4linux").glob("video*"), key=lambda entry: (len(entry.name), entry.name)
    ):
        if _told(entry / "index") in ("", "0"):
            identity = _identity(entry.resolve())
            if identity is not None:
                found.append((dev / entry.name, identity))
    return found


def names_of(node: Path, dev: Path = DEV) -> list[Path]:
    """The names that stay for a node: by-id, then by-path."""
    return [
        name
        for kind in ("by-id", "by-path")
        for name in sorted((dev / "v4l" / kind).glob("*"))
        if name.resolve() == node.resolve()
    ]


def same(one: str, other: str, sys: Path = SYS) -> bool:
    """Whether two addresses lead to one device now, whatever they call it: two names, or the two nodes of one lens."""
    if not one or not other:
        return False
    a, b = urlsplit(one), urlsplit(other)
    if a.scheme != b.scheme:
        return False
    if a.scheme != "camera":
        return (a.hostname, a.port or 80, a.path, a.query) == (b.hostname, b.port or 80, b.path, b.query)
    first, second = path_of(one), path_of(other)
    if first.resolve() == second.resolve():
        return True
    here, there = identify(first, sys), identify(second, sys)
    return here is not None and there is not None and bool(here.socket) and here.socket == there.socket

"""Device addresses: one text names a device, the same in settings, commands and simulators.

`sam:///dev/ttyUSB0?baud=115200` · `pcsc:///READER%20NAME` · `camera:///dev/video0` · `escpos+tcp://HOST:9100` …
A driver is imported only when an address of its scheme is opened: a terminal without a camera never loads OpenCV.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from hardware.ports import IdCardReader, SocialCardReader

OPENERS: dict[str, dict[str, str]] = {
    # device class -> scheme -> "module:function"; the function takes (Address, **what the caller passes on)
    "id_card": {
        "sam": "hardware.sam_reader:from_address",
        "sam+hid": "hardware.hid_reader:from_address",
        "stx": "hardware.stx_reader:from_address",
    },
    "social_card": {"pcsc": "hardware.pcsc_reader:from_address"},
    "camera": {"camera": "hardware.camera:from_address", "camera+http": "hardware.camera:from_address"},
    "face_camera": {"camera": "hardware.face_camera:from_address", "camera+http": "hardware.face_camera:from_address"},
    "receipt_printer": {
        "escpos+tcp": "hardware.escpos_printer:from_address",
        "escpos+serial": "hardware.escpos_printer:from_address",
        "escpos+usb": "hardware.escpos_printer:from_address",
        "escpos+file": "hardware.escpos_printer:from_address",
    },
    "scanner": {
        "scan+serial": "hardware.scanner_driver:from_address",
        "scan+keys": "hardware.scanner_driver:from_address",
        "scan+camera": "hardware.scanner_camera:from_address",
        "scan+camera+http": "hardware.scanner_camera:from_address",
    },
    "lights": {"lights+serial": "hardware.lights:from_address", "lights+sysfs": "hardware.lights:from_address"},
    "presence": {
        "presence+serial": "hardware.presence:from_address",
        "presence+sysfs": "hardware.presence:from_address",
    },
    "keypad": {"keypad": "hardware.keypad:from_address"},
    "document_printer": {
        "cups": "hardware.document_printer:from_address",
        "ipp": "hardware.document_printer:from_address",
    },
    "speaker": {
        "alsa": "hardware.speaker_driver:from_address",
        "wav": "hardware.speaker_driver:from_address",
    },
}

# Written from descriptions alone. A terminal offers them, and says so, until a device of a vendor's has passed
# `kiosk conform`.
UNVERIFIED = frozenset({"stx", "sam+hid"})


class AddressError(ValueError):
    """An address that names no device. The text says what is wrong with it and what a right one looks like."""


@dataclass(frozen=True)
class Address:
    """An address taken apart. `path` is percent-decoded; `options` are the query's, each given once."""

    text: str
    scheme: str
    host: str = ""
    port: int | None = None
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int, allowed: tuple[int, ...] = ()) -> int:
        """An option that is a whole number. Raises AddressError."""
        text = self.options.get(name)
        if text is None:
            return default
        if not text.isascii() or not text.isdecimal() or (allowed and int(text) not in allowed):
            wanted = "one of " + ", ".join(map(str, allowed)) if allowed else "a whole number"
            raise AddressError(f"{self.text}: {name}={text} wants {wanted}")
        return int(text)

    def only(self, *known: str) -> None:
        """Raises AddressError for an option that the driver does not know: a misspelt one must not pass silently."""
        for name in self.options:
            if name not in known:
                raise AddressError(f"{self.text}: no option {name!r} here; known: {', '.join(known) or 'none'}")


def parse(text: str) -> Address:
    """Takes an address apart. Raises AddressError."""
    try:
        parts = urlsplit(text)
        # A USB device is named VENDOR:PRODUCT, in hexadecimal, a sound device plughw:CARD,DEVICE: no port.
        port = None if parts.scheme.endswith("+usb") or parts.scheme == "alsa" else parts.port
    except ValueError as error:
        raise AddressError(f"{text}: {error}") from None
    if not parts.scheme or "://" not in text:
        raise AddressError(f"{text!r} is no device address; one looks like sam:///dev/ttyUSB0?baud=115200")
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in options:
            raise AddressError(f"{text}: {name} stands there twice")
        options[name] = value
    return Address(text, parts.scheme, parts.hostname or "", port, unquote(parts.path), options)


def open_device(kind: str, text: str, **more: Any) -> Any:
    """The driver behind an address, for a device class of OPENERS; does not touch it yet. Raises AddressError."""
    address = parse(text)
    schemes = OPENERS[kind]
    if address.scheme == "sim":
        raise AddressError(
            f"{text}: a simulated device has no driver of its own; the simulators' host gives its address"
        )
    target = schemes.get(address.scheme)
    if target is None:
        known = ", ".join(f"{scheme}://" for scheme in sorted(schemes)) or "none yet"
        raise AddressError(f"{text}: {address.scheme}:// is not an address of {kind}; known: {known}")
    module, _, function = target.partition(":")
    return getattr(importlib.import_module(module), function)(address, **more)


def open_id_card_reader(text: str) -> IdCardReader:
    """A reader of resident cards. Raises AddressError."""
    return cast("IdCardReader", open_device("id_card", text))


def open_social_card_reader(text: str) -> SocialCardReader:
    """A reader of social-security cards. Raises AddressError."""
    return cast("SocialCardReader", open_device("social_card", text))

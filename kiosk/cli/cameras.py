"""`kiosk devices`: where each camera is, what it sees, and whether one is taken for the other."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import locales
from kiosk.cli.common import DONE, FINDING, settings_of, show

if TYPE_CHECKING:
    from config.locales import Locale
    from config.settings import Settings
    from kiosk.cameras import View


def pictures(settings: Settings, folder: Path, words: Locale) -> list[View]:
    """A picture through every camera, into the folder; that both will be on is said before they are."""
    from kiosk.cameras import views

    print(words("doctor.pictures_now"), file=sys.stderr)
    found = asyncio.run(views(settings, pictures=True))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in found:
        if one.jpeg:
            (folder / f"{one.name}.jpg").write_bytes(one.jpeg)
    return found


def devices(arguments: argparse.Namespace) -> int:
    """The cameras: where each is, how its address should stand, what it sees, whether one is taken for the other; and
    every other device by its address. Exit status 1 if two cameras are not told apart or one cannot be used."""
    from kiosk import cameras

    settings, words = settings_of(arguments), locales.load()
    if arguments.pictures is not None:
        found = pictures(settings, arguments.pictures, words)
    else:
        found = asyncio.run(cameras.views(settings))
    said, spare = cameras.verdict(found), cameras.unused(settings)
    told = [
        {
            **{key: value for key, value in asdict(one).items() if key != "jpeg"},
            "stays": cameras.stable(one.address),
            "picture": str(arguments.pictures / f"{one.name}.jpg") if one.jpeg else "",
        }
        for one in found
    ]
    others = {
        device.name: getattr(settings.devices, device.name)
        for device in fields(settings.devices)
        if device.name not in cameras.CAMERAS
    }
    value = {
        "cameras": told, "together": said, "others": others,
        "unused": [{"device": name, "address": address, "stays": cameras.stable(address)} for name, address in spare],
    }  # fmt: skip
    show(value, arguments.json, lambda: _devices_text(value, words))
    return DONE if said in ("", "apart") and not any(one.code for one in found) else FINDING


def _devices_text(value: Mapping[str, Any], words: Locale) -> str:
    from config.faults import fault_words

    lines = []
    for one in value["cameras"]:
        how = fault_words(one["code"], words).staff if one["code"] else words("doctor.device_ok")
        lines += [f"{words('doctor.' + one['name'] + '_name')}：{how}", f"    {one['address']}"]
        if one["device"] or one["usb"]:
            lines.append("    " + words("doctor.camera_is", device=one["device"], socket=one["socket"], usb=one["usb"]))
        if one["stays"] != one["address"]:
            lines.append("    " + words("doctor.camera_stays", address=one["stays"]))
        if one["picture"]:
            lines.append("    " + words("doctor.camera_picture", file=one["picture"]))
    if value["together"]:
        lines.append(words(f"doctor.cameras_{value['together']}"))
    for name, address in value["others"].items():
        lines.append(f"{words('doctor.' + name + '_name')}：{address or words('doctor.not_fitted')}")
    for one in value["unused"]:
        lines.append(words("doctor.camera_unused", device=one["device"], address=one["stays"]))
    return "\n".join(lines)

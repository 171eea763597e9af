"""Which build this is. Test controls and simulators exist only where the build and the profile both allow them.

`make freeze` lays kiosk/build_kind.txt beside this file in the frozen app: "production" unless KIOSK_BUILD=test was
set. A source tree has no such file and is a development build. What is refused here is not in a production build at
all (provision/freeze); the refusals are there to say so in words.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings, SettingsError

KINDS = ("development", "test", "production")


def kind() -> str:
    """development | test | production."""
    marker = Path(__file__).with_name("build_kind.txt")
    named = marker.read_text("ascii").strip() if marker.exists() else ""
    if getattr(sys, "frozen", False):  # a frozen app whose marker was lost or changed has no more rights by that
        return "test" if named == "test" else "production"
    return (named if named in KINDS else "production") if named else "development"


def allows_tests(settings: Settings) -> bool:
    """Whether simulators and the control socket may exist at all."""
    return kind() != "production" and settings.profile == "test"


def refuse_test_parts(settings: Settings, *, control: bool) -> None:
    """Raise SettingsError where a simulator, a county beside the terminal or the control socket is asked for and this
    build or profile has none; in a production build also where the profile is one for tests."""
    if allows_tests(settings):
        return
    where = settings.source or "settings"
    why = "this is a production build" if kind() == "production" else 'the profile is not "test"'
    if control:
        raise SettingsError(f"a control socket was handed over, but {why}: refused")
    if settings.profile == "test":
        raise SettingsError(f'{where}: profile = "test", but {why}; write profile = "production"')
    if settings.county.embedded:
        raise SettingsError(
            f"{where}: county.embedded starts a county of our own beside the terminal, but {why}; "
            "write the address of the real one as county.url"
        )
    _refuse_open_line(settings, where)
    devices = settings.devices
    for name, address in asdict(devices).items():
        if address.startswith("sim:"):
            raise SettingsError(
                f"{where}: devices.{name} = {address!r} is a simulator, but {why}; "
                "write the address of the real device (docs/devices.md)"
            )


def _refuse_open_line(settings: Settings, where: str) -> None:
    """Whoever sits on an unencrypted line while a terminal enrols could be the county.

    This machine itself may be spoken to in the clear: a tunnel of the vendor's ends there.
    """
    url = urlsplit(settings.county.url)
    if settings.county.url and url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise SettingsError(
            f"{where}: county.url = {settings.county.url!r} is not encrypted, and whoever is on the line could be the "
            "county; write https://…"
        )


def refuse_in_production(what: str) -> None:
    """Raise SettingsError in a production build, which lacks the parts that `what` would need."""
    if kind() == "production":
        raise SettingsError(f"this is a production build: {what} exists only in a build made for tests")

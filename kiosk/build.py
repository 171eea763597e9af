"""Which build this is. Test controls and simulators exist only where the build and the profile both allow them.

`make freeze` writes kiosk/build_kind.txt beside this file: "production" unless KIOSK_BUILD=test was set. A source tree
has no such file and is a development build.
"""

from __future__ import annotations

from pathlib import Path

from config.settings import Settings, SettingsError

KINDS = ("development", "test", "production")


def kind() -> str:
    """development | test | production."""
    marker = Path(__file__).with_name("build_kind.txt")
    if not marker.exists():
        return "development"
    named = marker.read_text("ascii").strip()
    return named if named in KINDS else "production"


def allows_tests(settings: Settings) -> bool:
    """Whether simulators and the control socket may exist at all."""
    return kind() != "production" and settings.profile == "test"


def refuse_test_parts(settings: Settings, *, control: bool) -> None:
    """Raise SettingsError where a simulator or the control socket is asked for and this build or profile has none."""
    if allows_tests(settings):
        return
    why = "this is a production build" if kind() == "production" else 'the profile is not "test"'
    if control:
        raise SettingsError(f"a control socket was handed over, but {why}: refused")
    devices = settings.devices
    for name in ("id_card", "social_card", "camera", "receipt_printer", "speaker"):
        address = getattr(devices, name)
        if address.startswith("sim:"):
            raise SettingsError(
                f"{settings.source or 'settings'}: devices.{name} = {address!r} is a simulator, but {why}; "
                "write the address of the real device (docs/devices.md)"
            )

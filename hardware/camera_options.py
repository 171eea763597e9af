"""What an address says about a V4L2 camera: size, pace, exposure, focus, white balance, and which device it means.

A camera over a table sees the same scene all day. Where light and distance are fixed, a fixed focus and exposure spare
the seconds that automatic ones hunt after every sheet; a profile says so per device. Left out, the device decides.
No OpenCV here: an address is checked in the process of the visit, used in the camera's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hardware.addresses import AddressError
from hardware.camera_names import USB

KNOWN = ("size", "fps", "exposure", "focus", "white", "usb")
AUTO = "auto"
SIZE_LEAST, SIZE_MOST = 160, 10_000  # px a side
FPS_MOST = 120.0
VALUE_MOST = 100_000  # of V4L2's own units; each device has its range (v4l2-ctl --list-ctrls)


@dataclass(frozen=True)
class CameraOptions:
    """`exposure` in 0.1 ms, `focus` in the device's own steps, `white` in kelvin: "auto", a number, or None (as it is).
    Units are those of the V4L2 controls EXPOSURE_ABSOLUTE, FOCUS_ABSOLUTE and WHITE_BALANCE_TEMPERATURE."""

    width: int = 1920
    height: int = 1080
    fps: float | None = None
    exposure: int | str | None = None
    focus: int | str | None = None
    white: int | str | None = None


def read(options: Mapping[str, str]) -> CameraOptions:
    """The options of an address. Raises AddressError for one that is misspelt or makes no sense."""
    for name in options:
        if name not in KNOWN:
            raise AddressError(f"no option {name!r} of a camera; known: {', '.join(KNOWN)}")
    width, _, height = options.get("size", "1920x1080").partition("x")
    if not all(side.isdecimal() and SIZE_LEAST <= int(side) <= SIZE_MOST for side in (width, height)):
        raise AddressError(f"size={options['size']} wants WIDTHxHEIGHT in px, each {SIZE_LEAST} to {SIZE_MOST}")
    fps = None
    if "fps" in options:
        try:
            fps = float(options["fps"])
        except ValueError:
            fps = 0.0
        if not 0 < fps <= FPS_MOST:
            raise AddressError(f"fps={options['fps']} wants a number over 0, at most {FPS_MOST:.0f}")
    if "usb" in options and not USB.fullmatch(options["usb"].lower()):
        raise AddressError(f"usb={options['usb']} wants VID:PID or VID:PID:SERIAL, as `kiosk devices` says it")
    return CameraOptions(
        int(width), int(height), fps, *(_value(options, name) for name in ("exposure", "focus", "white"))
    )


def read_a4(text: str) -> tuple[float, ...]:
    """The setting papers.a4: the corners of a sheet of A4, eight shares of the picture's sides; () for none. Raises
    AddressError."""
    try:
        shares = tuple(float(one) for one in text.split())
    except ValueError:
        shares = (-1.0,)
    if shares and (len(shares) != 8 or not all(0 <= one <= 1 for one in shares)):
        raise AddressError(f"papers.a4 wants eight numbers from 0 to 1, as `kiosk capture a4` says them, not {text!r}")
    return shares


def _value(options: Mapping[str, str], name: str) -> int | str | None:
    text = options.get(name)
    if text is None or text == AUTO:
        return text
    if not text.isdecimal() or int(text) > VALUE_MOST:
        raise AddressError(f"{name}={text} wants {AUTO} or a whole number, at most {VALUE_MOST}")
    return int(text)

"""How many px a millimetre has on this panel, as the panel itself says (EDID), for where the settings do not say it.

Read from the kernel's files, so that it is known before there is a window. A projector, a switch box or a television
may say nonsense: what no panel of a terminal can be counts as not known.
"""

from __future__ import annotations

import math
from pathlib import Path

DRM = Path("/sys/class/drm")
HEADER = bytes.fromhex("00ffffffffffff00")
LEAST, MOST = 1.2, 12.0  # px/mm: a 70-inch television, a telephone


def px_per_mm(width_px: int, height_px: int, folder: Path = DRM) -> float:
    """Of the one display that is connected, driven with so many px; 0.0: not known, or there are several."""
    found = []
    for connector in sorted(folder.glob("card*-*")):
        try:
            if (connector / "status").read_text("ascii").strip() == "connected":
                found.append(size_mm((connector / "edid").read_bytes()))
        except (OSError, ValueError):
            found.append(None)
    if len(found) != 1 or found[0] is None:
        return 0.0
    density = math.hypot(width_px, height_px) / math.hypot(*found[0])
    return density if LEAST <= density <= MOST else 0.0


def size_mm(edid: bytes) -> tuple[int, int] | None:
    """Width and height of the picture, mm, from the first detailed timing (VESA E-EDID 1.4, 3.10.2, bytes 12 to 14);
    None where it says none."""
    if len(edid) < 128 or edid[:8] != HEADER or sum(edid[:128]) % 256:
        return None
    timing = edid[54:72]
    width, height = timing[12] | (timing[14] >> 4) << 8, timing[13] | (timing[14] & 15) << 8
    return (width, height) if timing[0:2] != b"\0\0" and width and height else None

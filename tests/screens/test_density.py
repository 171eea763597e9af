"""The panel's own word on its size is taken where it can be believed, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.density import px_per_mm, size_mm


def edid(width: int, height: int) -> bytes:
    """The first block of a panel that says to be so many mm wide and high."""
    block = bytearray(128)
    block[:8] = bytes.fromhex("00ffffffffffff00")
    block[54:56] = b"\x02\x3a"  # a pixel clock: it is a timing
    block[66], block[67], block[68] = width & 255, height & 255, (width >> 8) << 4 | height >> 8
    block[127] = -sum(block) % 256
    return bytes(block)


def connect(folder: Path, name: str, said: bytes, status: str = "connected") -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "status").write_text(status + "\n", "ascii")
    (folder / name / "edid").write_bytes(said)


def test_a_32_inch_panel_on_its_end_has_its_density(tmp_path: Path) -> None:
    connect(tmp_path, "card0-HDMI-A-1", edid(708, 399))
    connect(tmp_path, "card0-DP-1", b"", "disconnected")
    assert px_per_mm(1080, 1920, tmp_path) == pytest.approx(2.71, abs=0.01)


@pytest.mark.parametrize(
    "said", [b"", edid(708, 399)[:100], edid(708, 399)[:127] + b"\x00", edid(0, 0), edid(16, 9)],
    ids=["nothing", "cut off", "wrong sum", "no size", "a ratio for a size"],
)  # fmt: skip
def test_what_cannot_be_believed_is_not_known(tmp_path: Path, said: bytes) -> None:
    connect(tmp_path, "card0-HDMI-A-1", said)
    assert px_per_mm(1080, 1920, tmp_path) == 0.0


def test_of_two_displays_neither_is_taken(tmp_path: Path) -> None:
    for name in ("card0-HDMI-A-1", "card0-HDMI-A-2"):
        connect(tmp_path, name, edid(708, 399))
    assert px_per_mm(1080, 1920, tmp_path) == 0.0
    assert size_mm(edid(708, 399)) == (708, 399)

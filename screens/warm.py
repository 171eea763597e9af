"""Does beforehand what the first showing of each kind of screen would otherwise wait for.

A visit runs in a process of its own, so every screen is shown for the first time in it. Opening a type size costs 2 ms,
unpacking a sheet of icons 10 to 30, making a sheet's widgets 10 to 40; done while nobody waits, the first showing is as
quick as the second. Nothing is put on the screen: sheets are made, laid out and kept until their step comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
from typing import TYPE_CHECKING

from kivy.core.text import Label as CoreLabel

from matters import steps as s
from screens import art
from screens.sheets import OTHERS, read
from screens.text import BOLD, REGULAR, load_fonts
from screens.theme import SIZES, look

if TYPE_CHECKING:
    from screens.stage import Stage

PAUSE_S = 0.005
REGULAR_ROLES = ("body", "second", "small", "status")
ICON_SIZES = (42, 48, 56, 64, 76)

_WHERE = s.Where("　", "newborn", s.Progress(1, 7, 1))
_OPTIONS = (s.Option("a", "　", "　", "home-2", chosen=True), s.Option("b", "　", "　", parent="a"))
_NEEDS = (s.NeedRow("a", "　", "　", "id", s.Need.BRING), s.NeedRow("b", "　", "　", "book", s.Need.NOW))
_TILES = (s.Tile("a", "　", ("　",), "newborn"),)

STEPS: tuple[s.Step, ...] = (
    s.Notice("w", _WHERE, True, "　", "　", 0, 1, 1, "　", _NEEDS, True, "idle"),
    s.Flow("w", _WHERE, True, "　", (s.FlowLane("　", "　", 1, ("　", "　"), ("　",)),), 1),
    s.Consent("w", _WHERE, True, "general", ("　",), "　", "　", "　"),
    s.Choice("w", _WHERE, True, "　", "　", _OPTIONS, remark=s.Remark("　", "good", "phone")),
    s.Items("w", _WHERE, True, "　", _OPTIONS, (("a", "　"),), 1),
    s.Card("w", _WHERE, True, "　", "waiting"),
    s.CardShown("w", _WHERE, True, (("name", "　"),)),
    s.Entry("w", _WHERE, True, s.Kind.NAME, "　", "　", "　", 9, "handwriting"),
    s.Entry("w", _WHERE, True, s.Kind.NAME, "　", "　", "　", 9, "pinyin"),
    s.Entry("w", _WHERE, True, s.Kind.PHONE, "　", "　", "1", 11, "digits"),
    s.Entry("w", _WHERE, True, s.Kind.DATE, "　", "　", "2026-01-01", 10, "wheels"),
    s.Entry("w", _WHERE, True, s.Kind.ADDRESS, "　", "　", "　", 70, "handwriting", suggestions=("　",)),
    s.Capture("w", _WHERE, True, "a", "　", "　", 1, 1, _NEEDS),
    s.Review("w", _WHERE, True, "a", "　", "", "ok", 1, 1, True),
    s.Commitment("w", _WHERE, True, "　", ("　**　**",), "　", (), "　"),
    s.Check("w", _WHERE, True, (s.Row("a", "　", "　", "　"), s.Row("b", "　", "　", "　", "card", can_change=False))),
    s.Working("w", _WHERE, False, "submit"),
    s.HandedIn("w", _WHERE, False, "00000000", "　", True, "0:00", (s.Next("kept_here", "now"),), s.Paper.PRINTING),
    s.Rate("w", _WHERE, False, 4, _OPTIONS),
    s.Goodbye("w", None, False, (("id", "　"),), "done", 1.0),
    s.StillThere("w", _WHERE, False, 20, 30),
    s.MatterList("w", None, True, "　", _TILES),
    s.Search("w", None, True, "", _TILES, "handwriting"),
)


async def warm(stage: Stage) -> None:
    """Everything, in slices of a few milliseconds; may be cancelled at any of them."""
    load_fonts()
    for face, roles in ((REGULAR, REGULAR_ROLES), (BOLD, tuple(SIZES))):
        for size in sorted({look.size(role) for role in roles}):
            CoreLabel(font_name=face, font_size=size).get_extents("口")
            await asyncio.sleep(PAUSE_S)
    for size in ICON_SIZES:
        art.icon("check", look.u(size))
        await asyncio.sleep(PAUSE_S)
    for name in OTHERS:
        read(name)
        await asyncio.sleep(PAUSE_S)
    for step in STEPS:
        stage.make_ready(step)
        await asyncio.sleep(PAUSE_S)
    # What was drawn meanwhile goes; what lives as long as the process need not be looked through at every collection.
    stage.tidy()
    gc.freeze()
    give_back()


def give_back() -> None:
    """Let the system have the memory that is free in between: 4 MB after all sheets are made."""
    with contextlib.suppress(OSError, AttributeError):  # a system without glibc keeps it
        ctypes.CDLL(None).malloc_trim(0)

"""One sheet for each type of step, with its layout.

Home and the screens behind it are there at once; the other sheets are read when they are first needed, or while nobody
waits (`screens/warm.py`): all of them take a tenth of the time to the first picture.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from kivy.lang import Builder

from matters.steps import Step
from screens.sheets.base import Register, Sheet, shows

__all__ = ["FIRST", "OTHERS", "Register", "Sheet", "read", "sheet_of", "shows"]

KV = Path(__file__).parent.parent / "kv"
FIRST = ("frame", "finding")  # "frame" has a layout only: what every sheet is made of
OTHERS = ("asking", "flowing", "entry", "taking", "closing", "after", "attracting", "staff")

_read: set[str] = set()


def read(name: str) -> None:
    """Import a module of sheets and read its layout; once or often is the same."""
    if name not in _read:
        _read.add(name)
        if name != "frame":
            importlib.import_module(f"screens.sheets.{name}")
        Builder.load_file(str(KV / f"{name}.kv"), rulesonly=True)


def sheet_of(step: type[Step]) -> type[Sheet]:
    """The sheet that shows a type of step."""
    for name in (*FIRST, *OTHERS):
        if step in Register.known:
            break
        read(name)
    return Register.known[step]

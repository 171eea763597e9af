"""Kivy: draws a step of a visit, hands back what was touched.

Kivy looks at its environment when it is first imported, so only `screens.app`, `screens.services`, `screens.status` and
`screens.theme` may be imported before `screens.app.prepare` has run; everything else here imports Kivy.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

PICTURES = Path(__file__).parent / "assets" / "pictures"


@cache
def drawings() -> frozenset[str]:
    """The names of the drawings that this terminal has. Without Kivy."""
    return frozenset(file.name.partition("@")[0] for file in PICTURES.glob("*@*.png"))

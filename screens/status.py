"""What the status line and the home screen's head say. A value; the kiosk makes a new one when something changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StatusView:
    """`card`: ok | trouble | absent. `printer`: ok | printing | paper | trouble | absent. `network`: ok | down.

    Absent means never fitted or not there: a resident need not read about it, so it is not shown for the printer and
    the reader. `now` is local time, for the home screen; None shows none.
    """

    county: str = ""
    hall: str = ""
    hours: str = ""  # 9:00–12:00，14:00–17:00
    open_now: bool = True
    now: datetime | None = None
    card: str = "ok"
    printer: str = "ok"
    network: str = "ok"
    language: str = ""  # the language that a key on the home screen changes to, by its own name; "": there is none

"""What staff are shown, as steps of the same kind as a visit's: values, drawn by `Stage.show`, answered by events.

The kiosk makes them (it alone knows devices and queue); a screen sends `Pressed` with these ids:

    StaffPin    digit:N, erase, main (the PIN is complete), back
    StaffBoard  try:ID, try:all, send, stick, restart, pin, leave
    StaffStick  main (write it, or done), back
    StaffAsk    main (do it), back

The digits typed stay with the kiosk: a step only says how many they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matters.steps import Step


@dataclass(frozen=True)
class StaffPin(Step):
    """The PIN pad. `asks`: open | choose (there is none yet, or it is changed) | again (the chosen one once more) |
    join (a clerk joins a visit; a registered card does as well).

    `problem`: "" | wrong | locked | unset | short | easy | differs | card (not registered).
    `seconds`: how long it stays locked.
    """

    asks: str
    digits: int
    shortest: int = 6
    longest: int = 12
    problem: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class StaffDevice:
    """One line: `id` as in the settings (id_card, camera …), or network, disk.

    `state`: good | care | broken | trying | absent (never fitted). `code`: the fault's code; its card's `short` is
    shown and its `staff` line says what to do. `tried`: what the last try came to: "" | ok | a fault code.
    `note`: a short word instead of the card's, e.g. 断了2小时. `can_try`: whether there is a try for it.
    """

    id: str
    state: str
    code: str = ""
    tried: str = ""
    note: str = ""
    can_try: bool = True


@dataclass(frozen=True)
class StaffBoard(Step):
    """Every device and the queue. `oldest`: when the oldest waiting one was handed in; `last_error`: a fault code."""

    devices: tuple[StaffDevice, ...]
    waiting: int
    leaves_in_s: float
    oldest: datetime | None = None
    last_error: str = ""
    sending: bool = False
    hours: str = ""
    open_now: bool = True
    version: str = ""
    now: datetime | None = None  # local time, to say "today"
    drafts: int = 0  # visits that were put aside and lie here, sealed
    stick: bool = True  # whether this machine takes a courier's stick


@dataclass(frozen=True)
class StaffAsk(Step):
    """One question before something that disturbs. `what`: restart."""

    what: str = "restart"


@dataclass(frozen=True)
class StaffStick(Step):
    """The courier's stick. `state`: wait (for one) | ready | working | done.

    `sticks`: how many are in; `free`: bytes free on the one; `waiting`: applications that wait. While it works: `now`
    of `of`. At the end: `out` lie whole on it, `left` do not, `damaged` could not be read here; `back` came back with
    the county's word and are off the terminal, `refused` words were not the county's; `catalogue`: one came along;
    `may_pull`. `problem`: "" | none | many | full | read_only | gone | broken | outbox.
    """

    state: str
    waiting: int = 0
    sticks: int = 0
    free: int = 0
    now: int = 0
    of: int = 0
    out: int = 0
    left: int = 0
    damaged: int = 0
    back: int = 0
    refused: int = 0
    catalogue: bool = False
    may_pull: bool = False
    problem: str = ""

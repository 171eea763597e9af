"""Whether the terminal's clock can be believed: a stated rule, because nobody in a village hall sets it.

The county's signed health says what time it is there. A time is marked *verified* when

1. since this machine was started, the county's word and our clock were at most LIMIT_S apart, the answer having taken
   at most ANSWER_S; and
2. from that comparison to now the clock has moved as the machine's own count of seconds has (CLOCK_BOOTTIME, which
   nobody can set), to within what a cheap crystal drifts: nobody has set the clock since; and
3. that was at most KEEPS_S ago.

Anything else, a restart too (a clock without its battery starts anywhere), makes times unverified until the county has
been heard again. Nothing waits for it: order is the sequence number's.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offline.records import Clock

LIMIT_S = 120.0
"""How far a clock may be from the county's and still be called right."""
ANSWER_S = 30.0
KEEPS_S = 7 * 86_400.0
SET_S, DRIFT = 2.0, 200e-6
"""A clock that moved otherwise than the machine's count by more than SET_S and 200 ppm was set by somebody."""
NOTE = "clock"
"""The outbox's note that keeps the comparison: whoever hands in reads what the sync learned."""


@dataclass(frozen=True)
class Steady:
    """Seconds since this machine was started, and which start it was."""

    boot: str
    seconds: float


Count = Callable[[], Steady]


def machine() -> Steady:
    """This machine's own count (Linux)."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return Steady(boot, time.clock_gettime(time.CLOCK_BOOTTIME))


def compared(county_at: str, asked: Steady, answered: Steady, clock: Clock) -> str | None:
    """The note to keep after the county said its time; "" if our clock is wrong, None if this answer tells nothing.

    `county_at`: UTC, whole seconds. `asked`, `answered`: the machine's count around the question.
    """
    took = answered.seconds - asked.seconds
    if took > ANSWER_S or asked.boot != answered.boot:
        return None
    wall = clock()
    county = datetime.datetime.fromisoformat(county_at).timestamp()
    if not county - LIMIT_S <= wall <= county + took + 1 + LIMIT_S:
        return ""
    return f"{answered.boot} {answered.seconds!r} {wall!r}"


def verified(note: str, now: Steady, clock: Clock) -> bool:
    """Whether a time read from the clock now is verified."""
    try:
        boot, counted, wall = note.split()
        passed = now.seconds - float(counted)
        moved = clock() - float(wall)
    except ValueError:
        return False
    return boot == now.boot and 0 <= passed <= KEEPS_S and abs(moved - passed) <= SET_S + DRIFT * passed


def stale(note: str, now: Steady) -> bool:
    """Whether a comparison is worth keeping anew: once an hour, not at every question."""
    try:
        boot, counted, _ = note.split()
        return boot != now.boot or now.seconds - float(counted) > 3600
    except ValueError:
        return True

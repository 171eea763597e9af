"""What can happen to a visit. Every event carries `at`: seconds on the caller's monotonic clock.

A screen makes Pressed, Chosen, Typed and Signed; the kiosk makes the rest. An event that does not fit the present step
changes nothing: a screen may be a moment behind, and a late outcome is refused by its effect's id.
"""

from __future__ import annotations

from dataclasses import dataclass

from matters.outcomes import Result

Strokes = tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Pressed:
    """A key was touched. Ids: main, back, repeat, help, left (the quiet alternative), print, type, again, add, stop,
    commit, skip, elder, lookup, ask, search, search:handwriting, more, switch_input, here, tile:ID, change:KEY,
    level:N, behalf (for somebody else, or for oneself after all), flow, case:N, clerk_done (the clerk who filled in
    goes).

    `left` by step: consent: I do not agree; face: I will not be photographed; review: keep it as it is; commitment: I
    will bring the paper; handed in: one more receipt (print again, wait for paper); rate: no rating. `here` answers
    the idle warning, `stop` there wipes everything at once."""

    at: float
    id: str


@dataclass(frozen=True)
class Chosen:
    """An option was touched (it toggles where several may be chosen)."""

    at: float
    option: str


@dataclass(frozen=True)
class Typed:
    """The whole text of the present entry, after each change."""

    at: float
    text: str


# What stands for a signature of somebody who cannot see the box or hold a pen, and confirmed by a key instead: one
# stroke without a point, which no finger can draw. The application says so (`GivenCommitment.by`).
BY_KEY: Strokes = ((),)


@dataclass(frozen=True)
class Signed:
    """All strokes in the signature box so far, after each stroke; points in 0..1 of the box. Or BY_KEY."""

    at: float
    strokes: Strokes


@dataclass(frozen=True)
class Outcome:
    """What an effect came to. Refused unless `effect` is among those the visit is waiting for."""

    at: float
    effect: str
    result: Result


@dataclass(frozen=True)
class Underway:
    """An effect has got somewhere without being done, e.g. `card.reading`: a card lies there and is being read."""

    at: float
    effect: str
    code: str


@dataclass(frozen=True)
class Touched:
    """Somebody touched the screen anywhere: resets idleness and nothing else."""

    at: float


@dataclass(frozen=True)
class Tick:
    """Time passes. Sent about twice a second."""

    at: float


@dataclass(frozen=True)
class Surroundings:
    """Which devices and whether the county can be reached: words of hardware's status, per device class."""

    at: float
    can_read_card: bool
    can_print: bool  # receipts
    can_film: bool
    online: bool
    printer_problem: str = ""  # fault code
    can_scan: bool = False
    can_read_social: bool = False
    can_print_sheet: bool = False  # on A4
    drafts: bool = False  # something lies put aside on this terminal
    today: str = ""  # local date, YYYY-MM-DD; "": nothing new is told
    can_face: bool = False  # there is a camera towards the person
    workdays: tuple[str, ...] = ()  # with `today`: the working days after it, as far as anybody knows them


@dataclass(frozen=True)
class CodeHeld:
    """A code was held before the scanner, and nothing had asked for one. kind: receipt | slip | phone (a phone's, or
    any other). What it says goes nowhere."""

    at: float
    kind: str


@dataclass(frozen=True)
class Joined:
    """A clerk has shown who they are at the terminal (staff PIN or staff card) and fills in with the person from now
    on. `mark`: the staff's own mark, e.g. pin or card:2; never a name."""

    at: float
    mark: str


Event = Pressed | Chosen | Typed | Signed | Outcome | Underway | Touched | Tick | Surroundings | Joined | CodeHeld

"""The values the outbox takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Clock = Callable[[], float]
"""Seconds since 1970 by the terminal's clock, which may be wrong: order never depends on it, only what is shown."""


@dataclass(frozen=True)
class Sealed:
    """What wire.seal made: the digest the county will acknowledge, and the sealed files, each under the SHA-256 (hex)
    of its bytes, in the envelope's order."""

    kind: str
    id: str
    digest: str
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Signed:
    """What is signed once the sequence is known: the envelope's bytes as they will be sent; for kinds with a receipt
    its number and its code."""

    envelope: bytes
    number: str = ""
    receipt: str = ""


Sign = Callable[[int], Signed]
"""sequence -> Signed. Called inside the transaction: quick, and without effects outside it."""


@dataclass(frozen=True)
class Committed:
    """What a commit gave. `receipt` is "" for kinds without one, and once it has been printed. `again`: it was there
    already."""

    sequence: int
    number: str
    receipt: str
    again: bool = False


@dataclass(frozen=True)
class Entry:
    """One record as a list shows it. Times in seconds since 1970; `bytes` with its files."""

    sequence: int
    id: str
    kind: str
    digest: str
    number: str
    since: float
    state: str  # waiting | dead
    tries: int
    tried_at: float | None
    last_error: str
    files: int
    bytes: int


@dataclass(frozen=True)
class Upload:
    """A sealed file on its way. `address` is the tus upload's URL, "" before the county gave one."""

    position: int
    sha256: str
    size: int
    address: str
    done: bool


@dataclass(frozen=True)
class Due:
    """A record to send now."""

    entry: Entry
    body: bytes
    uploads: tuple[Upload, ...]


@dataclass(frozen=True)
class Status:
    """`mirror`: what is wrong with the second medium ("" where all is well or none is wanted)."""

    waiting: int
    oldest_since: float | None
    last_error: str
    dead: int
    mirror: str = ""


@dataclass(frozen=True)
class Ack:
    """A verified acknowledgement: `said` is the county's own signed bytes."""

    id: str
    digest: str
    said: bytes


@dataclass(frozen=True)
class Delivered:
    """A record that the county has. `case`: its parent case there, "" for a kind that makes none; `cases`: item cases.
    `at`: when this terminal took its word in."""

    sequence: int
    id: str
    kind: str
    number: str
    at: float
    case: str
    cases: int


@dataclass(frozen=True)
class Unprinted:
    """A receipt that has not been printed yet."""

    id: str
    number: str
    code: str

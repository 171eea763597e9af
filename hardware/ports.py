"""One port per device class: what it can do, how it is, what it is told, what it tells.

Status is apart from capability: what a device can ever do does not change when its cable is pulled. A driver never
raises for an expected failure; it returns a Fault whose code has a card in config/faults. What blocks runs in threads
behind these coroutines, each with a time-out. Cancelling a coroutine ends its work at the device.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Health(StrEnum):
    """How a device is, the same words for every class."""

    ONLINE = "online"
    OFFLINE = "offline"  # known, does not answer
    ABSENT = "absent"  # not there (unplugged, never fitted)
    FAULTY = "faulty"
    BUSY = "busy"
    ATTENTION = "attention"  # needs a person: paper, cover, jam
    UNKNOWN = "unknown"  # not asked yet, or it cannot say


@dataclass(frozen=True)
class Status:
    """`code` names the fault card when health is not ONLINE or BUSY; `detail` holds the class's own words, e.g.
    paper=full|low|out|unknown, cover=open."""

    health: Health
    code: str = ""
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """An expected failure. `code` as in config/faults (class.what, e.g. card.removed_early); `note` for staff and logs,
    never with a person's data in it."""

    code: str
    note: str = ""


@runtime_checkable
class Device(Protocol):
    """What every device has."""

    address: str

    async def status(self) -> Status: ...

    async def watch(self) -> AsyncIterator[Status]:
        """Every change of status from now on, the present one first."""
        ...

    async def close(self) -> None: ...

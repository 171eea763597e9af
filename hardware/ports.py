"""One port per device class: what it can do, how it is, what it is told, what it tells.

Status is apart from capability: what a device can ever do does not change when its cable is pulled. A driver never
raises for an expected failure; it returns a Fault whose code has a card in config/faults. What blocks runs in threads
behind these coroutines, each with a time-out. Cancelling a coroutine ends its work at the device.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date
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

    def watch(self) -> AsyncIterator[Status]:
        """Every change of status from now on, the present one first: `async for status in device.watch()`."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, repr=False)
class CardRecord:
    """An identity card as read. Dates are YYYY-MM-DD; `valid_to` may be "长期"; sex is GB/T 2261.1; nation GB/T 3304.

    `kind`: resident | foreigner2017 | foreigner2023 | hmt. A field that a layout does not have is "". The repr shows
    the kind and nothing of the person, so that no log or traceback can.
    """

    kind: str
    name: str  # Chinese where the layout has one, else the English one
    id_number: str
    sex: str
    nation: str
    birth: str
    address: str  # as stored when the card was made
    issuer: str
    valid_from: str
    valid_to: str
    added_address: str = ""  # written to the chip after a move; the present one where there is one
    english_name: str = ""
    nationality: str = ""  # ISO 3166-1 alpha-3
    pass_number: str = ""  # Hong Kong, Macao, Taiwan: the travel permit's
    issue_count: str = ""  # how often the card was issued or renewed
    old_number_link: str = ""  # foreigner 2023: how the number of the 2017 card follows from this one
    card_version: str = ""
    authority_code: str = ""
    sam_number: str = ""  # of the reader's security module, dd.dd-8-10-10
    photo: bytes | None = None  # 1,024 bytes WLT, as the card gave it; never decoded here

    @property
    def current_address(self) -> str:
        return self.added_address or self.address

    def expired_on(self, day: date) -> bool:
        """Whether the card is no longer valid on that day; its last day still counts."""
        return self.valid_to != "长期" and day.isoformat() > self.valid_to

    def __repr__(self) -> str:
        return f"CardRecord(kind={self.kind!r})"


@runtime_checkable
class IdCardReader(Device, Protocol):
    """Reads resident cards of all four layouts."""

    async def read(self, found: Callable[[], None] | None = None) -> CardRecord | Fault:
        """Waits for a card and reads it. `found` is called, on the loop, when a card is there and reading begins.

        Returns a Fault (card.*, reader.*) when a card was there and could not be read, or the reader is not; ask
        again for another try. There is no time-out: cancel it when nobody waits any more.
        """
        ...


@dataclass(frozen=True, repr=False)
class SocialCardRecord:
    """What a social-security card lets anyone read. Dates are YYYY-MM-DD. Fields the card keeps back are "".

    `generation` is 1, 2 or 3, from the version of the standard on the card.
    """

    generation: int
    card_id: str  # 卡识别码, 32 hexadecimal digits
    area: str  # six digits, where it was issued
    version: str  # 规范版本: 1.00, 2.00, 3.00
    card_number: str  # 卡号
    issued: str
    valid_to: str
    id_number: str = ""  # 社会保障号码; empty on third-generation cards without the reader's own security module
    name: str = ""
    sex: str = ""
    nation: str = ""
    birth: str = ""
    answer_to_reset: str = ""  # hexadecimal
    contactless: bool = False

    def expired_on(self, day: date) -> bool:
        return bool(self.valid_to) and day.isoformat() > self.valid_to

    def __repr__(self) -> str:
        return f"SocialCardRecord(generation={self.generation})"


@runtime_checkable
class SocialCardReader(Device, Protocol):
    """Reads social-security cards of the three generations, as far as they are free to read."""

    async def read(self, found: Callable[[], None] | None = None) -> SocialCardRecord | Fault:
        """As IdCardReader.read; codes social.* and social_reader.*."""
        ...

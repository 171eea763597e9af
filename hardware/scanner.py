"""The code scanner, as the rest sees it: a text that was held before it, and what kind of code that is.

A phone's code (electronic social card, the province's app) is short-lived and means nothing here: it is only passed on
to be checked online. Ours (receipt, slip) are known by their form; whether one is genuine is for wire and the county.
A code is a secret of whoever holds it: its repr does not show it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, cast, runtime_checkable

from hardware.ports import Device, Fault

# HTTPS://COUNTY/R#CODE, as wire.receipt writes it; S for the slip of a visit that was broken off.
OURS = re.compile(r"https?://[^\s#]+/([RS])#([A-Z2-7]{16,})=*", re.IGNORECASE)
MOST_CHARACTERS = 4096


class CodeKind(StrEnum):
    RECEIPT = "receipt"
    SLIP = "slip"
    OTHER = "other"  # a phone's, or anything else: passed on as it is


def kind_of(text: str) -> CodeKind:
    """By form alone."""
    ours = OURS.fullmatch(text)
    if ours is None:
        return CodeKind.OTHER
    return CodeKind.RECEIPT if ours[1].upper() == "R" else CodeKind.SLIP


@dataclass(frozen=True, repr=False)
class Code:
    text: str

    @property
    def kind(self) -> CodeKind:
        return kind_of(self.text)

    def __repr__(self) -> str:
        return f"Code({self.kind.value}, {len(self.text)} characters)"


@runtime_checkable
class CodeScanner(Device, Protocol):
    """Reads one code at a time."""

    async def scan(self) -> Code | Fault:
        """The next code that is held before it; what was scanned before anybody asked is forgotten. No time-out:
        cancel it when nobody waits any more. The same code twice within seconds is one."""
        ...

    def unasked(self) -> AsyncIterator[CodeKind]:
        """The kind of each code that was held before it while nobody asked for one: somebody wants to know what to do.
        Never of a scanner that only looks when it is asked."""
        ...


def open_scanner(text: str) -> CodeScanner:
    """The scanner behind an address; does not touch it yet. Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("CodeScanner", open_device("scanner", text))

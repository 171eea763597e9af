"""Driver of resident-card readers with STX framing (hardware.stx), on a serial line.

Unverified: written from one maker's description; no real device has passed the conformance kit yet. Everything but the
framing and the order of questions is the SAM driver's. These readers look for a card, select it and read it by one
question; they are asked for the number alone while waiting, so that a whole card does not cross the line in vain.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from hardware import stx
from hardware.addresses import Address, AddressError
from hardware.ports import CardRecord, Fault, Health, Status
from hardware.sam import BAUDS
from hardware.sam_card import CardTextError, parse_text
from hardware.sam_reader import SamReader, Timing, _Garbled, _LineError


class StxCodec:
    """STX, length, data, LRC, ETX."""

    def parser(self) -> stx.Parser:
        return stx.Parser()

    def encode(self, command: stx.Question) -> bytes:
        return stx.encode(command)

    def fits(self, command: stx.Question, answer: stx.Answer) -> bool:
        return stx.fits(command, answer)

    def slow(self, command: stx.Question) -> bool:
        del command
        return True  # every question looks for a card first


class StxReader(SamReader):
    """The port. A card that stays is read once: after a read it must be lifted before it counts again."""

    def __init__(self, address: str, path: str, baud: int = BAUDS[0], timing: Timing | None = None) -> None:
        super().__init__(address, path, baud, timing, codec=StxCodec())
        self._ask_status = self._ask_find = stx.NUMBER
        self._lies_read = False

    def _greet(self, stop: threading.Event) -> None:
        del stop
        self._line.open()

    def _well(self, answer: stx.Answer) -> bool:
        del answer
        return True  # whatever it says of the card, it answers

    def _status_of(self, error: _LineError | None) -> Status:
        status = super()._status_of(error)
        return status if status.health is not Health.ONLINE else Status(Health.ONLINE, "", {"verified": "no"})

    def _find(self, stop: threading.Event) -> bool:
        there = super()._find(stop)
        self._lies_read = self._lies_read and there
        return there and not self._lies_read

    def _read_card(self, stop: threading.Event) -> CardRecord | Fault:
        try:
            answer = self._line.exchange(stx.EVERYTHING, stop)
        except _Garbled:
            return Fault("card.unreadable", "the line damages long answers")
        if not answer.ok:
            there = self._find(stop)
            return Fault("card.unreadable" if there else "card.removed_early", f"{answer.word:04X}")
        try:
            text, photo = stx.blocks(answer.data)
            record = parse_text(text)
        except CardTextError as error:
            return Fault(error.code, error.field)
        except stx.StxError as error:
            return Fault("card.unreadable", error.reason)
        self._lies_read = True
        return replace(record, photo=photo)


def from_address(address: Address) -> StxReader:
    """`stx:///dev/ttyUSB0?baud=115200`. Raises AddressError."""
    address.only("baud")
    if address.host or address.port is not None or not address.path.startswith("/"):
        raise AddressError(f"{address.text}: write stx:// and the device's whole path, like stx:///dev/ttyUSB0")
    return StxReader(address.text, address.path, address.number("baud", BAUDS[0], BAUDS))

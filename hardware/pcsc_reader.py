"""Driver of social-security cards through PC/SC (pcscd), contact and contactless.

pyscard's own monitors are threads that die for good with the daemon, so none of them is used: this driver asks the
daemon itself, in slices, and builds a new context whenever one breaks. A transmit has no time-out and a hanging card
blocks its thread for twelve seconds, so talking to a card happens in a thread that is given up after `talk_s`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from hardware import social_card
from hardware.addresses import Address, AddressError
from hardware.ports import Fault, Health, SocialCardRecord, Status
from hardware.social_card import SocialCardError
from hardware.tended import TendedReader


@dataclass(frozen=True)
class Timing:
    """All of the driver's delays, in seconds."""

    slice_s: float = 0.2  # a wait for a card notices within it that nobody waits any more
    tend_s: float = 1.0  # between two looks at an idle reader
    talk_s: float = 5.0  # for all of a card; a healthy one takes a quarter of a second
    same_card_s: float = 3.0  # the same card again within this time is a bounce, not a second card
    settle_s: float = 0.6  # until the daemon surely knows that a card has gone; it polls
    tries: int = 3  # of a card that stays in and was not understood
    lift_s: float = 3.0  # a card that failed is tried again when it was taken out, or sat there for so long


class _Trouble(Exception):
    """Inside this module: a code with a fault card."""

    def __init__(self, code: str, note: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.note = note


class _Stopped(Exception):
    """Nobody waits any more."""


# A daemon that died while it was being asked: its library would wait for the answer for ever.
MUTE = ("social_reader.service_down", "no answer")
HEALTH_OF = {
    "social_reader.service_down": Health.OFFLINE,
    "social_reader.absent": Health.ABSENT,
    "social_reader.silent": Health.OFFLINE,
    "social_reader.busy": Health.BUSY,
}


def _scard() -> Any:
    """pyscard's thin layer over the daemon's library. Imported late: most terminals have no such reader."""
    from smartcard import scard

    return scard


class _Daemon:
    """One context with pcscd, used by one thread at a time; opened when needed, dropped when it breaks."""

    def __init__(self, name: str) -> None:
        self._wanted = name
        self._context: Any = None

    def drop(self) -> None:
        if self._context is not None:
            _scard().SCardReleaseContext(self._context)
            self._context = None

    def check(self, result: int) -> None:
        """Raises _Trouble for a result that is none of the good ones, and drops a context that is done for."""
        scard = _scard()
        if result == scard.SCARD_S_SUCCESS:
            return
        if result in (
            scard.SCARD_E_UNKNOWN_READER,
            scard.SCARD_E_READER_UNAVAILABLE,
            scard.SCARD_E_NO_READERS_AVAILABLE,
        ):
            raise _Trouble("social_reader.absent", _word(result))
        if result in (scard.SCARD_E_NO_SMARTCARD, scard.SCARD_W_REMOVED_CARD):
            raise _Trouble("social.removed_early", _word(result))
        if result in (scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_E_PROTO_MISMATCH):
            raise _Trouble("social.unreadable", _word(result))
        if result == scard.SCARD_E_SHARING_VIOLATION:
            raise _Trouble("social_reader.busy", _word(result))
        if result in (scard.SCARD_E_NOT_TRANSACTED, scard.SCARD_E_COMM_DATA_LOST):
            raise _Trouble("social.unreadable", _word(result))
        self.drop()
        raise _Trouble("social_reader.service_down", _word(result))

    def reader(self) -> str:
        """The full name of the wanted reader, as the daemon numbers it today."""
        if self._context is not None:
            try:
                return self._listed()
            except _Trouble as trouble:
                if trouble.code != "social_reader.service_down":
                    raise  # else: a context that outlived its daemon says nothing of the present one
        return self._listed()

    def _listed(self) -> str:
        scard = _scard()
        if self._context is None:
            result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
            self.check(result)
            self._context = context
        result, names = scard.SCardListReaders(self._context, [])
        self.check(result)
        for name in names:
            if name == self._wanted:
                return str(name)
        for name in names:
            if name.startswith(self._wanted):
                return str(name)
        raise _Trouble("social_reader.absent")

    def card_there(self, name: str, wait_s: float) -> bool:
        """Whether a card is in, after at most `wait_s` of waiting for that to change."""
        scard = _scard()
        result, states = scard.SCardGetStatusChange(self._context, 0, [(name, scard.SCARD_STATE_UNAWARE)])
        self.check(result)
        state = states[0][1]
        if not state & scard.SCARD_STATE_PRESENT and wait_s > 0:
            result, states = scard.SCardGetStatusChange(self._context, round(wait_s * 1000), [(name, state)])
            if result == scard.SCARD_E_TIMEOUT:
                return False
            self.check(result)
            state = states[0][1]
        if state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            raise _Trouble("social_reader.absent")
        return bool(state & scard.SCARD_STATE_PRESENT)


def _word(result: int) -> str:
    return f"{result & 0xFFFFFFFF:08X}"


class _Card:
    """A connection to the card that is in."""

    def __init__(self, daemon: _Daemon, name: str) -> None:
        self._daemon = daemon
        scard = _scard()
        result, self._handle, protocol = scard.SCardConnect(
            daemon._context, name, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        )
        daemon.check(result)
        self._protocol = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0
        result, _, _, _, atr = scard.SCardStatus(self._handle)
        daemon.check(result)
        self.answer_to_reset = bytes(atr)

    def close(self) -> None:
        scard = _scard()
        scard.SCardDisconnect(self._handle, scard.SCARD_LEAVE_CARD)

    def _transmit(self, command: bytes) -> tuple[bytes, int]:
        result, answer = _scard().SCardTransmit(self._handle, self._protocol, list(command))
        self._daemon.check(result)
        if len(answer) < 2:
            raise _Trouble("social.unreadable", "no status word")
        # A signed byte slips through some drivers.
        raw = bytes(value & 0xFF for value in answer)
        return raw[:-2], int.from_bytes(raw[-2:], "big")

    def send(self, command: bytes) -> tuple[bytes, int]:
        """A command's whole answer: 6Cxx is asked again with the right length, 61xx is fetched."""
        data, word = self._transmit(command)
        if word >> 8 == 0x6C:
            data, word = self._transmit(social_card.with_length(command, word & 0xFF))
        for _ in range(8):
            if word >> 8 != 0x61:
                break
            more, word = self._transmit(social_card.get_response(word & 0xFF))
            data += more
        return data, word


class SocialReader(TendedReader):
    """The port. `name` is the reader's name, or its beginning, as pcscd lists it."""

    def __init__(
        self, address: str, name: str, timing: Timing | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.address = address
        self._timing = timing or Timing()
        super().__init__(self._timing.tend_s, self._timing.same_card_s, clock)
        self._name = name
        self._daemon = _Daemon(name)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="pcsc-reader")
        self._failed_at: float | None = None
        self._beat = 0.0  # when the worker thread last showed that it does not hang

    # ------------------------------------------------------------ the port

    async def read(self, found: Callable[[], None] | None = None) -> SocialCardRecord | Fault:
        with self._reading() as stop:
            return await self._read(stop, found)

    async def close(self) -> None:
        await self._leave()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(loop.run_in_executor(self._worker, self._daemon.drop), self._timing.talk_s)
        self._worker.shutdown(wait=False, cancel_futures=True)

    # ------------------------------------------------------------ on the loop

    async def _look(self) -> None:
        looking = asyncio.get_running_loop().run_in_executor(self._worker, self._probe)
        try:
            trouble = await asyncio.wait_for(asyncio.shield(looking), self._timing.talk_s)
        except TimeoutError:
            trouble = self._hung(looking, *MUTE)
        self._board.set(_status(trouble))

    async def _card_awaited(self, stop: threading.Event) -> _Trouble | None:
        """As _await_card, without its hanging."""
        self._beat = self._clock()
        waiting = asyncio.get_running_loop().run_in_executor(self._worker, self._await_card, stop)
        while not (await asyncio.wait({waiting}, timeout=self._timing.talk_s))[0]:
            if self._aged(self._beat, self._timing.talk_s):
                return self._hung(waiting, *MUTE)
        return waiting.result()

    def _hung(self, work: asyncio.Future[Any], code: str, note: str) -> _Trouble:
        """The thread that hangs keeps its context and ends with it; work goes on in a new one."""
        work.add_done_callback(_forget_outcome)
        self._worker.shutdown(wait=False, cancel_futures=True)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="pcsc-reader")
        self._daemon = _Daemon(self._name)
        return _Trouble(code, note)

    async def _read(self, stop: threading.Event, found: Callable[[], None] | None) -> SocialCardRecord | Fault:
        loop = asyncio.get_running_loop()
        while True:
            self._check_open()
            trouble = await self._card_awaited(stop)
            self._board.set(_status(trouble))
            if trouble is not None:
                return Fault(trouble.code, trouble.note)
            if stop.is_set():
                continue
            if found is not None:
                found()
            talking = loop.run_in_executor(self._worker, self._talk)
            try:
                outcome = await asyncio.wait_for(asyncio.shield(talking), self._timing.talk_s)
            except TimeoutError:
                hangs = self._hung(talking, "social_reader.silent", "the card hangs")
                self._failed_at = self._clock()
                self._board.set(_status(hangs))
                return Fault(hangs.code, hangs.note)
            except asyncio.CancelledError:
                talking.add_done_callback(_forget_outcome)
                raise
            if isinstance(outcome, Fault):
                self._failed_at = None if outcome.code == "social.removed_early" else self._clock()
                return outcome
            self._failed_at = None
            if not self._bounced(outcome.card_id):
                return outcome

    # ------------------------------------------------------------ in the worker thread

    def _probe(self) -> _Trouble | None:
        try:
            self._daemon.reader()
        except _Trouble as trouble:
            return trouble
        return None

    def _await_card(self, stop: threading.Event) -> _Trouble | None:
        """Returns when a card is in that may be read now, or with the trouble that keeps it from that."""
        timing = self._timing
        try:
            while not (stop.is_set() or self._closing.is_set()):
                self._beat = self._clock()
                name = self._daemon.reader()
                if not self._daemon.card_there(name, timing.slice_s):
                    self._failed_at = None
                    self._last = (
                        None if self._last is None or self._aged(self._last[1], timing.same_card_s) else self._last
                    )
                elif self._aged(self._failed_at, timing.lift_s) and self._aged(
                    self._last[1] if self._last else None, timing.same_card_s
                ):
                    return None
                else:
                    stop.wait(timing.slice_s)
        except _Trouble as trouble:
            return trouble
        return None

    def _aged(self, since: float | None, seconds: float) -> bool:
        return since is None or self._clock() - since >= seconds

    def _talk(self) -> SocialCardRecord | Fault:
        fault = Fault("social.unreadable")
        try:
            for _ in range(self._timing.tries):
                name = self._daemon.reader()
                outcome = self._talk_once(name)
                if isinstance(outcome, SocialCardRecord) or outcome.code != "social.unreadable":
                    return outcome
                fault = outcome
                if self._went(name):
                    return Fault("social.removed_early", fault.note)
        except _Trouble as trouble:
            return Fault(trouble.code, trouble.note)
        return fault

    def _talk_once(self, name: str) -> SocialCardRecord | Fault:
        try:
            card = _Card(self._daemon, name)
            try:
                return self._read_card(card)
            finally:
                card.close()
        except _Trouble as trouble:
            return Fault(trouble.code, trouble.note)
        except SocialCardError as error:
            return Fault(error.code, error.note)

    def _went(self, name: str) -> bool:
        """Whether the card leaves while the daemon makes up its mind: a card that is pulled is first of all mute."""
        end = self._clock() + self._timing.settle_s
        while self._clock() < end:
            if not self._daemon.card_there(name, 0):
                return True
            self._closing.wait(self._timing.slice_s / 4)
        return False

    def _read_card(self, card: _Card) -> SocialCardRecord:
        _, word = card.send(social_card.select_application())
        if word != 0x9000:
            raise _Trouble("social.unknown_kind", f"{word:04X}")
        values: dict[str, str] = {}
        selected, kept_back = 0, 0
        for field in social_card.FIELDS:
            if field.file == kept_back:
                continue
            if field.file != selected:
                _, word = card.send(social_card.select_file(field.file))
                selected = field.file
            else:
                word = 0x9000
            data = b""
            if word == 0x9000:
                data, word = self._read_field(card, field)
            if word in (0x6982, 0x6985):  # protected: third generation, without the reader's security module
                kept_back = field.file
            elif word == 0x9000:
                values[field.name] = social_card.decode_field(field, social_card.parse_record(data, field))
            elif field.file == social_card.CARD_FILE and field.name in ("card_id", "version"):
                raise _Trouble("social.unreadable", f"{field.name}: {word:04X}")
        return social_card.make_record(values, card.answer_to_reset)

    def _read_field(self, card: _Card, field: social_card.Field) -> tuple[bytes, int]:
        """By tag; by place only on cards that know no tags, and only where the place is the same in all versions."""
        data, word = card.send(social_card.read_by_tag(field.tag))
        if word in (0x6A86, 0x6B00) and field.ordinal:
            data, word = card.send(social_card.read_by_ordinal(field.ordinal))
        return data, word


def _forget_outcome(future: asyncio.Future[Any]) -> None:
    """Takes the late result of a thread that was given up, so that nobody is told of it."""
    if not future.cancelled():
        future.exception()


def _status(trouble: _Trouble | None) -> Status:
    if trouble is None:
        return Status(Health.ONLINE)
    return Status(HEALTH_OF.get(trouble.code, Health.ONLINE), trouble.code if trouble.code in HEALTH_OF else "")


def from_address(address: Address) -> SocialReader:
    """`pcsc:///READER%20NAME`. `socket=PATH` names another daemon than the system's (tests; the first one named in a
    process holds for all of it). Raises AddressError."""
    address.only("socket")
    name = address.path.removeprefix("/")
    if address.host or not name:
        raise AddressError(f"{address.text}: write pcsc:/// and the reader's name, like pcsc:///ACS%20ACR39U%2000%2000")
    if "socket" in address.options:
        os.environ["PCSCLITE_CSOCK_NAME"] = address.options["socket"]
    return SocialReader(address.text, name)

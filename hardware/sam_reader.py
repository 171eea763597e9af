"""Driver of resident-card readers that speak the SAM protocol on a serial line.

One worker thread owns the line: serial reads block, and two commands must never cross on it. The coroutines hand work
to that thread and take values back. While somebody waits for a card the thread asks for one every 300 ms (the readers'
makers allow no faster); else the reader is asked once a second whether it is well, so an unplugged one is noticed and
one that comes back is opened again, by the same name.

Answers carry no number. What keeps a late or doubled answer from being taken for the next command's is its shape
(`sam.fits`) and that the line is emptied before every command.

Readers on USB HID: hardware.hid_reader, which has met no real device yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import termios
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from errno import EACCES, EAGAIN, EBUSY
from typing import Any, Protocol

import serial

from hardware import sam
from hardware.addresses import Address, AddressError
from hardware.ports import CardRecord, Fault, Health, Status
from hardware.sam import Answer, Command, Damaged, Word
from hardware.sam_card import CardTextError, parse_added_address, parse_text
from hardware.tended import TendedReader


@dataclass(frozen=True)
class Timing:
    """All of the driver's delays, in seconds."""

    poll_s: float = 0.3  # between two finds; the readers' makers allow no less
    tend_s: float = 1.0  # between two looks at an idle reader
    answer_s: float = 0.8  # until an answer's first byte
    read_s: float = 3.0  # the same for a read, during which the reader talks to the card
    quiet_s: float = 0.5  # a begun answer that goes silent for so long is cut off
    whole_s: float = 10.0  # until an answer's last byte, on the slowest line that is still served
    slice_s: float = 0.05  # how soon a wait notices that nobody waits any more
    busy_s: float = 5.0  # how long another process (the last visit's) may still hold the line
    same_card_s: float = 3.0  # the same card again within this time is a bounce, not a second card
    lift_s: float = 3.0  # a card that failed is tried again when it was lifted, or lay there for so long
    tries: int = 3  # of one command, when its answer is damaged or missing


class _LineError(Exception):
    """Inside this module: why an exchange came to nothing. `code` is a fault card's."""

    code = ""


class _Absent(_LineError):
    code = "reader.absent"


class _Busy(_LineError):
    code = "reader.busy"


class _NoAccess(_LineError):
    code = "reader.no_access"


class _Silent(_LineError):
    code = "reader.silent"


class _Garbled(_LineError):
    code = "reader.garbled"


class _Faulty(_LineError):
    code = "reader.faulty"


class _Stopped(_LineError):
    """Nobody waits any more."""


HEALTH_OF = {
    "reader.absent": Health.ABSENT,
    "reader.busy": Health.BUSY,
    "reader.no_access": Health.FAULTY,
    "reader.silent": Health.OFFLINE,
    "reader.garbled": Health.FAULTY,
    "reader.faulty": Health.FAULTY,
}
# What the reader says about a card that it has and cannot read.
CARD_CODES = {
    Word.CARD_REFUSED_READER: "card.refused",
    Word.READER_REFUSED_CARD: "card.refused",
    Word.INFORMATION_CHECK: "card.refused",
    Word.WRONG_CARD: "card.unknown_kind",
}
# What it says about itself.
READER_WORDS = {Word.SELF_TEST_FAILED, Word.NOT_AUTHORISED, Word.RANDOM_FAILED}
# What it says about our command: the line damaged it, so it is worth sending again.
LINE_WORDS = {Word.CHECKSUM, Word.LENGTH, Word.COMMAND, Word.UNKNOWN}


class Codec(Protocol):
    """How questions and answers are framed on the line."""

    def parser(self) -> Any: ...

    def encode(self, command: Any) -> bytes: ...

    def fits(self, command: Any, answer: Any) -> bool: ...

    def slow(self, command: Any) -> bool:
        """Whether the reader talks to a card before it answers."""
        ...


class Port(Protocol):
    """An open line: pyserial's, or what looks like it. Every method raises OSError (pyserial: termios' error too)."""

    @property
    def in_waiting(self) -> int: ...

    def read(self, size: int = 1) -> bytes: ...

    def write(self, data: bytes, /) -> int | None: ...

    def reset_input_buffer(self) -> None: ...

    def close(self) -> None: ...


class SamCodec:
    """The SAM protocol's own framing."""

    def parser(self) -> sam.Parser:
        return sam.Parser()

    def encode(self, command: Command) -> bytes:
        return sam.encode(command)

    def fits(self, command: Command, answer: Answer) -> bool:
        return sam.fits(command, answer)

    def slow(self, command: Command) -> bool:
        return command in (sam.READ, sam.READ_WITH_FINGERPRINT, sam.READ_ADDED_ADDRESS)


class _Line:
    """The line, used by one thread. Every method raises _LineError and nothing else."""

    def __init__(self, opened: Callable[[], Port], timing: Timing, clock: Callable[[], float], codec: Codec) -> None:
        self._codec = codec
        self._opened = opened
        self._timing = timing
        self._clock = clock
        self._port: Port | None = None
        self._parser = codec.parser()
        self.sam_number = ""

    def open(self) -> None:
        if self._port is not None:
            return
        try:
            self._port = self._opened()
        except (OSError, ValueError, termios.error) as error:
            number = getattr(error, "errno", None)
            if number in (EBUSY, EAGAIN):
                raise _Busy from None
            raise (_NoAccess if number == EACCES else _Absent) from None
        self.sam_number = ""

    def close(self) -> None:
        if self._port is not None:
            with contextlib.suppress(OSError, termios.error):
                self._port.close()
            self._port = None

    def exchange(self, command: Any, stop: threading.Event) -> Any:
        """One command and its answer, tried again when the line damaged either."""
        failure: _LineError = _Silent()
        for _ in range(self._timing.tries):
            try:
                answer = self._exchange_once(command, stop)
            except (_Silent, _Garbled) as error:
                failure = error
                continue
            if answer.word in LINE_WORDS:
                failure = _Faulty()
                continue
            if answer.word in READER_WORDS:
                raise _Faulty
            return answer
        raise failure

    def _exchange_once(self, command: Any, stop: threading.Event) -> Any:
        self.open()
        line = self._port
        if line is None:
            raise _Absent
        try:
            self._parser.reset()
            line.reset_input_buffer()
            line.write(self._codec.encode(command))
            return self._await_answer(line, command, stop)
        except (OSError, termios.error):
            # pyserial's own errors are OSErrors; a pty whose other end closed adds bare ones and termios'.
            self.close()
            raise _Absent from None

    def _await_answer(self, line: Port, command: Any, stop: threading.Event) -> Any:
        timing = self._timing
        reading = self._codec.slow(command)
        begun = last = self._clock()
        damaged = False
        while True:
            if stop.is_set():
                raise _Stopped
            data = line.read(1)
            now = self._clock()
            if data:
                last = now
                data += line.read(line.in_waiting)
            for item in self._parser.feed(data):
                if isinstance(item, Damaged):
                    damaged = True
                elif self._codec.fits(command, item):
                    return item
            heard = damaged or self._parser.pending
            patience = timing.quiet_s if heard else (timing.read_s if reading else timing.answer_s)
            if now - last >= patience or now - begun >= timing.whole_s:
                raise _Garbled if heard else _Silent


class SamReader(TendedReader):
    """The port; the base of readers with another framing (hardware.stx_reader) or line (hardware.hid_reader).

    `address` as in the settings; nothing is opened before the first use. `opened` opens another line than a serial one.
    """

    def __init__(
        self,
        address: str,
        path: str,
        baud: int = 115200,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
        codec: Codec | None = None,
        opened: Callable[[], Port] | None = None,
    ) -> None:
        self.address = address
        self._timing = timing or Timing()
        super().__init__(self._timing.tend_s, self._timing.same_card_s, clock)

        def serial_port() -> Port:
            return serial.Serial(path, baud, timeout=self._timing.slice_s, write_timeout=1.0, exclusive=True)

        self._line = _Line(opened or serial_port, self._timing, clock, codec or SamCodec())
        self._ask_status: Any = sam.STATUS
        self._ask_find: Any = sam.FIND
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="sam-reader")
        self._found_at = -self._timing.poll_s  # when a card was last looked for
        self._failed_at: float | None = None  # when the card that may still lie there could not be read

    # ------------------------------------------------------------ the port

    async def read(self, found: Callable[[], None] | None = None) -> CardRecord | Fault:
        loop = asyncio.get_running_loop()
        with self._reading() as stop:

            def tell() -> None:
                if found is not None and not stop.is_set():
                    loop.call_soon_threadsafe(found)

            return await loop.run_in_executor(self._worker, self._read, stop, tell, loop)

    async def close(self) -> None:
        await self._leave()
        await asyncio.get_running_loop().run_in_executor(None, self._shut)

    def _shut(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._line.close()

    # ------------------------------------------------------------ on the loop

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        self._board.set(await loop.run_in_executor(self._worker, self._probe))

    # ------------------------------------------------------------ in the worker thread

    def _status_of(self, error: _LineError | None) -> Status:
        if error is None:
            detail = {"sam": self._line.sam_number} if self._line.sam_number else {}
            return Status(Health.ONLINE, "", detail)
        return Status(HEALTH_OF[error.code], error.code)

    def _probe(self) -> Status:
        try:
            self._greet(self._closing)
            answer = self._line.exchange(self._ask_status, self._closing)
        except _Stopped:
            return self._board.present
        except _LineError as error:
            return self._status_of(error)
        return self._status_of(None if self._well(answer) else _Faulty())

    def _well(self, answer: Any) -> bool:
        return bool(answer.ok)

    def _greet(self, stop: threading.Event) -> None:
        """Opens the line and learns which security module answers there."""
        self._line.open()
        if not self._line.sam_number:
            answer = self._line.exchange(sam.SAM_NUMBER, stop)
            self._line.sam_number = sam.decode_sam_number(answer.data) if answer.ok else "-"

    def _read(
        self, stop: threading.Event, found: Callable[[], None], loop: asyncio.AbstractEventLoop
    ) -> CardRecord | Fault:
        def tell(error: _LineError | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop ended while we worked: nobody watches any more
                loop.call_soon_threadsafe(self._board.set, self._status_of(error))

        held_since = self._clock()
        while True:
            try:
                if self._closing.is_set():
                    raise _Stopped
                self._greet(stop)
                tell(None)
                outcome = self._one_round(stop, found)
                if outcome is not None:
                    return outcome
            except _Stopped:
                return Fault("reader.absent")  # only when closed while it reads; a cancelled read tells nobody
            except _Busy as error:
                tell(error)
                if self._clock() - held_since >= self._timing.busy_s:
                    return Fault(error.code)
                stop.wait(self._timing.poll_s)
            except _LineError as error:
                tell(error)
                return Fault(error.code)

    def _one_round(self, stop: threading.Event, found: Callable[[], None]) -> CardRecord | Fault | None:
        """Asks once whether a card is there; reads it if so. None: nothing to report yet."""
        if not self._find(stop):
            self._failed_at = None
            return None
        if self._failed_at is not None and self._clock() - self._failed_at < self._timing.lift_s:
            return None
        found()
        outcome = self._read_card(stop)
        if isinstance(outcome, Fault):
            self._failed_at = None if outcome.code == "card.removed_early" else self._clock()
            return outcome
        self._failed_at = None
        return None if self._bounced(f"{outcome.kind} {outcome.id_number}") else outcome

    def _find(self, stop: threading.Event) -> bool:
        """Whether a card lies there; asked no more often than the readers' makers allow."""
        rest = self._timing.poll_s - (self._clock() - self._found_at)
        if rest > 0 and stop.wait(rest):
            raise _Stopped
        answer = self._line.exchange(self._ask_find, stop)
        self._found_at = self._clock()
        return bool(answer.ok)

    def _read_card(self, stop: threading.Event) -> CardRecord | Fault:
        try:
            for command in (sam.SELECT, sam.READ):
                answer = self._line.exchange(command, stop)
                if not answer.ok:
                    return self._why(answer, stop)
            blocks = sam.decode_blocks(answer.data)
            record = parse_text(blocks.text)
            added = ""
            if record.kind in ("resident", "hmt"):
                answer = self._line.exchange(sam.READ_ADDED_ADDRESS, stop)
                if answer.ok:
                    added = parse_added_address(answer.data)
                elif answer.word != Word.NO_CONTENT:
                    # It may have a newer address that we did not see: better read again than an old address.
                    return self._why(answer, stop)
        except CardTextError as error:
            return Fault(error.code, error.field)
        except sam.ContentError as error:
            return Fault("card.unreadable", str(error))
        except _Garbled:
            return Fault("card.unreadable", "the line damages long answers")
        return replace(record, added_address=added, photo=blocks.photo, sam_number=self._line.sam_number)

    def _why(self, answer: Answer, stop: threading.Event) -> Fault:
        """What a refusal means: the card has gone, or it is there and will not be read."""
        note = f"{answer.sw1:02X}{answer.sw2:02X}{answer.word:02X}"
        for word, code in CARD_CODES.items():
            if answer.word == word:
                return Fault(code, note)
        # A card that is still there is found again, because the read did not succeed.
        there = self._find(stop)
        return Fault("card.unreadable" if there else "card.removed_early", note)


def from_address(address: Address) -> SamReader:
    """`sam:///dev/ttyUSB0?baud=115200`. Raises AddressError."""
    address.only("baud")
    if address.host or address.port is not None or not address.path.startswith("/"):
        raise AddressError(f"{address.text}: write sam:// and the device's whole path, like sam:///dev/ttyUSB0")
    return SamReader(address.text, address.path, address.number("baud", sam.BAUDS[0], sam.BAUDS))

"""Driver of ESC/POS receipt printers, whatever the line: network, serial, USB, device file.

The line is opened for each slip and each look, and closed after: most network printers serve one connection at a time,
and the next visit's process must be able to reach the printer too.

Address options: `status=none` for a printer that never answers (then nothing is ever confirmed, and how it is stays
unknown), `mark=none` for one that answers DLE EOT and mishandles GS r, `buffer=` bytes its buffer surely holds.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from hardware import escpos_bytes as e
from hardware.addresses import Address, AddressError
from hardware.escpos_lines import Line, LineError, line_to
from hardware.escpos_talk import Halted, Hindered, Talk, Timing, hindrance, status_of
from hardware.escpos_text import Manner, commands
from hardware.ports import Fault, Health, Status
from hardware.printer import Capabilities
from hardware.status import StatusBoard
from matters.outcomes import Printed

if TYPE_CHECKING:
    from config.settings import Printer as PrinterSettings
    from papers.slip import Slip

UNKNOWN_DETAIL = {"paper": "unknown", "cover": "unknown", "cutter": "unknown"}
# Sent before a slip that follows a broken one: zeros fill up a raster command that was cut short (alone they print
# nothing), and the cut parts the scrap from the new slip.
AFTER_SCRAP = bytes(e.BAND_BYTES + 8) + e.INIT + e.CUT


class EscposPrinter:
    """A receipt printer. Belongs to one loop."""

    def __init__(
        self,
        address: str,
        line: Line,
        manner: Manner,
        *,
        timing: Timing | None = None,
        answers: bool = True,
        marks: bool = True,
    ) -> None:
        self.address = address
        self._line = line
        self._manner = manner
        self._timing = timing or Timing()
        self._answers = answers
        self._marks = marks
        self._scrap = False  # a slip was broken off: its beginning hangs in the printer
        self._owed = 0  # answers that it may still give to what was asked then
        self._done: set[str] = set()
        self._turn = asyncio.Lock()
        self._board = StatusBoard()
        self._watching = 0
        self._poller: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="printer")
        self.capabilities = Capabilities(manner.width, answers and marks, answers, manner.native_qr)

    # ------------------------------------------------------------ the port

    async def status(self) -> Status:
        """How the printer is; BUSY at once while it prints."""
        if self._turn.locked():
            return Status(Health.BUSY, detail=dict(self._board.present.detail))
        async with self._turn:
            status = await asyncio.get_running_loop().run_in_executor(self._pool, self._look)
        self._board.set(status)
        return status

    async def watch(self) -> AsyncIterator[Status]:
        self._watching += 1
        await self.status()
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll())
        try:
            async for status in self._board.changes():
                yield status
        finally:
            self._watching -= 1
            if self._watching == 0 and self._poller is not None:
                self._poller.cancel()
                self._poller = None

    async def print(self, slip: Slip, job: str = "") -> Printed | Fault:
        if job and job in self._done:
            return Printed(confirmed=True)
        halt = threading.Event()
        async with self._turn:
            if job and job in self._done:  # confirmed while this one waited for its turn
                return Printed(confirmed=True)
            self._board.set(Status(Health.BUSY, detail=dict(self._board.present.detail)))
            work = asyncio.get_running_loop().run_in_executor(self._pool, self._print, slip, halt)
            try:
                result, status = await asyncio.shield(work)
            except asyncio.CancelledError:
                halt.set()
                self._board.set(Status(Health.UNKNOWN, detail=dict(UNKNOWN_DETAIL)))
                with contextlib.suppress(Halted):
                    await work
                raise
            if job and isinstance(result, Printed) and result.confirmed:
                self._done.add(job)
            self._board.set(status)
        return result

    async def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()
            self._poller = None
        async with self._turn:
            await asyncio.to_thread(self._pool.shutdown)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._timing.poll_s)
            if not self._turn.locked():
                await self.status()

    # ------------------------------------------------------------ in the worker thread

    def _look(self) -> Status:
        try:
            self._line.open()
            try:
                return self._state_of(Talk(self._line, self._timing, threading.Event()))
            finally:
                self._line.close()
        except LineError as error:
            return _status_without(error)

    def _state_of(self, talk: Talk) -> Status:
        if not (self._answers and self._line.answers):
            return Status(Health.UNKNOWN, detail=dict(UNKNOWN_DETAIL))
        return status_of(talk.state())

    def _print(self, slip: Slip, halt: threading.Event) -> tuple[Printed | Fault, Status]:
        pieces = list(commands(slip, self._manner))
        try:
            self._line.open()
        except LineError as error:
            return Fault(error.code, error.note), _status_without(error)
        try:
            return self._converse(Talk(self._line, self._timing, halt), pieces)
        finally:
            self._line.close()

    def _converse(self, talk: Talk, pieces: list[bytes]) -> tuple[Printed | Fault, Status]:
        """Asks, sends, asks again. From the first byte on until the end of the slip is sent, every way out leaves
        scrap; after that a silence leaves doubt, and only the printer's word takes it away."""
        answers = self._answers and self._line.answers
        try:
            if answers:
                state = talk.state()
                code = "printer.offline" if state.silent else hindrance(state)
                if code:
                    return Fault(code, "before printing"), status_of(state)
                if self._marks:
                    talk.outlive(self._owed, scrap=self._scrap)
                    talk.probe_marks()
        except LineError as error:
            return Fault(error.code, error.note), _status_without(error)
        all_sent = False
        try:
            if self._scrap:
                talk.send(AFTER_SCRAP)
            for piece in pieces:
                talk.send(piece)
            all_sent = True
            if talk.marks:
                talk.settle()
            else:
                talk.linger()
        except Halted:
            self._break_off(talk, answers)
            raise
        except Hindered as why:
            self._break_off(talk, answers)
            return Fault(why.code, why.note), self._status_after(talk, why.code)
        except LineError as error:
            self._owed = talk.owed
            if all_sent:
                return Printed(confirmed=False), _status_without(error)
            self._scrap = True
            return Fault(error.code, error.note), _status_without(error)
        self._scrap, self._owed = False, 0
        if not answers:
            return Printed(confirmed=False), Status(Health.UNKNOWN, detail=dict(UNKNOWN_DETAIL))
        return self._judge(talk)

    def _judge(self, talk: Talk) -> tuple[Printed | Fault, Status]:
        """What the printer says of itself once the slip should be out."""
        try:
            state = talk.state()
        except LineError as error:
            return Printed(confirmed=False), _status_without(error)
        code = hindrance(state)
        if code and not talk.marks:
            # It has stopped, and did not say where: the slip may be whole or not, so it is made anew.
            self._break_off(talk, True)
            return Fault(code, "after the last byte"), status_of(state)
        well = not code and not state.silent and not state.offline
        return Printed(confirmed=talk.marks and well), status_of(state)

    def _break_off(self, talk: Talk, answers: bool) -> None:
        self._scrap, self._owed = True, talk.owed
        if answers:
            talk.throw_away()

    def _status_after(self, talk: Talk, code: str) -> Status:
        try:
            return self._state_of(talk)
        except LineError:
            return Status(Health.OFFLINE, code, dict(UNKNOWN_DETAIL))


def _status_without(error: LineError) -> Status:
    known = {"printer.absent": Health.ABSENT, "printer.busy": Health.BUSY, "printer.no_access": Health.FAULTY}
    return Status(known.get(error.code, Health.OFFLINE), error.code, dict(UNKNOWN_DETAIL))


def from_address(address: Address, *, settings: PrinterSettings, timing: Timing | None = None) -> EscposPrinter:
    """A printer by its address and the terminal's settings. Raises AddressError."""
    if settings.encoding not in e.ENCODINGS:
        raise AddressError(f"printer.encoding {settings.encoding!r}: known are {', '.join(e.ENCODINGS)}")
    if settings.width_dots not in {576, 384}:
        raise AddressError(f"printer.width_dots {settings.width_dots}: 576 (80 mm) and 384 (58 mm) are known")
    if settings.mode not in {"picture", "characters"}:
        raise AddressError(f"printer.mode {settings.mode!r}: known are picture, characters")
    for option, known in (("status", {"realtime", "none"}), ("mark", {"auto", "none"})):
        if address.options.get(option, next(iter(known))) not in known:
            raise AddressError(f"{address.text}: {option} is one of {', '.join(sorted(known))}")
    manner = Manner(settings.width_dots, settings.encoding, settings.native_qr, settings.mode == "characters")
    return EscposPrinter(
        address.text,
        line_to(address),
        manner,
        timing=timing,
        answers=address.options.get("status") != "none",
        marks=address.options.get("mark") != "none",
    )

"""Printer of A4 documents: PDF through CUPS, or straight to a printer that speaks IPP.

`cups:///A4` the queue of that name on this machine (`socket=` another socket) · `ipp://HOST:631/ipp/print`

A document is personal and nobody stands beside it for ever: a job that cannot be printed now is taken back, so that it
never comes out by itself when the next person is there. CUPS must be set to `PreserveJobFiles No`. "Printed" is said
for certain only where the printer itself reports it (IPP); a queue that pushes bytes down a cable only knows them sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable
from urllib.parse import quote

from hardware import ipp
from hardware.addresses import Address, AddressError
from hardware.ipp import JobState, Operation, PrinterState, Reply
from hardware.ports import Device, Fault, Health, Status
from hardware.status import looked
from matters.outcomes import Printed

if TYPE_CHECKING:
    import aiohttp

SOCKET = "/run/cups/cups.sock"
PRINTER_ASKED = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", "device-uri")
JOB_ASKED = ("job-state", "job-state-reasons", "job-printer-state-reasons")
# printer-state-reasons (RFC 8011, 5.4.12; PWG 5100.9) without their severity -> fault card, the first that is true.
REASONS: tuple[tuple[str, str], ...] = (
    ("cover-open", "document_printer.cover_open"),
    ("door-open", "document_printer.cover_open"),
    ("media-jam", "document_printer.jam"),
    ("media-empty", "document_printer.paper_out"),
    ("media-needed", "document_printer.paper_out"),
    ("toner-empty", "document_printer.toner_out"),
    ("marker-supply-empty", "document_printer.toner_out"),
    ("offline", "document_printer.offline"),
    ("connecting-to-device", "document_printer.offline"),
    ("timed-out", "document_printer.offline"),
)


@dataclass(frozen=True)
class Timing:
    """All waits, in seconds."""

    answer_s: float = 5.0
    poll_s: float = 1.0
    look_s: float = 5.0
    stuck_s: float = 20.0  # a job that waits so long for a printer that is well by its own word
    whole_s: float = 300.0


@runtime_checkable
class DocumentPrinter(Device, Protocol):
    """Prints whole documents."""

    async def print(self, pdf: bytes, copies: int = 1) -> Printed | Fault:
        """Prints a PDF; returns when it is out, or why it is not (then it has been taken back). Cancelling takes it
        back too."""
        ...


def open_document_printer(text: str) -> DocumentPrinter:
    """Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("DocumentPrinter", open_device("document_printer", text))


class _Trouble(Exception):
    def __init__(self, code: str, note: str = "") -> None:
        super().__init__(code)
        self.code, self.note = code, note


class IppPrinter:
    """The port. `uri` names the printer in the protocol, `url` is where it is asked."""

    def __init__(self, address: str, uri: str, url: str, socket: str = "", timing: Timing | None = None) -> None:
        self.address = address
        self._uri, self._url, self._socket = uri, url, socket
        self._timing = timing or Timing()
        self._numbers = itertools.count(1)
        self._turn = asyncio.Lock()
        self._tells = False  # the printer itself says when a page is out

    # ------------------------------------------------------------ the port

    async def status(self) -> Status:
        try:
            async with self._session() as session:
                return self._status_of(await self._printer(session))
        except _Trouble as trouble:
            return Status(Health.ABSENT if trouble.code.endswith("absent") else Health.OFFLINE, trouble.code)

    def watch(self) -> AsyncIterator[Status]:
        return looked(self.status, self._timing.look_s)

    async def close(self) -> None:
        async with self._turn:
            pass

    async def print(self, pdf: bytes, copies: int = 1) -> Printed | Fault:
        if not pdf.startswith(b"%PDF"):
            raise ValueError("a PDF is wanted")
        async with self._turn:
            try:
                async with self._session() as session:
                    return await self._print(session, pdf, copies)
            except _Trouble as trouble:
                return Fault(trouble.code, trouble.note)

    # ------------------------------------------------------------ one job

    async def _print(self, session: aiohttp.ClientSession, pdf: bytes, copies: int) -> Printed | Fault:
        code = self._code(await self._printer(session))
        if code:
            return Fault(code, "before printing")
        more = (
            (ipp.NAME, "requesting-user-name", "terminal"),
            (ipp.NAME, "job-name", "document"),  # job names stand in logs and on displays
            (ipp.MIME, "document-format", "application/pdf"),
        )
        body = ipp.request(Operation.PRINT_JOB, self._uri, next(self._numbers), *more)
        if copies > 1:
            group = bytes((ipp.JOB_GROUP,)) + ipp._one(ipp.INTEGER, "copies", copies.to_bytes(4, "big"))
            body = body[:-1] + group + body[-1:]
        sending = asyncio.create_task(self._ask(session, body + pdf))
        try:
            reply = await asyncio.shield(sending)
        except asyncio.CancelledError:  # it may have been taken already: its number is waited for, to take it back
            with contextlib.suppress(_Trouble):
                if (reply := await sending).ok:
                    await self._take_back(reply.number("job-id"))
            raise
        if not reply.ok:
            return Fault("document_printer.refused", f"{reply.status:04X}")
        job = reply.number("job-id")
        try:
            outcome = await self._follow(session, job)
        except BaseException:
            await asyncio.shield(self._take_back(job))
            raise
        if isinstance(outcome, Fault):
            await self._take_back(job)
        return outcome

    async def _follow(self, session: aiohttp.ClientSession, job: int) -> Printed | Fault:
        """Until the job is out, or something keeps it from that."""
        began = moved = time.monotonic()
        last = -1
        while time.monotonic() - began < self._timing.whole_s:
            body = ipp.request(
                *(Operation.GET_JOB, self._uri, next(self._numbers)),
                *((ipp.INTEGER, "job-id", job), (ipp.KEYWORD, "requested-attributes", JOB_ASKED)),
            )
            reply = await self._ask(session, body)
            state = reply.number("job-state")
            if state == JobState.COMPLETED:
                return Printed(confirmed=self._tells)
            if state in (JobState.CANCELED, JobState.ABORTED):
                return Fault("document_printer.refused", " ".join(reply.words("job-state-reasons")))
            if state != last:
                last, moved = state, time.monotonic()
            code = self._code(await self._printer(session))
            if code:
                return Fault(code, "while printing")
            if state != JobState.PROCESSING and time.monotonic() - moved > self._timing.stuck_s:
                break
            await asyncio.sleep(self._timing.poll_s)
        return Fault("document_printer.offline", "makes no progress")

    async def _take_back(self, job: int) -> None:
        with contextlib.suppress(_Trouble):
            async with self._session() as session:
                more = ((ipp.INTEGER, "job-id", job), (ipp.NAME, "requesting-user-name", "terminal"))
                await self._ask(session, ipp.request(Operation.CANCEL_JOB, self._uri, next(self._numbers), *more))

    # ------------------------------------------------------------ the wire

    def _session(self) -> aiohttp.ClientSession:
        import aiohttp

        connector = aiohttp.UnixConnector(self._socket) if self._socket else aiohttp.TCPConnector()
        return aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_read=self._timing.answer_s)
        )

    async def _ask(self, session: aiohttp.ClientSession, body: bytes) -> Reply:
        import aiohttp

        try:
            async with asyncio.timeout(max(self._timing.answer_s, len(body) / 50_000)):
                async with session.post(
                    self._url, data=body, headers={"Content-Type": "application/ipp"}, allow_redirects=False
                ) as answer:
                    data = await answer.content.read(ipp.MOST_BYTES)
                    if answer.status != 200:
                        raise _Trouble("document_printer.refused", f"HTTP {answer.status}")
            return ipp.read(data)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = "document_printer.service_down" if self._socket else "document_printer.offline"
            raise _Trouble(code, type(error).__name__) from None
        except ipp.IppError as error:
            raise _Trouble("document_printer.refused", str(error)) from None

    async def _printer(self, session: aiohttp.ClientSession) -> Reply:
        asked = (ipp.KEYWORD, "requested-attributes", PRINTER_ASKED)
        reply = await self._ask(session, ipp.request(Operation.GET_PRINTER, self._uri, next(self._numbers), asked))
        if not reply.ok:
            raise _Trouble("document_printer.absent", f"{reply.status:04X}")
        way = next(iter(reply.words("device-uri")), "")
        self._tells = not self._socket or way.startswith(("ipp", "dnssd"))
        return reply

    def _code(self, reply: Reply) -> str:
        """What keeps it from printing, "" if nothing does. A warning or a report keeps it from nothing."""
        reasons = [word for word in reply.words("printer-state-reasons") if not word.endswith(("-report", "-warning"))]
        for start, code in REASONS:
            if any(word.startswith(start) for word in reasons):
                return code
        if reply.number("printer-state") == PrinterState.STOPPED:
            return "document_printer.stopped"
        if reply.attributes.get("printer-is-accepting-jobs", (True,))[0] is False:
            return "document_printer.stopped"
        return ""

    def _status_of(self, reply: Reply) -> Status:
        code = self._code(reply)
        low = any(word.startswith(("media-low", "toner-low")) for word in reply.words("printer-state-reasons"))
        detail = {"paper": "out" if code.endswith("paper_out") else "low" if low else "unknown"}
        if code.endswith(("offline", "stopped")):
            return Status(Health.OFFLINE, code, detail)
        if code:
            return Status(Health.ATTENTION, code, detail)
        busy = reply.number("printer-state") == PrinterState.PROCESSING
        return Status(Health.BUSY if busy else Health.ONLINE, "", detail)


def from_address(address: Address, *, timing: Timing | None = None) -> IppPrinter:
    """Raises AddressError."""
    if address.scheme == "cups":
        address.only("socket")
        name = address.path.strip("/")
        if not name or "/" in name or address.host:
            raise AddressError(f"{address.text}: write cups:/// and the queue's name, like cups:///A4")
        path = f"/printers/{quote(name)}"
        socket = address.options.get("socket", SOCKET)
        return IppPrinter(address.text, f"ipp://localhost{path}", f"http://localhost{path}", socket, timing)
    address.only()
    if not address.host or not address.path:
        raise AddressError(f"{address.text}: write the printer's whole address, like ipp://192.0.2.7/ipp/print")
    at = f"{address.host}:{address.port or 631}{address.path}"
    return IppPrinter(address.text, f"ipp://{at}", f"http://{at}", "", timing)

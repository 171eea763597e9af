"""Checks of a receipt printer: what it says of itself, whether its word can be trusted, what comes out of it.

The worst a receipt printer can do is to say "printed" of a slip that nobody holds. So the checks that matter most take
its paper away in the middle, ask in turn and out of turn, and have a person look at what lies there.
"""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from config import locales
from config.settings import Printer as PrinterSettings
from hardware import escpos_bytes as e
from hardware.addresses import parse
from hardware.conformance.checking import Check, Failed, NotTried, Person, Unsupported, ask_for, until
from hardware.conformance.masking import hex_of
from hardware.escpos_lines import Line, LineError, line_to
from hardware.escpos_printer import AFTER_SCRAP, from_address
from hardware.escpos_talk import Talk, Timing, hindrance
from hardware.ports import Fault, Health
from matters.outcomes import Printed
from papers import slip as s

if TYPE_CHECKING:
    from hardware.escpos_printer import EscposPrinter

T = TypeVar("T")
LONG_DOTS = 640  # 80 mm of paper
FASTEST_MM_S = 400.0  # no receipt printer is faster
SHOWN_MOST = 48
CODE = "HTTPS://EXAMPLE.INVALID/R#431199TRIAL"


@dataclass(frozen=True)
class Limits:
    """What a printer must keep to, in seconds."""

    answer_s: float = 0.8  # to DLE EOT, at any moment
    mark_s: float = 2.0  # to GS r of an idle printer
    person_s: float = 15.0  # until what a person did to it shows in its answers
    gone_s: float = 10.0
    back_s: float = 15.0
    reconnects: int = 8
    long_mm_s: float = FASTEST_MM_S


class _Recorded:
    """A line that keeps what went over it. Nothing of a person is ever printed by the kit."""

    def __init__(self, line: Line, evidence: list[dict[str, Any]]) -> None:
        self._line, self._evidence = line, evidence
        self.answers, self.window = line.answers, line.window

    def open(self) -> None:
        self._line.open()
        self.answers, self.window = self._line.answers, self._line.window

    def write(self, data: bytes, patience_s: float) -> None:
        self._evidence.append({"sent": _shown(data)})
        self._line.write(data, patience_s)

    def read(self, wait_s: float) -> bytes:
        data = self._line.read(wait_s)
        if data:
            self._evidence.append({"received": _shown(data)})
        return data

    def waiting(self) -> int:
        return self._line.waiting()

    def close(self) -> None:
        self._line.close()


def _shown(data: bytes) -> str:
    return hex_of(data) if len(data) <= SHOWN_MOST else f"{hex_of(data[:SHOWN_MOST])} … {len(data)} bytes"


class PrinterBench:
    """A printer under test. `printed` is what the last slip should look like, for whoever looks."""

    def __init__(
        self,
        address: str,
        person: Person,
        settings: PrinterSettings | None = None,
        limits: Limits | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.address = address
        self.person = person
        self.settings = settings or PrinterSettings()
        self.limits = limits or Limits()
        self.timing = timing or Timing()
        self.evidence: list[dict[str, Any]] = []
        self.tells: dict[str, str] = {}
        self._line = _Recorded(line_to(parse(address)), self.evidence)

    def about(self) -> dict[str, str]:
        return {"width_dots": str(self.settings.width_dots), "encoding": self.settings.encoding, **self.tells}

    async def calm(self) -> None:
        await asyncio.sleep(0.05)  # a network printer lets go of the last connection

    async def on_line(self, work: Callable[[Talk, Line], T]) -> T:
        """Something said to the printer while the line is open. Raises Failed when the line does not hold."""
        return await asyncio.to_thread(self._on_line, work)

    def _on_line(self, work: Callable[[Talk, Line], T]) -> T:
        try:
            self._line.open()
            try:
                return work(Talk(self._line, self.timing, threading.Event()), self._line)
            finally:
                self._line.close()
        except LineError as error:
            raise Failed(f"{error.code} {error.note}") from None

    async def state(self) -> e.State:
        return await self.on_line(lambda talk, _: talk.state())

    def driver(self, **change: Any) -> EscposPrinter:
        settings = dataclasses.replace(self.settings, **change)
        return from_address(parse(self.address), settings=settings, timing=self.timing)

    async def print(self, slip: s.Slip, **change: Any) -> Printed | Fault:
        printer = self.driver(**change)
        try:
            return await printer.print(slip)
        finally:
            await printer.close()

    async def look(self, question: str) -> None:
        """What the person sees is right. Raises Failed, NotTried."""
        seen = await self.person.sees(question)
        if seen is None:
            raise NotTried("nobody looked")
        if not seen:
            raise Failed("does not look as it should")

    def slip(self) -> s.Slip:
        from papers.trial import trial

        return trial("示例县", "山背村便民服务中心", "CONFORM", "2026-01-02T09:30:00+08:00", locales.load())


# ---------------------------------------------------------------- what it says


async def opens(bench: PrinterBench) -> str:
    await bench.on_line(lambda talk, line: None)
    return ""


async def realtime(bench: PrinterBench) -> str:
    """DLE EOT 1 to 4, each answered by one valid byte in time."""

    def work(talk: Talk, line: Line) -> list[int]:
        del talk
        missing = []
        for n in (1, 2, 3, 4):
            line.write(e.ask(n), 1.0)
            heard, end = b"", time.monotonic() + bench.limits.answer_s
            while not heard and time.monotonic() < end:
                heard = line.read(0.05)
            if heard and not e.is_answer(heard[0]):
                raise Failed(f"DLE EOT {n} is answered by {heard[0]:02X}, which is no status")
            if not heard:
                missing.append(n)
        return missing

    missing = await bench.on_line(work)
    bench.tells["realtime_status"] = "yes" if not missing else "no" if len(missing) == 4 else "partly"
    if len(missing) == 4:
        raise Unsupported("answers no DLE EOT: how it is will be unknown (address option status=none)")
    if missing:
        raise Failed(f"answers no DLE EOT {', '.join(map(str, missing))}")
    return ""


async def ready(bench: PrinterBench) -> str:
    state = await bench.state()
    code = hindrance(state)
    if code or state.offline:
        raise Failed(f"paper in, cover shut, and yet {code or 'offline'}")
    return ""


async def marks(bench: PrinterBench) -> str:
    def work(talk: Talk, line: Line) -> float:
        del line
        began = time.monotonic()
        talk.probe_marks()
        return time.monotonic() - began if talk.marks else -1.0

    spent = await bench.on_line(work)
    bench.tells["confirms"] = "yes" if spent >= 0 else "no"
    if spent < 0:
        raise Unsupported("answers no GS r: the person will be asked whether a slip came out")
    return f"{spent * 1000:.0f} ms"


def _long() -> bytes:
    from PIL import Image

    return b"".join(e.raster(Image.new("1", (64, LONG_DOTS), 1)))


async def marks_in_turn(bench: PrinterBench) -> str:
    """GS r behind 80 mm of paper is answered when that has been printed, not when it has been taken."""

    def work(talk: Talk, line: Line) -> float:
        talk.probe_marks()
        line.write(e.INIT + _long(), 10.0)
        while line.waiting():
            time.sleep(0.01)
        began = time.monotonic()
        line.write(e.MARK, 2.0)
        end = began + 20.0
        while time.monotonic() < end:
            if any(e.is_mark(byte) for byte in line.read(0.02)):
                return time.monotonic() - began
        return -1.0

    spent = await bench.on_line(work)
    await _send(bench, e.CUT)
    least = LONG_DOTS / 8 / bench.limits.long_mm_s / 2
    if spent < 0:
        raise Failed("not answered within 20 s")
    if spent < least:
        raise Failed(f"answered {spent * 1000:.0f} ms after 80 mm: before they can have been printed")
    return f"{spent * 1000:.0f} ms after 80 mm"


async def status_while_printing(bench: PrinterBench) -> str:
    def work(talk: Talk, line: Line) -> float:
        del talk
        line.write(e.INIT + _long() + _long(), 10.0)
        began = time.monotonic()
        line.write(e.ask(1), 2.0)
        end = began + bench.limits.answer_s * 2
        while time.monotonic() < end:
            if any(e.is_answer(byte) for byte in line.read(0.02)):
                return time.monotonic() - began
        return -1.0

    spent = await bench.on_line(work)
    await _send(bench, e.CUT)
    if spent < 0:
        raise Failed("DLE EOT is not answered while it prints")
    return f"{spent * 1000:.0f} ms"


def _shows(action: str, undo: str, what: Callable[[e.State], bool | None], name: str) -> Any:
    async def run(bench: PrinterBench) -> str:
        async def is_on() -> bool:
            return what(await bench.state()) is True

        async def is_off() -> bool:
            state = await bench.state()
            return what(state) is False and not hindrance(state)

        await ask_for(bench, action)
        try:
            if not await until(is_on, bench.limits.person_s, 0.2):
                raise Failed(f"{name} is not reported")
        finally:
            await bench.person.do(undo)
        if not await until(is_off, bench.limits.person_s, 0.2):
            raise Failed(f"{name} is still reported when it is over")
        return ""

    return run


async def paper_low(bench: PrinterBench) -> str:
    await ask_for(bench, "thin_roll")

    async def is_on() -> bool:
        return (await bench.state()).paper_low is True

    try:
        if not await until(is_on, bench.limits.person_s, 0.2):
            raise Unsupported("a roll that is nearly used up is not reported")
    finally:
        await bench.person.do("put_paper")
    if (await bench.state()).paper_low:
        raise Failed("a new roll is still called nearly used up")
    return ""


# ---------------------------------------------------------------- what comes out


def _well(bench: PrinterBench, outcome: Printed | Fault) -> None:
    if isinstance(outcome, Fault):
        raise Failed(f"{outcome.code} {outcome.note}")
    if bench.tells.get("confirms") == "yes" and not outcome.confirmed:
        raise Failed("answers GS r when idle, and did not confirm a slip")


async def slip(bench: PrinterBench) -> str:
    """The trial slip as a picture: every word, the rare characters, edge to edge."""
    began = time.monotonic()
    _well(bench, await bench.print(bench.slip(), mode="picture"))
    spent = time.monotonic() - began
    await bench.look("slip_whole")
    return f"{spent:.1f} s"


def _frame(width: int) -> bytes:
    from PIL import Image, ImageDraw

    picture = Image.new("1", (width, 160), 1)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width - 1, 159), outline=0, width=4)
    pen.rectangle((0, 60, width - 1, 99), fill=0)
    return e.INIT + b"".join(e.raster(picture)) + e.LINE_FEED + e.CUT


async def frame(bench: PrinterBench) -> str:
    """A frame at the very edges and a black bar: nothing cut off, no dot of the head dead."""
    await _send(bench, _frame(bench.settings.width_dots))
    await bench.look("frame_whole")
    return ""


async def cut(bench: PrinterBench) -> str:
    """Two slips one after the other come out as two pieces."""
    for _ in range(2):
        await _send(bench, _frame(bench.settings.width_dots))
    await bench.look("slip_cut")
    return ""


async def _send(bench: PrinterBench, data: bytes) -> None:
    """Sends a piece, and lets a slow line carry and a slow head print it."""

    def work(talk: Talk, line: Line) -> None:
        talk.probe_marks()
        line.write(data, 10.0)
        if talk.marks:
            talk.settle()
        else:
            talk.linger()

    await bench.on_line(work)


async def code(bench: PrinterBench) -> str:
    _well(bench, await bench.print(s.Slip("conform", (s.QR(CODE),)), mode="picture", native_qr=False))
    await bench.look("code_read")
    return ""


async def characters(bench: PrinterBench) -> str:
    """The printer's own Chinese type, and a picture for what it lacks."""
    if bench.settings.encoding == "none":
        raise Unsupported("the settings say that it has no Chinese of its own")
    _well(bench, await bench.print(bench.slip(), mode="characters"))
    await bench.look("characters_right")
    return ""


async def native_code(bench: PrinterBench) -> str:
    if bench.settings.encoding == "none":
        raise Unsupported("used only in character mode")
    _well(bench, await bench.print(s.Slip("conform", (s.QR(CODE),)), mode="characters", native_qr=True))
    seen = await bench.person.sees("code_read")
    if seen is None:
        raise NotTried("nobody looked")
    if not seen:
        raise Unsupported("does not draw codes; leave printer.native_qr = false")
    return ""


async def paper_ends(bench: PrinterBench) -> str:
    """A slip whose paper ends in the middle is not called printed, and comes out whole on new paper."""
    printer = bench.driver(mode="picture")  # one driver for both tries, as in one visit: it cuts the scrap off
    try:
        await ask_for(bench, "paper_ends_soon")
        outcome = await printer.print(bench.slip())
        await bench.person.do("put_paper")
        if isinstance(outcome, Printed):
            if outcome.confirmed:
                raise Failed("a slip that has no paper is called printed")
            raise Unsupported("does not notice; the person is asked")
        _well(bench, await printer.print(bench.slip()))
    finally:
        await printer.close()
    await bench.look("slip_whole")
    return outcome.code


async def broken_off(bench: PrinterBench) -> str:
    """After a picture that broke off in the middle, the next slip is whole and no scrap hangs on it."""
    from papers import draw

    half = b"".join(e.raster(draw.picture(bench.slip(), bench.settings.width_dots)))

    def work(talk: Talk, line: Line) -> None:
        line.write(e.INIT + half[: e.BAND_BYTES + 700], 10.0)
        time.sleep(0.2)
        talk.throw_away()
        time.sleep(0.2)
        line.write(AFTER_SCRAP, 5.0)

    await bench.on_line(work)
    _well(bench, await bench.print(bench.slip(), mode="picture"))
    await bench.look("slip_whole")
    return ""


async def reconnects(bench: PrinterBench) -> str:
    """The line is opened for each slip: every time it answers as the first time."""
    for turn in range(bench.limits.reconnects):
        if (await bench.state()).silent:
            raise Failed(f"silent on connection {turn + 1}")
    return f"{bench.limits.reconnects} connections"


async def unplugged(bench: PrinterBench) -> str:
    printer = bench.driver()
    try:
        await ask_for(bench, "unplug")
        began = time.monotonic()

        async def gone() -> bool:
            return (await printer.status()).health in (Health.ABSENT, Health.OFFLINE)

        if not await until(gone, bench.limits.gone_s, 0.2):
            raise Failed("unplugged, and still said to be there")
        noticed = time.monotonic() - began
        await ask_for(bench, "plug_in")

        async def back() -> bool:
            return (await printer.status()).health in (Health.ONLINE, Health.UNKNOWN)

        if not await until(back, bench.limits.back_s, 0.2):
            raise Failed("does not come back at the same address")
    finally:
        await printer.close()
    _well(bench, await bench.print(bench.slip(), mode="picture"))
    return f"noticed after {noticed:.1f} s"


_cover = _shows("open_cover", "close_cover", lambda state: state.cover_open, "an open cover")
_paper = _shows("take_paper", "put_paper", lambda state: state.paper_out, "missing paper")

CHECKS: tuple[Check[PrinterBench], ...] = (
    Check("P01", "opens", opens),
    Check("P02", "realtime", realtime, ("opens",), optional=True),
    Check("P03", "ready", ready, ("realtime",), optional=True),
    Check("P04", "marks", marks, ("opens",), optional=True),
    Check("P05", "marks_in_turn", marks_in_turn, ("marks",), optional=True),
    Check("P06", "status_while_printing", status_while_printing, ("realtime",), optional=True),
    Check("P07", "cover", _cover, ("realtime",), optional=True),
    Check("P08", "paper_out", _paper, ("realtime",), optional=True),
    Check("P09", "paper_low", paper_low, ("realtime",), optional=True),
    Check("P10", "slip", slip, ("opens",)),
    Check("P11", "frame", frame, ("opens",)),
    Check("P12", "cut", cut, ("frame",)),
    Check("P13", "code", code, ("opens",)),
    Check("P14", "characters", characters, ("opens",), optional=True),
    Check("P15", "native_code", native_code, ("opens",), optional=True),
    Check("P16", "paper_ends", paper_ends, ("slip",)),
    Check("P17", "broken_off", broken_off, ("slip",)),
    Check("P18", "reconnects", reconnects, ("realtime",), optional=True),
    Check("P19", "unplugged", unplugged, ("slip",)),
)

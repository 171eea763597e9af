"""A receipt printer that is not there: speaks ESC/POS on TCP or on a pty, at a device's pace, and keeps its paper.

Each receipt it cuts becomes `receipt-N.png` in the folder, and an event {"event": "receipt", "path", "number"}.
Its buffer is as small as a real one: when it is full nothing more is taken, and neither is a question behind it.
DLE EOT and DLE DC4 are found wherever they stand in the stream, as the real ones do, raster data included.

Commands: fault what=… · mend (all is well, a new roll is in) · tear (what hangs out of it; → receipt-N.png) · receipts
Faults:
  paper_out [after_lines=0]    the roll ends, at once or after so many lines (24 dots each)
  paper_low · cover_open · jam · broken · hot · offline          as the status bytes say them
  cutter                       the knife jams at the next cut
  silent                       takes everything, does nothing, answers nothing
  deaf                         works, and answers nothing
  closes [after_bytes=0]       closes the connection, at once or after so many bytes, and every later one
  half_status                  of every answer only the lower half of the bits comes
  garbage                      answers with noise
  slow [mm_s=5]                prints so slowly
  unplug                       nobody there any more
Built wrong (option `defects=A+B`), for trying the conformance kit: see DEFECTS.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from hardware.cable_simulator import Cable
from hardware.escpos_head import Head, picture
from hardware.simulators import Setup, SimulatorError

DOTS_PER_MM = 8
LINE_DOTS = 24
DEFECTS = {
    "mark_at_once": "answers GS r when it comes and not in its turn",
    "busy_mute": "answers no DLE EOT while there is something to print",
    "half_deaf": "answers DLE EOT 1 and 2 only",
    "no_cover": "does not know that its cover is open",
    "no_paper_sensor": "does not know that its paper is out, and goes on",
    "no_low": "does not know that its paper is nearly out",
    "always_low": "never says that new paper is in",
    "narrow": "prints eight dots less than its width",
    "dead_dots": "has a column of dead dots",
    "no_cut": "does not cut",
    "no_chinese": "has no Chinese type",
    "no_codes": "draws no codes of its own",
    "keeps_scrap": "does not cut off a piece shorter than 50 mm, so that it hangs on the next slip",
    "one_connection": "is deaf from the third connection on",
    "no_return": "does not come back when it is plugged in",
}
STATES = ("paper_low", "cover_open", "jam", "broken", "hot", "offline")
STOPPING = ("cover_open", "jam", "broken", "hot", "offline", "silent")
FAULTS = ("paper_out", "cutter", "silent", "deaf", "closes", "half_status", "garbage", "slow", "unplug", *STATES)
CLEAR = bytes((0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8))
TICK_S = 0.01
SHORTEST_CUT_DOTS = 400  # of the defect keeps_scrap


class PrinterSimulator:
    """Options: width (576), encoding (gb18030 | gbk | gb2312), over (tcp | pty), baud (115200, pty), mm_s (150;
    0: at once), buffer (4096 bytes), kanji (off | on at power-on), marks and clears (on | off: GS r, DLE DC4),
    defects (none)."""

    BEFALLS: ClassVar[tuple[str, ...]] = FAULTS

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        options = setup.options
        try:
            self._width = int(options.get("width", 576))
            self._mm_s = float(options.get("mm_s", 150))
            self._buffer_bytes = int(options.get("buffer", 4096))
            self._baud = int(options.get("baud", 115200))
        except (TypeError, ValueError):
            raise SimulatorError("width, mm_s, buffer and baud want numbers") from None
        encoding = str(options.get("encoding", "gb18030"))
        if encoding not in ("gb18030", "gbk", "gb2312"):
            raise SimulatorError("encoding is gb18030, gbk or gb2312")
        self._over = str(options.get("over", "tcp"))
        if self._over not in ("tcp", "pty"):
            raise SimulatorError("over is tcp or pty")
        self._marks = options.get("marks", "on") == "on"
        self._clears = options.get("clears", "on") == "on"
        self._defects = frozenset(str(options.get("defects", "")).replace("+", " ").split())
        if unknown := self._defects - DEFECTS.keys():
            raise SimulatorError(f"no defect {', '.join(sorted(unknown))}; there are {', '.join(DEFECTS)}")
        kanji = options.get("kanji", "off") == "on"
        encoding = "none" if "no_chinese" in self._defects else encoding
        self._head = Head(self._width, encoding, kanji, native_qr="no_codes" not in self._defects)
        self._connections = 0
        self._in = bytearray()
        self._recent = bytearray()  # the last bytes that came in, to find real-time commands across pieces
        self._moved = asyncio.Event()  # something arrived, or a fault came or went
        self._room = asyncio.Event()
        self._room.set()
        self._faults: dict[str, dict[str, Any]] = {}
        self._paper_dots: int | None = None  # left on the roll; None: enough
        self._came = 0
        self._restart = False
        self._writer: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._port = 0
        self._cable = Cable(setup.folder / "printer")
        self._clients: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._turn = asyncio.Lock()
        self.receipts: list[str] = []
        self.texts: list[str] = []

    async def start(self) -> str:
        self._tasks.append(asyncio.create_task(self._work()))
        await self._plug()
        if self._over == "pty":
            return f"escpos+serial://{self._cable.link}?baud={self._baud}&buffer={self._buffer_bytes}"
        return f"escpos+tcp://127.0.0.1:{self._port}?buffer={self._buffer_bytes}"

    async def stop(self) -> None:
        self._unplug()
        for task in self._tasks:
            task.cancel()

    # ------------------------------------------------------------ commands of a script

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "fault":
            await self._fault(str(args.get("what", "")), args)
        elif do == "mend":
            self._faults.clear()
            self._paper_dots = None
            if "no_return" not in self._defects:
                await self._plug()
        elif do == "tear":
            self._keep()
        elif do != "receipts":
            raise SimulatorError(f"a receipt printer cannot {do!r}: fault, mend, tear, receipts")
        self._moved.set()
        return {"receipts": [str(path) for path in self._tray()], "texts": list(self.texts)}

    async def _fault(self, what: str, args: Mapping[str, Any]) -> None:
        if what not in FAULTS:
            raise SimulatorError(f"no fault {what!r}; there are {', '.join(FAULTS)}")
        for name in ("after_lines", "after_bytes", "mm_s"):
            if not isinstance(args.get(name, 0), int | float):
                raise SimulatorError(f"{name} wants a number")
        self._faults[what] = dict(args)
        if what == "paper_out":
            self._paper_dots = int(args.get("after_lines", 0)) * LINE_DOTS
        elif what == "closes":
            self._came = 0
            if not args.get("after_bytes"):
                self._hang_up()
        elif what == "unplug":
            self._unplug()

    # ------------------------------------------------------------ the plug

    async def _plug(self) -> None:
        if self._over == "tcp" and self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=1024)
            self._port = self._server.sockets[0].getsockname()[1]
        elif self._over == "pty" and not self._cable.plugged:
            self._cable.plug()
            self._tasks.append(asyncio.create_task(self._serve_pty()))

    def _unplug(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self._hang_up()
        self._cable.unplug()

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    # ------------------------------------------------------------ the line

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection at a time, as network printers do; others wait unanswered until it is closed."""
        async with self._turn:
            if "closes" in self._faults and not self._faults["closes"].get("after_bytes"):
                writer.close()
                return
            self._writer = writer
            self._connections += 1
            try:
                while piece := await reader.read(256):
                    await self._arrived(piece)
            except (ConnectionError, OSError):
                pass
            finally:
                if self._writer is writer:
                    self._writer = None
                writer.close()

    async def _serve_pty(self) -> None:
        """Takes bytes from the line no faster than it carries them (10 bits a byte: 8N1)."""
        while self._cable.plugged:
            try:
                piece = os.read(self._cable.master, max(1, int(self._baud / 10 * TICK_S)))
            except BlockingIOError:
                piece = b""
            except OSError:
                return
            if piece:
                await self._arrived(piece)
            await asyncio.sleep(TICK_S)

    async def _arrived(self, piece: bytes) -> None:
        for at in range(len(piece)):
            byte = piece[at : at + 1]
            self._came += 1
            limit = self._faults.get("closes", {}).get("after_bytes")
            if limit and self._came > limit:
                self._faults["closes"] = {}
                self._hang_up()
                return
            self._recent = (self._recent + byte)[-len(CLEAR) :]
            while len(self._in) >= self._buffer_bytes:
                self._room.clear()
                await self._room.wait()
            self._in += byte
            if self._recent[-3:-1] == b"\x10\x04" and 1 <= byte[0] <= 4:
                if not ("half_deaf" in self._defects and byte[0] > 2) and not (
                    "busy_mute" in self._defects and len(self._in) > len(CLEAR)
                ):
                    self._answer(self._status(byte[0]))
            elif "mark_at_once" in self._defects and self._recent[-3:] == b"\x1dr\x01":
                self._answer(0)
            elif self._clears and self._recent == CLEAR:
                self._in.clear()
                self._restart = True
            self._moved.set()

    def _answer(self, byte: int) -> None:
        if "silent" in self._faults or "deaf" in self._faults:
            return
        if "one_connection" in self._defects and self._connections > 2:
            return
        if "half_status" in self._faults:
            byte &= 0x0F
        if "garbage" in self._faults:
            byte = 0xA5
        with contextlib.suppress(OSError):
            if self._writer is not None:
                self._writer.write(bytes((byte,)))
            elif self._cable.plugged:
                os.write(self._cable.master, bytes((byte,)))

    # ------------------------------------------------------------ how it is

    def _paper_is_out(self) -> bool:
        return self._paper_dots is not None and self._paper_dots <= 0 and "no_paper_sensor" not in self._defects

    def _stopped(self) -> bool:
        return self._paper_is_out() or any(fault in self._faults for fault in STOPPING) or self._cutter_stuck()

    def _cutter_stuck(self) -> bool:
        return bool(self._faults.get("cutter", {}).get("stuck"))

    def _status(self, n: int) -> int:
        """The byte of DLE EOT n, from the command reference."""
        byte = 0x12

        def has(what: str) -> bool:
            known = {"no_cover": "cover_open", "no_low": "paper_low"}
            return what in self._faults and what not in {known.get(one) for one in self._defects}

        if n == 1:
            byte |= 0x08 * self._stopped() | 0x20 * has("hot")
        elif n == 2:
            byte |= 0x04 * has("cover_open") | 0x20 * self._paper_is_out()
            byte |= 0x40 * (self._cutter_stuck() or has("jam") or has("broken") or has("hot"))
        elif n == 3:
            byte |= 0x04 * has("jam") | 0x08 * self._cutter_stuck() | 0x20 * has("broken") | 0x40 * has("hot")
        elif n == 4:
            byte |= (
                0x0C * (has("paper_low") or self._paper_is_out() or "always_low" in self._defects)
                | 0x60 * self._paper_is_out()
            )
        return byte

    # ------------------------------------------------------------ the work

    async def _take(self, count: int) -> bytes:
        """The next bytes of the buffer, once they are there and the printer may go on."""
        while self._stopped() or len(self._in) < count:
            if self._restart:
                raise _Cleared
            self._moved.clear()
            if self._stopped() or len(self._in) < count:
                if not self._stopped() and len(self._in) < count:
                    self._room.set()
                await self._moved.wait()
        if self._restart:
            raise _Cleared
        data = bytes(self._in[:count])
        del self._in[:count]
        self._room.set()
        return data

    async def _work(self) -> None:
        while True:
            try:
                async for what, number in self._head.run(self._take):
                    if what == "dots":
                        await self._move(number)
                    elif what == "cut":
                        await self._cut()
                    elif what == "mark" and self._marks and number in (1, 49) and "mark_at_once" not in self._defects:
                        low = 0x03 * ("paper_low" in self._faults) | 0x0C * self._paper_is_out()
                        self._answer(low)
            except _Cleared:
                self._restart = False
                self._head.forget()
                self._room.set()

    async def _move(self, dots: int) -> None:
        """Paper moves: time passes, and the roll gets shorter."""
        if self._paper_dots is not None:
            self._paper_dots -= dots
        pace = float(self._faults.get("slow", {}).get("mm_s", 5)) if "slow" in self._faults else self._mm_s
        if pace > 0 and dots:
            self._owed = getattr(self, "_owed", 0.0) + dots / DOTS_PER_MM / pace
            if self._owed >= TICK_S:
                owed, self._owed = self._owed, 0.0
                await asyncio.sleep(owed)

    async def _cut(self) -> None:
        if "cutter" in self._faults:
            self._faults["cutter"]["stuck"] = True
            while self._cutter_stuck():
                if self._restart:
                    raise _Cleared
                self._moved.clear()
                await self._moved.wait()
        short = self._head.page.height < SHORTEST_CUT_DOTS
        self._keep(torn="no_cut" not in self._defects and not (short and "keeps_scrap" in self._defects))

    def _tray(self) -> list[Path]:
        """All that was ever cut here, oldest first: a receipt outlives the power cut that its printer did not."""
        numbered = {int(path.stem.removeprefix("receipt-")): path for path in self._setup.folder.glob("receipt-*.png")}
        return [numbered[number] for number in sorted(numbered)]

    def _keep(self, torn: bool = True) -> None:
        page = self._head.tear_off() if torn else self._head.page
        if not page.height:
            return
        number = len(self._tray()) + 1
        path = self._setup.folder / f"receipt-{number}.png"
        drawn = picture(page, self._width)
        if "narrow" in self._defects:
            drawn.paste(1, (self._width - 8, 0, self._width, drawn.height))
        if "dead_dots" in self._defects:
            drawn.paste(1, (300, 0, 302, drawn.height))
        drawn.save(path)
        self.receipts.append(str(path))
        self.texts.append(page.text)
        self._setup.tell({"event": "receipt", "path": str(path), "number": number})


class _Cleared(Exception):  # inside this module: DLE DC4 came, the parser begins anew
    pass

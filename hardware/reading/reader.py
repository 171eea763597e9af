"""Reading papers, as a visit uses it: a picture in, lines of text out, one page at a time.

The process that does it (worker.py) is started with the first page, kept for the next ones, and ended when none has
come for a while: then nothing of it is left in memory. A page that takes too long, or whose reader dies, is a Fault;
the next page gets a new process. Cancelling a reading kills the process, because nobody else is to see that page.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hardware.ports import Fault

COMMAND = (sys.executable, "-m", "hardware.reading.worker")
START_S = 20.0  # importing and loading the networks on a weak core, at the lowest urgency
LINE_MOST = 1 << 20  # bytes of an answer


@dataclass(frozen=True, repr=False)
class PageText:
    """`lines`: (text, sureness 0..1, (left, top, right, bottom) in 0..1 of the upright page), top to bottom. `turn`:
    degrees clockwise that make the page upright. Its repr keeps the text back."""

    lines: tuple[tuple[str, float, tuple[float, float, float, float]], ...]
    turn: int

    def __repr__(self) -> str:
        return f"PageText({len(self.lines)} lines, turn={self.turn})"


class PaperReader:
    """`limit_s`: longest a page may take; `idle_s`: how long the process is kept for another page."""

    def __init__(self, command: Sequence[str] = COMMAND, *, limit_s: float = 30.0, idle_s: float = 12.0) -> None:
        self._command = tuple(command)
        self._limit_s, self._idle_s = limit_s, idle_s
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._resting: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The number of the process, while there is one."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def read(self, picture: bytes) -> PageText | Fault:
        """The text of one page (JPEG or PNG). Faults: reading.*"""
        async with self._turn:
            if self._resting is not None:
                self._resting.cancel()
                self._resting = None
            try:
                return await self._read(picture)
            except asyncio.CancelledError:
                await self.end()
                raise
            finally:
                self._resting = asyncio.get_running_loop().call_later(self._idle_s, self._rested)

    async def _read(self, picture: bytes) -> PageText | Fault:
        if self.pid is None and (fault := await self._begin()) is not None:
            return fault
        assert self._writer is not None  # noqa: S101  # there is a process
        try:
            async with asyncio.timeout(self._limit_s):
                self._writer.write(struct.pack(">I", len(picture)) + picture)
                await self._writer.drain()
                answer = await self._answer()
        except TimeoutError:
            await self.end()
            return Fault("reading.slow", "no answer in time")
        except (OSError, ValueError):
            await self.end()
            return Fault("reading.broken", "the reader ended")
        if answer.get("event") != "read":
            return Fault(str(answer.get("code", "reading.broken")))
        lines = tuple((str(text), float(sure), _box(box)) for text, sure, box in answer["lines"])
        return PageText(lines, int(answer["turn"]))

    async def _begin(self) -> Fault | None:
        await self.end()
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, "--channel", str(theirs.fileno()), pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            ours.close()
            return Fault("reading.broken", f"the reader cannot be started: {error.strerror}")
        finally:
            theirs.close()
        self._reader, self._writer = await asyncio.open_connection(sock=ours, limit=LINE_MOST)
        try:
            async with asyncio.timeout(START_S):
                ready = await self._answer()
        except (TimeoutError, OSError, ValueError):
            ready = {}
        if ready.get("event") == "ready":
            return None
        await self.end()
        return Fault("reading.broken", "the reader did not start")

    async def _answer(self) -> dict[str, Any]:
        """The next line. Raises ConnectionError at the end, ValueError for what is no answer."""
        assert self._reader is not None  # noqa: S101  # there is a process
        line = await self._reader.readline()
        if not line:
            raise ConnectionError("the reader ended")
        answer = json.loads(line)
        if not isinstance(answer, dict):
            raise ValueError("no answer")
        return answer

    def _rested(self) -> None:
        self._resting = None
        if not self._turn.locked():
            task = asyncio.get_running_loop().create_task(self.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def end(self) -> None:
        """The process is gone when this returns, and its memory with it."""
        process, self._process = self._process, None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        if process is not None:
            await asyncio.shield(process.wait())

    async def close(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        await self.end()


def _box(value: Sequence[float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(edge) for edge in value)
    return left, top, right, bottom

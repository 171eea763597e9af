"""The line to the county, pretended: a TCP relay that can be cut, slowed and brought back by a script.

Every byte between terminal and gateway passes through it, so "network down" is a refused connection and broken streams,
not a flag in the program. Options: `to=HOST:PORT`. Address: `http://127.0.0.1:PORT`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, ClassVar

from hardware.simulators import Setup, SimulatorError

PIECE = 4096


class LineSimulator:
    """Commands: up, down, slow (bytes_per_s, delay_s), cut (every open connection, once; the line stays up),
    fault what=down|slow|cut, mend."""

    BEFALLS: ClassVar[tuple[str, ...]] = ("down", "slow", "cut")

    def __init__(self, setup: Setup) -> None:
        host, _, port = str(setup.options.get("to", "")).rpartition(":")
        if not host or not port.isdigit():
            raise SimulatorError("the line wants to=HOST:PORT")
        self._to = (host, int(port))
        self._server: asyncio.Server | None = None
        self._port = 0
        self._rate = 0.0  # bytes a second, each way; 0: as fast as it goes
        self._delay_s = 0.0
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        await self._listen()
        return f"http://127.0.0.1:{self._port}"

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if do == "fault":
            what = str(args.get("what", ""))
            if what not in self.BEFALLS:
                raise SimulatorError(f"the line's faults are {', '.join(self.BEFALLS)}, not {what!r}")
            return await self.command(what, args)
        if do == "down":
            if self._server is not None:
                self._server.close()
                self._server = None
            self._cut()
        elif do in ("up", "mend", "slow"):
            self._rate = float(args.get("bytes_per_s", 8000)) if do == "slow" else 0.0
            self._delay_s = float(args.get("delay_s", 0.5)) if do == "slow" else 0.0
            if self._server is None:
                await self._listen()
        elif do == "cut":
            self._cut()
        else:
            raise SimulatorError(f"the line knows up, down, slow, cut, fault and mend, not {do!r}")
        return {}

    def _cut(self) -> None:
        for task in list(self._open):
            task.cancel()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        far_writer: asyncio.StreamWriter | None = None
        try:
            if self._delay_s:
                await asyncio.sleep(self._delay_s)
            far_reader, far_writer = await asyncio.open_connection(*self._to)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer))
                both.create_task(self._pump(far_reader, writer))
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass  # a cut line says nothing
        finally:
            if task is not None:
                self._open.discard(task)
            for end in (writer, far_writer):
                if end is not None:
                    end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            if self._rate:
                await asyncio.sleep(len(piece) / self._rate)
            writer.write(piece)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._cut()

"""The other end of the simulators' control channel: starts the host process and sends it commands.

Used by tests, the demo and the visit runner. It starts the process itself, by an inherited socket pair; the pair is
the process's life: closed here, it ends there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hardware.simulators import LINE_BYTES_MOST, SimulatorError, plan

START_S = 20.0  # a first import of OpenCV on a weak core
ANSWER_S = 20.0
STOP_S = 5.0
COMMAND = (sys.executable, "-m", "hardware.simulators")


class Simulators:
    """A running host. `addresses`: device name -> the address of its real transport."""

    def __init__(self, on_event: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.addresses: dict[str, str] = {}
        self._on_event = on_event
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next = 0
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self, devices: Mapping[str, str], folder: Path, command: Sequence[str] = COMMAND) -> dict[str, str]:
        """Starts the `sim://` devices among these settings; returns all addresses with those resolved.

        `command` starts the host; `--channel N` is added. Raises SimulatorError.
        """
        wanted = plan(devices, folder)
        ours, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(*command, "--channel", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            raise SimulatorError(f"the simulators' process cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        reader, self._writer = await asyncio.open_connection(sock=ours, limit=LINE_BYTES_MOST)
        self._writer.write(json.dumps(wanted).encode() + b"\n")
        try:
            line = await asyncio.wait_for(reader.readline(), START_S)
        except TimeoutError:
            await self.stop()
            raise SimulatorError(f"the simulators were not ready within {START_S:.0f} s") from None
        first: dict[str, Any] = json.loads(line) if line else {"error": "the process ended"}
        if first.get("event") != "ready":
            await self.stop()
            raise SimulatorError(f"the simulators did not start: {first.get('error')}")
        self.addresses = {**devices, **first["addresses"]}
        self._listening = asyncio.create_task(self._listen(reader))
        return self.addresses

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                message: dict[str, Any] = json.loads(line)
                waiting = self._waiting.pop(message.get("id", 0), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
                elif "event" in message and self._on_event is not None:
                    self._on_event(message)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(SimulatorError("the simulators' process ended"))
        self._waiting.clear()

    async def command(self, device: str, do: str, /, **args: Any) -> dict[str, Any]:
        """One command, e.g. `command("id_card", "insert", card="wang-xiaolan")`. Raises SimulatorError."""
        if self._writer is None or self._listening is None or self._listening.done():
            raise SimulatorError("the simulators are not running")
        self._next += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._next] = answer
        message = {**args, "id": self._next, "device": device, "do": do}
        self._writer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
        try:
            got = await asyncio.wait_for(answer, ANSWER_S)
        except TimeoutError:
            raise SimulatorError(f"{device} did not answer {do!r} within {ANSWER_S:.0f} s") from None
        if not got.get("ok"):
            raise SimulatorError(str(got.get("error", "no reason given")))
        return got

    async def stop(self) -> None:
        """Ends the process and its devices."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._process is not None:
            try:
                await asyncio.wait_for(self._process.wait(), STOP_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
            self._process = None
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def __aenter__(self) -> Simulators:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

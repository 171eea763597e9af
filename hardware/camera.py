"""The papers' camera, as a visit uses it: live frames with what is seen on them, and the straightened picture.

OpenCV and every pixel that is worked on live in a process of their own (camera_worker.py), one per visit, started by
`warm()` or at the first `start()`. Frames come through shared memory; this side copies the newest and checks that it
is whole. A worker that dies or hangs is a Fault, and the next start has a new one. Nothing is written to disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from hardware.addresses import Address, AddressError
from hardware.camera_memory import STILL_BYTES, FrameMemory
from hardware.camera_names import SYS, is_guess, is_other
from hardware.camera_options import read as read_options
from hardware.camera_options import read_a4
from hardware.ports import Fault, Health, Status

COMMAND = (sys.executable, "-m", "hardware.camera_worker")
WORKER_S = 15.0  # to start: importing OpenCV on a weak core, with the screen being drawn beside it
ANSWER_S = 12.0  # to obey: closing and opening a camera; a worker that hangs is found out by HANG_S
HANG_S = 5.0  # without a sign of life: the worker hangs
GRACE_S = 4.0  # a camera that is gone for less is not worth a word
LOOK_S = 2.0  # between two looks whether an idle camera is there


@dataclass(frozen=True)
class Frame:
    """A live frame: RGB, rows from the top, without padding. `corners`: four (x, y) of 0..1, clockwise from top left,
    or None; `remark`: "ok" or what to put right (capture.too_far …); `steady`: it does not move."""

    number: int
    width: int
    height: int
    pixels: memoryview
    corners: tuple[tuple[float, float], ...] | None
    remark: str
    steady: bool


@dataclass(frozen=True)
class Taken:
    """A picture: JPEG, straightened where the paper was `found` (else the whole frame), judged on the full picture."""

    jpeg: bytes
    sha256: str
    width: int
    height: int
    verdict: str  # "ok" or a reason: capture.blurred …
    found: bool


class PapersCamera:
    """Device port of the camera. One `start` … `stop` at a time."""

    def __init__(
        self, address: str, *, command: Sequence[str] = COMMAND, page_bytes_most: int = 500_000, alone: bool = True,
        tray: str = "", a4: str = "",
    ) -> None:  # fmt: skip
        """`alone`: there is no second camera on this terminal for which this one could be taken; `tray`: a picture file
        of what it sees without a paper, where there is one; `a4`: where the corners of a sheet of A4 lay, likewise."""
        if not 20_000 <= page_bytes_most <= STILL_BYTES:
            raise ValueError(f"page_bytes_most wants 20000 to {STILL_BYTES} bytes")
        self.address = address
        self._tray, self._a4 = tray, read_a4(a4)
        self._command = tuple(command)
        self._bytes_most = page_bytes_most
        self._alone = alone
        self._process: asyncio.subprocess.Process | None = None
        self._memory: FrameMemory | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._taken: asyncio.Future[Taken | Fault] | None = None
        self._ids = 0
        self._running = False
        self._gone = False  # the channel broke: the worker is dead, reaped or not
        self._status = Status(Health.UNKNOWN)
        self._changed = asyncio.Condition()
        self._trouble_since: float | None = None
        self._starting = asyncio.Lock()

    # ---------------------------------------------------------------- the port

    async def status(self) -> Status:
        """As it is now; asks the camera when it is not filming."""
        if not self._running:
            await self._set(await asyncio.to_thread(self._look))
        return self._status

    def _look(self) -> Status:
        if not self._alone and is_guess(self.address):
            return Status(Health.FAULTY, "camera.guessed")
        return look_for(self.address)

    async def watch(self) -> AsyncIterator[Status]:
        told: Status | None = None
        while True:
            now = await self.status()
            if now != told:
                told = now
                yield now
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S), self._changed:
                    if self._status == told:
                        await self._changed.wait()

    async def close(self) -> None:
        self._running = False
        await self._end()

    # ---------------------------------------------------------------- filming

    async def warm(self) -> Fault | None:
        """Start the worker ahead, so that the first `start` is quick. The camera stays off."""
        async with self._starting:
            if self._alive():
                return None
            await self._end()
            return await self._begin()

    async def start(self, shape: str, colour: bool, *, retake: bool = False) -> Fault | None:
        """Film, find and judge; take by itself once. A page that was already taken must be changed first, unless it is
        to be taken again (`retake`). `shape`: a4 | card | booklet | certificate | any."""
        fault = await self.warm()
        if fault is not None:
            return fault
        if not self._alone and await asyncio.to_thread(is_guess, self.address):
            return Fault("camera.guessed", "a number, and two cameras")
        self._settle(Fault("camera.stopped", "started anew"))
        self._taken = asyncio.get_running_loop().create_future()
        self._trouble_since = None
        answer = await self._ask(
            "start", address=self.address, shape=shape, colour=colour, bytes_most=self._bytes_most, retake=retake,
            tray=self._tray, a4=self._a4,
        )  # fmt: skip
        if isinstance(answer, Fault):
            return answer
        self._running = True
        return None

    @property
    def filming(self) -> bool:
        return self._running

    def latest(self) -> Frame | None:
        """The newest whole frame, a copy; None while there is none. Cheap: call it as often as the screen is drawn."""
        if self._memory is None or not self._running:
            return None
        read = self._memory.read()
        if read is None:
            return None
        number, width, height, pixels, meta = read
        corners = meta["corners"]
        return Frame(
            number,
            width,
            height,
            memoryview(pixels),
            None if corners is None else tuple((float(x), float(y)) for x, y in corners),
            str(meta["remark"]),
            bool(meta["steady"]),
        )

    async def taken(self) -> Taken | Fault:
        """The picture the camera takes by itself, or why there will be none. Waits as long as the person needs."""
        if self._taken is None:
            return Fault("camera.stopped", "not started")
        return await asyncio.shield(self._taken)

    def hold(self, corners: Sequence[tuple[float, float]] | None) -> None:
        """The paper is where the person says: four corners, 0..1 of the frame. Nothing is taken by itself until the
        next `start`, or until they are given back (None); `shoot` keeps to them, to the edge that is nearest."""
        if self._running and self._writer is not None and not self._writer.is_closing():
            message = {"do": "corners", "corners": None if corners is None else [list(point) for point in corners]}
            self._writer.write(json.dumps(message).encode() + b"\n")

    async def shoot(self) -> Taken | Fault:
        """The picture now, whatever the verdict."""
        if not self._running:
            return Fault("camera.stopped", "not started")
        answer = await self._ask("shoot")
        if isinstance(answer, Fault):
            return answer
        if answer.get("event") == "failed":
            return Fault(str(answer.get("code")), "no picture")
        return self._as_taken(answer)

    async def stop(self) -> None:
        """The camera is switched off and every frame wiped."""
        self._settle(Fault("camera.stopped", "stopped"))
        if self._running:
            self._running = False
            await self._ask("stop")

    # ---------------------------------------------------------------- the worker

    def _alive(self) -> bool:
        return self._process is not None and self._process.returncode is None and not self._gone

    async def _begin(self) -> Fault | None:
        ours, theirs = socket.socketpair()
        fd = FrameMemory.make()
        self._gone = False
        try:
            self._memory = FrameMemory(fd)
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                "--channel",
                str(theirs.fileno()),
                "--memory",
                str(fd),
                pass_fds=(theirs.fileno(), fd),
                stdin=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            self._drop_memory()
            return Fault("camera.stalled", f"the worker cannot be started: {error.strerror}")
        finally:
            theirs.close()
            os.close(fd)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        ready = asyncio.get_running_loop().create_future()
        self._waiting[0] = ready
        self._tasks = [asyncio.create_task(self._listen(reader)), asyncio.create_task(self._guard())]
        try:
            await asyncio.wait_for(ready, WORKER_S)
        except (TimeoutError, ConnectionError):
            await self._end()
            return Fault("camera.stalled", "the worker did not start")
        return None

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                message: dict[str, Any] = json.loads(line)
                event, number = message.get("event"), int(message.get("id", 0))
                if event == "status":
                    health = Health(message["health"])
                    self._trouble_since = None if health is Health.ONLINE else self._trouble_since or time.monotonic()
                    await self._set(Status(health, str(message["code"])))
                elif event == "taken" and number == 0:
                    self._settle(self._as_taken(message))
                else:
                    waiting = self._waiting.pop(number, None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
        await self._lost("the worker ended")

    async def _guard(self) -> None:
        """A worker without a sign of life is killed; a camera that stays away ends the waiting for a picture."""
        began = time.monotonic()
        while self._alive():
            await asyncio.sleep(0.5)
            now = time.monotonic()
            beaten = self._memory.beaten_ns / 1e9 if self._memory is not None else now
            if now - max(beaten, began + WORKER_S - HANG_S if beaten == 0 else 0.0) > HANG_S:
                if self._process is not None and self._process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        self._process.kill()
                return
            if self._running and self._trouble_since is not None and now - self._trouble_since > GRACE_S:
                self._settle(Fault(self._status.code or "camera.stalled", "no picture from the camera"))

    async def _lost(self, note: str) -> None:
        fault = Fault("camera.stalled", note)
        self._gone = True
        running, self._running = self._running, False
        self._settle(fault)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError(note))
        self._waiting.clear()
        if running:
            await self._set(Status(Health.OFFLINE, fault.code))

    async def _ask(self, do: str, **more: Any) -> dict[str, Any] | Fault:
        if self._writer is None or self._writer.is_closing() or not self._alive():
            return Fault("camera.stalled", "no worker")
        self._ids += 1
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        number = self._ids
        self._waiting[number] = future
        self._writer.write(json.dumps({"do": do, "id": number, **more}).encode() + b"\n")
        try:
            return await asyncio.wait_for(future, ANSWER_S)
        except TimeoutError:
            return Fault("camera.stalled", f"no answer to {do}")
        except ConnectionError as error:
            return Fault("camera.stalled", str(error))
        finally:
            self._waiting.pop(number, None)

    def _as_taken(self, message: dict[str, Any]) -> Taken:
        assert self._memory is not None  # noqa: S101  # messages only come while there is a worker
        return Taken(
            self._memory.take_still(int(message["size"])),
            str(message["sha256"]),
            int(message["width"]),
            int(message["height"]),
            str(message["verdict"]),
            bool(message["found"]),
        )

    def _settle(self, outcome: Taken | Fault) -> None:
        if self._taken is not None and not self._taken.done():
            self._taken.set_result(outcome)

    async def _set(self, status: Status) -> None:
        if status != self._status:
            async with self._changed:
                self._status = status
                self._changed.notify_all()

    def _drop_memory(self) -> None:
        if self._memory is not None:
            self._memory.wipe()
            self._memory.close()
            self._memory = None

    async def _end(self) -> None:
        """The worker is gone when this returns, and its memory with it."""
        self._settle(Fault("camera.stopped", "closed"))
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._tasks = []
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._process is not None and self._process.returncode is None:
            try:
                await asyncio.wait_for(self._process.wait(), 1.0)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()
        self._process = None
        self._drop_memory()


def look_for(address: str, sys: Path = SYS) -> Status:
    """Whether a camera is there, without opening it (a lamp would light up). Blocks for at most two seconds."""
    parts = urlsplit(address)
    if parts.scheme == "camera+http":
        try:
            with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=2.0):
                return Status(Health.ONLINE)
        except OSError:
            return Status(Health.ABSENT, "camera.absent")
    path = Path(unquote(parts.path))
    try:
        if any(mark in path.name for mark in "*?[%"):
            there = path.parent.is_dir()
        else:
            mode = path.stat().st_mode
            there = stat.S_ISCHR(mode) or stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    except PermissionError:
        return Status(Health.FAULTY, "camera.no_access")
    except OSError:
        there = False
    if there and is_other(address, sys):
        return Status(Health.FAULTY, "camera.other")
    return Status(Health.ONLINE) if there else Status(Health.ABSENT, "camera.absent")


def from_address(address: Address, **more: Any) -> PapersCamera:
    """For hardware.addresses. `more`: command, page_bytes_most. Raises AddressError for options that make no sense."""
    if address.scheme == "camera":  # of a stream they belong to the other end
        try:
            read_options(address.options)
        except AddressError as error:
            raise AddressError(f"{address.text}: {error}") from None
    return PapersCamera(address.text, **more)

"""A device that only talks: its file is opened, heard, and opened again when it was away. Scanner, keypad, presence.

Everything happens on the loop, by readiness of the file; only opening it, which may block, is done in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import struct
import termios
from collections.abc import AsyncIterator, Callable
from errno import EACCES

from hardware.ports import Fault, Health, Status
from hardware.scanner_keys import EVIOCGRAB
from hardware.status import StatusBoard

AGAIN_S = 1.0  # between two tries to open a device that is away
PIECE = 4096


def open_serial(path: str, baud: int) -> int:
    """A serial port's file, raw, 8N1. Raises OSError."""
    import serial

    try:
        port = serial.Serial(path, baud, timeout=0, exclusive=True)
    except (ValueError, termios.error) as error:
        raise OSError(str(error)) from None
    try:
        return os.dup(port.fileno())
    finally:
        with contextlib.suppress(OSError, termios.error):
            port.close()


def open_keys(path: str, grab: bool = True) -> int:
    """An input device's file, for us alone: nothing it types may reach a text field. Raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if grab:
        try:
            fcntl.ioctl(fd, EVIOCGRAB, struct.pack("i", 1))
        except OSError:
            os.close(fd)
            raise
    return fd


class WireEnd:
    """The file of a device, kept open for as long as it is there. `heard` gets every piece, on the loop."""

    def __init__(self, address: str, family: str, opened: Callable[[], int], heard: Callable[[bytes], None]) -> None:
        self.address = address
        self.board = StatusBoard()
        self._family = family
        self._opened = opened
        self._heard = heard
        self._fd = -1
        self._gone = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._first = asyncio.Event()  # the first try to open it is over

    def begin(self) -> None:
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())

    async def status(self) -> Status:
        self.begin()
        await self._first.wait()
        return self.board.present

    async def changes(self) -> AsyncIterator[Status]:
        self.begin()
        await self._first.wait()
        async for status in self.board.changes():
            yield status

    def fault(self) -> Fault | None:
        """Why nothing can be heard now, or None."""
        status = self.board.present
        return Fault(status.code) if status.health is not Health.ONLINE else None

    def send(self, data: bytes) -> bool:
        """Sends a short command; False when it is not there or takes nothing."""
        try:
            return self._fd >= 0 and os.write(self._fd, data) == len(data)
        except OSError:
            self._gone.set()
            return False

    async def close(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
            self._keeping = None
        self._shut()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._gone.clear()
                try:
                    self._fd = await asyncio.to_thread(self._opened)
                    os.set_blocking(self._fd, False)
                except OSError as error:
                    code = "no_access" if error.errno == EACCES else "absent"
                    health = Health.FAULTY if code == "no_access" else Health.ABSENT
                    self.board.set(Status(health, f"{self._family}.{code}"))
                else:
                    self.board.set(Status(Health.ONLINE))
                    loop.add_reader(self._fd, self._readable)
                    self._first.set()
                    await self._gone.wait()
                    self._shut()
                    self.board.set(Status(Health.ABSENT, f"{self._family}.absent"))
                self._first.set()
                await asyncio.sleep(AGAIN_S)
        finally:
            self._shut()

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._heard(data)
        else:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._gone.set()

    def _shut(self) -> None:
        if self._fd >= 0:
            with contextlib.suppress(RuntimeError, ValueError):
                asyncio.get_running_loop().remove_reader(self._fd)
            with contextlib.suppress(OSError):
                os.close(self._fd)
            self._fd = -1

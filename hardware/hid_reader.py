"""Resident-card readers that carry the SAM frames in USB HID reports (Linux: a hidraw device).

Unverified: how makers cut frames into reports is not published. This does what a serial line turned into reports does:
a frame is sent in reports of a fixed length, the last one filled with zeros; what arrives is put together again and
searched for frames, so that zeros, a leading report number or a length byte before a frame are passed over. `kiosk
conform card-reader` tells a vendor whether a device agrees; until one has passed, its status says `verified: no`.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable

from hardware.addresses import Address, AddressError
from hardware.ports import Health, Status
from hardware.sam_reader import SamReader, Timing, _LineError

REPORT_BYTES = 64  # a full-speed interrupt transfer
LONGEST_REPORT = 1024  # a high-speed one


def open_hidraw(path: str) -> int:
    """The device's file. Raises OSError."""
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)


class HidPort:
    """A hidraw device, with as much of pyserial's face as the SAM driver uses. Every method raises OSError."""

    def __init__(self, fd: int, report_bytes: int, wait_s: float, numbered: bool) -> None:
        self._fd = fd
        self._report = report_bytes
        self._wait_s = wait_s
        self._number = b"\x00" if numbered else b""
        self._held = b""

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read without waiting."""
        while (more := self._arrived(0.0)) != b"":
            self._held += more
        return len(self._held)

    def read(self, size: int = 1) -> bytes:
        """Up to `size` bytes; none after the wait that was set."""
        if not self._held:
            self._held = self._arrived(self._wait_s)
        given, self._held = self._held[:size], self._held[size:]
        return given

    def write(self, data: bytes) -> int:
        for start in range(0, len(data), self._report):
            piece = data[start : start + self._report].ljust(self._report, b"\x00")
            if os.write(self._fd, self._number + piece) < len(piece):
                raise OSError("the reader took half a report")
        return len(data)

    def reset_input_buffer(self) -> None:
        while self._arrived(0.0):
            pass
        self._held = b""

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _arrived(self, wait_s: float) -> bytes:
        """One report, or nothing. The kernel hands reports on one a read, never joined."""
        ready, _, _ = select.select([self._fd], [], [], wait_s)
        if not ready:
            return b""
        report = os.read(self._fd, LONGEST_REPORT)
        if not report:
            raise OSError("the reader is gone")
        return report


class HidReader(SamReader):
    """The port. `numbered`: a report starts with its number, 0, as hidraw wants for devices without numbers."""

    def __init__(
        self,
        address: str,
        path: str,
        report_bytes: int = REPORT_BYTES,
        timing: Timing | None = None,
        opened: Callable[[str], int] = open_hidraw,
        numbered: bool = True,
    ) -> None:
        timing = timing or Timing()
        super().__init__(
            address,
            path,
            timing=timing,
            opened=lambda: HidPort(opened(path), report_bytes, timing.slice_s, numbered),
        )

    def _status_of(self, error: _LineError | None) -> Status:
        status = super()._status_of(error)
        if status.health is not Health.ONLINE:
            return status
        return Status(Health.ONLINE, "", {**status.detail, "verified": "no"})


def from_address(address: Address) -> HidReader:
    """`sam+hid:///dev/hidraw0?report=64`. Raises AddressError."""
    address.only("report")
    if address.host or address.port is not None or not address.path.startswith("/"):
        raise AddressError(f"{address.text}: write sam+hid:// and the device's whole path, like sam+hid:///dev/hidraw0")
    report = address.number("report", REPORT_BYTES)
    if not 8 <= report <= LONGEST_REPORT:
        raise AddressError(f"{address.text}: report is 8 to {LONGEST_REPORT} bytes, mostly {REPORT_BYTES}")
    return HidReader(address.text, address.path, report)

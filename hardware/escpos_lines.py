"""What carries bytes to a receipt printer: network, serial, USB, device file. Blocking; used by one worker thread.

python-escpos opens the devices and moves the bytes (`_raw`, `_read`); the waiting is ours, because its own can last
60 seconds, calls a closed socket "paper adequate", and tells a mute printer by a bare TimeoutError. Every wait here is
short, every failure is one LineError with the code of a fault card.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import shutil
import stat
import struct
import termios
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from hardware.addresses import Address, AddressError

BUSY_S = 3.0  # how long another process (the last visit's, the next one's) may still hold a serial port
CONNECT_S = 3.0  # a printer on the hall's own network answers within milliseconds or not at all
PIECE = 512  # bytes written between two looks at whether anyone still waits
SLICE_S = 0.05
SERIAL_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)


class LineError(Exception):
    """The printer cannot be reached, or no more. `code` is a fault card's; the text is for staff and logs."""

    def __init__(self, code: str, note: str = "") -> None:
        super().__init__(note or code)
        self.code = code
        self.note = note


class Stuck(LineError):
    """The printer takes no more bytes. `left` is what it has not taken."""

    def __init__(self, left: bytes) -> None:
        super().__init__("printer.offline", "takes no bytes")
        self.left = left


class Line(Protocol):
    """An open way to a printer."""

    answers: bool  # bytes can come back
    window: int  # bytes that may be under way unconfirmed

    def open(self) -> None:
        """Raises LineError."""
        ...

    def write(self, data: bytes, patience_s: float) -> None:
        """Raises Stuck when nothing is taken for so long, LineError when the printer is gone."""
        ...

    def read(self, wait_s: float) -> bytes:
        """What has come, b"" if nothing did within the time. Raises LineError when the printer is gone."""
        ...

    def waiting(self) -> int:
        """Bytes that this machine still holds back; 0 where it cannot be told."""
        ...

    def close(self) -> None: ...


def _queued(fd: int) -> int:
    """What a socket or a serial port has not sent yet (TIOCOUTQ; on a socket the same number is SIOCOUTQ)."""
    try:
        return int(struct.unpack("i", fcntl.ioctl(fd, termios.TIOCOUTQ, bytes(4)))[0])
    except OSError:
        return 0


def refused(error: BaseException) -> bool:
    """Whether the device is there and this user may not use it. The library wraps what it meets; the words stay."""
    if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM):
        return True
    return any(words in str(error) for words in ("Permission denied", "Access denied", "insufficient permissions"))


_importing = threading.Lock()


def devices() -> Any:
    """python-escpos's device classes. On import it leaves a folder with a pickle in the temporary folder, once for each
    process; nothing of it is needed again, and a terminal makes a process for each visit."""
    with _importing:
        from escpos import capabilities, printer

        if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
            shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
        return printer


class _EscposLine:
    """A python-escpos device whose file descriptor can be waited for."""

    answers = True

    def __init__(self, make: Callable[[], Any], window: int, absent: str) -> None:
        self._make = make
        self._printer: Any = None
        self._absent = absent  # the code when it cannot be opened
        self.window = window

    def open(self) -> None:
        try:
            self._printer = self._make()
            self._printer.open()
            self._ready()
        except LineError:
            self.close()
            raise
        except Exception as error:  # noqa: BLE001  # escpos, pyserial and sockets have families of their own
            self.close()
            raise LineError("printer.no_access" if refused(error) else self._absent, type(error).__name__) from None

    def _ready(self) -> None:
        """What must be set on the device once it is open."""

    def _fd(self) -> int:
        return int(self._printer.device.fileno())

    def waiting(self) -> int:
        return _queued(self._fd())

    def write(self, data: bytes, patience_s: float) -> None:
        sent = 0
        until = time.monotonic() + patience_s
        while sent < len(data):
            try:
                if not select.select([], [self._fd()], [], SLICE_S)[1]:
                    if time.monotonic() > until:
                        raise Stuck(data[sent:])
                    continue
                sent += self._put(data[sent : sent + PIECE])
            except (OSError, ValueError) as error:
                raise LineError("printer.offline", type(error).__name__) from None
            until = time.monotonic() + patience_s

    def _put(self, piece: bytes) -> int:
        """Hands over one piece; returns how many bytes were taken."""
        self._printer._raw(piece)
        return len(piece)

    def read(self, wait_s: float) -> bytes:
        try:
            if not select.select([self._fd()], [], [], wait_s)[0]:
                return b""
            data = bytes(self._printer._read())
        except (OSError, ValueError) as error:
            raise LineError("printer.offline", type(error).__name__) from None
        if not data:
            raise LineError("printer.offline", "closed the connection")
        return data

    def close(self) -> None:
        if self._printer is not None:
            with contextlib.suppress(Exception):
                self._printer.close()
            self._printer = None


class NetworkLine(_EscposLine):
    """Port 9100 of a printer on the network."""

    def __init__(self, host: str, port: int, window: int) -> None:
        def make() -> Any:
            return devices().Network(host, port, timeout=CONNECT_S)

        # Nobody at that address may be a printer that is switched off, or one whose cable is out: it cannot be told.
        super().__init__(make, window, "printer.offline")

    def _ready(self) -> None:
        import socket

        self._printer.device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._printer.device.setblocking(False)

    def _put(self, piece: bytes) -> int:
        # Not _raw: its sendall does not tell how much went when the printer stops taking bytes in the middle.
        try:
            return int(self._printer.device.send(piece))
        except BlockingIOError:
            return 0


class SerialLine(_EscposLine):
    """A serial port; `flow` is none, rtscts or xonxoff."""

    def __init__(self, path: str, baud: int, flow: str, window: int) -> None:
        def make() -> Any:
            return devices().Serial(path, baudrate=baud, timeout=0, xonxoff=flow == "xonxoff", dsrdtr=flow == "dsrdtr")

        super().__init__(make, window, "printer.absent")
        self._flow = flow

    def open(self) -> None:
        until = time.monotonic() + BUSY_S
        while True:
            try:
                return super().open()
            except LineError as error:
                if error.code != "printer.busy" or time.monotonic() > until:
                    raise
            time.sleep(2 * SLICE_S)

    def _ready(self) -> None:
        import serial

        device = self._printer.device
        device.write_timeout = CONNECT_S
        try:
            device.exclusive = True
        except serial.SerialException:
            raise LineError("printer.busy", "another process holds the port") from None
        if self._flow == "rtscts":
            device.rtscts = True

    def close(self) -> None:
        # The library waits on closing until everything has been taken; a printer that holds the line would hold us.
        with contextlib.suppress(Exception):
            self._printer.device.reset_output_buffer()
        super().close()


class UsbLine:
    """A USB printer by its two numbers. Not yet seen to work with a real device: none was at hand.

    `bus`: pyusb's backend, libusb where none is given. A printer without an endpoint towards us (protocol 1) gives no
    answers, so nothing is confirmed."""

    def __init__(self, vendor: int, product: int, window: int, bus: Any = None) -> None:
        self._ids = (vendor, product)
        self._bus = bus
        self._printer: Any = None
        self.answers = True
        self.window = window

    def open(self) -> None:
        try:
            import usb.core

            class Usb(devices().Usb):  # type: ignore[misc]  # untyped
                def _configure_usb(self) -> None:
                    """The library also resets the device, which would tear a slip that is being printed."""
                    self.device.set_configuration()

            found = usb.core.find(idVendor=self._ids[0], idProduct=self._ids[1], backend=self._bus)
            if found is None:
                raise LineError("printer.absent", "not on the bus")
            inward, outward = _bulk_ends(found)
            self.answers = inward is not None
            self._printer = Usb(*self._ids, {"backend": self._bus}, 1000, inward, outward)
            self._printer.open()
        except LineError:
            raise
        except Exception as error:  # noqa: BLE001  # pyusb, its backends and escpos have families of their own
            self.close()
            raise LineError("printer.no_access" if refused(error) else "printer.absent", type(error).__name__) from None

    def write(self, data: bytes, patience_s: float) -> None:
        import usb.core

        until = time.monotonic() + patience_s
        while data:
            try:
                taken = int(self._printer.device.write(self._printer.out_ep, data[:PIECE], 250))
            except usb.core.USBTimeoutError:
                if time.monotonic() > until:
                    raise Stuck(data) from None
                continue
            except usb.core.USBError as error:
                raise LineError("printer.offline", type(error).__name__) from None
            data = data[taken:]
            until = time.monotonic() + patience_s

    def read(self, wait_s: float) -> bytes:
        import usb.core

        if not self.answers:
            return b""
        try:
            return bytes(self._printer.device.read(self._printer.in_ep, 64, max(1, int(wait_s * 1000))))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise LineError("printer.offline", type(error).__name__) from None

    def waiting(self) -> int:
        return 0

    def close(self) -> None:
        if self._printer is not None:
            with contextlib.suppress(Exception):
                self._printer.close()
            self._printer = None


def _bulk_ends(device: Any) -> tuple[int | None, int]:
    """The bulk endpoints (in, out) of the printer interface (class 7), in None where there is none; without such an
    interface python-escpos's own guess."""
    for configuration in device:
        for interface in configuration:
            if interface.bInterfaceClass == 7:
                bulk = [end.bEndpointAddress for end in interface if end.bmAttributes & 0x03 == 2]
                inward = [end for end in bulk if end & 0x80]
                outward = [end for end in bulk if not end & 0x80]
                if outward:
                    return inward[0] if inward else None, outward[0]
    return 0x82, 0x01


class FileLine:
    """A device file such as /dev/usb/lp0; what is no character device (a plain file, a pipe) gives no answers."""

    def __init__(self, path: str, window: int) -> None:
        self._path = path
        self._fd = -1
        self.answers = False
        self.window = window

    def open(self) -> None:
        try:
            mode = os.stat(self._path).st_mode  # noqa: PTH116  # a device file, by descriptor from here on
            self.answers = stat.S_ISCHR(mode)
            reach = os.O_RDWR if self.answers else os.O_WRONLY | os.O_APPEND
            self._fd = os.open(self._path, reach | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError as error:
            code = "printer.no_access" if refused(error) else "printer.absent"
            raise LineError(code, os.strerror(error.errno or 0)) from None

    def write(self, data: bytes, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while data:
            try:
                if select.select([], [self._fd], [], SLICE_S)[1]:
                    data = data[os.write(self._fd, data[:PIECE]) :]
                    until = time.monotonic() + patience_s
                    continue
            except BlockingIOError:
                time.sleep(SLICE_S)
            except OSError as error:
                raise LineError("printer.offline", os.strerror(error.errno or 0)) from None
            if time.monotonic() > until:
                raise Stuck(data)

    def read(self, wait_s: float) -> bytes:
        if not self.answers:
            return b""
        try:
            if not select.select([self._fd], [], [], wait_s)[0]:
                return b""
            data = os.read(self._fd, 64)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise LineError("printer.offline", os.strerror(error.errno or 0)) from None
        if not data:
            time.sleep(min(wait_s, SLICE_S))  # usblp says "nothing yet" by an empty read
        return data

    def waiting(self) -> int:
        return _queued(self._fd) if self.answers else 0

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def line_to(address: Address) -> Line:
    """The line that an address names. Raises AddressError."""
    common = ("status", "mark", "buffer")
    if address.scheme == "escpos+tcp":
        address.only(*common)
        if not address.host:
            raise AddressError(f"{address.text}: a host is wanted, as in escpos+tcp://192.0.2.7:9100")
        return NetworkLine(address.host, address.port or 9100, address.number("buffer", 8192))
    if address.scheme == "escpos+serial":
        address.only("baud", "flow", *common)
        flow = address.options.get("flow", "none")
        if not address.path or flow not in {"none", "rtscts", "dsrdtr", "xonxoff"}:
            raise AddressError(f"{address.text}: wanted is escpos+serial:///dev/ttyS1?baud=19200&flow=rtscts")
        baud = address.number("baud", 9600, SERIAL_BAUDS)
        return SerialLine(address.path, baud, flow, address.number("buffer", 4096))
    if address.scheme == "escpos+usb":
        address.only(*common)
        vendor, _, product = address.text.removeprefix("escpos+usb://").partition("?")[0].strip("/").partition(":")
        try:
            return UsbLine(int(vendor, 16), int(product, 16), address.number("buffer", 8192))
        except ValueError:
            raise AddressError(f"{address.text}: wanted is escpos+usb://04b8:0e15 (vendor and product, hex)") from None
    if address.scheme == "escpos+file":
        address.only(*common)
        if not address.path:
            raise AddressError(f"{address.text}: wanted is escpos+file:///dev/usb/lp0")
        return FileLine(address.path, address.number("buffer", 4096))
    raise AddressError(f"{address.text}: {address.scheme}:// is no receipt printer")

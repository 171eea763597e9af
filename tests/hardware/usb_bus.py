"""A USB bus for pyusb with one printer on it: what libusb would say of its descriptors, and its two bulk endpoints,
which lead to the simulated printer. Only libusb itself is left out; pyusb, python-escpos and our driver are real."""

from __future__ import annotations

import select
import socket
from array import array
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

VENDOR, PRODUCT = 0x04B8, 0x0E15
OUT, IN = 0x03, 0x84  # not python-escpos's own guess
NO_DEVICE, TIMED_OUT, ACCESS = (-4, 19), (-7, 110), (-3, 13)


class Bus(usb.backend.IBackend):  # type: ignore[misc]  # untyped
    """`address`: HOST:PORT of the simulated printer. `answers`: it has an endpoint towards us. `before`: interfaces of
    another class stand before the printer's. `allowed`: this user may open it."""

    def __init__(self, address: str, *, answers: bool = True, before: bool = False, allowed: bool = True) -> None:
        host, _, port = address.rpartition(":")
        self._at = (host, int(port))
        self._ends = [OUT, IN] if answers else [OUT]
        self._classes = [3, 7] if before else [7]
        self._allowed = allowed
        self.plugged = True
        self.claimed: set[int] = set()
        self.resets = 0

    # ------------------------------------------------------------ what is on the bus

    def enumerate_devices(self) -> Iterator[int]:
        if self.plugged:
            yield 1

    def get_device_descriptor(self, dev: int) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0x0100, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=dev, bus=1, port_number=1, port_numbers=(1,), speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: int, config: int) -> SimpleNamespace:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=len(self._classes), bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        if alt or intf >= len(self._classes):
            raise IndexError
        printer = self._classes[intf] == 7
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0,
            bNumEndpoints=len(self._ends) if printer else 0, bInterfaceClass=self._classes[intf],
            bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: int, ep: int, intf: int, alt: int, config: int) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=self._ends[ep], bmAttributes=2, wMaxPacketSize=64,
            bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    # ------------------------------------------------------------ opened

    def open_device(self, dev: int) -> socket.socket:
        if not self._allowed:
            raise usb.core.USBError("Access denied (insufficient permissions)", *ACCESS)
        try:
            return socket.create_connection(self._at, timeout=2.0)
        except OSError:
            raise _gone() from None

    def close_device(self, handle: socket.socket) -> None:
        handle.close()

    def set_configuration(self, handle: socket.socket, value: int) -> None: ...

    def get_configuration(self, handle: socket.socket) -> int:
        return 1

    def claim_interface(self, handle: socket.socket, intf: int) -> None:
        self.claimed.add(intf)

    def release_interface(self, handle: socket.socket, intf: int) -> None: ...

    def reset_device(self, handle: socket.socket) -> None:
        self.resets += 1

    def bulk_write(self, handle: socket.socket, ep: int, intf: int, data: array[int], timeout: int) -> int:
        assert ep == OUT
        if not select.select([], [handle], [], timeout / 1000)[1]:
            raise usb.core.USBTimeoutError("Operation timed out", *TIMED_OUT)
        try:
            return handle.send(data.tobytes())
        except OSError:
            raise _gone() from None

    def bulk_read(self, handle: socket.socket, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        assert ep == IN
        try:
            if not select.select([handle], [], [], timeout / 1000)[0]:
                raise usb.core.USBTimeoutError("Operation timed out", *TIMED_OUT)
            data = handle.recv(len(buff))
        except OSError as error:
            if isinstance(error, usb.core.USBError):
                raise
            raise _gone() from None
        if not data:
            raise _gone()
        buff[: len(data)] = array("B", data)
        return len(data)


def _gone() -> Any:
    return usb.core.USBError("No such device (it may have been disconnected)", *NO_DEVICE)

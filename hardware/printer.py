"""The receipt printer, as the rest sees it.

A slip is "printed" only when the printer has said so after the last byte; where it cannot say, the person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from hardware.ports import Device, Fault
from matters.outcomes import Printed

if TYPE_CHECKING:
    from config.settings import Printer as PrinterSettings
    from papers.slip import Slip

__all__ = ["Capabilities", "Printed", "ReceiptPrinter", "open_receipt_printer"]


@dataclass(frozen=True)
class Capabilities:
    """What a printer can ever do."""

    width_dots: int
    confirms: bool  # can say that a slip has come out
    tells_paper: bool  # can say how its paper is
    native_qr: bool


@runtime_checkable
class ReceiptPrinter(Device, Protocol):
    """Prints slips, one at a time."""

    capabilities: Capabilities

    async def print(self, slip: Slip, job: str = "") -> Printed | Fault:
        """Prints a whole slip and cuts it.

        Printed(confirmed=True): the printer says it came out. Printed(confirmed=False): all was sent and the printer
        cannot say, or fell silent; ask the person. Fault: it did not come out, or not whole; print it again when the
        cause is gone (what is left of the first try is thrown away or cut off). A `job` once confirmed is not printed
        again. Cancelling stops the printer as soon as it can be stopped.
        """
        ...


def open_receipt_printer(text: str, settings: PrinterSettings) -> ReceiptPrinter:
    """The printer behind an address; does not touch it yet. Raises hardware.addresses.AddressError."""
    from hardware.addresses import open_device

    return cast("ReceiptPrinter", open_device("receipt_printer", text, settings=settings))

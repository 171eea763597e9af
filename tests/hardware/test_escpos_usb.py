"""Receipts over USB: pyusb and python-escpos on a bus with the simulated printer; and what may befall it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from config.settings import Printer as PrinterSettings
from hardware.addresses import parse
from hardware.escpos_lines import UsbLine, line_to, refused
from hardware.escpos_printer import EscposPrinter
from hardware.escpos_simulator import PrinterSimulator
from hardware.escpos_text import Manner
from hardware.ports import Fault, Health
from hardware.simulators import Setup
from matters.outcomes import Printed
from papers.draw import picture
from tests.hardware.printers import QUICK, SLIP, Bench
from tests.hardware.usb_bus import PRODUCT, VENDOR, Bus
from tests.papers.pictures import differing

WHOLE = picture(SLIP)


@asynccontextmanager
async def usb(folder: Path, options: dict[str, Any] | None = None, **bus: bool) -> AsyncIterator[tuple[Bench, Bus]]:
    simulator = PrinterSimulator(Setup("receipt_printer", folder, {"mm_s": 0, **(options or {})}))
    address = await simulator.start()
    made = Bus(address.removeprefix("escpos+tcp://").partition("?")[0], **bus)
    settings = PrinterSettings()
    printer = EscposPrinter(
        f"escpos+usb://{VENDOR:04x}:{PRODUCT:04x}",
        UsbLine(VENDOR, PRODUCT, 4096, made),
        Manner(settings.width_dots, settings.encoding, settings.native_qr),
        timing=QUICK,
    )
    try:
        yield Bench(simulator, printer, address), made
    finally:
        await printer.close()
        await simulator.stop()


def test_the_address_names_a_device_by_its_two_numbers() -> None:
    line = line_to(parse("escpos+usb://04b8:0e15"))
    assert isinstance(line, UsbLine)
    assert line._ids == (VENDOR, PRODUCT)


@pytest.mark.parametrize("before", [False, True])
async def test_a_receipt_comes_out_dot_for_dot_and_is_confirmed(tmp_path: Path, before: bool) -> None:
    async with usb(tmp_path, before=before) as (b, bus):
        assert (await b.printer.status()).health is Health.ONLINE
        assert await b.printer.print(SLIP) == Printed(confirmed=True)
        assert differing(b.receipts()[0], WHOLE) == 0
        assert bus.claimed == {1 if before else 0}  # the printer's interface, whatever else the device has
        assert bus.resets == 0  # a reset would tear a slip that is being printed


async def test_a_printer_that_cannot_answer_prints_and_is_never_said_to_have_confirmed(tmp_path: Path) -> None:
    async with usb(tmp_path, answers=False) as (b, _):
        assert (await b.printer.status()).health is Health.UNKNOWN
        assert await b.printer.print(SLIP) == Printed(confirmed=False)
        await b.until(lambda: len(b.simulator.receipts) == 1)
        assert differing(b.receipts()[0], WHOLE) == 0


async def test_paper_that_ends_midway_is_said_and_one_whole_receipt_comes_after_the_new_roll(tmp_path: Path) -> None:
    async with usb(tmp_path) as (b, _):
        await b.fault("paper_out", after_lines=2)
        got = await b.printer.print(SLIP)
        assert isinstance(got, Fault)
        assert got.code == "printer.paper_out"
        await b.mend()
        assert await b.printer.print(SLIP) == Printed(confirmed=True)
        assert differing(b.receipts()[-1], WHOLE) == 0


async def test_unplugged_before_it_is_absent_and_back_it_prints(tmp_path: Path) -> None:
    async with usb(tmp_path) as (b, bus):
        bus.plugged = False
        assert (await b.printer.status()).code == "printer.absent"
        got = await b.printer.print(SLIP)
        assert isinstance(got, Fault)
        assert got.code == "printer.absent"
        bus.plugged = True
        assert await b.printer.print(SLIP) == Printed(confirmed=True)
        assert len(b.receipts()) == 1


async def test_unplugged_in_the_middle_it_is_said_and_the_receipt_comes_out_whole_later(tmp_path: Path) -> None:
    async with usb(tmp_path, {"mm_s": 60, "buffer": 512}) as (b, bus):
        printing = asyncio.create_task(b.printer.print(SLIP))
        await b.until(lambda: b.simulator._head.page.height > 0)
        bus.plugged = False
        await b.fault("unplug")
        got = await printing
        assert isinstance(got, Fault)
        assert got.code in ("printer.offline", "printer.absent")
        assert b.receipts() == []
        await b.mend()
        bus.plugged = True
        assert await b.printer.print(SLIP) == Printed(confirmed=True)
        assert differing(b.receipts()[-1], WHOLE) == 0


async def test_a_printer_that_takes_no_bytes_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async with usb(tmp_path, {"buffer": 256}) as (b, _):
        await b.fault("silent")
        got = await asyncio.wait_for(b.printer.print(SLIP), 20)
        assert isinstance(got, Fault)
        assert got.code == "printer.offline"


async def test_a_printer_that_this_user_may_not_use_is_not_called_unplugged(tmp_path: Path) -> None:
    async with usb(tmp_path, allowed=False) as (b, _):
        status = await b.printer.status()
        assert (status.health, status.code) == (Health.FAULTY, "printer.no_access")


@pytest.mark.parametrize(
    ("error", "is_so"),
    [(PermissionError(13, "Permission denied"), True), (FileNotFoundError(2, "No such file"), False),
     (RuntimeError("Unable to open serial printer on /dev/ttyS1:\n[Errno 13] Permission denied"), True),
     (RuntimeError("Unable to open USB printer:\nAccess denied (insufficient permissions)"), True),
     (RuntimeError("Device not found or cable not plugged in."), False)],
)  # fmt: skip
def test_what_may_not_be_used_is_told_from_what_is_not_there(error: Exception, is_so: bool) -> None:
    assert refused(error) is is_so

"""The driver of receipt printers against a printer that speaks its bytes on TCP, on a serial line and in a file."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import zxingcpp

from config.settings import Printer as PrinterSettings
from hardware import escpos_bytes as e
from hardware.addresses import AddressError, parse
from hardware.escpos_lines import NetworkLine
from hardware.escpos_printer import from_address
from hardware.escpos_talk import Talk
from hardware.escpos_text import Manner, commands
from hardware.ports import Fault, Health, Status
from hardware.printer import ReceiptPrinter, open_receipt_printer
from hardware.simulator_client import Simulators
from hardware.simulators import SimulatorError
from matters.outcomes import Printed
from papers import slip as s
from papers.draw import picture
from papers.receipt import receipt
from tests.hardware.printers import QUICK, SLIP, bench
from tests.papers.pictures import differing
from tests.papers.samples import BIRTH, WORDS

YES, UNSURE = Printed(confirmed=True), Printed(confirmed=False)
WHOLE = picture(SLIP)
SLOW = {"mm_s": 60}  # slow enough that something can befall it in the middle


def test_the_driver_is_a_receipt_printer() -> None:
    printer = open_receipt_printer("escpos+tcp://192.0.2.7:9100", PrinterSettings())
    assert isinstance(printer, ReceiptPrinter)
    assert printer.capabilities.confirms


# ---------------------------------------------------------------- all is well


@pytest.mark.parametrize("width", [576, 384])
async def test_a_receipt_comes_out_dot_for_dot_as_it_was_drawn_and_is_confirmed(tmp_path: Path, width: int) -> None:
    slip = receipt(BIRTH, WORDS)
    async with bench(tmp_path, {"width": width}, PrinterSettings(width_dots=width)) as b:
        assert await b.printer.print(slip) == YES
        (paper,) = b.receipts()
    assert differing(paper, picture(slip, width)) == 0
    assert [code.text for code in zxingcpp.read_barcodes(paper.convert("L"))] == [BIRTH.qr]
    assert [event["event"] for event in b.events] == ["receipt"]


async def test_a_receipt_comes_out_whole_over_a_serial_line(tmp_path: Path) -> None:
    async with bench(tmp_path, {"over": "pty", "baud": 115200}) as b:
        assert (await b.printer.status()).health == Health.ONLINE
        assert await b.printer.print(SLIP) == YES
        assert differing(b.receipts()[0], WHOLE) == 0


async def test_two_slips_at_once_come_out_one_after_the_other_and_whole(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        assert await asyncio.gather(b.printer.print(SLIP), b.printer.print(SLIP)) == [YES, YES]
        assert [differing(paper, WHOLE) for paper in b.receipts()] == [0, 0]


async def test_the_host_of_all_simulators_offers_this_printer(tmp_path: Path) -> None:
    events: list[dict[str, object]] = []
    async with Simulators(events.append) as host:
        addresses = await host.start({"receipt_printer": "sim://receipt-printer?mm_s=0"}, tmp_path)
        printer = open_receipt_printer(addresses["receipt_printer"], PrinterSettings())
        assert await printer.print(SLIP) == YES
        assert len((await host.command("receipt_printer", "receipts"))["receipts"]) == 1
        with pytest.raises(SimulatorError, match="no fault"):
            await host.command("receipt_printer", "fault", what="flood")
        await printer.close()
    assert (tmp_path / "receipt_printer" / "receipt-1.png").is_file()
    assert [event["event"] for event in events] == ["receipt"]


async def test_dots_that_look_like_a_status_request_do_not_confuse_the_talk(tmp_path: Path) -> None:
    """Printers answer DLE EOT wherever it stands, also within a picture."""
    async with bench(tmp_path) as b:
        line = NetworkLine("127.0.0.1", b.simulator._port, 4096)

        def talk() -> bool:
            line.open()
            try:
                import threading

                it = Talk(line, QUICK, threading.Event())
                it.probe_marks()
                row = bytes.fromhex("100401 100402 100403 100404") * 2
                for _ in range(40):
                    it.send(b"\x1dv0\x00" + len(row).to_bytes(2, "little") + b"\x04\x00" + row * 4)
                it.settle()
                state = it.state()
                return it.marks and not state.silent and not state.paper_out
            finally:
                line.close()

        assert await asyncio.to_thread(talk)


# ---------------------------------------------------------------- how it is


@pytest.mark.parametrize(("fault", "health", "code", "detail"), [
    ("paper_out", Health.ATTENTION, "printer.paper_out", {"paper": "out"}),
    ("paper_low", Health.ONLINE, "printer.paper_low", {"paper": "low"}),
    ("cover_open", Health.ATTENTION, "printer.cover_open", {"cover": "open"}),
    ("jam", Health.ATTENTION, "printer.jam", {}),
    ("broken", Health.FAULTY, "printer.broken", {}),
    ("hot", Health.ATTENTION, "printer.hot", {}),
    ("offline", Health.OFFLINE, "printer.offline", {}),
    ("silent", Health.OFFLINE, "printer.offline", {"paper": "unknown"}),
    ("half_status", Health.OFFLINE, "printer.offline", {"paper": "unknown"}),
    ("garbage", Health.OFFLINE, "printer.offline", {"paper": "unknown"}),
    ("closes", Health.OFFLINE, "printer.offline", {"paper": "unknown"}),
    ("unplug", Health.OFFLINE, "printer.offline", {"paper": "unknown"}),
])  # fmt: skip
async def test_every_state_is_told_and_so_is_its_end(
    tmp_path: Path, fault: str, health: Health, code: str, detail: dict[str, str]
) -> None:
    async with bench(tmp_path) as b:
        await b.fault(fault)
        status = await b.printer.status()
        assert (status.health, status.code) == (health, code)
        assert detail.items() <= status.detail.items()
        await b.mend()
        assert await b.printer.status() == Status(
            Health.ONLINE, "", {"paper": "full", "cover": "closed", "cutter": "well"}
        )


async def test_a_watcher_hears_of_paper_gone_and_back(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        heard: list[str] = []

        async def watch() -> None:
            async for status in b.printer.watch():
                heard.append(status.code)  # noqa: PERF401  # it never ends: it must be heard as it comes

        watching = asyncio.create_task(watch())
        await b.until(lambda: heard[-1:] == [""])
        await b.fault("paper_out")
        await b.until(lambda: heard[-1:] == ["printer.paper_out"])
        await b.mend()
        await b.until(lambda: heard[-1:] == [""])
        watching.cancel()


async def test_a_printer_at_work_is_busy(tmp_path: Path) -> None:
    async with bench(tmp_path, SLOW) as b:
        work = asyncio.create_task(b.printer.print(SLIP))
        await b.until(lambda: bool(b.simulator._head.page.rows))
        assert (await b.printer.status()).health == Health.BUSY
        assert await work == YES
        assert (await b.printer.status()).health == Health.ONLINE


# ---------------------------------------------------------------- before the first byte


@pytest.mark.parametrize(("fault", "code"), [
    ("paper_out", "printer.paper_out"), ("cover_open", "printer.cover_open"), ("jam", "printer.jam"),
    ("broken", "printer.broken"), ("silent", "printer.offline"), ("half_status", "printer.offline"),
    ("garbage", "printer.offline"), ("closes", "printer.offline"), ("unplug", "printer.offline"),
])  # fmt: skip
async def test_what_cannot_be_printed_is_not_begun_and_comes_out_once_when_mended(
    tmp_path: Path, fault: str, code: str
) -> None:
    async with bench(tmp_path) as b:
        await b.fault(fault)
        result = await b.printer.print(SLIP, "receipt/1")
        assert isinstance(result, Fault)
        assert result.code == code
        await b.mend()
        assert await b.printer.print(SLIP, "receipt/1") == YES
        assert [differing(paper, WHOLE) for paper in b.receipts()] == [0]


async def test_little_paper_left_is_no_reason_not_to_print(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.fault("paper_low")
        assert await b.printer.print(SLIP) == YES


# ---------------------------------------------------------------- in the middle


@pytest.mark.parametrize("clears", ["on", "off"])
async def test_paper_that_ends_in_the_middle_leaves_one_whole_receipt_after_the_new_roll(
    tmp_path: Path, clears: str
) -> None:
    slip = receipt(BIRTH, WORDS)
    async with bench(tmp_path, {"clears": clears}) as b:
        await b.fault("paper_out", after_lines=20)
        result = await b.printer.print(slip, "receipt/1")
        assert isinstance(result, Fault)
        assert result.code == "printer.paper_out"
        assert b.receipts() == []
        await b.mend()
        assert await b.printer.print(slip, "receipt/1") == YES
        scrap, paper = b.receipts()
        assert differing(paper, picture(slip)) == 0
        assert scrap.height < paper.height / 2
        if clears == "on":  # nothing of the first try came after the paper was back
            assert scrap.height <= 21 * 24
        assert await b.printer.print(slip, "receipt/1") == YES
        assert len(b.receipts()) == 2


@pytest.mark.parametrize(("fault", "code"), [
    ("cover_open", "printer.cover_open"), ("jam", "printer.jam"), ("hot", "printer.hot"),
    ("offline", "printer.offline"),
])  # fmt: skip
async def test_what_befalls_it_in_the_middle_is_said_and_the_receipt_comes_out_whole_later(
    tmp_path: Path, fault: str, code: str
) -> None:
    async with bench(tmp_path, SLOW) as b:
        work = asyncio.create_task(b.printer.print(SLIP, "a"))
        await b.until(lambda: bool(b.simulator._head.page.rows))
        await b.fault(fault)
        result = await work
        assert isinstance(result, Fault)
        assert result.code == code
        await b.mend()
        assert await b.printer.print(SLIP, "a") == YES
        assert [differing(paper, WHOLE) for paper in b.receipts()].count(0) == 1
        assert differing(b.receipts()[-1], WHOLE) == 0


async def test_a_jammed_knife_is_said(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.fault("cutter")
        result = await b.printer.print(SLIP)
        assert isinstance(result, Fault)
        assert result.code == "printer.cutter"
        assert (await b.printer.status()).code == "printer.cutter"


async def test_a_connection_that_breaks_before_the_end_is_a_fault_and_the_next_try_is_whole(tmp_path: Path) -> None:
    slip = receipt(BIRTH, WORDS)
    async with bench(tmp_path) as b:
        await b.fault("closes", after_bytes=20000)
        result = await b.printer.print(slip)
        assert isinstance(result, Fault)
        assert result.code == "printer.offline"
        await b.mend()
        assert await b.printer.print(slip) == YES
        assert differing(b.receipts()[-1], picture(slip)) == 0
        assert all(differing(paper, picture(slip)) for paper in b.receipts()[:-1])


@pytest.mark.parametrize("fault", ["deaf", "closes", "unplug"])
async def test_silence_after_the_last_byte_is_doubt_and_never_success(tmp_path: Path, fault: str) -> None:
    slip = s.Slip("test", (s.Small("短"), s.Title("短"), s.Title("短")))
    async with bench(tmp_path, {"mm_s": 8, "buffer": 16384}) as b:
        work = asyncio.create_task(b.printer.print(slip, "a"))
        await b.until(lambda: e.CUT in bytes(b.simulator._in))
        await b.fault(fault)
        assert await work == UNSURE


async def test_a_slow_printer_is_waited_for(tmp_path: Path) -> None:
    async with bench(tmp_path, {"mm_s": 25}) as b:
        assert await b.printer.print(SLIP) == YES


async def test_nobody_waiting_any_more_stops_the_printer_and_the_next_slip_is_whole(tmp_path: Path) -> None:
    async with bench(tmp_path, SLOW) as b:
        work = asyncio.create_task(b.printer.print(receipt(BIRTH, WORDS)))
        await b.until(lambda: b.simulator._head.page.height > 100)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert await b.printer.print(SLIP) == YES
        scrap, paper = b.receipts()
        assert differing(paper, WHOLE) == 0
        assert scrap.height < 1000


# ---------------------------------------------------------------- what it can say


async def test_a_printer_that_answers_no_marks_is_never_said_to_have_confirmed(tmp_path: Path) -> None:
    async with bench(tmp_path, {"marks": "off"}) as b:
        assert await b.printer.print(SLIP) == UNSURE
        assert differing(b.receipts()[0], WHOLE) == 0


async def test_a_printer_that_answers_no_marks_still_says_that_its_paper_ended(tmp_path: Path) -> None:
    async with bench(tmp_path, {"marks": "off", "buffer": 65536}) as b:
        await b.fault("paper_out", after_lines=5)
        result = await b.printer.print(SLIP)
        assert isinstance(result, Fault)
        assert result.code == "printer.paper_out"
        await b.mend()
        assert await b.printer.print(SLIP) == UNSURE
        assert differing(b.receipts()[-1], WHOLE) == 0


async def test_a_printer_that_never_answers_is_believed_where_the_settings_say_so(tmp_path: Path) -> None:
    async with bench(tmp_path, extra="&status=none") as b:
        await b.fault("deaf")
        assert (await b.printer.status()).health == Health.UNKNOWN
        assert await b.printer.print(SLIP) == UNSURE
        await b.until(lambda: bool(b.simulator.receipts))
        assert differing(b.receipts()[0], WHOLE) == 0


async def test_an_unconfirmed_slip_may_be_printed_again_a_confirmed_one_not(tmp_path: Path) -> None:
    async with bench(tmp_path, {"marks": "off"}) as b:
        assert [await b.printer.print(SLIP, "a"), await b.printer.print(SLIP, "a")] == [UNSURE, UNSURE]
        assert len(b.receipts()) == 2
    async with bench(tmp_path) as b:
        assert [await b.printer.print(SLIP, "a"), await b.printer.print(SLIP, "a")] == [YES, YES]
        assert len(b.receipts()) == 1
        assert await b.printer.print(SLIP, "a/2") == YES
        assert len(b.receipts()) == 2


# ---------------------------------------------------------------- other lines, and nobody there


async def test_a_device_file_gets_the_bytes_and_nothing_is_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "lp0"
    file.touch()
    printer = open_receipt_printer(f"escpos+file://{file}", PrinterSettings())
    assert (await printer.status()).health == Health.UNKNOWN
    assert await printer.print(SLIP) == UNSURE
    assert file.read_bytes() == b"".join(commands(SLIP, Manner()))
    await printer.close()


async def test_a_serial_port_that_another_process_lets_go_soon_is_waited_for(tmp_path: Path) -> None:
    import fcntl

    async with bench(tmp_path, {"over": "pty"}) as b:
        with (tmp_path / "printer").open("rb", buffering=0) as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            work = asyncio.create_task(b.printer.print(SLIP))
            await asyncio.sleep(0.5)
            assert not work.done()
        assert await work == YES


async def test_a_serial_port_that_is_held_for_good_is_busy(tmp_path: Path) -> None:
    import fcntl

    async with bench(tmp_path, {"over": "pty"}) as b:
        with (tmp_path / "printer").open("rb", buffering=0) as other:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            result = await b.printer.print(SLIP)
            assert isinstance(result, Fault)
            assert result.code == "printer.busy"
        assert b.receipts() == []


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path) -> None:
    """The library leaves a pickle there, a new one for every process."""
    import os
    import subprocess
    import sys

    program = "from hardware.escpos_lines import devices; assert devices().Network"
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []


async def test_a_character_device_that_answers_confirms(tmp_path: Path) -> None:
    async with bench(tmp_path, {"over": "pty"}) as b:
        printer = from_address(parse(f"escpos+file://{tmp_path / 'printer'}"), settings=PrinterSettings(), timing=QUICK)
        assert await printer.print(SLIP) == YES
        assert differing(b.receipts()[0], WHOLE) == 0
        await printer.close()


@pytest.mark.parametrize(("address", "code", "health"), [
    ("escpos+file:///nowhere/lp0", "printer.absent", Health.ABSENT),
    ("escpos+serial:///nowhere/ttyS9", "printer.absent", Health.ABSENT),
    ("escpos+usb://04b8:ffff", "printer.absent", Health.ABSENT),
])  # fmt: skip
async def test_a_printer_that_is_not_there_is_absent(address: str, code: str, health: Health) -> None:
    printer = open_receipt_printer(address, PrinterSettings())
    status = await printer.status()
    assert (status.health, status.code) == (health, code)
    result = await printer.print(SLIP)
    assert isinstance(result, Fault)
    assert result.code == code
    await printer.close()


async def test_nobody_at_a_network_address_is_offline() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        printer = open_receipt_printer(f"escpos+tcp://127.0.0.1:{taken.getsockname()[1]}", PrinterSettings())
        assert (await printer.status()).code == "printer.offline"
        await printer.close()


@pytest.mark.parametrize("address", [
    "escpos+tcp://", "escpos+tcp://host:9100?bufer=1", "escpos+serial:///dev/ttyS1?baud=12345",
    "escpos+serial:///dev/ttyS1?flow=maybe", "escpos+usb://printer", "escpos+file://", "escpos+tcp://host?mark=maybe",
    "sam:///dev/ttyS1",
])  # fmt: skip
def test_an_address_that_names_no_printer_is_refused_with_a_right_one(address: str) -> None:
    with pytest.raises(AddressError):
        open_receipt_printer(address, PrinterSettings())


@pytest.mark.parametrize("settings", [
    PrinterSettings(width_dots=500), PrinterSettings(encoding="big5"), PrinterSettings(mode="poem"),
])  # fmt: skip
def test_settings_that_no_printer_has_are_refused(settings: PrinterSettings) -> None:
    with pytest.raises(AddressError, match="printer"):
        open_receipt_printer("escpos+tcp://192.0.2.7", settings)

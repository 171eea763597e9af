"""The one-time notice comes out on A4 where there is a printer for it, as a slip where there is none or it fails."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from config import locales
from config.settings import Settings
from hardware.addresses import parse
from hardware.document_printer import DocumentPrinter, Timing, from_address
from kiosk.visiting.performing import Performer
from matters.effects import PrintNotice
from matters.outcomes import Failed, Printed
from matters.steps import Notice
from matters.visit import Visit
from papers.draw import picture
from papers.slip import Slip
from tests.hardware.cups import cups
from tests.matters.drive import Drive

PATIENT = Timing(answer_s=20.0, poll_s=0.05, look_s=0.1, stuck_s=40.0, whole_s=80.0)
ZH = locales.load("zh")


class SlipPrinter:
    """Takes slips; what a receipt printer does with them is tested beside the real drivers."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    async def print(self, slip: Slip, _job: str = "") -> Printed:
        self.slips.append(slip)
        return Printed(confirmed=True)


class Remembered:
    """A document printer, and what it said of each document."""

    def __init__(self, printer: DocumentPrinter) -> None:
        self.printer = printer
        self.said: list[object] = []

    async def print(self, pdf: bytes) -> object:
        self.said.append(await self.printer.print(pdf))
        return self.said[-1]


def at_notice() -> Visit:
    drive = Drive()
    assert isinstance(drive.start("pension"), Notice)
    return drive.visit


def performer(visit: Visit, ports: dict[str, Any]) -> Performer:
    process: Any = SimpleNamespace(
        devices=SimpleNamespace(ports=ports), present=lambda: visit, settings=Settings(), words=ZH, tested=False
    )
    return Performer(process)


async def printed(visit: Visit, ports: dict[str, Any]) -> object:
    return await asyncio.wait_for(performer(visit, ports)._print_notice(PrintNotice("print"), lambda _code: None), 100)


def text_of(document: bytes, folder: Path) -> str:
    (folder / "notice.pdf").write_bytes(document)
    command = ["pdftotext", "-layout", str(folder / "notice.pdf"), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_a_notice_comes_out_of_the_a4_printer_and_says_what_the_screen_says(tmp_path: Path) -> None:
    slips = SlipPrinter()
    async with cups() as service:
        sheets = Remembered(from_address(parse(service.address), timing=PATIENT))
        ports = {"document_printer": sheets, "receipt_printer": slips}
        assert isinstance(await printed(at_notice(), ports), Printed)
        assert slips.slips == [], sheets.said
        (document,) = service.printed()
    said = text_of(document, tmp_path)
    assert "一次告知单" in said
    assert "户口簿" in said
    assert Settings().place.phone in said


async def test_a_notice_the_a4_printer_cannot_bring_out_comes_as_a_slip() -> None:
    slips = SlipPrinter()
    async with cups() as service:
        service.ail("media-empty-error")
        ports = {"document_printer": from_address(parse(service.address), timing=PATIENT), "receipt_printer": slips}
        assert isinstance(await printed(at_notice(), ports), Printed)
        assert service.printed() == []
    assert len(slips.slips) == 1


async def test_the_guide_comes_as_a_slip_that_says_who_what_it_costs_and_each_step() -> None:
    slips = SlipPrinter()
    made = await performer(at_notice(), {"receipt_printer": slips})._print_notice(
        PrintNotice("print", guide=True), lambda _code: None
    )
    assert isinstance(made, Printed)
    (slip,) = slips.slips
    assert slip.kind == "guide"
    said = repr(slip.blocks)
    matter = at_notice().catalogue.matters["pension"]
    (item,) = matter.items
    for words in (
        "办事指南",
        matter.who,
        item.department,
        item.basis.text,
        " → ".join(item.steps),
        item.result,
        "户口簿",
    ):
        assert words in said
    assert picture(slip, 576).width == 576


async def test_where_there_is_no_receipt_printer_what_ails_the_a4_printer_is_said() -> None:
    async with cups() as service:
        service.ail("media-empty-error")
        ports = {"document_printer": from_address(parse(service.address), timing=PATIENT)}
        failed = await printed(at_notice(), ports)
        assert isinstance(failed, Failed)
        assert failed.code.startswith("document_printer.")


async def test_without_an_a4_printer_it_is_the_slip() -> None:
    slips = SlipPrinter()
    assert isinstance(await printed(at_notice(), {"receipt_printer": slips}), Printed)
    assert len(slips.slips) == 1

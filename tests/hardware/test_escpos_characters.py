"""Slips written in the printer's own characters, and what a printer makes of bytes it was not made for."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp

from hardware import escpos_bytes as e
from hardware.escpos_head import Head, Page
from matters.outcomes import Printed
from papers import draw
from papers import slip as s
from papers.receipt import receipt
from tests.hardware.printers import bench, in_characters
from tests.papers.pictures import assert_like_golden, differing
from tests.papers.samples import BIRTH, LONG_QR, WORDS

ASKED = (
    *("回　执", "已经交上去了", "新生儿出生", "王*兰", "2026年3月12日 10:41"),
    *("3121 0047", "户口簿2页", "不要钱。有人收钱，打 12345"),
)


def codes(picture: object) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]  # type: ignore[attr-defined]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
@pytest.mark.parametrize("width", [576, 384])
async def test_every_word_of_a_receipt_comes_out_in_characters(tmp_path: Path, encoding: str, width: int) -> None:
    settings = in_characters(encoding=encoding, width_dots=width)
    async with bench(tmp_path, {"encoding": encoding, "width": width}, settings) as b:
        assert await b.printer.print(receipt(BIRTH, WORDS)) == Printed(confirmed=True)
        text = b.simulator.texts[0]
        assert [word for word in ASKED if word not in text] == []
        assert "?" not in text
        assert codes(b.receipts()[0]) == [BIRTH.qr]


async def test_a_receipt_in_characters_looks_as_it_was_approved(tmp_path: Path) -> None:
    async with bench(tmp_path, settings=in_characters(native_qr=True)) as b:
        await b.printer.print(receipt(replace(BIRTH, name="䶮*兰", qr=LONG_QR), WORDS))
        assert codes(b.receipts()[0]) == [LONG_QR]
        assert_like_golden(b.receipts()[0], "receipt-characters-80mm")


@pytest.mark.parametrize(("name", "encoding"), [("𠮷*兰", "gb18030"), ("㐂*兰", "gbk"), ("䶮*兰", "gb2312")])
async def test_a_name_the_printer_lacks_comes_out_as_a_picture_of_itself(
    tmp_path: Path, name: str, encoding: str
) -> None:
    row = s.Row("谁来办", name)
    async with bench(tmp_path, {"encoding": encoding}, in_characters(encoding=encoding)) as b:
        await b.printer.print(s.Slip("test", (row,)))
        (paper,) = b.receipts()
        drawn = draw.block(row, 576)
        assert differing(paper.crop((0, 0, 576, drawn.height)), drawn) == 0
        assert "?" not in b.simulator.texts[0]


async def test_a_printer_without_chinese_gets_pictures_only(tmp_path: Path) -> None:
    slip = s.Slip("test", (s.Text("兰"),))
    async with bench(tmp_path, settings=in_characters(encoding="none")) as b:
        await b.printer.print(slip)
        assert differing(b.receipts()[0], draw.picture(slip)) == 0


# ---------------------------------------------------------------- the pretended printer is as unforgiving as a real one


async def page_of(data: bytes, encoding: str = "gb18030", *, kanji: bool = False) -> Page:
    head = Head(576, encoding, kanji)
    left = bytearray(data)

    async def take(count: int) -> bytes:
        if len(left) < count:
            raise EOFError
        taken = bytes(left[:count])
        del left[:count]
        return taken

    with contextlib.suppress(EOFError):
        async for _ in head.run(take):
            await asyncio.sleep(0)
    assert not left
    return head.page


async def test_without_chinese_mode_the_bytes_are_garbled() -> None:
    page = await page_of(e.INIT + "王兰".encode("gb18030") + b"\n")
    assert "王" not in page.text
    assert page.text.strip() == "王兰".encode("gb18030").decode("cp437")


async def test_starting_over_switches_chinese_mode_off_again() -> None:
    page = await page_of(e.CHINESE_ON + e.INIT + "王".encode("gb18030") + b"\n")
    assert "王" not in page.text


async def test_some_printers_are_in_chinese_mode_from_the_start() -> None:
    assert (await page_of("王".encode("gb18030") + b"\n", kanji=True)).text == "王\n"


@pytest.mark.parametrize(("character", "encoding", "comes_out"), [
    ("㐂", "gb18030", "㐂"), ("㐂", "gbk", "?"), ("㐂", "gb2312", "?"),
    ("镕", "gbk", "镕"), ("镕", "gb2312", "?"), ("𠮷", "gb18030", "?"),
])  # fmt: skip
async def test_what_its_type_does_not_hold_is_a_question_mark(character: str, encoding: str, comes_out: str) -> None:
    page = await page_of(e.CHINESE_ON + character.encode("gb18030") + b"A\n", encoding)
    assert page.text == comes_out + "A\n"


async def test_a_line_too_long_for_the_paper_goes_on_in_the_next() -> None:
    page = await page_of(e.CHINESE_ON + ("王" * 25 + "\n").encode("gb18030"))
    assert [row.height for row in page.rows] == [30, 30]


async def test_sizes_and_places_are_the_printers_own() -> None:
    page = await page_of(e.CHINESE_ON + e.RIGHT + e.size(2, 2) + "王\n".encode("gb18030"))
    (row,) = page.rows
    assert row.height == 54
    box = row.convert("L").point(lambda dot: 255 - dot).getbbox()
    assert box is not None
    assert box[0] >= 576 - 48
    assert box[3] > 30

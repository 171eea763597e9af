"""A4 documents through a real CUPS service, and what befalls printer and service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hardware import ipp
from hardware.addresses import AddressError, parse
from hardware.document_printer import IppPrinter, Timing, from_address, open_document_printer
from hardware.ports import Fault, Health
from matters.outcomes import Printed
from tests.hardware.cups import Cups, cups

QUICK = Timing(answer_s=5.0, poll_s=0.05, look_s=0.1, stuck_s=10.0, whole_s=30.0)
PATIENCE_S = 30
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"


@pytest.fixture
async def service() -> AsyncIterator[Cups]:
    async with cups() as made:
        yield made


def printer(service: Cups) -> IppPrinter:
    return from_address(parse(service.address), timing=QUICK)


async def test_a_document_comes_out_byte_for_byte(service: Cups) -> None:
    one = printer(service)
    assert (await one.status()).health is Health.ONLINE
    # The queue pushes bytes to a device that cannot say that the paper came out: nobody may say it for it.
    assert await asyncio.wait_for(one.print(PDF), PATIENCE_S) == Printed(confirmed=False)
    assert service.printed() == [PDF]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("media-empty-error", "document_printer.paper_out"),
        ("media-jam-error", "document_printer.jam"),
        ("cover-open-error", "document_printer.cover_open"),
    ],
)
async def test_a_document_that_cannot_come_out_is_taken_back_and_never_comes_by_itself(
    service: Cups, word: str, code: str
) -> None:
    one = printer(service)
    service.ail(word)
    got = await asyncio.wait_for(one.print(PDF), PATIENCE_S)
    assert isinstance(got, Fault)
    assert got.code == code
    await never_comes(service)


async def print_and_go_away(service: Cups, one: IppPrinter) -> None:
    """Cancels as soon as the queue's printer has the document."""
    service.ail("wait")
    printing = asyncio.create_task(one.print(PDF))
    async with asyncio.timeout(PATIENCE_S):
        while not list((service.folder / "paper").glob("part.*")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    printing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await printing


async def never_comes(service: Cups) -> None:
    await asyncio.sleep(0.5)
    service.mend()
    await asyncio.sleep(0.7)
    assert service.printed() == []


async def test_who_goes_away_takes_the_document_back(service: Cups) -> None:
    await print_and_go_away(service, printer(service))
    await never_comes(service)


@asynccontextmanager
async def far_away(service: Cups, delay_s: float) -> AsyncIterator[str]:
    """The address of its queue by a way on which every answer takes so long."""
    near, far = (str(service.folder / "run" / name) for name in ("cups.sock", "far.sock"))

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_unix_connection(near)

        async def back() -> None:
            while data := await answers.read(65536):
                await asyncio.sleep(delay_s)
                writer.write(data)

        answering = asyncio.create_task(back())
        while data := await reader.read(65536):
            questions.write(data)
        questions.close()
        await answering
        writer.close()

    async with await asyncio.start_unix_server(pass_on, far):
        yield f"cups:///A4?socket={far}"


async def test_who_goes_away_before_the_answer_came_takes_the_document_back(service: Cups) -> None:
    async with far_away(service, 0.8) as address:
        await print_and_go_away(service, from_address(parse(address), timing=QUICK))
    await never_comes(service)


async def test_a_queue_that_was_stopped_says_so_before_anything_is_sent(service: Cups) -> None:
    await service.admin("cupsdisable", "A4")
    one = printer(service)
    assert (await one.status()).code == "document_printer.stopped"
    assert await one.print(PDF) == Fault("document_printer.stopped", "before printing")
    await service.admin("cupsenable", "A4")
    assert (await one.status()).health is Health.ONLINE


async def test_a_queue_that_is_not_there_is_absent(service: Cups) -> None:
    one = from_address(parse(service.address.replace("/A4", "/A3")), timing=QUICK)
    assert (await one.status()).health is Health.ABSENT


async def test_the_service_may_die_and_come_back() -> None:
    async with cups() as made:
        one = printer(made)
        assert (await one.status()).health is Health.ONLINE
        made.process.kill()
        await made.process.wait()
        assert (await one.status()).code == "document_printer.service_down"
        got = await one.print(PDF)
        assert isinstance(got, Fault)
        assert got.code == "document_printer.service_down"


@pytest.mark.parametrize("text", ["cups:///", "cups://host/A4", "cups:///a/b", "ipp:///ipp/print", "cups:///A4?x=1"])
def test_addresses_that_name_no_printer_are_refused(text: str) -> None:
    with pytest.raises(AddressError):
        open_document_printer(text)


def test_a_request_is_these_bytes() -> None:
    asked = ipp.request(ipp.Operation.GET_PRINTER, "ipp://localhost/printers/A4", 7)
    assert asked[:8].hex() == "0200000b00000007"
    assert asked[8:].startswith(b"\x01\x47\x00\x12attributes-charset\x00\x05utf-8\x48")
    assert asked.endswith(b"\x45\x00\x0bprinter-uri\x00\x1bipp://localhost/printers/A4\x03")


def test_a_reply_cut_anywhere_is_an_error_and_nothing_else() -> None:
    whole = (
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x04"
        + ipp._one(ipp.ENUM, "printer-state", b"\x00\x00\x00\x05")
        + ipp._one(ipp.KEYWORD, "printer-state-reasons", b"media-empty-error")
        + ipp._one(ipp.KEYWORD, "", b"paused")
        + b"\x03"
    )
    reply = ipp.read(whole)
    assert (reply.number("printer-state"), reply.words("printer-state-reasons")) == (5, ("media-empty-error", "paused"))
    for end in range(len(whole)):
        with pytest.raises(ipp.IppError):
            ipp.read(whole[:end])

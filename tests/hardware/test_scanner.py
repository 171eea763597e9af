"""Code scanners: by their bytes, by their keys, by a camera; whatever befalls them."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hardware.addresses import AddressError
from hardware.camera_simulator import CameraSimulator
from hardware.ports import Fault, Health
from hardware.scanner import Code, CodeKind, CodeScanner, kind_of, open_scanner
from hardware.scanner_driver import Lines
from hardware.scanner_keys import Keys, typed
from hardware.scanner_simulator import ScannerSimulator
from hardware.simulators import Setup
from papers import draw
from tests.wire import people
from tests.wire.test_receipt import CLAIMS
from wire import receipt

PATIENCE_S = 15
RECEIPT = receipt.make_code(CLAIMS, people.terminal_key(), "https://xian.example")
PHONE = "https://example.invalid/ec?token=Ab9-_=&x=1#%e4"


@asynccontextmanager
async def bench(folder: Path, **options: Any) -> AsyncIterator[tuple[ScannerSimulator, CodeScanner]]:
    simulator = ScannerSimulator(Setup("scanner", folder, {"pace": 0, **options}))
    scanner = open_scanner(await simulator.start())
    try:
        yield simulator, scanner
    finally:
        await scanner.close()
        await simulator.stop()


async def scanned(simulator: ScannerSimulator, scanner: CodeScanner, text: str) -> Code | Fault:
    waiting = asyncio.create_task(scanner.scan())
    await scanner.status()
    await asyncio.sleep(0.02)
    await simulator.command("scan", {"text": text})
    return await asyncio.wait_for(waiting, PATIENCE_S)


@pytest.mark.parametrize("over", ["serial", "keys"])
@pytest.mark.parametrize("end", ["cr", "lf", "none"])
@pytest.mark.parametrize("text", [RECEIPT, PHONE, "6921168509256", "43119919960409002X"])
async def test_what_is_held_before_it_comes_out_character_for_character(
    tmp_path: Path, over: str, end: str, text: str
) -> None:
    async with bench(tmp_path, over=over, end=end) as (simulator, scanner):
        assert await scanned(simulator, scanner, text) == Code(text)


def test_a_receipt_is_known_by_its_form_and_a_phones_code_is_not_ours() -> None:
    assert kind_of(RECEIPT) is CodeKind.RECEIPT
    assert kind_of(RECEIPT.lower()) is CodeKind.RECEIPT
    assert kind_of(RECEIPT.replace("/R#", "/S#")) is CodeKind.SLIP
    for text in (PHONE, "", "R#ABC", RECEIPT + " ", "https://evil.example/R", RECEIPT.replace("/R#", "/X#")):
        assert kind_of(text) is CodeKind.OTHER


def test_a_code_is_a_secret_and_its_repr_shows_none_of_it() -> None:
    assert RECEIPT[-20:] not in repr(Code(RECEIPT))
    assert "receipt" in repr(Code(RECEIPT))


async def test_a_code_scanned_before_anybody_asked_is_forgotten(tmp_path: Path) -> None:
    async with bench(tmp_path) as (simulator, scanner):
        await scanner.status()
        await simulator.command("scan", {"text": "earlier"})
        await asyncio.sleep(0.3)
        assert await scanned(simulator, scanner, "now") == Code("now")


@pytest.mark.parametrize("over", ["serial", "keys"])
async def test_of_a_code_that_nobody_asked_for_only_the_kind_is_told(tmp_path: Path, over: str) -> None:
    async with bench(tmp_path, over=over) as (simulator, scanner):
        await scanner.status()
        kinds: asyncio.Queue[CodeKind] = asyncio.Queue()

        async def hear() -> None:
            async for kind in scanner.unasked():
                kinds.put_nowait(kind)

        hearing = asyncio.create_task(hear())
        await asyncio.sleep(0.02)
        for text, kind in ((RECEIPT, CodeKind.RECEIPT), (RECEIPT.replace("/R#", "/S#"), CodeKind.SLIP),
                           (PHONE, CodeKind.OTHER)):  # fmt: skip
            await simulator.command("scan", {"text": text})
            assert await asyncio.wait_for(kinds.get(), PATIENCE_S) is kind
        assert await scanned(simulator, scanner, "asked for") == Code("asked for")
        assert kinds.empty()
        hearing.cancel()


async def test_the_same_code_twice_within_seconds_is_one(tmp_path: Path) -> None:
    async with bench(tmp_path) as (simulator, scanner):
        await simulator.command("fault", {"what": "doubled"})
        assert await scanned(simulator, scanner, "once") == Code("once")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(scanner.scan(), 0.4)


async def test_noise_is_said_to_be_noise(tmp_path: Path) -> None:
    async with bench(tmp_path) as (simulator, scanner):
        await simulator.command("fault", {"what": "garbage"})
        got = await scanned(simulator, scanner, RECEIPT)
        assert isinstance(got, Fault)
        assert got.code == "scanner.garbled"


async def test_at_the_lines_own_pace_a_long_code_is_still_one(tmp_path: Path) -> None:
    async with bench(tmp_path, pace=1, end="none") as (simulator, scanner):
        assert await scanned(simulator, scanner, RECEIPT) == Code(RECEIPT)


@pytest.mark.parametrize("over", ["serial", "keys"])
async def test_unplugged_while_somebody_waits_it_is_said_and_back_it_reads(tmp_path: Path, over: str) -> None:
    async with bench(tmp_path, over=over) as (simulator, scanner):
        waiting = asyncio.create_task(scanner.scan())
        assert (await scanner.status()).health is Health.ONLINE
        await asyncio.sleep(0.02)
        await simulator.command("unplug", {})
        got = await asyncio.wait_for(waiting, PATIENCE_S)
        assert isinstance(got, Fault)
        assert got.code == "scanner.absent"
        await simulator.command("replug", {})

        async def back() -> None:
            async for status in scanner.watch():
                if status.health is Health.ONLINE:
                    return

        await asyncio.wait_for(back(), PATIENCE_S)
        assert await scanned(simulator, scanner, "again") == Code("again")


async def test_one_that_was_never_there_says_so_at_once(tmp_path: Path) -> None:
    scanner = open_scanner(f"scan+serial://{tmp_path}/none")
    try:
        assert (await scanner.status()).code == "scanner.absent"
        got = await asyncio.wait_for(scanner.scan(), PATIENCE_S)
        assert isinstance(got, Fault)
    finally:
        await scanner.close()


async def test_a_file_that_is_no_input_device_is_not_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(typed("secret\n"))
    scanner = open_scanner(f"scan+keys://{tmp_path}/file")
    try:
        assert (await scanner.status()).health is not Health.ONLINE
    finally:
        await scanner.close()


def test_addresses_that_name_no_scanner_are_refused() -> None:
    for text in (
        "scan+serial://host/dev/x",
        "scan+serial:///dev/x?baud=7",
        "scan+keys:///dev/x?grab=maybe",
        "scan:///dev/x",
    ):
        with pytest.raises(AddressError):
            open_scanner(text)


def test_keys_come_out_as_they_were_typed_however_the_stream_is_cut() -> None:
    text = "".join(chr(c) for c in range(0x20, 0x7F)) + "\n"
    data = typed(text)
    dice = random.Random(1)
    for _ in range(20):
        keys, out, at = Keys(), "", 0
        while at < len(data):
            size = dice.randrange(1, 90)
            out += keys.feed(data[at : at + size])
            at += size
        assert out == text


def test_a_code_longer_than_any_is_refused_and_the_next_is_read() -> None:
    lines = Lines()
    assert [type(one) for one in lines.feed(b"A" * 5000 + b"\r")] == [Fault]
    assert lines.feed(b"next\r") == [Code("next")]


async def test_a_camera_reads_the_code_on_a_receipt_laid_under_it(tmp_path: Path) -> None:
    draw.qr(RECEIPT, 400, 576).convert("RGB").save(tmp_path / "code.png")
    simulator = CameraSimulator(Setup("camera", tmp_path, {"width": 1280, "height": 960}))
    scanner = open_scanner("scan+" + await simulator.start())
    try:
        waiting = asyncio.create_task(scanner.scan())
        await simulator.command("place", {"picture": str(tmp_path / "code.png"), "as": "page"})
        assert await asyncio.wait_for(waiting, 40) == Code(RECEIPT)
    finally:
        await scanner.close()
        await simulator.stop()


async def test_a_camera_that_is_not_there_ends_the_scan_with_its_card(tmp_path: Path) -> None:
    scanner = open_scanner(f"scan+camera://{tmp_path}/none")
    assert (await scanner.status()).code == "scanner.absent"
    got = await asyncio.wait_for(scanner.scan(), 40)
    assert isinstance(got, Fault)
    assert got.code == "scanner.absent"

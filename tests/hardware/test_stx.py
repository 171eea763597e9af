"""The other makers' framing: exact bytes, streams however they are cut, and the driver against a reader on a pty."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hardware import stx
from hardware.addresses import UNVERIFIED, parse
from hardware.ports import CardRecord, Fault, Health
from hardware.sam import Damaged
from hardware.sam_card import encode_text
from hardware.sample_cards import sample_cards
from hardware.simulators import Setup
from hardware.stx_reader import StxReader
from hardware.stx_simulator import StxSimulator
from tests.hardware.test_sam_reader import PATIENCE_S, QUICK

WANG = sample_cards()["wang-xiaolan"].record
TEXT = encode_text(WANG)


def test_the_questions_are_these_bytes() -> None:
    frames = [stx.encode(q).hex(" ").upper() for q in (stx.EVERYTHING, stx.NUMBER, stx.NAME_AND_NUMBER, stx.TEXT)]
    assert frames == [
        "02 00 03 CA 01 00 CB 03",
        "02 00 03 CA 01 01 CA 03",
        "02 00 03 CA 01 02 C9 03",
        "02 00 03 CA 01 03 C8 03",
    ]


@pytest.mark.parametrize("data", [b"\x90\x00" + TEXT, TEXT + b"\x90\x00"])
def test_the_status_may_stand_before_or_behind_the_content(data: bytes) -> None:
    answer = stx.decode_answer(data)
    assert (answer.word, answer.data) == (stx.WELL, TEXT)


def test_a_refusal_carries_no_content() -> None:
    assert stx.decode_answer(b"\x6a\x82" + TEXT) == stx.Answer(0x6A82, b"")


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        (b"\x02\x00\x02\x90\x00", "short"),
        (b"\x03\x00\x02\x90\x00\x90\x03", "start"),
        (b"\x02\x00\x03\x90\x00\x90\x03", "length"),
        (b"\x02\x00\x02\x90\x00\x90\x02", "end"),
        (b"\x02\x00\x02\x90\x00\x91\x03", "checksum"),
    ],
)
def test_what_is_no_frame_is_said_to_be_none(spoiled: bytes, reason: str) -> None:
    with pytest.raises(stx.StxError) as caught:
        stx.decode(spoiled)
    assert caught.value.reason == reason


def test_answers_are_found_however_the_stream_is_cut() -> None:
    stream = b"\x55\x02\x02" + stx.frame(b"\x90\x00" + TEXT) + b"\x00\xff" + stx.frame(b"\x6a\x82")
    dice = random.Random(4)
    for _ in range(50):
        parser, found, at = stx.Parser(), [], 0
        while at < len(stream):
            size = dice.randrange(1, 60)
            found += parser.feed(stream[at : at + size])
            at += size
        assert [one for one in found if isinstance(one, stx.Answer)] == [
            stx.Answer(stx.WELL, TEXT),
            stx.Answer(0x6A82),
        ]


def test_a_damaged_answer_is_reported_and_the_next_is_found() -> None:
    good = stx.frame(b"\x90\x00" + TEXT)
    parser = stx.Parser()
    found = parser.feed(good[:50] + b"\x99" + good[51:] + stx.frame(b"\x6a\x82"))
    assert Damaged("checksum") in found
    assert stx.Answer(0x6A82) in found


def test_nobody_sees_a_person_in_an_answer_that_is_printed() -> None:
    assert repr(stx.Answer(stx.WELL, TEXT)) == "Answer(9000, 256 bytes)"


@asynccontextmanager
async def bench(folder: Path, **options: Any) -> AsyncIterator[tuple[StxSimulator, StxReader]]:
    simulator = StxSimulator(Setup("id_card", folder, {"pace": 0, "delay": 0.1, **options}))
    address = await simulator.start()
    reader = StxReader(address, parse(address).path, timing=QUICK)
    try:
        yield simulator, reader
    finally:
        await reader.close()
        await simulator.stop()


async def read(reader: StxReader) -> CardRecord | Fault:
    return await asyncio.wait_for(reader.read(), PATIENCE_S)


@pytest.mark.parametrize("status", ["first", "last"])
@pytest.mark.parametrize("name", sorted(sample_cards()))
async def test_every_kind_of_card_is_read_whole(tmp_path: Path, name: str, status: str) -> None:
    async with bench(tmp_path, status=status) as (simulator, reader):
        await simulator.command("insert", {"card": name})
        laid, got = sample_cards()[name].record, await read(reader)
        assert isinstance(got, CardRecord)
        assert (got.kind, got.name, got.id_number, got.photo) == (laid.kind, laid.name, laid.id_number, laid.photo)


async def test_a_card_that_stays_is_one_event(tmp_path: Path) -> None:
    async with bench(tmp_path) as (simulator, reader):
        await simulator.command("insert", {"card": "wang-xiaolan"})
        assert isinstance(await read(reader), CardRecord)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(), 0.6)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"what": "word", "sw": 0x6A82, "on": "read"}, "card.unreadable"),
        ({"what": "pulled", "on": "read"}, "card.removed_early"),
        ({"what": "checksum", "on": "read", "times": 0}, "card.unreadable"),
        ({"what": "silent", "on": "read", "times": 0}, "reader.silent"),
        ({"what": "truncated", "on": "read", "times": 0}, "card.unreadable"),
        ({"what": "length", "on": "read", "times": 0}, "card.unreadable"),
    ],
)
async def test_what_befalls_a_read_has_its_own_card(tmp_path: Path, fault: dict[str, Any], code: str) -> None:
    async with bench(tmp_path) as (simulator, reader):
        await simulator.command("fault", fault)
        await simulator.command("insert", {"card": "wang-xiaolan"})
        got = await read(reader)
        assert isinstance(got, Fault)
        assert got.code == code


@pytest.mark.parametrize("what", ["split", "noise", "checksum", "corrupted", "truncated", "silent", "doubled"])
async def test_a_single_trouble_on_the_line_is_got_over(tmp_path: Path, what: str) -> None:
    async with bench(tmp_path) as (simulator, reader):
        await simulator.command("fault", {"what": what, "on": "read"})
        await simulator.command("insert", {"card": "wang-xiaolan"})
        assert isinstance(await read(reader), CardRecord)


async def test_unplugged_and_back_it_is_said_and_it_reads(tmp_path: Path) -> None:
    async with bench(tmp_path) as (simulator, reader):
        assert (await reader.status()).health is Health.ONLINE
        await simulator.command("unplug", {})
        assert (await reader.status()).code == "reader.absent"
        await simulator.command("replug", {})
        await simulator.command("insert", {"card": "wang-xiaolan"})
        assert isinstance(await read(reader), CardRecord)


async def test_what_has_met_no_real_device_says_so(tmp_path: Path) -> None:
    assert parse("stx:///dev/ttyUSB0").scheme in UNVERIFIED
    async with bench(tmp_path) as (_, reader):
        assert (await reader.status()).detail == {"verified": "no"}

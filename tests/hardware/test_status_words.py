"""Every status word a reader may answer with, at every step of a read; every status byte a printer may send."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.faults import fault_cards
from hardware import escpos_bytes as e
from hardware.escpos_talk import hindrance, status_of
from hardware.ports import Fault, Health
from hardware.sam import Word
from hardware.sam_reader import SamReader
from hardware.sam_simulator import SamSimulator
from hardware.simulators import Setup
from tests.hardware.test_sam_reader import QUICK, Bench, record

LINE, OURS = "reader.faulty", "reader.faulty"
REFUSED, THERE = "card.refused", "card.unreadable"
# What each word means when it is the answer to select, read or the added address, and stays so.
TABLE: dict[Word, str] = {
    Word.CHECKSUM: LINE,
    Word.LENGTH: LINE,
    Word.COMMAND: LINE,
    Word.UNKNOWN: LINE,
    Word.CARD_REFUSED_READER: REFUSED,
    Word.READER_REFUSED_CARD: REFUSED,
    Word.INFORMATION_CHECK: REFUSED,
    Word.WRONG_CARD: "card.unknown_kind",
    Word.READ_FAILED: THERE,
    Word.RANDOM_FAILED: OURS,
    Word.SELF_TEST_FAILED: OURS,
    Word.NOT_AUTHORISED: OURS,
    Word.NO_CARD: THERE,
    Word.SELECT_FAILED: THERE,
    Word.OK: "reader.silent",  # without the data that belongs to it: not this command's answer
    Word.NO_CONTENT: THERE,
    Word.FOUND: "reader.silent",  # an answer to another command
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    simulator = SamSimulator(Setup("id_card", tmp_path, {"pace": 0, "delay": 0.05}))
    address = await simulator.start()
    made = Bench(simulator, SamReader(address, address.removeprefix("sam://").partition("?")[0], timing=QUICK))
    yield made
    await made.reader.close()
    await simulator.stop()


def test_the_table_leaves_no_word_out() -> None:
    assert set(TABLE) == set(Word)


@pytest.mark.parametrize("on", ["select", "read", "added_address"])
@pytest.mark.parametrize("word", list(Word), ids=lambda word: word.name)
async def test_a_word_that_stays_has_its_fault_card_and_its_end_lets_the_card_be_read(
    bench: Bench, word: Word, on: str
) -> None:
    if (word, on) == (Word.NO_CONTENT, "added_address"):
        return  # there is none: no fault
    await bench.do("fault", what="word", sw=int(word), on=on, times=0)
    await bench.do("insert", card="wang-xiaolan")
    got = await bench.read()
    assert isinstance(got, Fault)
    # A card whose base data was read does not answer to being looked for until it is lifted: it counts as gone.
    gone = on == "added_address" and TABLE[word] == THERE
    assert got.code == ("card.removed_early" if gone else TABLE[word])
    assert got.code in fault_cards()
    await bench.do("mend")
    await bench.do("remove")
    await bench.do("insert", card="wang-xiaolan")
    assert record(await bench.read()).name == "王小兰"


# A sixteenth of the words that nobody knows: they all take one way.
@pytest.mark.parametrize("word", sorted(set(range(0x0F, 256, 16)) - {int(word) for word in Word}))
async def test_a_word_that_nobody_knows_is_a_card_that_was_not_read(bench: Bench, word: int) -> None:
    await bench.do("fault", what="word", sw=word, on="read", times=0)
    await bench.do("insert", card="wang-xiaolan")
    got = await bench.read()
    assert isinstance(got, Fault)
    assert got.code == "card.unreadable"


@pytest.mark.parametrize("on", ["find", "select", "read", "added_address"])
@pytest.mark.parametrize("do", ["unplug", "remove"])
async def test_whatever_is_taken_away_at_any_step_is_said_and_the_next_card_is_read(
    bench: Bench, on: str, do: str
) -> None:
    """State × disconnect: the cable, or the card, goes while the answer to that step is being worked on."""
    what = {"what": "reset", "after_s": 0.2} if do == "unplug" else {"what": "pulled"}
    await bench.do("fault", on=on, **what)
    await bench.do("insert", card="wang-xiaolan")
    if (do, on) == ("remove", "find"):  # a card that goes before it was found was never there: it waits on
        reading = asyncio.create_task(bench.read())
        await asyncio.sleep(0.3)
        await bench.do("insert", card="wang-xiaolan")
        assert record(await reading).name == "王小兰"
        return
    got = await bench.read()
    assert isinstance(got, Fault)
    assert got.code == ("reader.absent" if do == "unplug" else "card.removed_early")
    await bench.until(Health.ONLINE)
    await bench.do("remove")
    await bench.do("insert", card="wang-xiaolan")
    assert record(await bench.read()).name == "王小兰"


# Bit of the answer to DLE EOT n (Epson's command reference) -> what it says of the printer.
BITS: dict[tuple[int, int], str] = {
    (2, 0x04): "printer.cover_open",
    (2, 0x20): "printer.paper_out",
    (3, 0x04): "printer.jam",
    (3, 0x08): "printer.cutter",
    (3, 0x20): "printer.broken",
    (4, 0x20): "printer.paper_out",
    (4, 0x40): "printer.paper_out",
    (4, 0x60): "printer.paper_out",
}
WELL = dict.fromkeys((1, 2, 3, 4), 0x12)


@pytest.mark.parametrize(("bit", "code"), BITS.items())
def test_each_bit_that_stops_a_printer_has_its_card(bit: tuple[int, int], code: str) -> None:
    n, mask = bit
    state = e.read_state({**WELL, n: 0x12 | mask})
    assert hindrance(state) == code
    assert status_of(state).code == code
    assert status_of(state).health is not Health.ONLINE


def test_every_status_byte_at_every_place_is_understood_or_refused() -> None:
    cards = set(fault_cards())
    for n, byte in itertools.product((1, 2, 3, 4), range(256)):
        if not e.is_answer(byte):
            continue
        status = status_of(e.read_state({**WELL, n: byte}))
        assert status.code == "" or status.code in cards
        assert (status.health is Health.ONLINE) <= (status.code in ("", "printer.paper_low"))
    assert status_of(e.read_state(WELL)).health is Health.ONLINE


@pytest.mark.parametrize(
    "missing", [set(some) for k in (1, 2, 3, 4) for some in itertools.combinations((1, 2, 3, 4), k)]
)
def test_what_was_not_answered_is_unknown_and_never_well(missing: set[int]) -> None:
    detail = status_of(e.read_state({n: 0x12 for n in WELL if n not in missing})).detail
    assert (detail["cover"] == "unknown") == (2 in missing)
    assert (detail["cutter"] == "unknown") == (3 in missing)

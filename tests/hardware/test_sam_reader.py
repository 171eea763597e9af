"""The driver against a simulated reader on a real pty, through everything that befalls one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hardware.addresses import AddressError, open_id_card_reader
from hardware.ports import CardRecord, Fault, Health, IdCardReader, Status
from hardware.sam import Word
from hardware.sam_reader import SamReader, Timing
from hardware.sam_simulator import SamSimulator
from hardware.sample_cards import sample_cards
from hardware.simulators import Setup

# Short, so that tests are; their proportions are those of the real ones.
QUICK = Timing(
    poll_s=0.03,
    tend_s=0.05,
    answer_s=0.25,
    read_s=0.4,
    quiet_s=0.15,
    whole_s=3.0,
    slice_s=0.02,
    busy_s=0.3,
    same_card_s=1.0,
    lift_s=0.4,
)
PATIENCE_S = 15  # of the tests: only a hang takes so long


class Bench:
    """A simulated reader and a driver on its address."""

    def __init__(self, simulator: SamSimulator, reader: SamReader) -> None:
        self.simulator = simulator
        self.reader = reader
        self.found = 0

    async def do(self, do: str, **args: Any) -> None:
        await self.simulator.command(do, args)

    async def read(self) -> CardRecord | Fault:
        def count() -> None:
            self.found += 1

        return await asyncio.wait_for(self.reader.read(count), PATIENCE_S)

    async def until(self, health: Health, code: str = "") -> Status:
        async def wait() -> Status:
            async for status in self.reader.watch():
                if (status.health, status.code) == (health, code):
                    return status
            raise AssertionError

        return await asyncio.wait_for(wait(), PATIENCE_S)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    simulator = SamSimulator(Setup("id_card", tmp_path, {"pace": 0, "delay": 0.1}))
    address = await simulator.start()
    path = address.removeprefix("sam://").partition("?")[0]
    made = Bench(simulator, SamReader(address, path, timing=QUICK))
    yield made
    await made.reader.close()
    await simulator.stop()


def record(outcome: CardRecord | Fault) -> CardRecord:
    assert isinstance(outcome, CardRecord), outcome
    return outcome


def fault(outcome: CardRecord | Fault) -> Fault:
    assert isinstance(outcome, Fault), outcome
    return outcome


@pytest.mark.parametrize("name", sorted(sample_cards()))
async def test_every_kind_of_card_is_read_whole(bench: Bench, name: str) -> None:
    await bench.do("insert", card=name)
    read, laid = record(await bench.read()), sample_cards()[name].record
    assert (read.kind, read.name, read.id_number, read.birth) == (laid.kind, laid.name, laid.id_number, laid.birth)
    assert read.photo == laid.photo
    assert read.sam_number == "05.03-20250101-0000000042-0000000000"
    assert bench.found == 1


async def test_an_address_added_after_a_move_is_the_present_one(bench: Bench) -> None:
    await bench.do("insert", card="tan-moved")
    read = record(await bench.read())
    assert read.address == "示例省示例县老屋乡老屋村2组5号"
    assert read.current_address == "示例省示例县山背乡山背村8组1号"


async def test_an_expired_card_is_read_and_said_to_be_expired(bench: Bench) -> None:
    await bench.do("insert", card="li-dongmei")
    assert record(await bench.read()).expired_on(date(2026, 3, 1))


async def test_it_waits_for_a_card_that_comes_later(bench: Bench) -> None:
    reading = asyncio.create_task(bench.read())
    await asyncio.sleep(0.2)
    assert not reading.done()
    assert bench.found == 0
    await bench.do("insert", card="wang-xiaolan")
    assert record(await reading).name == "王小兰"


async def test_who_stops_waiting_leaves_the_reader_free_for_the_next(bench: Bench) -> None:
    reading = asyncio.create_task(bench.read())
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await bench.do("insert", card="chen-dashan")
    assert record(await bench.read()).name == "陈大山"
    assert bench.found == 1


@pytest.mark.parametrize(
    "befalls",
    [
        {"what": "late", "seconds": 0.35},
        {"what": "split", "pieces": 40, "pause_s": 0.005},
        {"what": "doubled"},
        {"what": "truncated", "keep": 3},
        {"what": "truncated", "keep": 8},
        {"what": "corrupted", "at": -3},
        {"what": "corrupted", "at": 2},
        {"what": "checksum"},
        {"what": "length", "by": 1},
        {"what": "length", "by": 900},
        {"what": "length", "by": -1},
        {"what": "silent"},
        {"what": "noise", "count": 200},
        {"what": "word", "sw": int(Word.CHECKSUM)},
        {"what": "word", "sw": int(Word.LENGTH)},
        {"what": "word", "sw": int(Word.COMMAND)},
        {"what": "word", "sw": int(Word.UNKNOWN)},
    ],
    ids=lambda befalls: "-".join(map(str, befalls.values())),
)
@pytest.mark.parametrize("on", ["find", "select", "read", "added_address"])
async def test_what_befalls_one_answer_costs_time_and_not_the_card(
    bench: Bench, befalls: dict[str, Any], on: str
) -> None:
    await bench.do("fault", on=on, **befalls)
    await bench.do("insert", card="tan-moved")
    read = record(await bench.read())
    assert (read.name, read.current_address) == ("谭搬新", "示例省示例县山背乡山背村8组1号")


@pytest.mark.parametrize(
    ("befalls", "code"),
    [
        ({"what": "word", "sw": int(Word.CARD_REFUSED_READER)}, "card.refused"),
        ({"what": "word", "sw": int(Word.READER_REFUSED_CARD)}, "card.refused"),
        ({"what": "word", "sw": int(Word.INFORMATION_CHECK)}, "card.refused"),
        ({"what": "word", "sw": int(Word.WRONG_CARD)}, "card.unknown_kind"),
        ({"what": "word", "sw": int(Word.READ_FAILED)}, "card.unreadable"),
        ({"what": "word", "sw": int(Word.SELECT_FAILED)}, "card.unreadable"),
        ({"what": "word", "sw": int(Word.NO_CARD)}, "card.unreadable"),
        ({"what": "word", "sw": 0x77}, "card.unreadable"),
        ({"what": "word", "sw": int(Word.RANDOM_FAILED)}, "reader.faulty"),
        ({"what": "word", "sw": int(Word.SELF_TEST_FAILED)}, "reader.faulty"),
        ({"what": "word", "sw": int(Word.NOT_AUTHORISED)}, "reader.faulty"),
        ({"what": "checksum", "times": 0}, "card.unreadable"),
        ({"what": "silent", "times": 0}, "reader.silent"),
        ({"what": "word", "sw": int(Word.COMMAND), "times": 0}, "reader.faulty"),
        ({"what": "pulled"}, "card.removed_early"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, value.values())),
)
async def test_what_cannot_be_mended_by_asking_again_has_its_code(
    bench: Bench, befalls: dict[str, Any], code: str
) -> None:
    await bench.do("fault", on="select" if befalls.get("sw") == Word.SELECT_FAILED else "read", **befalls)
    await bench.do("insert", card="wang-xiaolan")
    assert fault(await bench.read()).code == code
    assert bench.found == 1


@pytest.mark.parametrize("on", ["find", "select", "read", "added_address", "sam_number"])
async def test_a_reader_that_drops_off_the_line_at_any_moment_is_said_to_be_gone_and_comes_back(
    bench: Bench, on: str
) -> None:
    await bench.do("fault", what="reset", on=on, after_s=0.2)
    await bench.do("insert", card="wang-xiaolan")
    assert fault(await bench.read()).code == "reader.absent"
    await bench.until(Health.ONLINE)
    await bench.do("insert", card="wang-xiaolan")
    assert record(await bench.read()).name == "王小兰"


async def test_unplugged_while_it_waits_and_plugged_in_again(bench: Bench) -> None:
    reading = asyncio.create_task(bench.read())
    await asyncio.sleep(0.1)
    await bench.do("unplug")
    assert fault(await reading).code == "reader.absent"
    assert fault(await bench.read()).code == "reader.absent"  # at once, not by waiting
    await bench.until(Health.ABSENT, "reader.absent")
    await bench.do("replug")
    await bench.until(Health.ONLINE)
    await bench.do("insert", card="wang-xiaolan")
    assert record(await bench.read()).name == "王小兰"


async def test_an_idle_reader_that_is_unplugged_is_noticed_without_anybody_reading(bench: Bench) -> None:
    await bench.until(Health.ONLINE)
    await bench.do("unplug")
    await bench.until(Health.ABSENT, "reader.absent")


async def test_a_mute_reader_is_offline_and_an_ill_one_is_faulty(bench: Bench) -> None:
    await bench.do("fault", what="silent", times=0)
    assert await bench.reader.status() == Status(Health.OFFLINE, "reader.silent")
    await bench.do("mend")
    await bench.do("fault", what="word", sw=int(Word.SELF_TEST_FAILED), times=0, on="status")
    await bench.until(Health.FAULTY, "reader.faulty")


async def test_a_removed_card_can_be_laid_again_at_once(bench: Bench) -> None:
    await bench.do("fault", what="pulled")
    await bench.do("insert", card="wang-xiaolan")
    assert fault(await bench.read()).code == "card.removed_early"
    await bench.do("insert", card="wang-xiaolan")
    assert record(await bench.read()).name == "王小兰"


async def test_a_card_that_failed_and_was_not_lifted_is_not_tried_in_a_loop(bench: Bench) -> None:
    await bench.do("fault", what="word", sw=int(Word.INFORMATION_CHECK), times=0, on="read")
    await bench.do("insert", card="wang-xiaolan")
    await bench.read()
    again = asyncio.create_task(bench.read())
    await asyncio.sleep(QUICK.lift_s / 2)
    assert bench.found == 1
    assert fault(await again).code == "card.refused"  # after lift_s it is tried once more
    assert bench.found == 2


async def test_a_card_swapped_while_it_is_read_never_mixes_two_persons(bench: Bench) -> None:
    await bench.do("fault", what="swapped", card="chen-dashan", on="read")
    await bench.do("insert", card="wang-xiaolan")
    assert fault(await bench.read()).code in ("card.unreadable", "card.removed_early")
    read = record(await bench.read())
    assert (read.name, read.id_number) == ("陈大山", "431199199305120134")


async def test_the_same_card_within_seconds_is_one_event(bench: Bench) -> None:
    await bench.do("insert", card="wang-xiaolan")
    record(await bench.read())
    again = asyncio.create_task(bench.read())
    await bench.do("insert", card="wang-xiaolan")  # it bounced
    await asyncio.sleep(0.5)
    assert not again.done()
    await bench.do("insert", card="chen-dashan")
    assert record(await again).name == "陈大山"


async def test_a_card_that_stays_after_it_was_read_is_not_read_again(bench: Bench) -> None:
    await bench.do("insert", card="wang-xiaolan")
    record(await bench.read())
    again = asyncio.create_task(bench.read())
    await asyncio.sleep(0.3)
    assert not again.done()
    again.cancel()


async def test_a_line_that_another_process_holds_is_waited_for_and_then_said_to_be_busy(bench: Bench) -> None:
    second = SamReader(bench.reader.address, str(bench.simulator._cable.link), timing=QUICK)
    try:
        await bench.until(Health.ONLINE)
        assert fault(await asyncio.wait_for(second.read(), PATIENCE_S)).code == "reader.busy"
        waiting = asyncio.create_task(second.read())
        await asyncio.sleep(QUICK.poll_s)
        await bench.reader.close()
        await bench.do("insert", card="wang-xiaolan")
        assert record(await asyncio.wait_for(waiting, PATIENCE_S)).name == "王小兰"
    finally:
        await second.close()


async def test_the_wire_has_the_bytes_of_115200_baud(tmp_path: Path) -> None:
    """Not how fast the test machine is: the simulator must not be faster than the line."""
    simulator = SamSimulator(Setup("id_card", tmp_path, {"delay": 0}))
    address = await simulator.start()
    reader = open_id_card_reader(address)
    try:
        await simulator.command("insert", {"card": "wang-xiaolan"})
        loop = asyncio.get_running_loop()
        found: list[float] = []
        assert isinstance(await reader.read(lambda: found.append(loop.time())), CardRecord)
        assert loop.time() - found[0] >= 1295 * 10 / 115200 * 0.9
    finally:
        await reader.close()
        await simulator.stop()


def test_the_driver_satisfies_its_port() -> None:
    assert isinstance(SamReader("sam:///dev/null", "/dev/null"), IdCardReader)


async def test_a_device_that_is_not_there_is_absent_from_the_start(tmp_path: Path) -> None:
    reader = open_id_card_reader(f"sam://{tmp_path}/nothing")
    assert await reader.status() == Status(Health.ABSENT, "reader.absent")
    assert await reader.read() == Fault("reader.absent")
    await reader.close()


@pytest.mark.parametrize(
    "address",
    ["/dev/ttyUSB0", "sam:/dev/ttyUSB0", "sam://host/dev/x", "sam://", "sam:///dev/x?baud=4800", "sam:///dev/x?bauds=9600",
     "sam:///dev/x?baud=9600&baud=9600", "usb:///dev/x", "sim://id-card", "sam:///dev/x?baud=fast", "sam://[/dev/x"],
)  # fmt: skip
def test_an_address_that_names_no_reader_is_refused_in_a_plain_sentence(address: str) -> None:
    with pytest.raises(AddressError) as error:
        open_id_card_reader(address)
    assert address in str(error.value)

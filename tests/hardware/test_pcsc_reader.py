"""The driver through the real PC/SC daemon and Debian's virtual reader, with a card emulated in Python.

The daemon is the tests' own, in a mount namespace: it needs `unshare`, `mount` and the packages of
provision/debian-packages.txt. Where those cannot run, these tests fail and say so; they are never skipped.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hardware.addresses import AddressError, open_social_card_reader, parse
from hardware.pcsc_reader import SocialReader, Timing
from hardware.pcsc_simulator import SocialCardSimulator
from hardware.ports import Fault, Health, SocialCardReader, SocialCardRecord, Status
from hardware.sample_cards import sample_cards
from hardware.simulators import Setup, SimulatorError

pytestmark = pytest.mark.pcsc
QUICK = Timing(slice_s=0.1, tend_s=0.1, talk_s=3.0, same_card_s=1.0, lift_s=0.5, settle_s=0.6)
PATIENCE_S = 25  # of the tests: only a hang takes so long


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for the process: the daemon's client library looks up its socket once."""
    return tmp_path_factory.mktemp("pcsc")


class Bench:
    def __init__(self, simulator: SocialCardSimulator, reader: SocialReader) -> None:
        self.simulator = simulator
        self.reader = reader
        self.found = 0
        self.reading = asyncio.Event()

    async def do(self, do: str, **args: Any) -> None:
        await self.simulator.command(do, args)

    async def read(self) -> SocialCardRecord | Fault:
        def count() -> None:
            self.found += 1
            self.reading.set()

        return await asyncio.wait_for(self.reader.read(count), PATIENCE_S)

    async def until(self, health: Health, code: str = "") -> None:
        async def wait() -> None:
            async for status in self.reader.watch():
                if (status.health, status.code) == (health, code):
                    return

        await asyncio.wait_for(wait(), PATIENCE_S)


async def make(folder: Path, lengths: str = "strict") -> Bench:
    simulator = SocialCardSimulator(Setup("social_card", folder, {"lengths": lengths}))
    address = await simulator.start()
    open_social_card_reader(address)  # names the socket
    return Bench(simulator, SocialReader(address, "Virtual PCD", QUICK))


@pytest.fixture
async def bench(folder: Path) -> AsyncIterator[Bench]:
    made = await make(folder)
    yield made
    await made.reader.close()
    await made.simulator.stop()


def record(outcome: SocialCardRecord | Fault) -> SocialCardRecord:
    assert isinstance(outcome, SocialCardRecord), outcome
    return outcome


@pytest.mark.parametrize("lengths", ["strict", "loose", "chained"])
async def test_the_three_generations_are_read_as_far_as_they_are_free(folder: Path, lengths: str) -> None:
    bench = await make(folder, lengths)
    try:
        for name, generation in (("zhou-shougen", 1), ("chen-dashan", 2), ("wang-xiaolan", 3)):
            await bench.do("insert", card=name)
            read, card = record(await bench.read()), sample_cards()[name]
            assert card.social
            assert (read.generation, read.card_number) == (generation, card.social.card_number)
            assert (read.version, read.issued, read.valid_to) == (
                card.social.version,
                card.social.issued,
                card.social.valid_to,
            )
            assert read.area == "431199"
            person = (read.name, read.id_number, read.sex, read.nation, read.birth)
            of_card = (card.record.name, card.record.id_number, card.record.sex, card.record.nation, card.record.birth)
            assert person == (("",) * 5 if generation == 3 else of_card)
            await bench.do("remove")
    finally:
        await bench.reader.close()
        await bench.simulator.stop()


async def test_a_contactless_card_is_read_the_same(bench: Bench) -> None:
    await bench.do("insert", card="chen-dashan", kind="contactless")
    read = record(await bench.read())
    assert read.contactless
    assert read.name == "陈大山"


async def test_the_same_card_within_seconds_is_one_event(bench: Bench) -> None:
    await bench.do("insert", card="chen-dashan")
    record(await bench.read())
    again = asyncio.create_task(bench.read())
    await bench.do("insert", card="chen-dashan")  # it bounced
    await asyncio.sleep(0.5)
    assert not again.done()
    await bench.do("insert", card="zhou-shougen")
    assert record(await again).name == "周守根"


async def test_it_waits_for_a_card_and_can_be_told_to_stop(bench: Bench) -> None:
    reading = asyncio.create_task(bench.read())
    await asyncio.sleep(0.4)
    assert not reading.done()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await bench.do("insert", card="chen-dashan")
    assert record(await bench.read()).name == "陈大山"
    assert bench.found == 1


async def test_the_loop_is_never_held_up_by_the_daemon(bench: Bench) -> None:
    """Waiting for a card and for a slow one must leave the loop to the screen: other tasks go on all the while."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    counting = asyncio.create_task(count())
    await bench.do("fault", what="late", seconds=0.5)
    await bench.do("insert", card="chen-dashan")
    record(await bench.read())
    counting.cancel()
    assert turns > 10


@pytest.mark.parametrize(
    ("befalls", "name"),
    [
        ({"what": "late", "seconds": 0.3}, "陈大山"),
        ({"what": "truncated"}, "陈大山"),
        ({"what": "wrong_tag"}, "陈大山"),
        ({"what": "length"}, "陈大山"),
    ],
    ids=lambda value: value["what"] if isinstance(value, dict) else "",
)
async def test_one_spoilt_answer_costs_time_and_not_the_card(bench: Bench, befalls: dict[str, Any], name: str) -> None:
    await bench.do("fault", **befalls)
    await bench.do("insert", card="chen-dashan")
    assert record(await bench.read()).name == name


@pytest.mark.parametrize(
    ("befalls", "code"),
    [
        ({"what": "word", "sw": 0x6A82, "on": "select", "times": 0}, "social.unknown_kind"),
        ({"what": "word", "sw": 0x6D00, "on": "select", "times": 0}, "social.unknown_kind"),
        ({"what": "word", "sw": 0x6F00, "times": 0}, "social.unreadable"),
        ({"what": "wrong_tag", "times": 0}, "social.unreadable"),
        ({"what": "length", "times": 0}, "social.unreadable"),
        ({"what": "truncated", "times": 0}, "social.unreadable"),
        ({"what": "pulled"}, "social.removed_early"),
        ({"what": "silent"}, "social_reader.silent"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_what_cannot_be_mended_by_asking_again_has_its_code(
    bench: Bench, befalls: dict[str, Any], code: str
) -> None:
    await bench.do("fault", **befalls)
    await bench.do("insert", card="chen-dashan")
    outcome = await bench.read()
    assert isinstance(outcome, Fault)
    assert outcome.code == code
    assert bench.found == 1


async def test_after_a_card_that_hung_the_next_one_is_read(bench: Bench) -> None:
    await bench.do("fault", what="silent")
    await bench.do("insert", card="chen-dashan")
    assert isinstance(await bench.read(), Fault)
    await bench.do("remove")
    await bench.do("insert", card="zhou-shougen")
    assert record(await bench.read()).name == "周守根"


async def test_a_card_swapped_while_it_is_read_never_mixes_two_persons(bench: Bench) -> None:
    await bench.do("fault", what="swapped", card="zhou-shougen")
    await bench.do("insert", card="chen-dashan")
    outcome = await bench.read()
    if isinstance(outcome, Fault):
        assert outcome.code == "social.removed_early"
        outcome = await bench.read()
    read = record(outcome)
    assert (read.name, read.id_number, read.card_number) == ("周守根", "431199194109230130", "SA0000417")


async def test_the_daemon_dies_and_comes_back_while_somebody_waits(bench: Bench) -> None:
    reading = asyncio.create_task(bench.read())
    await asyncio.sleep(0.4)
    await bench.do("stop_service")
    outcome = await reading
    assert isinstance(outcome, Fault)
    assert outcome.code == "social_reader.service_down"
    await bench.until(Health.OFFLINE, "social_reader.service_down")
    await bench.do("start_service")
    await bench.until(Health.ONLINE)
    await bench.do("insert", card="chen-dashan")
    assert record(await bench.read()).name == "陈大山"


async def test_the_daemon_dies_while_a_card_is_read(bench: Bench) -> None:
    await bench.do("fault", what="late", seconds=0.6)
    await bench.do("insert", card="chen-dashan")
    reading = asyncio.create_task(bench.read())
    await bench.reading.wait()
    await bench.do("stop_service")
    outcome = await reading
    assert isinstance(outcome, Fault)
    assert outcome.code in ("social_reader.service_down", "social.removed_early")
    await bench.do("start_service")
    await bench.until(Health.ONLINE)
    assert record(await bench.read()).name == "陈大山"


async def test_a_reader_that_is_unplugged_is_absent_and_comes_back(bench: Bench) -> None:
    await bench.until(Health.ONLINE)
    await bench.do("unplug")
    await bench.until(Health.ABSENT, "social_reader.absent")
    assert isinstance(await bench.read(), Fault)
    await bench.do("replug")
    await bench.until(Health.ONLINE)
    await bench.do("insert", card="chen-dashan")
    assert record(await bench.read()).name == "陈大山"


async def test_a_reader_of_another_name_is_absent(bench: Bench) -> None:
    other = SocialReader("pcsc:///Other", "Other", QUICK)
    assert await other.status() == Status(Health.ABSENT, "social_reader.absent")
    await other.close()


async def test_a_person_without_a_social_card_cannot_be_laid(bench: Bench) -> None:
    with pytest.raises(SimulatorError, match="no social-security card"):
        await bench.do("insert", card="smith-2017")


def test_the_driver_satisfies_its_port() -> None:
    assert isinstance(SocialReader("pcsc:///x", "x"), SocialCardReader)


def test_an_address_carries_the_readers_name_with_its_blanks() -> None:
    assert parse("pcsc:///ACS%20ACR39U%2000%2000").path == "/ACS ACR39U 00 00"


@pytest.mark.parametrize(
    "address", ["pcsc://", "pcsc:///", "pcsc://host/x", "pcsc:///x?slot=1", "sam:///dev/ttyS0", "x"]
)
def test_an_address_that_names_no_reader_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        open_social_card_reader(address)


SILENT = """
import asyncio, os, sys
from hardware.pcsc_reader import SocialReader, Timing

async def main():
    mute = lambda reader, writer: asyncio.sleep(60)
    server = await asyncio.start_unix_server(mute, os.environ["PCSCLITE_CSOCK_NAME"])
    reader = SocialReader("pcsc:///x", "x", Timing(talk_s=0.4))
    print((await reader.status()).code, (await reader.read()).code, flush=True)
    os._exit(0)

asyncio.run(main())
"""


def test_a_daemon_that_takes_the_question_and_never_answers_is_said_to_be_down(tmp_path: Path) -> None:
    """As one does that is killed at the wrong moment. In a process of its own: the library waits for ever."""
    said = subprocess.run(
        [sys.executable, "-c", SILENT],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "comm")},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert said.stdout.split() == ["social_reader.service_down"] * 2

"""Whatever moment the gateway dies at: what it acknowledged it holds, what comes again makes one case."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.gateway.world import Answer, Gateway, Terminal
from tests.wire import people
from wire.answers import read_acknowledgement
from wire.messages import Acknowledgement
from wire.seal import Sealed

PAGES = (people.page(1),)


class Armed:
    def __init__(self, gateway: Gateway, path: Path) -> None:
        self.gateway = gateway
        self.path = path

    def arm(self, point: str, number: int = 1) -> None:
        self.path.write_text(f"{point} {number}")

    def disarm(self) -> bool:
        """Whether it was still armed: the point was not reached so often."""
        armed = self.path.exists()
        self.path.unlink(missing_ok=True)
        return armed


@pytest.fixture
def armed(tmp_path: Path) -> Iterator[Armed]:
    path = tmp_path / "kill-at"
    gateway = Gateway(tmp_path / "gateway", (str(Path(__file__).with_name("killed.py")),), KILL_AT=str(path))
    gateway.start()
    yield Armed(gateway, path)
    gateway.kill()


@pytest.fixture
async def at(armed: Armed, session: aiohttp.ClientSession) -> Terminal:
    made = Terminal(armed.gateway, session, people.terminal_key(), people.TERMINAL)
    await made.enrol()
    return made


async def upload(at: Terminal, sealed: Sealed) -> None:
    """As a terminal does: from where the county has it."""
    for file, blob in zip(sealed.files, sealed.blobs, strict=True):
        created = await at.create(file.sha256, file.size)
        assert created.status in (200, 201)
        offset = int(created.headers["Upload-Offset"])
        if offset < file.size:
            assert (await at.patch(file.sha256, offset, blob[offset:])).status == 204


async def deliver(at: Terminal, sealed: Sealed, sequence: int) -> Answer:
    """All it takes, again from the start."""
    await upload(at, sealed)
    return await at.send(at.envelope(sealed, sequence))


def check(at: Terminal, sealed: Sealed, answer: Answer) -> Acknowledgement:
    assert answer.status == 200, answer
    return read_acknowledgement(answer.body, at.county, terminal=at.name, message=sealed.id, digest=sealed.digest)


def sound(gateway: Gateway) -> None:
    with sqlite3.connect(gateway.state / "gateway.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_killed_before_every_statement_of_the_transaction_nothing_is_lost_or_twice(
    armed: Armed, at: Terminal
) -> None:
    handed_in: list[str] = []
    number = 0
    while True:
        number += 1
        sealed = at.seal(people.message(number, PAGES), PAGES)
        await upload(at, sealed)
        armed.arm("sql", number)
        try:
            answer = await at.send(at.envelope(sealed, number))
        except aiohttp.ClientError:
            assert armed.gateway.wait_for_death() == -9
            armed.gateway.start()
            assert sealed.id not in [each["application"] for each in armed.gateway.cases()], "half a transaction"
            check(at, sealed, await deliver(at, sealed, number))
            handed_in.append(sealed.id)
        else:
            assert armed.disarm()
            check(at, sealed, answer)
            handed_in.append(sealed.id)
            break
    assert number > 15, "there are more statements than that: the points were not reached"
    sound(armed.gateway)
    cases = armed.gateway.cases()
    assert [each["application"] for each in cases] == handed_in
    numbers = [row["case"] for row in cases] + [item["case"] for row in cases for item in row["items"]]
    assert len(set(numbers)) == len(numbers) == 3 * len(handed_in)


async def test_killed_after_the_commit_the_same_acknowledgement_comes_again(armed: Armed, at: Terminal) -> None:
    sealed = at.seal(people.message(1))
    armed.arm("committed")
    with pytest.raises(aiohttp.ClientError):
        await at.send(at.envelope(sealed))
    assert armed.gateway.wait_for_death() == -9
    armed.gateway.start()
    (row,) = armed.gateway.cases()
    ack = check(at, sealed, await at.send(at.envelope(sealed)))
    assert (ack.case, ack.received_at) == (row["case"], row["received_at"])
    assert [each for each in (await at.feed()).notices if isinstance(each, Acknowledgement)] == [ack]
    assert len(armed.gateway.cases()) == 1
    sound(armed.gateway)


@pytest.mark.parametrize("point", ["appended", "rename", "renamed", "synced"])
async def test_killed_while_a_file_comes_to_its_place_it_is_whole_in_the_end(
    point: str, armed: Armed, at: Terminal
) -> None:
    sealed = at.seal(people.message(1, PAGES), PAGES)
    file = sealed.files[0]
    await at.create(file.sha256, file.size)
    armed.arm(point)
    with pytest.raises(aiohttp.ClientError):
        await at.patch(file.sha256, 0, sealed.blobs[0])
    assert armed.gateway.wait_for_death() == -9
    armed.gateway.start()
    check(at, sealed, await deliver(at, sealed, 1))
    assert (armed.gateway.state / "files" / file.sha256[:2] / file.sha256).read_bytes() == sealed.blobs[0]
    assert len(armed.gateway.cases()) == 1


async def test_killed_at_any_moment_while_many_come_each_is_there_once(armed: Armed, at: Terminal) -> None:
    """Seeded: the same schedule every time."""
    chance = random.Random(7)
    sealed = [at.seal(people.message(number)) for number in range(1, 31)]
    acknowledged: dict[str, Acknowledgement] = {}
    for each, sequence in zip(sealed, range(1, 31), strict=True):
        if chance.random() < 0.2:
            armed.arm(*chance.choice([("sql", chance.randint(1, 40)), ("committed", chance.randint(1, 2))]))
        for _ in range(4):
            try:
                acknowledged[each.id] = check(at, each, await at.send(at.envelope(each, sequence)))
                break
            except aiohttp.ClientError:
                armed.gateway.wait_for_death()
                armed.gateway.start()
    armed.disarm()
    armed.gateway.kill()
    armed.gateway.start()
    sound(armed.gateway)
    assert len(acknowledged) == 30
    cases = armed.gateway.cases()
    assert sorted(row["application"] for row in cases) == sorted(each.id for each in sealed)
    assert {row["application"]: row["case"] for row in cases} == {k: ack.case for k, ack in acknowledged.items()}
    told = [each for each in (await at.feed()).notices if isinstance(each, Acknowledgement)]
    assert sorted(told, key=lambda ack: ack.id) == sorted(acknowledged.values(), key=lambda ack: ack.id)

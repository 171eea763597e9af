"""The simulators' host: one process, JSON lines, nothing left when its channel closes."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hardware.addresses import open_id_card_reader
from hardware.ports import CardRecord
from hardware.simulator_client import Simulators
from hardware.simulators import KINDS, Host, SimulatorError, plan


def is_there(address: str) -> bool:
    return Path(address.removeprefix("sam://").partition("?")[0]).is_symlink()


@pytest.fixture
async def simulators(tmp_path: Path) -> AsyncIterator[Simulators]:
    async with Simulators() as made:
        await made.start({"id_card": "sim://id-card?delay=0.1", "camera": "camera:///dev/video9"}, tmp_path)
        yield made


async def test_the_real_driver_reads_a_card_that_was_laid_by_command(simulators: Simulators) -> None:
    reader = open_id_card_reader(simulators.addresses["id_card"])
    try:
        await simulators.command("id_card", "insert", card="wang-xiaolan")
        outcome = await asyncio.wait_for(reader.read(), 20)
        assert isinstance(outcome, CardRecord)
        assert outcome.name == "王小兰"
    finally:
        await reader.close()


async def test_real_devices_keep_their_addresses(simulators: Simulators) -> None:
    assert simulators.addresses["camera"] == "camera:///dev/video9"
    assert simulators.addresses["id_card"].startswith("sam:///")


async def test_a_command_may_take_effect_later(simulators: Simulators) -> None:
    reader = open_id_card_reader(simulators.addresses["id_card"])
    try:
        await simulators.command("id_card", "insert", card="wang-xiaolan", after_s=0.3)
        outcome = await asyncio.wait_for(reader.read(), 20)
        assert isinstance(outcome, CardRecord)
    finally:
        await reader.close()


@pytest.mark.parametrize(
    ("device", "do", "args", "says"),
    [
        ("toaster", "insert", {}, "id_card"),
        ("id_card", "eat", {}, "insert"),
        ("id_card", "insert", {"card": "nobody"}, "wang-xiaolan"),
        ("id_card", "insert", {"card": {"kind": "resident"}}, "missing"),
        ("id_card", "fault", {"what": "fire"}, "checksum"),
        ("id_card", "fault", {"what": "late", "seconds": "long"}, "number"),
        ("id_card", "fault", {"what": "late", "on": "toast"}, "select"),
        ("id_card", "insert", {"card": "wang-xiaolan", "after_s": -1}, "seconds"),
    ],
)
async def test_a_command_that_cannot_be_done_says_what_can(
    simulators: Simulators, device: str, do: str, args: dict[str, Any], says: str
) -> None:
    with pytest.raises(SimulatorError, match=says):
        await simulators.command(device, do, **args)


async def test_the_host_ends_with_its_channel_and_leaves_no_device(tmp_path: Path) -> None:
    made = Simulators()
    addresses = await made.start({"id_card": "sim://id-card"}, tmp_path)
    assert is_there(addresses["id_card"])
    await made.stop()
    assert not is_there(addresses["id_card"])
    with pytest.raises(SimulatorError):
        await made.command("id_card", "remove")


async def test_a_simulator_that_cannot_start_is_named_and_nothing_is_left_running(tmp_path: Path) -> None:
    made = Simulators()
    with pytest.raises(SimulatorError, match="numbers"):
        await made.start({"id_card": "sim://id-card?baud=fast"}, tmp_path)
    assert made._process is None


def test_a_kind_nobody_knows_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="id-card"):
        plan({"id_card": "sim://id-cart"}, tmp_path)


def test_every_kind_in_the_registry_can_be_made() -> None:
    import importlib

    for target in KINDS.values():
        module, _, name = target.partition(":")
        made = getattr(importlib.import_module(module), name)
        for method in ("start", "command", "stop"):
            assert asyncio.iscoroutinefunction(getattr(made, method)), f"{target}.{method}"


async def test_one_that_fails_to_start_stops_those_already_running(tmp_path: Path) -> None:
    host = Host(lambda message: None)
    good, bad = {"kind": "id-card"}, {"kind": "id-card", "options": {"pace": "?"}}
    with pytest.raises(SimulatorError):
        await host.start({"folder": str(tmp_path), "devices": {"good": good, "bad": bad}})
    assert not host._simulators


async def test_nonsense_on_the_channel_is_answered_and_the_host_goes_on(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hardware.simulators"), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(plan({"id_card": "sim://id-card"}, tmp_path)).encode() + b"\n")
    assert json.loads(await process.stdout.readline())["event"] == "ready"
    for line in (b"{{{\n", b"[]\n", b"7\n", b'{"id": 3}\n'):
        process.stdin.write(line)
        assert json.loads(await process.stdout.readline())["ok"] is False
    process.stdin.write(b'{"id": 9, "device": "id_card", "do": "remove"}\n')
    assert json.loads(await process.stdout.readline()) == {"ok": True, "id": 9}
    process.stdin.close()
    assert await process.wait() == 0

"""Faults by the dice: the same dice throw the same again; a device that was played with works when it is left alone."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from config.faults import fault_cards
from hardware.ports import CardRecord, Fault
from hardware.sam_reader import SamReader
from hardware.simulators import KINDS, Host, SimulatorError, faults
from tests.hardware.test_sam_reader import PATIENCE_S, QUICK

PLAIN = {
    "id-card": "pace=0", "id-card-stx": "pace=0", "lights": "", "presence": "", "keypad": "", "scanner": "",
    "receipt-printer": "mm_s=0", "camera": "width=160&height=120", "face-camera": "width=160&height=120",
    "line": "to=127.0.0.1:9",
}  # fmt: skip


async def host(folder: Path, told: list[dict[str, Any]], **kinds: str) -> Host:
    made = Host(told.append)
    options = {kind: dict(pair.split("=", 1) for pair in text.split("&") if pair) for kind, text in PLAIN.items()}
    devices = {name: {"kind": kind, "options": options[kind]} for name, kind in kinds.items()}
    await made.start({"folder": str(folder), "devices": devices})
    return made


@pytest.mark.parametrize("kind", sorted(PLAIN))
async def test_whatever_may_befall_a_device_is_played_and_mended(tmp_path: Path, kind: str) -> None:
    made = await host(tmp_path, [], it=kind)
    try:
        assert faults(kind)
        for what in faults(kind):
            await made.command({"device": "it", "do": "fault", "what": what})
            await made.command({"device": "it", "do": "mend"})
    finally:
        await made.stop()


def test_every_simulator_but_the_one_that_is_no_pretence_can_be_spoilt() -> None:
    assert {kind for kind in KINDS if not faults(kind)} == {"speaker"}
    assert set(PLAIN) == set(KINDS) - {
        "speaker",
        "social-card",
    }  # that one is played with its service: test_pcsc_reader


async def test_the_same_dice_throw_the_same_faults(tmp_path: Path) -> None:
    thrown = []
    for turn in range(2):
        told: list[dict[str, Any]] = []
        made = await host(tmp_path / str(turn), told, printer="receipt-printer")
        await made.command({"device": "printer", "do": "random", "seed": 7, "every_s": 0.01, "lasts_s": 0.01})
        async with asyncio.timeout(PATIENCE_S):
            while len(told) < 6:  # noqa: ASYNC110 - what is waited for is the simulator's, which sets no event
                await asyncio.sleep(0.01)
        await made.command({"device": "printer", "do": "calm"})
        await made.stop()
        thrown.append([event["what"] for event in told[:6]])
    assert thrown[0] == thrown[1]
    assert len(set(thrown[0])) > 2


async def test_a_reader_that_was_played_with_reads_again_and_said_only_what_has_a_card(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    made = await host(tmp_path, told, id_card="id-card")
    path = str(tmp_path / "id_card" / "reader")
    reader = SamReader(f"sam://{path}", path, timing=QUICK)
    outcomes: list[CardRecord | Fault] = []
    try:
        await made.command({"device": "id_card", "do": "random", "seed": 4, "every_s": 0.1, "lasts_s": 0.1})
        async with asyncio.timeout(4 * PATIENCE_S):
            while len(told) < 15:
                await made.command({"device": "id_card", "do": "remove"})
                await made.command({"device": "id_card", "do": "insert", "card": "wang-xiaolan"})
                with contextlib.suppress(TimeoutError):  # taken away before it was found: the driver waits on
                    outcomes.append(await asyncio.wait_for(reader.read(), 0.5))
        await made.command({"device": "id_card", "do": "calm"})
        await made.command({"device": "id_card", "do": "remove"})
        await made.command({"device": "id_card", "do": "insert", "card": "chen-dashan"})
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(last := await reader.read(), CardRecord) or last.name != "陈大山":
                pass
    finally:
        await reader.close()
        await made.stop()
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Fault)} <= set(fault_cards())
    assert {record.name for record in outcomes if isinstance(record, CardRecord)} <= {"王小兰"}


@pytest.mark.parametrize(
    ("device", "args", "says"), [("said", {}, "knows no faults"), ("id_card", {"every_s": "often"}, "wants numbers")]
)
async def test_dice_that_cannot_be_thrown_are_refused(
    tmp_path: Path, device: str, args: dict[str, Any], says: str
) -> None:
    made = Host(lambda _: None)
    kinds = {"said": {"kind": "speaker"}, "id_card": {"kind": "id-card"}}
    await made.start({"folder": str(tmp_path), "devices": kinds})
    try:
        with pytest.raises(SimulatorError, match=says):
            await made.command({"device": device, "do": "random", **args})
    finally:
        await made.stop()

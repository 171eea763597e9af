"""The number pad beside the screen presses the screen's own keys."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hardware.board_simulator import KeypadSimulator
from hardware.conformance.checking import until
from hardware.keypad import KEYS, open_keypad
from hardware.simulators import Setup
from kiosk.visiting.process import PAD_KEYS, VisitProcess

WAIT_S = 20


async def test_each_key_presses_the_one_of_its_name_and_the_first_only_wakes(tmp_path: Path) -> None:
    pressed: list[str] = []
    rests = [True]
    process: Any = SimpleNamespace(
        hidden=False, _wake=lambda: bool(rests and rests.pop()),
        stage=SimpleNamespace(keypad=SimpleNamespace(press=pressed.append)),
    )  # fmt: skip
    simulator = KeypadSimulator(Setup("keypad", tmp_path, {}))
    pad = open_keypad(await simulator.start())
    await pad.status()
    hearing = asyncio.create_task(VisitProcess._hear_pad(process, pad))
    await asyncio.sleep(0.1)
    for key in ("1", "7", "X", "point", "clear", "main"):  # the resting screen takes the first
        await simulator.command("press", {"key": key})

    async def all_came() -> bool:
        return pressed[-1:] == ["main"]

    assert await until(all_came, WAIT_S, 0.02)
    assert pressed == ["key:7", "digit:7", "key:X", "digit:X", "key:.", "delete", "erase", "main"]
    process.hidden = True
    await simulator.command("press", {"key": "9"})
    await asyncio.sleep(0.2)
    assert pressed[-1] == "main"
    hearing.cancel()
    await pad.close()
    await simulator.stop()


def test_every_key_of_a_pad_has_a_place() -> None:
    assert {name for name in KEYS.values() if len(name) > 1} == set(PAD_KEYS)

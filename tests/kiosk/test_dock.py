"""The developer's dock: every button is something its device can do; a touch on it reaches the device."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.simulator_client import Simulators
from kiosk.channel import Channel
from kiosk.dock import SECTIONS, WIDTH, Act, Control, offered
from kiosk.runner.display import Finger, virtual_display

ACTS = [act for _, acts in SECTIONS.values() for act in acts]
SIMULATED = {
    "id_card": "sim://id-card?pace=0",
    "social_card": "sim://social-card",
    "scanner": "sim://scanner",
    "camera": "sim://camera?width=640&height=480",
    "receipt_printer": "sim://receipt-printer?mm_s=0",
}


async def test_every_button_is_something_its_simulator_can_do(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        devices = {**SIMULATED, "line": "sim://line?to=127.0.0.1:9"}
        await simulators.start(devices, tmp_path)
        for heading, (what, acts) in SECTIONS.items():
            names = offered(what)
            for act in acts:
                chosen = {act.choice: names[0]} if act.choice else {}
                assert (await simulators.command(act.device, act.do, **act.arguments, **chosen))["ok"], heading


def test_no_two_buttons_are_taken_for_one_another() -> None:
    faults = [act for act in ACTS if act.arguments.get("after_lines") is None]
    assert len({act.ident for act in faults}) == len(faults)


async def test_what_the_terminal_refuses_is_shown() -> None:
    ours, theirs = socket.socketpair()
    here, there = await Channel.open(ours), await Channel.open(theirs)
    said: list[str] = []
    control = Control(here, said.append)
    listening = asyncio.create_task(control.listen(lambda _: None))
    acting = asyncio.create_task(control.act(Act("lay", "id_card", "insert", choice="card"), "wang-xiaolan"))
    asked = await there.receive()
    assert asked == {
        "n": 1, "ask": "simulate", "device": "id_card", "do": "insert", "arguments": {"card": "wang-xiaolan"},
    }  # fmt: skip
    there.send({"n": 1, "problem": "no such device"})
    await acting
    assert said == ["id_card insert wang-xiaolan: no such device"]
    await there.close()
    await listening


@pytest.mark.journey
async def test_a_touch_in_the_window_reaches_the_device(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with virtual_display(WIDTH, 960) as display:
        process = subprocess.Popen(  # noqa: ASYNC220 - a moment, in a test
            [sys.executable, "-m", "kiosk", "role", "dock", "--channel", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),), env={**os.environ, "DISPLAY": display}, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        theirs.close()
        terminal = await Channel.open(ours)
        finger = Finger(display)
        try:
            async with asyncio.timeout(60):
                first = await terminal.receive()
                assert first is not None
                assert first["ask"] == "ready"
                terminal.send({"n": first["n"], "answer": True})
                terminal.send({"where": "receipt_printer.fault.cover_open"})
                while True:
                    message = await terminal.receive()
                    assert message is not None
                    if message.get("do") == "receipts":
                        terminal.send({"n": message["n"], "answer": {"receipts": []}})
                    elif "at" in message:
                        x, y = message["at"]
                        await asyncio.sleep(0.5)
                        finger.tap((x, y), 0.1)
                    elif message.get("do") == "fault":
                        assert (message["device"], message["arguments"]) == ("receipt_printer", {"what": "cover_open"})
                        break
            await terminal.close()
            assert await asyncio.to_thread(process.wait, 20) == 0  # without a terminal there is no dock
        finally:
            finger.close()
            if process.poll() is None:
                process.kill()
                process.wait()

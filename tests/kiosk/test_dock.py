"""The developer's dock: every button is something its device can do; a touch on it reaches the device."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import Devices
from hardware.simulator_client import Simulators
from kiosk.channel import Channel
from kiosk.dock import SECTIONS, WIDTH, Act, Control, offered, simulated
from kiosk.runner.display import Finger, virtual_display

ACTS = [act for section in SECTIONS for act in section.acts]
SIMULATED = {
    **simulated(),
    "id_card": "sim://id-card?pace=0",
    "camera": "sim://camera?width=640&height=480",
    "face_camera": "sim://face-camera?width=320&height=180",
    "receipt_printer": "sim://receipt-printer?mm_s=0",
    "line": "sim://line?to=127.0.0.1:9",
}


async def test_every_button_is_something_its_simulator_can_do(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        await simulators.start(SIMULATED, tmp_path)
        for section in SECTIONS:
            names = offered(section.offers)
            for act in section.acts if section.device in SIMULATED else ():
                chosen = {act.choice: names[0]} if act.choice else {}
                assert (await simulators.command(act.device, act.do, **act.arguments, **chosen))["ok"], section.heading


def test_every_device_of_the_settings_has_its_place() -> None:
    assert {section.device for section in SECTIONS} == {*Devices.__dataclass_fields__, "line"}


async def test_every_fault_of_a_device_is_offered_and_what_it_shows_is_seen(tmp_path: Path) -> None:
    pretended = {name: SIMULATED[name] for name in ("lights", "speaker", "presence")}
    async with Simulators() as simulators:
        await simulators.start(pretended, tmp_path)
        ours, theirs = socket.socketpair()
        here, there = await Channel.open(ours), await Channel.open(theirs)
        control = Control(here, lambda _: None)

        async def terminal() -> None:
            async for asked in there.messages():
                told = await simulators.command(str(asked["device"]), str(asked["do"]))
                there.send({"n": asked["n"], "answer": told})

        working = [asyncio.create_task(control.listen(lambda _: None)), asyncio.create_task(terminal())]
        assert await control.shown("lights", "shown") == "dark"
        assert await control.shown("speaker", "said") == "said 0"
        for task in working:
            task.cancel()
    by_device = {section.device: section.faults for section in SECTIONS}
    assert {"late", "split", "doubled", "truncated", "corrupted", "checksum", "length", "silent", "slow"} <= set(
        by_device["id_card"]
    )
    assert {"paper_out", "closes", "half_status", "garbage"} <= set(by_device["receipt_printer"])


def test_no_two_buttons_are_taken_for_one_another() -> None:
    faults = [act for act in ACTS if act.arguments.get("after_lines") is None]
    assert len({act.ident for act in faults}) == len(faults)


async def test_a_phone_shows_a_new_code_each_time() -> None:
    ours, theirs = socket.socketpair()
    here, there = await Channel.open(ours), await Channel.open(theirs)
    control, scanned = Control(here, lambda _: None), []

    async def terminal() -> None:
        async for asked in there.messages():
            scanned.append(asked["arguments"]["text"])
            there.send({"n": asked["n"], "answer": {}})

    working = [asyncio.create_task(control.listen(lambda _: None)), asyncio.create_task(terminal())]
    (act,) = (act for act in ACTS if act.do == "scan")
    await control.act(act)
    await control.act(act)
    assert len(set(scanned)) == 2
    assert all("{" not in text for text in scanned)
    for task in working:
        task.cancel()


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

"""Status light, presence sensor, number pad, and how loud at which hour."""

import array
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.settings import Voice
from hardware import lights as lamps
from hardware.addresses import AddressError, open_device
from hardware.board_simulator import KeypadSimulator, LightsSimulator, PresenceSimulator
from hardware.keypad import open_keypad
from hardware.lights import Meaning, open_lights, relay
from hardware.ports import Health
from hardware.presence import open_presence
from hardware.simulators import Setup
from hardware.speaker_driver import FolderSink, VoiceSpeaker, _samples
from hardware.speaker_hours import HoursError, volumes

PATIENCE_S = 15


@asynccontextmanager
async def board(kind: Any, folder: Path, opened: Callable[[str], Any]) -> AsyncIterator[tuple[Any, Any]]:
    simulator = kind(Setup("board", folder))
    device = opened(await simulator.start())
    try:
        yield simulator, device
    finally:
        await device.close()
        await simulator.stop()


async def lit(simulator: LightsSimulator, wanted: list[str]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await simulator.command("shown", {}))["lit"] != wanted:  # noqa: ASYNC110 - the lamp sets no event
            await asyncio.sleep(0.01)


def test_a_relay_is_switched_by_these_bytes() -> None:
    assert relay(1, True).hex(" ").upper() == "A0 01 01 A2"
    assert relay(2, False).hex(" ").upper() == "A0 02 00 A2"


@pytest.mark.parametrize(
    ("meaning", "wanted"), [(Meaning.READY, ["green"]), (Meaning.TROUBLE, ["red"]), (Meaning.OFF, [])]
)
async def test_a_meaning_is_one_lamp(tmp_path: Path, meaning: Meaning, wanted: list[str]) -> None:
    async with board(LightsSimulator, tmp_path, open_lights) as (simulator, light):
        assert await light.show(Meaning.CALLING) is None
        assert await light.show(meaning) is None
        await lit(simulator, wanted)


async def test_a_call_blinks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lamps, "BLINK_S", 0.02)
    async with board(LightsSimulator, tmp_path, open_lights) as (simulator, light):
        await light.show(Meaning.CALLING)
        async with asyncio.timeout(PATIENCE_S):
            while (await simulator.command("shown", {}))["changes"]["red"] < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_lamp_that_was_away_shows_what_it_should_when_it_is_back(tmp_path: Path) -> None:
    async with board(LightsSimulator, tmp_path, open_lights) as (simulator, light):
        await light.show(Meaning.READY)
        await lit(simulator, ["green"])
        await simulator.command("unplug", {})
        await lit(simulator, ["green"])
        await simulator.command("replug", {})
        await lit(simulator, ["green"])
        assert (await light.status()).health is Health.ONLINE


async def test_no_lamp_is_a_fault_and_not_an_error(tmp_path: Path) -> None:
    light = open_lights(f"lights+serial://{tmp_path}/none")
    fault = await light.show(Meaning.CALLING)
    assert fault is not None
    assert fault.code == "lights.absent"
    await light.close()


async def test_the_kernels_own_lamps_are_written_as_numbers(tmp_path: Path) -> None:
    for name in ("ok", "bad"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "brightness").write_text("0\n")
    light = open_lights(f"lights+sysfs://{tmp_path}?green=ok&red=bad")
    await light.show(Meaning.TROUBLE)
    assert [(tmp_path / name / "brightness").read_text() for name in ("ok", "bad")] == ["0\n", "1\n"]
    await light.close()
    assert (tmp_path / "bad" / "brightness").read_text() == "0\n"


async def test_coming_and_going_is_told_and_noise_is_not(tmp_path: Path) -> None:
    async with board(PresenceSimulator, tmp_path, open_presence) as (simulator, sensor):
        assert (await sensor.status()).health is Health.ONLINE
        changes = sensor.somebody()
        first = asyncio.create_task(anext(changes))
        await asyncio.sleep(0.05)
        for do in ("noise", "come", "come", "go"):
            await simulator.command(do, {})
        assert await asyncio.wait_for(first, PATIENCE_S) is True
        assert await asyncio.wait_for(anext(changes), PATIENCE_S) is False


async def test_a_pin_tells_by_its_value(tmp_path: Path) -> None:
    pin = tmp_path / "value"
    pin.write_text("0\n")
    sensor = open_presence(f"presence+sysfs://{pin}")
    try:
        changes = sensor.somebody()
        assert await asyncio.wait_for(anext(changes), PATIENCE_S) is False
        pin.write_text("1\n")
        assert await asyncio.wait_for(anext(changes), PATIENCE_S) is True
        pin.unlink()
        assert (await sensor.status()).code == "presence.absent"
    finally:
        await sensor.close()


async def test_a_held_key_is_one_key_and_the_star_is_the_x_of_a_number(tmp_path: Path) -> None:
    async with board(KeypadSimulator, tmp_path, open_keypad) as (simulator, pad):
        await pad.status()
        keys = pad.pressed()
        first = asyncio.create_task(anext(keys))
        await asyncio.sleep(0.05)
        for key in ("4", "3", "X", "clear", "main"):
            await simulator.command("press", {"key": key})
        got = [await asyncio.wait_for(first, PATIENCE_S)]
        got += [await asyncio.wait_for(anext(keys), PATIENCE_S) for _ in range(4)]
        assert got == ["4", "3", "X", "clear", "main"]


@pytest.mark.parametrize("kind", [LightsSimulator, PresenceSimulator, KeypadSimulator])
async def test_unplugged_and_back_each_says_so(tmp_path: Path, kind: Any) -> None:
    name = {LightsSimulator: "lights", PresenceSimulator: "presence", KeypadSimulator: "keypad"}[kind]
    async with board(kind, tmp_path, lambda text: open_device(name, text)) as (simulator, device):
        seen = []

        async def watch() -> None:
            async for status in device.watch():
                seen.append((status.health, status.code))
                if len(seen) == 2:
                    await simulator.command("replug", {})
                if len(seen) == 3:
                    return

        watching = asyncio.create_task(watch())
        await device.status()
        await asyncio.sleep(0.05)
        await simulator.command("unplug", {})
        await asyncio.wait_for(watching, PATIENCE_S)
        assert seen == [(Health.ONLINE, ""), (Health.ABSENT, f"{name}.absent"), (Health.ONLINE, "")]


def test_each_hour_has_its_volume_and_a_night_runs_over_midnight() -> None:
    by_hour = volumes("12-14=40, 20-7=30", 80)
    assert [by_hour[hour] for hour in (11, 12, 13, 14, 19, 20, 23, 0, 6, 7)] == [80, 40, 40, 80, 80, 30, 30, 30, 30, 80]
    assert volumes("", 80) == (80,) * 24
    assert set(volumes("0-24=10", 80)) == {10}


@pytest.mark.parametrize("text", ["noon=40", "12-14", "25-3=10", "3-3=10", "1-2=101"])
def test_hours_that_cannot_be_read_are_said_at_once(text: str) -> None:
    with pytest.raises(HoursError):
        volumes(text, 80)
    with pytest.raises(AddressError):
        open_device("speaker", "wav:///x", settings=replace(Voice(), by_hour=text))


async def test_at_noon_it_speaks_more_softly(tmp_path: Path) -> None:
    loudest = []
    for hour in (10, 12):
        folder = tmp_path / str(hour)
        speaker = VoiceSpeaker("wav://", FolderSink(folder, 0), by_hour="12-14=20", hour=lambda hour=hour: hour)
        await speaker.tone("done")
        samples: array.array[int] = _samples((folder / "said-0001.wav").read_bytes())[0]
        loudest.append(max(samples))
        await speaker.close()
    assert loudest[1] * 4 - 8 <= loudest[0] <= loudest[1] * 4 + 8

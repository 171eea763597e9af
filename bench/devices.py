"""A reader that is unplugged and comes back: how soon the port says so, how soon a card is read again.

Measured at the driver's port with the terminal's own timing; the screen follows a status within one frame. The limits
are the driver's own rhythm: an idle reader is looked at once a second, a card looked for every 300 ms.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, Report, median, share
from bench.tools import Say
from hardware.addresses import parse
from hardware.ports import CardRecord, Health
from hardware.sam_reader import SamReader, Timing
from hardware.sam_simulator import SamSimulator
from hardware.simulators import Setup

ROUNDS, QUICK = 20, 3
CARD = "wang-xiaolan"
PATIENCE_S = 30.0


def measure(say: Say, quick: bool) -> Report:
    rounds = QUICK if quick else ROUNDS
    gone, back, waited = asyncio.run(_rounds(rounds, say))
    look_ms = Timing().tend_s * 1000
    figures = [
        Figure("idle reader unplugged to said so, 99th", share(gone, 0.99), "ms", "one look at it", look_ms, most=1.5),
        Figure(
            "reader unplugged while a card is waited for, 99th", share(waited, 0.99), "ms", "one find", 300.0, most=2.0
        ),
        Figure(
            "reader replugged to a card read, median",
            median(back),
            "ms",
            "one look and a read",
            look_ms + 500,
            most=1.5,
        ),
    ]
    return Report("devices", figures, {"gone_ms": gone, "gone_while_waiting_ms": waited, "back_ms": back})


async def _rounds(rounds: int, say: Say) -> tuple[list[float], list[float], list[float]]:
    gone: list[float] = []
    back: list[float] = []
    waited: list[float] = []
    with tempfile.TemporaryDirectory(prefix="bench-devices-") as folder:
        simulator = SamSimulator(Setup("id_card", Path(folder)))
        address = await simulator.start()
        try:
            for number in range(rounds):
                say(f"devices: {number + 1}/{rounds}")
                reader = SamReader(address, parse(address).path)
                try:
                    await _until(reader, Health.ONLINE)
                    began = time.monotonic()
                    await simulator.command("unplug", {})
                    await _until(reader, Health.ABSENT)
                    gone.append((time.monotonic() - began) * 1000)
                    await simulator.command("insert", {"card": CARD})
                    began = time.monotonic()
                    await simulator.command("replug", {})
                    await _until(reader, Health.ONLINE)
                    record = await asyncio.wait_for(reader.read(), PATIENCE_S)
                    if not isinstance(record, CardRecord):
                        raise RuntimeError(f"no card after it came back: {record.code}")
                    back.append((time.monotonic() - began) * 1000)
                    await simulator.command("remove", {})
                    reading = asyncio.create_task(reader.read())
                    await asyncio.sleep(0.5)
                    began = time.monotonic()
                    await simulator.command("unplug", {})
                    await asyncio.wait_for(reading, PATIENCE_S)
                    waited.append((time.monotonic() - began) * 1000)
                    await simulator.command("replug", {})
                finally:
                    await reader.close()
        finally:
            await simulator.stop()
    return gone, back, waited


async def _until(reader: SamReader, health: Health) -> None:
    async with asyncio.timeout(PATIENCE_S):
        async for status in reader.watch():
            if status.health is health:
                return

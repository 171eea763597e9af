"""Reading an ID card: our time beside a bare exchange of the same frames on the same simulated reader.

The reader answers at 115200 baud's pace and takes its own time for the card; what the driver adds to that is what
matters. Both sides end with the same frames taken off the line; ours also has the card's text read and checked.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, Report, median, share
from bench.tools import Say
from hardware import sam
from hardware.addresses import parse
from hardware.ports import CardRecord
from hardware.sam_reader import SamReader, Timing
from hardware.sam_simulator import DELAYS_S
from hardware.simulator_client import Simulators

CARD = "wang-xiaolan"
BAUD = 115200
# The same card again at once, which a person cannot do: nothing else differs from the driver's own delays.
TIMING = replace(Timing(), same_card_s=0.0, lift_s=0.0)
COMMANDS = (sam.FIND, sam.SELECT, sam.READ, sam.READ_ADDED_ADDRESS)


def bare(path: str) -> tuple[float, int]:
    """Milliseconds of the exchanges, and the bytes that crossed the line both ways."""
    import serial

    crossed = 0
    with serial.Serial(path, BAUD, timeout=1.0, exclusive=True) as line:
        began = time.perf_counter()
        for command in COMMANDS:
            frame = sam.encode(command)
            line.write(frame)
            parser = sam.Parser()
            answers: list[object] = []
            crossed += len(frame)
            while not answers:
                data = line.read(1)
                if not data:
                    raise TimeoutError("the simulated reader is silent")
                data += line.read(line.in_waiting)
                crossed += len(data)
                answers += parser.feed(data)
        return (time.perf_counter() - began) * 1000, crossed


async def rounds(folder: Path, count: int, say: Say) -> tuple[list[float], list[float], int]:
    simulators = Simulators()
    address = (await simulators.start({"id_card": "sim://id-card"}, folder))["id_card"]
    path = parse(address).path
    ours, theirs, crossed = [], [], 0
    try:
        for number in range(count + 1):
            reader = SamReader(address, path, baud=BAUD, timing=TIMING)
            await simulators.command("id_card", "insert", card=CARD)
            await reader.status()  # opened and greeted, as it is when a person comes
            began = time.perf_counter()
            outcome = await reader.read(lambda: None)
            took = (time.perf_counter() - began) * 1000
            await reader.close()
            if not isinstance(outcome, CardRecord):
                raise RuntimeError(f"the card was not read: {outcome}")
            await simulators.command("id_card", "remove")
            await simulators.command("id_card", "insert", card=CARD)
            beside, crossed = await asyncio.to_thread(bare, path)
            await simulators.command("id_card", "remove")
            if number:
                ours.append(took)
                theirs.append(beside)
            say(f"card {number}/{count}")
    finally:
        await simulators.stop()
    return ours, theirs, crossed


def measure(say: Say, quick: bool = False) -> Report:
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as name:
        ours, theirs, crossed = asyncio.run(rounds(Path(name), 10 if quick else 100, say))
    wire = 1000 * (crossed * 10 / BAUD + sum(DELAYS_S[each] for each in ("find", "select", "read", "added_address")))
    above = [took - wire for took in ours]
    figures = [
        Figure("ID card read, median", median(ours), "ms", "bare pyserial exchange", median(theirs)),
        Figure("ID card read, 99th", share(ours, 0.99), "ms", "bare pyserial exchange", share(theirs, 0.99)),
        Figure("ID card read, median", median(ours), "ms", "the wire and the reader alone", wire),
        Figure("… above the wire's own, 99th", share(above, 0.99), "ms", "bare exchange, above it",
               share(theirs, 0.99) - wire),
    ]  # fmt: skip
    return Report("cards", figures, {"ours_ms": ours, "bare_ms": theirs, "wire_ms": wire, "bytes": crossed})

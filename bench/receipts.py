"""A receipt: to its bytes, and to the printer's word that it has them, beside a bare loop with the same bytes.

The printer is simulated, with paper that costs no time; over the network, and on a serial line at 115200 baud. The bare
loop writes the bytes and waits for the answer to a status request behind them.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, Report, median
from bench.tools import Say
from config import locales
from config.settings import Printer
from hardware.addresses import parse
from hardware.escpos_text import Manner, commands
from hardware.printer import open_receipt_printer
from hardware.simulator_client import Simulators
from matters.outcomes import Printed
from papers.receipt import receipt
from tests.papers.samples import BIRTH, LONG_QR

BAUD = 115200
MARK = b"\x1dr\x01"  # GS r 1: answered when all before it has been worked through
RECEIPT = replace(BIRTH, qr=LONG_QR)
KINDS = {"network, picture": ("", "picture"), "serial, characters": ("&over=pty", "characters"),
         "serial, picture": ("&over=pty", "picture")}  # fmt: skip


def bare_network(address: str, data: bytes) -> float:
    parsed = parse(address)
    began = time.perf_counter()
    with socket.create_connection((parsed.host, parsed.port or 0), 5) as line:
        line.sendall(data + MARK)
        line.recv(1)
    return (time.perf_counter() - began) * 1000


def bare_serial(address: str, data: bytes) -> float:
    import serial

    with serial.Serial(parse(address).path, BAUD, timeout=60, exclusive=True) as line:
        began = time.perf_counter()
        line.write(data + MARK)
        line.read(1)
        return (time.perf_counter() - began) * 1000


async def of_kind(kind: str, folder: Path, count: int, say: Say) -> dict[str, list[float]]:
    more, mode = KINDS[kind]
    settings = Printer(mode=mode)
    slip = receipt(RECEIPT, locales.load())
    simulators = Simulators()
    address = (await simulators.start({"receipt_printer": f"sim://receipt-printer?mm_s=0{more}"}, folder))[
        "receipt_printer"
    ]
    bare: Callable[[str, bytes], float] = bare_serial if more else bare_network
    printer = open_receipt_printer(address, settings)
    found: dict[str, list[float]] = {"ours_ms": [], "bare_ms": [], "made_ms": [], "bytes": []}
    try:
        for number in range(count + 1):
            began = time.perf_counter()
            data = b"".join(
                commands(slip, Manner(settings.width_dots, settings.encoding, settings.native_qr, mode == "characters"))
            )
            made = (time.perf_counter() - began) * 1000
            began = time.perf_counter()
            outcome = await printer.print(slip, os.urandom(8).hex())
            took = (time.perf_counter() - began) * 1000
            if not isinstance(outcome, Printed) or not outcome.confirmed:
                raise RuntimeError(f"not printed: {outcome}")
            beside = await asyncio.to_thread(bare, address, data)
            if number:
                for key, value in (
                    ("ours_ms", took),
                    ("bare_ms", beside),
                    ("made_ms", made),
                    ("bytes", float(len(data))),
                ):
                    found[key].append(value)
            say(f"receipt by {kind} {number}/{count}")
    finally:
        await printer.close()
        await simulators.stop()
    return found


def measure(say: Say, quick: bool = False) -> Report:
    runs: dict[str, dict[str, list[float]]] = {}
    figures = []
    for number, kind in enumerate(KINDS):
        with tempfile.TemporaryDirectory(prefix=f"kiosk-bench-{number}-") as name:
            found = runs[kind] = asyncio.run(of_kind(kind, Path(name), 2 if quick else 8, say))
        ours, beside = median(found["ours_ms"]), median(found["bare_ms"])
        figures.append(Figure(f"receipt to the last byte, {kind}", ours, "ms", "bare loop, same bytes", beside))
        if kind.startswith("serial"):
            line = median(found["bytes"]) * 10 / BAUD * 1000
            figures.append(Figure(f"receipt to the last byte, {kind}", ours, "ms", "the line alone", line))
        figures.append(
            Figure(f"… making its bytes, {kind}", median(found["made_ms"]), "ms", "bare loop, same bytes", beside)
        )
    return Report("receipts", figures, runs)

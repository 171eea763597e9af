"""A printer on its real transport and its driver, for tests: the driver cannot tell that nobody built the printer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image

from config.settings import Printer as PrinterSettings
from hardware.addresses import parse
from hardware.escpos_printer import EscposPrinter, from_address
from hardware.escpos_simulator import PrinterSimulator
from hardware.escpos_talk import Timing
from hardware.simulators import Setup
from papers import slip as s

# Shorter waits than a terminal's, still long against a loop that two cores share with other tests.
QUICK = Timing(answer_s=0.6, probe_s=0.8, look_s=0.25, stuck_s=1.5, poll_s=0.05, linger_s=0.4, slice_s=0.01)
SLIP = s.Slip(
    "test",
    (
        s.Title("试打"),
        s.Rule(),
        s.Row("谁来办", "䶮*兰"),
        s.BigCode("办件号", "3121 0047"),
        s.Boxed("不要钱"),
        s.Small("完"),
    ),
)


@dataclass
class Bench:
    """The pretended printer, its driver, and what the printer tells."""

    simulator: PrinterSimulator
    printer: EscposPrinter
    address: str
    events: list[dict[str, Any]] = field(default_factory=list)

    async def fault(self, what: str, **args: Any) -> None:
        await self.simulator.command("fault", {"what": what, **args})

    async def mend(self) -> None:
        await self.simulator.command("mend", {})

    def receipts(self) -> list[Image.Image]:
        return [Image.open(path).convert("1") for path in self.simulator.receipts]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110  # what is waited for is the printer's, which sets no event
                await asyncio.sleep(0.005)


@asynccontextmanager
async def bench(
    folder: Path,
    options: dict[str, Any] | None = None,
    settings: PrinterSettings | None = None,
    timing: Timing = QUICK,
    extra: str = "",
) -> AsyncIterator[Bench]:
    """`options` are the simulator's, `extra` is added to the driver's address."""
    events: list[dict[str, Any]] = []
    simulator = PrinterSimulator(Setup("receipt_printer", folder, {"mm_s": 0, **(options or {})}, events.append))
    address = await simulator.start() + extra
    printer = from_address(parse(address), settings=settings or PrinterSettings(), timing=timing)
    try:
        yield Bench(simulator, printer, address, events)
    finally:
        await printer.close()
        await simulator.stop()


def in_characters(**more: Any) -> PrinterSettings:
    return replace(PrinterSettings(), mode="characters", **more)

"""`kiosk conform card-reader | printer | camera`: the conformance kit at a real device, or at a simulator."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from config import locales
from config.settings import Settings
from kiosk import build
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show

DEVICE = {"card-reader": "id_card", "printer": "receipt_printer", "camera": "camera"}


class AtTheDevice:
    """Asks whoever stands there, on the terminal's own console. Nobody there (no input): nothing can be done."""

    def __init__(self, words: locales.Locale) -> None:
        self._words = words

    async def _ask(self, text: str, how: str) -> str | None:
        print(f"\n  {text}\n  {self._words(how)} ", end="", file=sys.stderr, flush=True)
        line = await asyncio.to_thread(sys.stdin.readline)
        return line.strip().lower() if line else None

    async def do(self, action: str) -> bool:
        said = await self._ask(self._words(f"conform.do.{action}"), "conform.done_or_skip")
        return said is not None and not said.startswith("n")

    async def sees(self, question: str) -> bool | None:
        said = await self._ask(self._words(f"conform.sees.{question}"), "conform.yes_or_no")
        return {"y": True, "n": False}.get((said or "")[:1])


class Scripted:
    """Answers from a file, for a bench where a machine moves the cards: TOML with [do] and [sees], each key true or
    false, or [do] KEY = "command line" that is run and has done it when it ends with 0."""

    def __init__(self, file: Path) -> None:
        table = tomllib.loads(file.read_text("utf-8"))
        self._do: Mapping[str, Any] = table.get("do", {})
        self._sees: Mapping[str, Any] = table.get("sees", {})

    async def do(self, action: str) -> bool:
        how = self._do.get(action, False)
        if isinstance(how, list):
            process = await asyncio.create_subprocess_exec(*(str(part) for part in how))
            return await process.wait() == 0
        return how is True

    async def sees(self, question: str) -> bool | None:
        seen = self._sees.get(question)
        return seen if isinstance(seen, bool) else None


def conform(arguments: argparse.Namespace) -> int:
    """Runs the checks and writes report.txt, report.json and report.pdf; exit status 0 if the device conforms."""
    from hardware.addresses import AddressError
    from hardware.simulators import SimulatorError

    if arguments.device.startswith("sim://"):
        build.refuse_in_production("the conformance kit's simulators")
    try:
        report = asyncio.run(_run(arguments, settings_of(arguments)))
    except (AddressError, SimulatorError, OSError, tomllib.TOMLDecodeError) as error:
        return complain(str(error))
    except KeyError as error:
        return complain(f"no check {error}")
    words = locales.load()
    from hardware.conformance import reporting

    if arguments.out is not None:
        from papers import report as sheets

        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "report.txt").write_text(reporting.text(report, words), "utf-8")
        (arguments.out / "report.json").write_text(
            json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        made = sheets.pdf(reporting.paper(report, words), datetime.fromisoformat(report.at))
        (arguments.out / "report.pdf").write_bytes(made)
        print(words("conform.written", folder=arguments.out), file=sys.stderr)
    show(report.to_json(), arguments.json, lambda: reporting.text(report, words))
    return DONE if report.conforms else FINDING


async def _run(arguments: argparse.Namespace, settings: Settings) -> Any:
    from hardware.conformance import reporting
    from hardware.conformance.checking import Finding, Report, chosen, conduct

    words = locales.load()
    only = [key for key in arguments.only.split(",") if key]
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    blank = Report(arguments.kind, arguments.device, at)

    def told(finding: Finding) -> None:
        print(reporting.line(blank, finding, words), file=sys.stderr, flush=True)

    async with (
        _at(arguments) as (address, person),
        _bench(arguments.kind, address, person, settings) as (bench, checks),
    ):
        findings = await conduct(bench, chosen(checks, only), told)
        return Report(arguments.kind, arguments.device, at, bench.about(), findings)


def _whole(device: str) -> str:
    """A simulated camera as sharp as the kit wants one, unless it is told otherwise. The rehearsal's is smaller: every
    picture of it is drawn anew."""
    return f"{device}?width=2880&height=2160&fps=8" if device == "sim://camera" else device


@contextlib.asynccontextmanager
async def _at(arguments: argparse.Namespace) -> AsyncIterator[tuple[str, Any]]:
    """The device's real address and the person beside it; a simulator has its own hand."""
    words = locales.load()
    if not arguments.device.startswith("sim://"):
        yield arguments.device, Scripted(arguments.script) if arguments.script else AtTheDevice(words)
        return
    from hardware.conformance import rehearsed
    from hardware.simulator_client import Simulators
    from kiosk.processes import command

    name = DEVICE[arguments.kind]
    with tempfile.TemporaryDirectory(prefix="kiosk-conform-") as folder:
        async with Simulators() as simulators:
            addresses = await simulators.start({name: _whole(arguments.device)}, Path(folder), command("simulators"))

            async def do(what: str, args: Mapping[str, Any]) -> dict[str, Any]:
                return await simulators.command(name, what, **args)

            hands = {
                "card-reader": rehearsed.CardHand,
                "printer": rehearsed.PrinterHand,
                "camera": rehearsed.CameraHand,
            }
            yield addresses[name], Scripted(arguments.script) if arguments.script else hands[arguments.kind](do)


@contextlib.asynccontextmanager
async def _bench(kind: str, address: str, person: Any, settings: Settings) -> AsyncIterator[tuple[Any, Any]]:
    if kind == "card-reader":
        from hardware.conformance import card_reader

        reader = card_reader.ReaderBench(address, person)
        try:
            yield reader, card_reader.checks_for(address)
        finally:
            await asyncio.to_thread(reader.close)
    elif kind == "printer":
        from hardware.conformance import printer
        from hardware.conformance.rehearsed import PrinterHand

        bench = printer.PrinterBench(address, person, settings.printer)
        if isinstance(person, PrinterHand):
            person.slip, person.width = bench.slip(), settings.printer.width_dots
        yield bench, printer.CHECKS
    else:
        from hardware.camera import PapersCamera
        from hardware.conformance import camera
        from kiosk.processes import command

        bytes_most = settings.papers.page_bytes_most
        looked = camera.CameraBench(
            address, person, make=lambda at: PapersCamera(at, command=command("papers"), page_bytes_most=bytes_most)
        )
        try:
            yield looked, camera.CHECKS
        finally:
            await looked.close()

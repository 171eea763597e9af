"""The conformance kit against a sound simulated printer, and against one with each known defect: every one is found."""

from pathlib import Path
from typing import Any

import pytest

from config.settings import Printer as PrinterSettings
from hardware.conformance.checking import Finding, Outcome, Report, chosen, conduct
from hardware.conformance.printer import CHECKS, Limits, PrinterBench
from hardware.conformance.rehearsed import PrinterHand
from hardware.escpos_simulator import DEFECTS, PrinterSimulator
from hardware.simulators import Setup
from tests.hardware.printers import QUICK as TIMING

QUICK = Limits(answer_s=0.6, mark_s=0.8, person_s=1.5, gone_s=3.0, back_s=3.0, reconnects=3)


async def run(folder: Path, *only: str, extra: str = "", width: int = 576, **options: Any) -> dict[str, Finding]:
    """`only`: checks; none: all. `extra` is added to the address."""
    simulator = PrinterSimulator(Setup("receipt_printer", folder, {"mm_s": 400, "width": width, **options}))
    address = await simulator.start() + extra
    hand = PrinterHand(simulator.command, None, width)
    bench = PrinterBench(address, hand, PrinterSettings(width_dots=width), QUICK, TIMING)
    hand.slip = bench.slip()
    try:
        return {one.key: one for one in await conduct(bench, chosen(CHECKS, only))}
    finally:
        await simulator.stop()


@pytest.mark.parametrize("width", [576, 384])
async def test_a_sound_printer_passes_every_check(tmp_path: Path, width: int) -> None:
    found = await run(tmp_path, width=width)
    assert {key: one.note for key, one in found.items() if one.outcome is not Outcome.PASS} == {}
    assert Report("printer", "", "", {}, tuple(found.values())).conforms


async def test_a_sound_printer_on_a_serial_line_passes_too(tmp_path: Path) -> None:
    found = await run(tmp_path, "slip", "marks_in_turn", "status_while_printing", over="pty")
    assert {one.outcome for one in found.values()} == {Outcome.PASS}


# What is built wrong -> the check that finds it, and how.
PLANTED: dict[str, tuple[str, Outcome]] = {
    "mark_at_once": ("marks_in_turn", Outcome.FAIL),
    "busy_mute": ("status_while_printing", Outcome.FAIL),
    "half_deaf": ("realtime", Outcome.FAIL),
    "no_cover": ("cover", Outcome.FAIL),
    "no_paper_sensor": ("paper_ends", Outcome.FAIL),
    "no_low": ("paper_low", Outcome.UNSUPPORTED),
    "always_low": ("paper_low", Outcome.FAIL),
    "narrow": ("frame", Outcome.FAIL),
    "dead_dots": ("frame", Outcome.FAIL),
    "no_cut": ("cut", Outcome.FAIL),
    "no_chinese": ("characters", Outcome.FAIL),
    "no_codes": ("native_code", Outcome.UNSUPPORTED),
    "keeps_scrap": ("broken_off", Outcome.FAIL),
    "one_connection": ("reconnects", Outcome.FAIL),
    "no_return": ("unplugged", Outcome.FAIL),
}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
async def test_a_printer_that_is_built_wrong_is_found_out(tmp_path: Path, defect: str) -> None:
    check, outcome = PLANTED[defect]
    found = await run(tmp_path, check, defects=defect)
    assert found[check].outcome is outcome, found[check].note
    assert [one.key for one in found.values() if one.key != check and one.outcome is Outcome.FAIL] == []


async def test_a_missing_paper_sensor_is_found_by_taking_the_paper_too(tmp_path: Path) -> None:
    found = await run(tmp_path, "paper_out", defects="no_paper_sensor")
    assert found["paper_out"].outcome is Outcome.FAIL


async def test_a_printer_that_answers_nothing_is_not_supported_rather_than_failed(tmp_path: Path) -> None:
    simulator = PrinterSimulator(Setup("receipt_printer", tmp_path, {"mm_s": 0}))
    bench = PrinterBench(await simulator.start(), PrinterHand(simulator.command, None), None, QUICK, TIMING)
    await simulator.command("fault", {"what": "deaf"})
    try:
        findings = {one.key: one.outcome for one in await conduct(bench, chosen(CHECKS, ["ready", "marks"]))}
    finally:
        await simulator.stop()
    assert findings["realtime"] is Outcome.UNSUPPORTED
    assert findings["marks"] is Outcome.UNSUPPORTED
    assert findings["ready"] is Outcome.NOT_TRIED


async def test_noise_in_place_of_a_status_is_a_failure_with_its_bytes(tmp_path: Path) -> None:
    simulator = PrinterSimulator(Setup("receipt_printer", tmp_path, {"mm_s": 0}))
    bench = PrinterBench(await simulator.start(), PrinterHand(simulator.command, None), None, QUICK, TIMING)
    await simulator.command("fault", {"what": "garbage"})
    try:
        (_, realtime) = await conduct(bench, chosen(CHECKS, ["realtime"]))
    finally:
        await simulator.stop()
    assert realtime.outcome is Outcome.FAIL
    assert [line for line in realtime.evidence if line.get("received") == "A5"]


async def test_a_printer_that_is_not_there_fails_the_first_check(tmp_path: Path) -> None:
    bench = PrinterBench(f"escpos+file://{tmp_path}/none", PrinterHand(_nobody, None), None, QUICK, TIMING)
    findings = await conduct(bench, CHECKS)
    assert findings[0].outcome is Outcome.FAIL
    assert {one.outcome for one in findings[1:]} == {Outcome.NOT_TRIED}


async def _nobody(_: str, __: object) -> dict[str, Any]:
    return {"receipts": [], "texts": []}

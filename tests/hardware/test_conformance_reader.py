"""The conformance kit against a sound simulated reader, and against one with each known defect: every one is found."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hardware.conformance.card_reader import CHECKS, Limits, ReaderBench, checks_for
from hardware.conformance.checking import Finding, Outcome, Report, chosen, conduct
from hardware.conformance.masking import mask_answer
from hardware.conformance.rehearsed import CardHand
from hardware.sam import READ, STATUS, Answer, Word, encode_answer
from hardware.sam_card import encode_text
from hardware.sam_simulator import DEFECTS, SamSimulator
from hardware.sample_cards import sample_cards
from hardware.simulators import Setup
from hardware.stx_simulator import StxSimulator

QUICK = Limits(answer_s=0.4, read_s=0.8, gap_s=0.15, poll_s=0.03, finds=8, card_s=1.0, gone_s=3.0, back_s=4.0, reads=1)


async def run(folder: Path, *only: str, defects: str = "", fault: dict[str, Any] | None = None) -> dict[str, Finding]:
    simulator = SamSimulator(Setup("id_card", folder, {"pace": 0, "delay": 0.05, "defects": defects}))
    address = await simulator.start()
    bench = ReaderBench(address, CardHand(simulator.command), QUICK)
    try:
        if fault:
            await simulator.command("fault", {"times": 0, **fault})
        return {one.key: one for one in await conduct(bench, chosen(CHECKS, only))}
    finally:
        await asyncio.to_thread(bench.close)
        await simulator.stop()


async def test_a_sound_reader_passes_every_check(tmp_path: Path) -> None:
    found = await run(tmp_path)
    assert {key: one.outcome for key, one in found.items() if one.outcome is not Outcome.PASS} == {}
    assert len(found) == len(CHECKS)
    assert Report("card-reader", "", "", {}, tuple(found.values())).conforms


# What is built wrong -> the check that finds it, and how.
PLANTED: dict[str, tuple[str, Outcome]] = {
    "no_checksum": ("wrong_checksum", Outcome.FAIL),
    "no_resync": ("noise_before", Outcome.FAIL),
    "impatient": ("split_command", Outcome.FAIL),
    "accepts_all": ("unknown_command", Outcome.FAIL),
    "finds_nothing": ("find", Outcome.FAIL),
    "finds_always": ("no_card", Outcome.FAIL),
    "finds_again": ("found_once", Outcome.FAIL),
    "tires": ("pace", Outcome.FAIL),
    "scrambles": ("text", Outcome.FAIL),
    "varies": ("found_again", Outcome.FAIL),
    "no_photo": ("photo", Outcome.FAIL),
    "short_photo": ("read", Outcome.FAIL),
    "no_fingerprint": ("fingerprint", Outcome.UNSUPPORTED),
    "keeps": ("lifted_early", Outcome.FAIL),
    "no_return": ("unplugged", Outcome.FAIL),
    "old_cards": ("layout_foreigner2023", Outcome.FAIL),
}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
async def test_a_reader_that_is_built_wrong_is_found_out(tmp_path: Path, defect: str) -> None:
    check, outcome = PLANTED[defect]
    found = await run(tmp_path, check, defects=defect)
    assert found[check].outcome is outcome, found[check].note
    others = [one.key for one in found.values() if one.key != check and one.outcome is Outcome.FAIL]
    assert others == []


async def test_a_reader_that_remembers_the_last_card_is_found_out_without_a_card_too(tmp_path: Path) -> None:
    found = await run(tmp_path, "read_without_card", defects="keeps")
    assert found["read_without_card"].outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("status", {"what": "word", "on": "status", "sw": int(Word.SELF_TEST_FAILED)}),
        ("sam_number", {"what": "truncated", "on": "sam_number", "keep": 9}),
        ("reset", {"what": "silent", "on": "reset"}),
        ("no_card", {"what": "checksum", "on": "find"}),
        ("select", {"what": "word", "on": "select", "sw": int(Word.SELECT_FAILED)}),
        ("read", {"what": "length", "on": "read"}),
        ("added_address", {"what": "word", "on": "added_address", "sw": int(Word.READ_FAILED)}),
        ("line_speed", {"what": "split", "on": "read", "pieces": 2, "pause_s": 0.2}),
        ("status", {"what": "doubled", "on": "status"}),
        ("status", {"what": "late", "on": "status", "seconds": 0.9}),
        ("cut_command", {"what": "silent", "on": "status", "times": 1}),
    ],
)
async def test_what_comes_wrong_over_the_line_is_found(tmp_path: Path, check: str, fault: dict[str, Any]) -> None:
    found = await run(tmp_path, check, fault=fault)
    failed = {one.key for one in found.values() if one.outcome is Outcome.FAIL}
    if check == "cut_command":  # a single lost answer is the line's, and forgiven: the status before it takes the blame
        assert failed == {"status"}
        return
    assert failed == {check}
    assert found[check].evidence


async def test_a_reader_that_is_not_there_fails_the_first_check_and_the_rest_is_not_tried(tmp_path: Path) -> None:
    bench = ReaderBench(f"sam://{tmp_path}/none", CardHand(_nobody), QUICK)
    findings = await conduct(bench, CHECKS)
    assert findings[0].outcome is Outcome.FAIL
    assert {one.outcome for one in findings[1:]} == {Outcome.NOT_TRIED}
    assert not Report("card-reader", "", "", {}, findings).conforms


async def _nobody(_: str, __: object) -> dict[str, Any]:
    return {}


class Nobody:
    async def do(self, action: str) -> bool:
        del action
        return False

    async def sees(self, question: str) -> bool | None:
        del question


async def test_what_nobody_could_do_is_not_called_passed(tmp_path: Path) -> None:
    simulator = SamSimulator(Setup("id_card", tmp_path, {"pace": 0, "delay": 0}))
    bench = ReaderBench(await simulator.start(), Nobody(), QUICK)
    try:
        findings = await conduct(bench, chosen(CHECKS, ["no_card"]))
    finally:
        bench.close()
        await simulator.stop()
    assert findings[-1].outcome is Outcome.NOT_TRIED
    assert not Report("card-reader", "", "", {}, findings).conforms


def test_bytes_of_a_person_are_counted_and_not_shown() -> None:
    record = sample_cards()["wang-xiaolan"].record
    text = encode_text(record)
    frame = encode_answer(Answer(0, 0, Word.OK, b"\x01\x00\x04\x00" + text + (record.photo or b"")))
    name = record.name.encode("utf-16-le").hex().upper()
    for received in (frame, frame[:400], frame + frame, b"\x00" + frame[30:], frame[:5] + b"\x00\x10" + frame[7:]):
        for command in (READ, STATUS, None):
            shown = mask_answer(command, received, after_card=True)
            assert name not in shown.replace(" ", "")
            assert len(shown) < 200


def test_bytes_of_the_protocol_are_shown_whole() -> None:
    frame = encode_answer(Answer(0, 0, Word.SELF_TEST_FAILED))
    assert mask_answer(STATUS, frame, after_card=True) == "AA AA AA 96 69 00 04 00 00 60 64"


async def test_a_reader_with_the_other_framing_is_judged_by_the_driver(tmp_path: Path) -> None:
    simulator = StxSimulator(Setup("id_card", tmp_path, {"pace": 0, "delay": 0.05}))
    address = await simulator.start()
    bench = ReaderBench(address, CardHand(simulator.command), QUICK)
    try:
        assert {one.outcome for one in await conduct(bench, checks_for(address))} == {Outcome.PASS}
    finally:
        await simulator.stop()

"""`kiosk conform` from the command line: a report in three forms, and an exit status that says whether it conforms."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config import locales
from hardware.conformance import camera, card_reader, printer
from hardware.conformance.checking import Outcome
from kiosk.cli.parser import parser

CHECKS = {"card-reader": card_reader.CHECKS, "printer": printer.CHECKS, "camera": camera.CHECKS}
KINDS = sorted(CHECKS)
DOCS = Path(__file__).parents[2] / "docs" / "conformance"


def conform(*arguments: str, given: str = "") -> tuple[int, Any, str]:
    """Exit status, the report as JSON, and what was said to the person."""
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "conform", *arguments, "--json"], input=given, capture_output=True, text=True
    )
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def paper_text(file: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    ("kind", "device", "only"),
    [
        ("card-reader", "sim://id-card?pace=0&delay=0", "text,no_card"),
        ("printer", "sim://receipt-printer?mm_s=0", "ready,code"),
        ("camera", "sim://camera?width=320&height=240", "opens"),
    ],
)
def test_the_same_report_is_written_as_text_json_and_paper(tmp_path: Path, kind: str, device: str, only: str) -> None:
    status, told, _ = conform(kind, "--device", device, "--out", str(tmp_path), "--only", only)
    assert status == 0
    assert told == json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert {one["outcome"] for one in told["findings"]} == {"pass"}
    text, paper = (tmp_path / "report.txt").read_text("utf-8"), paper_text(tmp_path / "report.pdf")
    for one in told["findings"]:
        title = locales.load()(f"conform.{kind.replace('-', '_')}.{one['key']}")
        assert title in text
        assert title in paper
        assert one["number"] in paper


def test_a_device_with_a_fault_ends_with_1_and_its_bytes_in_the_report(tmp_path: Path) -> None:
    device = "sim://id-card?pace=0&delay=0&defects=no_checksum"
    status, told, _ = conform("card-reader", "--device", device, "--out", str(tmp_path), "--only", "wrong_checksum")
    assert status == 1
    bad = told["findings"][-1]
    assert bad["outcome"] == "fail"
    assert bad["evidence"][0]["sent"].startswith("AA AA AA 96 69 00 03 11 FF")
    assert bad["evidence"][0]["sent"] in paper_text(tmp_path / "report.pdf")


def test_the_person_at_the_device_is_asked_in_words_and_may_say_no(tmp_path: Path) -> None:
    # A folder of pictures is a camera that no simulator's hand moves.
    from PIL import Image

    Image.new("RGB", (1800, 1200), (90, 80, 70)).save(tmp_path / "desk.png")
    status, told, said = conform(
        "camera", "--device", f"camera://{tmp_path}/desk.png", "--only", "resolution", given="n\n"
    )
    assert status == 1
    assert told["findings"][-1]["outcome"] == "not tried"
    assert locales.load()("conform.do.clear_desk") in said


def test_a_bench_without_a_person_answers_by_script(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (1800, 1200), (90, 80, 70)).save(tmp_path / "desk.png")
    script = tmp_path / "bench.toml"
    script.write_text(f'[do]\nclear_desk = ["touch", "{tmp_path}/moved"]\n', "utf-8")
    device = f"camera://{tmp_path}/desk.png"
    status, told, _ = conform("camera", "--device", device, "--only", "resolution", "--script", str(script))
    assert (status, told["findings"][-1]["outcome"]) == (0, "pass")
    assert (tmp_path / "moved").exists()


def test_a_check_that_does_not_exist_is_not_taken_for_one_that_passed() -> None:
    status, told, said = conform("printer", "--device", "sim://receipt-printer", "--only", "colour")
    assert status == 1
    assert told is None
    assert "colour" in said


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_has_a_number_of_its_own_words_and_a_place_after_what_it_rests_on(kind: str) -> None:
    seen: set[str] = set()
    numbers = [check.number for check in CHECKS[kind]]
    assert numbers == sorted(set(numbers))
    for check in CHECKS[kind]:
        assert locales.load()(f"conform.{kind.replace('-', '_')}.{check.key}")
        assert set(check.needs) <= seen
        seen.add(check.key)


def test_every_outcome_has_a_word() -> None:
    for outcome in Outcome:
        assert locales.load()(f"conform.{outcome.replace(' ', '_')}")


def test_the_kinds_on_the_command_line_are_those_of_the_kit() -> None:
    for kind in KINDS:
        assert parser().parse_args(["conform", kind, "--device", "x"]).kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_the_simulators_reports_in_the_docs_are_of_this_kit(kind: str) -> None:
    told = json.loads((DOCS / f"{kind}.json").read_text("utf-8"))
    assert [(one["number"], one["key"]) for one in told["findings"]] == [(c.number, c.key) for c in CHECKS[kind]]
    assert {one["outcome"] for one in told["findings"]} == {"pass"}
    text = (DOCS / f"{kind}.txt").read_text("utf-8")
    assert all(one["number"] in text for one in told["findings"])
    assert told["findings"][-1]["number"] in paper_text(DOCS / f"{kind}.pdf")

"""`kiosk doctor`: one screen in staff's words, the worst first, and the same on paper."""

import json
import subprocess
import sys
from pathlib import Path

from config import locales
from config.settings import Devices
from hardware.simulator_client import Simulators
from kiosk.doctor import DEVICES
from papers import readiness
from papers.readiness import Entry

WORDS = locales.load()
ENTRIES = (
    Entry("disk", True, "还能存", vital=True),
    Entry("id_card", False, "请把读卡器的线插紧。"),
    Entry("certificate", False, "县里还不认得这台机器。", vital=True),
)


def doctor(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "kiosk", "doctor", *arguments], capture_output=True, text=True)


def settings(folder: Path, **devices: str) -> Path:
    file = folder / "settings.toml"
    lines = [f"{name} = {json.dumps(address)}" for name, address in devices.items()]
    file.write_text("\n".join(['profile = "test"', "[devices]", *lines]) + "\n", "utf-8")
    return file


def test_what_stops_everything_comes_first_and_says_what_to_do() -> None:
    lines = readiness.text(ENTRIES, WORDS).splitlines()
    assert lines[0] == WORDS("doctor.not_ready")
    assert "县里还不认得" in lines[2]
    assert "线插紧" in lines[3]
    assert WORDS("doctor.disk_name") in lines[4]


def test_a_device_less_is_no_reason_to_close() -> None:
    assert readiness.verdict(ENTRIES[:2], WORDS) == ("open", WORDS("doctor.some_missing", count=1))
    assert readiness.verdict(ENTRIES[:1], WORDS) == ("good", WORDS("doctor.ready"))


def test_every_device_of_the_settings_is_looked_at_and_has_a_name() -> None:
    assert set(DEVICES) == set(Devices.__dataclass_fields__)
    for name in DEVICES:
        assert WORDS(f"doctor.{name}_name")


def test_the_sheet_says_what_the_screen_says(tmp_path: Path) -> None:
    sheet = tmp_path / "ready.pdf"
    config = settings(tmp_path, id_card="sam:///dev/none-here")
    done = doctor("--config", str(config), "--state", str(tmp_path / "state"), "--pdf", str(sheet))
    assert done.returncode == 1
    paper = subprocess.run(["pdftotext", str(sheet), "-"], capture_output=True, text=True, check=True).stdout
    told = paper.replace("\n", "")
    for line in done.stdout.splitlines()[2:]:
        text = line.partition("：")[2]
        assert text.replace(" ", "") in told.replace(" ", ""), text


async def test_the_slip_comes_out_of_the_receipt_printer(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        found = await simulators.start({"receipt_printer": "sim://receipt-printer?mm_s=0"}, tmp_path)
        config = settings(tmp_path, receipt_printer=found["receipt_printer"])
        config.write_text(config.read_text("utf-8") + '[printer]\nmode = "characters"\n', "utf-8")
        done = doctor("--config", str(config), "--state", str(tmp_path / "state"), "--print")
        told = await simulators.command("receipt_printer", "receipts")
    assert WORDS("doctor.printed") in done.stderr
    assert "开门前检查" in told["texts"][0]
    assert WORDS("doctor.receipt_printer_name") in told["texts"][0]


async def test_a_slip_that_cannot_come_says_why(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        found = await simulators.start({"receipt_printer": "sim://receipt-printer?mm_s=0"}, tmp_path)
        await simulators.command("receipt_printer", "fault", what="paper_out")
        config = settings(tmp_path, receipt_printer=found["receipt_printer"])
        done = doctor("--config", str(config), "--state", str(tmp_path / "state"), "--print")
    assert done.returncode == 1
    assert locales.load()("fault.printer.paper_out.staff") in done.stderr

"""`kiosk doctor`: one screen in staff's words, the worst first, and the same on paper."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from config import locales
from config.settings import Devices, Place, Screen, Settings
from hardware.simulator_client import Simulators
from kiosk.doctor import DEVICES, examine, swap, zone
from kiosk.staff import StaffPin
from kiosk.visiting.process import other_language
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


def test_a_machine_in_another_zone_than_chinas_is_named() -> None:
    assert zone(WORDS, 8 * 3600).well
    wrong = zone(WORDS, 0)
    assert (wrong.well, wrong.vital) == (False, False)
    assert "Asia/Shanghai" in wrong.text


def swapping(folder: Path, *names: str, limit: str = "max") -> tuple[Path, Path]:
    """A /proc and a /sys of a machine that swaps there."""
    proc, sys_ = folder / "proc", folder / "sys"
    (proc / "self").mkdir(parents=True)
    lines = ["Filename Type Size Used Priority", *(f"{name} partition 1 0 -2" for name in names)]
    (proc / "swaps").write_text("\n".join(lines) + "\n")
    (proc / "self" / "cgroup").write_text("0::/user.slice/session.scope\n")
    group = sys_ / "fs" / "cgroup" / "user.slice"
    (group / "session.scope").mkdir(parents=True)
    (group / "memory.swap.max").write_text(limit + "\n")
    mapped = sys_ / "class" / "block" / "dm-1" / "dm"
    mapped.mkdir(parents=True)
    (mapped / "uuid").write_text("CRYPT-PLAIN-swap\n")
    return proc, sys_


@pytest.mark.parametrize(
    ("names", "limit", "well"),
    [((), "max", True), (("/dev/zram0",), "max", True), (("/dev/dm-1",), "max", True), (("/dev/sda2",), "max", False),
     (("/dev/zram0", "/swapfile"), "max", False), (("/dev/sda2",), "0", True), (("/dev/dm-2",), "max", False)],
)  # fmt: skip
def test_memory_that_may_reach_a_disk_is_named(tmp_path: Path, names: tuple[str, ...], limit: str, well: bool) -> None:
    found = swap(WORDS, *swapping(tmp_path, *names, limit=limit))
    assert found.well is well
    assert found.text == WORDS("doctor.swap_ok" if well else "doctor.swap_on")


def test_a_token_that_the_county_refused_is_said_and_one_that_waits_too(tmp_path: Path) -> None:
    from offline.outbox import Outbox
    from offline.sync import TOKEN_FILE

    asyncio.run(_certificate(tmp_path, "doctor.not_enrolled"))
    (tmp_path / TOKEN_FILE).write_text("used-already")
    asyncio.run(_certificate(tmp_path, "doctor.token_waiting"))
    outbox = Outbox.open(tmp_path, lambda: 0.0)
    outbox.set_note("last_error", "enrolment.refused")
    outbox.close()
    asyncio.run(_certificate(tmp_path, "doctor.token_refused"))


async def _certificate(state: Path, key: str) -> None:
    found = {one.what: one for one in await examine(Settings(), state)}
    assert found["certificate"].text == WORDS(key)
    assert not found["certificate"].well


def test_a_staff_pin_that_was_never_set_is_named(tmp_path: Path) -> None:
    async def looked() -> Entry:
        return next(one for one in await examine(Settings(), tmp_path) if one.what == "pin")

    assert not asyncio.run(looked()).well
    StaffPin(tmp_path).set("271828")
    assert asyncio.run(looked()).well


async def test_a_printer_that_cannot_say_how_it_is_is_not_called_unplugged(tmp_path: Path) -> None:
    async with Simulators() as simulators:
        addresses = await simulators.start({"receipt_printer": "sim://receipt-printer?mm_s=0"}, tmp_path)
        mute = addresses["receipt_printer"]
        mute += ("&" if "?" in mute else "?") + "status=none"
        found = await examine(Settings(profile="test", devices=Devices(receipt_printer=mute)), tmp_path)
    said = next(one for one in found if one.what == "receipt_printer")
    assert said.well
    assert said.text == WORDS("doctor.printer_mute")


async def test_a_file_of_places_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    def place(regions: str) -> Settings:
        return Settings(profile="test", place=Place(regions=regions))

    wrong = tmp_path / "regions.toml"
    wrong.write_text('[places]\n"甲村" = 100\n', "utf-8")
    said = [one for one in await examine(place(str(wrong)), tmp_path) if one.what == "places"]
    assert [one.well for one in said] == [False]
    assert "甲村" in said[0].text
    assert [one.well for one in await examine(place("sample"), tmp_path) if one.what == "places"] == [True]
    assert [one for one in await examine(place(""), tmp_path) if one.what == "places"] == []


async def test_what_a_rescue_could_not_save_is_said_by_id_until_the_window_has_the_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kiosk.cli.parser import run
    from offline.outbox import Outbox

    record = "01960000-0000-7000-8000-00000000000a"
    Outbox.open(tmp_path, lambda: 0.0).close()
    aside = tmp_path / "outbox" / "damaged-1"
    aside.mkdir()
    (aside / "report.json").write_text(json.dumps({"saved": 2, "lost": [record]}))
    (told,) = [one for one in await examine(Settings(), tmp_path) if one.what == "lost"]
    assert not told.well
    assert record in told.text
    assert "1 件没救回来" in told.text
    for more, status in (((), 1), (("--seen",), 0), ((), 0)):
        assert run(["outbox", "lost", *more, "--state", str(tmp_path)]) == status
    assert capsys.readouterr().out.split() == [record, record, "-"]
    assert not [one for one in await examine(Settings(), tmp_path) if one.what == "lost"]


async def test_a_language_that_nobody_can_choose_is_said(tmp_path: Path) -> None:
    offered = Settings(screen=Screen(also=("en", "xx")))
    (said,) = [one for one in await examine(offered, tmp_path) if one.what == "languages"]
    assert (said.well, "xx" in said.text, said.vital) == (False, True, False)
    assert other_language(offered.screen, "zh") == ("en", "English")
    assert other_language(Screen(language="en", also=("en", "xx")), "zh") == ("zh", "中文")
    assert other_language(Screen(), "zh") == ("", "")

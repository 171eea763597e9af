"""The frozen builds themselves: `make test-frozen` makes both and runs this. Skipped where nobody asked for it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from hardware.ports import Fault
from provision import freeze

pytestmark = [
    pytest.mark.skipif(
        "KIOSK_TEST_FROZEN" not in os.environ, reason="the frozen builds are tested by make test-frozen"
    ),
    pytest.mark.timeout(600),
]

PRODUCTION = freeze.ROOT / "dist" / "kiosk"
TEST = freeze.ROOT / "dist" / "kiosk-test"
JOURNEY = freeze.ROOT / "tests" / "journeys" / "newborn.toml"


def run(
    folder: Path, arguments: Sequence[str], state: Path, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The frozen app with a clean environment, as a system would start it."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(state), "KIOSK_STATE": str(state), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(folder / "kiosk"), *arguments], env={**clean, **(environment or {})}, capture_output=True, text=True,
        timeout=120, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def settings(tmp_path: Path, text: str) -> str:
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    return str(path)


def contents(folder: Path) -> set[str]:
    """Every module in the app's archive."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(folder / "kiosk"))
    return set(archive.open_embedded_archive("PYZ.pyz").toc)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('profile = "test"', "profile"),
        ('[devices]\nid_card = "sim://id-card"', "devices.id_card"),
        ('[devices]\ncamera = "sim://camera"', "devices.camera"),
        ("[county]\nembedded = true", "county.embedded"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "doctor"])
def test_the_production_build_refuses_settings_for_tests(verb: str, text: str, said: str, tmp_path: Path) -> None:
    done = run(PRODUCTION, [verb, "--config", settings(tmp_path, text)], tmp_path / "state")
    assert done.returncode == 1
    assert said in done.stderr
    assert "production build" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["run", "--control", "0"], ["visit", "any.toml", "--out", "out"], ["demo"], ["role", "simulators"]]
)
def test_the_production_build_refuses_controls_runner_and_simulators(arguments: list[str], tmp_path: Path) -> None:
    done = run(PRODUCTION, arguments, tmp_path / "state")
    assert done.returncode == 1
    assert "production build" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_production_build_whose_marker_is_gone_or_says_test_still_has_no_test_parts() -> None:
    held = contents(PRODUCTION)
    assert set(freeze.modules("production")) - {"kiosk.__main__"} <= held
    assert not [name for name in held if freeze.below(name, (*freeze.FOR_TESTS, *freeze.LIBRARIES_FOR_TESTS))]
    assert not [name for name in held if freeze.below(name, ("gateway", "bench", "tests", "provision"))]
    for file in freeze.DATA_FOR_TESTS:
        assert not (PRODUCTION / "_internal" / file).exists()
        assert (TEST / "_internal" / file).exists()


@pytest.mark.parametrize("folder", [PRODUCTION, TEST])
def test_no_file_of_a_build_names_the_building_machines_folders(folder: Path) -> None:
    needle = str(freeze.ROOT).encode() + b"/"
    assert [path for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()] == []


def test_the_production_build_examines_devices_of_every_kind(tmp_path: Path) -> None:
    text = (
        '[devices]\nid_card = "sam:///dev/nothing"\nsocial_card = "pcsc:///Nobody"\ncamera = "camera:///dev/nothing"\n'
        'receipt_printer = "escpos+usb://04b8:0e15"\nspeaker = "alsa:///default"\n'
    )
    done = run(PRODUCTION, ["doctor", "--json", "--config", settings(tmp_path, text)], tmp_path / "state")
    assert done.returncode == 1, done.stderr  # nothing is enrolled and nothing is plugged in
    found = {one["what"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["catalogue"]["well"]
    assert not found["id_card"]["well"]
    for name in ("id_card", "social_card", "camera", "receipt_printer", "speaker"):
        assert "module" not in found[name]["text"].lower(), found[name]


@pytest.mark.parametrize("folder", [PRODUCTION, TEST], ids=["production", "test"])
def test_the_frozen_app_reads_what_is_printed_on_a_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the networks that are in it: the process cannot reach any other."""
    from hardware import sample_papers
    from hardware.reading.reader import PageText, PaperReader

    for name in [name for name in os.environ if name.startswith(("PYTHON", "VIRTUAL_ENV"))]:
        monkeypatch.delenv(name)
    kept = io.BytesIO()
    sample_papers.draw("birth-certificate").save(kept, "JPEG", quality=85)

    async def read() -> PageText | Fault:
        reader = PaperReader((str(folder / "kiosk"), "role", "reading"))
        try:
            return await reader.read(kept.getvalue())
        finally:
            await reader.close()

    page = asyncio.run(read())
    assert isinstance(page, PageText)
    assert {"出生医学证明", "陈小禾", "431199199604090027"} <= {text for text, _, _ in page.lines}


def test_programs_of_the_system_are_started_without_the_apps_own_libraries(tmp_path: Path) -> None:
    program = tmp_path / "gateway"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\n")
    program.chmod(0o755)
    profile = freeze.ROOT / "config" / "profiles" / "rehearsal.toml"
    run(TEST, ["run", "--config", str(profile)], tmp_path / "state", {"KIOSK_GATEWAY": str(program)})
    seen = (tmp_path / "environment").read_text()
    assert "LD_LIBRARY_PATH" not in seen
    assert "_PYI_" not in seen


def test_a_test_build_refuses_simulators_outside_a_test_profile(tmp_path: Path) -> None:
    text = '[devices]\ncamera = "sim://camera"'
    done = run(TEST, ["run", "--config", settings(tmp_path, text)], tmp_path / "state")
    assert done.returncode == 1
    assert "simulator" in done.stderr


def held_by_the_county(out: Path) -> None:
    entered = json.loads((out / "visit.json").read_text("utf-8"))
    held = json.loads((out / "case.json").read_text("utf-8"))
    assert held["opened"]["application"] == entered
    assert (out / "receipt.png").stat().st_size > 10_000


def test_the_frozen_test_build_serves_a_whole_visit(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "visit", str(JOURNEY), "--out", str(tmp_path / "out")],
        env={**os.environ, "KIOSK_PROGRAM": str(TEST / "kiosk")},
        capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    held_by_the_county(tmp_path / "out")


def test_the_frozen_test_build_drives_itself_where_there_is_no_python(tmp_path: Path) -> None:
    script = tmp_path / "script.toml"
    steps = ('expect = "您今天来办什么事？"', 'tap = "新生儿出生"', 'expect = "要用到这几样"')
    script.write_text('about = "first steps"\n' + "".join(f"[[step]]\n{step}\n" for step in steps), "utf-8")
    gateway = Path(sys.executable).with_name("gateway")
    done = run(TEST, ["visit", str(script), "--out", str(tmp_path / "out")], tmp_path / "state",
               {"KIOSK_GATEWAY": str(gateway)})  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr

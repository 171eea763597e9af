"""What staff try from their page reaches the device, comes to an end, and leaves nothing on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config import locales
from config.settings import Devices, Settings
from hardware.addresses import open_device
from hardware.conformance.checking import until
from hardware.face_camera import Still
from hardware.ports import Fault
from hardware.scanner import Code
from hardware.simulator_client import Simulators
from kiosk.visiting import trying
from kiosk.visiting.staffing import ALWAYS, FURTHER
from kiosk.visiting.trying import NOTHING_CAME, tries
from matters.outcomes import Printed
from screens.staff import StaffDevice
from tests.kiosk.test_a4_notice import text_of

ZH = locales.load()
WAIT_S = 30


def process(ports: dict[str, Any]) -> Any:
    return SimpleNamespace(devices=SimpleNamespace(ports=ports), settings=Settings(profile="test"), words=ZH)


class Sheets:
    """Takes documents; what a print service does with them is tested beside the real driver."""

    def __init__(self) -> None:
        self.documents: list[bytes] = []

    async def print(self, document: bytes) -> Printed:
        self.documents.append(document)
        return Printed(confirmed=True)


def test_every_device_of_the_settings_has_a_line_and_what_can_be_tried_has_its_word() -> None:
    assert {*ALWAYS, *FURTHER} == set(Devices.__dataclass_fields__)
    able = set(tries(process(dict.fromkeys((*ALWAYS, *FURTHER))), tuple))
    assert able == {*ALWAYS, *FURTHER} - {"presence", "keypad"}  # nobody can be asked to come; keys are tried by use
    for name in (*ALWAYS, *FURTHER):
        assert ZH(f"screens.staff.device.{name}")
    for name in able:
        assert ZH(f"screens.staff.try.{name}")
    assert set(NOTHING_CAME) == able - {"speaker", "lights"}


async def test_scanner_lamps_and_the_camera_towards_the_person_are_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "LAMP_S", 0.3)
    kinds = {"scanner": "sim://scanner?pace=0", "lights": "sim://lights",
             "face_camera": "sim://face-camera?width=320&height=180"}  # fmt: skip
    async with Simulators() as simulators:
        found = await simulators.start(kinds, tmp_path)
        ports = {name: open_device(name, found[name]) for name in kinds}
        one = tries(process(ports), tuple)
        try:
            scanning = asyncio.create_task(asyncio.wait_for(one["scanner"](), WAIT_S))
            await asyncio.sleep(0.3)
            await simulators.command("scanner", "scan", text="R#ABC")
            assert isinstance(await scanning, Code)

            await asyncio.wait_for(one["lights"](), WAIT_S)

            async def green() -> bool:
                shown = await simulators.command("lights", "shown")
                return bool(shown["lit"] == ["green"] and shown["changes"]["red"] >= 2)  # it was red for a moment

            assert await until(green, WAIT_S)

            assert isinstance(await asyncio.wait_for(one["face_camera"](), WAIT_S), Still)
            assert not ports["face_camera"].lit
            await simulators.command("face_camera", "fault", what="unplug")
            got = await asyncio.wait_for(one["face_camera"](), WAIT_S)
            assert isinstance(got, Fault)
            assert got.code == "face_camera.absent"
        finally:
            for port in ports.values():
                await port.close()


async def test_the_a4_printer_prints_the_page_that_staff_look_at(tmp_path: Path) -> None:
    sheets = Sheets()
    lines = (StaffDevice("id_card", "broken", "reader.absent"), StaffDevice("speaker", "good"),
             StaffDevice("social_card", "absent"), StaffDevice("network", "broken", "county.offline"),
             StaffDevice("disk", "good"), StaffDevice("catalogue", "care", "catalogue.refused"))  # fmt: skip
    assert await tries(process({"document_printer": sheets}), lambda: lines)["document_printer"]() == Printed(True)
    text = text_of(sheets.documents[0], tmp_path)
    assert "请把读卡器的线插紧" in text
    assert ZH("doctor.speaker_name") in text
    assert ZH("doctor.social_card_name") not in text

"""The light outside tells from afar: free, somebody is being served, staff are needed."""

from types import SimpleNamespace
from typing import Any

import pytest

from config.settings import Devices, Settings
from hardware.lights import Meaning
from hardware.ports import Health, Status
from kiosk.visiting.devices import Devices as Fitted
from kiosk.visiting.process import VisitProcess


class Lamps:
    def __init__(self) -> None:
        self.told: list[Meaning] = []

    def show(self, meaning: Meaning) -> None:
        self.told.append(meaning)


def terminal(lamps: Lamps) -> Any:
    devices = Fitted(lambda: None)
    devices.ports["lights"] = lamps
    process: Any = SimpleNamespace(
        devices=devices, settings=Settings(devices=Devices(receipt_printer="escpos+tcp://h", lights="lights+serial:///x")),
        hidden=False, spawn=lambda work: work, _moment="home", _lit=None,
    )  # fmt: skip
    process._staff_needed = lambda: VisitProcess._staff_needed(process)
    process.light = lambda: VisitProcess._light(process)
    return process


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (Status(Health.ONLINE), Meaning.READY),
        (Status(Health.ONLINE, "printer.paper_low"), Meaning.READY),
        (Status(Health.ATTENTION, "printer.paper_out"), Meaning.TROUBLE),
        (Status(Health.ATTENTION, "printer.cover_open"), Meaning.TROUBLE),
        (Status(Health.ATTENTION, "printer.hot"), Meaning.READY),  # it cools down by itself
        (Status(Health.BUSY), Meaning.READY),
    ],
)
def test_what_wants_a_hand_of_the_staffs_is_red_while_nobody_is_served(status: Status, meaning: Meaning) -> None:
    lamps = Lamps()
    process = terminal(lamps)
    process.devices.statuses["receipt_printer"] = status
    process.light()
    assert lamps.told == [meaning]


def test_a_device_that_was_never_fitted_wants_nobody() -> None:
    lamps = Lamps()
    process = terminal(lamps)
    process.devices.statuses["camera"] = Status(Health.ABSENT, "camera.absent")
    process.light()
    assert lamps.told == [Meaning.READY]


def test_a_person_at_the_terminal_is_not_shown_red_and_each_change_is_told_once() -> None:
    lamps = Lamps()
    process = terminal(lamps)
    process.light()
    process._moment = "visit"
    process.light()
    process.devices.statuses["receipt_printer"] = Status(Health.ATTENTION, "printer.paper_out")
    process.light()
    process._moment = "home"
    process.light()
    process.light()
    assert lamps.told == [Meaning.READY, Meaning.BUSY, Meaning.TROUBLE]


def test_a_terminal_that_shows_nothing_yet_lights_nothing() -> None:
    lamps = Lamps()
    process = terminal(lamps)
    process._moment = ""
    process.light()
    process._moment, process.hidden = "home", True
    process.light()
    assert lamps.told == []

"""The means of measuring do what they say: processes, durable writes, a terminal's profile, the textbook finder."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench import finding, handing
from bench.processes import open_files, processor_s, proportional_bytes
from bench.terminal import PROFILE, enrol
from bench.tools import write_bare
from config import settings
from kiosk.privacy import tree
from matters.outcomes import Submitted
from offline.submit import Desk

SLEEPS = (
    "import subprocess,sys;p=subprocess.Popen([sys.executable,'-c','input()'],stdin=0);print(p.pid,flush=True);p.wait()"
)


def test_a_tree_holds_the_process_and_its_descendants_and_weighs_something() -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        grandchild = int(process.stdout.readline())
        found = tree(process.pid)
        assert set(found) == {process.pid, grandchild}
        assert proportional_bytes(found) > proportional_bytes([process.pid]) > 0
        process.stdin.close()
    assert tree(process.pid) == [process.pid]
    assert proportional_bytes([process.pid]) == 0
    assert open_files(process.pid) == 0


def test_processor_time_and_open_files_are_ours() -> None:
    before = processor_s([os.getpid()])
    sum(number * number for number in range(3_000_000))
    assert processor_s([os.getpid()]) > before
    held = open_files(os.getpid())
    with Path(os.devnull).open():
        assert open_files(os.getpid()) == held + 1


def test_the_bare_loop_leaves_every_file_whole_and_no_other(tmp_path: Path) -> None:
    write_bare(tmp_path, [b"a" * 100_000, b""], ["one", "two"])
    assert {path.name: path.stat().st_size for path in tmp_path.iterdir()} == {"one": 100_000, "two": 0}


def test_the_profile_that_is_measured_has_no_simulators_and_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(PROFILE, "utf-8")
    taken = settings.load(file)
    assert "sim:" not in PROFILE
    assert not taken.county.embedded
    assert taken.county.url


def test_a_terminal_enrolled_for_measuring_takes_an_application_in(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    enrol(state, tmp_path / "county")
    page = b"a page"
    desk = Desk.open(state, area="431199")
    try:
        given = handing.application(1, [page])
        (name,) = (one.sha256 for one in given.materials[0].pages)
        assert isinstance(desk.submit(given, {name: page}), Submitted)
    finally:
        desk.close()


def sheet(height: int, width: int, corners: tuple[tuple[int, int], ...]) -> finding.Image:
    import cv2

    image = np.full((height, width, 3), 40, np.uint8)
    cv2.fillPoly(image, [np.array(corners, np.int32)], (235, 235, 235))
    return image


CORNERS = ((60, 50), (420, 70), (400, 300), (80, 280))


def test_the_textbook_finds_a_plain_sheet_on_a_dark_table_and_nothing_on_the_bare_table() -> None:
    found = finding.textbook(sheet(360, 480, CORNERS))
    assert found is not None
    assert finding.overlap(found, np.array(CORNERS, np.float32)) > 0.95
    assert finding.textbook(np.full((360, 480, 3), 40, np.uint8)) is None


@pytest.mark.parametrize(("shift", "least", "most"), [(0, 1.0, 1.0), (50, 0.3, 0.4), (100, 0.0, 0.0)])
def test_overlap_is_what_is_shared_of_what_either_covers(shift: int, least: float, most: float) -> None:
    square = np.array(((0, 0), (100, 0), (100, 100), (0, 100)), np.float32)
    assert least - 1e-5 <= finding.overlap(square, square + np.array((shift, 0), np.float32)) <= most + 1e-5


def test_a_tally_counts_wrong_answers_and_false_alarms_apart() -> None:
    truth = np.array(CORNERS, np.float32)
    image = sheet(360, 480, CORNERS)
    far = finding.Tally(lambda _: truth + 300)
    far.add(image, (truth,))
    far.add(image, ())
    blind = finding.Tally(lambda _: None)
    blind.add(image, (truth,))
    blind.add(image, ())
    assert (far.summary()["wrong"], far.summary()["false_alarms"]) == (1.0, 1.0)
    assert (blind.summary()["wrong"], blind.summary()["false_alarms"], blind.summary()["overlap"]) == (0.0, 0.0, 0.0)

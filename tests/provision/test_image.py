"""The disk image on a machine that is not there: starts by itself, takes in its settings, outlives a pulled plug.

Only where KIOSK_TEST_IMAGE names an image (`make test-image`): it has to be made first, as root, from a Debian mirror.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provision.machine import Machine, copied, laid, lay, machine

IMAGE = os.environ.get("KIOSK_TEST_IMAGE", "")
pytestmark = [
    pytest.mark.skipif(not IMAGE, reason="make test-image"),
    pytest.mark.timeout(3600),
]
SETTINGS = """terminal = "示例-河口-07"

[place]
county = "示例县"
hall = "河口村便民服务中心"
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    yield copied(IMAGE, tmp_path)
    keep = os.environ.get("KIOSK_PICTURES")
    if keep:
        for picture in tmp_path.glob("*.png"):
            shutil.copy(picture, keep)


def seen(one: Machine, folder: Path, name: str) -> None:
    one.picture().save(folder / f"{name}.png")


def test_it_starts_by_itself_answers_a_finger_and_is_there_again_after_a_pulled_plug(
    disk: Path, tmp_path: Path
) -> None:
    lay(disk, "settings.toml", SETTINGS)
    lay(disk, "hostname", "hekou-07\n")
    with machine(disk, tmp_path) as one:
        place = one.until("您今天来办什么事")
        one.until("河口村", 30)
        seen(one, tmp_path, "image-home")
        one.touch(one.until("养老社保", 30))
        one.until("还没开通", 60)  # no county has enrolled it: it says so before anybody begins
        seen(one, tmp_path, "image-touched")
        one.press("ctrl", "alt", "f2")  # nobody leaves the app by keys
        one.press("ctrl", "alt", "backspace")
        one.touch(one.until("返回", 30))
        one.until("您今天来办什么事", 60)
        one.pull_the_plug()
    assert laid(disk) == {"READ-ME.txt"}  # taken in, and off the partition that any computer can read
    with machine(disk, tmp_path) as one:
        again = one.until("您今天来办什么事")
        one.until("河口村", 30)
        assert abs(again[0] - place[0]) < 0.05


def test_settings_with_a_mistake_are_refused_and_cost_nothing(disk: Path, tmp_path: Path) -> None:
    lay(disk, "settings.toml", SETTINGS.replace("hall =", "hal ="))
    with machine(disk, tmp_path) as one:
        one.until("您今天来办什么事")
        one.until("山背村", 30)
    assert laid(disk) == {"READ-ME.txt", "settings-refused.toml"}

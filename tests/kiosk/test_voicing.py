"""Everything that is shown can be said, and whoever records prompts gets a list of what is missing."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

from config import locales
from config.catalogue import SHIPPED, load
from hardware.speaker_driver import tone
from hardware.speaker_words import sounds
from kiosk.cli.voicing import prompts
from matters.build import must_build

SYLLABLE = re.compile(r"[a-zêü]+[1-5]")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_no_text_is_without_a_voice() -> None:
    """Each Chinese character of every text that is shown has a sound of its own."""
    words, catalogue = locales.load(), must_build(load(SHIPPED))
    found = list(prompts(words, catalogue))
    assert len(found) > 1000
    mute = [one.text for one in found if len(SYLLABLE.findall(sounds(one.text))) < len(CHINESE.findall(one.text))]
    assert mute == []


def test_the_list_names_what_is_missing_and_shrinks_as_recordings_come(tmp_path: Path) -> None:
    def listed() -> list[list[str]]:
        command = ["voice", "missing", str(tmp_path / "list.tsv"), "--prompts", str(tmp_path), "--state", str(tmp_path)]
        subprocess.run([sys.executable, "-m", "kiosk", *command], check=True, capture_output=True)
        with (tmp_path / "list.tsv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file, dialect="excel-tab"))[1:]

    first = listed()
    assert ["screens.home.title.wav", "screens.home.title", "您今天来办什么事？"] in [row[:3] for row in first]
    assert not [row for row in first if "{" in row[2]]  # what holds a name or a figure is the machine's to say
    assert len({row[0] for row in first}) == len(first)
    (tmp_path / "screens.home.title.wav").write_bytes(tone("done"))
    assert len(listed()) == len(first) - 1

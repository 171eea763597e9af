"""What the county tells: only what is its to tell, of the right type, laid over the terminal's own file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config import settings, told
from config.settings import Settings, SettingsError


def write(state: Path, values: dict[str, object], version: int = 3) -> None:
    (state / told.FILE).write_text(json.dumps({"version": version, "values": values}), "utf-8")


def test_what_the_county_tells_holds_before_the_terminals_own_file(tmp_path: Path) -> None:
    write(tmp_path, {"voice.volume_percent": 40, "county.sources": "marriage，birth", "limit_profile": "yongzhou"})
    laid = told.lay(Settings(), tmp_path)
    assert (laid.version, laid.refused) == (3, ())
    assert laid.settings.voice.volume_percent == 40
    assert laid.settings.county.sources == ("marriage", "birth")
    assert laid.settings.limit_profile == "yongzhou"


def test_no_source_is_connected_any_more_when_the_county_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"county.sources": ""})
    own = settings.load(_file(tmp_path, '[county]\nsources = ["marriage"]\n'))
    assert own.county.sources == ("marriage",)
    assert told.lay(own, tmp_path).settings.county.sources == ()


def test_what_is_not_the_countys_to_set_is_refused_and_the_rest_holds(tmp_path: Path) -> None:
    write(tmp_path, {"county.url": "https://elsewhere.invalid", "voice.volume_percent": "loud", "screen.low": True})
    laid = told.lay(Settings(), tmp_path)
    assert laid.refused == ("county.url", "voice.volume_percent")
    assert laid.settings.county.url == Settings().county.url
    assert laid.settings.screen.low


@pytest.mark.parametrize("text", ['sources = "marriage"', "sources = [1]", 'sources = [""]'])
def test_sources_that_are_no_list_of_texts_are_said_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"line 2.*list of texts"):
        settings.load(_file(tmp_path, f"[county]\n{text}\n"))


def _file(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text, "utf-8")
    return path

"""Which catalogue is used: the named one, else the last that was good, else what ships. A bad one is said so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.catalogue import SHIPPED
from kiosk import catalogues
from matters.build import CatalogueRefused


@pytest.fixture
def named(tmp_path: Path) -> Path:
    """A county's own catalogue, told from the shipped one by a word."""
    folder = tmp_path / "county"
    shutil.copytree(SHIPPED, folder)
    change(folder, "参加养老保险，现在就能登记", "本县的养老保险")
    return folder


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "matters" / "pension.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def heading(loaded: catalogues.Loaded) -> str:
    return loaded.catalogue.matters["pension"].heading


def test_without_a_name_what_ships_is_used(tmp_path: Path) -> None:
    loaded = catalogues.load("", tmp_path)
    assert (loaded.source, loaded.refused) == (SHIPPED, "")
    assert not (tmp_path / "catalogue").exists()


def test_a_good_one_is_used_and_kept(named: Path, tmp_path: Path) -> None:
    loaded = catalogues.load(str(named), tmp_path)
    assert (loaded.source, loaded.refused, heading(loaded)) == (named, "", "本县的养老保险")
    kept = tmp_path / "catalogue" / "good" / "matters" / "pension.yaml"
    assert "本县的养老保险" in kept.read_text("utf-8")


def test_a_damaged_one_is_refused_by_file_and_line_and_the_last_good_one_stays(named: Path, tmp_path: Path) -> None:
    catalogues.load(str(named), tmp_path)
    change(named, "heading:", "haeding:")
    loaded = catalogues.load(str(named), tmp_path)
    assert loaded.source == tmp_path / "catalogue" / "good"
    assert heading(loaded) == "本县的养老保险"
    assert "matters/pension.yaml, line " in loaded.refused


def test_a_damaged_first_one_leaves_what_ships(named: Path, tmp_path: Path) -> None:
    (named / "matters" / "pension.yaml").write_text("matter: [", "utf-8")
    loaded = catalogues.load(str(named), tmp_path)
    assert loaded.source == SHIPPED
    assert "pension.yaml" in loaded.refused


def test_a_folder_that_is_not_there_leaves_what_ships(tmp_path: Path) -> None:
    loaded = catalogues.load(str(tmp_path / "nowhere"), tmp_path)
    assert loaded.source == SHIPPED
    assert loaded.refused


def test_when_the_kept_one_is_damaged_too_what_ships_is_used(named: Path, tmp_path: Path) -> None:
    catalogues.load(str(named), tmp_path)
    change(named, "heading:", "haeding:")
    change(tmp_path / "catalogue" / "good", "heading:", "haeding:")
    assert catalogues.load(str(named), tmp_path).source == SHIPPED


def test_a_mended_one_takes_the_place_of_the_kept_one(named: Path, tmp_path: Path) -> None:
    catalogues.load(str(named), tmp_path)
    change(named, "本县的养老保险", "本县的养老保险，新的")
    catalogues.load(str(named), tmp_path)
    (named / "matters" / "pension.yaml").unlink()
    (named / "catalogue.yaml").write_text("", "utf-8")
    assert heading(catalogues.load(str(named), tmp_path)) == "本县的养老保险，新的"


def test_only_a_broken_shipped_one_is_an_error(tmp_path: Path, named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(named, "heading:", "haeding:")
    monkeypatch.setattr("config.catalogue.SHIPPED", named)
    with pytest.raises(CatalogueRefused):
        catalogues.load("", tmp_path)


def test_a_drawing_that_the_terminal_has_not_got_gives_way_to_the_life_events(named: Path, tmp_path: Path) -> None:
    change(named, "picture: pension", "picture: of-this-county-alone")
    found = catalogues.load(str(named), tmp_path).catalogue
    event = next(one for one in found.events if one.id == "elder")
    assert found.matters["pension"].picture == event.picture
    assert found.matters["elder_card"].picture == "bus"

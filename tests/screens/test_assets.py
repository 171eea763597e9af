"""The committed pictures and icons are whole: what a screen may name is there, at every size, and can be drawn."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image

import screens
from config.faults import fault_cards
from screens.assets import make_art, specimens
from tests.matters.drive import shipped

ASSETS = Path(screens.__file__).parent / "assets"
ATLASES = sorted((ASSETS / "icons").glob("icons-*.atlas"))
SOURCES = sorted((ASSETS / "sources").glob("*.svg"))
DRAWINGS = {source.stem: source.read_text() for source in SOURCES}
DRAWINGS |= {f"specimen-{name}": specimens.drawing(name) for name in specimens.PAPERS}
PALETTE = {  # docs: the palette's names; fills stronger than its tints are only in pictures
    "#12365E", "#0A2340", "#18212B", "#3F4954", "#7A8797", "#7F98B5", "#AEB7C1", "#D9DDE4", "#F2EFE8", "#FFFFFF",
    "#FFF", "#F8C24C", "#FBDFA2", "#FDF1D6", "#C4D7EC", "#E3ECF5", "#14523A", "#CDE3D6", "#842E0A",
}  # fmt: skip


def test_there_is_an_atlas_for_every_size() -> None:
    assert {int(file.stem.rpartition("-")[2]) for file in ATLASES} == set(make_art.ICON_STROKES)


@pytest.mark.parametrize("file", ATLASES, ids=lambda file: file.stem)
def test_an_atlas_holds_every_listed_icon_drawn_white_inside_its_own_cell(file: Path) -> None:
    size = int(file.stem.rpartition("-")[2])
    listing = "icons-large.txt" if size == make_art.LARGE else "icons.txt"
    ((sheet, places),) = json.loads(file.read_text()).items()
    assert set(places) == set(make_art.icon_names(listing))
    image = Image.open(file.parent / sheet).convert("RGBA")
    white = image.convert("RGB").getcolors()
    assert white == [(image.width * image.height, (255, 255, 255))], "an icon that is not white cannot be tinted"
    alpha = image.getchannel("A")
    taken: set[tuple[int, int]] = set()
    for name, (x, y, width, height) in places.items():
        assert (width, height) == (size, size), name
        top = image.height - y - height
        assert min(x, y, top) >= 0, f"{name} lies outside the sheet"
        assert x + width <= image.width, f"{name} lies outside the sheet"
        assert (x, y) not in taken, f"{name} lies on another icon"
        taken.add((x, y))
        cover = alpha.crop((x, top, x + width, top + height)).getextrema()
        assert cover == (0, 255), f"{name} is empty or a full square"


def test_the_notice_of_the_icons_licence_is_kept() -> None:
    notice = (ASSETS / "icons" / "LICENSE.tabler-icons").read_text()
    assert "MIT License" in notice
    assert "Copyright" in notice


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_committed_at_every_width_of_its_family(name: str) -> None:
    found = re.search(r'viewBox="0 0 (\d+) (\d+)"', DRAWINGS[name])
    assert found, "a view box is wanted"
    wide, high = int(found[1]), int(found[2])
    for width in make_art.PICTURE_WIDTHS[wide]:
        with Image.open(ASSETS / "pictures" / f"{name}@{width}.png") as image:
            assert image.width == width
            assert abs(image.height - width * high / wide) <= 1
            assert image.mode == "RGBA"
            assert image.getchannel("A").getextrema() == (0, 255)


def test_no_picture_lies_there_without_its_source() -> None:
    assert {file.stem.partition("@")[0] for file in (ASSETS / "pictures").glob("*.png")} == set(DRAWINGS)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_keeps_to_the_palette_and_holds_no_words_and_no_pixels(name: str) -> None:
    tree = ET.fromstring(DRAWINGS[name])  # noqa: S314 -- our own drawing
    tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert tags <= {"svg", "g", "path", "rect", "circle", "ellipse", "clipPath"}
    colours = {
        value.upper()
        for element in tree.iter()
        for what, value in element.attrib.items()
        if what in ("fill", "stroke") and value != "none"
    }
    assert colours <= PALETTE | {specimens.SEAL}, f"not of the palette: {colours - PALETTE}"


def test_every_fault_card_names_a_picture_that_is_drawn() -> None:
    drawn = {source.stem for source in SOURCES}
    assert {card.picture for card in fault_cards().values()} <= drawn


def named(thing: object, field: str) -> Iterator[str]:
    """Every value of a field of that name, anywhere inside."""
    if dataclasses.is_dataclass(thing):
        for one in dataclasses.fields(thing):
            value = getattr(thing, one.name)
            if one.name == field and isinstance(value, str) and value:
                yield value
            else:
                yield from named(value, field)
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from named(value, field)
    elif isinstance(thing, tuple | list | frozenset):
        for value in thing:
            yield from named(value, field)


def test_every_picture_and_icon_of_the_shipped_catalogue_is_drawn() -> None:
    catalogue = shipped()
    pictures, icons = set(named(catalogue, "picture")), set(named(catalogue, "icon"))
    icons |= {one.icon for matter in catalogue.matters.values() for one in matter.advice}
    assert len(pictures) > 5
    assert len(icons) > 10
    assert pictures <= {source.stem for source in SOURCES}
    assert icons <= set(make_art.icon_names())


def test_every_icon_that_a_screen_names_is_drawn() -> None:
    room = Path(screens.__file__).parent
    asked = {
        found
        for file in [*room.rglob("*.py"), *room.rglob("*.kv")]
        for found in re.findall(r'\bicon(?:_end)?(?:=|: ?)"([a-z0-9-]+)"', file.read_text())
    }
    assert len(asked) > 20
    assert asked <= set(make_art.icon_names())


def test_all_of_it_stays_small() -> None:
    # A hundred terminals fetch it over village lines with every update.
    assert sum(file.stat().st_size for file in ASSETS.rglob("*") if file.is_file()) < 3_500_000

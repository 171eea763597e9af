"""The main matters in the second language: every text the catalogue shows has one, and it fits."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from config import locales
from config.settings import Screen, Settings
from kiosk.preview import screens, with_every_device
from kiosk.visiting.setting import setting_of
from matters import catalogue as c
from matters import steps as s
from matters.events import Pressed
from matters.visit import advance, begin, step
from screens import samples
from screens.app import ScreenApp
from screens.translated import ENTERED, NAMES, translated
from tests.matters.drive import shipped

UNSHOWN: dict[type, tuple[str, ...]] = {  # what stands on papers, or is only searched for, or for the county's eyes
    c.Matter: ("official", "names", "pinyin"),
    c.Item: ("official", "in_person", "fee_basis", "intermediary", "published"),
    c.Days: ("note",),
    c.Field: ("suggestions",),
    c.Material: ("why", "basis", "issuer", "read", "fills"),
}
MATTERS = ("newborn", "pension", "restaurant")
MORE = {"barber": "wide-15-elder", "forest": "tall-32", "medical_refund": "wide-15", "house_transfer": "tall-21-elder"}
OURS = ("王小兰", "山背村三组", "示例县山背村3组")  # what the preview's person is called and where she lives


@functools.cache
def shown(matter: str) -> dict[str, s.AnyStep]:
    settings = Settings(screen=Screen(language="en"))
    setting = with_every_device(setting_of(settings, datetime(2026, 3, 12, 10, 0, tzinfo=UTC)))
    home = step(begin(shipped(), setting, 0.0))
    return {"home": home, **screens(shipped(), matter, setting)}


@functools.cache
def lists() -> dict[str, s.AnyStep]:
    """What lies behind every life event that has more than one matter."""
    settings = Settings(screen=Screen(language="en"))
    more = advance(
        begin(shipped(), setting_of(settings, datetime(2026, 3, 12, tzinfo=UTC)), 0.0), Pressed(1.0, "tile:more")
    )
    found = {"more": step(more)}
    for event in shipped().events:
        if len(shipped().of_event(event.id)) > 1:
            found[event.id] = step(advance(more, Pressed(2.0, f"tile:{event.id}")))
    assert all(isinstance(one, s.MatterList) for one in found.values())
    return found


def texts(value: Any) -> Iterator[str]:
    """What of a step is shown and was not entered."""
    if type(value) is str:
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in (*NAMES, *ENTERED.get(type(value), ())):
                yield from texts(getattr(value, field.name))


def written(value: Any) -> Iterator[str]:
    """Every text of a part of the catalogue that a screen may show, what is filled in as a name."""
    if isinstance(value, str):
        yield re.sub(r"\{\w+\}", "王小兰", value)
    elif isinstance(value, tuple):
        for one in value:
            yield from written(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in (*NAMES, "place", "when", *UNSHOWN.get(type(value), ())):
                yield from written(getattr(value, field.name))


@pytest.mark.parametrize("matter", [*sorted(shipped().matters), "events"])
def test_every_text_of_the_shipped_catalogue_is_in_english(matter: str) -> None:
    """Whatever is answered in it: not one that would stay Chinese."""
    english = locales.load("en")
    part = shipped().events if matter == "events" else shipped().matters[matter]
    chinese = {text for text in written(part) if re.search("[\u3400-\u9fff]", text)}
    assert len(chinese) > 10
    assert sorted(text for text in chinese if english.phrase(text) == text) == []


def test_a_text_in_two_files_is_refused(tmp_path: locales.Path) -> None:
    """One of the two would be shown, and nobody could say which."""
    folder = tmp_path / "xx" / "catalogue"
    folder.mkdir(parents=True)
    (tmp_path / "xx" / "words.toml").write_text('home = "x"\n', "utf-8")
    for name in ("a", "b"):
        (folder / f"{name}.toml").write_text('"执照" = "licence"\n', "utf-8")
    with pytest.raises(ValueError, match="two files"):
        locales.load("xx", tmp_path)


def test_a_title_begins_with_a_capital_where_the_same_word_in_a_line_does_not() -> None:
    english = locales.load("en")
    tile = s.Tile("x", "公安", ("公安", "医保"), "shop")
    done = translated(tile, english.phrase)
    assert (done.title, done.examples) == ("Police", ("police", "health"))


@pytest.mark.parametrize("matter", [*MATTERS, *MORE])
def test_no_text_on_the_way_through_a_matter_stays_chinese(matter: str) -> None:
    english = locales.load("en")
    chinese = {
        text
        for one in shown(matter).values() for text in texts(one)
        if any("\u3400" <= sign <= "\u9fff" for sign in text)
    }  # fmt: skip
    assert len(chinese) > 15
    assert {text for text in chinese if english.phrase(text) == text} <= set(OURS)


@pytest.mark.parametrize(
    ("matter", "way"),
    [("newborn", "tall-32"), ("pension", "wide-15-elder"), ("restaurant", "tall-21"), *MORE.items()],
)
def test_a_matter_fits_in_english(window: ScreenApp, matter: str, way: str) -> None:
    from kivy.core.window import Window

    from screens.checks import Way, faults, read_faults, stage_for

    stage = stage_for(Way("-".join(way.split("-")[:2]), elder="elder" in way, language="en"))
    Window.add_widget(stage)
    try:
        found = []
        for name, one in {**shown(matter), **lists()}.items():
            stage.show(one, samples.STATUS)
            found += [(name, fault) for fault in (*faults(stage), *read_faults(stage))]
        assert found == []
    finally:
        Window.remove_widget(stage)


def test_what_a_person_entered_stays_as_it_is() -> None:
    english = locales.load("en")
    entry = replace(samples.NAME, title="您叫什么名字？", text="汉族")
    done = translated(entry, english.phrase)
    assert (done.title, done.text) == ("What is your name?", "汉族")


def test_what_the_catalogue_fills_in_stays_in_its_place() -> None:
    english = locales.load("en")
    assert english.phrase("我和王小兰**是夫妻**，已经领了结婚证。") == (
        "王小兰 and I **are married** and have the certificate."
    )
    assert english.phrase("没有人说过的话") == "没有人说过的话"


def test_a_text_with_other_places_to_fill_in_is_refused(tmp_path: locales.Path) -> None:
    folder = tmp_path / "xx" / "catalogue"
    folder.mkdir(parents=True)
    (tmp_path / "xx" / "words.toml").write_text('home = "x"\n', "utf-8")
    (folder / "a.toml").write_text('"和{}" = "with"\n', "utf-8")
    with pytest.raises(ValueError, match="places"):
        locales.load("xx", tmp_path)


def test_every_word_of_the_catalogues_own_is_in_english() -> None:
    english = locales.load("en")
    own = {one for text in shipped().words.values() for one in text.split("|")}
    filled = {re.sub(r"\{\w+\}", "王小兰", text) for text in own}
    assert {text for text in filled if english.phrase(text) == text} == set()


def test_a_number_has_its_unit() -> None:
    english = locales.load("en")
    assert (english.phrase("60平方米"), english.phrase("1200.50元")) == ("60 m²", "1200.50 yuan")
    assert english.phrase("3个没有人说过的") == "3个没有人说过的"


def test_sentences_that_a_screen_joins_are_each_said() -> None:
    english = locales.load("en")
    assert english.phrase("先办执照，再办卫生许可。要上门看卫生，这里收不了。") == (
        "First the licence, then the hygiene permit. The shop is visited first: not taken here."
    )
    assert english.phrase("先办执照，再办卫生许可。没有人说过的话。") == "先办执照，再办卫生许可。没有人说过的话。"


def test_a_list_is_put_together_of_its_parts() -> None:
    english = locales.load("en")
    assert english.phrase("户口、医保") == "register, health"
    assert english.phrase("户口、没有人说过的话") == "户口、没有人说过的话"

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
from matters import steps as s
from matters.visit import begin, step
from screens import samples
from screens.app import ScreenApp
from screens.translated import ENTERED, NAMES, translated
from tests.matters.drive import shipped

MATTERS = ("newborn", "pension", "restaurant")
OURS = ("王小兰", "山背村三组", "示例县山背村3组")  # what the preview's person is called and where she lives


@functools.cache
def shown(matter: str) -> dict[str, s.AnyStep]:
    settings = Settings(screen=Screen(language="en"))
    setting = with_every_device(setting_of(settings, datetime(2026, 3, 12, 10, 0, tzinfo=UTC)))
    home = step(begin(shipped(), setting, 0.0))
    return {"home": home, **screens(shipped(), matter, setting)}


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


@pytest.mark.parametrize("matter", MATTERS)
def test_no_text_of_a_main_matter_stays_chinese(matter: str) -> None:
    english = locales.load("en")
    chinese = {
        text
        for one in shown(matter).values() for text in texts(one)
        if any("\u3400" <= sign <= "\u9fff" for sign in text)
    }  # fmt: skip
    assert len(chinese) > 50
    assert {text for text in chinese if english.phrase(text) == text} <= set(OURS)


@pytest.mark.parametrize(
    ("matter", "way"), [("newborn", "tall-32"), ("pension", "wide-15-elder"), ("restaurant", "tall-21")]
)
def test_the_main_matters_fit_in_english(window: ScreenApp, matter: str, way: str) -> None:
    from kivy.core.window import Window

    from screens.checks import Way, faults, read_faults, stage_for

    stage = stage_for(Way(way[:7], elder="elder" in way, language="en"))
    Window.add_widget(stage)
    try:
        found = []
        for name, one in shown(matter).items():
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


def test_a_list_is_put_together_of_its_parts() -> None:
    english = locales.load("en")
    assert english.phrase("户口、医保") == "register, health"
    assert english.phrase("户口、没有人说过的话") == "户口、没有人说过的话"

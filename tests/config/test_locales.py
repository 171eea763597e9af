"""Every language has every word of the first one, with the same places to fill in."""

from __future__ import annotations

import string
import tomllib

import pytest

from config import locales

OTHERS = sorted({file.parent.name for file in locales.HERE.glob("*/*.toml")} - {locales.DEFAULT})


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_second_language() -> None:
    assert "en" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("file", sorted((locales.HERE / locales.DEFAULT).glob("*.toml")), ids=lambda file: file.stem)
def test_a_language_has_the_words_of_the_first_one(language: str, file: locales.Path) -> None:
    first = dict(locales.flatten(tomllib.loads(file.read_text("utf-8"))))
    other = dict(locales.flatten(tomllib.loads((locales.HERE / language / file.name).read_text("utf-8"))))
    assert set(first) - set(other) == set(), f"words of {file.name} that {language} lacks"
    assert set(other) - set(first) == set(), f"words of {language}/{file.name} that nothing asks for"
    for key, text in other.items():
        left_out = {"weekday", "half"}  # a language may say a date without them
        assert fields(text) <= fields(first[key]), f"{language}: {key} asks for what it is not given"
        assert fields(first[key]) - fields(text) <= left_out, f"{language}: {key} leaves something unsaid"


# ---------------------------------------------------------------- a language that a county adds itself


def test_a_language_is_added_by_a_folder_alone(tmp_path: locales.Path) -> None:
    ours = locales.load()
    (tmp_path / "za").mkdir()
    lines = ["[screens.home]", 'title = "Ngoenzneix daeuj guh gijmaz?"', "[screens.check]", 'page = "{page} / {pages}"']
    (tmp_path / "za" / "words.toml").write_text("\n".join(lines), "utf-8")
    words = locales.chosen("za", str(tmp_path))
    assert words("screens.home.title") == "Ngoenzneix daeuj guh gijmaz?"
    assert words("screens.check.page", page=1, pages=2) == "1 / 2"
    assert words("screens.check.main") == ours("screens.check.main")  # not translated yet: said in Chinese
    assert "screens.check.main" in words.borrowed
    assert "screens.home.title" not in words.borrowed
    assert set(words.keys()) == set(ours.keys())


@pytest.mark.parametrize("text", ["{page} {who}", "{page.__class__}", "{page", "{0}"])
def test_a_text_that_could_not_be_filled_in_is_named(tmp_path: locales.Path, text: str) -> None:
    (tmp_path / "za").mkdir()
    (tmp_path / "za" / "words.toml").write_text(f'[screens.check]\npage = "{text}"\n', "utf-8")
    with pytest.raises(locales.WrongText, match=r"za: screens\.check\.page"):
        locales.chosen("za", str(tmp_path))


def test_ours_are_found_where_the_folder_has_no_such_language(tmp_path: locales.Path) -> None:
    assert locales.chosen("en", str(tmp_path)).language == "en"
    with pytest.raises(FileNotFoundError):
        locales.chosen("za", str(tmp_path))


# ---------------------------------------------------------------- how it is said

# Tables that no resident reads, and the guide, which is a document of law and keeps its terms.
FOR_OTHERS = ("conform.", "doctor.", "finding.", "mend.", "workbook.", "gateway.window.", "guide.", "papers.foot",
              "papers.trial.", "fault.document_printer.")  # fmt: skip


def test_no_resident_is_spoken_to_in_officialese() -> None:
    """config/officialese.txt, which also judges the catalogue: the terminal's own words are held to it."""
    lines = (locales.HERE.parent / "officialese.txt").read_text("utf-8").splitlines()
    instead = dict(line.split("\t", 1) for line in lines if line.strip() and not line.startswith("#"))
    words = locales.load()
    found = [
        f"{key}: {words(key)!r} says {bad!r}; say {better!r}"
        for key in words.keys()  # noqa: SIM118 - a Locale is no mapping
        if not key.startswith(FOR_OTHERS) and not key.endswith(".staff")
        for bad, better in instead.items()
        if bad in words(key)
    ]
    assert len(instead) > 30
    assert not found, "\n".join(found)


def test_nothing_shown_to_a_resident_shouts_or_runs_on() -> None:
    """DESIGN-LANGUAGE, Words: no exclamation marks, short clauses between two marks."""
    import re

    words = locales.load()
    shown = [key for key in words.keys() if key.startswith(("screens.", "working.", "next."))]  # noqa: SIM118
    assert not [key for key in shown if "！" in words(key) or "!" in words(key)]
    long = [key for key in shown if any(len(part) > 16 for part in re.split(r"[，。、；：？\n…{}]", words(key)))]
    assert long == []

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

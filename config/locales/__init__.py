"""The words of the terminal, by key, in folders by language.

Each folder holds TOML files, a table a screen or paper; nested tables are joined with dots (`home.title`). Words of a
matter are not here: they come from the catalogue. A key that is missing is an error at start, never an empty label.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT = "zh"


class MissingText(KeyError):
    """A key that the language does not have. The message names the key and the language."""


class Locale:
    """One language's words. `locale("home.title")`, `locale("check.pages", page=1, pages=2)`."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = dict(texts)

    def __call__(self, key: str, **values: object) -> str:
        try:
            text = self._texts[key]
        except KeyError:
            raise MissingText(f"no text for {key!r} in language {self.language!r}") from None
        return text.format(**values) if values else text

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> Iterator[str]:
        yield from self._texts


def flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys of nested tables. Raises TypeError at a value that is neither a text nor a table."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, dict):
            yield from flatten(value, key + ".")
        else:
            raise TypeError(f"{key}: a text is wanted, not {type(value).__name__}")


def load(language: str = DEFAULT, folder: Path = HERE) -> Locale:
    """All words of a language. Raises FileNotFoundError for a language not there, ValueError for a key twice."""
    files = sorted((folder / language).glob("*.toml"))
    if not files:
        raise FileNotFoundError(f"no words for language {language!r} in {folder}")
    texts: dict[str, str] = {}
    for file in files:
        for key, text in flatten(tomllib.loads(file.read_text("utf-8"))):
            if key in texts:
                raise ValueError(f"{file.name}: {key!r} stands in two files")
            texts[key] = text
    return Locale(language, texts)

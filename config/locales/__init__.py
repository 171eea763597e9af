"""The words of the terminal, by key, in folders by language.

Each folder holds TOML files, a table a screen or paper; nested tables are joined with dots (`home.title`). Words of a
matter come from the catalogue; what they are in another language stands in that language's folder `catalogue/`, text by
text, and what is not there is shown in Chinese. A key that is missing is an error at start, never an empty label.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
DEFAULT = "zh"


class MissingText(KeyError):
    """A key that the language does not have. The message names the key and the language."""


class WrongText(ValueError):
    """A text of a county's own language asks for something that is not given. Names file, key and what is wrong."""


class Locale:
    """One language's words. `locale("home.title")`, `locale("check.pages", page=1, pages=2)`."""

    def __init__(
        self,
        language: str,
        texts: Mapping[str, str],
        borrowed: tuple[str, ...] = (),
        phrases: Mapping[str, str] | None = None,
    ) -> None:
        """`borrowed`: keys that this language lacks and Chinese stands in for. `phrases`: texts of the catalogue, from
        Chinese to this language; `{}` in both stands for what the catalogue fills in (a name)."""
        self.language, self.borrowed = language, borrowed
        self._texts = dict(texts)
        self.phrases = dict(phrases or {})
        self._patterns = [
            (re.compile("(.+)".join(map(re.escape, theirs.split("{}"))), re.DOTALL), ours)
            for theirs, ours in self.phrases.items() if "{}" in theirs
        ]  # fmt: skip

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

    def phrase(self, text: str) -> str:
        """A text of the catalogue, or several one after the other (with 、 between, or each a sentence), or a
        number with its unit, in this language; as it is where that is not known."""
        if text in self.phrases:
            return self.phrases[text]
        parts = text.split("、")
        if len(parts) > 1 and all(part in self.phrases for part in parts):
            return ", ".join(self.phrases[part] for part in parts)
        amount = re.fullmatch(r"([0-9][0-9.]*)([^0-9.]+)", text)
        if amount and amount[2] in self.phrases:
            return f"{amount[1]} {self.phrases[amount[2]]}"
        for end in sorted((found.end() for found in re.finditer("。(?!$)", text)), reverse=True):
            first, rest = text[:end], text[end:]
            if first in self.phrases and (said := self.phrase(rest)) != rest:
                return f"{self.phrases[first]} {said}"
        for pattern, ours in self._patterns:
            if found := pattern.fullmatch(text):
                return ours.format(*map(self.phrase, found.groups()))
        return text


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


def chosen(language: str, added: str = "") -> Locale:
    """The language of a terminal: one of ours, or one that a county has put into the folder `added` without touching
    the program, as `LANGUAGE/*.toml` with the keys of ours. What it does not say yet is said in Chinese.

    Raises FileNotFoundError where neither has it, WrongText for a text that could not be filled in.
    """
    if not added or not any((Path(added) / language).glob("*.toml")):
        return load(language)
    ours, theirs = load(), load(language, Path(added))
    texts = {}
    for key in ours.keys():  # noqa: SIM118 - a Locale is no mapping
        if key not in theirs:
            continue
        text = theirs(key)
        try:
            places = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        except ValueError as error:
            raise WrongText(f"{added}/{language}: {key}: {error}") from None
        known = {name for _, name, _, _ in string.Formatter().parse(ours(key)) if name is not None}
        if not places <= known:
            raise WrongText(f"{added}/{language}: {key}: nothing is given for {', '.join(sorted(places - known))}")
        texts[key] = text
    lacking = tuple(key for key in ours.keys() if key not in texts)  # noqa: SIM118
    return Locale(language, {**{key: ours(key) for key in lacking}, **texts}, lacking, theirs.phrases)


def name_of(language: str, added: str = "") -> str:
    """A language by its own name, "" where neither we nor the folder `added` have it. A county's language that does not
    say its name (`language.toml`, `[language] name`) is called by its folder's."""
    for folder in (Path(added), HERE) if added else (HERE,):
        if any((folder / language).glob("*.toml")):
            file = folder / language / "language.toml"
            said = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
            return str(said.get("language", {}).get("name", "")) or language
    return ""


def load(language: str = DEFAULT, folder: Path = HERE) -> Locale:
    """All words of a language. Raises FileNotFoundError for a language not there, ValueError for a key or a text of
    the catalogue twice."""
    files = sorted((folder / language).glob("*.toml"))
    if not files:
        raise FileNotFoundError(f"no words for language {language!r} in {folder}")
    texts: dict[str, str] = {}
    for file in files:
        for key, text in flatten(tomllib.loads(file.read_text("utf-8"))):
            if key in texts:
                raise ValueError(f"{file.name}: {key!r} stands in two files")
            texts[key] = text
    phrases: dict[str, str] = {}
    for file in sorted((folder / language / "catalogue").glob("*.toml")):
        for chinese, text in tomllib.loads(file.read_text("utf-8")).items():
            if chinese in phrases:
                raise ValueError(f"{file.name}: {chinese!r} stands in two files")
            if chinese.count("{}") != text.count("{}"):
                raise ValueError(f"{file.name}: {chinese!r} and its text have not as many places to fill in")
            phrases[chinese] = text
    return Locale(language, texts, phrases=phrases)

"""`kiosk voice missing`: what a voice artist has still to read, a line a prompt, for the folder of recorded prompts.

Texts that hold a name, a number or a date are never the same twice: those the machine says, and they are only counted.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from config import locales
from kiosk.cli.common import DONE, settings_of, show, state_of

SAID = ("screens.", "problem.", "next.", "card_row.", "working.", "fault.")  # tables whose texts are on screens
# Staff read these themselves; and lists, of which one word at a time is said.
SILENT = re.compile(r"^screens\.staff\.|^fault\..*\.(staff|short)$|\.lunar_(months|days)$")
OF_A_MATTER = frozenset({
    "title", "label", "hint", "heading", "lead", "reason", "text", "words", "main", "decline", "purpose", "recipients",
    "kept_until", "delivery_title", "delivery_hint", "items_title", "short", "tie", "after", "settled", "required",
})  # fmt: skip
CHINESE = re.compile(r"[\u3400-\u9fff]")
CHARACTERS_PER_S = 3.5  # of somebody who reads to the old


@dataclasses.dataclass(frozen=True)
class Prompt:
    """One text; `name`: what its recording is called, without .wav; `where`: the key, or the matter it belongs to."""

    name: str
    where: str
    text: str


def prompts(words: locales.Locale, catalogue: object) -> Iterator[Prompt]:
    """Everything that can be recorded, each text once."""
    seen: set[str] = set()
    for key in words.keys():  # noqa: SIM118 - a Locale is no dict
        text = words(key)
        if key.startswith(SAID) and not SILENT.search(key) and wanted(text) and text not in seen:
            seen.add(text)
            yield Prompt(key, key, text)
    for where, text in _texts(catalogue, ""):
        if wanted(text) and text not in seen:
            seen.add(text)
            yield Prompt(hashlib.sha256(text.encode()).hexdigest()[:16], where, text)


def wanted(text: str) -> bool:
    return bool(CHINESE.search(text)) and "{" not in text


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """The texts of a catalogue that screens show, with the matter they belong to."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from _texts(one, where)
    elif hasattr(value, "items") and callable(getattr(value, "items")):  # noqa: B009 - a mapping of any kind
        for name, one in value.items():
            yield from [(where or "words", one)] if isinstance(one, str) else _texts(one, str(name))
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            one = getattr(value, field.name)
            if isinstance(one, str):
                if field.name in OF_A_MATTER:
                    yield where, one
            else:
                yield from _texts(one, where)


def missing(arguments: argparse.Namespace) -> int:
    """Write the list."""
    from kiosk.catalogues import load

    settings = settings_of(arguments)
    words = locales.load(settings.screen.language)
    catalogue = load(settings.catalogue, state_of(arguments)).catalogue
    folder: Path | None = arguments.prompts or (Path(settings.voice.prompts) if settings.voice.prompts else None)
    there = {file.stem for file in folder.glob("*.wav")} if folder is not None and folder.is_dir() else set()
    everything = list(prompts(words, catalogue))
    left = [one for one in everything if one.name not in there]
    with arguments.out.open("w", encoding="utf-8-sig", newline="") as file:  # the mark makes spreadsheets read UTF-8
        table = csv.writer(file, dialect="excel-tab")
        table.writerow([words(f"voice.{column}") for column in ("file", "where", "text", "seconds")])
        for one in left:
            seconds = max(1, round(len(CHINESE.findall(one.text)) / CHARACTERS_PER_S))
            table.writerow([f"{one.name}.wav", one.where, one.text.replace("\n", " "), seconds])
    value = {"all": len(everything), "recorded": len(everything) - len(left), "missing": len(left)}
    show(value, arguments.json, lambda: words("voice.summary", **value))
    print(words("voice.written", file=arguments.out), file=sys.stderr)
    return DONE

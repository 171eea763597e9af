"""The invented persons' cards that simulators and tests use; read from sample_cards.toml beside this file."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardware.ports import CardRecord
from hardware.sam import PHOTO_BYTES

FILE = Path(__file__).with_name("sample_cards.toml")
PHOTO_HEAD = b"WLf\0"  # how a photograph in the cards' own format begins


@dataclass(frozen=True)
class SocialCard:
    """What the same person's social-security card says."""

    version: str
    card_number: str
    issued: str
    valid_to: str


@dataclass(frozen=True)
class SampleCard:
    record: CardRecord
    social: SocialCard | None = None


def card_from_table(table: Mapping[str, Any], name: str = "card") -> SampleCard:
    """A card from keys as in the file. Raises ValueError for a key that is unknown or missing."""
    texts = {key: value for key, value in table.items() if key != "social"}
    try:
        # Not a picture: bytes of the right size and beginning, different for every card.
        whose = f"{name} {texts.get('id_number', '')}".encode()
        photo = PHOTO_HEAD + hashlib.shake_256(whose).digest(PHOTO_BYTES - len(PHOTO_HEAD))
        record = CardRecord(**texts, photo=photo)
        social = SocialCard(**table["social"]) if "social" in table else None
    except TypeError as error:
        raise ValueError(f"{name}: {error}") from None
    for field in dataclasses.fields(record):
        if field.name != "photo" and not isinstance(getattr(record, field.name), str):
            raise ValueError(f"{name}: {field.name} wants a text")
    return SampleCard(record, social)


def sample_cards(file: Path | None = None) -> dict[str, SampleCard]:
    """All cards by name; KIOSK_CARDS names another file, for people that are invented anew for one run. Raises
    ValueError, OSError."""
    tables = tomllib.loads((file or Path(os.environ.get("KIOSK_CARDS", FILE))).read_text("utf-8"))
    return {name: card_from_table(table, name) for name, table in tables.items()}


def pick(card: object) -> SampleCard:
    """A card by its name in the file, or from a table of its own. Raises ValueError that says which names there are."""
    if isinstance(card, dict):
        return card_from_table(card)
    cards = sample_cards()
    if not isinstance(card, str) or card not in cards:
        raise ValueError(f"no card {card!r}; there are {', '.join(sorted(cards))}")
    return cards[card]

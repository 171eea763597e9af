"""Fault cards: what stands behind the code of an expected failure.

A card says which picture shows it, how bad it is, who acts, and (by the locale) what the resident reads and hears and
the one thing that staff do. No code without a card: an unknown one gets the terminal's own, so that a screen always
has something true to say.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from config.locales import Locale

FILE = Path(__file__).with_name("faults.toml")
UNKNOWN = "terminal.unexpected"
SEVERITIES = ("hint", "detour", "stop", "quiet")
ACTORS = ("resident", "staff", "county", "itself")

# The class in a code, for a device's name in the settings: `id_card.absent` and `reader.absent` are one card.
CLASS_OF_DEVICE = {
    "id_card": "reader",
    "social_card": "social_reader",
    "receipt_printer": "printer",
    "document_printer": "document_printer",
    "camera": "camera",
    "face_camera": "face_camera",
    "speaker": "speaker",
    "scanner": "scanner",
    "lights": "lights",
    "presence": "presence",
    "keypad": "keypad",
}


@dataclass(frozen=True)
class FaultCard:
    """One card. `severity`: hint | detour | stop | quiet; `who` acts: resident | staff | county | itself."""

    code: str
    picture: str
    severity: str
    who: str


@dataclass(frozen=True)
class FaultWords:
    """One card's words in one language. `short` fits a pill; `title` and `text` are the resident's, shown and read
    aloud; `staff` is one action."""

    short: str
    title: str
    text: str
    staff: str


@functools.cache
def fault_cards(file: Path = FILE) -> dict[str, FaultCard]:
    """All cards by code. Raises ValueError for a card that is not whole."""
    cards: dict[str, FaultCard] = {}
    for family, group in tomllib.loads(file.read_text("utf-8")).items():
        for what, table in group.items():
            code = f"{family}.{what}"
            try:
                card = FaultCard(code, **table)
            except TypeError as error:
                raise ValueError(f"{file.name}: [{code}]: {error}") from None
            if card.severity not in SEVERITIES or card.who not in ACTORS:
                raise ValueError(f"{file.name}: [{code}]: severity is one of {SEVERITIES}, who one of {ACTORS}")
            cards[code] = card
    return cards


def fault_card(code: str) -> FaultCard:
    """The card of a code; that of `terminal.unexpected` for a code nobody has written a card for."""
    cards = fault_cards()
    family, _, what = code.partition(".")
    found = cards.get(code) or cards.get(f"{CLASS_OF_DEVICE.get(family, family)}.{what}")
    return found or cards[UNKNOWN]


def fault_words(code: str, locale: Locale) -> FaultWords:
    """What the card of a code says. Raises MissingText (a test keeps that from happening)."""
    key = f"fault.{fault_card(code).code}"
    return FaultWords(locale(f"{key}.short"), locale(f"{key}.title"), locale(f"{key}.text"), locale(f"{key}.staff"))

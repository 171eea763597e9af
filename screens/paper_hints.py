"""How a hint about a photographed paper is said, on a screen and aloud."""

from __future__ import annotations

from config.locales import Locale
from matters.identity import parse_date
from matters.steps import PaperHint


def hint_words(hint: PaperHint, words: Locale, at: str = "title") -> tuple[str, str]:
    """What it seems to be, and what to do. `at`: title (beside the page itself), before (on a later screen), row (in a
    line of the check screen)."""
    day = parse_date(hint.about) if hint.code == "expired" else None
    date = words("paper.date", year=day.year, month=day.month, day=day.day) if day is not None else ""
    title = words(f"paper.hint.{hint.code}.{at}", title=hint.title, about=hint.about, date=date)
    return title, words(f"paper.hint.{hint.code}.text")

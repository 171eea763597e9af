"""Answers that are written or typed: names, numbers, dates, amounts, places; and finding a matter by its words."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from matters.steps import Entry, Kind, Search
from screens.sheets.base import shows
from screens.sheets.dating import Dated
from screens.sheets.writing import Typing
from screens.theme import look
from screens.widgets.fields import PadKey
from screens.widgets.frame import KeySpec
from screens.words import say

GROUPS = {Kind.ID_NUMBER: (6, 8, 4), Kind.PHONE: (3, 4, 4), Kind.DIGITS: (4, 4, 4, 4, 4)}
LENGTHS = {Kind.ID_NUMBER: 18, Kind.PHONE: 11}


@shows(Entry)
class EntrySheet(Dated):
    """One answer."""

    def kind(self) -> Kind:
        kind: Kind = self.step.kind
        return kind

    def limit(self) -> int:
        limit: int = self.step.limit
        return max(limit, LENGTHS.get(self.kind(), 0))

    def length(self) -> int:
        """How many signs it has when it is whole; 0: that is not known. A fixed line's number may end anywhere."""
        if self.kind() is Kind.PHONE and not self.step.text.startswith("1"):
            return 0
        return LENGTHS.get(self.kind(), 0)

    def main(self) -> KeySpec | None:
        step = self.step
        if self.kind() is Kind.DATE and 0 < len(step.text) < 10:
            return KeySpec("main", say("entry.waiting.date"), kind="waiting")
        if 0 < len(step.text) < self.length():
            return KeySpec("main", say("entry.left", count=self.length() - len(step.text)), kind="waiting")
        if not step.text:
            if step.optional:
                return KeySpec("skip", say("entry.skip"), icon_end="arrow-right")
            return KeySpec("main", say(f"entry.waiting.{step.kind}"), kind="waiting")
        return KeySpec("main", step.main or say(f"entry.main.{step.kind}"), icon_end="arrow-right")

    def told(self) -> None:
        step = self.step
        kind = self.kind()
        boxes, field = self.ids.boxes, self.ids.field
        boxes.shown = kind is Kind.NAME
        field.shown = not boxes.shown and kind is not Kind.DATE
        boxes.text, boxes.limit, boxes.note = step.text, step.limit, "" if look.elder else say("entry.more")
        field.text, field.groups, field.unit = (
            step.text,
            GROUPS.get(kind, ()),
            step.unit or (say("notice.yuan") if kind is Kind.MONEY else ""),
        )
        message = self.ids.problem
        message.shown = bool(step.problem) or step.source == "paper"
        message.tone, message.icon = ("care", "info-circle") if step.problem else ("plain", "file-text")
        if step.problem:
            message.text, message.second = say.problem(step.problem)
        elif step.source == "paper":
            message.text, message.second = say.problem("from_paper")
        length = self.length()
        count = self.ids.count
        count.shown = bool(length) and bool(step.text) and not step.problem
        if count.shown:
            left = length - len(step.text)
            count.text = say("entry.left", count=left) if left > 0 else say("entry.full", count=length)
        most = 2 if look.low or look.elder or not look.portrait else 4
        self.ids.suggestions.items = tuple(
            (f"suggest:{index}", words, "") for index, words in enumerate(step.suggestions[:most])
        )
        self.ids.suggestions.shown = bool(step.suggestions) and not step.text
        super().told()
        if kind is Kind.DATE:
            self.show_date()
        else:
            self.ids.parts.shown = self.ids.told.shown = False

    def heard(self, ident: str) -> bool:
        if self.kind() is Kind.DATE:
            return self.heard_date(ident)
        return super().heard(ident)


class Suggestion(PadKey):
    """A whole answer that can be touched."""

    item: Any = ObjectProperty(("", "", ""))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if look.low:
            self.tall = self.elder_tall = 80.0


@shows(Search)
class SearchSheet(Typing):
    """Finding a matter by its words."""

    def marks(self) -> str:
        return ""

    def told(self) -> None:
        self.ids.field.text = self.step.text
        self.ids.tiles.items = self.step.found[: 2 if look.low else 4 if look.portrait else 3]
        self.ids.tiles.shown = bool(self.step.found)
        self.ids.none.shown = bool(self.step.text) and not self.step.found
        super().told()

"""Checking, handing in, handed in."""

from __future__ import annotations

from typing import Any, cast

from kivy.properties import ObjectProperty

from matters.steps import Check, HandedIn, Next, Paper, Row, Working
from screens.paper_hints import hint_words
from screens.sheets.base import Sheet, label_width, shows
from screens.theme import look
from screens.widgets import scene
from screens.widgets.base import Column, Item
from screens.widgets.base import Row as Line
from screens.widgets.frame import KeySpec
from screens.words import say

__all__ = ["scene"]


class CheckLine(Item):
    """One answer once more: label, value, source or the key that changes it."""

    @staticmethod
    def beside(row: Row) -> str:
        """What to look at twice: who filled it in, or what a photographed paper says."""
        if row.paper is not None:
            return hint_words(row.paper, say.locale, "row")[0]
        shown = row.source == "clerk" or (row.source == "paper" and row.can_change)
        shown = shown or (look.elder and not row.can_change and bool(row.source))  # no room beside large numbers
        return say(f"check.source.{row.source}") if shown else ""


@shows(Check)
class CheckSheet(Sheet):
    """Everything once more."""

    def main(self) -> KeySpec | None:
        if self.step.page < self.step.pages:
            return KeySpec("main", say("check.next"), icon_end="arrow-right")
        if self.step.by_clerk:
            return KeySpec("main", say("check.main_clerk"), icon_end="send")
        return KeySpec("main", say("check.main"), icon_end="send")

    def told(self) -> None:
        rows: tuple[Row, ...] = self.step.rows
        if look.portrait:
            self.ids.rows.items, self.ids.second.items = rows, ()
        else:
            half = (len(rows) + 1) // 2
            self.ids.rows.items, self.ids.second.items = rows[:half], rows[half:]
        for part in (self.ids.rows, self.ids.second):
            wide = label_width((line.item.label for line in part.inner()), "second")
            for line in part.inner():
                line.ids.label.wide = wide
        self.ids.page.text = self.ids.page_wide.text = (
            say("check.page", page=self.step.page, pages=self.step.pages) if self.step.pages > 1 else ""
        )


@shows(Working)
class WorkingSheet(Sheet):
    """We are at work: what is happening, and after a while what one can do."""

    def left(self) -> KeySpec | None:
        return None

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("working.main"), kind="waiting")

    def told(self) -> None:
        self.ids.title.text = say.other(f"working.{self.step.code}")
        since = self.step.since
        stage = "long" if since >= 10 else "some" if since >= 2 else "short"
        self.ids.message.text = say(f"working.{stage}")


class WayLine(Item):
    """One line of what happens next; item is (Next, is it the last)."""


def way_words(step: Next, part: str) -> str:
    return say.other(f"next.{step.code}.{part}", **dict(step.values))


class Slip(Line):
    """Where the receipt is: the picture, two sentences, an arrow to the slot."""

    fill = "now_tint"
    line = "now_tint_line"
    edge = 6
    pad = (44, 28, 44, 28)
    gap = 44.0
    paper: Any = ObjectProperty(Paper.PRINTING)


@shows(HandedIn)
class HandedInSheet(Sheet):
    """Handed in: green only when the county has it."""

    def main(self) -> KeySpec | None:
        paper = self.step.paper
        code = {Paper.TROUBLE: "noted", Paper.NONE: "noted_number"}.get(paper, "taken")
        return KeySpec("main", say(f"handed.main.{code}"), icon_end="arrow-right")

    def left(self) -> KeySpec | None:
        paper = self.step.paper
        if paper is Paper.TROUBLE:
            return KeySpec("left", say("handed.wait"), icon="clock")
        if paper is Paper.NONE:
            return None
        return KeySpec("left", say("handed.again"), icon="printer")

    def told(self) -> None:
        step = self.step
        ids = self.ids
        trouble = step.paper is Paper.TROUBLE
        side = ids.right if trouble and not look.portrait else ids.leftside
        if ids.panel.parent is not side:
            ids.panel.parent.remove_widget(ids.panel)
            side.add_widget(ids.panel, index=len(side.children) if side is ids.right else 1)
        ids.title.shown = ids.safe.shown = ids.fault.shown = ids.called.shown = trouble
        ids.result.shown = ids.following.shown = ids.next.shown = ids.slip.shown = not trouble
        colour = "good" if step.at_county else "now"
        ids.result.fill = colour
        ids.result_icon.name = "circle-check" if step.at_county else "package"
        ids.result_title.colour = ids.result_text.colour = ids.result_icon.colour = f"on_{colour}"
        state = "county" if step.at_county else "kept"
        ids.result_title.text = say(f"handed.{state}.title")
        ids.result_text.text = say(f"handed.{state}.text", at=step.at)
        ids.number.text = f"{step.number[:4]} {step.number[4:]}"
        ids.number_label.text = say("handed.number_note" if trouble or step.paper is Paper.NONE else "handed.number")
        ids.code.text = step.code
        ids.code.shown = bool(step.code)
        last = len(step.following) - 1
        ids.following.items = tuple((line, index == last) for index, line in enumerate(step.following))
        ids.slip.paper = step.paper
        ids.slip_picture.name = "slip-photo" if step.paper is Paper.NONE else "printing-slip"
        ids.slip_title.text = say(f"handed.paper.{step.paper}.title")
        ids.slip_text.text = say(f"handed.paper.{step.paper}.text")
        ids.slip_arrow.shown = step.paper in (Paper.PRINTING, Paper.PRINTED)
        if trouble:
            words = say.fault(step.problem)
            ids.title.text = words.title
            ids.safe.text = say(f"handed.safe.{state}")
            ids.safe.second = say("handed.safe.second")
            ids.fault.picture(step.problem)
            ids.called_text.text = words.text


class FaultPicture(Column):
    """The picture of a fault card on white, and whose hands it needs."""

    fill = "card"
    line = "card_line"
    centred = True
    pad = (30, 30, 30, 30)

    def picture(self, code: str) -> None:
        from config.faults import fault_card
        from screens.widgets.base import Picture, Text

        if not self.children:
            self.add_widget(Picture())
            whose = Text()
            whose.role, whose.align, whose.text = "second", "centre", say("handed.by_staff")
            self.add_widget(whose)
        drawing = cast(Picture, self.inner()[0])
        drawing.name = fault_card(code).picture if code else ""
        drawing.of, drawing.elastic = 600, True

"""The way a matter goes, item by item: its steps as boxes with arrows between, and what waits for what."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from matters.steps import Flow, FlowLane
from screens.sheets.base import Paged, shows
from screens.theme import look
from screens.widgets.base import Column, Icon, ItemColumn, Row, Text
from screens.widgets.frame import KeySpec
from screens.words import say


class FlowBox(Column):
    """One step."""

    fill = "tint"
    radius = 16
    pad = (8, 16, 8, 16)
    centred = True
    grow = 1.0

    def __init__(self, text: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        word = Text()
        word.text, word.role, word.smaller = text, "value", "second sub"
        word.bold, word.align, word.leading = True, "centre", 1.2
        self.add_widget(word)
        self.line = "card_line" if look.contrast else ""


class FlowSteps(Row):
    """The steps of a lane, left to right."""

    gap = 10.0
    stretch = True
    item: Any = ObjectProperty((), allownone=True)

    def on_item(self, _: object, steps: tuple[str, ...]) -> None:
        self.clear_widgets()
        for number, text in enumerate(steps):
            if number:
                arrow = Icon()
                arrow.name, arrow.of = "arrow-right", 42
                self.add_widget(arrow)
            self.add_widget(FlowBox(text))


class FlowLaneCard(ItemColumn):
    """One item: whose it is, how long it takes, what it waits for, its steps."""

    fill = "card"
    line = "card_line"


def lane_days(lane: FlowLane) -> str:
    """Whose it is and how long it takes."""
    days = say("flow.at_once") if lane.days == 0 else say("flow.days", days=lane.days) if lane.days else ""
    return " · ".join(part for part in (lane.department, days) if part)


def lane_after(lane: FlowLane) -> str:
    return say("flow.after", items=say("flow.mark").join(lane.after)) if lane.after else ""


def lanes_a_page() -> int:
    """Lanes on one page, as many as can be large."""
    if not look.portrait:
        return 2 if look.elder else 3
    return 2 if look.low and look.elder else 3 if look.low or look.elder else 4


@shows(Flow)
class FlowSheet(Paged):
    """Looked at from the notice; nothing is asked."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("flow.main"), icon_end="check")

    def told(self) -> None:
        step = self.step
        days = step.days
        self.ids.title.text = say("flow.title")
        code = "unknown" if days is None else "after" if days else "at_once"
        self.ids.whole.text = say.other(f"due.{code}", days=days)
        self.ids.lanes.items = self.cut(step.lanes, lanes_a_page())
        self.ids.pager.tell(self.page, self.pages)

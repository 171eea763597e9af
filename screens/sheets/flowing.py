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


def lane_facts(lane: FlowLane) -> str:
    """What one gets, and what it costs; large type leaves room for no more."""
    if lane.fee_fen is None:
        fee = say("flow.fee_unknown")
    else:
        fee = say("flow.fee", yuan=f"{lane.fee_fen / 100:g}") if lane.fee_fen else say("flow.free")
    return " · ".join((say("flow.result", result=lane.result), fee)) if lane.result else fee


def lanes_a_page() -> int:
    """Lanes on one page, as many as can be large."""
    if not look.portrait:
        return 1 if look.elder else 2
    return 2 if look.low or look.elder else 3


@shows(Flow)
class FlowSheet(Paged):
    """Looked at from the notice; nothing is asked."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("flow.main"), icon_end="check")

    def told(self) -> None:
        step = self.step
        days = step.days
        self.ids.title.text = say("flow.title" if any(lane.steps for lane in step.lanes) else "flow.title_bare")
        code = "unknown" if days is None else "after" if days else "at_once"
        self.ids.whole.text = say.other(f"due.{code}", days=days)
        self.ids.who.text = say("flow.who", who=step.who)
        self.ids.who.shown = bool(step.who) and not (look.elder and look.low)
        state = step.printing if step.printing in ("idle", "printing", "printed") else "trouble"
        for key, here in ((self.ids.print, look.portrait), (self.ids.print_beside, not look.portrait)):
            key.shown = step.can_print and here
            key.kind = "waiting" if state == "printing" else "plain"
            key.text = say("flow.print" if state == "idle" else f"notice.print_{state}")
        self.ids.lanes.items = self.cut(step.lanes, lanes_a_page())
        self.ids.pager.tell(self.page, self.pages)

"""After the last button, and what may come at any time: rating, goodbye, idle warning, help, trouble, lookup."""

from __future__ import annotations

import re
from typing import Any

from kivy.properties import ObjectProperty

from config.faults import fault_card
from matters.steps import Ask, CaseLine, Goodbye, Help, Lookup, Option, Rate, Resume, StillThere, Trouble
from screens import shapes
from screens.sheets.base import Paged, Sheet, shows
from screens.theme import look
from screens.widgets import figures, pager
from screens.widgets.base import Item, Node, Repeat, Text
from screens.widgets.frame import BACK, Counter, KeySpec
from screens.widgets.scene import CardScene
from screens.widgets.touch import Slab, SlabColumn, TickBox
from screens.words import say

__all__ = ["CardScene", "figures", "pager"]
LEVELS = (5, 4, 3, 2, 1)
TAKE_MOST = 6


# ---------------------------------------------------------------- rating


def face(item: tuple[int, bool]) -> str:
    """The picture of a level: drawn full when it is the chosen one, but for black ground, where that would vanish."""
    level, chosen = item
    return f"face-{level}-chosen" if chosen and not look.contrast else f"face-{level}"


class Tick(Node):
    """The lamp disc with a tick on the corner of what is chosen."""

    silent = True

    def paint(self) -> None:
        x, _, side, _ = self.box
        group = self.canvas.before
        cx, cy = x + side / 2, self.y + side / 2
        shapes.disc(group, cx, cy, side, look.colour("now"))
        points = [(-0.21, 0.0), (-0.06, -0.15), (0.22, 0.14)]
        shapes.stroke(group, [(cx + px * side, cy + py * side) for px, py in points], look.u(7), look.colour("on_now"))


class LevelKey(SlabColumn):
    """One of the five: a face and its word."""

    item: Any = ObjectProperty(None, allownone=True, rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tick = Tick()
        self.add_widget(self._tick)

    def inner(self) -> list[Node]:
        # The tick lies over the corner, outside the column's order.
        return [child for child in super().inner() if child is not getattr(self, "_tick", None)]

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        super().inside(x, y, width, height)
        if self.item[1]:
            side = look.u(68)
            self._tick.place(x + width - round(side * 0.9), y - round(side * 0.24), side, side)
        else:
            self._tick.vanish()

    def vanish(self) -> None:
        super().vanish()
        self._tick.vanish()


class ReasonKey(Slab):
    """One reason: a box and a few words."""

    gap = 24.0
    pad = (24, 12, 16, 12)

    def __init__(self, **kwargs: Any) -> None:
        self._box, self._word = TickBox(), Text()
        super().__init__(**kwargs)
        self._box.of = 64
        self._word.role, self._word.smaller = "key", "second sub"
        self._word.bold, self._word.leading, self._word.grow = True, 1.22, 1.0
        self.add_widget(self._box)
        self.add_widget(self._word)

    item: Any = ObjectProperty(None, allownone=True)

    def on_item(self, _: object, option: Option) -> None:
        self.ident = f"option:{option.id}"
        self.kind = "chosen" if option.chosen else "plain"
        self._box.ticked, self._word.text = option.chosen, option.title

    def measure(self, width: int) -> int:
        return max(super().measure(width), look.key_height(96 if look.low else 132) + look.u(look.palette.ledge_px))


@shows(Rate)
class RateSheet(Sheet):
    """How was it? Voluntary: the quiet key leaves without a word."""

    def main(self) -> KeySpec | None:
        if not self.step.level:
            return KeySpec("main", say("rate.waiting"), kind="waiting")
        return KeySpec("main", say("rate.main"), icon_end="arrow-right")

    def left(self) -> KeySpec | None:
        return KeySpec("left", say("rate.left"), icon="x")

    def told(self) -> None:
        level = self.step.level
        self.ids.levels.items = tuple((number, number == level) for number in LEVELS)
        question = "first" if not level else "good" if level > 3 else "fair" if level == 3 else "bad"
        self.ids.question.text = say(f"rate.{question}")
        self.ids.question.bold = bool(level)
        self.ids.question.role = "heading" if level else "body"
        self.ids.question.colour = "ink" if level else "ink2"
        self.ids.many.shown = bool(self.step.reasons) and not look.elder
        self.ids.reasons.items = self.step.reasons


# ---------------------------------------------------------------- goodbye, idle warning

ENDINGS = ("done", "stopped", "idle", "fault", "aside")


class TakeLine(Item):
    """One thing not to leave behind."""


class Takes(Repeat):
    """What to take along, side by side."""

    kind = "TakeLine"

    def _columns(self, width: int) -> int:
        """Three, or as few as it takes for a longer language's words."""
        wide = [child.natural() for child in self.visible_inner()]
        fitting = (
            count for count in (3, 2)
            if all(sum(wide[at : at + count]) <= width for at in range(0, len(wide), count))
        )  # fmt: skip
        return min(next(fitting, 1), max(1, len(wide)))

    def measure(self, width: int) -> int:
        shown = self.visible_inner()
        columns = self._columns(width)
        rows = -(-len(shown) // columns)
        high = max((child.measure(width // columns) for child in shown), default=0)
        return rows * high + max(0, rows - 1) * look.gap(self.gap)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        shown, columns = self.visible_inner(), self._columns(width)
        for number in range(0, len(shown), columns):
            line = shown[number : number + columns]
            wide = [child.natural() for child in line]
            free = max(0, width - sum(wide))
            gap = free // (len(line) + 1)
            high = max(child.measure(own) for child, own in zip(line, wide, strict=True))
            at = x + gap
            for child, own in zip(line, wide, strict=True):
                child.place(at, y, min(own, width), high)
                at += own + gap
            y += high + look.gap(self.gap)


def goodbye_picture(ending: str) -> str:
    """Green only where it was handed in; what was put aside is kept, the rest is wiped."""
    return {"done": "terminal-clean", "aside": "terminal-kept"}.get(ending, "terminal-stopped")


@shows(Goodbye)
class GoodbyeSheet(Sheet):
    """Your data is gone; what not to leave behind."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("goodbye.main" if self.step.take else "goodbye.main_nothing"), icon_end="check")

    def left(self) -> KeySpec | None:
        return None

    def told(self) -> None:
        ending = self.step.ending if self.step.ending in ENDINGS else "done"
        self.ids.text.text = say(f"goodbye.{ending}.text")
        self.ids.panel.shown = bool(self.step.take)
        icons = {"id-card": "id"}
        self.ids.take.items = tuple((icons.get(icon, icon), title) for icon, title in self.step.take[:TAKE_MOST])


COUNTED_S = (15, 10, 5)  # of the idle warning, aloud: the first reading has said the rest


@shows(StillThere)
class StillThereSheet(Sheet):
    """Are you still there? Any touch goes on, except on the key that ends it."""

    _counted = 0  # what was counted aloud last

    def main(self) -> KeySpec | None:
        return KeySpec("here", say("still.main"))

    def left(self) -> KeySpec | None:
        return KeySpec("stop", say("still.left_done" if self.handed_in() else "still.left"), icon="trash")

    def tell_counter(self, counter: Counter) -> None:
        super().tell_counter(counter)
        self._end = counter.left

    def wakes(self, x: float, y: float) -> bool:
        return not self._end.collide_point(x, y)

    def handed_in(self) -> bool:
        where = self.step.where
        return bool(where and where.progress and where.progress.done)

    def told(self) -> None:
        self.ids.fate.text = self.ids.fate_wide.text = say("still.safe" if self.handed_in() else "still.wipe")
        ring = self.ids.ring
        ring.share = self.step.seconds / self.step.of if self.step.of else 0.0
        ring.number, ring.unit = str(self.step.seconds), say("still.second")
        if self.step.seconds in COUNTED_S and self.parent is not None and self.step.seconds != self._counted:
            self._counted = self.step.seconds
            self.stage().remarks.on_remark([ring.number + ring.unit])


# ---------------------------------------------------------------- help, trouble, phones


class PhoneLine(Item):
    """Whose number, and the number, large enough to dial from."""

    item: Any = ObjectProperty(("", ""))


@shows(Help)
class HelpSheet(Sheet):
    """A clerk was called."""

    def main(self) -> KeySpec | None:
        if self.step.state == "joined":
            return KeySpec("clerk_done", say("help.joined_main"), icon_end="check")
        return KeySpec("main", say("help.back"), icon_end="arrow-right")

    def left(self) -> KeySpec | None:
        return KeySpec(BACK, say("counter.back"), icon="arrow-left") if self.step.state == "joined" else None

    def tell_counter(self, counter: Counter) -> None:
        counter.tell(self.left(), self.main(), help_key=False)


@shows(Trouble)
class TroubleSheet(Sheet):
    """A fault that stands in the way: its card, and that nothing is lost."""

    def main(self) -> KeySpec | None:
        if self.step.seen:
            return KeySpec("main", say("trouble.seen"), icon_end="check")
        if not self.step.can_retry:
            return KeySpec("main", say("trouble.wait"), kind="waiting")
        return KeySpec("main", say("trouble.main"), icon_end="refresh")

    def told(self) -> None:
        words = say.fault(self.step.code)
        self.ids.title.text, self.ids.text.text = words.title, words.text
        self.ids.picture.name = fault_card(self.step.code).picture
        self.ids.kept.shown = self.step.where is not None  # before a matter was begun there is nothing to keep


@shows(Resume)
class ResumeSheet(Sheet):
    """Going on with what was put aside: the slip, then the card."""

    def main(self) -> KeySpec | None:
        step = self.step
        if step.problem and step.state != "gone":
            return KeySpec("again", say("resume.again"), icon_end="refresh")
        words = {"slip": "waiting", "reading": "reading"}.get(step.state, "waiting_card")
        return KeySpec("main", say(f"resume.{words}"), kind="waiting")

    def told(self) -> None:
        step, ids = self.step, self.ids
        part = "slip" if step.state == "slip" else "card"
        ids.title.text, ids.text.text = say(f"resume.{part}.title"), say(f"resume.{part}.text")
        ids.scene.shown, ids.drawing.shown, ids.type.shown = part == "card", part == "slip", part == "slip"
        ids.said.shown = bool(step.problem)
        if step.problem:
            words = say.fault(step.problem)
            ids.said.text, ids.said.second = words.title, words.text


@shows(Ask)
class AskSheet(Sheet):
    """The numbers to ring."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("ask.main"), icon_end="check")

    def told(self) -> None:
        self.ids.phones.items = self.step.phones


# ---------------------------------------------------------------- my cases


class CaseKey(Slab):
    """One case: what, how far it is, by when it is done. Pressed, it shows its items."""

    item: Any = ObjectProperty(None, allownone=True, rebind=True)


class CasePart(Item):
    """One item of a case: how far it is, by when it is done."""


CASE_TONES = {
    "received": ("plain", "building-community"),
    "pre_check": ("plain", "zoom-in"),
    "supplement_asked": ("now", "alert-circle"),
    "accepted": ("plain", "clock"),
    "not_accepted": ("care", "alert-circle"),
    "suspended": ("care", "clock"),
    "decided_granted": ("good", "circle-check"),
    "decided_refused": ("care", "alert-circle"),
    "withdrawn": ("plain", "arrow-back-up"),
    "revoked": ("care", "alert-circle"),
    "handed_out": ("good", "circle-check"),
}


def case_tone(state: str) -> tuple[str, str]:
    """(tone, icon) of a case's state."""
    return CASE_TONES.get(state, ("plain", "info-circle"))


def case_line(row: CaseLine) -> str:
    """Number and day of a case, in one line; large type leaves room for the number only."""
    if look.elder:
        return say("lookup.number", number=row.number)
    day = re.match(r"\d{4}-(\d\d)-(\d\d)", row.at)
    when = say("lookup.day", month=int(day[1]), day=int(day[2])) if day else row.at
    return " · ".join(part for part in (say("lookup.number", number=row.number), when) if part)


def case_due(row: CaseLine) -> str:
    """By when it is done; "" where nothing is to be said."""
    return say.other(f"due.{row.due}", **dict(row.values)) if row.due else ""


def case_word(state: str) -> str:
    """A state in plain words; what the county says by a name we do not know is shown as it came."""
    return say(f"lookup.state.{state}") if state in CASE_TONES else state


def cases_a_page(parts: bool) -> int:
    """Cases, or items of one (`parts`), on one page: as many as can be large."""
    if not look.portrait:
        return 2 if look.elder and not parts else 4 if parts and not look.elder else 3
    most = 2 if look.low and look.elder else 3 if look.low or look.elder else 5
    return most + 1 if parts and not look.low else most


@shows(Lookup)
class LookupSheet(Paged):
    """What became of what I handed in, and by when it is done. Only with the card or the receipt."""

    def main(self) -> KeySpec | None:
        state = self.step.state
        if state == "card" and self.step.problem:
            return KeySpec("again", say("lookup.again"), icon_end="refresh")
        if state == "card":
            return KeySpec("main", say("lookup.waiting"), kind="waiting")
        if state == "asking":
            return KeySpec("main", say("lookup.asking"), kind="waiting")
        if state == "no_line":
            return KeySpec("again", say("lookup.again"), icon_end="refresh")
        return KeySpec("main", say("lookup.main"), icon_end="check")

    def told(self) -> None:
        step, ids = self.step, self.ids
        state = step.state
        said_by = {
            "card": ("lookup.put", "lookup.hint"),
            "asking": ("lookup.asking", "lookup.asking_text"),
            "found": ("lookup.found", "lookup.found_hint"),
            "case": ("lookup.found", "lookup.found_hint"),
            "none": ("lookup.none", "lookup.none_text"),
            "no_line": ("lookup.no_line", "lookup.no_line_text"),
            "not_known": ("lookup.not_known", "lookup.not_known_text"),
        }
        if step.can_scan:
            said_by["card"] = ("lookup.put_or_scan", "lookup.hint_scan")
        title, text = said_by[state]
        ids.title.text, ids.text.text = say(title), say(text)
        ids.scene.shown = state == "card"
        ids.drawing.shown = state not in ("card", "found", "case")
        pictures = {"asking": "terminal-kept", "no_line": "fault-network-down", "none": "paper"}
        ids.picture.name = pictures.get(state, "fault-card-unreadable")
        ids.picture.of = {"asking": 280, "none": 248}.get(state, 600)
        shown = self.cut(step.rows, cases_a_page(state == "case"))
        ids.cases.shown, ids.parts.shown = state == "found", state == "case" and bool(shown)
        ids.cases.items = shown if state == "found" else ()
        ids.rows.items = shown if state == "case" else ()
        ids.pager.tell(self.page, self.pages)
        ids.whole.shown = step.case is not None
        if step.case is not None:
            ids.title.text = step.case.title
            ids.text.text = case_line(step.case)
            tone, icon = case_tone(step.case.state)
            ids.whole.tone, ids.whole.icon = "plain" if tone == "now" else tone, icon
            ids.whole.text, ids.whole.second = case_word(step.case.state), case_due(step.case)
        said, other = (ids.said, ids.said_wide) if look.portrait else (ids.said_wide, ids.said)
        said.shown, other.shown = state == "card", False
        if step.problem and state == "card":
            said.tone, said.icon = "care", "alert-triangle"
            words = say.fault(step.problem)
            said.text, said.second = words.title, words.text
        else:
            said.tone, said.icon, said.text, said.second = "plain", "shield-check", say("lookup.why"), ""

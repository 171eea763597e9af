"""Home, lists of matters, search, the notice, consent: what comes before the first question."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from matters.steps import Consent, Home, MatterList, Need, NeedRow, Notice, Tile
from screens.sheets.base import Paged, Sheet, shows
from screens.text import whole
from screens.theme import look
from screens.widgets import figures, pager
from screens.widgets.base import Item
from screens.widgets.frame import KeySpec
from screens.widgets.touch import Slab, SlabColumn
from screens.words import say

__all__ = ["figures", "pager"]
ELDER_TILES = 6  # as many have the picture above the name in elder mode; more have it beside


class TileTall(SlabColumn):
    """Picture above name: tall screens."""

    item: Any = ObjectProperty(None, allownone=True, rebind=True)


class TileWide(Slab):
    """Picture beside name: wide screens."""

    item: Any = ObjectProperty(None, allownone=True, rebind=True)


def tile_words(tile: Tile) -> str:
    """The second line: two examples, or how many there are."""
    if tile.examples:
        return " · ".join(whole(example) for example in tile.examples)
    return say("home.count", count=tile.count) if tile.count else ""


@shows(Home)
class HomeSheet(Sheet):
    """What do you come for today?"""

    head = "home"
    pad = (56, 33, 56, 24)
    gap = 24.0

    def __init__(self, **kwargs: Any) -> None:
        if look.portrait:
            self.counter_height = None if look.low else 364 if look.elder else 300
        else:
            self.counter_height = 180
        super().__init__(**kwargs)

    def told(self) -> None:
        tiles: tuple[Tile, ...] = self.step.tiles
        grid = self.ids.tiles
        beside = not look.portrait or (look.elder and not look.low and len(tiles) > ELDER_TILES)
        kind = "TileWide" if beside else "TileTall"
        if grid.kind != kind:
            grid.clear_widgets()
            grid.kind = kind
        grid.items = tiles


def list_tiles() -> int:
    """Matters on one page of a list: as many as can be large, and in low mode reached."""
    if not look.portrait:
        return 6 if look.elder else 8
    return 3 if look.low else 6 if look.elder else 8


@shows(MatterList)
class MatterListSheet(Paged):
    """The matters behind a tile."""

    def told(self) -> None:
        self.ids.tiles.items = self.cut(self.step.tiles, list_tiles())
        self.ids.pager.tell(self.page, self.pages)


NEEDS = {
    # state: (pill tone, icon, word)
    Need.BRING: ("good", "check", "need.bring"),
    Need.OPTIONAL: ("plain", "pencil", "need.optional"),
    Need.IF_ANY: ("plain", "help-circle", "need.if_any"),
    Need.EXEMPT: ("plain", "shield-check", "need.exempt"),
    Need.TAKEN: ("good", "check", "need.taken"),
    Need.NOW: ("now", "camera", "need.now"),
    Need.LATER: ("plain", "clock", "need.later"),
}


class NeedLine(Item):
    """One thing to bring, on the notice."""


def need_pill(row: NeedRow) -> tuple[str, str, str]:
    tone, icon, word = NEEDS[row.state]
    return tone, icon, say(word)


@shows(Notice)
class NoticeSheet(Paged):
    """What it takes, before anything is asked."""

    def __init__(self, **kwargs: Any) -> None:
        self.per_page = (4 if look.elder else 6) if look.portrait else 3 if look.elder else 4
        super().__init__(**kwargs)

    def main(self) -> KeySpec | None:
        if self.step.takes_applications:
            return KeySpec("main", say("notice.start"), icon_end="arrow-right")
        return KeySpec("main", say("notice.read"), icon_end="check")

    def told(self) -> None:
        step = self.step
        self.ids.rows.items = self.cut(step.rows, self.per_page)
        more = self.ids.more
        more.shown = self.pages > 1
        last = self.page + 1 == self.pages
        more.ident, more.icon = ("page:first", "chevron-up") if last else ("page:next", "chevron-down")
        left = len(step.rows) - (self.page + 1) * self.per_page
        more.text = say("notice.first") if last else say("notice.more", count=left)
        fee = step.fee_fen
        self.ids.fee.number = "" if not step.fee_known else str(fee // 100) if fee % 100 == 0 else f"{fee / 100:.2f}"
        self.ids.fee.unit = say("notice.yuan" if step.fee_known else "notice.fee_unknown")
        self.ids.fee.meaning = say(
            "notice.fee_ask" if not step.fee_known else "notice.free" if fee == 0 else "notice.fee"
        )
        self.ids.minutes.number, self.ids.minutes.unit = str(step.minutes), say("notice.minutes")
        self.ids.minutes.meaning = say("notice.here" if step.takes_applications else "notice.reading")
        self.ids.limit.shown = self.ids.limit_rule.shown = step.limit_days is not None or bool(step.limit_words)
        known = step.limit_days is not None
        self.ids.limit.number = str(step.limit_days) if known else ""
        self.ids.limit.unit = say("notice.days") if known else step.limit_words
        self.ids.limit.meaning = step.limit_words if known else ""
        key = self.ids.print
        printing = step.printing
        known_state = printing in ("idle", "printing", "printed")
        key.shown = step.can_print
        ids = self.ids
        ids.further.shown = more.shown
        ids.last_row.before = 12 if more.shown else 30
        ids.flow_more.shown = step.has_flow and look.portrait
        ids.flow.shown = step.has_flow and look.portrait and not more.shown
        ids.flow_beside.shown = step.has_flow and not look.portrait
        ids.last_row.shown = key.shown or ids.flow.shown
        key.kind = "waiting" if printing == "printing" else "plain"
        key.text = say(f"notice.print_{printing}" if known_state else "notice.print_trouble")


@shows(Consent)
class ConsentSheet(Sheet):
    """What is collected, why, who gets it, when it is gone."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say(f"consent.{self.step.kind}.main"), icon_end="check")

    def told(self) -> None:
        step = self.step
        self.ids.rows.items = (
            ("id", say("consent.what"), "、".join(step.collected)),
            ("list-check", say("consent.why"), step.purpose),
            ("building-community", say("consent.who"), step.recipients),
            ("trash", say("consent.until"), step.kept_until),
        )


class ConsentLine(Item):
    """One of the four answers."""

"""Home, lists of matters, search, the notice, consent: what comes before the first question."""

from __future__ import annotations

from typing import Any

from kivy.properties import ObjectProperty

from matters.steps import Consent, Home, MatterList, Need, NeedRow, Notice, Tile
from screens.sheets.base import Sheet, shows
from screens.text import whole
from screens.theme import look
from screens.widgets import figures
from screens.widgets.base import Item
from screens.widgets.frame import KeySpec
from screens.widgets.touch import Slab, SlabColumn
from screens.words import say

__all__ = ["figures"]
ELDER_TILES = 6
ELDERS_FIRST = ("medical", "elder", "disabled", "farm", "farewell")  # pictures of what those over sixty come for
LIST_TILES = 8  # on one page of a list


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
        self.counter_height = (364 if look.elder else 300) if look.portrait else 180
        super().__init__(**kwargs)

    def tiles(self) -> tuple[Tile, ...]:
        tiles: tuple[Tile, ...] = self.step.tiles
        if not look.elder or not look.portrait or len(tiles) <= ELDER_TILES:
            return tiles
        more = [tile for tile in tiles if tile.id == "more"]
        rest = [tile for tile in tiles if tile.id != "more"]
        rest.sort(key=lambda tile: tile.picture not in ELDERS_FIRST)
        kept = rest[: ELDER_TILES - len(more)]
        return tuple(tile for tile in tiles if tile in kept or tile in more)

    def told(self) -> None:
        self.ids.tiles.items = self.tiles()


class _Paged(Sheet):
    """Lists that may be longer than a screen: pages, never scrolling."""

    page = 0
    per_page = LIST_TILES

    def renewed(self) -> None:
        self.page = 0

    def heard(self, ident: str) -> bool:
        if ident in ("page:next", "page:before", "page:first"):
            self.page = 0 if ident == "page:first" else self.page + (1 if ident == "page:next" else -1)
            self.told()
            self.stage().rearrange()
            return True
        return False


    Need.IF_ANY: ("plain", "help-circle", "need.if_any"),
@shows(MatterList)
class MatterListSheet(_Paged):
    """The matters behind a tile."""

    def told(self) -> None:
        tiles = self.step.tiles
        pages = max(1, -(-len(tiles) // self.per_page))
        self.page = min(max(0, self.page), pages - 1)
        self.ids.tiles.items = tiles[self.page * self.per_page : (self.page + 1) * self.per_page]
        self.ids.pager.shown = pages > 1
        self.ids.before.live = self.page > 0
        self.ids.before.kind = "plain" if self.page > 0 else "waiting"
        self.ids.next.kind = "plain" if self.page + 1 < pages else "waiting"
        self.ids.count.text = say("list.page", page=self.page + 1, pages=pages)


NEEDS = {
    # state: (pill tone, icon, word)
    Need.BRING: ("good", "check", "need.bring"),
    Need.OPTIONAL: ("plain", "pencil", "need.optional"),
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
class NoticeSheet(_Paged):
    """What it takes, before anything is asked."""

    def __init__(self, **kwargs: Any) -> None:
        self.per_page = (4 if look.elder else 6) if look.portrait else 4
        super().__init__(**kwargs)

    def main(self) -> KeySpec | None:
        if self.step.takes_applications:
            return KeySpec("main", say("notice.start"), icon_end="arrow-right")
        return KeySpec("main", say("notice.read"), icon_end="check")

    def told(self) -> None:
        step = self.step
        pages = max(1, -(-len(step.rows) // self.per_page))
        self.page = min(max(0, self.page), pages - 1)
        self.ids.rows.items = step.rows[self.page * self.per_page : (self.page + 1) * self.per_page]
        more = self.ids.more
        more.shown = pages > 1
        last = self.page + 1 == pages
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

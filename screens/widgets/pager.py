"""A list longer than a screen is cut into pages, never scrolled: before, which of how many, next."""

from __future__ import annotations

from typing import Any

from screens.widgets.base import Row, Text
from screens.widgets.touch import Key
from screens.words import say


class Pager(Row):
    """The two keys and the count between them; not there when there is one page only."""

    gap = 20.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._before, self._count, self._next = Key(), Text(), Key()
        self._before.ident, self._before.icon = "page:before", "chevron-left"
        self._next.ident, self._next.icon_end = "page:next", "chevron-right"
        self._count.role, self._count.colour = "second", "ink2"
        for key in (self._before, self._next):
            key.grow = 1.0
        for part in (self._before, self._count, self._next):
            self.add_widget(part)

    def tell(self, page: int, pages: int) -> None:
        """`page` from 0."""
        self.shown = pages > 1
        self._before.text, self._next.text = say("list.before"), say("list.next")
        self._before.kind = "plain" if page > 0 else "waiting"
        self._next.kind = "plain" if page + 1 < pages else "waiting"
        self._count.text = say("list.page", page=page + 1, pages=pages)

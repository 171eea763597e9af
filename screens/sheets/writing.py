"""What all sheets with a way to enter text share.

The text so far is in the step. Kept here is only what is not yet text: strokes of the character being written, letters
of the pinyin being spelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from matters.events import Typed
from matters.steps import Kind
from screens.services import Candidates as Found
from screens.services import Strokes
from screens.sheets.base import Sheet
from screens.theme import look
from screens.widgets.areas import DigitArea, HandArea, Item, LetterArea
from screens.widgets.base import Node
from screens.widgets.fields import StrokePad
from screens.words import say

MARKS = {Kind.NAME: "·", Kind.TEXT: "，。", Kind.ADDRESS: "，·"}


class Typing(Sheet):
    """Base of all of them."""

    def __init__(self, **kwargs: Any) -> None:
        self.area: Node | None = None
        self._areas: dict[type[Node], Node] = {}  # one of each kind, to be used again
        self.spelled = ""
        self.found: Found = Found("", (), ())
        self.recognised: tuple[str, ...] = ()
        self.digits_open = False
        self._work: asyncio.Task[None] | None = None
        super().__init__(**kwargs)
        if look.low:  # what is touched lies in the lower half
            for name in ("suggestions", "tiles", "upper", "parts"):
                if name in self.ids:
                    part = self.ids[name]
                    if name == "suggestions":
                        part.before = 0
                    part.parent.remove_widget(part)
                    self.ids.work.add_widget(part)

    # ---- what differs

    def kind(self) -> Kind:
        return Kind.TEXT

    def marks(self) -> str:
        """Signs that belong to such a text and no finger can write."""
        return MARKS.get(self.kind(), "")

    def limit(self) -> int:
        return 20

    def area_for(self, way: str) -> type[Node]:
        """What is worked on to enter something this way."""
        areas: dict[str, type[Node]] = {"handwriting": HandArea, "pinyin": LetterArea, "latin": LetterArea}
        return areas.get(way, DigitArea)

    def text(self) -> str:
        text: str = self.step.text
        return text

    # ---- entering

    def enter(self, text: str) -> None:
        if len(text) <= self.limit():
            stage = self.stage()
            stage.emit(Typed(stage.clock(), text))

    def clear(self) -> None:
        """Forget what is not text yet."""
        self.spelled, self.found, self.recognised = "", Found("", (), ()), ()
        if isinstance(self.area, HandArea):
            self.area.surface.set(())
        self._stop()

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def closed(self) -> None:
        self._stop()

    def renewed(self) -> None:
        self.clear()
        self.digits_open = False

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._stop()
        try:
            self._work = asyncio.get_running_loop().create_task(work)
        except RuntimeError:  # no loop: a check that only draws
            work.close()

    def strokes_changed(self, pad: StrokePad) -> None:
        self._start(self._recognise(pad.value()))

    async def _recognise(self, strokes: Strokes) -> None:
        found = await self.stage().services.recognise(strokes) if strokes else ()
        self.recognised = tuple(found)
        self._show_candidates()
        self.stage().rearrange()

    async def _spell(self) -> None:
        self.found = await self.stage().services.pinyin(self.spelled) if self.spelled else Found("", (), ())
        self._show_candidates()
        self.stage().rearrange()

    def heard(self, ident: str) -> bool:
        name, _, value = ident.partition(":")
        text = self.text()
        if name == "char":
            self._take(value)
        elif name == "key" and self._way() == "pinyin":
            self.spelled += value
            self._start(self._spell())
            self._show_candidates()
        elif name == "key":
            self.enter(text + value)
        elif name == "delete":
            if self.spelled:
                self.spelled = self.spelled[:-1]
                self._start(self._spell())
                self._show_candidates()
            else:
                self.enter(text[:-1])
        elif name == "clear":
            self.clear()
        elif name == "digits":
            self.digits_open = not self.digits_open
            self.clear()
        elif name == "suggest":
            self.enter(self.step.suggestions[int(value)])
        else:
            return False
        self._refresh()
        return True

    def _refresh(self) -> None:
        if self.parent is not None:
            self.told()
            self.stage().rearrange()

    def _take(self, word: str) -> None:
        """A candidate was touched."""
        text = self.text()
        if self.spelled and word in self.found.words:
            taken = self.found.taken[self.found.words.index(word)]
            self.spelled = self.spelled[taken:]
            self.found = Found("", (), ())
            if self.spelled:
                self._start(self._spell())
        else:
            self.clear()
        self.enter(text + word)

    def _way(self) -> str:
        way: str = self.step.input
        return "digits" if self.digits_open else way

    # ---- showing

    def told(self) -> None:
        way = self._way()
        self._area(way)
        self._show_candidates()

    def _area(self, way: str) -> None:
        wanted = self.area_for(way)
        if type(self.area) is not wanted:
            if self.area is not None:
                self.ids.work.remove_widget(self.area)
            self.clear()
            self.area = self._areas.get(wanted) or wanted()
            self._areas[wanted] = self.area
            self.clear()
            self.ids.work.add_widget(self.area)
        area = self.area
        if isinstance(area, HandArea):
            area.tell(self._hand_keys())
        elif isinstance(area, LetterArea):
            last = [("switch_input", say("entry.hand"), "pencil")] if way == "pinyin" else []
            if way == "pinyin":
                last = [*[(f"char:{mark}", mark, "") for mark in self.marks()], *last]
                if self.kind() is not Kind.NAME:
                    last.insert(0, ("digits", say("entry.digits"), "numbers"))
            area.tell(capital=way == "latin", digits=way == "latin", last=tuple(last))
        elif isinstance(area, DigitArea):
            area.tell(self._digit_keys())

    def _hand_keys(self) -> tuple[Item, ...]:
        keys = [
            ("clear", say("entry.clear"), "eraser"),
            ("delete", say("entry.delete"), "backspace"),
            ("switch_input", say("entry.pinyin"), "keyboard"),
        ]
        if self.kind() is not Kind.NAME:
            keys.append(("digits", say("entry.digits"), "numbers"))
        return tuple(keys)

    def _digit_keys(self) -> tuple[Item, ...]:
        extra: Item = ("", "", "")
        if self.digits_open:
            extra = ("digits", say("entry.words"), "")
        elif self.kind() is Kind.ID_NUMBER:
            extra = ("key:X", "X", "")
        elif self.kind() is Kind.MONEY:
            extra = ("key:.", say("entry.point"), "")
        digits: list[Item] = [(f"key:{digit}", digit, "") for digit in "123456789"]
        return (*digits, extra, ("key:0", "0", ""), ("delete", say("entry.delete_digit"), "backspace"))

    def _show_candidates(self) -> None:
        way = self._way()
        writing = way in ("handwriting", "pinyin") and self.kind() is not Kind.DATE
        row, label = self.ids.candidates, self.ids.which
        row.shown = label.shown = writing
        if not writing:
            return
        if self.parent is not None and not self.stage().services.writes():  # said to whoever tries
            label.text = say.fault("input.absent").title
            row.tell(())
            return
        if look.low and "suggestions" in self.ids:  # one place for both: whole answers until one begins to write
            whole = self.ids.suggestions
            whole.shown = bool(whole.items) and not (self.text() or self.recognised or self.spelled)
            row.shown = label.shown = self.ids.upper.shown = not whole.shown
        if way == "pinyin":
            label.text = self.found.spelled or self.spelled or say("entry.spell")
            row.tell(self.found.words[:9])
            return
        label.text = say("entry.which" if self.recognised else "entry.write")
        words = self.recognised[: row.most]
        if not words and self.text():
            words = tuple(self.marks())
        row.tell(words)

"""Questions with options: situations, choice fields, delivery, which items to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from kivy.properties import ObjectProperty

from matters.steps import Choice, Items, Option, PlaceList
from screens import shapes
from screens.sheets.base import Paged, shows
from screens.theme import look
from screens.widgets.base import Column, Icon, Node, Row, Text
from screens.widgets.fields import PadKey
from screens.widgets.frame import KeySpec
from screens.widgets.pager import Pager
from screens.widgets.touch import OptionLine
from screens.words import say

__all__ = ["Pager"]


def state_word(option: Option, plain: str = "") -> str:
    """The word on the right: the catalogue's own, else what a choice of this kind says."""
    if option.dashed:
        return ""
    return option.state or plain


def options_a_page(count: int) -> int:
    """Options of one question on one page; all of them when that is not many more than a page."""
    if not look.portrait:
        most = 8 if look.elder else 12
    elif look.low:
        most = 6 if look.elder else 8
    else:
        most = 10 if look.elder else 14
    return most if count > most else max(1, count)


def items_a_page(count: int) -> int:
    """Items on one page: in full, one below the other on tall screens."""
    if not look.portrait:
        most = 6  # three in each of two columns
    elif look.low:
        most = 3 if look.elder else 4
    else:
        most = 6 if look.elder else 8
    return most if count > most + 1 else max(1, count)


@shows(Choice)
class ChoiceSheet(Paged):
    """One question, one answer (or several)."""

    page = -1  # not looked at yet: begin where the answer is

    def renewed(self) -> None:
        self.page = -1

    def main(self) -> KeySpec | None:
        step = self.step
        chosen = [option for option in step.options if option.chosen]
        if not chosen and not step.many:
            return KeySpec("main", say("choice.waiting"), kind="waiting")
        return KeySpec("main", step.main or say("choice.main"), icon_end="arrow-right")

    def told(self) -> None:
        step = self.step
        count = len(step.options)
        options = self.ids.options
        most = 7 if look.portrait and not look.low else 4 if look.low else 5
        options.columns = 2 if count > most else 1
        options.gap = 28 if count <= 3 else 16
        options.many = step.many
        options.roomy = count <= (2 if look.low else 4)
        per_page = options_a_page(count)
        if self.page < 0:
            self.page = next((i for i, option in enumerate(step.options) if option.chosen), 0) // per_page
        options.items = self.cut(step.options, per_page)
        self.ids.pager.tell(self.page, self.pages)
        remark = step.remark
        message = self.ids.remark
        message.shown = remark is not None
        if remark is not None:
            message.tone = remark.tone
            message.icon = remark.icon or "info-circle"
            if remark.text:
                message.text, message.second = remark.text, remark.second
            else:
                message.text, message.second = say.problem(remark.code.removeprefix("problem."))


class Options(Column):
    """The options of one question, in one or two columns."""

    columns = 1
    many = False
    roomy = True
    gap = 28.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._items: tuple[Option, ...] = ()

    @property
    def items(self) -> tuple[Option, ...]:
        return self._items

    @items.setter
    def items(self, items: tuple[Option, ...]) -> None:
        self._items = items
        made = self.inner()
        for child in made[len(items) :]:
            self.remove_widget(child)
        for _ in range(len(made), len(items)):
            self.add_widget(OptionLine())
        for option, line in zip(items, cast("list[OptionLine]", self.inner()), strict=True):
            word = state_word(option, say("choice.chosen") if option.chosen else "")
            if self.columns > 1:  # narrow: the name has the room
                option, word = replace(option, icon=""), ""
            line.tell(option, many=self.many, word=word, roomy=self.roomy and self.columns == 1)

    def reach(self, width: int) -> int:
        return self.measure(width) if self.reached_for() else 0

    def _cells(self, width: int) -> tuple[int, int]:
        gap = look.u(20)
        return (width - gap * (self.columns - 1)) // self.columns, gap

    def measure(self, width: int) -> int:
        if self.columns == 1:
            return super().measure(width)
        cell, _ = self._cells(width)
        high = max((child.measure(cell) for child in self.visible_inner()), default=0)
        rows = -(-len(self.visible_inner()) // self.columns)
        return rows * high + (rows - 1) * look.apart(self.gap)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        if self.columns == 1:
            super().inside(x, y, width, height)
            return
        cell, gap = self._cells(width)
        high = max((child.measure(cell) for child in self.visible_inner()), default=0)
        for index, child in enumerate(self.visible_inner()):
            row, column = divmod(index, self.columns)
            child.place(x + column * (cell + gap), y + row * (high + look.apart(self.gap)), cell, high)


class Tie(Row):
    """What makes the children depend on their parent, in one sentence."""

    gap = 18.0
    pad = (112, 0, 0, 0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        icon, words = Icon(), Text()
        icon.name, icon.of = "link", 48
        words.role, words.bold, words.colour, words.leading, words.grow = "second", True, "accent", 1.3, 1.0
        self.words_text = words
        self.add_widget(icon)
        self.add_widget(words)


class Tree(Column):
    """Options with what depends on what: children are indented, a line leads from their parent to them."""

    gap = 19.0
    item: Any = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._made: dict[tuple[str, str], Node] = {}
        self._parents: dict[str, list[Node]] = {}

    def tell(self, options: tuple[Option, ...], ties: tuple[tuple[str, str], ...], roomy: bool) -> None:
        said = dict(ties)
        wanted: list[tuple[str, str]] = []
        by_id = {option.id: option for option in options}
        order: list[Option] = []
        for option in options:
            if option.parent not in by_id:
                order.append(option)
                order += [child for child in options if child.parent == option.id]
        for option in order:
            wanted.append(("option", option.id))
            if option.id in said and any(child.parent == option.id for child in options):
                wanted.append(("tie", option.id))
        if wanted != list(self._made):
            self.clear_widgets()
            self._made = {key: self._made.get(key) or self._make(key[0]) for key in wanted}
            for node in self._made.values():
                self.add_widget(node)
        self._parents = {}
        for (kind, name), node in self._made.items():
            if kind == "tie":
                cast(Tie, node).words_text.text = said[name]
                node.before = 20
                continue
            option = by_id[name]
            line = cast(OptionLine, node)
            word = state_word(option, say("items.chosen" if option.chosen else "items.not_chosen"))
            line.tell(option, many=True, word=word, roomy=False)
            indented = option.parent in by_id
            line.indent = 112 if indented else 0
            first = indented and not self._parents.get(option.parent)
            node.before = 20 if first and option.parent in said else 15 if indented else None
            if indented:
                self._parents.setdefault(option.parent, []).append(node)

    @staticmethod
    def _make(kind: str) -> Node:
        return OptionLine() if kind == "option" else Tie()

    def state(self) -> object:
        return tuple((name, tuple(child.box for child in children)) for name, children in self._parents.items())

    def paint(self) -> None:
        thick = look.u(6)
        colour = look.colour("accent")
        for name, children in self._parents.items():
            top = self._made[("option", name)]
            x = top.box[0] + look.u(64)
            begin = top.box[1] + top.box[3]
            last = children[-1].box
            end = last[1] + (last[3] - look.u(7)) // 2 + thick // 2
            shapes.fill(self.canvas.before, x, look.height - end, thick, end - begin, colour)
            for child in children:
                middle = child.box[1] + (child.box[3] - look.u(7)) // 2
                left = child.box[0] + look.u(112)
                shapes.fill(self.canvas.before, x, look.height - middle - thick // 2, left - x, thick, colour)


@shows(Items)
class ItemsSheet(Paged):
    """Which items to do: all or part."""

    def main(self) -> KeySpec | None:
        if not self.step.chosen:
            return KeySpec("main", say("items.none"), kind="waiting")
        return KeySpec("main", say("items.main", count=self.step.chosen), icon_end="arrow-right")

    def told(self) -> None:
        step = self.step
        self.ids.problem.shown = bool(step.problem)
        if step.problem:
            self.ids.problem.text, self.ids.problem.second = say.problem(step.problem)
        options = self._page(trees(step.options))
        self.ids.pager.tell(self.page, self.pages)
        if look.portrait:
            self.ids.tree.tell(tuple(options), step.ties, False)
            self.ids.second.tell((), (), False)
            return
        # Wide: trees side by side, no tree cut in two.
        groups = trees(options)
        half = (len(options) + 1) // 2
        left: list[Option] = []
        right: list[Option] = []
        for group in groups:
            (left if not left or (len(left) + len(group) <= half and not right) else right).extend(group)
        self.ids.tree.tell(tuple(left), step.ties, False)
        self.ids.second.tell(tuple(right), step.ties, False)

    def _page(self, groups: list[list[Option]]) -> list[Option]:
        """The options of the present page; no tree is cut in two, and pages are about equally long."""
        count = sum(len(group) for group in groups)
        pages: list[list[Option]] = [[]]
        per_page = items_a_page(count)
        wanted = -(-count // -(-count // per_page)) if count else 1
        for group in groups:
            if pages[-1] and len(pages[-1]) + len(group) > wanted:
                pages.append([])
            pages[-1] += group
        self.pages = len(pages)
        self.page = min(max(0, self.page), self.pages - 1)
        return pages[self.page]


def trees(options: Sequence[Option]) -> list[list[Option]]:
    """Options with those that depend on them."""
    groups: list[list[Option]] = []
    ids = {option.id for option in options}
    for option in options:
        if option.parent in ids:
            next(group for group in groups if group[0].id == option.parent).append(option)
        else:
            groups.append([option])
    return groups


PLACES_ON_A_PAGE = 12


class PlaceKey(PadKey):
    """A place, or a whole address: item is (ident, words, icon)."""

    role = "key"
    smaller = ("second",)
    edge_room = 14.0


@shows(PlaceList)
class PlaceListSheet(Paged):
    """An address by touching: what is nearest first, up and down, the rest written."""

    def main(self) -> KeySpec | None:
        return KeySpec("main", say("places.waiting"), kind="waiting")

    def renewed(self) -> None:
        super().renewed()
        self._path: tuple[str, ...] = ()

    def told(self) -> None:
        step = self.step
        if step.path != getattr(self, "_path", ()):
            self.page, self._path = 0, step.path
        ids = self.ids
        ids.title.text = step.title
        ids.path.text = "　".join(step.path) if step.path else say("places.top")
        ids.up.shown = bool(step.path)
        ids.up.text = say("places.up", name=step.path[-1]) if step.path else ""
        first = step.known if not look.low else step.known[:1]
        ids.known.items = tuple((f"known:{index}", words, "") for index, words in enumerate(first))
        ids.known.shown = bool(first)
        ids.known_hint.shown = bool(first) and look.portrait and not look.low
        roomy = look.portrait and not look.elder and len(first) < 2
        per_page = 6 if look.low else PLACES_ON_A_PAGE if roomy else 9
        shown = self.cut(tuple(enumerate(step.names)), per_page)
        ids.names.columns = 3 if all(len(name) <= 5 for _, name in shown) else 2
        ids.names.items = tuple((f"place:{index}", name, "") for index, name in shown)
        ids.pager.tell(self.page, self.pages)

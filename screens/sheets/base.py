"""A sheet: what lies between band and counter, one kind for each type of step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from kivy.properties import ObjectProperty

from matters.steps import Step, Where
from screens.status import StatusView
from screens.text import advance, longest
from screens.theme import SQUEEZES, look
from screens.widgets.base import Column
from screens.widgets.frame import BACK, Counter, KeySpec
from screens.words import say

if TYPE_CHECKING:
    from screens.stage import Stage

X = TypeVar("X")


class Sheet(Column):
    """Base of all. `.kv` rules take everything from `root.step`, so a new step of the same kind changes in place."""

    step: Any = ObjectProperty(None, allownone=True, rebind=True)
    status = StatusView()  # as it was when the step was shown
    pad = (56, 44, 56, 28)
    gap = 24.0
    sinks = True
    head = "band"  # band | home | none: what stands above; none: no counter either
    counter_height: float | None = None  # reference px; None: as always

    def main(self) -> KeySpec | None:
        """The key that names what it does."""
        return None

    def left(self) -> KeySpec | None:
        """Back, or the quiet alternative once there is no going back."""
        if self.step.can_go_back:
            return KeySpec(BACK, say("counter.back"), icon="arrow-left")
        return None

    def where(self) -> Where | None:
        where: Where | None = self.step.where
        return where

    def place_words(self, status: StatusView) -> tuple[str, str]:
        """What the band says when there is no matter: (icon, words)."""
        return ("building-community", f"{status.county} {status.hall}".strip())

    def tell_counter(self, counter: Counter) -> None:
        counter.tell(self.left(), self.main())

    def stage(self) -> Stage:
        """The stage it is on."""
        stage: Stage = self.parent
        return stage

    def wakes(self, x: float, y: float) -> bool:
        """Whether a touch here says that somebody is there. False only where a key of the idle warning means more."""
        return True

    def heard(self, ident: str) -> bool:
        """A key was pressed. True: it meant something in here only."""
        return False

    def renewed(self) -> None:
        """It is used again, for another question: forget what was kept of the last one."""

    def told(self) -> None:
        """The step is new or another of the same kind: bring what .kv cannot express up to date."""

    def opened(self) -> None:
        """It is on the screen now."""

    def closed(self) -> None:
        """It is gone: end whatever it started."""

    def place(self, x: int, y: int, width: int, height: int) -> None:
        """As it is meant to be, or drawn together as far as it takes to fit."""
        self.level = fitting(self, width, height, y)
        with look.squeezed(self.level):
            super().place(x, y, width, height)

    level = 0


def fitting(node: Column, width: int, height: int, top: int = 0) -> int:
    """How far a node must be drawn together to be no higher than this; in low mode also until all that is touched
    lies below the middle, when its top is here."""
    reach = top + height - look.height // 2
    for level in range(len(SQUEEZES)):
        with look.squeezed(level):
            if node.measure(width) <= height and (not look.low or node.reach(width) <= reach):
                return level
    return len(SQUEEZES) - 1


class Paged(Sheet):
    """Lists that may be longer than a screen: pages, never scrolling."""

    page = 0
    pages = 1

    def renewed(self) -> None:
        self.page = 0

    def turned(self) -> None:
        """Another page is to be shown."""
        self.told()

    def heard(self, ident: str) -> bool:
        if ident in ("page:next", "page:before", "page:first"):
            page = 0 if ident == "page:first" else self.page + (1 if ident == "page:next" else -1)
            self.page = min(max(0, page), max(0, self.pages - 1))
            self.turned()
            self.stage().rearrange()
            return True
        return False

    def cut(self, things: Sequence[X], per_page: int) -> Sequence[X]:
        """What of a list is on the present page."""
        self.pages = max(1, -(-len(things) // per_page))
        self.page = min(max(0, self.page), self.pages - 1)
        return things[self.page * per_page : (self.page + 1) * per_page]


def label_width(labels: Iterable[str], role: str, *, most: int = 4) -> float:
    """How wide labels beside their answers are, reference px: the widest of them, but `most` characters of ours; a word
    of another language is not broken for it."""
    size = look.size(role)
    wide = 0
    for label in labels:
        wide = max(wide, longest(label, size, False), min(advance(label, size, False), most * size))
    return wide / look.scale + 12


T = TypeVar("T", bound=type[Sheet])


class Register:
    """Which sheet shows which type of step."""

    known: ClassVar[dict[type[Step], type[Sheet]]] = {}


def shows(step: type[Step]) -> Callable[[T], T]:
    """Class decorator: this sheet shows that type of step."""

    def mark(sheet: T) -> T:
        Register.known[step] = sheet
        return sheet

    return mark

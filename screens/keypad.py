"""Use without seeing: up, down, choose, back, hear again, call the clerk walk every screen in the order it is read.

What the focus is on is outlined and said; nothing else moves it. Keys come from a keypad that speaks as a keyboard, or
from whatever calls the stage's focus methods. The order is that of `Stage.visible`: the question before the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kivy.core.window import Window
from kivy.graphics import InstructionGroup

from screens import shapes
from screens.keycodes import BACKSPACE, DOWN, ENTER, F1, F2, PAD_ENTER, UP
from screens.theme import look
from screens.widgets.touch import Touchable
from screens.words import say

if TYPE_CHECKING:
    from screens.stage import Shown, Stage

RING_PX, APART_PX = 8, 6  # width of the ring and its distance from what it is around, reference px


class Keypad:
    """The focus of one stage. `on_focus` hears the words of what it comes to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.on_focus: Callable[[str], None] = lambda _words: None
        self._at: int | None = None  # place in the order; None: nobody has used the keypad on this screen
        self._key = ""  # the screen it stands on
        self._ring = InstructionGroup()

    def listen(self) -> None:
        """Take keys from the window."""
        Window.bind(on_key_down=self._pressed)

    def deaf(self) -> None:
        Window.unbind(on_key_down=self._pressed)

    # ---- moving

    def move(self, by: int) -> str:
        """To the next thing (1) or the one before (-1), round and round; returns its words."""
        if self.stage.woken():
            return ""
        order = self._order()
        if not order:
            return ""
        self._at = (0 if by > 0 else len(order) - 1) if self._at is None else (self._at + by) % len(order)
        return self._come(order)

    def choose(self) -> str:
        """Press what the focus is on; what cannot be pressed is said again. Returns what was said or pressed."""
        if self.stage.woken():
            return ""
        order = self._order()
        if self._at is None or self._at >= len(order):
            return self.move(1) if order else ""
        shown = order[self._at]
        if shown.ident == "pad" and (by_key := self._by_key()) is not None:
            words = by_key(False)
            self.on_focus(words)
            return words
        key = self._touchable(shown.ident)
        if key is None:
            return self._come(order)
        key.act()
        return words_of(shown)

    def press(self, ident: str) -> None:
        """A key of the counter, wherever the focus is: back, repeat, help. One that is not there does nothing."""
        if self.stage.woken():
            return
        if ident == "repeat" and (shown := self.focused) is not None:
            self.on_focus(words_of(shown))
            return
        key = self._touchable(ident)
        if key is not None:
            key.act()

    @property
    def focused(self) -> Shown | None:
        if self._at is None:  # as on every screen where nobody uses the keypad: nothing is looked through for it
            return None
        order = self._order()
        return order[self._at] if self._at < len(order) else None

    # ---- what the stage tells

    def drawn(self) -> None:
        """The screen was laid out anew: a new one begins without focus, a changed one keeps it where it was."""
        step = self.stage.step
        key = f"{type(step).__name__}:{step.key}" if step is not None else ""
        if key != self._key:
            self._key = key
            # Where it is used it goes on from the question, without a word: the screen is read on arrival anyway.
            self._at = 0 if self._at is not None and self._order() else None
        self._outline()

    # ---- inside

    def _order(self) -> list[Shown]:
        return [shown for shown in self.stage.visible() if words_of(shown)]

    def _come(self, order: list[Shown]) -> str:
        self._outline()
        shown = order[self._at or 0]
        by_key = self._by_key() if shown.ident == "pad" else None
        words = by_key(True) if by_key is not None else words_of(shown)
        self.on_focus(words)
        return words

    def _by_key(self) -> Callable[[bool], str] | None:
        """How the present sheet is signed by key; None where nothing is."""
        by_key: Callable[[bool], str] | None = getattr(self.stage.sheet, "by_key", None)
        return by_key

    def _touchable(self, ident: str) -> Touchable | None:
        for node in self.stage.nodes() if ident else ():
            if isinstance(node, Touchable) and node.ident == ident and node.can_be_touched:
                return node
        return None

    def _outline(self) -> None:
        canvas = self.stage.canvas.after
        if self._ring in canvas.children:
            canvas.remove(self._ring)
        self._ring = InstructionGroup()
        shown = self.focused
        if shown is None:
            return
        out, rect = look.u(APART_PX), shown.rect
        x, y = rect.x - out, look.height - rect.y - rect.height - out
        wide, high = rect.width + 2 * out, rect.height + 2 * out
        for colour, inset in (("#0A2340", 0), ("#F8C24C", look.u(RING_PX) // 2)):  # dark and light: seen on any ground
            shapes.box(
                self._ring, x + inset, y + inset, wide - 2 * inset, high - 2 * inset, radius=look.u(24),
                fill=shapes.NOTHING, edge=look.u(RING_PX) - inset, line=look.colour(colour),
            )  # fmt: skip
        canvas.add(self._ring)

    def _pressed(self, _window: object, code: int, *_rest: object) -> bool:
        if code in (UP, DOWN):
            self.move(1 if code == DOWN else -1)
        elif code in (ENTER, PAD_ENTER):
            self.choose()
        elif code in (BACKSPACE, F1, F2):
            self.press({BACKSPACE: "back", F1: "repeat", F2: "help"}[code])
        else:
            return False
        return True


def words_of(shown: Shown) -> str:
    """What is said of a thing: its words, that it is a key, or what a key without words does."""
    name = shown.ident.partition(":")[0]
    words = shown.text or (say(f"keypad.{name}") if f"keypad.{name}" in say else "")
    return say("keypad.key", words=words) if words and shown.ident and shown.ident != "pad" else words

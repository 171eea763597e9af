"""The root of what is drawn: one step at a time.

A screen is a function of its step. What a screen keeps for itself is only what is under the finger: a key held down,
strokes of the character being written, letters of the pinyin being spelled.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.uix.widget import Widget

from config.locales import Locale
from config.settings import Screen
from matters.events import Chosen, Event, Pressed, Touched
from matters.steps import Step
from screens import pointer, text
from screens.keypad import Keypad
from screens.remarks import Remarks
from screens.services import Services
from screens.sheets import FIRST, Sheet, read, sheet_of
from screens.sheets.base import fitting
from screens.status import StatusView
from screens.theme import look
from screens.translated import translated
from screens.widgets.base import Node
from screens.widgets.frame import Band, Counter, StatusBar
from screens.widgets.home import HomeBand, HomeCounter, HomePanel
from screens.widgets.touch import Touchable
from screens.words import say

PARTS = ("sheet", "counter", "band", "status")

TIDY_AFTER_S = 0.4  # after a new screen: most people are still reading it
FRAMES_PER_SECOND = 60
AWAKE_FPS, AWAKE_S = 240, 1.0  # after a finger came down: it is about to go up, and that is answered at once
DAY = ((6, "night"), (12, "morning"), (18, "afternoon"), (24, "evening"))  # up to which hour it is called so


@dataclass(frozen=True)
class Rect:
    """On the screen, px, origin top left (as a finger or a test sees it)."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Shown:
    """One thing on the screen: `ident` is "" when it cannot be touched."""

    ident: str
    text: str
    rect: Rect


class Stage(Widget):
    """Draws steps, hands back events."""

    def __init__(
        self,
        screen: Screen,
        words: Locale,
        services: Services,
        on_event: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        for name in FIRST:
            read(name)
        super().__init__(size=(screen.width_px, screen.height_px), size_hint=(None, None), pos=(0, 0))
        self._screen, self._words = screen, words
        self.services = services
        self.on_event = on_event
        self.on_words: Callable[[str], None] = lambda _words: None  # hears what is to be said of its own
        self.clock = clock
        self.step: Step | None = None
        self.status = StatusView()
        self.sheet: Sheet | None = None
        self._kept: dict[type[Sheet], Sheet] = {}  # one of each kind, to be used again
        self._modes = {"elder": screen.elder, "contrast": screen.contrast, "low": screen.low}
        self._parts: dict[str, Any] = {}  # Node, each of its own kind
        self._laid: dict[str, object] = {}  # what each part of the frame was last told
        say.use(words)
        pointer.watch()
        self.keypad, self.remarks = Keypad(self), Remarks(self)
        if screen.keypad:
            self.keypad.listen()
        # Python would look for garbage in the middle of making a screen, 30 to 100 ms long; it is done between screens.
        gc.set_threshold(50_000, 50, 1000)
        self._tidying = Clock.create_trigger(self.tidy, TIDY_AFTER_S)  # held weakly: a stage that is gone stays gone
        self._resting = Clock.create_trigger(self._rest, AWAKE_S)
        self._dress()

    # ---- what the kiosk uses

    def show(self, step: Step, status: StatusView) -> None:
        """Draw the step with the next frame. The same kind of step with the same key changes in place."""
        if self._words.phrases:
            step = translated(step, self._words.phrase)
        self.step, self.status = step, status
        kind = sheet_of(type(step))
        sheet = self.sheet
        if sheet is not None and type(sheet) is kind and sheet.step.key == step.key:
            sheet.step, sheet.status = step, status
            sheet.told()
        else:
            if sheet is not None:
                sheet.closed()
                self.remove_widget(sheet)
                self._kept[type(sheet)] = sheet
            sheet = self.sheet = self._sheet(kind, step)
            self.add_widget(sheet)
            self._arrange(sheet)
            sheet.opened()
            self._tidying.cancel()
            self._tidying()
            return
        self._arrange(sheet)

    def tell_status(self, status: StatusView) -> None:
        """Only what the status line says has changed."""
        if self.step is not None and status != self.status:
            self.show(self.step, status)

    def focus_next(self) -> str:
        """Keypad: go to the next thing in reading order; returns its words, which `keypad.on_focus` hears too."""
        return self.keypad.move(1)

    def focus_previous(self) -> str:
        return self.keypad.move(-1)

    def choose(self) -> str:
        """Keypad: press what the focus is on."""
        return self.keypad.choose()

    @property
    def modes(self) -> dict[str, bool]:
        return dict(self._modes)

    def set_modes(self, *, elder: bool | None = None, contrast: bool | None = None, low: bool | None = None) -> None:
        """Change how everything is drawn; the present step is drawn anew."""
        wanted = dict(self._modes)
        wanted.update({k: v for k, v in (("elder", elder), ("contrast", contrast), ("low", low)) if v is not None})
        if wanted != self._modes:
            self._modes = wanted
            self._dress()

    def reading(self, parts: tuple[str, ...] = PARTS) -> list[str]:
        """What is on the screen, in the order it is read aloud. `parts`: of "sheet", "counter", "band", "status"."""
        return [shown.text for part in parts for shown in self._shown(part) if shown.text]

    def find(self, wanted: str) -> Rect | None:
        """Where a text or a "#ident" is: the smallest thing that can be touched and bears it; else the text itself."""
        everything = self.visible()
        if wanted.startswith("#"):
            return next((shown.rect for shown in everything if shown.ident == wanted[1:]), None)
        for fits in (
            lambda shown: shown.ident and shown.text == wanted,
            lambda shown: shown.text == wanted,
            lambda shown: shown.ident and wanted in shown.text,
            lambda shown: wanted in shown.text,
        ):
            found = [shown.rect for shown in everything if fits(shown)]
            if found:
                return min(found, key=lambda rect: rect.width * rect.height)
        return None

    def visible(self) -> list[Shown]:
        """Everything on the screen, in reading order. What lies on a key is the key's, and not listed again."""
        return [shown for part in PARTS for shown in self._shown(part)]

    def nodes(self) -> Iterator[Node]:
        """Every node on the screen, for checks."""
        for part in PARTS:
            for node in self.roots(part):
                yield from node.walk_nodes()

    def on_drawn(self, callback: Callable[[], None]) -> None:
        """Call back once, after the next frame is on the screen."""

        def flipped(*_: object) -> None:
            Window.unbind(on_flip=flipped)
            Clock.schedule_once(lambda _dt: callback(), 0)

        Window.bind(on_flip=flipped)
        self.canvas.ask_update()

    def forget(self) -> None:
        """Let go of every rendered text: what a person wrote is among them."""
        text.textures.forget()

    def tidy(self, _dt: float = 0.0) -> None:
        """Let go of what the sheets not shown have drawn: they draw it anew when their turn comes."""
        for sheet in self._kept.values():
            sheet.vanish()
        gc.collect()

    # ---- what sheets and keys use

    def pressed_ident(self, ident: str) -> None:
        """A key was pressed: it means something to its sheet only, or becomes an event."""
        if self.sheet is not None and self.sheet.heard(ident):
            return
        if ident.startswith("option:"):
            self.on_event(Chosen(self.clock(), ident.removeprefix("option:")))
        else:
            self.on_event(Pressed(self.clock(), ident))

    def emit(self, event: Event) -> None:
        self.on_event(event)

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if not 0 <= touch.sx <= 1 or ("button" in touch.profile and touch.button != "left"):
            return False
        woke = (self.sheet is None or self.sheet.wakes(*touch.pos)) and self.woken()
        Clock._max_fps = AWAKE_FPS
        self._resting.cancel()
        self._resting()
        if woke or super().on_touch_down(touch):
            return True
        if words := self._words_at(touch.x, self.height - touch.y):
            self.tell(words)
        return False

    def woken(self) -> bool:
        """Tell that somebody is here. True: that ended the idle warning, and the keys it uncovered were not meant."""
        sheet = self.sheet
        self.on_event(Touched(self.clock()))
        return self.sheet is not sheet

    def tell(self, words: str) -> None:
        """Have this said now."""
        self.on_words(words)

    def rearrange(self) -> None:
        """Something in the sheet has changed by itself (pinyin, strokes): lay it out again."""
        if self.sheet is not None:
            self._arrange(self.sheet)

    # ---- inside

    def _words_at(self, x: float, y: float) -> str:
        """The words that a finger points at, where they cannot be pressed."""
        there = [
            shown for shown in self.visible()
            if shown.text and not shown.ident and 0 <= x - shown.rect.x <= shown.rect.width
            and 0 <= y - shown.rect.y <= shown.rect.height
        ]  # fmt: skip
        return min(there, key=lambda shown: shown.rect.width * shown.rect.height).text if there else ""

    def _rest(self, _dt: float) -> None:
        """Nobody has touched for a while: look for touches as often as frames may be drawn, no more."""
        Clock._max_fps = FRAMES_PER_SECOND

    def _sheet(self, kind: type[Sheet], step: Step) -> Sheet:
        """A sheet for this step: the one kept of its kind, without what it kept for itself, or a new one."""
        sheet = self._kept.pop(kind, None)
        if sheet is None:
            sheet = kind(step=step)
        else:
            sheet.step = step
            sheet.renewed()
        sheet.status = self.status
        sheet.told()
        return sheet

    async def warm(self) -> None:
        """Do beforehand, in slices, what first showings would wait for; the screen stays as it is."""
        from screens.warm import warm

        await warm(self)

    def make_ready(self, step: Step) -> None:
        """Make and lay out the sheet of a kind of step that is not on the screen, and keep it; again, for another way
        to answer that the same sheet has."""
        kind = sheet_of(type(step))
        if type(self.sheet) is not kind:
            sheet = self._sheet(kind, step)
            high = look.u(1337) if look.portrait else look.u(744)
            sheet.place(0, look.height - high, look.width, high)
            sheet.closed()
            self._kept[kind] = sheet

    def _dress(self) -> None:
        """Set the look and make the frame anew."""
        screen = self._screen
        look.configure(
            screen.width_px, screen.height_px, screen.px_per_mm, motion=screen.motion, hand=screen.hand, **self._modes
        )
        Window.clearcolor = look.colour("paper")
        if self.sheet is not None:
            self.sheet.closed()
        self.clear_widgets()
        self.sheet = None
        self._kept = {}
        self._laid = {}
        self._parts = {
            "status": StatusBar(),
            "band": Band(),
            "home_band": HomePanel() if not look.portrait else HomeBand(),
            "counter": Counter(),
            "home_counter": HomeCounter(),
        }
        for part in self._parts.values():
            part.shown = False
            self.add_widget(part)
        if self.step is not None:
            self.show(self.step, self.status)

    def _arrange(self, sheet: Sheet) -> None:
        """Give every part its zone. What does not change is not painted again."""
        width, height = look.width, look.height
        status, band, home = (self._parts[name] for name in ("status", "band", "home_band"))
        at_home = sheet.head == "home"
        panel = at_home and not look.portrait
        bare_sheet = sheet.head == "none"
        status.shown, band.shown, home.shown = not panel and not bare_sheet, not at_home and not bare_sheet, at_home
        top = left = 0
        low = Counter.height_wanted() if sheet.counter_height is None else look.u(sheet.counter_height)
        if status.shown:
            status.status = self.status
            status.left = self._status_left(at_home)
            top = look.u(84 if look.elder else 76) if look.portrait else look.u(64)
            if self._new("status", self.status, status.left):
                status.place(0, 0, width, top)
        if band.shown:
            where = sheet.where()
            place = sheet.place_words(self.status) if where is None else None
            bare = where is None or where.progress is None
            high = look.u((158 if look.elder else 112 if bare else 156) if look.portrait else 92)
            if self._new("band", where, place):
                band.tell(where, place)
                band.place(0, top, width, high)
            top += high
        if home.shown:
            home.tell(self.status)
            if panel:
                left = look.u(512)
                with look.squeezed(fitting(home, left, height - low)):
                    home.place(0, 0, left, height - low)
            else:
                high = home.measure(width)
                home.place(0, top, width, high)
                top += high
        for name, part in (("status", status), ("band", band), ("home_band", home)):
            if not part.shown:
                part.vanish()
                self._laid.pop(name, None)
        sheet.place(left, top, width - left, height - top - low)
        counter, other = (self._parts[name] for name in ("home_counter", "counter")[:: 1 if at_home else -1])
        counter.shown, other.shown = not bare_sheet, False
        other.vanish()
        if bare_sheet:
            counter.vanish()
            self.keypad.drawn()
            return
        if at_home:
            counter.offer(self.status.language)
        sheet.tell_counter(counter)
        counter.place(0, height - low, width, low)
        self.keypad.drawn()
        self.remarks.drawn()

    def _new(self, part: str, *told: object) -> bool:
        """Whether a part of the frame is told something else than last time."""
        if self._laid.get(part) == told:
            return False
        self._laid[part] = told
        return True

    def _status_left(self, at_home: bool) -> str:
        now = self.status.now
        if at_home and now is not None:
            half = say(next(f"status.{name}" for until, name in DAY if now.hour < until))
            clock = f"{now.hour}:{now.minute:02d}"
            if look.elder:
                return say("status.date_short", month=now.month, day=now.day, clock=clock)
            weekday = say(f"status.weekday{now.isoweekday()}")
            return say("status.date", month=now.month, day=now.day, weekday=weekday, half=half, clock=clock)
        if not look.portrait and self.status.county:
            return f"{self.status.county} {self.status.hall}"
        return self.status.hall

    def roots(self, part: str) -> list[Node]:
        """What a part of the screen consists of, for checks."""
        if part == "sheet":
            return [self.sheet] if self.sheet is not None else []
        if part == "band":
            return [node for node in (self._parts["band"], self._parts["home_band"]) if node.shown]
        if part == "counter":
            return [node for node in (self._parts["counter"], self._parts["home_counter"]) if node.shown]
        node = self._parts[part]
        return [node] if node.shown else []

    def _shown(self, part: str) -> Iterator[Shown]:
        for root in self.roots(part):
            yield from self._list(root)

    def _list(self, node: Node) -> Iterator[Shown]:
        if not node.shown or node.silent:
            return
        rect = Rect(*node.box)
        if isinstance(node, Touchable) and node.ident:
            words = "，".join(one for one in _words_in(node) if one)
            yield Shown(node.ident if node.can_be_touched else "", words, rect)
            return
        own = node.words()
        if own or node.ident:
            yield Shown(node.ident, own, rect)
        for child in node.inner():
            yield from self._list(child)


def _words_in(node: Node) -> Iterator[str]:
    for inner in node.walk_nodes():
        if not inner.silent and inner.words():
            yield inner.words()

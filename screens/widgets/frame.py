"""What stays while screens change: status line, band, counter. Made once per look, only told what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kivy.properties import ObjectProperty, StringProperty

from matters.steps import Where
from screens import shapes
from screens.status import StatusView
from screens.theme import look
from screens.widgets.base import Column, Icon, Node, Picture, Row, Spring, Text
from screens.widgets.touch import Key
from screens.words import say

MARKS = {
    # what of the status: {value: (icon, word, is it a fault)}
    "card": {"ok": ("id", "status.card", False), "trouble": ("id-off", "status.card_trouble", True)},
    "printer": {
        "ok": ("printer", "status.print", False),
        "printing": ("printer", "status.printing", False),
        "paper": ("printer-off", "status.paper", True),
        "trouble": ("printer-off", "status.print_trouble", True),
    },
    "network": {"ok": ("wifi", "status.network", False), "down": ("wifi-off", "status.network_down", True)},
}


class StatusMark(Row):
    """One device: quiet while well, a lamp pill when not. Never blinking."""

    item = ObjectProperty(None, allownone=True)
    gap = 12.0
    radius = 10

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._icon, self._word = Icon(), Text()
        self._icon.of, self._word.role = 42, "status"
        self._word.leading = 1.2
        self.add_widget(self._icon)
        self.add_widget(self._word)
        self.tell(self.item)

    def on_item(self, _: object, item: tuple[str, str, bool]) -> None:
        if hasattr(self, "_word"):
            self.tell(item)

    def tell(self, item: tuple[str, str, bool]) -> None:
        name, word, fault = item
        self._icon.name, self._word.text, self._word.bold = name, say(word), fault
        self._icon.colour = self._word.colour = "on_now" if fault else "on_band"
        self.fill = "now" if fault else ""
        self.pad = (14, 8, 16, 8) if fault else (0, 0, 0, 0)


def marks(status: StatusView) -> tuple[tuple[str, str, bool], ...]:
    """(icon, word, fault) of what is fitted."""
    given = ((kind, getattr(status, kind)) for kind in MARKS)
    return tuple(MARKS[kind][value] for kind, value in given if value in MARKS[kind])


class StatusBar(Row):
    """Place or date left; reader, printer, network right."""

    status = ObjectProperty(StatusView())
    left = StringProperty("")

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        """Faults need more room than there is: the place gives way, it is known anyway; then what is well."""
        place, devices = self.inner()[0], self.inner()[-1]
        place.shown = True
        for mark in devices.inner():
            mark.shown = True
        left, _, right, _ = self._pads()
        room = width - left - right - 2 * look.u(self.gap)
        place.shown = sum(n.natural() for n in self.inner()) <= room
        for mark in devices.inner():
            if devices.natural() > room:
                mark.shown = bool(mark.item[2])
        super().inside(x, y, width, height)

    def state(self) -> object:
        return "status"

    def paint(self) -> None:
        x, _, width, height = self.box
        shapes.fill(self.canvas.before, x, self.y, width, height, look.colour("status"))
        if look.contrast:
            shapes.fill(self.canvas.before, x, self.y, width, look.u(3), look.colour("hairline"))


class Segments(Node):
    """Steps done, the present one (longer), those to come."""

    silent = True
    number = 0
    total = 0
    done = False
    grow = 1.0

    def measure(self, width: int) -> int:
        return look.u(16)

    def state(self) -> object:
        return (self.number, self.total, self.done)

    def paint(self) -> None:
        if not self.total:
            return
        x, _, width, height = self.box
        gap = look.u(11)
        high = look.u(16)
        bottom = self.y + (height - high) // 2
        room = width - gap * (self.total - 1)
        unit = room / (self.total if self.done else self.total + 0.61)
        at = float(x)
        for number in range(1, self.total + 1):
            now = number == self.number and not self.done
            wide = unit * (1.61 if now else 1)
            passed = self.done or number < self.number
            colour = look.colour("now" if now else "done_segment" if passed else "to_come")
            left, right = round(at), round(at + wide)
            outline = look.contrast and not now and not passed
            shapes.box(
                self.canvas.before, left, bottom, right - left, high, radius=high // 2, fill=colour,
                edge=look.u(3) if outline else 0, line=look.colour("hairline"),
            )  # fmt: skip
            at += wide + gap


class Band(Column):
    """The signpost: matter with its picture, which step of how many, minutes left."""

    gap = 14.0
    centred = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pad = (56, 0, 56, 14 if look.portrait else 0)
        self._icon, self._picture, self._title = Icon(), Picture(), Text()
        self._icon.of, self._icon.colour = 56, "on_band"
        self._picture.of, self._picture.disc = 76, "on_band"
        self._title.role, self._title.bold, self._title.smaller = "band", True, "second"
        self._now, self._rest, self._segments = Text(), Text(), Segments()
        self._now.bold, self._now.colour, self._rest.colour, self._title.colour = True, "now", "on_band", "on_band"
        self._now.role = self._rest.role = "second"
        head = Row()
        head.gap = 0
        self._title.before = 18
        self._rest.before = 0
        self._spring, self._apart, self._left = Spring(), Spring(), Text()
        self._left.colour, self._left.role = "on_band", "second"
        if look.portrait:
            for part in (
                self._icon, self._picture, self._title, self._spring, self._now, self._rest, self._apart, self._left
            ):  # fmt: skip
                head.add_widget(part)
            self._segments.grow = 0.0
            self.add_widget(head)
            self.add_widget(self._segments)
        else:
            self._segments.before, self._now.before = 40, 40
            for part in (self._icon, self._picture, self._title, self._segments, self._now, self._rest):
                head.add_widget(part)
            self.add_widget(head)

    def tell(self, where: Where | None, place: tuple[str, str] | None = None) -> None:
        """The matter, or (icon, words) of a place when there is none."""
        progress = where.progress if where else None
        self._icon.shown = where is None and place is not None
        self._icon.name, self._title.text = place or ("", "")
        if where:
            self._title.text = where.title
        self._picture.name = where.picture if where else ""
        bare = look.elder and look.portrait and progress is not None and not progress.done
        self._picture.shown = bool(where) and not bare
        self._title.shown = bool(self._title.text) and not bare
        if progress is None:
            self._now.text = self._rest.text = ""
        elif progress.done:
            self._now.text, self._rest.text = say("band.done"), ""
        else:
            self._now.text = say("band.step", number=progress.number)
            self._rest.text = say("band.rest", total=progress.total, minutes=progress.minutes_left)
            if bare:
                self._rest.text = say("band.rest_elder_total", total=progress.total)
            if where and where.clerk:
                self._rest.text = say("band.clerk")
        self._left.text = say("band.rest_elder", minutes=progress.minutes_left) if bare and progress else ""
        self._spring.shown, self._apart.shown = not bare, bare
        self._segments.shown = self._now.shown = progress is not None
        self._rest.shown = bool(self._rest.text)
        self._segments.number = progress.number if progress else 0
        self._segments.total = progress.total if progress else 0
        self._segments.done = progress.done if progress else False

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        """A longer language needs more room than there is: the matter's name gives way to how much is left."""
        left, _, right, _ = self._pads()
        row = self.inner()[0]
        if self._title.shown and self._now.shown:
            least = 0 if look.portrait else look.u(300)  # segments
            parts = [part for part in row.visible_inner() if part not in (self._segments, self._spring)]
            self._title.shown = sum(p.natural() for p in parts) + look.u(24) + least <= width - left - right
        for role in ("second", "small", "status"):
            self._now.role = self._rest.role = self._left.role = role
            if sum(p.natural() for p in row.visible_inner()) + look.u(40) <= width - left - right:
                break
        super().inside(x, y, width, height)

    def state(self) -> object:
        return "band"

    def paint(self) -> None:
        x, _, width, height = self.box
        shapes.fill(self.canvas.before, x, self.y, width, height, look.colour("band"))
        if look.contrast:
            shapes.fill(self.canvas.before, x, self.y, width, look.u(3), look.colour("hairline"))


@dataclass(frozen=True)
class KeySpec:
    """What a key of the counter says and means."""

    ident: str
    text: str
    icon: str = ""
    icon_end: str = ""
    kind: str = "plain"


BACK = "back"
LEFT_WIDE = 320  # wide screens: back, or the quiet alternative


class Counter(Node):
    """The keys, always in the same places: hear again, call the clerk; back or the quiet alternative, main action."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repeat, self.help, self.left, self.main = Key(), Key(), Key(), Key()
        self.repeat.ident, self.repeat.icon = "repeat", "volume"
        self.help.ident, self.help.icon = "help", "headset"
        self.left.role = "left"
        self.main.kind, self.main.role, self.main.smaller = "main", "main", ("main_long", "value", "key")
        self.left.smaller = ("key", "second", "sub", "status")
        self.main.icon_of, self.left.icon_of = 64, 56
        self.left.mark = True
        self.main.spacing = 30.0
        for key in (self.main, self.left, self.repeat, self.help):
            self.add_widget(key)

    def tell(
        self, left: KeySpec | None, main: KeySpec | None, *, first_time: bool = False, help_key: bool = True
    ) -> None:
        self.repeat.text = say("counter.read" if first_time else "counter.repeat")
        self.help.text = say("counter.help")
        self.help.shown = help_key
        for key, spec in ((self.left, left), (self.main, main)):
            key.shown = spec is not None
            if spec is not None:
                key.ident, key.text, key.icon, key.icon_end = spec.ident, spec.text, spec.icon, spec.icon_end
                if key is self.main:
                    key.kind = "main" if spec.kind == "plain" else spec.kind
                    key.role = "main" if key.kind == "main" else "main_long"

    @staticmethod
    def height_wanted() -> int:
        if not look.portrait:
            return look.u(180)
        if look.low:
            return look.u(352 if look.elder else 318)
        return look.u(423 if look.elder else 351)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        for key in (self.repeat, self.help, self.left, self.main):
            if not key.shown:
                key.vanish()
        side, ledge = look.u(56), self.repeat.under
        room = width - 2 * side
        if not look.portrait:
            self._one_row(x + side, y + look.u(22), room, look.u(128) + ledge)
            return
        first = look.u((112 if look.low else 136) if look.elder else 104) + ledge
        second = look.u((150 if look.low else 196) if look.elder else 126 if look.low else 156) + ledge
        gap = look.u(20 if look.elder else 18)
        top = y + look.u(24)
        half = (room - look.u(20)) // 2
        if self.help.shown:  # the same places for either hand: only back and main change sides
            self.repeat.place(x + side, top, half, first)
            self.help.place(x + side + room - half, top, half, first)
        else:
            self.repeat.place(x + side, top, room, first)
        self._pair(x + side, top + first + gap, room, second)

    def _pair(self, x: int, y: int, width: int, height: int) -> None:
        gap = look.u(20)
        if self.left.shown and self.main.shown:
            least = self.left.natural()
            wanted = max(least, look.u(264))
            need = self.main.natural()
            left = max(least, min(wanted, width - gap - need))
            left = min(left, width // 2)
            if look.left_hand:
                self.main.place(x, y, width - left - gap, height)
                self.left.place(x + width - left, y, left, height)
                return
            self.left.place(x, y, left, height)
            self.main.place(x + left + gap, y, width - left - gap, height)
        elif self.main.shown:
            self.main.place(x, y, width, height)
        elif self.left.shown:  # alone, it stays where it always is
            wide = max(self.left.natural(), look.u(264))
            self.left.place(x + width - wide if look.left_hand else x, y, wide, height)

    def _one_row(self, x: int, y: int, width: int, height: int) -> None:
        gap = look.u(21)
        at = x
        # Their places stay free when they are not there: nothing moves from screen to screen.
        keys = ((self.left, look.u(LEFT_WIDE)), (self.repeat, look.u(335)), (self.help, look.u(335)))
        for key, wide in keys:
            if key.shown:
                key.place(2 * x + width - at - wide if look.left_hand else at, y, wide, height)
            if key.shown or key is not self.help:
                at += wide + gap
        if self.main.shown:
            self.main.place(x if look.left_hand else at, y, x + width - at, height)

    def state(self) -> object:
        return "counter"

    def paint(self) -> None:
        x, _, width, height = self.box
        shapes.fill(self.canvas.before, x, self.y, width, height, look.colour("counter"))
        shapes.fill(
            self.canvas.before, x, look.height - self.box[1] - look.u(3), width, look.u(3), look.colour("hairline")
        )

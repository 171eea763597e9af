"""The home screen's head, and its counter with the switch to the elders' version."""

from __future__ import annotations

from typing import Any

from screens import shapes
from screens.status import StatusView
from screens.theme import look
from screens.widgets.base import Column, Hairline, Icon, Node, Row, Spring, Text
from screens.widgets.frame import Counter, KeySpec, marks
from screens.widgets.hold import HeldText
from screens.widgets.touch import Key, Pill
from screens.words import say


def _name() -> HeldText:
    """The hall's name; held, it opens the staff pages."""
    name = HeldText()
    name.role, name.bold, name.colour, name.leading, name.ident = "head", True, "on_band", 1.2, "staff"
    return name


def _text(role: str, *, bold: bool = False, colour: str = "on_band", leading: float = 1.2) -> Text:
    text = Text()
    text.role, text.bold, text.colour, text.leading = role, bold, colour, leading
    return text


class HomeBand(Column):
    """Tall screens: which hall this is and when it is staffed."""

    pad = (56, 20, 56, 32)
    gap = 8.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._name = _name()
        self._name.smaller = "heading"
        self._open = Pill()
        self._open.tone, self._open.role, self._open.radius, self._open.pad = "now", "sub", 10, (16, 2, 16, 2)
        self._hours = _text("small")
        self._hours.grow = 1.0
        self._row = Row()
        self._row.gap = 17
        self._row.add_widget(self._open)
        self._row.add_widget(self._hours)
        self.add_widget(self._name)
        self.add_widget(self._row)

    def tell(self, status: StatusView) -> None:
        self._name.text = status.hall if look.elder else f"{status.county} {status.hall}".strip()
        self._open.text = say("home.open" if status.open_now else "home.closed")
        self._hours.text = say("home.hours", hours=status.hours)
        self._row.shown = not look.elder

    def state(self) -> object:
        return "head"

    def paint(self) -> None:
        x, _, width, height = self.box
        shapes.fill(self.canvas.before, x, self.y, width, height, look.colour("band"))
        if look.contrast:
            shapes.fill(self.canvas.before, x, self.y, width, look.u(3), look.colour("hairline"))


class HomePanel(Column):
    """Wide screens: hall, clock, hours and devices down the left side."""

    pad = (56, 44, 48, 30)
    gap = 16.0

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._name = _name()
        self._name.smaller, self._name.lines = "main main_long heading value", 2
        self._clock = _text("number", bold=True)
        self._clock.role, self._clock.leading = "clock", 1.06
        self._date = _text("key")
        self._open = Pill()
        self._open.tone, self._open.role, self._open.radius, self._open.pad = "now", "sub", 10, (16, 2, 16, 2)
        self._open.wide = 0
        pill = Row()
        pill.add_widget(self._open)
        pill.add_widget(Spring())
        self._hours = [_text("key", leading=1.3) for _ in range(3)]
        self.add_widget(self._name)
        spring = Spring()
        self.add_widget(spring)
        self.add_widget(self._clock)
        self._date.before = 0
        self.add_widget(self._date)
        pill.before = 26
        self.add_widget(pill)
        for line in self._hours:
            line.before = 0
            self.add_widget(line)
        self._hours[0].before = 12
        self.add_widget(Spring())
        rule = Hairline()
        rule.colour = "to_come"
        self.add_widget(rule)
        self._marks = Row()
        self._marks.before = 18
        self.add_widget(self._marks)

    def tell(self, status: StatusView) -> None:
        self._name.text = f"{status.county} {status.hall}".strip()
        now = status.now
        self._clock.shown = self._date.shown = now is not None
        if now is not None:
            self._clock.text = f"{now.hour}:{now.minute:02d}"
            weekday = say(f"status.weekday{now.isoweekday()}")
            self._date.text = say("status.day", month=now.month, day=now.day, weekday=weekday)
        self._open.text = say("home.open" if status.open_now else "home.closed")
        parts = [part for part in status.hours.replace("，", ",").split(",") if part][:2]
        names = ("home.morning", "home.afternoon")
        lines = [say(name, hours=part) for name, part in zip(names, parts, strict=False)]
        lines.append(say("home.always"))
        for text, line in zip(self._hours, [*lines, "", ""], strict=False):
            text.text, text.shown = line, bool(line)
        wanted = marks(status)
        if getattr(self, "_shown_marks", None) != wanted:
            self._shown_marks = wanted
            self._marks.clear_widgets()
            for name, word, fault in wanted:
                cell = Column()
                cell.grow, cell.gap, cell.radius = 1.0, 4, 10
                icon, label = Icon(), _text("mark", bold=fault)
                icon.name, icon.of = name, 42
                icon.colour = label.colour = "on_now" if fault else "on_band"
                cell.fill = "now" if fault else ""
                cell.pad = (0, 8, 0, 8)
                label.text, label.align = say(word), "centre"
                cell.add_widget(icon)
                cell.add_widget(label)
                self._marks.add_widget(cell)

    def state(self) -> object:
        return "panel"

    def paint(self) -> None:
        x, _, width, height = self.box
        shapes.fill(self.canvas.before, x, self.y, width, height, look.colour("band"))


class ToggleMark(Node):
    """Shows whether something is on; the key it lies on is what is touched."""

    silent = True

    def natural(self) -> int:
        return look.u(112)

    def measure(self, width: int) -> int:
        return look.u(60)

    def paint(self) -> None:
        x, y, width, height = self.box
        bottom = look.height - y - height
        shapes.box(
            self.canvas.before, x, bottom, width, height, radius=height // 2, fill=look.colour("key"),
            edge=look.u(4), line=look.colour("key_edge"),
        )  # fmt: skip
        shapes.disc(
            self.canvas.before, x + height / 2, bottom + height / 2, height - look.u(18), look.colour("key_edge")
        )


class ElderKey(Key):
    """The switch between the two versions; says in words which is on."""

    ident = "elder"
    icon = "text-size"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._switch = ToggleMark()
        self.add_widget(self._switch)
        self.mark = True

    def tell(self) -> None:
        self.text = say("home.elder")
        self.kind = "chosen" if look.elder else "plain"
        wide = not look.portrait
        self._switch.shown = not look.elder and not wide and not look.low
        if look.elder:
            self.icon_end, self.second = "circle-check", ""
            self.text = f"{self.text} {say('home.elder_on')}"
            self.icon_end = "check" if wide else "circle-check"
        else:
            self.icon_end = ""
            self.second = say("home.elder_off" if wide else "home.elder_hint")
        if not self._switch.shown:
            self._switch.vanish()

    def _parts(self) -> list[Node]:
        parts = super()._parts()
        if self._switch.shown:
            parts.insert(len(parts) - 1 if self.second else len(parts), self._switch)
        return parts


class HomeCounter(Counter):
    """Read aloud, call the clerk, elders' version; on a wide screen also what the sheet holds on a tall one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.elder = ElderKey()
        self.lookup, self.ask, self.language = Key(), Key(), Key()
        self.lookup.ident, self.lookup.icon, self.lookup.mark = "lookup", "folder-search", True
        self.ask.ident, self.ask.icon, self.ask.mark = "ask", "phone", True
        self.language.ident, self.language.icon, self.language.mark = "language", "language", True
        for key in (self.lookup, self.ask, self.elder, self.language):
            self.add_widget(key)

    def offer(self, language: str) -> None:
        """The language to change to, by its own name; "": there is no other."""
        self.language.text, self.language.shown = language, bool(language)

    def tell(
        self, left: KeySpec | None, main: KeySpec | None, *, first_time: bool = True, help_key: bool = True
    ) -> None:
        super().tell(None, None, first_time=True)
        self.elder.tell()
        self.lookup.text, self.ask.text = say("home.lookup"), say("home.ask_short")
        self.lookup.shown = self.ask.shown = not look.portrait or look.low
        if self.language.shown and not look.portrait:
            self.elder.second = self.elder.icon_end = ""
            for key in (self.repeat, self.help, self.lookup, self.ask, self.elder, self.language):
                key.stack, key.icon_of, key.smaller = True, 42, ("second", "sub", "status")
        if look.low:  # three in a row, as short as they can be said
            self.lookup.text = say("home.lookup_elder")
            self.elder.second = self.elder.icon_end = ""
            short = [self.lookup, self.ask, self.elder]
            short += [self.repeat, self.help, self.language] if self.language.shown else []
            for key in short:
                key.edge_room, key.spacing, key.smaller = 12.0, 12.0, ("second", "sub", "status")

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        super().inside(x, y, width, height)
        side, under = look.u(56), self.elder.under
        room = width - 2 * side
        if not self.language.shown:
            self.language.vanish()
        if look.low:
            if self.language.shown:
                above, gap = [self.repeat, self.help, self.language], look.u(20)
                wide = (room - gap * (len(above) - 1)) // len(above)
                _, top, _, high = self.repeat.box
                for index, key in enumerate(above):
                    key.place(x + side + index * (wide + gap), top, wide, high)
            row, gap = [self.lookup, self.ask, self.elder], look.u(20)
            top = self.repeat.box[1] + self.repeat.box[3] + look.u(20 if look.elder else 18)
            high = look.u(150 if look.elder else 126) + under
            wide = (room - gap * (len(row) - 1)) // len(row)
            for index, key in enumerate(row):
                key.place(x + side + index * (wide + gap), top, wide, high)
            return
        if look.portrait:
            for key in (self.lookup, self.ask):
                key.vanish()
            first = look.u(136 if look.elder else 104) + under
            tall = look.u(136 if look.elder else 104) + under
            gap = look.u(22 if look.elder else 18)
            top = y + look.u(24) + first + gap
            if self.language.shown:
                wide = min(max(self.language.natural(), look.u(330)), room // 2)
                self.language.place(x + side + room - wide, top, wide, tall)
                room -= wide + look.u(20)
            self.elder.place(x + side, top, room, tall)
            return
        keys = [self.repeat, self.help, self.lookup, self.ask, self.elder]
        gap = look.u(20)
        if self.language.shown:  # six are too many for words beside their icons
            keys.append(self.language)
            wide = (room - gap * (len(keys) - 1)) // len(keys)
            for index, key in enumerate(keys):
                key.place(x + side + index * (wide + gap), y + look.u(22), wide, look.u(128) + under)
            return
        least = [key.natural() for key in keys]
        short = sum(least) + gap * (len(keys) - 1) - room
        if short > 0:  # words give way, keys stay in the window; one word or a number cannot
            least = [wide - -(-short * wide // sum(least)) for wide in least]
        spare = max(0, room - sum(least) - gap * (len(keys) - 1)) // len(keys)
        at = x + side
        for key, wide in zip(keys, least, strict=True):
            key.place(at, y + look.u(22), wide + spare, look.u(128) + under)
            at += wide + spare + gap

"""What can be pressed has thickness. A key answers in the same frame; what it means goes to the stage by its ident."""

from __future__ import annotations

from typing import Any

from kivy.input.motionevent import MotionEvent

from matters.steps import Option
from screens import shapes
from screens.text import longest
from screens.theme import look
from screens.widgets.base import Column, Disc, Icon, Node, Picture, Row, Text

SLIP_PX = 24  # a finger may slip this far off a key (reference px) and still mean it


class Touchable(Node):
    """Mixin: pressed while a finger is on it, acts when the finger leaves it there."""

    live = True  # False: it is shown and waits for something else

    def __init__(self, **kwargs: Any) -> None:
        self.pressed = False
        super().__init__(**kwargs)

    @property
    def can_be_touched(self) -> bool:
        return self.live and bool(self.ident) and self.shown and self.box[2] > 0

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if not self.can_be_touched or not self.collide_point(*touch.pos):
            return bool(super().on_touch_down(touch))
        touch.grab(self)
        self.pressed = True
        self.repaint_all()
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        if not self.pressed:
            return True
        self.pressed = False
        self.repaint_all()
        slip = look.u(SLIP_PX)
        x, y = touch.pos
        if self.x - slip <= x <= self.right + slip and self.y - slip <= y <= self.top + slip and self.can_be_touched:
            self.act()
        return True

    def act(self) -> None:
        """What pressing it means: by its ident, to the stage."""
        node: Any = self
        while node is not None and not hasattr(node, "pressed_ident"):
            node = node.parent if node.parent is not node else None
        if node is not None:
            node.pressed_ident(self.ident)

    def repaint_all(self) -> None:
        """A pressed key moves down with all that is on it."""
        with look.squeezed(self.squeeze):
            self.place(*self.box)

    def sunk(self) -> int:
        return look.u(look.palette.ledge_px) if self.pressed else 0


KINDS = {
    # kind: (fill, edge, ledge, pressed fill, ink, icon ink, heavy edge)
    "plain": ("key", "key_edge", "key_ledge", "key_pressed", "key_ink", "accent", False),
    "main": ("main", "main_edge", "main_ledge", "main_pressed", "main_ink", "main_ink", False),
    "chosen": ("chosen", "chosen_edge", "chosen_ledge", "key_pressed", "chosen_ink", "accent", True),
    "waiting": ("waiting", "waiting_edge", "", "waiting", "waiting_ink", "waiting_ink", False),
}


def slab(node: Touchable, kind: str, *, radius: int = 22) -> None:
    """Paint what a thing that can be pressed lies on: body, edge, ledge; pressed: lower, without ledge."""
    fill, edge, ledge, pressed_fill, _, _, heavy = KINDS.get(kind, KINDS["plain"])
    x, y, width, height = node.box
    group = node.canvas.before
    down = look.u(look.palette.ledge_px)
    if kind == "waiting":
        shapes.box(
            group, x, look.height - y - height, width, height, radius=look.u(radius), fill=look.colour(fill),
        )  # fmt: skip
        shapes.dashes(
            group, shapes.outline(x + 1, look.height - y - height + 1, width - 2, height - 2, look.u(radius)),
            look.u(3), look.colour(edge), look.u(8), look.u(5), closed=True,
        )  # fmt: skip
        return
    if kind in ("flat", "dashed"):
        body, bottom = height - down, look.height - y - height + down
        if kind == "dashed":
            shapes.dashes(
                group, shapes.outline(x + 1, bottom + 1, width - 2, body - 2, look.u(radius)), look.u(3),
                look.colour("card_line"), look.u(10), look.u(7), closed=True,
            )  # fmt: skip
        else:
            shapes.box(
                group, x, bottom, width, body, radius=look.u(radius), fill=look.colour("card"), edge=look.u(2),
                line=look.colour("card_line"),
            )  # fmt: skip
        return
    if kind == "current":
        from screens.widgets.fields import current_box

        current_box(group, x + look.u(4), look.height - y - height + down, width - 2 * look.u(4), height - down)
        return
    body = height - down
    sunk = node.pressed
    shapes.box(
        group, x, look.height - y - body - (down if sunk else 0), width, body, radius=look.u(radius),
        fill=look.colour(pressed_fill if sunk else fill),
        edge=look.u(look.palette.heavy_px if heavy else look.palette.edge_px), line=look.colour(edge),
        ledge=0 if sunk else down, base=look.colour(ledge),
    )  # fmt: skip


class Key(Touchable):
    """A key: icon, word, a quiet word beside, an icon at the end. `stack`: icon above the word."""

    ident = ""
    kind = "plain"
    tall = 104.0  # body, reference px
    elder_tall = 128.0
    role = "key"
    smaller: tuple[str, ...] = ("second", "sub", "status")
    stack = False
    strong = True
    icon_of = 56
    spacing = 20.0
    edge_room = 26.0  # kept free left and right inside
    ink = ""  # a palette name instead of the kind's
    leftish = False  # starts at the left instead of standing in the middle
    radius = 22

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._word = Text()
        self.add_widget(self._word)
        self._icon: Icon | None = None
        self._end: Icon | None = None
        self._second: Text | None = None

    # What .kv rules set.
    text = ""
    second = ""
    icon = ""
    icon_end = ""
    mark = False  # the icons take the word's colour

    @property
    def under(self) -> int:
        return look.u(look.palette.ledge_px)

    def measure(self, width: int) -> int:
        high = look.key_height(self.tall, self.elder_tall)
        self._dress()
        text = self._word.measure(max(1, width - 2 * look.u(self.edge_room) - self._icons_width()))
        if self.stack:
            high = max(high, text + look.u(self.icon_of) + look.u(24))
        return max(high, text + look.u(20)) + self.under

    def natural(self) -> int:
        self._dress()
        parts = self._parts()
        if self.wide and not self.stack:  # wider only where a longer language's word does not fit even when small
            self._word.role = self.smaller[-1] if self.smaller else self.role
        inner = max(p.natural() for p in parts) if self.stack else sum(p.natural() for p in parts) + self._spaces(parts)
        if self.wide:
            return look.u(self.wide) if self.stack else max(look.u(self.wide), inner + 2 * look.u(self.edge_room))
        return max(look.u(100), look.target, inner + 2 * look.u(self.edge_room))

    def _icons_width(self) -> int:
        if self.stack:
            return 0
        count = bool(self.icon) + bool(self.icon_end)
        return count * (look.u(self.icon_of) + look.u(self.spacing))

    def _parts(self) -> list[Node]:
        given = (self._icon, self._word, self._second, self._end)
        return [part for part in given if part is not None and part.shown]

    def _spaces(self, parts: list[Node]) -> int:
        return look.u(self.spacing) * (len(parts) - 1)

    def _dress(self) -> None:
        ink, icon_ink = KINDS.get(self.kind, KINDS["plain"])[4:6]
        self._word.text, self._word.role, self._word.bold = self.text, self.role, self.strong
        self._word.colour = self.ink or ink
        self._word.leading = 1.2
        self._word.align = "centre"
        self._word.shown = bool(self.text)
        black = self.pressed and look.contrast and self.kind != "main"  # a pressed key is white there
        if black:
            self._word.colour = "#000000"
        # Most keys have one icon and one word: the rest is made when it is first needed.
        if self.second and self._second is None:
            self._second = Text()
            self._second.role = "second"
            self.add_widget(self._second)
        if self._second is not None:
            self._second.text, self._second.shown = self.second, bool(self.second)
            self._second.colour = "#000000" if black else "ink2"
        if self.icon and self._icon is None:
            self._icon = Icon()
            self.add_widget(self._icon)
        if self.icon_end and self._end is None:
            self._end = Icon()
            self.add_widget(self._end)
        for icon, name in ((self._icon, self.icon), (self._end, self.icon_end)):
            if icon is not None:
                icon.name, icon.shown, icon.of = name, bool(name), self.icon_of
                lead = self.mark or self.kind in ("main", "waiting")
                icon.colour = "#000000" if black else (self.ink or ink) if lead else icon_ink

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._dress()
        parts = self._parts()
        for part in self.inner():
            if part not in parts:
                part.vanish()
        if not parts:
            return
        body = height - self.under
        top = y + self.sunk()
        room = width - 2 * look.u(self.edge_room)
        if self.stack:
            for role in (self.role, *self.smaller):
                self._word.role = role
                if self._word.natural() <= width - look.u(16):
                    break
            heights = [part.measure(width - look.u(16)) for part in parts]
            between = look.u(14)
            at = top + (body - sum(heights) - between * (len(parts) - 1)) // 2
            for part, high in zip(parts, heights, strict=True):
                part.place(x + look.u(8), at, width - look.u(16), high)
                at += high + between
            return
        fixed = sum(part.natural() for part in parts if part is not self._word) + self._spaces(parts)
        for role in (self.role, *self.smaller):
            self._word.role = role
            if self._word.natural() + fixed <= room:
                break
        else:
            # Too long even when small: as large as before, on as many lines as it takes.
            for role in (self.role, *self.smaller):
                self._word.role = role
                fits = longest(self.text, look.size(role), self.strong) <= room - fixed
                if fits and self._word.measure(max(1, room - fixed)) <= body - look.u(12):
                    break
        wide = min(self._word.natural(), max(1, room - fixed)) if self._word.shown else 0
        at = x + (look.u(self.edge_room) if self.leftish else (width - fixed - wide) // 2)
        for part in parts:
            own = wide if part is self._word else part.natural()
            high = part.measure(own)
            part.place(at, top + (body - high) // 2, own, high)
            at += own + look.u(self.spacing)

    def state(self) -> object:
        return (self.kind, self.pressed)

    def paint(self) -> None:
        slab(self, self.kind, radius=self.radius)

    @property
    def can_be_touched(self) -> bool:
        return self.kind != "waiting" and super().can_be_touched


class Slab(Touchable, Row):
    """A row that can be pressed as a whole."""

    kind = "plain"
    pad = (30, 16, 30, 16)

    def measure(self, width: int) -> int:
        return max(super().measure(width), look.target) + look.u(look.palette.ledge_px)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        super().inside(x, y + self.sunk(), width, height - look.u(look.palette.ledge_px))

    def state(self) -> object:
        return (self.kind, self.pressed)

    def paint(self) -> None:
        slab(self, self.kind)


class SlabColumn(Touchable, Column):
    """A column that can be pressed as a whole."""

    kind = "plain"
    pad = (16, 20, 16, 16)

    def measure(self, width: int) -> int:
        return max(super().measure(width), look.target) + look.u(look.palette.ledge_px)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        super().inside(x, y + self.sunk(), width, height - look.u(look.palette.ledge_px))

    def state(self) -> object:
        return (self.kind, self.pressed)

    def paint(self) -> None:
        slab(self, self.kind)


class TickBox(Node):
    """Square: many may be chosen; round: one."""

    silent = True
    of = 72
    round = False
    ticked = False

    def measure(self, width: int) -> int:
        return look.u(self.of)

    def natural(self) -> int:
        return look.u(self.of)

    def state(self) -> object:
        return (self.round, self.ticked)

    def paint(self) -> None:
        x, y, width, height = self.box
        side = look.u(self.of)
        left, bottom = x + (width - side) // 2, look.height - y - (height + side) // 2
        group = self.canvas.before
        colour = look.colour("box" if self.ticked else "key_edge")
        edge = 0 if self.ticked else look.u(5)
        if self.round:
            shapes.disc(group, left + side / 2, bottom + side / 2, side, colour, edge)
        else:
            shapes.box(
                group, left, bottom, side, side, radius=look.u(14),
                fill=colour if self.ticked else shapes.NOTHING, edge=edge, line=colour,
            )  # fmt: skip
        if self.ticked:
            # Drawn, not an icon: heavier than any of the set, as it is the one mark that decides.
            points = [(0.24, 0.49), (0.43, 0.30), (0.77, 0.66)]
            shapes.stroke(
                group, [(left + px * side, bottom + py * side) for px, py in points], look.u(8), look.colour("box_tick")
            )


DRAWING, DRAWING_WIDE = 300, 220  # width of a message's drawing, reference px: on tall screens, on wide ones
TALL, ROOMY = 142.0, 214.0  # an option's body, reference px: one of many, one of a few


class OptionLine(Slab):
    """An answer to choose: box, name and one reason, state word. What cannot be changed is flat."""

    indent = 0.0  # reference px
    gap = 28.0
    pad = (33, 14, 30, 14)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._box, self._icon, self._texts = TickBox(), Icon(), Column()
        self._name, self._reason, self._word = Text(), Text(), Text()
        self._texts.gap, self._texts.grow = 0.0, 1.0
        self._name.bold, self._name.leading, self._reason.leading = True, 1.22, 1.28
        self._reason.role, self._reason.colour = "second", "ink2"
        self._word.bold, self._word.role = True, "second"
        self._icon.of = 76
        self._texts.add_widget(self._name)
        self._texts.add_widget(self._reason)
        for part in (self._box, self._icon, self._texts, self._word):
            self.add_widget(part)

    def tell(self, option: Option, *, many: bool, word: str, roomy: bool) -> None:
        self.ident = f"option:{option.id}"
        self.live = not option.fixed and not option.dashed
        self.kind = "dashed" if option.dashed else "flat" if option.fixed else "chosen" if option.chosen else "plain"
        self._box.round, self._box.ticked = not many, option.chosen
        self._box.shown = not option.dashed
        self._icon.name = "circle-check" if option.dashed else option.icon
        self._icon.colour = "good" if option.dashed else "accent"
        self._icon.shown = bool(self._icon.name)
        self._name.text, self._reason.text, self._word.text = option.title, option.reason, word
        self._name.role = "option" if roomy else "value"
        self._word.colour = "chosen_ink" if option.chosen else "ink2"
        self.tall = ROOMY if roomy else TALL

    tall = TALL

    def measure(self, width: int) -> int:
        least = look.gap(self.tall)
        spare = self.tall > TALL or not (look.elder or look.low)  # second lines are the first to go
        self._reason.shown = bool(self._reason.text) and (spare or (not look.elder and look.squeeze < 2))
        own = Row.measure(self, width - look.u(self.indent))
        return max(own, least, look.target) + look.u(look.palette.ledge_px)

    def place(self, x: int, y: int, width: int, height: int) -> None:
        shift = look.u(self.indent)
        super().place(x + shift, y, width - shift, height)

    def repaint_all(self) -> None:
        shift = look.u(self.indent)
        x, y, width, height = self.box
        with look.squeezed(self.squeeze):
            self.place(x - shift, y, width + shift, height)

    def _pads(self) -> tuple[int, int, int, int]:
        return look.u(33), look.gap(14), look.u(30), look.gap(14)


class Message(Row):
    """One tinted message: an icon on a disc, what to do first, why second."""

    tone = "plain"  # plain | good | care
    icon = ""
    text = ""
    second = ""
    picture = ""  # a small drawing instead of the icon
    room_for = ""  # room is kept for this one, so that nothing moves when it comes and goes
    pad = (30, 26, 30, 26)
    gap = 24

    TONES = {"plain": ("tint", "accent"), "good": ("good_tint", "good"), "care": ("care_tint", "care")}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._disc, self._drawing = Disc(), Picture()
        self._drawing.of = DRAWING if look.portrait else DRAWING_WIDE
        self._texts = Column()
        self._texts.gap, self._texts.grow = 4, 1.0
        self._first, self._more = Text(), Text()
        self._more.colour = "ink"
        self._texts.add_widget(self._first)
        self._texts.add_widget(self._more)
        for part in (self._disc, self._drawing, self._texts):
            self.add_widget(part)

    def measure(self, width: int) -> int:
        self._dress()
        if not self.room_for:
            return super().measure(width)
        _, top, _, bottom = self._pads()
        self._drawing.name = self.room_for
        return max(super().measure(width), self._drawing.measure(0) + top + bottom)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._dress()
        super().inside(x, y, width, height)

    def _dress(self) -> None:
        self.fill, strong = self.TONES[self.tone]
        self.line = "card_line" if look.contrast else ""
        self.edge = 5 if look.contrast else 2
        self._disc.fill, self._disc.name, self._disc.shown = strong, self.icon, bool(self.icon) and not self.picture
        self._drawing.name, self._drawing.shown = self.picture, bool(self.picture)
        self._first.text = self.text
        self._first.bold = bool(self.second)
        self._first.role = "value" if self.second else "body"
        self._more.text = self.second
        self._more.shown = bool(self.second)


class Pill(Row):
    """A state word with its icon: 要带, 可不带, 没纸了."""

    tone = "plain"  # plain | good | care | broken | now
    icon = ""
    text = ""
    role = "sub"
    icon_of = 36
    pad = (20, 4, 20, 4)
    gap = 12
    radius = 14

    TONES = {  # noqa: RUF012
        "plain": ("tint", "accent"),
        "good": ("good_tint", "good"),
        "care": ("care_tint", "care"),
        "broken": ("broken", "on_broken"),
        "now": ("now", "on_now"),
        "bare": ("", "good"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._icon, self._word = Icon(), Text()
        self._word.bold = True
        self.add_widget(self._icon)
        self.add_widget(self._word)

    def _dress(self) -> None:
        self.fill, ink = self.TONES[self.tone]
        self.line = "card_line" if look.contrast and self.tone != "bare" else ""
        self._icon.of = self.icon_of
        self._icon.name, self._icon.colour, self._icon.shown = self.icon, ink, bool(self.icon)
        self._word.text, self._word.colour, self._word.role = self.text, ink, self.role

    def measure(self, width: int) -> int:
        self._dress()
        return super().measure(width)

    def natural(self) -> int:
        self._dress()
        return super().natural()

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        self._dress()
        super().inside(x, y, width, height)

"""Nodes: widgets that are measured and placed in one pass, at once.

Kivy's layouts settle over several frames, by events; on two weak cores that shows as flicker and costs more than the
drawing. A node says how high it is for a width (`measure`) and is told where it is (`place`); it paints itself when
what it would paint has changed. Coordinates in here have their origin at the top left; `place` turns them into Kivy's.
Trees are declared in .kv files; whatever a rule takes from `root.step` or `root.item` follows it by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kivy.factory import Factory
from kivy.graphics import Color, Rectangle
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from screens import art, shapes
from screens.text import Laid, lay, plain, textures
from screens.theme import look

Box = tuple[int, int, int, int]
NOWHERE: Box = (0, 0, 0, 0)
ELASTIC = (1.0, 0.86, 0.72, 0.6, 0.5, 0.42, 0.36, 0.3)  # what is left of a large drawing, squeeze by squeeze


class Node(Widget):
    """One thing on the screen."""

    ident = ""  # how a visit script and an event call it; "" cannot be touched
    shown = True
    grow = 0.0  # share of what room is left, in a row or column
    wide = 0  # fixed width in a row, reference px; 0: as it wants
    before: float | None = None  # gap before it in a column, reference px; None: the column's
    silent = False  # decoration: not read aloud, not found

    def __init__(self, **kwargs: Any) -> None:
        self.box: Box = NOWHERE
        self.squeeze = 0  # how far the screen was drawn together when this was placed
        self._painted: object = None
        super().__init__(**kwargs)

    @property
    def present(self) -> bool:
        """Whether it takes room and is drawn."""
        return self.shown

    # ---- layout

    def measure(self, width: int) -> int:
        """Height wanted at this width, px."""
        return 0

    def natural(self) -> int:
        """Width wanted when nothing limits it, px."""
        return look.u(self.wide)

    def place(self, x: int, y: int, width: int, height: int) -> None:
        """Here it is, from the top left. Lays out what is inside, paints."""
        self.box = (x, y, width, height)
        self.squeeze = look.squeeze
        self.size = (width, height)
        self.pos = (x, look.height - y - height)
        self.inside(x, y, width, height)
        self.repaint()

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        """Place what lies inside."""

    # ---- paint

    def state(self) -> object:
        """All that `paint` depends on besides the box. Equal: nothing is painted again."""
        return None

    def repaint(self) -> None:
        now = (self.box, self.shown, self.state())
        if now != self._painted:
            self._painted = now
            self.canvas.before.clear()
            if self.shown:
                self.paint()

    def paint(self) -> None:
        """Fill `canvas.before`; children come above it."""

    def vanish(self) -> None:
        """Take no room and draw nothing, with everything inside."""
        if self.box == NOWHERE and self._painted is None:
            return  # nor does anything inside
        for child in self.children:
            if isinstance(child, Node):
                child.vanish()
        self.box = NOWHERE
        self.size = (0, 0)
        self.pos = (-10, -10)
        self._painted = None
        self.canvas.before.clear()

    # ---- tree

    def inner(self) -> list[Node]:
        """Children in the order they were declared (Kivy keeps them the other way round)."""
        return [child for child in reversed(self.children) if isinstance(child, Node)]

    def visible_inner(self) -> list[Node]:
        return [child for child in self.inner() if child.present]

    def walk_nodes(self) -> Iterator[Node]:
        """This and everything inside that is shown, in reading order."""
        if self.present:
            yield self
            for child in self.inner():
                yield from child.walk_nodes()

    def words(self) -> str:
        """What stands here itself, apart from what is inside; "" when nothing does."""
        return ""

    def needed(self) -> tuple[int, int]:
        """Width and height its own words take, px: never more than its box."""
        return (0, 0)

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        """(role, px) of the type its own words are drawn in."""
        return ()

    def reach(self, width: int) -> int:
        """How much of its height, from the end, is touched or lies below what is."""
        return self.measure(width) if self.reached_for() else 0

    def reached_for(self) -> bool:
        """Whether something in it is touched."""
        return bool(self.ident) or any(child.reached_for() for child in self.visible_inner())


class Column(Node):
    """One below the other. What room is left goes to those that grow, else below."""

    gap = 24.0
    pad: Sequence[float] = (0, 0, 0, 0)  # left, top, right, bottom, reference px
    fill = ""  # palette name; "" none
    line = ""
    edge = 2
    radius = 22
    dashed = False
    centred = False  # what is left goes above and below
    low = 0.0  # reference px: no less high than this
    sinks = False  # low mode: what is touched goes as far down as there is room

    def _pads(self) -> tuple[int, int, int, int]:
        left, top, right, bottom = self.pad
        return look.u(left), look.gap(top), look.u(right), look.gap(bottom)

    def _gaps(self, shown: list[Node]) -> list[int]:
        gaps = [
            0 if not i else look.gap(self.gap if child.before is None else child.before)
            for i, child in enumerate(shown)
        ]
        least = look.least_gap
        for i in range(1, len(gaps)):
            if gaps[i] < least and shown[i].reached_for() and shown[i - 1].reached_for():
                gaps[i] = least
        return gaps

    def measure(self, width: int) -> int:
        left, top, right, bottom = self._pads()
        shown = self.visible_inner()
        inner = width - left - right
        height = top + bottom + sum(self._gaps(shown)) + sum(child.measure(inner) for child in shown)
        return max(height, look.u(self.low))

    def natural(self) -> int:
        left, _, right, _ = self._pads()
        return look.u(self.wide) or left + right + max((child.natural() for child in self.visible_inner()), default=0)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        left, top, right, bottom = self._pads()
        inner = width - left - right
        shown = []
        for child in self.inner():
            if child.present:
                shown.append(child)
            else:
                child.vanish()
        gaps = self._gaps(shown)
        heights = [child.measure(inner) for child in shown]
        spare = height - top - bottom - sum(heights) - sum(gaps)
        shares = sum(child.grow for child in shown)
        at = y + top
        if self.sinks and look.low and spare > 0:
            spare -= self._sink(shown, gaps, heights, at, spare, inner)
        if shares and spare > 0:
            given = 0
            for i, child in enumerate(shown):
                if child.grow:
                    more = round(spare * child.grow / shares)
                    heights[i] += more
                    given += more
        elif self.centred and spare > 0:
            at += spare // 2
        for child, gap, high in zip(shown, gaps, heights, strict=True):
            at += gap
            child.place(x + left, at, inner, high)
            at += high

    def _sink(self, shown: list[Node], gaps: list[int], heights: list[int], at: int, spare: int, width: int) -> int:
        """Low mode: what room is left goes above the first thing that is touched, until it lies below the middle."""
        for index, child in enumerate(shown):
            if child.reached_for():
                top = at + sum(heights[:index]) + sum(gaps[: index + 1]) + heights[index] - child.reach(width)
                more = max(0, min(spare, look.height // 2 - top))
                gaps[index] += more
                return more
        return 0

    def reach(self, width: int) -> int:
        """From the first thing in it that is touched down to its end; 0 when nothing is."""
        left, _, right, bottom = self._pads()
        shown = self.visible_inner()
        inner = width - left - right
        gaps = self._gaps(shown)
        for index, child in enumerate(shown):
            if child.reached_for():
                below = sum(gaps[index + 1 :]) + sum(other.measure(inner) for other in shown[index + 1 :])
                return child.reach(inner) + below + bottom
        return 0

    def state(self) -> object:
        return (self.fill, self.line, self.dashed)

    def paint(self) -> None:
        if not self.fill and not self.line:
            return
        x, _, width, height = self.box
        y = self.y
        radius = look.u(self.radius)
        if self.dashed:
            shapes.dashes(
                self.canvas.before, shapes.outline(x + 1, y + 1, width - 2, height - 2, radius), look.u(3),
                look.colour(self.line), look.u(9), look.u(6), closed=True,
            )  # fmt: skip
            return
        shapes.box(
            self.canvas.before, x, y, width, height, radius=radius,
            fill=look.colour(self.fill) if self.fill else shapes.NOTHING,
            edge=look.u(self.edge) if self.line else 0,
            line=look.colour(self.line) if self.line else shapes.NOTHING,
        )  # fmt: skip


class Panel(Column):
    """What lies on the sheet and cannot be pressed: a white card with a hairline."""

    fill = "card"
    line = "card_line"
    gap = 0.0
    pad: Sequence[float] = (32, 0, 32, 0)


class Row(Column):
    """One beside the other, middles in line."""

    gap = 20.0
    stretch = False  # all as high as the row

    def _widths(self, width: int) -> tuple[list[Node], list[int], list[int]]:
        shown = self.visible_inner()
        gaps = self._gaps(shown)
        room = width - sum(gaps)
        widths = [0 if child.grow else min(child.natural(), room) for child in shown]
        over = sum(widths) - room
        if over > 0:  # the widest of the words give way first: they can take another line, or be drawn smaller
            yielding = [i for i, child in enumerate(shown) if not child.grow and not isinstance(child, Icon | Picture)]
            while over > 0 and yielding:
                widest = max(yielding, key=lambda i: widths[i])
                less = min(over, widths[widest] - widths[widest] * 3 // 4)
                if less <= 0:
                    break
                widths[widest] -= less
                over -= less
        rest = max(0, room - sum(widths))
        shares = sum(child.grow for child in shown)
        used = 0
        growing = [i for i, child in enumerate(shown) if child.grow]
        for i in growing:
            widths[i] = (rest - used) if i == growing[-1] else round(rest * shown[i].grow / shares)
            used += widths[i]
        return shown, gaps, widths

    def reach(self, width: int) -> int:
        return self.measure(width) if self.reached_for() else 0

    def measure(self, width: int) -> int:
        left, top, right, bottom = self._pads()
        shown, _, widths = self._widths(width - left - right)
        heights = [child.measure(w) for child, w in zip(shown, widths, strict=True)]
        return max(top + bottom + max(heights, default=0), look.u(self.low))

    def natural(self) -> int:
        left, _, right, _ = self._pads()
        shown = self.visible_inner()
        return look.u(self.wide) or left + right + sum(self._gaps(shown)) + sum(child.natural() for child in shown)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        left, top, right, bottom = self._pads()
        for child in self.inner():
            if not child.present:
                child.vanish()
        shown, gaps, widths = self._widths(width - left - right)
        room = height - top - bottom
        at = x + left
        if self.centred:
            at += max(0, (width - left - right - sum(gaps) - sum(widths)) // 2)
        for child, gap, wide in zip(shown, gaps, widths, strict=True):
            at += gap
            high = room if self.stretch else min(child.measure(wide), room)
            child.place(at, y + top + (room - high) // 2, wide, high)
            at += wide


class Spring(Node):
    """Takes what room is left."""

    grow = 1.0
    silent = True


class Split(Column):
    """Question and working area: one above the other on a tall screen, side by side on a wide one.

    Two children. In low mode on a tall screen the second one, which is touched, lies in the lower half.
    """

    grow = 1.0
    gap = 36.0
    between = 58.0  # wide screens: between the two
    share = 0.46  # wide screens: the first one's part

    def _halves(self, width: int) -> tuple[int, int]:
        first = round((width - look.u(self.between)) * self.share)
        return first, width - look.u(self.between) - first

    def _side_by_side(self) -> bool:
        return not look.portrait and len(self.visible_inner()) == 2

    def measure(self, width: int) -> int:
        if not self._side_by_side():
            return super().measure(width)
        return max(child.measure(w) for child, w in zip(self.visible_inner(), self._halves(width), strict=True))

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        if self._side_by_side():
            one, two = self.visible_inner()
            first, second = self._halves(width)
            if look.left_hand and two.reached_for():  # the working area under the hand that works
                two.place(x, y, second, height)
                one.place(x + second + look.u(self.between), y, first, height)
                return
            one.place(x, y, first, height)
            two.place(x + first + look.u(self.between), y, second, height)
        elif look.low and [child.reached_for() for child in self.visible_inner()] == [False, True]:
            one, two = self.visible_inner()
            half = look.height // 2
            above = two.measure(width) - two.reach(width)
            top = max(half - above, y + one.measure(width) + look.gap(self.gap))
            if top + two.measure(width) > y + height:
                top = y + height - two.measure(width)
            one.place(x, y, width, top - y - look.gap(self.gap))
            two.place(x, top, width, y + height - top)
        else:
            super().inside(x, y, width, height)


class Repeating(Node):
    """One child of `kind` for each item; children stay as long as there is an item at their place."""

    kind = ""

    def __init__(self, **kwargs: Any) -> None:
        self._items: tuple[Any, ...] = ()
        super().__init__(**kwargs)

    @property
    def items(self) -> tuple[Any, ...]:
        return self._items

    @items.setter
    def items(self, items: Sequence[Any]) -> None:
        self._items = tuple(items)
        if not self.kind:
            return
        made = self.inner()
        for child, item in zip(made, self._items, strict=False):
            child.item = item
        for child in made[len(self._items) :]:
            self.remove_widget(child)
        kind = Factory.get(self.kind)
        for item in self._items[len(made) :]:
            child = kind(item=item)
            self.add_widget(child)


class Repeat(Repeating, Column):
    """One below the other, for each item."""

    gap = 20.0


class Ruled(Repeat):
    """Rows with a hairline between."""

    gap = 0.0

    def state(self) -> object:
        return tuple(child.box for child in self.visible_inner())

    def paint(self) -> None:
        for child in self.visible_inner()[1:]:
            x, y, width, _ = child.box
            shapes.fill(self.canvas.before, x, look.height - y - 1, width, look.u(2), look.colour("hairline"))


class RowRepeat(Repeating, Row):
    """One beside the other, for each item."""


class Grid(Repeating, Column):
    """Repeat in columns of equal width, rows of equal height."""

    columns = 2
    gap = 20.0
    stretch_most = 1.7  # a key drawn out further looks like something else
    across: float | None = None  # gap between columns; None: as between rows
    whole_last = False  # one that stands alone in the last row takes all of it

    def _cells(self, width: int) -> tuple[int, int, int]:
        gap = max(look.u(self.gap if self.across is None else self.across), look.least_gap)
        columns = max(1, self.columns)
        return columns, (width - gap * (columns - 1)) // columns, gap

    def _rows(self) -> int:
        return -(-len(self.visible_inner()) // max(1, self.columns))

    def reach(self, width: int) -> int:
        return self.measure(width) if self.reached_for() else 0

    def measure(self, width: int) -> int:
        _, cell, _ = self._cells(width)
        high = max((child.measure(cell) for child in self.visible_inner()), default=0)
        rows = self._rows()
        return rows * high + max(0, rows - 1) * look.apart(self.gap)

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        columns, cell, gap = self._cells(width)
        rows = self._rows()
        if not rows:
            return
        down = look.apart(self.gap)
        natural = max(child.measure(cell) for child in self.visible_inner())
        high = (height - (rows - 1) * down) // rows
        high = min(high, round(natural * self.stretch_most) if self.grow else natural)
        alone = len(self.visible_inner()) - 1 if self.whole_last and len(self.visible_inner()) % columns == 1 else -1
        for i, child in enumerate(self.visible_inner()):
            row, column = divmod(i, columns)
            child.place(x + column * (cell + gap), y + row * (high + down), width if i == alone else cell, high)


class Text(Node):
    """Words. `**…**` is bold. Drawn on whole pixels, broken by meaning, never cut."""

    role = "body"
    bold = False
    colour = "ink"
    leading = 1.38
    align = "left"
    valign = "middle"
    smaller = ""  # the roles to take, one after the other, when one line does not do
    lines = 0  # with `smaller`: how many lines may be before they are taken
    _text = ""

    def __init__(self, **kwargs: Any) -> None:
        self._sets: dict[object, tuple[int, Laid]] = {}
        super().__init__(**kwargs)

    @property
    def text(self) -> str:
        return self._text

    @text.setter
    def text(self, text: str | None) -> None:
        self._text = text or ""

    @property
    def present(self) -> bool:
        return self.shown and bool(self._text)

    def _laid(self, width: int) -> Laid:
        return self._set(width)[1]

    def _set(self, width: int) -> tuple[int, Laid]:
        """Type size and lines at this width. A screen asks a dozen times while it is being laid out."""
        key = (self._text, width, self.role, self.smaller, self.lines, self.bold, self.leading, look.squeeze)
        done = self._sets.get(key)
        if done is None:
            size = look.size(self.role)
            laid = lay(self._text, size, self.bold, width, self.leading)
            for role in self.smaller.split() if width else ():
                if len(laid.lines) <= max(1, self.lines):
                    break
                size = look.size(role)
                laid = lay(self._text, size, self.bold, width, self.leading)
            if len(self._sets) > 12:
                self._sets.clear()
            done = self._sets[key] = (size, laid)
        return done

    def measure(self, width: int) -> int:
        return self._laid(width).height if self._text else 0

    def natural(self) -> int:
        return look.u(self.wide) or self._laid(0).width

    def inside(self, x: int, y: int, width: int, height: int) -> None:
        # Under a squeeze the type is smaller: remember what was measured, paint exactly that.
        self._size, self._now = self._set(width)

    def state(self) -> object:
        return (self._text, getattr(self, "_size", 0), self.colour, self.bold)

    def paint(self) -> None:
        if not self._text:
            return
        x, y, width, height = self.box
        laid, size = self._now, self._size
        top = y + ((height - laid.height) // 2 if self.valign == "middle" else 0)
        group = self.canvas.before
        group.add(Color(*look.colour(self.colour)))
        for number, runs in enumerate(laid.lines):
            middle = top + number * laid.pitch + laid.pitch / 2
            free = width - laid.widths[number]
            left = x + (free // 2 if self.align == "centre" else free if self.align == "right" else 0)
            for run in runs:
                if run.text.isspace():
                    continue
                texture = textures(run.text, size, run.bold)
                bottom = look.height - round(middle) - texture.height // 2
                group.add(Rectangle(pos=(left + run.x, bottom), size=texture.size, texture=texture))

    def words(self) -> str:
        return plain(self._text)

    def needed(self) -> tuple[int, int]:
        laid = getattr(self, "_now", None)
        return (laid.width, laid.height) if laid and self._text else (0, 0)

    def type_sizes(self) -> tuple[tuple[str, int], ...]:
        size = getattr(self, "_size", 0)
        return ((self.role, size),) if size and self._text else ()


class Title(Text):
    role = "title"
    smaller = "title_long"
    bold = True
    leading = 1.2
    lines = 2


class Icon(Node):
    """A small line drawing, always beside words."""

    silent = True
    name = ""
    of = 48  # side, reference px
    colour = "accent"

    def measure(self, width: int) -> int:
        return look.u(self.of)

    def natural(self) -> int:
        return look.u(self.wide or self.of)

    def state(self) -> object:
        return (self.name, self.colour, self.of)

    def paint(self) -> None:
        side = look.u(self.of)
        texture = art.icon(self.name, side) if self.name else None
        if texture is None:
            return
        x, y, width, height = self.box
        group = self.canvas.before
        group.add(Color(*look.colour(self.colour)))
        pos = (x + (width - side) // 2, look.height - y - (height + side) // 2)
        group.add(Rectangle(pos=pos, size=(side, side), texture=texture))


class Disc(Icon):
    """An icon on a full disc: leads a message."""

    of = 104
    inner_of = 56
    fill = "accent"
    colour = "disc_ink"

    def paint(self) -> None:
        x, y, width, height = self.box
        side = look.u(self.of)
        cx, cy = x + width // 2, look.height - y - height // 2
        shapes.disc(self.canvas.before, cx, cy, side, look.colour(self.fill))
        mark = look.u(self.inner_of)
        texture = art.icon(self.name, mark)
        if texture is not None:
            self.canvas.before.add(Color(*look.colour(self.colour)))
            self.canvas.before.add(Rectangle(pos=(cx - mark // 2, cy - mark // 2), size=(mark, mark), texture=texture))

    def state(self) -> object:
        return (self.name, self.colour, self.of, self.fill)


IN_DISC = 0.8  # how much of a disc's width a drawing on it takes


class Picture(Node):
    """A drawing of ours, in colour."""

    silent = True
    name = ""
    of = 124  # width, reference px
    disc = ""  # palette name of a disc behind it
    elastic = False  # a large drawing gives way on a crowded screen

    def _size(self) -> tuple[int, int]:
        width = look.u(self.of)
        texture = art.picture(self.name, width)
        return (width, round(width * texture.height / texture.width)) if texture else (width, width)

    def measure(self, width: int) -> int:
        wanted, high = self._size()
        high = high if wanted <= width or not width else round(high * width / wanted)
        return round(high * ELASTIC[look.squeeze]) if self.elastic else high

    def natural(self) -> int:
        return look.u(self.wide or self.of)

    def state(self) -> object:
        return (self.name, self.of)

    def paint(self) -> None:
        x, y, width, height = self.box
        wanted, high = self._size()
        if wanted > width or high > height:
            share = min(width / wanted, height / high)
            wanted, high = round(wanted * share), round(high * share)
        if self.disc:  # with its corners inside
            wanted, high = round(wanted * IN_DISC), round(high * IN_DISC)
        texture = art.picture(self.name, wanted)
        group = self.canvas.before
        left, bottom = x + (width - wanted) // 2, look.height - y - (height + high) // 2
        if self.disc:
            shapes.disc(group, x + width / 2, look.height - y - height / 2, min(width, height), look.colour(self.disc))
        if texture is None:
            shapes.box(
                group, left, bottom, wanted, high, radius=look.u(16), fill=look.colour("tint"), edge=look.u(4),
                line=look.colour("accent"),
            )  # fmt: skip
            return
        group.add(Color(1, 1, 1, 1))
        group.add(Rectangle(pos=(left, bottom), size=(wanted, high), texture=texture))


class Hairline(Node):
    """A hairline between rows."""

    silent = True
    colour = "hairline"
    thick = 2
    upright = False

    def measure(self, width: int) -> int:
        return 0 if self.upright else max(1, look.u(self.thick))

    def natural(self) -> int:
        return max(1, look.u(self.thick))

    def paint(self) -> None:
        x, y, width, height = self.box
        shapes.fill(self.canvas.before, x, look.height - y - height, width, height, look.colour(self.colour))


class Item(Row):
    """A row that shows one item of a step."""

    item = ObjectProperty(None, allownone=True, rebind=True)


class ItemColumn(Column):
    item = ObjectProperty(None, allownone=True, rebind=True)

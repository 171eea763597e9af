"""Rounded boxes, discs and strokes with smooth edges, without asking the graphics for them.

Multisampling costs ten times as much as everything else on a software renderer. So an edge is computed once, into a
small texture: a box is that texture stretched over nine fields, a stroke is a ribbon whose profile is a texture.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from kivy.graphics import BorderImage, Color, InstructionGroup, Mesh, Rectangle
from kivy.graphics.texture import Texture

from screens.theme import Colour

NOTHING: Colour = (0.0, 0.0, 0.0, 0.0)


@lru_cache(maxsize=64)
def _quarter(radius: int, inset: int) -> tuple[tuple[float, ...], ...]:
    """How much of each pixel a rounded box covers, 0..1: its upper left quarter with the middle row and column."""
    r = max(radius - inset, 0)
    rows = []
    for y in range(radius + 1):
        row = []
        for x in range(radius + 1):
            if x < inset or y < inset:
                row.append(0.0)
            elif x >= radius or y >= radius:
                row.append(1.0)
            else:
                row.append(min(1.0, max(0.0, r - math.hypot(x + 0.5 - radius, y + 0.5 - radius) + 0.5)))
        rows.append(tuple(row))
    return tuple(rows)


@lru_cache(maxsize=96)
def _box(radius: int, edge: int, ledge: int, fill: Colour, line: Colour, base: Colour) -> Texture:
    width = 2 * radius + 1
    body = 2 * radius + 1
    height = body + ledge
    rows: list[bytes] = []
    whole, within, nothing = _quarter(radius, 0), _quarter(radius, edge), (0.0,) * (radius + 1)

    def row(quarter: tuple[tuple[float, ...], ...], y: int) -> tuple[float, ...]:
        return quarter[min(y, body - 1 - y)] if 0 <= y < body else nothing

    for y in range(height):
        half: list[bytes] = []
        for outer, inner, lower in zip(row(whole, y), row(within, y), row(whole, y - ledge), strict=True):
            under = lower * (1 - outer) if ledge else 0.0
            parts = ((inner * fill[3], fill), (max(outer - inner, 0.0) * line[3], line), (under * base[3], base))
            alpha = sum(share for share, _ in parts)
            pixel = [sum(share * c[i] for share, c in parts) / alpha if alpha else 1.0 for i in range(3)]
            half.append(bytes(round(255 * min(1.0, v)) for v in (*pixel, alpha)))
        rows.append(b"".join(half) + b"".join(reversed(half[:-1])))
    texture = Texture.create(size=(width, height), colorfmt="rgba")
    texture.mag_filter = texture.min_filter = "nearest"
    texture.blit_buffer(b"".join(reversed(rows)), colorfmt="rgba", bufferfmt="ubyte")
    return texture


def box(
    group: InstructionGroup,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    radius: int,
    fill: Colour,
    edge: int = 0,
    line: Colour = NOTHING,
    ledge: int = 0,
    base: Colour = NOTHING,
) -> None:
    """A rounded box with its lower left corner at (x, y). With a ledge, `height` is the body's, drawn above it."""
    radius = max(1, min(radius, int(width - 1) // 2, int(height - 1) // 2))
    texture = _box(radius, edge, ledge, fill, line, base)
    group.add(Color(1, 1, 1, 1))
    group.add(
        BorderImage(
            pos=(x, y - ledge),
            size=(width, height + ledge),
            texture=texture,
            border=(radius + ledge, radius, radius, radius),
            auto_scale="off",
        )
    )


def disc(group: InstructionGroup, cx: float, cy: float, diameter: int, colour: Colour, edge: int = 0) -> None:
    """A full disc, or a ring of `edge` px."""
    texture = _disc(diameter, edge)
    group.add(Color(*colour))
    group.add(Rectangle(pos=(round(cx - diameter / 2), round(cy - diameter / 2)), size=texture.size, texture=texture))


@lru_cache(maxsize=48)
def _disc(diameter: int, edge: int) -> Texture:
    """White, to be tinted. A quarter is reckoned, the rest are its mirror images."""
    r = diameter / 2
    rows = []
    for y in range((diameter + 1) // 2):
        row = []
        for x in range((diameter + 1) // 2):
            d = math.hypot(x + 0.5 - r, y + 0.5 - r)
            outer = min(1.0, max(0.0, r - d + 0.5))
            inner = min(1.0, max(0.0, r - edge - d + 0.5)) if edge else 0.0
            row.append(b"\xff\xff\xff" + bytes((round(255 * (outer - inner)),)))
        rows.append(b"".join(row + row[: diameter // 2][::-1]))
    texture = Texture.create(size=(diameter, diameter), colorfmt="rgba")
    texture.blit_buffer(b"".join(rows + rows[: diameter // 2][::-1]), colorfmt="rgba", bufferfmt="ubyte")
    texture.mag_filter = texture.min_filter = "nearest"
    return texture


def fill(group: InstructionGroup, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    """A plain rectangle."""
    group.add(Color(*colour))
    group.add(Rectangle(pos=(x, y), size=(width, height)))


@lru_cache(maxsize=16)
def _profile(width: int) -> Texture:
    """Coverage across a stroke of `width` px: soft, full, soft."""
    texture = Texture.create(size=(width + 2, 1), colorfmt="rgba")
    texture.blit_buffer(
        b"\xff\xff\xff\x00" + b"\xff\xff\xff\xff" * width + b"\xff\xff\xff\x00", colorfmt="rgba", bufferfmt="ubyte"
    )
    texture.wrap = "clamp_to_edge"
    return texture


def stroke(
    group: InstructionGroup, points: Sequence[tuple[float, float]], width: int, colour: Colour, *, closed: bool = False
) -> None:
    """A line of `width` px through points (Kivy's coordinates), with round ends and joints."""
    width = max(1, width)
    if width >= 4:
        for x, y in points if not closed else ():
            disc(group, x, y, width, colour)
    if len(points) < 2:
        return
    group.add(Color(*colour))
    path = [*points, points[0]] if closed else list(points)
    half = width / 2 + 1
    vertices: list[float] = []
    indices: list[int] = []
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0)
        if length < 0.01:
            continue
        nx, ny = -(y1 - y0) / length * half, (x1 - x0) / length * half
        at = len(vertices) // 4
        if at > 65000:
            break
        vertices += [
            x0 + nx,
            y0 + ny,
            0,
            0.5,
            x0 - nx,
            y0 - ny,
            1,
            0.5,
            x1 - nx,
            y1 - ny,
            1,
            0.5,
            x1 + nx,
            y1 + ny,
            0,
            0.5,
        ]
        indices += [at, at + 1, at + 2, at, at + 2, at + 3]
    if indices:
        group.add(Mesh(vertices=vertices, indices=indices, mode="triangles", texture=_profile(width)))


def arc(group: InstructionGroup, cx: float, cy: float, radius: float, width: int, colour: Colour, share: float) -> None:
    """Part of a ring, clockwise from the top; `share` 0..1. A ribbon along the middle radius, ends rounded."""
    if share <= 0:
        return
    steps = max(2, round(96 * share))
    half = width / 2 + 1
    vertices: list[float] = []
    for step in range(steps + 1):
        angle = 2 * math.pi * share * step / steps
        dx, dy = math.sin(angle), math.cos(angle)
        vertices += [cx + dx * (radius + half), cy + dy * (radius + half), 0, 0.5]
        vertices += [cx + dx * (radius - half), cy + dy * (radius - half), 1, 0.5]
    group.add(Color(*colour))
    group.add(
        Mesh(vertices=vertices, indices=list(range(2 * steps + 2)), mode="triangle_strip", texture=_profile(width))
    )
    if share < 1:
        for step in (0, steps):
            angle = 2 * math.pi * share * step / steps
            disc(group, cx + math.sin(angle) * radius, cy + math.cos(angle) * radius, width, colour)


def dashes(
    group: InstructionGroup,
    points: Sequence[tuple[float, float]],
    width: int,
    colour: Colour,
    on: float,
    off: float,
    *,
    closed: bool = False,
) -> None:
    """A dashed line of short bars: the toolkit's own dashes are hairlines."""
    path = [*points, points[0]] if closed else list(points)
    vertices: list[float] = []
    indices: list[int] = []
    carry = 0.0
    half = width / 2
    for (x0, y0), (x1, y1) in itertools.pairwise(path):
        length = math.hypot(x1 - x0, y1 - y0)
        if length < 0.01:
            continue
        dx, dy = (x1 - x0) / length, (y1 - y0) / length
        at = -carry
        while at < length:
            begin, end = max(at, 0.0), min(at + on, length)
            if end - begin > 0.2:
                n = len(vertices) // 4
                nx, ny = -dy * half, dx * half
                ax, ay, bx, by = x0 + dx * begin, y0 + dy * begin, x0 + dx * end, y0 + dy * end
                vertices += [
                    ax + nx,
                    ay + ny,
                    0,
                    0,
                    ax - nx,
                    ay - ny,
                    0,
                    0,
                    bx - nx,
                    by - ny,
                    0,
                    0,
                    bx + nx,
                    by + ny,
                    0,
                    0,
                ]
                indices += [n, n + 1, n + 2, n, n + 2, n + 3]
            at += on + off
        carry = (length + carry) % (on + off)
    if indices:
        group.add(Color(*colour))
        group.add(Mesh(vertices=vertices, indices=indices, mode="triangles"))


def outline(x: float, y: float, width: float, height: float, radius: float) -> list[tuple[float, float]]:
    """Points along a rounded box, clockwise from the upper left, for dashes."""
    points: list[tuple[float, float]] = []
    for cx, cy, start in (
        (x + width - radius, y + height - radius, 0.0),
        (x + width - radius, y + radius, 90.0),
        (x + radius, y + radius, 180.0),
        (x + radius, y + height - radius, 270.0),
    ):
        for step in range(7):
            angle = math.radians(start + 15 * step)
            points.append((cx + radius * math.sin(angle), cy + radius * math.cos(angle)))
    return points


def modules(
    group: InstructionGroup, x: float, y: float, matrix: Iterable[Sequence[bool]], dot: int, colour: Colour
) -> None:
    """A QR code's dark modules from its matrix (rows from the top), `dot` px each, lower left corner at (x, y)."""
    rows = [list(row) for row in matrix]
    group.add(Color(*colour))
    for number, row in enumerate(rows):
        top = y + (len(rows) - 1 - number) * dot
        start = None
        for column, dark in enumerate([*row, False]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                group.add(Rectangle(pos=(x + start * dot, top), size=((column - start) * dot, dot)))
                start = None

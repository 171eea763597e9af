"""Draws what a good photograph of each kind of paper looks like: the whole of it on the desk, upright, its four corners
inside the marks. A developer's tool, used by make_art.py: a specimen is a few rules, not a picture of somebody's paper.

No picture holds words, and none a state emblem: bars stand for print, a ring for a seal. Sizes are units of a view box
of 300 x 200.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

INK, LINE, PALE, GOLD, SEAL, DESK = "#12365E", "#7F98B5", "#E3ECF5", "#F8C24C", "#B23A35", "#3F4954"
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200" fill="none" '
    f'stroke="{INK}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round">'
)
Box = tuple[float, float, float, float]  # left, top, width, height


def rect(box: Box, fill: str = "none", line: str = INK, width: float = 3, radius: float = 3) -> str:
    x, y, w, h = box
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}" fill="{fill}" stroke="{line}" '
        f'stroke-width="{width:g}"/>'
    )


def path(d: str, line: str = LINE, width: float = 3, fill: str = "none") -> str:
    return f'<path d="{d}" stroke="{line}" stroke-width="{width:g}" fill="{fill}"/>'


def bars(x: float, y: float, lengths: Iterable[float], step: float, width: float = 3.4) -> str:
    """Lines of print, one below the other."""
    return "".join(path(f"M{x:g} {y + n * step:g}h{long:g}", width=width) for n, long in enumerate(lengths))


def title(box: Box, y: float, share: float = 0.5) -> str:
    x, _, w, _ = box
    return path(f"M{x + w * (1 - share) / 2:g} {y:g}h{w * share:g}", INK, 5)


def table(box: Box, columns: Iterable[float], rows: int) -> str:
    """A ruled table; columns as shares of its width, where the rules stand."""
    x, y, w, h = box
    down = "".join(f"M{x + w * share:g} {y:g}v{h:g}" for share in columns)
    across = "".join(f"M{x:g} {y + h * n / rows:g}h{w:g}" for n in range(1, rows))
    return rect(box, line=LINE, width=2.4, radius=0) + path(down + across, width=2)


def seal(x: float, y: float, radius: float = 15) -> str:
    ring = (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{SEAL}" fill-opacity="0.16" stroke="{SEAL}" '
        'stroke-width="2.8"/>'
    )
    name = f"M{x - radius * 0.5:g} {y - radius * 0.2:g}h{radius:g}"
    return ring + path(f"{name}M{x - radius * 0.3:g} {y + radius * 0.3:g}h{radius * 0.6:g}", SEAL, 2.2)


def person(box: Box, fill: str = PALE) -> str:
    """A photograph of somebody: head and shoulders, from the front."""
    x, y, w, h = box
    cx, r = x + w / 2, min(w, h) * 0.23
    top = y + h * 0.38
    shoulders = path(
        f"M{x + w * 0.14:g} {y + h - 1:g}C{x + w * 0.16:g} {top + r:g} {x + w * 0.84:g} {top + r:g} "
        f"{x + w * 0.86:g} {y + h - 1:g}Z", INK, 2.6, "#C4D7EC",
    )  # fmt: skip
    head = f'<circle cx="{cx:g}" cy="{top:g}" r="{r:g}" fill="#FBDFA2" stroke="{INK}" stroke-width="2.6"/>'
    return rect(box, fill, INK, 2.6, 2) + shoulders + head


def signature(x: float, y: float, size: float = 1.0) -> str:
    return path(
        f"M{x:g} {y:g}c{4 * size:g} {-9 * size:g} {8 * size:g} {-7 * size:g} {7 * size:g} 0c{-1 * size:g} {6 * size:g} "
        f"{8 * size:g} {4 * size:g} {11 * size:g} {-4 * size:g}c{2 * size:g} {7 * size:g} {8 * size:g} {6 * size:g} "
        f"{13 * size:g} {-1 * size:g}", INK, 2.6,
    )  # fmt: skip


def thumb(x: float, y: float) -> str:
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="4.5" ry="6" fill="{SEAL}" fill-opacity="0.75" stroke="none"/>'


def trees(places: Iterable[tuple[float, float]]) -> str:
    return "".join(path(f"M{x:g} {y:g}l7 13h-14ZM{x:g} {y + 13:g}v5", "#14523A", 2.4, "#CDE3D6") for x, y in places)


SHEET: Box = (95, 20, 110, 156)  # A4 upright
WIDE: Box = (52, 34, 196, 132)  # A4 or a booklet, lying
CARD: Box = (52, 38, 196, 124)


def sheet(*inside: str, box: Box = SHEET, fill: str = "#fff", radius: float = 3) -> tuple[Box, str]:
    return box, rect(box, fill, radius=radius) + "".join(inside)


def id_front() -> tuple[Box, str]:
    print_ = bars(68, 60, (36,), 0, 4.4) + bars(68, 77, (54, 70, 78, 60), 14) + path("M68 145h118", INK, 4.4)
    return sheet(print_, person((188, 54, 46, 64)), box=CARD, fill=PALE, radius=12)


def id_back() -> tuple[Box, str]:
    round_ = f'<circle cx="82" cy="70" r="19" fill="#FBDFA2" stroke="{SEAL}" stroke-width="2.6"/>'
    print_ = path("M118 62h108M118 80h108", INK, 5) + bars(104, 128, (104, 84), 16)
    return sheet(round_, print_, box=CARD, fill="#FDF1D6", radius=12)


def register_cover() -> tuple[Box, str]:
    crease = path("M70 34v132", LINE, 2)
    return sheet(
        crease, title((70, 0, 178, 0), 52), table((84, 66, 150, 62), (0.28, 0.62), 3), seal(108, 146, 13),
        seal(204, 146, 13), box=WIDE,
    )  # fmt: skip


def register_page() -> tuple[Box, str]:
    crease = path("M70 34v132", LINE, 2)
    rows = table((80, 58, 158, 88), (0.2, 0.5, 0.72), 6) + bars(114, 66, (38, 30, 34, 26, 36), 14.6, 3)
    return sheet(crease, title((70, 0, 178, 0), 47, 0.4), rows, seal(214, 146, 14), box=WIDE)


def birth() -> tuple[Box, str]:
    border = rect((102, 27, 96, 142), line="#7A8797", width=2.4)
    return sheet(border, title(SHEET, 44), bars(112, 64, (74, 66, 76, 58, 70), 16), seal(178, 150, 13))


def marriage() -> tuple[Box, str]:
    fold = path("M150 34v132", LINE, 2.4)
    couple = person((64, 56, 38, 50)) + person((100, 56, 38, 50))
    return sheet(
        fold, couple, seal(101, 114, 14), bars(62, 142, (76,), 0), bars(164, 58, (70, 62, 72, 54, 68, 60), 17), box=WIDE
    )


def bank() -> tuple[Box, str]:
    chip = rect((70, 76, 30, 24), GOLD, INK, 2.6, 4)
    number = path("M70 122h32M112 122h32M154 122h32M196 122h32", INK, 6)
    return sheet(path("M70 58h62", INK, 5), chip, number, bars(70, 144, (60,), 0), box=CARD, fill="#C4D7EC", radius=12)


def form() -> tuple[Box, str]:
    rows = table((105, 50, 90, 74), (0.28, 0.62), 6)
    return sheet(title(SHEET, 36), rows, bars(105, 140, (62,), 0), signature(150, 164))


def authorisation() -> tuple[Box, str]:
    names = "".join(signature(112, y, 0.9) + thumb(160, y - 2) for y in (112, 134, 156))
    return sheet(title(SHEET, 36), bars(107, 54, (86, 86, 70), 14), names)


def stamped() -> tuple[Box, str]:
    return sheet(title(SHEET, 38), bars(107, 58, (84, 86, 78, 86, 60, 82), 14), seal(176, 152, 15))


def listed() -> tuple[Box, str]:
    sums = "".join(path(f"M178 {67.9 + 13.25 * n:g}h13", width=3) for n in range(7))
    names = bars(110, 67.9, (34, 40, 28, 36, 32, 38, 30), 13.25, 3)
    return sheet(title(SHEET, 36), table((104, 48, 92, 106), (0.52, 0.76), 8), names, sums, path("M150 166h44", INK, 4))


def invoice() -> tuple[Box, str]:
    rows = table((66, 66, 168, 56), (0.4, 0.6, 0.8), 4)
    return sheet(
        title(WIDE, 50, 0.4), rows, path("M66 142h46", INK, 4.4), bars(66, 156, (70,), 0), seal(208, 142, 17), box=WIDE
    )


def diploma() -> tuple[Box, str]:
    border = rect((60, 42, 180, 116), line="#7A8797", width=2.6)
    return sheet(
        border, title(WIDE, 60, 0.36), person((72, 76, 42, 56)), bars(128, 80, (96, 88, 94, 60), 15),
        seal(210, 138, 14), box=WIDE,
    )  # fmt: skip


def portrait() -> tuple[Box, str]:
    box: Box = (103, 34, 94, 128)
    return box, rect(box, "#fff") + person((111, 42, 78, 112))


def plan() -> tuple[Box, str]:
    walls = rect((66, 48, 168, 104), line=INK, width=4, radius=0) + path("M142 48v60M142 132v20M66 104h44", INK, 4)
    doors = path("M142 108a24 24 0 0 1 24 24M110 104a22 22 0 0 1 -22 22", LINE, 2.4)
    things = rect((176, 60, 44, 18), PALE, LINE, 2.4) + rect((78, 60, 26, 26), PALE, LINE, 2.4)
    return sheet(walls, doors, things, box=WIDE)


def survey() -> tuple[Box, str]:
    edge = path("M72 62L118 48L168 58L232 52L226 108L186 148L120 142L78 150Z", INK, 3.4)
    parted = path("M118 48L132 96L120 142M132 96L226 108", LINE, 2.6)
    return sheet(edge, parted, trees(((98, 78), (102, 112), (164, 68), (196, 74), (166, 116))), box=WIDE)


def forest() -> tuple[Box, str]:
    fold = path("M150 34v132", LINE, 2.4)
    plot = path("M168 60L204 50L234 72L226 118L186 126L164 100Z", INK, 3)
    return sheet(
        fold, title((52, 0, 98, 0), 52, 0.6), bars(64, 72, (70, 62, 72, 54), 15), seal(118, 146, 13), plot,
        trees(((190, 70), (210, 84), (188, 96))), bars(168, 146, (58,), 0), box=WIDE,
    )  # fmt: skip


def licence() -> tuple[Box, str]:
    border = rect((60, 42, 180, 116), line="#7A8797", width=4)
    code = rect((206, 52, 24, 24), PALE, INK, 2.4, 1) + path("M212 58h4v4h-4ZM220 66h4v4h-4Z", INK, 2.4, INK)
    return sheet(
        border, title(WIDE, 62, 0.4), bars(76, 84, (64, 58, 66, 50), 16), bars(154, 84, (44, 60, 52), 16),
        seal(210, 136, 15), code, box=WIDE,
    )  # fmt: skip


def contract() -> tuple[Box, str]:
    ends = signature(108, 150) + thumb(136, 158) + signature(156, 150) + thumb(190, 158)
    return sheet(title(SHEET, 38), bars(107, 56, (86, 80, 86, 72, 84, 66), 13), ends)


def welfare() -> tuple[Box, str]:
    fold = path("M150 34v132", LINE, 2.4)
    return sheet(
        fold, person((80, 52, 44, 58)), bars(68, 128, (66, 50), 15), title((150, 0, 98, 0), 56, 0.6),
        bars(164, 78, (70, 58, 66), 16), seal(212, 142, 14), box=WIDE,
    )  # fmt: skip


def rules() -> tuple[Box, str]:
    points = "".join(
        f'<circle cx="110" cy="{y:g}" r="2.6" fill="{INK}" stroke="none"/>' + bars(120, y, (72,), 0) + bars(
            120, y + 11, (50,), 0)
        for y in range(60, 160, 29)
    )  # fmt: skip
    return sheet(title(SHEET, 40), points)


PAPERS: dict[str, Callable[[], tuple[Box, str]]] = {
    "id-front": id_front, "id-back": id_back, "register-cover": register_cover, "register-page": register_page,
    "birth": birth, "marriage": marriage, "bank": bank, "form": form, "authorisation": authorisation,
    "stamped": stamped, "listed": listed, "invoice": invoice, "diploma": diploma, "portrait": portrait, "plan": plan,
    "survey": survey, "forest": forest, "licence": licence, "contract": contract, "welfare": welfare, "rules": rules,
}  # fmt: skip


def drawing(name: str) -> str:
    """The specimen as SVG. Raises KeyError for one that there is not."""
    (x, y, w, h), paper = PAPERS[name]()
    left, top, right, bottom, arm = x - 8, y - 8, x + w + 8, y + h + 8, 18
    marks = path(
        f"M{left:g} {top + arm:g}v{-arm}h{arm}M{right - arm:g} {top:g}h{arm}v{arm}"
        f"M{right:g} {bottom - arm:g}v{arm}h{-arm}M{left + arm:g} {bottom:g}h{-arm}v{-arm}", GOLD, 5.5,
    )  # fmt: skip
    tick = (
        '<circle cx="280" cy="181" r="15.5" fill="#14523A" stroke="#fff" stroke-width="2.4"/>'
        + path("M273.5 181.8l5 5 8.6-10.4", "#fff", 4)
    )  # fmt: skip
    desk = rect((2, 2, 296, 196), DESK, "none", 0, 16)
    return f"{HEAD}{desk}{marks}{paper}{tick}</svg>\n"

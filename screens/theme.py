"""How everything is drawn: colours by what they mean, type by its use, lengths from the panel's size.

Lengths in the code are px of the reference panel (32 inch, 1080 x 1920, 2.71 px/mm); `look.u` turns them into px of
this one. There is one look per process, as there is one window; the stage sets it before anything is built, and builds
anew when a mode changes. Reference: docs/design-language.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

REFERENCE_PX_PER_MM = 2.71
TARGET_MM = 12.7  # VVSG 2.0: least side of what is touched
GAP_MM = 2.54  # VVSG 2.0: least gap between two of them

# Least type, as VVSG 2.0 grades it by the height of a capital letter, mm: what repeats something, what must be read.
# A Chinese character fills its square, so the square is taken for the capital; a Latin capital is 0.73 of it.
LEAST_TYPE_MM = {"normal": (3.5, 4.8), "elder": (4.8, 6.4)}
ASIDE = ("status", "mark", "sub", "small")  # roles that repeat what icon or title says
LINE_SPACING = 1.3  # MIIT, elders: from line to line, in type sizes, wherever there are two

Colour = tuple[float, float, float, float]


def rgb(code: str, alpha: float = 1.0) -> Colour:
    return (int(code[1:3], 16) / 255, int(code[3:5], 16) / 255, int(code[5:7], 16) / 255, alpha)


@dataclass(frozen=True)
class Palette:
    """Colours by meaning, so that the contrast mode is another palette and nothing else."""

    paper: str = "#F2EFE8"
    card: str = "#FFFFFF"
    card_line: str = "#D6D1C5"
    hairline: str = "#D6D1C5"
    rule: str = "#C9C4B8"
    ink: str = "#18212B"
    ink2: str = "#3F4954"
    accent: str = "#12365E"  # icons, numbers and words that lead
    status: str = "#0A2340"
    band: str = "#12365E"
    on_band: str = "#FFFFFF"
    now: str = "#F8C24C"  # lamp: here and now
    on_now: str = "#18212B"
    now_tint: str = "#FDF1D6"
    now_tint_line: str = "#F8C24C"
    now_outline: str = "#18212B"
    done_segment: str = "#FFFFFF"
    to_come: str = "#7F98B5"
    key: str = "#FFFFFF"
    key_edge: str = "#7A8797"
    key_ledge: str = "#AEB7C1"
    key_pressed: str = "#E3ECF5"
    key_ink: str = "#18212B"
    main: str = "#12365E"
    main_edge: str = "#12365E"
    main_ledge: str = "#0A2340"
    main_pressed: str = "#0A2340"
    main_ink: str = "#FFFFFF"
    waiting: str = "#E3ECF5"
    waiting_edge: str = "#12365E"
    waiting_ink: str = "#12365E"
    chosen: str = "#F4F8FC"
    chosen_edge: str = "#12365E"
    chosen_ledge: str = "#8FA6BF"
    chosen_ink: str = "#12365E"
    box: str = "#12365E"  # a ticked box
    box_tick: str = "#FFFFFF"
    tint: str = "#E3ECF5"
    tint_line: str = ""
    good: str = "#14523A"
    on_good: str = "#FFFFFF"
    good_tint: str = "#E0EEE5"
    care: str = "#842E0A"
    on_care: str = "#FFFFFF"
    care_tint: str = "#FBE9DC"
    broken: str = "#981B1E"
    on_broken: str = "#FFFFFF"
    counter: str = "#FFFFFF"
    guide: str = "#8792A8"
    film: str = "#3C444D"
    film_bar: str = "#18212B"
    ring_track: str = "#D6D2C6"
    edge_px: int = 3
    heavy_px: int = 6
    ledge_px: int = 7
    disc_ink: str = "#FFFFFF"
    scale_dark: str = "#000000"  # modules of a QR code
    scale_light: str = "#FFFFFF"


DAY = Palette()
CONTRAST = replace(
    DAY,
    paper="#000000", card="#000000", card_line="#FFFFFF", hairline="#FFFFFF", rule="#FFFFFF",
    ink="#FFFFFF", ink2="#FFFFFF", accent="#FFD54A", status="#000000", band="#000000", now="#FFD54A", on_now="#000000",
    now_tint="#000000", now_tint_line="#FFD54A", now_outline="#FFD54A", to_come="#000000",
    key="#000000", key_edge="#FFFFFF", key_ledge="#FFFFFF", key_pressed="#FFFFFF", key_ink="#FFFFFF",
    main="#FFD54A", main_edge="#FFD54A", main_ledge="#FFD54A", main_pressed="#FFFFFF", main_ink="#000000",
    waiting="#000000", waiting_edge="#FFFFFF", waiting_ink="#FFFFFF",
    chosen="#000000", chosen_edge="#FFD54A", chosen_ledge="#FFD54A", chosen_ink="#FFD54A",
    box="#FFD54A", box_tick="#000000", tint="#000000", tint_line="#FFFFFF",
    good="#FFFFFF", on_good="#000000", good_tint="#000000", care="#FFD54A", on_care="#000000", care_tint="#000000",
    broken="#FFD54A", on_broken="#000000", counter="#000000", guide="#8792A8", film="#000000", film_bar="#000000",
    ring_track="#4A4A4A", edge_px=5, heavy_px=8, ledge_px=0, disc_ink="#000000",
)  # fmt: skip

# Type by use: px on the reference panel, elder mode beside it. The squares of Chinese characters, in mm: px / 2.71.
SIZES = {
    "countdown": (220, 220),
    "number": (112, 112),
    "clock": (144, 144),
    "figure": (92, 92),  # 0元 12分钟 5个工作日
    "huge": (112, 112),  # 您还在吗
    "goodbye": (92, 100),
    "result": (78, 88),
    "title": (76, 96),
    "title_long": (68, 84),
    "main": (60, 74),
    "main_long": (54, 66),
    "answer": (92, 112),  # a character in its box
    "candidate": (76, 92),
    "tile": (52, 68),
    "tile_wide": (48, 60),
    "option": (54, 68),
    "value": (50, 62),
    "heading": (52, 64),
    "left": (52, 60),
    "head": (68, 68),
    "band": (46, 56),
    "body": (44, 54),
    "key": (44, 54),
    "second": (40, 50),
    "small": (38, 46),
    "sub": (36, 42),
    "status": (34, 40),
    "mark": (31, 36),
}

# The sizes that are really drawn: every size of a face costs 2.5 MB and 2 ms to open, so near ones share.
LADDER = (24, 28, 31, 34, 36, 40, 44, 48, 52, 60, 68, 76, 92, 112, 144, 220)

# How far a crowded screen may be drawn together, one step after the other: (gaps and paddings, type).
SQUEEZES = ((1.0, 1.0), (0.72, 1.0), (0.5, 1.0), (0.45, 0.93), (0.4, 0.86), (0.35, 0.8), (0.3, 0.72), (0.25, 0.64))


class Look:
    """The one look of this process."""

    def __init__(self) -> None:
        self.configure(1080, 1920)

    def configure(
        self,
        width: int,
        height: int,
        px_per_mm: float = 0.0,
        *,
        elder: bool = False,
        contrast: bool = False,
        low: bool = False,
        motion: bool = True,
        hand: str = "right",
    ) -> None:
        """`px_per_mm` 0: not known; taken to be a reference panel of this many px."""
        self.width, self.height = width, height
        self.portrait = height >= width
        self.scale = min(width / 1080, height / 1920) if self.portrait else min(width / 1920, height / 1080)
        self.px_per_mm = px_per_mm or REFERENCE_PX_PER_MM * self.scale
        self.elder, self.contrast, self.low, self.motion = elder, contrast, low and self.portrait, motion
        self.left_hand = hand == "left"
        self.palette = CONTRAST if contrast else DAY
        self.squeeze = 0
        self._sizes: dict[tuple[str, int], int] = {}  # asked for thousands of times a screen

    def u(self, px: float) -> int:
        """A length that never gives way: edges, ledges, pictures."""
        return round(px * self.scale)

    def gap(self, px: float) -> int:
        """A gap or a padding: gives way first when a screen is crowded."""
        return round(px * self.scale * SQUEEZES[self.squeeze][0])

    def size(self, role: str) -> int:
        """Type size in px."""
        size = self._sizes.get((role, self.squeeze))
        if size is None:
            normal, elder = SIZES[role]
            wanted = (elder if self.elder else normal) * SQUEEZES[self.squeeze][1]
            step = min(LADDER, key=lambda step: abs(step - wanted))
            size = max(round(step * self.scale), self.least_type(role))
            self._sizes[role, self.squeeze] = size
        return size

    def least_type(self, role: str) -> int:
        """No type of this role is smaller, px: by the panel's real size, whatever its resolution."""
        aside, read = LEAST_TYPE_MM["elder" if self.elder else "normal"]
        return -int(-(aside if role in ASIDE else read) * self.px_per_mm // 1)

    def apart(self, px: float) -> int:
        """A gap between two things that are touched: gives way too, never below what keeps a finger off the other."""
        return max(self.gap(px), self.least_gap)

    @property
    def least_gap(self) -> int:
        """Least gap between what is touched, px."""
        return -int(-GAP_MM * self.px_per_mm // 1)

    def near(self, px: float) -> int:
        """The largest size that is drawn and not above this many px of this panel."""
        fitting = [step for step in LADDER if step * self.scale <= px + 2]
        return round((fitting[-1] if fitting else LADDER[0]) * self.scale)

    def key_height(self, px: float, elder_px: float = 0) -> int:
        """A key's height: as designed, never under the least target."""
        wanted = elder_px if self.elder and elder_px else px
        given = wanted * self.scale * (1.0 if self.squeeze < 2 else 0.9 if self.squeeze < 4 else 0.8)
        return max(round(given), self.target)

    @property
    def target(self) -> int:
        """Least side of what is touched, px."""
        return -int(-TARGET_MM * self.px_per_mm // 1)

    def colour(self, name: str) -> Colour:
        """A palette entry by name, or a literal #RRGGBB."""
        code = name if name.startswith("#") else getattr(self.palette, name)
        return rgb(code) if code else (0.0, 0.0, 0.0, 0.0)

    @contextmanager
    def squeezed(self, level: int) -> Iterator[None]:
        before, self.squeeze = self.squeeze, level
        try:
            yield
        finally:
            self.squeeze = before


look = Look()


def check_rows(*, elder: bool, low: bool, landscape: bool) -> int:
    """Rows of one page of the check screen: as many as can be shown as they are meant to be, and reached."""
    if landscape:
        return 6 if elder else 8
    if low:
        return 3 if elder else 4
    return 5 if elder else 7

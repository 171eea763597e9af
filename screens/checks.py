"""What every screen is held to, looked for in the widgets that are really drawn: sizes, gaps, type, words, reach.

Used by the test command (all pairs of the ways to show a screen) and by `make screens` (all of them). A finding is a
sentence; none is good. What is compared is px of this panel; what it is compared with is millimetres
(docs/design-language.md says where the figures come from).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from config.locales import Locale
from screens.theme import GAP_MM, LINE_SPACING, TARGET_MM, look
from screens.widgets.base import Node, Text
from screens.widgets.touch import Touchable

if TYPE_CHECKING:
    from PIL.Image import Image

    from screens.stage import Stage

LONGER = 1.6  # how much longer than ours another language's words may be


@dataclass(frozen=True)
class Way:
    """One way to show a screen. `px_per_mm` is the panel's; what low mode means on a wide one is nothing."""

    panel: str = "tall-32"
    elder: bool = False
    contrast: bool = False
    low: bool = False
    hand: str = "right"
    language: str = "zh"

    @property
    def name(self) -> str:
        marks = [mark for mark in ("elder", "contrast", "low") if getattr(self, mark)]
        return "-".join([self.panel, *marks, *(["left"] if self.hand == "left" else []), self.language])


PANELS = {
    # name: (px across, px down, px/mm). 32 and 21.5 inch stand, 21.5 and 15.6 inch lie.
    "tall-32": (1080, 1920, 2.71),
    "tall-21": (1080, 1920, 4.03),
    "wide-21": (1920, 1080, 4.03),
    "wide-15": (1366, 768, 3.95),
}
LANGUAGES = ("zh", "en", "longer")


def every_way() -> list[Way]:
    """All combinations that differ: low mode is for panels that stand."""
    found = [
        Way(*parts)
        for parts in product(PANELS, (False, True), (False, True), (False, True), ("right", "left"), LANGUAGES)
    ]
    return [way for way in found if not way.low or way.panel.startswith("tall")]


def pairs_of_ways() -> list[Way]:
    """A few ways in which every two settings meet at least once, chosen greedily; the same ones every time."""
    ways = every_way()
    names = [field.name for field in fields(Way)]

    def pairs(way: Way) -> set[tuple[str, object, str, object]]:
        return {(a, getattr(way, a), b, getattr(way, b)) for a, b in combinations(names, 2)}

    missing = set().union(*(pairs(way) for way in ways))
    chosen: list[Way] = []
    while missing:
        best = max(ways, key=lambda way: len(pairs(way) & missing))
        chosen.append(best)
        missing -= pairs(best)
    return chosen


# ---------------------------------------------------------------- longer words


def longer(words: str) -> str:
    """The same words, drawn out to 1.6 times their length; what is filled in stays."""
    own = [letter for letter in _without_places(words) if letter.isalpha()]
    if not own:
        return words
    more = math.ceil(len(own) * (LONGER - 1))
    tail = "".join(own[index % len(own)] for index in range(more))
    at = len(words.rstrip("。？，；：…！"))
    if words[:at].endswith("**"):
        at -= 2
    return words[:at] + tail + words[at:]


def _without_places(words: str) -> str:
    out, depth = "", 0
    for letter in words:
        depth += (letter == "{") - (letter == "}")
        if not depth and letter != "}":
            out += letter
    return out


def longer_locale(words: Locale) -> Locale:
    """A language 1.6 times as long as ours: every word of the terminal, drawn out."""
    return Locale("longer", {key: longer(words(key)) for key in words.keys()})  # noqa: SIM118 - a Locale is no dict


CATALOGUE_WORDS = ("title", "hint", "reason", "lead", "main", "purpose", "decline", "state")


def longer_step(step: Any) -> Any:
    """A step whose matter's words are drawn out too; what the person gave stays as it is."""
    if isinstance(step, tuple):
        return tuple(longer_step(one) for one in step)
    if not is_dataclass(step) or isinstance(step, type):
        return step
    changed: dict[str, Any] = {}
    for field in fields(step):
        value = getattr(step, field.name)
        if isinstance(value, tuple) or is_dataclass(value):
            changed[field.name] = longer_step(value)
        elif type(value) is str and field.name in CATALOGUE_WORDS and not value.isascii():
            changed[field.name] = longer(value)
    return replace(step, **changed)


# ---------------------------------------------------------------- what is looked for


def faults(stage: Stage) -> Iterator[str]:
    """Everything that is wrong with what the stage shows now."""
    yield from touch_faults(stage)
    yield from place_faults(stage)
    yield from type_faults(stage)
    if look.low:
        yield from reach_faults(stage)


def touched(stage: Stage) -> list[Node]:
    """Whatever a finger can press or draw on, with the keys that only wait."""
    return [
        node for node in stage.nodes()
        if node.box[2] and node.ident and (isinstance(node, Touchable) or node.ident == "pad")
    ]  # fmt: skip


def touch_faults(stage: Stage) -> Iterator[str]:
    """12.7 mm a side, 2.54 mm apart."""
    keys = [node for node in touched(stage) if getattr(node, "live", True)]
    least, gap = math.floor(TARGET_MM * look.px_per_mm), math.floor(GAP_MM * look.px_per_mm)
    for node in keys:
        _, _, wide, high = node.box
        if wide < least or high < least:
            yield f"#{node.ident} is {wide} x {high} px, less than {least}"
    for one, two in combinations(keys, 2):
        across = max(one.box[0] - two.box[0] - two.box[2], two.box[0] - one.box[0] - one.box[2])
        down = max(one.box[1] - two.box[1] - two.box[3], two.box[1] - one.box[1] - one.box[3])
        if max(across, down) < gap:
            yield f"#{one.ident} and #{two.ident} are {max(across, down)} px apart, less than {gap}"


def place_faults(stage: Stage) -> Iterator[str]:
    """Inside the window and their zone; no words wider or higher than their place, none over others."""
    sheet = stage.sheet
    if sheet is None:
        return
    bottom = sheet.box[1] + sheet.box[3]
    for node in stage.nodes():
        x, y, wide, high = node.box
        if not wide or not high:
            continue
        if x < 0 or y < 0 or x + wide > look.width or y + high > look.height:
            yield f"{type(node).__name__} {node.words()!r} leaves the window: {node.box}"
        need_wide, need_high = node.needed()
        hang = look.size("title") // 2  # a mark that ends a line may hang over by its empty half
        if need_wide > wide + hang or need_high > high + 1:
            yield f"{node.words()!r} needs {need_wide} x {need_high} px of {wide} x {high}"
    for part in ("sheet", "band"):
        for node in (node for root in stage.roots(part) for node in root.walk_nodes()):
            if node.box[2] and node.box[1] + node.box[3] > bottom + 1:
                yield f"{type(node).__name__} {node.words()!r} lies under the counter: {node.box}, {bottom}"
                break
    for part in ("sheet", "band", "counter", "status"):
        texts = [
            node for root in stage.roots(part) for node in root.walk_nodes()
            if node.words() and node.box[2] and not node.children
        ]  # fmt: skip
        for first, second in combinations(texts, 2):
            ax, ay, aw, ah = first.box
            bx, by, bw, bh = second.box
            if min(ax + aw, bx + bw) - max(ax, bx) > 1 and min(ay + ah, by + bh) - max(ay, by) > 1:
                yield f"{first.words()!r} overlaps {second.words()!r}"


def type_faults(stage: Stage) -> Iterator[str]:
    """High enough to read, by mode; lines far enough apart."""
    for node in stage.nodes():
        if not node.box[2]:
            continue
        for role, size in node.type_sizes():
            least = look.least_type(role)
            if size < least:
                yield f"{node.words()!r} is {size / look.px_per_mm:.1f} mm high, less than {least / look.px_per_mm:.1f}"
        if isinstance(node, Text) and node.words():
            laid = node._now
            if len(laid.lines) > 1 and laid.pitch < math.floor(LINE_SPACING * node.type_sizes()[0][1]):
                yield f"{node.words()!r} has lines {laid.pitch} px apart"


def reach_faults(stage: Stage) -> Iterator[str]:
    """Low mode: from a wheelchair or as a child one reaches all that is touched."""
    middle = look.height // 2
    for node in touched(stage):
        if node.box[1] < middle:
            yield f"#{node.ident} begins at {node.box[1]} px, above the middle ({middle})"


LEAST_CONTRAST = 4.5  # WCAG 2.1, 1.4.3, and MIIT for elders
SOFT = 0.85  # how much of the full difference the darkest px of a thin stroke reaches: its edges are smoothed


def luminance(colour: tuple[float, float, float]) -> float:
    """WCAG relative luminance of a colour of three parts in 0..255."""
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_faults(stage: Stage, picture: Image) -> Iterator[str]:
    """Words whose ink does not stand out from the ground they are really drawn on. `picture` is the screen, RGB."""
    for node in stage.nodes():
        if not isinstance(node, Text) or not node.words().strip("，。 ") or not node.box[2]:
            continue
        x, y, wide, high = node.box
        colours = picture.crop((x, y, x + wide, y + high)).getcolors(wide * high) or []
        if not colours:
            continue
        ground = luminance(max(colours)[1])  # type: ignore[arg-type]
        # The ink: what is farthest from the ground and more than a speck.
        speck = max(4, node.type_sizes()[0][1] // 4)
        ratios = sorted(
            (
                ((max(light, ground) + 0.05) / (min(light, ground) + 0.05), count)
                for count, light in ((count, luminance(colour)) for count, colour in colours)  # type: ignore[arg-type]
            ),
            reverse=True,
        )
        seen, best = 0, 1.0
        for ratio, count in ratios:
            seen += count
            if seen >= speck:
                best = ratio
                break
        if best < LEAST_CONTRAST * SOFT:
            yield f"{node.words()!r} stands out {best:.1f} : 1"


def read_faults(stage: Stage) -> Iterator[str]:
    """Shown and heard are the same words."""
    read = "".join(stage.reading())
    if not read:
        yield "nothing is read aloud"
    for node in stage.nodes():
        if node.words() and not node.silent and node.box[2] and node.words() not in read:
            yield f"{node.words()!r} is shown and not read"


def counter_places(stage: Stage) -> dict[str, tuple[int, int, int, int]]:
    """Where what is always in the same place is: hear again, call the clerk, back, the main key."""
    found: dict[str, tuple[int, int, int, int]] = {}
    for root in stage.roots("counter"):
        for name in ("repeat", "help", "left", "main"):
            key = getattr(root, name, None)
            if key is not None and key.shown and key.box[2]:
                found[name] = key.box
    return found


def report(found: Iterable[tuple[str, str, str]]) -> str:
    """One line a finding: way, screen, what."""
    return "\n".join(f"{way} {screen}: {fault}" for way, screen, fault in found)


# ---------------------------------------------------------------- going through all of it


def words_of(language: str) -> Locale:
    """A language's words; "longer" is ours, drawn out."""
    from config import locales

    return longer_locale(locales.load()) if language == "longer" else locales.load(language)


def stage_for(way: Way) -> Stage:
    """A stage that shows things this way, in the window of this process."""
    import time

    from kivy.core.window import Window

    from config.settings import Screen
    from screens.samples import SampleServices
    from screens.stage import Stage

    width, height, density = PANELS[way.panel]
    screen = Screen(
        width_px=width, height_px=height, px_per_mm=density, elder=way.elder, contrast=way.contrast, low=way.low,
        hand=way.hand,
    )  # fmt: skip
    Window.size = (width, height)
    return Stage(screen, words_of(way.language), SampleServices(), lambda _event: None, time.monotonic)


def findings(way: Way, only: str = "") -> Iterator[tuple[str, str, str]]:
    """(way, screen, what is wrong) of every screen shown this way."""
    from kivy.core.window import Window

    from screens.samples import samples_for

    stage = stage_for(way)
    Window.add_widget(stage)
    places: dict[str, tuple[str, tuple[int, int, int, int]]] = {}
    try:
        for name, (step, status) in samples_for(
            elder=way.elder, low=way.low, landscape=way.panel[:4] == "wide"
        ).items():
            if only and not name.startswith(only):
                continue
            stage.show(longer_step(step) if way.language == "longer" else step, status)
            for fault in faults(stage):
                yield way.name, name, fault
            for fault in read_faults(stage):
                yield way.name, name, fault
            for fault in _moved(stage, name, places):
                yield way.name, name, fault
    finally:
        Window.remove_widget(stage)


def _moved(stage: Stage, name: str, places: dict[str, tuple[str, tuple[int, int, int, int]]]) -> Iterator[str]:
    """Hear again and call the clerk have one place in a way of showing; back one corner, the main key the other."""
    if stage.sheet is None or stage.sheet.head == "home" or name.startswith(("13", "18")):
        return  # home has a counter of its own; staff pages and help have no clerk to call: hear again takes the row
    now = counter_places(stage)
    for key in ("repeat", "help"):
        if key in now:
            first, box = places.setdefault(key, (name, now[key]))
            if box != now[key]:
                yield f"#{key} is at {now[key]}, on {first} at {box}"
    for key, at_left in (("left", not look.left_hand), ("main", look.left_hand)):
        if key in now:
            box = now[key]
            corner = (box[0] if at_left else box[0] + box[2], box[1], 0, box[3])
            first, other = places.setdefault(key, (name, corner))
            if corner != other:
                yield f"#{key} keeps to {corner}, on {first} to {other}"


def drawn(stage: Stage) -> Image:
    """What the stage draws, RGB, whatever size the window of this process has."""
    from kivy.graphics import ClearBuffers, ClearColor, Fbo
    from PIL import Image

    parent = stage.parent
    if parent is not None:
        parent.canvas.remove(stage.canvas)
    surface = Fbo(size=(look.width, look.height), with_stencilbuffer=False)
    with surface:
        ClearColor(*look.colour("paper"))
        ClearBuffers()
    surface.add(stage.canvas)
    surface.draw()
    pixels = surface.texture.pixels
    surface.remove(stage.canvas)
    if parent is not None:
        parent.canvas.add(stage.canvas)
    image = Image.frombytes("RGBA", (look.width, look.height), pixels).convert("RGB")
    return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)

"""Touch to the next screen: from the finger's event in the display server to the frame that holds the next screen.

The touch that counts is the finger's leaving, as keys act then. Forwards through the screens of a visit and back, in
one process; what a screen costs when it is shown for the first time is among the touches and told apart as well. Then
the same in elder mode. Beside: the same finger on the Chromium page, whose keys lead to another list of keys and back.
Memory is the sum of the proportional set sizes of all processes, at its highest on the way.
"""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.chromium import NEXT_S, Browser
from bench.figures import Figure, Report, median, share
from bench.processes import processor_s, proportional_bytes
from bench.terminal import HEIGHT, WIDTH, Hall
from bench.tools import Say
from kiosk.privacy import tree
from kiosk.runner.display import Finger, virtual_display
from kiosk.runner.terminal import Element, Terminal

TOUCHES, WEIGHED_EVERY, MIB = 500, 10, 2**20
HOLD_S = 0.06  # a finger's stay; the pressed key is drawn meanwhile
LOOK_S = 0.02
CALM_S = 6.0
LIMIT_MS = 50.0
FORWARD = ("#main", "#option:yes", "#option:mother", "#option:self", "#option:a")
MATTER = "新生儿出生"
TURN_AT = ("Entry", "Card", "Capture")  # as far as one gets by keys alone


class Lost(RuntimeError):
    """No key led on, or no next screen came. The text says where."""


@dataclass(frozen=True)
class Touch:
    """`pressed_ms`: to the frame with the key down; `next_ms`: from its leaving to the frame with the next screen."""

    origin: str
    target: str
    pressed_ms: float
    next_ms: float
    first: bool


class Walker:
    """A finger that goes forwards and back through a visit, and the clock beside it."""

    def __init__(self, terminal: Terminal, finger: Finger) -> None:
        self._terminal, self._finger = terminal, finger
        self._shown: set[str] = set()

    def at(self) -> str:
        step = self._terminal.ask("step")
        return f"{step['type']}:{step['key']}"

    def touch(self, what: Element) -> Touch | None:
        """Touch it; None if that led to no other screen (an option that is now chosen)."""
        origin = self.at()
        self._terminal.ask("flips")
        down = time.monotonic()
        self._finger.down(what.middle)
        time.sleep(HOLD_S)
        up = time.monotonic()
        self._finger.up()
        flips: list[tuple[float, str]] = []
        deadline = up + NEXT_S
        while True:
            time.sleep(LOOK_S)
            flips += [(at, key) for at, key in self._terminal.ask("flips")]
            following = next(((at, key) for at, key in flips if at > up and key not in ("", origin)), None)
            if following is not None:
                break
            if self.at() == origin or time.monotonic() > deadline:
                return None
        pressed = next((at for at, _ in flips if at > down), following[0])
        first = following[1] not in self._shown
        self._shown.add(following[1])
        return Touch(origin, following[1], (pressed - down) * 1000, (following[0] - up) * 1000, first)

    def forward(self) -> Touch:
        """One screen on. Raises Lost."""
        elements = {f"#{e.ident}": e for e in self._terminal.elements() if e.ident and e.width > 0}
        tile = self._terminal.find(MATTER) if self.at().startswith("Home:") else None
        for key in [tile] if tile else [elements[name] for name in FORWARD if name in elements]:
            if (found := self.touch(key)) is not None:
                return found
        for name, element in elements.items():  # nothing chosen yet: choose, then on
            if name.startswith("#option:"):
                self.touch(element)
                main = self._terminal.find("#main")
                if main is not None and (found := self.touch(main)) is not None:
                    return found
        raise Lost(f"no key leads on from {self.at()}; there are {', '.join(elements)}")

    def back(self) -> Touch:
        """One screen back. Raises Lost."""
        element = self._terminal.find("#back")
        found = self.touch(element) if element is not None else None
        if found is None:
            raise Lost(f"no way back from {self.at()}")
        return found


@dataclass
class Walk:
    """Touches, processor seconds of all processes meanwhile, and their memory at its highest, MiB."""

    touches: list[Touch]
    spent_s: float
    most_mib: float


def walk(terminal: Terminal, finger: Finger, count: int, say: Say) -> Walk:
    walker = Walker(terminal, finger)
    touches: list[Touch] = []
    before, most = processor_s(tree(terminal.pid)), 0.0

    def one(way: Callable[[], Touch]) -> None:
        nonlocal most
        touches.append(way())
        if len(touches) % WEIGHED_EVERY == 0:
            most = max(most, proportional_bytes(tree(terminal.pid)) / MIB)

    while len(touches) < count:
        while len(touches) < count and not walker.at().startswith(TURN_AT):
            one(walker.forward)
        while len(touches) < count and not walker.at().startswith("Home:"):
            one(walker.back)
        say(f"touch {len(touches)}/{count}")
    return Walk(touches, processor_s(tree(terminal.pid)) - before, most)


def elder(terminal: Terminal, finger: Finger) -> None:
    """From the home screen to the home screen in elder mode. Raises Lost."""
    key = terminal.find("#elder")
    if key is None:
        raise Lost("no key for elder mode on the home screen")
    finger.tap(key.middle)
    terminal.settle()
    time.sleep(CALM_S)  # what was made ready for the other mode is made anew


def clicks(browser: Browser, finger: Finger, count: int) -> tuple[list[float], float, float]:
    """Milliseconds from the click's event to the frame with the next screen; processor time of all, in seconds; their
    memory at its highest, MiB."""
    found: list[float] = []
    most = 0.0
    with browser.shown() as shown:
        time.sleep(CALM_S)
        before = processor_s(tree(shown.pid))
        for _ in range(count):
            finger.down((WIDTH / 4, HEIGHT / 4))
            time.sleep(HOLD_S)
            up = time.time()
            finger.up()
            try:
                found.append((shown.drawn.get(timeout=NEXT_S) - up) * 1000)
            except queue.Empty:
                raise Lost("the Chromium page did not answer a click") from None
            time.sleep(LOOK_S)
            if len(found) % WEIGHED_EVERY == 0:
                most = max(most, proportional_bytes(tree(shown.pid)) / MIB)
        return found, processor_s(tree(shown.pid)) - before, most


def measure(say: Say, quick: bool = False) -> Report:
    count = 60 if quick else TOUCHES
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-bench-", ignore_cleanup_errors=True) as name,
        virtual_display(WIDTH, HEIGHT) as display,
    ):
        hall, browser = Hall(Path(name), display), Browser(Path(name) / "chromium", display, WIDTH, HEIGHT)
        finger = Finger(display)
        try:
            with hall.running() as terminal:
                time.sleep(CALM_S)
                plain = walk(terminal, finger, count, say)
            with hall.running() as terminal:
                say("touch: elder mode")
                elder(terminal, finger)
                large = walk(terminal, finger, count, say)
            say("touch: the same in Chromium")
            theirs, theirs_spent, theirs_most = clicks(browser, finger, count)
        finally:
            finger.close()
    page = "Chromium page"
    figures = []
    for mode, walked in (("", plain), (", elder", large)):
        every = [touch.next_ms for touch in walked.touches]
        pressed = [touch.pressed_ms for touch in walked.touches]
        figures += [
            Figure(f"touch to the next screen{mode}, median", median(every), "ms", page, median(theirs)),
            Figure(f"touch to the next screen{mode}, 95th", share(every, 0.95), "ms", page, share(theirs, 0.95)),
            Figure(f"touch to the next screen{mode}, 99th", share(every, 0.99), "ms", page, share(theirs, 0.99)),
            Figure(f"touch to the next screen{mode}, 95th", share(every, 0.95), "ms", "limit", LIMIT_MS, most=1.0),
            Figure(f"touch to the key going down{mode}, median", median(pressed), "ms", "limit", LIMIT_MS),
            Figure(f"touch to the key going down{mode}, 95th", share(pressed, 0.95), "ms", "limit", LIMIT_MS),
            Figure(f"touch to the key going down{mode}, 99th", share(pressed, 0.99), "ms", "limit", LIMIT_MS),
        ]
    first = [touch.next_ms for touch in plain.touches if touch.first]
    figures += [
        Figure("… of those shown for the first time, slowest", max(first), "ms", "limit", LIMIT_MS),
        Figure("processor time of a touch, all in all", plain.spent_s / count * 1000, "ms", page,
               theirs_spent / count * 1000),
        Figure("memory at its highest in a visit (sum of PSS)", max(plain.most_mib, large.most_mib), "MiB", page,
               theirs_most, most=0.55),
    ]  # fmt: skip
    return Report(
        "touch", figures,
        {"touches": [asdict(touch) for touch in plain.touches], "elder": [asdict(touch) for touch in large.touches],
         "chromium_ms": theirs},
    )  # fmt: skip

"""Plays a visit script on a terminal, one step after the other; the first that cannot be done ends it with a reason."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.runner.display import Finger, Point
from kiosk.runner.script import Action, Script
from kiosk.runner.terminal import Element, Gone, Terminal

LOOK_S = 0.05  # how often the screen is looked at while waiting for something

Strokes = list[list[Point]]


class CannotBeDone(RuntimeError):
    """A step could not be done. The text says which, why, and what was on the screen instead."""


def load_strokes(path: Path) -> dict[str, Strokes]:
    """Characters as strokes, points in 0..1 of the box."""
    if not path.exists():
        return {}
    table = tomllib.loads(path.read_text("utf-8"))
    return {character: [[(x, y) for x, y in stroke] for stroke in strokes] for character, strokes in table.items()}


class Player:
    """Plays one script. `say` is told each step as it is done."""

    def __init__(
        self,
        terminal: Terminal,
        finger: Finger,
        out: Path,
        *,
        strokes: dict[str, Strokes] | None = None,
        base: Path | None = None,
        say: Callable[[str], None] = lambda _: None,
        pictures: bool = True,
    ) -> None:
        self.terminal, self.finger, self.out = terminal, finger, out
        self.strokes = strokes or {}
        self.base = base or Path.cwd()
        self.say = say
        self.pictures = pictures

    def play(self, script: Script) -> None:
        """Do every step. Raises CannotBeDone at the first that cannot be done."""
        for action in script.steps:
            self.say(f"{action.number:3d}/{len(script.steps)}  {action}")
            try:
                self._do(action)
            except (Gone, RuntimeError) as error:
                self._picture(f"{action.name}-CANNOT")
                if isinstance(error, CannotBeDone):
                    raise
                raise CannotBeDone(f"step {action.number} ({action}): {error}") from error
            self._picture(action.name)

    def _picture(self, name: str) -> None:
        if self.pictures:
            self.finger.picture(self.out / f"{name}.png")

    def _do(self, action: Action) -> None:
        getattr(self, f"_{action.kind}")(action)

    def _settle(self) -> None:
        """Wait until what the last touch led to is drawn."""
        if not self.terminal.running:
            return
        try:
            self.terminal.settle()
        except Gone:
            raise
        except RuntimeError:
            pass  # the touch ended the process it was for; what comes next is waited for by the next step

    def _wait_for(self, action: Action, what: str) -> Element:
        deadline = time.monotonic() + action.within
        while True:
            try:
                found = self.terminal.find(what)
            except RuntimeError:
                if not self.terminal.running:
                    raise
                found = None  # between two visit processes nobody answers for a moment
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise CannotBeDone(
                    f"step {action.number} ({action}): {what!r} did not appear in {action.within:g} s. {self._shown()}"
                )
            time.sleep(LOOK_S)

    def _shown(self) -> str:
        try:
            texts = [f"{e.text}#{e.ident}" if e.ident else e.text for e in self.terminal.elements()]
        except RuntimeError as error:
            return f"(nothing to be read: {error})"
        return "On the screen: " + " | ".join(text.replace("\n", "") for text in texts)

    def _tap(self, action: Action) -> None:
        found = self._wait_for(action, action.what)
        self.finger.tap(found.middle)
        self._settle()

    def _hold(self, action: Action) -> None:
        found = self._wait_for(action, action.what)
        self.finger.tap(found.middle, hold_s=4.5)  # a machine that is busy hears of the touch a second late
        self._settle()

    def _key(self, action: Action) -> None:
        self.finger.press_key(action.what)
        self._settle()

    def _walk(self, action: Action) -> None:
        """Down until the focus is on it, then choose; once round without finding it ends the visit."""
        wanted = self._wait_for(action, action.what)
        before = self.terminal.ask("focus")
        for _ in range(len(self.terminal.elements()) + 1):
            now = self.terminal.ask("focus")
            if now is not None and (now["ident"], now["text"]) == (wanted.ident, wanted.text):
                self._picture(f"{action.name}-focus")
                self.finger.press_key("Return")
                self._settle()
                return
            self.finger.press_key("Down")
            self._settle()
        raise CannotBeDone(f"step {action.number} ({action}): the focus began at {before} and never came to it")

    def _type(self, action: Action) -> None:
        for character in action.what:
            found = self._wait_for(action, f"#key:{character}")
            self.finger.tap(found.middle)
            self._settle()

    def _write(self, action: Action) -> None:
        for character in action.what:
            strokes = self.strokes.get(character)
            if strokes is None:
                raise CannotBeDone(f"step {action.number}: no strokes for {character!r} in the strokes file")
            pad = self._wait_for(action, "#pad")
            for stroke in strokes:
                self.finger.draw(_along([(pad.left + x * pad.width, pad.top + y * pad.height) for x, y in stroke]))
            self.finger.tap(self._at_rest(action, f"#char:{character}").middle)
            self._settle()

    def _at_rest(self, action: Action, what: str) -> Element:
        """Something that has stood in the same place for three looks: candidates move while they are being found."""
        found, since = self._wait_for(action, what), 0
        while since < 3:
            time.sleep(LOOK_S)
            now = self._wait_for(action, what)
            found, since = now, since + 1 if now == found else 0
        return found

    def _sign(self, action: Action) -> None:
        pad = self._wait_for(action, "#pad")
        for part in range(3):  # three loops across the box, as a quick hand signs
            left = 0.12 + part * 0.27
            points = [
                (
                    pad.left + pad.width * (left + 0.2 * turn / 24 + 0.06 * math.sin(turn)),
                    pad.top + pad.height * (0.5 + 0.28 * math.cos(turn * 0.9)),
                )
                for turn in (part / 5 for part in range(24 * 5))
            ]
            self.finger.draw(points)
        self._settle()

    def _present(self, action: Action) -> None:
        self.terminal.ask("simulate", device=action.device or "id_card", do="insert", arguments={"card": action.what})

    def _scan(self, action: Action) -> None:
        text = self._receipt_code(action) if action.what == "receipt" else action.what
        self.terminal.ask("simulate", device=action.device or "scanner", do="scan", arguments={"text": text})

    def _receipt_code(self, action: Action) -> str:
        """The code on the last receipt, read off the paper, which may still be coming out."""
        import zxingcpp
        from PIL import Image

        deadline = time.monotonic() + action.within
        while time.monotonic() < deadline:
            told = self.terminal.ask("simulate", device="receipt_printer", do="receipts", arguments={})
            for path in reversed(told["receipts"]):
                with Image.open(path) as paper:
                    found = zxingcpp.read_barcodes(paper.convert("L"))
                if found:
                    return str(found[0].text)
            time.sleep(0.2)
        raise CannotBeDone(f"step {action.number} ({action}): no receipt with a code came out")

    def _remove(self, action: Action) -> None:
        self.terminal.ask(
            "simulate", device="camera" if action.what == "paper" else action.what, do="remove", arguments={}
        )

    def _place(self, action: Action) -> None:
        path = self.base / action.what
        picture = str(path.resolve()) if path.is_file() else action.what
        self.terminal.ask("simulate", device="camera", do="place", arguments={"picture": picture})

    def _expect(self, action: Action) -> None:
        self._wait_for(action, action.what)
        self._settle()

    def _heard(self, action: Action) -> None:
        deadline = time.monotonic() + action.within
        heard = self.terminal.ask("heard")
        while not any(action.what in text for text in heard):
            if time.monotonic() > deadline:
                raise CannotBeDone(f"step {action.number} ({action}): it was not said. Said last: {heard[-5:]}")
            time.sleep(LOOK_S)
            heard = self.terminal.ask("heard")

    def _absent(self, action: Action) -> None:
        deadline = time.monotonic() + action.within
        while self.terminal.find(action.what) is not None:
            if time.monotonic() > deadline:
                raise CannotBeDone(f"step {action.number} ({action}): it is still there. {self._shown()}")
            time.sleep(LOOK_S)

    def _wait(self, action: Action) -> None:
        time.sleep(float(action.what))

    def _fault(self, action: Action) -> None:
        self._trouble(action, "fault")

    def _mend(self, action: Action) -> None:
        self._trouble(action, "mend")

    def _trouble(self, action: Action, do: str) -> None:
        what: dict[str, Any] = dict(action.what)
        device = str(what.pop("device", ""))
        if not device:
            raise CannotBeDone(f"step {action.number}: {do} wants a device")
        self.terminal.ask("simulate", device=device, do=do, arguments=what)

    def _network(self, action: Action) -> None:
        self.terminal.ask("simulate", device="line", do=action.what, arguments={})

    def _stick(self, action: Action) -> None:
        """A stick, as a folder: put in, pulled, or (while it is out) taken in at the county by its courier."""
        from kiosk.processes import gateway_command

        place, pocket = self.terminal.state / "sticks", self.terminal.state / "stick-outside"
        inside = place / "usb1"
        if action.what == "in":
            place.mkdir(exist_ok=True)
            pocket.rename(inside) if pocket.exists() else inside.mkdir(exist_ok=True)
        elif action.what == "out":
            inside.rename(pocket)
        elif action.what == "county":
            county = self.terminal.state / "gateway"
            options = ("--config", str(county / "gateway.toml"), "--state", str(county), "--json")
            done = subprocess.run(gateway_command("courier", str(pocket), *options), capture_output=True, check=False)
            if done.returncode:
                raise CannotBeDone(f"step {action.number} ({action}): {done.stdout.decode()} {done.stderr.decode()}")
        else:
            raise CannotBeDone(f"step {action.number}: a stick is in, out, or at the county")

    def _kill(self, action: Action) -> None:
        if action.what == "supervisor":
            self.terminal.kill()
        else:
            self.terminal.ask("kill", what=action.what)

    def _start(self, action: Action) -> None:
        if not self.terminal.running:
            self.terminal.start()
        self.terminal.ask("ready", timeout_s=60)


def _along(corners: list[Point], step_px: float = 12.0) -> list[Point]:
    """Points along a polyline about `step_px` apart, as a moving finger gives them."""
    points = [corners[0]]
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        count = max(1, round(math.dist((x0, y0), (x1, y1)) / step_px))
        points += [(x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(1, count + 1)]
    return points


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")

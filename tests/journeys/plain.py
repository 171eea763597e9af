"""Plays a visit script without a window: the same events straight into the engine, the same devices as values.

For the many matters of a catalogue: what a script says is held against the engine in a blink, and against the real
window when somebody asks for it (make journeys). What the terminal's own words say (看得清, 交上去了) is the window's
to prove; here such an `expect` only waits for what the engine is busy with.
"""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from config.locales import load as words_of
from kiosk.runner.script import Action, Script
from matters import effects, steps
from matters.application import Application
from matters.outcomes import CardRead, Printed
from matters.visit import Setting
from tests.matters.drive import Drive

ROWS_A_PAGE = 7  # of the check screen upright, as the window shows it
CARDS = Path(__file__).parents[2] / "hardware/sample_cards.toml"


class CannotBePlayed(AssertionError):
    """A step does not fit what is shown. The text says which, and what is shown instead."""


class Plain:
    """One visit. `application` is what was handed in, None where nothing was."""

    def __init__(self) -> None:
        self.drive = Drive(Setting(rows_a_page=ROWS_A_PAGE, can_face=True))
        self.application: Application | None = None
        self.spelled = ""  # pinyin typed for the next characters
        words = words_of()
        self.own = set(map(words, words.keys()))

    def play(self, script: Script) -> None:
        for action in script.steps:
            try:
                getattr(self, f"_{action.kind}")(action)
            except AssertionError as error:
                raise CannotBePlayed(f"step {action.number} ({action}): {error}; shown: {self.drive.step}") from error
            self._busy()

    def _busy(self) -> None:
        """What runs by itself: a slip, handing in, the receipt."""
        while True:
            if self.drive.wants(effects.PrintNotice):
                self.drive.give(effects.PrintNotice, Printed(confirmed=True))
            elif self.drive.wants(effects.TakeFace):
                self.drive.give(effects.TakeFace, self.drive.face())
            elif wish := self.drive.wants(effects.Submit):
                self.application = wish.application
                self.drive.onward()
            elif isinstance(self.drive.step, steps.Working):
                self.drive.onward()
            elif self.drive.wants(effects.PrintReceipt):
                self.drive.give(effects.PrintReceipt, Printed(confirmed=True))
            else:
                return

    def _texts(self) -> list[str]:
        """Every text of the step that is shown."""
        found: list[str] = []
        todo: list[Any] = [dataclasses.asdict(self.drive.step)]
        while todo:
            value = todo.pop()
            if isinstance(value, dict):
                todo += value.values()
            elif isinstance(value, list | tuple):
                todo += value
            elif isinstance(value, str):
                found.append(value)
        return found

    def _tap(self, action: Action) -> None:
        what = action.what
        if what.startswith("#char:"):
            assert self.spelled, "nothing was spelled"
            self.spelled = ""
            self._add(what.removeprefix("#char:"))
        elif what == "#digits":
            assert isinstance(self.drive.step, steps.Entry)
        elif what.startswith("#option:"):
            options = getattr(self.drive.step, "options", ())
            assert what.removeprefix("#option:") in [option.id for option in options]
            self.drive.choose(what.removeprefix("#option:"))
        elif what.startswith("#"):
            before = self.drive.visit
            self.drive.press(what.removeprefix("#"))
            assert self.drive.visit != before, "nothing came of it"
        else:
            assert isinstance(self.drive.step, steps.Check), "only the last screen is touched by its words"
            last = self.drive.step.page == self.drive.step.pages
            assert what == ("交上去" if last else "看下一页")
            self.drive.press("main")

    def _add(self, text: str) -> None:
        assert isinstance(self.drive.step, steps.Entry)
        self.drive.type(self.drive.step.text + text)

    def _type(self, action: Action) -> None:
        step = self.drive.step
        assert isinstance(step, steps.Entry)
        if step.input == "pinyin" and action.what.isalpha():
            self.spelled = action.what
        else:
            self._add(action.what)

    def _sign(self, action: Action) -> None:
        assert isinstance(self.drive.step, steps.Commitment)
        self.drive.sign()

    def _present(self, action: Action) -> None:
        card = tomllib.loads(CARDS.read_text("utf-8"))[action.what]
        fields = {f.name: str(card.get(f.name, "")) for f in dataclasses.fields(CardRead)}
        self.drive.give(effects.ReadCard, CardRead(**{**fields, "kind": fields["kind"] or "resident"}))

    def _place(self, action: Action) -> None:
        assert isinstance(self.drive.step, steps.Capture)
        self.drive.give(effects.Film, self.drive.picture())

    def _remove(self, action: Action) -> None:
        """Nothing in the engine waits for a card or a paper to be taken away."""

    def _heard(self, action: Action) -> None:
        """The engine has no speaker."""

    def _expect(self, action: Action) -> None:
        own = any(action.what in text.replace("\n", "") for text in self.own)
        assert own or any(action.what in text for text in self._texts()), f"{action.what!r} is not shown"

    def _wait(self, action: Action) -> None:
        self.drive.wait(float(action.what))

"""The terminal's words as .kv rules ask for them: `say("home.title")`. The stage puts the language in."""

from __future__ import annotations

from config.faults import FaultWords, fault_words
from config.locales import Locale


class Words:
    """One language at a time, as there is one window."""

    def __init__(self) -> None:
        self._locale: Locale | None = None

    def use(self, locale: Locale) -> None:
        self._locale = locale

    def __call__(self, key: str, **values: object) -> str:
        if self._locale is None:
            raise RuntimeError("no language yet: the stage chooses it")
        return self._locale("screens." + key, **values)

    @property
    def locale(self) -> Locale:
        if self._locale is None:
            raise RuntimeError("no language yet: the stage chooses it")
        return self._locale

    def fault(self, code: str) -> FaultWords:
        """A fault card's words. An unknown code has the terminal's own card."""
        return fault_words(code, self.locale)

    def problem(self, code: str) -> tuple[str, str]:
        """What is wrong with an answer, or the fault card of a device: (what to do, why)."""
        key = f"problem.{code}"
        if key in self.locale:
            return self.locale(key), ""
        words = self.fault(code)
        return words.title, words.text

    def other(self, key: str, **values: object) -> str:
        """A word of another room's table, e.g. what comes next, which is also on the receipt."""
        return self.locale(key, **values)

    def __contains__(self, key: str) -> bool:
        return self._locale is not None and "screens." + key in self._locale


say = Words()

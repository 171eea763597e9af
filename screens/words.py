"""The terminal's words as .kv rules ask for them: `say("home.title")`. The stage puts the language in."""

from __future__ import annotations

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

    def fault(self, code: str, part: str) -> str:
        """A fault card's words for the resident: `part` is title or text. An unknown code says that something is off."""
        locale = self._locale
        if locale is None:
            raise RuntimeError("no language yet: the stage chooses it")
        for key in (f"faults.{code}.{part}", f"screens.fault.{code}.{part}", f"screens.fault.other.{part}"):
            if key in locale:
                return locale(key)
        return ""

    def __contains__(self, key: str) -> bool:
        return self._locale is not None and "screens." + key in self._locale


say = Words()

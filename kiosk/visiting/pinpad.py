"""The digits of a staff PIN while they are typed. They stay here, and are forgotten as soon as they are judged."""

from __future__ import annotations

from kiosk.staff import LONGEST


class PinPad:
    """`digits` so far; `problem`: what was wrong with the last ones, gone with the next touch of a digit."""

    def __init__(self) -> None:
        self.digits = ""
        self.problem = ""

    def pressed(self, name: str, value: str) -> str:
        """A touch on the pad; returns the digits when they are confirmed, and then has none any more; else ""."""
        if name == "digit" and len(self.digits) < LONGEST:
            self.digits, self.problem = self.digits + value, ""
        elif name == "erase":
            self.digits, self.problem = self.digits[:-1], ""
        elif name == "main":
            return self.emptied()
        return ""

    def emptied(self) -> str:
        """The digits, forgotten here."""
        digits, self.digits = self.digits, ""
        return digits

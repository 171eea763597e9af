"""Case numbers (办件编号): implementing code 31 + YYYYMMDD + serial 4, 43 characters (as other provinces publish them;
facts differ by province, so this is the one place that makes them).

Where an item's implementing code is not known, and for the parent case, which has no item of its own, a placeholder
stands for the 31: "X" (item) or "P" (parent), the county's six digits, then zeros. No body's credit code starts with X
or P followed by an area code, so a placeholder is never taken for a real code. A parent's number says nothing of the
matter, which is why it alone goes back to terminals.
"""

from __future__ import annotations

CODE_LENGTH = 31


def parent_scope(area: str) -> str:
    return f"P{area}".ljust(CODE_LENGTH, "0")


def item_scope(code: str, area: str) -> str:
    """The first 31 characters of an item case's number."""
    return code if len(code) == CODE_LENGTH else f"X{area}".ljust(CODE_LENGTH, "0")


def serial_text(serial: int) -> str:
    """Four characters: 0001 to 9999, then A000 to ZZZZ in base 36, so that a busy day in a placeholder's scope (all
    of a county's items without a code share it) does not run out at ten thousand. Raises OverflowError after that."""
    if 1 <= serial <= 9999:
        return f"{serial:04d}"
    rest = serial - 10_000
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if not 0 <= rest < 26 * 36**3:
        raise OverflowError("no case numbers left for this day")
    return digits[10 + rest // 36**3] + "".join(digits[rest // 36**power % 36] for power in (2, 1, 0))


def case_number(scope: str, day: str, serial: int) -> str:
    """`day`: YYYYMMDD in the county's own time."""
    return f"{scope}{day}{serial_text(serial)}"

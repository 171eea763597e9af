"""How loud at which hour: a terminal in a hall beside a school or a bedroom speaks more softly at noon and at night."""

from __future__ import annotations

import re

SPAN = re.compile(r"(\d{1,2})-(\d{1,2})=(\d{1,3})")


class HoursError(ValueError):
    """The setting cannot be read. The text says what a right one looks like."""


def volumes(text: str, usual: int) -> tuple[int, ...]:
    """The volume of each of the 24 hours, in percent. A span may run over midnight (20-7). Raises HoursError."""
    hours = [usual] * 24
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = SPAN.fullmatch(part)
        first, last, percent = (int(n) for n in found.groups()) if found else (0, 0, 101)
        if first > 23 or last > 24 or percent > 100 or first == last:
            raise HoursError(f'voice.by_hour: {part!r}; write hours and percent, like "12-14=40, 20-7=30"')
        for step in range((last - first) % 24 or 24):
            hours[(first + step) % 24] = percent
    return tuple(hours)

"""What the line costs others: how fast pages may go up, at which hours, and how little a metered line is used.

Envelopes (some 10 kB) go at any hour, so that the county knows of an application at once; what waits for its hours are
the pages. A record whose pages may not go yet is passed over and the ones behind it go on.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

METERED_FEED_S = 900.0
"""On a metered line the feed is asked for every quarter of an hour: some 2 kB each time."""


@dataclass(frozen=True)
class Thrift:
    """`bytes_per_s`: of pages going up, 0 as fast as it goes. `hours`: when pages may go, local time, such as
    "20:00-06:00" or "12:00-14:00,20:00-06:00"; "" always. `metered`: every byte is paid for: no catalogue is fetched,
    and the feed seldom; what residents handed in goes all the same."""

    bytes_per_s: float = 0.0
    hours: str = ""
    metered: bool = False

    def __post_init__(self) -> None:
        spans(self.hours)

    def pages_may_go(self, now: float) -> bool:
        """`now`: seconds since 1970 by the terminal's clock. If that is wrong, the hours are; nothing is lost by it."""
        here = time.localtime(now)
        minute = here.tm_hour * 60 + here.tm_min
        return not self.hours or any(
            start <= minute < end if start < end else minute >= start or minute < end
            for start, end in spans(self.hours)
        )


def spans(text: str) -> list[tuple[int, int]]:
    """Minutes of the day, from and until. Raises ValueError that says what is meant."""
    found = []
    for part in text.split(",") if text else ():
        match = re.fullmatch(r"\s*(\d{1,2}):([0-5]\d)\s*-\s*(\d{1,2}):([0-5]\d)\s*", part)
        start, end = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])) if match else (0, 0)
        if start == end or max(start, end) > 24 * 60:
            raise ValueError(f'{part.strip()!r} is not a span of hours such as "20:00-06:00"')
        found.append((start, end))
    return found

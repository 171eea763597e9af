"""The one retry policy: how long to leave something after it failed, and what a server's Retry-After asks for."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

RETRY_AFTER_MOST_S = 86_400.0
"""A server that asks for more than a day is asked again after a day: its clock may be wrong too."""


@dataclass(frozen=True)
class Pauses:
    """Exponential, with jitter: the n-th failure waits between half and the whole of first_s·2^(n-1), at most most_s.

    The jitter keeps a county's hundred terminals from coming back in the same second after an outage.
    """

    first_s: float
    most_s: float
    random: Random

    def after(self, failures: int) -> float:
        """Seconds to wait after the so-many-th failure in a row (1-based)."""
        whole = min(self.most_s, self.first_s * 2.0 ** min(failures - 1, 40))
        return whole * self.random.uniform(0.5, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asked us to wait (RFC 9110, 10.2.3: seconds or a date), None if it did not say or not so that
    it can be understood. A date is measured against the server's own Date: our clock may be wrong by years."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:12]), RETRY_AFTER_MOST_S)
    try:
        until = email.utils.parsedate_to_datetime(said)
        now = email.utils.parsedate_to_datetime(headers.get("Date", ""))
        return min(max((until - now).total_seconds(), 0.0), RETRY_AFTER_MOST_S)
    except (ValueError, TypeError):
        return None

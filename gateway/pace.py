"""How often one address may ask what needs no signature, and one terminal what somebody else has to answer: a bucket
each, filled evenly (RFC 6585, 429).

A receipt's secret has 128 bits, so nobody guesses one; what is kept in check is the work that a flood would make.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from aiohttp import web

from gateway.errors import Refused

ADDRESSES_MOST = 10_000
"""Remembered at a time; the one that asked longest ago is forgotten first."""
LOOPBACK = ("127.0.0.1", "::1")


class Pace:
    """`a_minute`: questions of one address (or whatever `of` names) in a minute, all at once if need be; 0: as many as
    come."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic, of: str = "address") -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._of = of
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address: questions left, when that was so

    def take(self, address: str) -> None:
        """One question more. Raises Refused (429) with the seconds until the next."""
        if not self._a_minute:
            return
        now, rate = self._clock(), self._a_minute / 60
        left, at = self._left.pop(address, (float(self._a_minute), now))
        left = min(self._a_minute, left + (now - at) * rate)
        enough = left >= 1
        self._left[address] = (left - 1 if enough else left, now)
        while len(self._left) > ADDRESSES_MOST:
            self._left.popitem(last=False)
        if not enough:
            raise Refused(
                429, "request.too_many", f"too many questions from this {self._of}",
                retry_after_s=max(1, round((1 - left) / rate + 0.5)),
            )  # fmt: skip


def address_of(request: web.Request) -> str:
    """Who asks. Behind a reverse proxy on this machine: the address that it saw, the last one it wrote down; what a
    stranger writes there himself stands before it and counts for nothing."""
    remote = request.remote or ""
    if remote in LOOPBACK:
        told = request.headers.getall("X-Forwarded-For", [])
        if told:
            return told[-1].rpartition(",")[2].strip() or remote
    return remote

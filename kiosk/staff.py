"""The staff PIN: none by default, set at first start, a lock-out that doubles.

The file `staff.json` in the state folder holds a salted scrypt hash (RFC 7914) of the PIN and of each registered staff
card's number, the count of wrong tries and until when the lock holds. Wrong tries outlive a restart, so that pulling
the plug does not open the lock. The wall clock may be wrong, so the lock also keeps the seconds it was set for and is
never longer than that from a start.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

SHORTEST, LONGEST = 6, 12  # digits
FREE_TRIES = 3  # wrong tries before the first lock
FIRST_LOCK_S, LAST_LOCK_S = 30.0, 3600.0
# scrypt cost: 16 MiB and some 50 ms on a weak core; RFC 7914 section 2 names the parameters
COST, BLOCK, PARALLEL = 2**14, 8, 1


@dataclass(frozen=True)
class Stored:
    salt: str = ""
    digest: str = ""
    wrong: int = 0
    locked_until: float = 0.0  # wall clock, seconds
    locked_s: float = 0.0
    cards: tuple[tuple[str, str], ...] = ()  # salt and hash of the number of each registered staff card


CARDS_MOST = 20


class StaffPin:
    """`check` answers "ok" | "wrong" | "locked" | "unset"."""

    def __init__(self, state: Path, now: Callable[[], float] = time.time) -> None:
        self._file = state / "staff.json"
        self._now = now

    def _load(self) -> Stored:
        try:
            table = json.loads(self._file.read_text("utf-8"))
            cards = tuple((str(salt), str(digest)) for salt, digest in table.pop("cards", ()))
            return Stored(**table, cards=cards)
        except FileNotFoundError:
            return Stored()
        except (ValueError, TypeError):
            # A torn file must not open the door: it counts as locked until someone sets the PIN on the command line.
            return Stored(salt="00", digest="00", wrong=FREE_TRIES, locked_until=float("inf"), locked_s=LAST_LOCK_S)

    def _save(self, stored: Stored) -> None:
        partial = self._file.with_suffix(".partial")
        fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w") as file:
            json.dump(asdict(stored), file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self._file)

    @property
    def is_set(self) -> bool:
        return bool(self._load().digest)

    def set(self, pin: str) -> None:
        """Set the PIN. Raises ValueError with what is wrong with it."""
        if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
            raise ValueError(f"a PIN is {SHORTEST} to {LONGEST} digits")
        if len(set(pin)) == 1 or pin in "01234567890123" or pin in "9876543210987":
            raise ValueError("a PIN of one digit, or of digits in a row, is guessed at once; choose another")
        salt = os.urandom(16)
        self._save(Stored(salt.hex(), _digest(pin, salt), cards=self._load().cards))

    def add_card(self, number: str) -> str:
        """Register a staff card by the number on it; returns its mark, e.g. card:1. What is kept is a salted hash.
        Raises ValueError where there are too many."""
        known = self.card(number)
        if known:
            return known
        stored = self._load()
        if len(stored.cards) >= CARDS_MOST:
            raise ValueError(f"{CARDS_MOST} cards are registered; forget them first")
        salt = os.urandom(16)
        self._save(replace(stored, cards=(*stored.cards, (salt.hex(), _digest(number, salt)))))
        return f"card:{len(stored.cards) + 1}"

    def card(self, number: str) -> str:
        """The mark of a registered card, "" for anybody else's."""
        for place, (salt, digest) in enumerate(self._load().cards, 1):
            if hmac.compare_digest(_digest(number, bytes.fromhex(salt)), digest):
                return f"card:{place}"
        return ""

    def forget_cards(self) -> int:
        """No card is a staff card any more; returns how many there were."""
        stored = self._load()
        if stored.cards:
            self._save(replace(stored, cards=()))
        return len(stored.cards)

    def locked_for(self) -> float:
        """Seconds until the next try; 0 when one may try."""
        stored = self._load()
        return max(0.0, min(stored.locked_until - self._now(), stored.locked_s))

    def check(self, pin: str) -> str:
        """Try a PIN. The try is counted and on disk before it is judged."""
        stored = self._load()
        if not stored.digest:
            return "unset"
        if self.locked_for() > 0:
            return "locked"
        wrong = stored.wrong + 1
        lock = 0.0 if wrong < FREE_TRIES else min(LAST_LOCK_S, FIRST_LOCK_S * 2 ** (wrong - FREE_TRIES))
        self._save(replace(stored, wrong=wrong, locked_until=self._now() + lock, locked_s=lock))
        if not hmac.compare_digest(_digest(pin, bytes.fromhex(stored.salt)), stored.digest):
            return "locked" if lock else "wrong"
        self._save(replace(stored, wrong=0, locked_until=0.0, locked_s=0.0))
        return "ok"


def _digest(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL).hex()

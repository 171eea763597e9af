"""The audit trail: every act of importance, append-only, each entry chained to the one before by its hash.

hash(n) = SHA-256(canonical JSON of [n, at, event, fields, hash(n-1)]); hash(0) is 64 zeros. Whoever removes, changes or
reorders an entry breaks the chain there; whoever cuts its end off is found by the count SQLite keeps of entries ever
made and, surely, by the last hash the county was told (`head`), which nobody at the terminal can take back.

The trail holds no personal data: an event or field that config/events.toml does not declare is refused, and so is a
value its type does not admit.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import events as declarations
from offline.errors import TrailRefused, of
from offline.schema import connect, transaction

if TYPE_CHECKING:
    from sqlite_utils import Database

    from offline.outbox import Clock

MARK = 0x564B5431  # "VKT1"
START = "0" * 64


@dataclass(frozen=True)
class TrailEntry:
    """`at` is UTC by the terminal's clock, ISO 8601, which may be wrong: `number` is the order."""

    number: int
    at: str
    event: str
    fields: Mapping[str, object]
    hash: str


@dataclass(frozen=True)
class Finding:
    """What is wrong with the chain, and where first. what: changed | removed | reordered | cut | unreadable; unguarded:
    every entry is as it was made, but a guard of the table was taken out or changed (`number`: the last entry)."""

    number: int
    what: str
    text: str


@dataclass(frozen=True)
class Head:
    """The last entry's number and hash: what the county is told at each sync."""

    number: int
    hash: str


GUARDS = {
    f"no_{act.lower()}": f"CREATE TRIGGER no_{act.lower()} BEFORE {act} ON entries"
    " BEGIN SELECT RAISE(ABORT, 'the trail is append-only'); END"
    for act in ("UPDATE", "DELETE")
}
"""What keeps the program itself from changing an entry. Whoever can write the file can take them out, and is named."""


def _first(db: Database) -> None:
    db.table("entries").create(
        {"number": int, "at": str, "event": str, "fields": str, "previous": str, "hash": str},
        pk="number",
        not_null={"at", "event", "fields", "previous", "hash"},
        strict=True,
    )
    db.table("count").create({"id": int, "made": int}, pk="id", strict=True)
    db.execute("INSERT INTO count (id, made) VALUES (1, 0)")
    for guard in GUARDS.values():
        db.execute(guard)


MIGRATIONS = (_first,)


def _hash(number: int, at: str, event: str, fields: str, previous: str) -> str:
    text = json.dumps([number, at, event, fields, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class Trail:
    """Open with `Trail.open`; several processes may append at once. Its methods block for one small commit."""

    def __init__(
        self, connection: sqlite3.Connection, clock: Clock, events: Mapping[str, declarations.Declared]
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._events = events
        self._lock = threading.Lock()

    @classmethod
    def open(cls, state: Path, clock: Clock, events: Mapping[str, declarations.Declared] | None = None) -> Trail:
        """Open the trail of a state folder, making it if need be. Raises Corrupt, TooNew, DiskFull, DiskFailed."""
        folder = state / "audit"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise of(error) from error
        return cls(connect(folder / "trail.db", MIGRATIONS, MARK), clock, events or declarations.load())

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def record(self, event: str, **fields: str | int) -> int:
        """Append an event; its number. Raises TrailRefused for what is not declared, DiskFull and family otherwise."""
        return self.record_all([(event, fields)])

    def record_all(self, events: Sequence[tuple[str, Mapping[str, str | int]]]) -> int:
        """Append several in one transaction; the last one's number."""
        texts = [(event, self._text(event, fields)) for event, fields in events]
        with self._lock:
            try:
                with transaction(self._connection):
                    return [self._append(event, text) for event, text in texts][-1]
            except sqlite3.Error as error:
                raise of(error) from error

    def _text(self, event: str, fields: Mapping[str, str | int]) -> str:
        declared = self._events.get(event)
        if declared is None:
            raise TrailRefused(f"event {event!r} is not declared in config/events.toml")
        if wrong := declarations.problem(declared, fields):
            raise TrailRefused(wrong)
        return json.dumps(dict(fields), sort_keys=True, separators=(",", ":"))

    def _append(self, event: str, fields: str) -> int:
        last = self._connection.execute("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        made = self._connection.execute("SELECT made FROM count").fetchone()[0]
        # After entries were cut off, new ones go on above the gap, so that it stays to be seen.
        number = max(last[0] if last else 0, made) + 1
        previous = last[1] if last else START
        at = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC).isoformat(timespec="milliseconds")
        self._connection.execute(
            "INSERT INTO entries (number, at, event, fields, previous, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (number, at, event, fields, previous, _hash(number, at, event, fields, previous)),
        )
        self._connection.execute("UPDATE count SET made = ?", (number,))
        return int(number)

    def head(self) -> Head:
        """The last entry. Number 0 for an empty trail."""
        row = self._query("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1")
        return Head(*row[0]) if row else Head(0, START)

    def show(self, last: int = 100) -> list[TrailEntry]:
        """The last so many entries, oldest first."""
        rows = self._query("SELECT number, at, event, fields, hash FROM entries ORDER BY number DESC LIMIT ?", last)
        return [TrailEntry(n, at, event, json.loads(fields), digest) for n, at, event, fields, digest in reversed(rows)]

    def verify(self, anchor: Head | None = None) -> Finding | None:
        """The first entry that is not as it was made, or None. `anchor`: a head somebody else has kept."""
        expected, previous = 1, START
        try:
            with self._lock:
                rows = self._connection.execute(
                    "SELECT number, at, event, fields, previous, hash FROM entries ORDER BY number"
                )
                for number, at, event, fields, before, digest in rows:
                    if number != expected:
                        return Finding(expected, "removed", f"entry {expected} was removed (the next is {number})")
                    if digest != _hash(number, at, event, fields, before):
                        return self._not_as_made(number, (at, event, fields, before), digest)
                    if before != previous:
                        return Finding(number, "reordered", f"entry {number} does not follow the one before it")
                    if anchor and number == anchor.number and digest != anchor.hash:
                        return Finding(number, "changed", f"entry {number} is not the one that was anchored")
                    expected, previous = number + 1, digest
                made = self._connection.execute("SELECT made FROM count").fetchone()
                guards = dict(
                    self._connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
                )
        except sqlite3.Error as error:
            return Finding(expected, "unreadable", f"entry {expected} cannot be read: {error}")
        if made is None or made[0] >= expected or (anchor and anchor.number >= expected):
            return Finding(expected, "cut", f"entry {expected} and what followed were removed from the end")
        for name in sorted(GUARDS.keys() | guards.keys()):
            if guards.get(name) != GUARDS.get(name):
                text = f"the guard {name} is not as it was made: somebody has worked on the file past the program"
                return Finding(expected - 1, "unguarded", text)
        return None

    def _not_as_made(self, number: int, content: tuple[str, str, str, str], digest: str) -> Finding:
        """Changed; or whole, but made under another number, and so moved here."""
        for (other,) in self._connection.execute("SELECT number FROM entries").fetchall():
            if digest == _hash(other, *content):
                return Finding(number, "reordered", f"entry {number} was put here from place {other}")
        return Finding(number, "changed", f"entry {number} was changed")

    def _query(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise of(error) from error


if __name__ == "__main__":
    sys.stdout.write(declarations.document(declarations.load()))

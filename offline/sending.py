"""Bringing records away and taking back what the county said: what is due, what was tried, what leaves, the feed."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence

from offline.errors import Corrupt, NotFound
from offline.looking import ENTRY, Looking
from offline.records import Ack, Due, Entry


class Sending(Looking):
    """An outbox as the sync and the courier use it."""

    def next_due(self, after: int = 0) -> Due | None:
        """The oldest waiting record whose pause is over, of those above a sequence."""
        some = self.dues(after, 1)
        return some[0] if some else None

    def dues(self, after: int, most: int) -> list[Due]:
        """So many of the oldest waiting records whose pause is over, above a sequence. A clock that went back ends a
        pause: nothing waits years."""
        now = self._clock()
        with self._reading():
            if self._due_in(now) != 0:
                return []  # without looking at each of ten thousand that pause
            rows = self._all(
                f"SELECT {ENTRY} FROM records WHERE sequence IN (SELECT sequence FROM records WHERE state = 'waiting'"  # noqa: S608
                " AND sequence > ?2 AND (tried_at IS NULL OR tried_at > ?1 OR tried_at + pause_s <= ?1)"
                " ORDER BY sequence LIMIT ?3) ORDER BY sequence",
                now,
                after,
                most,
            )
            return [self.content(Entry(*row)) for row in rows]

    def due_in(self) -> float | None:
        """Seconds until a waiting record is due, 0 if one is, None if nothing waits."""
        with self._reading():
            return self._due_in(self._clock())

    def _due_in(self, now: float) -> float | None:
        """Three looks into indexes: never tried, tried in what the clock calls the future, and the first pause to
        end. (Asked as one question, SQLite would read every waiting record.)"""
        at_once = self._one(
            "SELECT 1 FROM records WHERE state = 'waiting' AND tried_at IS NULL"
            " UNION ALL SELECT 1 FROM records WHERE state = 'waiting' AND tried_at > ? LIMIT 1",
            now,
        )
        if at_once:
            return 0.0
        first = self._one(
            "SELECT tried_at + pause_s FROM records WHERE state = 'waiting' AND tried_at IS NOT NULL"
            " ORDER BY tried_at + pause_s LIMIT 1"
        )
        return max(0.0, float(first[0]) - now) if first else None

    def mark(self, some: Sequence[tuple[int, float]]) -> None:
        """Say of records (sequence, pause in seconds) before they are sent that they were tried and did not succeed:
        true if this process is killed now, undone by success. Not synced by itself: after a power cut they may be
        tried once more without their pause."""
        now = self._clock()
        with self._noting():
            for sequence, pause_s in some:
                self._execute(
                    "UPDATE records SET tries = tries + 1, tried_at = ?, pause_s = ?, last_error = 'unfinished'"
                    " WHERE sequence = ?",
                    now, pause_s, sequence,
                )  # fmt: skip
        self._point("send.marked")

    def unmark(self, entries: Sequence[Entry]) -> None:
        """They were marked ahead of their turn, and their turn did not come: as they were before."""
        with self._noting():
            for entry in entries:
                self._execute(
                    "UPDATE records SET tries = ?, tried_at = ?, pause_s = 0, last_error = ? WHERE sequence = ?",
                    entry.tries, entry.tried_at, entry.last_error, entry.sequence,
                )  # fmt: skip

    def failed(self, sequence: int, error: str, pause_s: float, card: str = "") -> None:
        """It was tried and failed: why (a code, nothing personal), and how long to leave it. `card`: the fault card
        that says so to staff, where the error is the county's own code and has none."""
        with self._writing():
            self._execute("UPDATE records SET last_error = ?, pause_s = ? WHERE sequence = ?", error, pause_s, sequence)
            self._set_note("last_error", card or error)

    def bury(self, sequence: int, reason: str, card: str = "") -> None:
        """The county will never take it as it is: a dead letter, kept whole, with the reason."""
        with self._writing():
            self._execute("UPDATE records SET state = 'dead', last_error = ? WHERE sequence = ?", reason, sequence)
            self._set_note("last_error", card or reason)

    def retry(self, id: str) -> None:  # noqa: A002
        """A dead letter waits again, from its first try; its files are offered anew."""
        with self._writing():
            row = self._one("SELECT sequence FROM records WHERE id = ?", id)
            if row is None:
                raise NotFound(id)
            self._execute(
                "UPDATE records SET state = 'waiting', tries = 0, tried_at = NULL, pause_s = 0 WHERE sequence = ?",
                row[0],
            )
            self._execute("UPDATE files SET address = '', done = 0 WHERE record = ?", row[0])

    def hurry(self) -> None:
        """End every pause: staff asked for it, or the line came back."""
        with self._writing():
            self._execute("UPDATE records SET pause_s = 0 WHERE state = 'waiting' AND pause_s > 0")

    def placed(self, sequence: int, position: int, address: str) -> None:
        """The county gave this file's upload an address ("": it forgot it)."""
        with self._writing():
            self._execute(
                "UPDATE files SET address = ?, done = 0 WHERE record = ? AND position = ?",
                address, sequence, position,
            )  # fmt: skip
        self._point("send.file.placed")

    def uploaded(self, sequence: int, position: int) -> None:
        with self._writing():
            self._execute("UPDATE files SET done = 1 WHERE record = ? AND position = ?", sequence, position)
        self._point("send.file.done")

    def acknowledged(self, id: str, digest: str, said: bytes) -> bool:  # noqa: A002
        """As acknowledged_all, of one. False when it was not here (said twice)."""
        return bool(self.acknowledged_all([Ack(id, digest, said)]))

    def acknowledged_all(self, acks: Sequence[Ack]) -> list[str]:
        """The county has them. The caller has verified the county's signature in each over terminal, id and digest.

        Removes the records, remembers that they were, in one transaction; then deletes their files. The ids of those
        that were here. Raises Corrupt if a digest is another's: then nothing is removed.
        """
        self._point("remove.begun")
        left: list[tuple[str, int]] = []
        names: list[str] = []
        with self._lock:
            with self._writing():
                for ack in acks:
                    row = self._one("SELECT sequence FROM records WHERE id = ?", ack.id)
                    if (gone := self._remove(ack.id, ack.digest, ack.said)) is not None and row:
                        names += gone
                        left.append((ack.id, row[0]))
                self._point("remove.row.gone")
            self._point("remove.done")
            self._drop(names)
            if self.mirror is not None:
                for record, sequence in left:
                    self.mirror.remove(sequence, record)
        return [record for record, _ in left]

    def _remove(self, record: str, digest: str, said: bytes) -> list[str] | None:
        """Within a transaction: the record's files, now named by nothing; None if it was not here."""
        row = self._one("SELECT sequence, kind, number, digest FROM records WHERE id = ?", record)
        if row is None:
            return None
        sequence, kind, number, held = row
        if held != digest:
            raise Corrupt(f"record {record}: the county acknowledged other bytes")
        if sequence > int(self._note("sequence") or 0):
            self._set_note("sequence", str(sequence))  # given, and no row will say so any more
        names = [name for (name,) in self._all("SELECT sha256 FROM files WHERE record = ?", sequence)]
        self._execute("DELETE FROM files WHERE record = ?", sequence)
        self._execute("DELETE FROM records WHERE sequence = ?", sequence)
        self._execute(
            "INSERT OR IGNORE INTO acknowledged (id, sequence, kind, number, digest, at, said)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            record, sequence, kind, number, digest, self._clock(), said,
        )  # fmt: skip
        self._set_note("last_error", "")
        return [n for n in names if not self._one("SELECT 1 FROM files WHERE sha256 = ?", n)]

    def _drop(self, names: Collection[str]) -> None:
        self.files.remove(names, self._point)
        self._point("remove.files.gone")

    def sweep(self) -> int | None:
        """Delete files no row names, left by a crash; how many, None when somebody is committing just now."""
        with self._lock, self._reading():
            # The lock that keeps committers out is taken before the names are read.
            return self.files.sweep(lambda: [n for (n,) in self._all("SELECT sha256 FROM files")])

    def forget_acknowledged(self, before: float) -> int:
        """Drop what is remembered of records acknowledged before a time; how many. Nothing waiting is touched."""
        with self._writing():
            return self._execute("DELETE FROM acknowledged WHERE at < ?", before).rowcount

    # ------------------------------------------------------------------ what comes back

    def take_feed(
        self, after: str, cursor: str, acks: Sequence[Ack], others: Sequence[tuple[str, bytes]]
    ) -> list[tuple[str, int]] | None:
        """What came by the feed after a cursor, verified by the caller: acknowledgements take effect, the rest is
        kept by its key (the newest counts) until `handled`, and the cursor moves, all in one transaction.

        Returns (id, sequence) of the records that left; None if the cursor has been passed already: nothing counts
        twice. An acknowledgement of other bytes than ours is passed over.
        """
        gone: list[str] = []
        left: list[tuple[str, int]] = []
        with self._lock:
            with self._writing():
                if self._note("cursor") != after:
                    return None
                for ack in acks:
                    row = self._one("SELECT sequence FROM records WHERE id = ?", ack.id)
                    with contextlib.suppress(Corrupt):
                        if row and (names := self._remove(ack.id, ack.digest, ack.said)) is not None:
                            gone += names
                            left.append((ack.id, row[0]))
                for key, content in others:
                    self._execute("INSERT OR REPLACE INTO feed (key, content, handled) VALUES (?, ?, 0)", key, content)
                self._set_note("cursor", cursor)
                self._point("feed.row.written")
            self._point("feed.done")
            self._drop(gone)
            if self.mirror is not None:
                for record, sequence in left:
                    self.mirror.remove(sequence, record)
        return left

    def unhandled(self) -> list[tuple[str, bytes]]:
        """What came by the feed and has not had its effect yet: (key, content)."""
        with self._reading():
            rows = self._all("SELECT key, content FROM feed WHERE handled = 0 ORDER BY rowid")
        return [(key, content) for key, content in rows]

    def handled(self, key: str, content: bytes) -> None:
        """Its effect has been made to last. Something newer that came meanwhile under the key still waits for its."""
        with self._writing():
            self._execute("UPDATE feed SET handled = 1 WHERE key = ? AND content = ?", key, content)

    def told(self, key: str) -> bytes | None:
        """The newest that came under a key, e.g. state/ID/0 for the parent case of an application."""
        with self._reading():
            row = self._one("SELECT content FROM feed WHERE key = ?", key)
        return row[0] if row else None

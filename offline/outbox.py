"""The outbox: what a resident handed in, sealed, until the county has said with its signature that it has it.

`commit` is the moment a thing is handed in: files first (offline.files), then one transaction that gives the sequence
number, has the envelope and the receipt signed under it, and writes the row, with `synchronous=FULL`. A process killed
before that transaction leaves nothing, after it everything; called again with the same id it answers the same.

Several processes use it at once: the visit commits while the sync reads. sqlite-utils shapes the tables
(offline.tables); here plain sqlite3 runs, because a person waits.

Left out on purpose: sealing and signatures (wire), sending (offline.sync). The outbox cannot read what it keeps.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path

from offline.errors import Corrupt, NotFound, OfflineError, of
from offline.files import Files, sync_folder, write_durably
from offline.points import Points, nothing
from offline.records import (
    Ack,
    Clock,
    Committed,
    Due,
    Entry,
    Sealed,
    Sign,
    Signed,
    Status,
    Unprinted,
    Upload,
)  # fmt: skip
from offline.schema import connect, sound
from offline.store import Store
from offline.tables import MARK, MIGRATIONS

_FLOOR_STEP = 1000
_ENTRY = (
    "sequence, id, kind, digest, number, committed_at, state, tries, tried_at, last_error, "
    "(SELECT count(*) FROM files WHERE record = sequence), "
    "length(body) + (SELECT coalesce(sum(size), 0) FROM files WHERE record = sequence)"
)


def card_hash(key: bytes, id_number: str) -> str:
    """The keyed hash (HMAC-SHA-256) by which a card finds its unprinted receipt. `key`: the terminal's own secret."""
    return hmac.new(key, b"unprinted receipt\x00" + id_number.encode(), hashlib.sha256).hexdigest()


class Outbox(Store):
    """See the module. Open it with `Outbox.open`; its methods block, so a loop calls them in a thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, clock: Clock, point: Points, reserve: int) -> None:
        super().__init__(connection)
        self.folder = folder
        self.files = Files(folder / "files", folder / "lock")
        self._clock = clock
        self._point = point
        self._reserve = reserve

    @classmethod
    def open(
        cls,
        state: Path,
        clock: Clock,
        *,
        point: Points = nothing,
        reserve_bytes: int = 0,
        check: bool = False,
    ) -> Outbox:
        """Open the outbox of a state folder, making it if need be.

        `check` has the whole database checked first (the supervisor does so once at start, in time proportional to
        what waits); what is used is checked as it is used anyhow. `reserve_bytes` is kept free by `room_for`.
        Raises Corrupt (see offline.rescue), TooNew, DiskFull, DiskFailed, Busy.
        """
        folder = state / "outbox"
        try:
            if not (folder / "files").is_dir():
                (folder / "files").mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
                for name in (folder, folder.parent):
                    sync_folder(name)
            connection = connect(folder / "outbox.db", MIGRATIONS, MARK)
        except OSError as error:
            raise of(error) from error
        outbox = cls(folder, connection, clock, point, reserve_bytes)
        try:
            if check and (wrong := sound(connection)):
                raise Corrupt(wrong)
            outbox._begin()
        except BaseException:
            connection.close()
            raise
        return outbox

    # ------------------------------------------------------------------ sequence

    def _begin(self) -> None:
        """Give a new database its first sequence: above every one the terminal has ever given."""
        with self._reading():
            if self._note("sequence"):
                return
        with self._writing():
            if not self._note("sequence"):  # another process may have been quicker
                self._set_note("sequence", str(self._take_floor()))

    def _take_floor(self) -> int:
        """The sequence a new database starts after.

        It stands in a file beside the database, which always names a sequence not yet reached, so that none is given
        twice even after the database was lost.
        """
        try:
            floor = int((self.folder / "floor").read_text("ascii"))
        except FileNotFoundError:
            floor = 0
        except ValueError as error:
            raise Corrupt("the file floor") from error
        self._raise_floor(floor)
        return floor

    def _raise_floor(self, sequence: int) -> None:
        floor = (sequence // _FLOOR_STEP + 1) * _FLOOR_STEP
        write_durably(self.folder / "floor", f"{floor}\n".encode())

    def _next_sequence(self) -> int:
        sequence = int(self._note("sequence")) + 1
        if sequence % _FLOOR_STEP == 0:
            self._raise_floor(sequence)
            self._point("commit.floor.raised")
        self._set_note("sequence", str(sequence))
        return sequence

    # ------------------------------------------------------------------ handing in

    def commit(self, sealed: Sealed, sign: Sign, *, card_hash: str = "") -> Committed:
        """Hand a sealed record in. When this returns it is on the disk; the same id again answers the same and adds
        nothing. What `sign` raises is raised, and DiskFull, DiskFailed, Corrupt, Busy: then nothing was handed in."""
        self._point("commit.begun")
        with self._lock:
            if known := self.known(sealed.id):
                return known
            with self.files.committing():
                self.files.put(sealed.files, self._point)
                with self._writing():
                    self._point("commit.transaction.open")
                    if known := self.known(sealed.id):
                        return known
                    committed = self._insert(sealed, sign, card_hash)
            self._point("commit.done")
            return committed

    def known(self, record: str) -> Committed | None:
        """What a commit of this id gave, if there was one; acknowledged since or not."""
        with self._reading():
            row = self._one(
                "SELECT sequence, number FROM records WHERE id = ?1"
                " UNION ALL SELECT sequence, number FROM acknowledged WHERE id = ?1",
                record,
            )
            if row is None:
                return None
            receipt = self._one("SELECT code FROM unprinted WHERE id = ?", record)
            return Committed(row[0], row[1], receipt[0] if receipt else "", again=True)

    def _insert(self, sealed: Sealed, sign: Sign, card: str) -> Committed:
        now = self._clock()
        sequence = self._next_sequence()
        signed = sign(sequence)
        self._point("commit.signed")
        self._execute(
            "INSERT INTO records (sequence, id, kind, digest, number, committed_at, state, tries, pause_s, last_error,"
            " body) VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, 0, '', ?)",
            sequence, sealed.id, sealed.kind, sealed.digest, signed.number, now, signed.envelope,
        )  # fmt: skip
        for position, (sha256, content) in enumerate(sealed.files.items()):
            self._execute(
                "INSERT INTO files (record, position, sha256, size, address, done) VALUES (?, ?, ?, ?, '', 0)",
                sequence, position, sha256, len(content),
            )  # fmt: skip
        if signed.receipt:
            # Whoever stood here before has gone, and without a card nothing can bring their receipt back.
            self._execute("DELETE FROM unprinted WHERE card_hash = ''")
            self._execute(
                "INSERT INTO unprinted (id, number, code, card_hash, at) VALUES (?, ?, ?, ?, ?)",
                sealed.id, signed.number, signed.receipt, card, now,
            )  # fmt: skip
        self._point("commit.row.written")
        return Committed(sequence, signed.number, signed.receipt)

    def room_for(self, size: int) -> bool:
        """Whether `size` bytes more fit while the reserve stays free. Asked before a resident begins."""
        try:
            space = os.statvfs(self.folder)
        except OSError as error:
            raise of(error) from error
        return space.f_bavail * space.f_frsize - size >= self._reserve

    # ------------------------------------------------------------------ receipts

    def unprinted(self, card_hash: str) -> list[Unprinted]:
        """Receipts of a card that were never printed, oldest first. An empty hash finds nothing."""
        if not card_hash:
            return []
        with self._reading():
            rows = self._all("SELECT id, number, code FROM unprinted WHERE card_hash = ? ORDER BY at, id", card_hash)
        return [Unprinted(*row) for row in rows]

    def printed(self, id: str) -> None:  # noqa: A002
        """The person has the receipt: forget its code and the card's hash. Saying so twice is no error."""
        self._point("printed.before")
        with self._writing():
            self._execute("DELETE FROM unprinted WHERE id = ?", id)
        self._point("printed.done")
        self._forget()

    def forget_unprinted(self, before: float) -> int:
        """Drop receipts nobody fetched since `before`; how many."""
        with self._writing():
            gone = self._execute("DELETE FROM unprinted WHERE at < ?", before).rowcount
        self._forget()
        return gone

    def _forget(self) -> None:
        """Empty the write-ahead log: deleted rows would stand in it until it is next overwritten. If somebody is just
        reading, it is emptied the next time."""
        with self._reading():
            self._execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    # ------------------------------------------------------------------ looking

    def status(self) -> Status:
        with self._reading():
            waiting, since = self._row(
                "SELECT count(*), (SELECT committed_at FROM records WHERE state = 'waiting' ORDER BY sequence LIMIT 1)"
                " FROM records WHERE state = 'waiting'"
            )
            dead = self._row("SELECT count(*) FROM records WHERE state = 'dead'")[0]
            return Status(waiting, since, self._note("last_error"), dead)

    def entries(self, state: str = "", limit: int = -1) -> list[Entry]:
        """Records in their order: all, or those `waiting` or `dead`."""
        where = "WHERE state = ?1" if state else "WHERE ?1 = ''"
        with self._reading():
            rows = self._all(f"SELECT {_ENTRY} FROM records {where} ORDER BY sequence LIMIT ?2", state, limit)  # noqa: S608 - no outside text
        return [Entry(*row) for row in rows]

    def entry(self, id: str) -> Entry | None:  # noqa: A002
        with self._reading():
            row = self._one(f"SELECT {_ENTRY} FROM records WHERE id = ?", id)  # noqa: S608 - no outside text
        return Entry(*row) if row else None

    def at_county(self, id: str) -> bool:  # noqa: A002
        """Whether the county has acknowledged it."""
        with self._reading():
            return self._one("SELECT 1 FROM acknowledged WHERE id = ?", id) is not None

    def content(self, entry: Entry) -> Due:
        """A record with its body and files, as it is sent or carried."""
        with self._reading():
            row = self._one("SELECT body FROM records WHERE sequence = ?", entry.sequence)
            if row is None:
                raise NotFound(entry.id)
            files = self._all(
                "SELECT position, sha256, size, address, done FROM files WHERE record = ? ORDER BY position",
                entry.sequence,
            )
        return Due(entry, row[0], tuple(Upload(p, s, n, a, bool(d)) for p, s, n, a, d in files))

    def damaged(self) -> list[str]:
        """Ids of records whose sealed files are missing or not what their names say. Reads every file."""
        return [
            entry.id
            for entry in self.entries()
            if not all(self.files.check(file.sha256, file.size) for file in self.content(entry).uploads)
        ]

    # ------------------------------------------------------------------ sending

    def next_due(self, after: int = 0) -> Due | None:
        """The oldest waiting record whose pause is over, of those above a sequence. A clock that went back ends a
        pause: nothing waits years."""
        now = self._clock()
        with self._reading():
            row = self._one(
                f"SELECT {_ENTRY} FROM records WHERE sequence = (SELECT sequence FROM records WHERE state = 'waiting'"  # noqa: S608
                " AND sequence > ?2 AND (tried_at IS NULL OR tried_at > ?1 OR tried_at + pause_s <= ?1)"
                " ORDER BY sequence LIMIT 1)",
                now,
                after,
            )
        return self.content(Entry(*row)) if row else None

    def due_in(self) -> float | None:
        """Seconds until a waiting record is due, 0 if one is, None if nothing waits."""
        now = self._clock()
        with self._reading():
            soonest = self._row(
                "SELECT min(CASE WHEN tried_at IS NULL OR tried_at > ?1 THEN 0"
                " ELSE max(0, tried_at + pause_s - ?1) END) FROM records WHERE state = 'waiting'",
                now,
            )[0]
        return None if soonest is None else float(soonest)

    def mark(self, sequence: int, pause_s: float) -> None:
        """Say before sending that it was tried and did not succeed: true if the power fails now, undone by success."""
        with self._writing():
            self._execute(
                "UPDATE records SET tries = tries + 1, tried_at = ?, pause_s = ?, last_error = 'unfinished'"
                " WHERE sequence = ?",
                self._clock(), pause_s, sequence,
            )  # fmt: skip
        self._point("send.marked")

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
        """The county has it. The caller has verified the county's signature in `said` over terminal, id and digest.

        Removes the record, remembers that it was, then deletes its files. False when it was not here (said twice).
        Raises Corrupt if the digest is another's: then nothing is removed.
        """
        self._point("remove.begun")
        with self._lock:
            with self._writing():
                gone = self._remove(id, digest, said)
                self._point("remove.row.gone")
            self._point("remove.done")
            self._drop(gone or ())
            return gone is not None

    def _remove(self, record: str, digest: str, said: bytes) -> list[str] | None:
        """Within a transaction: the record's files, now named by nothing; None if it was not here."""
        row = self._one("SELECT sequence, kind, number, digest FROM records WHERE id = ?", record)
        if row is None:
            return None
        sequence, kind, number, held = row
        if held != digest:
            raise Corrupt(f"record {record}: the county acknowledged other bytes")
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


__all__ = [
    "Ack", "Clock", "Committed", "Due", "Entry", "OfflineError", "Outbox", "Sealed", "Sign", "Signed", "Status",
    "Unprinted", "Upload", "card_hash",
]  # fmt: skip

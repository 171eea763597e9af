"""The outbox: what a resident handed in, sealed, until the county has said with its signature that it has it.

`commit` is the moment a thing is handed in: files first (offline.files), then one transaction that gives the sequence
number, has the envelope and the receipt signed under it, and writes the row, with `synchronous=FULL`. A process killed
before that transaction leaves nothing, after it everything; called again with the same id it answers the same.

Several processes use it at once: the visit commits while the sync reads. sqlite-utils shapes the tables
(offline.tables); here plain sqlite3 runs, because a person waits.

What is asked of it and what leaves it: offline.looking, offline.sending. Left out on purpose: sealing and signatures
(wire), the county (offline.sync). The outbox cannot read what it keeps.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import sqlite3
from pathlib import Path

from offline import floor
from offline.carried import record_name
from offline.errors import Corrupt, OfflineError, of
from offline.files import Writing, free, sync_folder
from offline.mirror import ABSENT, Held, Mirror
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
from offline.sending import Sending
from offline.tables import MARK, MIGRATIONS


def unfinished(folder: Path) -> Path | None:
    """Where a rescue (offline.rescue) has a new database ready that has not taken its place yet."""
    return next(iter(sorted(folder.glob("damaged-*/rescued.db"))), None)


def card_hash(key: bytes, id_number: str) -> str:
    """The keyed hash (HMAC-SHA-256) by which a card finds its unprinted receipt. `key`: the terminal's own secret."""
    return hmac.new(key, b"unprinted receipt\x00" + id_number.encode(), hashlib.sha256).hexdigest()


class Outbox(Sending):
    """See the module. Open it with `Outbox.open`; its methods block, so a loop calls them in a thread."""

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        point: Points,
        reserve: int,
        mirror: Mirror | None = None,
    ) -> None:
        super().__init__(folder, connection, clock, point, mirror)
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
        mirror: Path | None = None,
    ) -> Outbox:
        """Open the outbox of a state folder, making it if need be.

        `check` has the whole database checked first (the supervisor does so once at start, in time proportional to
        what waits); what is used is checked as it is used anyhow. `reserve_bytes` is kept free by `room_for`.
        `mirror`: where a second medium is mounted (offline.mirror).
        Raises Corrupt (see offline.rescue), TooNew, DiskFull, DiskFailed, Busy.
        """
        folder = state / "outbox"
        try:
            if not (folder / "files").is_dir():
                (folder / "files").mkdir(parents=True, exist_ok=True, mode=0o700)
                folder.chmod(0o700)
                for name in (folder, folder.parent):
                    sync_folder(name)
            if unfinished(folder):
                raise Corrupt("a rescue was cut short")
            connection = connect(folder / "outbox.db", MIGRATIONS, MARK)
        except OSError as error:
            raise of(error) from error
        second = Mirror(mirror, state, point) if mirror is not None else None
        outbox = cls(folder, connection, clock, point, reserve_bytes, second)
        try:
            if check and (wrong := sound(connection)):
                raise Corrupt(wrong)
            outbox._begin()
        except BaseException:
            connection.close()
            raise
        return outbox

    def close(self) -> None:
        super().close()
        self.files.close()

    # ------------------------------------------------------------------ sequence

    def _begin(self) -> None:
        """Give a new database its first sequence: above every one the terminal has ever given."""
        with self._reading():
            if self._note("sequence"):
                return
        with self._writing():
            if not self._note("sequence"):  # another process may have been quicker
                self._set_note("sequence", str(floor.take(self.folder)))

    def _next_sequence(self) -> int:
        sequence = self._last_sequence() + 1
        if sequence % floor.STEP == 0:
            floor.put_above(self.folder, sequence)
            self._point("commit.floor.raised")
        return sequence

    def _last_sequence(self) -> int:
        """The highest that was ever given: a record here says so itself, one that has gone left a note."""
        (here,) = self._row("SELECT max(sequence) FROM records")
        return max(here or 0, int(self._note("sequence")))

    # ------------------------------------------------------------------ handing in

    def writing(self) -> contextlib.AbstractContextManager[Writing]:
        """Pages that are written while the next is being sealed; give it to `commit`, within."""
        return self.files.writing(self._point)

    def commit(self, sealed: Sealed, sign: Sign, *, card_hash: str = "", writing: Writing | None = None) -> Committed:
        """Hand a sealed record in. When this returns it is on the disk; the same id again answers the same and adds
        nothing. `writing`: its files are on their way already. What `sign` raises is raised, and DiskFull, DiskFailed,
        Corrupt, Busy: then nothing was handed in."""
        self._point("commit.begun")
        with self._lock:
            if sealed.files and (known := self.known(sealed.id)):  # before its files are written once more
                self.mirror_one(sealed.id)
                return known
            with self.files.committing() if sealed.files else contextlib.nullcontext():
                if writing is not None and writing.holds(sealed.files):
                    writing.done()
                else:
                    self.files.put(sealed.files, self._point)
                with self._writing():
                    self._point("commit.transaction.open")
                    known = self.known(sealed.id)
                    committed = known or self._insert(sealed, sign, card_hash)
            if known is None:
                self._point("commit.done")
            self.mirror_one(sealed.id)
            return committed

    def mirror_one(self, record: str) -> None:
        """Have a record on the second medium too, where one is wanted. What goes wrong there is told by `status`."""
        if self.mirror is None:
            return
        entry = self.entry(record)
        if entry is None:
            return
        wrong = self._mirror(entry)
        if wrong != self.note("mirror"):
            self.set_note("mirror", wrong)

    def _mirror(self, entry: Entry) -> str:
        assert self.mirror is not None  # noqa: S101 - asked by the callers
        due = self.content(entry)
        try:
            files = {each.sha256: self.files.path(each.sha256).read_bytes() for each in due.uploads}
        except OSError as error:
            return of(error).code
        return self.mirror.put(entry.sequence, entry.id, due.body, files, entry.number, entry.since)

    def mirror_all(self) -> str:
        """Bring the second medium up to date: what waits is there, what the county has is not. "" or what is wrong.

        What is there and was never here stays: it is another first disk's (offline.rescue takes it over)."""
        if self.mirror is None:
            return ""
        wrong = "" if self.mirror.there() else ABSENT
        if not wrong:
            here = {record_name(entry.sequence, entry.id): entry for entry in self.entries()}
            there = {held.path.name: held for held in self.mirror.held()}
            strange = {name for name, held in there.items() if name not in here and not self.at_county(held.id)}
            self.mirror.keep_only({*here, *strange})
            for name in here.keys() - there.keys():
                wrong = self._mirror(here[name]) or wrong
        if wrong != self.note("mirror"):
            self.set_note("mirror", wrong)
        return wrong

    def adopt(self, held: Held) -> bool:
        """Take over a record that only the mirror has: the first disk was lost. False if it is known here, or not
        whole there. Its number stays; so does its sequence where that is free, and none is given twice."""
        from wire.envelope import decode_envelope

        if self.mirror is None or self.known(held.id) or (body := self.mirror.whole(held)) is None:
            return False
        envelope, (number, at) = decode_envelope(body), held.about()
        files = {file.sha256: (held.path / file.sha256).read_bytes() for file in envelope.files}
        with self._lock, self.files.committing():
            self.files.put(files, self._point)
            with self._writing():
                last = self._last_sequence()
                taken = self._one("SELECT 1 FROM records WHERE sequence = ?", envelope.sequence)
                sequence = last + 1 if taken else envelope.sequence
                if sequence > last:
                    floor.put_above(self.folder, sequence)
                self._write_record(
                    sequence, Sealed(envelope.kind, envelope.id, envelope.digest, files), number, at, body
                )
        return True

    def _insert(self, sealed: Sealed, sign: Sign, card: str) -> Committed:
        now = self._clock()
        sequence = self._next_sequence()
        signed = sign(sequence)
        self._point("commit.signed")
        self._write_record(sequence, sealed, signed.number, now, signed.envelope)
        if signed.receipt:
            # Whoever stood here before has gone, and without a card nothing can bring their receipt back.
            self._execute("DELETE FROM unprinted WHERE card_hash = ''")
            self._execute(
                "INSERT INTO unprinted (id, number, code, card_hash, at) VALUES (?, ?, ?, ?, ?)",
                sealed.id, signed.number, signed.receipt, card, now,
            )  # fmt: skip
        self._point("commit.row.written")
        return Committed(sequence, signed.number, signed.receipt)

    def _write_record(self, sequence: int, sealed: Sealed, number: str, at: float, envelope: bytes) -> None:
        self._execute(
            "INSERT INTO records (sequence, id, kind, digest, number, committed_at, state, tries, pause_s, last_error,"
            " body) VALUES (?, ?, ?, ?, ?, ?, 'waiting', 0, 0, '', ?)",
            sequence, sealed.id, sealed.kind, sealed.digest, number, at, envelope,
        )  # fmt: skip
        for position, (sha256, content) in enumerate(sealed.files.items()):
            self._execute(
                "INSERT INTO files (record, position, sha256, size, address, done) VALUES (?, ?, ?, ?, '', 0)",
                sequence, position, sha256, len(content),
            )  # fmt: skip

    def room_for(self, size: int) -> bool:
        """Whether `size` bytes more fit while the reserve stays free. Asked before a resident begins."""
        try:
            return free(self.folder) - size >= self._reserve
        except OSError as error:
            raise of(error) from error

    def make_room(self) -> None:
        """The disk is full: delete what refused records left behind, and give back what the write-ahead log takes."""
        try:
            self.sweep()
        finally:
            self._forget()

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


__all__ = [
    "Ack", "Clock", "Committed", "Due", "Entry", "OfflineError", "Outbox", "Sealed", "Sign", "Signed", "Status",
    "Unprinted", "Upload", "card_hash",
]  # fmt: skip

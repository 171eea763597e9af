"""What the county holds, in one SQLite file. The one place that writes it.

Everything here blocks and belongs to the thread that made the connection: gateway.service gives the writer one thread
and readers others. WAL with synchronous=FULL: a commit that has returned outlives a power cut. PostgreSQL can stand
here later; callers see dataclasses and bytes only.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway import numbers
from gateway.schema import open_database
from wire.answers import encode
from wire.messages import CaseState, StateNotice


@dataclass(frozen=True)
class Terminal:
    number: str
    terminal: str
    kid: str
    public: bytes
    certificate: bytes
    revoked_at: str


@dataclass(frozen=True)
class NewCase:
    """A case to be opened. `scope`: the first 31 characters of its number; `days`: its limit, None unknown."""

    item: int
    item_id: str
    scope: str
    department: str
    title: str
    days: int | None = None


@dataclass(frozen=True, repr=False)
class Incoming:
    """A message that was checked and opened, ready to be accepted. `about`: the application it speaks of, or ""."""

    id: str
    terminal: str
    number: str
    kind: str
    sequence: int
    receipt: str
    digest: str
    received_at: str
    about: str
    envelope: bytes
    files: tuple[tuple[str, int], ...]
    cases: tuple[NewCase, ...] = ()
    secret: bytes = b""  # SHA-256 of the receipt's secret
    person: bytes = b""  # keyed hash of the number the person is known by
    faces: tuple[tuple[str, str], ...] = ()  # (sealed file, kind) of pictures of a person
    withdraw: tuple[str, ...] | None = None  # items to withdraw (empty: all), None: nothing; the proof was checked


@dataclass(frozen=True)
class Taken:
    """`ack`: the bytes to answer. `again`: it was here before."""

    ack: bytes
    again: bool


class Conflict(Exception):
    """The id is taken by another content."""


@dataclass(frozen=True)
class Case:
    number: str
    application: str
    item: int
    item_id: str
    department: str
    title: str
    state: str
    at: str
    days: int | None = None  # its limit, in working days after acceptance


@dataclass(frozen=True)
class Face:
    """A sealed picture of a person. kind: face | card_photo; `gone_at`: when its file was deleted, "" before."""

    sealed: str
    kind: str
    gone_at: str


@dataclass(frozen=True)
class Comparison:
    """What a clerk found of the person's picture and their card's: same | other | unsure."""

    said: str
    at: str


@dataclass(frozen=True)
class Held:
    """A message as it is kept."""

    id: str
    terminal: str
    number: str
    kind: str
    sequence: int
    receipt: str
    digest: str
    received_at: str
    about: str
    envelope: bytes


# States from which a case can still be withdrawn by the person (before it is decided).
OPEN_STATES = (
    CaseState.RECEIVED, CaseState.PRE_CHECK, CaseState.SUPPLEMENT_ASKED, CaseState.ACCEPTED, CaseState.SUSPENDED,
)  # fmt: skip

_HELD = "id, terminal, number, kind, sequence, receipt, digest, received_at, about, envelope"
_CASE = "number, application, item, item_id, department, title, state, at, days"
_TERMINAL = "number, terminal, kid, public, certificate, coalesce(revoked_at, '')"


class Store:
    """A connection. Open the file with `prepare` once before."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA foreign_keys=ON")

    @staticmethod
    def prepare(path: Path) -> None:
        """Create or migrate the file. Raises gateway.schema.NewerSchema."""
        open_database(path)

    def close(self) -> None:
        self._db.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # ------------------------------------------------------------ terminals

    def add_token(self, token_hash: str, terminal: str, expires_at: str) -> str:
        """Keep a token for a terminal; its four-digit number. Raises OverflowError after ten thousand terminals."""
        with self._transaction() as db:
            (last,) = db.execute("SELECT coalesce(max(number), '0000') FROM tokens").fetchone()
            if last == "9999":
                raise OverflowError("no terminal numbers left")
            number = f"{int(last) + 1:04d}"
            db.execute(
                "INSERT INTO tokens (hash, terminal, number, expires_at) VALUES (?, ?, ?, ?)",
                (token_hash, terminal, number, expires_at),
            )
        return number

    def enrol(
        self, token_hash: str, kid: str, now: str, make: Callable[[str, str], tuple[bytes, bytes, bytes]]
    ) -> bytes | None:
        """Use a token. `make(terminal, number)` -> (public key, certificate, answer). None: not a good token.

        The same key with the same token again gets the same answer again (the first may have been lost on the way).
        """
        with self._transaction() as db:
            row = db.execute(
                "SELECT terminal, number, expires_at, used_by, answer FROM tokens WHERE hash = ?", (token_hash,)
            ).fetchone()
            if row is None:
                return None
            terminal, number, expires_at, used_by, answer = row
            if used_by:
                return bytes(answer) if used_by == kid else None
            if expires_at < now or db.execute("SELECT 1 FROM terminals WHERE kid = ?", (kid,)).fetchone():
                return None
            public, certificate, answer = make(terminal, number)
            db.execute(
                "INSERT INTO terminals (number, terminal, kid, public, certificate, enrolled_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (number, terminal, kid, public, certificate, now),
            )
            db.execute("UPDATE tokens SET used_by = ?, answer = ? WHERE hash = ?", (kid, answer, token_hash))
            return bytes(answer)

    def terminals(self, terminal: str | None = None) -> tuple[Terminal, ...]:
        """All, or those of one name: several when its key was renewed; the newest first."""
        where, values = ("WHERE terminal = ?", (terminal,)) if terminal is not None else ("", ())
        rows = self._db.execute(f"SELECT {_TERMINAL} FROM terminals {where} ORDER BY number DESC", values)  # noqa: S608  # constants only
        return tuple(Terminal(*row) for row in rows)

    def terminal_by_key(self, kid: str) -> Terminal | None:
        row = self._db.execute(f"SELECT {_TERMINAL} FROM terminals WHERE kid = ?", (kid,)).fetchone()  # noqa: S608
        return Terminal(*row) if row else None

    def revoke(self, number: str, now: str) -> bool:
        with self._transaction() as db:
            return db.execute(
                "UPDATE terminals SET revoked_at = ? WHERE number = ? AND revoked_at IS NULL", (now, number)
            ).rowcount == 1  # fmt: skip

    # ------------------------------------------------------------ intake

    def known(self, message: str) -> tuple[str, str, bytes] | None:
        """(terminal, digest, acknowledgement) of a message that is here already."""
        row = self._db.execute("SELECT terminal, digest, ack FROM messages WHERE id = ?", (message,)).fetchone()
        return (row[0], row[1], bytes(row[2])) if row else None

    def accept(self, incoming: Incoming, day: str, acknowledge: Callable[[str, int], bytes]) -> Taken:
        """Take a message in, exactly once: message, cases, acknowledgement and feed in one durable transaction.

        `day`: YYYYMMDD for case numbers. `acknowledge(parent case number, item cases)` -> the signed bytes.
        Raises Conflict.
        """
        with self._transaction() as db:
            before = self.known(incoming.id)
            if before is not None:
                if before[:2] != (incoming.terminal, incoming.digest):
                    raise Conflict
                return Taken(before[2], True)
            opened = [(self._next_number(each.scope, day), each) for each in incoming.cases]
            parent = opened[0][0] if opened else ""
            ack = acknowledge(parent, max(len(opened) - 1, 0))
            db.execute(
                f"INSERT INTO messages ({_HELD}, ack) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (
                    incoming.id, incoming.terminal, incoming.number, incoming.kind, incoming.sequence, incoming.receipt,
                    incoming.digest, incoming.received_at, incoming.about, incoming.envelope, ack,
                ),
            )  # fmt: skip
            db.executemany(
                "INSERT INTO files (message, position, sha256, size) VALUES (?, ?, ?, ?)",
                [(incoming.id, position, sha256, size) for position, (sha256, size) in enumerate(incoming.files)],
            )
            self._announce(incoming.terminal, ack)
            if opened:
                db.execute(
                    "INSERT INTO applications (id, secret, person) VALUES (?, ?, ?)",
                    (incoming.id, incoming.secret, incoming.person),
                )
                db.executemany(
                    "INSERT INTO faces (sealed, application, kind) VALUES (?, ?, ?)",
                    [(sealed, incoming.id, kind) for sealed, kind in incoming.faces],
                )
            for number, case in opened:
                db.execute(
                    f"INSERT INTO cases ({_CASE}, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                    (
                        number, incoming.id, case.item, case.item_id, case.department, case.title,
                        CaseState.RECEIVED, incoming.received_at, case.days, case.scope,
                    ),
                )  # fmt: skip
                self._note(number, CaseState.RECEIVED, incoming.received_at, incoming.kind)
            if incoming.withdraw is not None:
                self._withdraw(incoming)
            return Taken(ack, False)

    def _next_number(self, scope: str, day: str) -> str:
        (serial,) = self._db.execute(
            "INSERT INTO serials (scope, day, last) VALUES (?, ?, 1)"
            " ON CONFLICT (scope, day) DO UPDATE SET last = last + 1 RETURNING last",
            (scope, day),
        ).fetchone()
        return numbers.case_number(scope, day, serial)

    def _announce(self, terminal: str | None, notice: bytes) -> None:
        self._db.execute("INSERT INTO feed (terminal, notice) VALUES (?, ?)", (terminal, notice))

    def _note(self, case: str, state: str, at: str, why: str) -> None:
        self._db.execute('INSERT INTO history ("case", state, at, why) VALUES (?, ?, ?, ?)', (case, state, at, why))

    def _withdraw(self, incoming: Incoming) -> None:
        for case in self.cases(incoming.about):
            chosen = not incoming.withdraw or case.item_id in incoming.withdraw
            if chosen and case.item > 0 and case.state in OPEN_STATES:
                self._move(case, CaseState.WITHDRAWN, incoming.received_at, incoming.id)
        (parent, *items) = self.cases(incoming.about) or (None,)
        if parent is not None and items and all(each.state == CaseState.WITHDRAWN for each in items):
            self._move(parent, CaseState.WITHDRAWN, incoming.received_at, incoming.id)

    def _move(self, case: Case, state: CaseState, at: str, why: str) -> None:
        self._db.execute("UPDATE cases SET state = ?, at = ? WHERE number = ?", (state, at, case.number))
        self._note(case.number, state, at, why)
        (terminal,) = self._db.execute("SELECT terminal FROM messages WHERE id = ?", (case.application,)).fetchone()
        (parent,) = self._db.execute(
            "SELECT number FROM cases WHERE application = ? AND item = 0", (case.application,)
        ).fetchone()
        notice = StateNotice(id=case.application, case=parent, item=case.item, state=state, at=at)
        self._announce(terminal, encode(notice))

    def set_state(self, number: str, state: CaseState, at: str, why: str) -> bool:
        """Move a case, parent or item, and tell its terminal. False: no such case."""
        with self._transaction():
            case = next((each for each in self._cases("number = ?", number)), None)
            if case is None:
                return False
            if case.state != state:
                self._move(case, state, at, why)
            return True

    # ------------------------------------------------------------ pictures of people

    def faces(self, application: str) -> tuple[Face, ...]:
        rows = self._db.execute(
            "SELECT sealed, kind, coalesce(gone_at, '') FROM faces WHERE application = ?", (application,)
        )
        return tuple(Face(*row) for row in rows)

    def compare(self, application: str, said: str, at: str) -> bool:
        """Write down what a clerk found; again: corrected. False: nothing came with it that could be compared."""
        with self._transaction() as db:
            if not self.faces(application):
                return False
            db.execute("INSERT OR REPLACE INTO comparisons VALUES (?, ?, ?)", (application, said, at))
            return True

    def compared(self, application: str) -> Comparison | None:
        row = self._db.execute("SELECT said, at FROM comparisons WHERE application = ?", (application,)).fetchone()
        return Comparison(*row) if row else None

    def faces_over(self, before: str) -> tuple[str, ...]:
        """Sealed files of applications whose items have all been over since before a UTC time."""
        marks = ", ".join("?" for _ in OPEN_STATES)
        rows = self._db.execute(
            "SELECT sealed FROM faces WHERE gone_at IS NULL AND NOT EXISTS (SELECT 1 FROM cases"  # noqa: S608
            f" WHERE cases.application = faces.application AND item > 0 AND (state IN ({marks}) OR at > ?))",
            (*OPEN_STATES, before),
        )
        return tuple(row[0] for row in rows)

    def face_gone(self, sealed: str, at: str) -> None:
        with self._transaction() as db:
            db.execute("UPDATE faces SET gone_at = ? WHERE sealed = ?", (at, sealed))

    # ------------------------------------------------------------ terminals' trails

    def anchor(self, terminal: str, number: int, digest: str, at: str) -> bool:
        """Keep the head of a terminal's trail. False where an earlier one says otherwise: another hash under the same
        number, or a higher number. Both stay kept."""
        with self._transaction() as db:
            (last,) = db.execute("SELECT max(number) FROM anchors WHERE terminal = ?", (terminal,)).fetchone()
            same = db.execute(
                "SELECT hash FROM anchors WHERE terminal = ? AND number = ?", (terminal, number)
            ).fetchone()
            db.execute("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?)", (terminal, number, digest, at))
        return (last or 0) <= number and (same is None or same[0] == digest)

    def anchors(self, terminal: str | None = None) -> list[tuple[str, int, str, str]]:
        """(terminal, number, hash, when told), newest first."""
        return self._db.execute(
            "SELECT terminal, number, hash, at FROM anchors WHERE ?1 IS NULL OR terminal = ?1"
            " ORDER BY terminal, number DESC, at DESC",
            (terminal,),
        ).fetchall()

    # ------------------------------------------------------------ reading

    def claims(self, sha256: str) -> bool:
        """Whether a message that was taken in names a file."""
        return self._db.execute("SELECT 1 FROM files WHERE sha256 = ?", (sha256,)).fetchone() is not None

    def feed(self, terminal: str, after: int, most: int) -> tuple[list[tuple[int, bytes]], bool]:
        """(serial, notice) after a serial, oldest first, and whether there are more."""
        rows = self._db.execute(
            "SELECT serial, notice FROM ("
            " SELECT serial, notice FROM feed WHERE terminal = ? AND serial > ?"
            " UNION ALL SELECT serial, notice FROM feed WHERE terminal IS NULL AND serial > ?)"
            " ORDER BY serial LIMIT ?",
            (terminal, after, after, most + 1),
        ).fetchall()
        return [(row[0], bytes(row[1])) for row in rows[:most]], len(rows) > most

    def message(self, message: str) -> Held | None:
        row = self._db.execute(f"SELECT {_HELD} FROM messages WHERE id = ?", (message,)).fetchone()  # noqa: S608
        return Held(*row) if row else None

    def messages(self, kind: str | None = None, about: str | None = None) -> tuple[Held, ...]:
        """In the order they were received."""
        rows = self._db.execute(
            f"SELECT {_HELD} FROM messages"  # noqa: S608
            " WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR about = ?2) ORDER BY rowid",
            (kind, about),
        )
        return tuple(Held(*row) for row in rows)

    def cases(self, application: str) -> tuple[Case, ...]:
        """The parent first, then in the order of the application's items."""
        return self._cases("application = ?", application)

    def _cases(self, where: str, value: str) -> tuple[Case, ...]:
        rows = self._db.execute(f"SELECT {_CASE} FROM cases WHERE {where} ORDER BY item", (value,))  # noqa: S608
        return tuple(Case(*row) for row in rows)

    def history(self, number: str) -> list[tuple[str, str]]:
        """(state, UTC time) of a case, in order."""
        return self._db.execute('SELECT state, at FROM history WHERE "case" = ? ORDER BY serial', (number,)).fetchall()

    def secret_of(self, application: str) -> bytes | None:
        row = self._db.execute("SELECT secret FROM applications WHERE id = ?", (application,)).fetchone()
        return bytes(row[0]) if row else None

    def person_of(self, application: str) -> bytes | None:
        row = self._db.execute("SELECT person FROM applications WHERE id = ?", (application,)).fetchone()
        return bytes(row[0]) if row else None

    def applications_of(self, person: bytes, most: int = 50) -> Sequence[str]:
        """Newest first."""
        rows = self._db.execute(
            "SELECT a.id FROM applications a JOIN messages m ON m.id = a.id WHERE a.person = ?"
            " ORDER BY m.rowid DESC LIMIT ?",
            (person, most),
        )
        return [row[0] for row in rows]

    # ------------------------------------------------------------ what the county publishes

    def publish(self, what: str, version: str, body: bytes, at: str, notice: bytes | None) -> None:
        """Keep a catalogue or settings, and tell all terminals."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO published (what, version, body, at) VALUES (?, ?, ?, ?)",
                (what, version, body, at),
            )
            if notice is not None:
                self._announce(None, notice)

    def published(self, what: str, version: str) -> bytes | None:
        row = self._db.execute("SELECT body FROM published WHERE what = ? AND version = ?", (what, version)).fetchone()
        return bytes(row[0]) if row else None

    def latest_catalogue(self) -> bytes | None:
        row = self._db.execute(
            "SELECT body FROM published WHERE what = 'catalogue' ORDER BY rowid DESC LIMIT 1"
        ).fetchone()
        return bytes(row[0]) if row else None

    def latest_settings(self) -> bytes | None:
        row = self._db.execute(
            "SELECT body FROM published WHERE what = 'settings' ORDER BY CAST(version AS INTEGER) DESC LIMIT 1"
        ).fetchone()
        return bytes(row[0]) if row else None

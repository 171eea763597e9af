"""When the outbox's database is damaged: set it aside, save what can be read, count and name what cannot.

The damaged file is kept beside the new one, never overwritten. Rows are read one by one by their sequence, so that one
unreadable page costs the records on it and no others; each is checked against its digest and its files against their
names before it is taken over. Sealed files that no saved record names are kept in a folder of their own.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offline.errors import Corrupt, of
from offline.files import Files
from offline.outbox import Clock, Outbox
from offline.points import Points, nothing
from offline.schema import connect, transaction
from offline.tables import MARK, MIGRATIONS

CheckBody = Callable[[bytes, str], bool]
"""(body, digest) -> whether the digest is the body's."""


def envelope_is(body: bytes, digest: str) -> bool:
    """Whether a whole envelope with that digest was stored (its signature is the county's to check)."""
    from wire.envelope import decode_envelope
    from wire.errors import WireError

    try:
        return decode_envelope(body).digest == digest
    except WireError:
        return False


@dataclass(frozen=True)
class Rescued:
    """What came of it. `lost` names records by id, or by sequence where not even the id can be read."""

    aside: Path
    saved: int
    lost: tuple[str, ...]


def open_sound(
    state: Path,
    clock: Clock,
    *,
    point: Points = nothing,
    reserve_bytes: int = 0,
    body_is: CheckBody = envelope_is,
) -> tuple[Outbox, Rescued | None]:
    """Open the outbox after a thorough look; if it is damaged, rescue it and open what was saved.

    For the one process that starts the others: nobody else may have the outbox open. Raises TooNew, DiskFull,
    DiskFailed, Busy, and Corrupt only if the rescue itself fails.
    """
    try:
        return Outbox.open(state, clock, point=point, reserve_bytes=reserve_bytes, check=True), None
    except Corrupt:
        rescued = _rescue(state, clock, body_is)
    return Outbox.open(state, clock, point=point, reserve_bytes=reserve_bytes, check=True), rescued


def _rescue(state: Path, clock: Clock, body_is: CheckBody) -> Rescued:
    folder = state / "outbox"
    aside = _set_aside(folder)
    Outbox.open(state, clock).close()  # a new database, its numbers above the old one's
    files = Files(folder / "files", folder / "lock")
    try:
        with contextlib.closing(connect(folder / "outbox.db", MIGRATIONS, MARK)) as new:
            with transaction(new):
                saved, lost = _take_over(aside / "outbox.db", new, files, body_is)
            named = {name for (name,) in new.execute("SELECT sha256 FROM files")}
        _keep_orphans(folder, aside, named)
    except (sqlite3.Error, OSError) as error:
        raise of(error) from error
    return Rescued(aside, saved, tuple(lost))


def _set_aside(folder: Path) -> Path:
    number = 1
    while (aside := folder / f"damaged-{number}").exists():
        number += 1
    try:
        aside.mkdir(mode=0o700)
        for name in ("outbox.db", "outbox.db-wal", "outbox.db-shm"):
            with contextlib.suppress(FileNotFoundError):
                (folder / name).rename(aside / name)
    except OSError as error:
        raise of(error) from error
    return aside


def _take_over(old: Path, new: sqlite3.Connection, files: Files, body_is: CheckBody) -> tuple[int, list[str]]:
    saved, lost = 0, []
    for sequence, record, uploads in _records(old):
        if record is None:
            lost.append(f"#{sequence}")
        elif not body_is(record["body"], record["digest"]) or not all(
            files.check(upload["sha256"], upload["size"]) for upload in uploads
        ):
            lost.append(str(record["id"]))
        else:
            # Under its own number: the receipt in somebody's hand says it.
            _insert(new, "records", record)
            for upload in uploads:
                _insert(new, "files", upload)
            saved += 1
    for table in ("unprinted", "acknowledged", "feed"):
        for row in _rows(old, table):
            _insert(new, table, row)
    for row in _rows(old, "notes"):
        if row["key"] != "sequence":  # the new database has its own, higher
            _insert(new, "notes", row)
    return saved, lost


def _insert(new: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    with contextlib.suppress(sqlite3.IntegrityError):  # half a row of what is not a record: left behind
        new.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))  # noqa: S608 - names of our own


def _records(old: Path) -> Iterator[tuple[int, dict[str, Any] | None, list[dict[str, Any]]]]:
    """Every record of a damaged file: its sequence, and the row if it can be read."""
    with contextlib.closing(_look(old)) as db:
        for sequence in _sequences(db):
            try:
                row = db.execute("SELECT * FROM records WHERE sequence = ?", (sequence,)).fetchone()
                files = db.execute("SELECT * FROM files WHERE record = ? ORDER BY position", (sequence,)).fetchall()
                yield sequence, dict(row) if row else None, [dict(f) for f in files]
            except (sqlite3.Error, OverflowError, UnicodeDecodeError):
                yield sequence, None, []


def _sequences(db: sqlite3.Connection) -> list[int]:
    """Sequences that are or were there: from the table, from its indexes, and from the files' rows."""
    found: set[int] = set()
    for question in (
        "SELECT sequence FROM records NOT INDEXED ORDER BY sequence",
        "SELECT sequence FROM records NOT INDEXED ORDER BY sequence DESC",  # from the other end of a broken page
        "SELECT sequence FROM records ORDER BY id",
        "SELECT sequence FROM records WHERE state = 'waiting' ORDER BY sequence",
        "SELECT DISTINCT record FROM files",
    ):
        with contextlib.suppress(sqlite3.Error):
            for row in db.execute(question):
                if isinstance(row[0], int):
                    found.add(row[0])
    return sorted(found)


def _rows(old: Path, table: str) -> Iterator[dict[str, Any]]:
    with contextlib.closing(_look(old)) as db, contextlib.suppress(sqlite3.Error):
        for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608 - a name of our own
            yield dict(row)


def _look(old: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{old}?mode=rw", uri=True, isolation_level=None)
    db.row_factory = sqlite3.Row
    return db


def _keep_orphans(folder: Path, aside: Path, named: set[str]) -> None:
    keep = aside / "files"
    keep.mkdir(exist_ok=True, mode=0o700)
    for path in list((folder / "files").iterdir()):
        if path.name not in named:
            path.rename(keep / path.name)


__all__ = ["CheckBody", "Rescued", "envelope_is", "open_sound"]

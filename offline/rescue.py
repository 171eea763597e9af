"""When the outbox's database is damaged: set it aside, save what can be read, count and name what cannot.

The damaged file is kept, never overwritten; what could not be saved of it may be wanted. Rows are read one by one by
their sequence, so that one unreadable page costs the records on it and no others; each is checked against its digest
and its files against their names before it is taken over. Sealed files that no saved record names are kept in a folder
of their own.

A power cut in the middle finds the damaged database in its place, and the rescue begins anew, or finds a whole new one
ready (`damaged-N/rescued.db`), and the rescue goes on from there; until it has, nobody else opens the outbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from offline import ballast, floor
from offline.errors import Corrupt, of
from offline.files import Files, sync_folder
from offline.outbox import Clock, Outbox, unfinished
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
    """What came of it. `lost` names records by id, or by sequence where not even the id can be read; `mirrored`: how
    many came back from the second medium, those not counted as lost. `aside`: None where nothing was damaged, only
    gone (a new first disk)."""

    aside: Path | None
    saved: int
    lost: tuple[str, ...]
    mirrored: int = 0


def open_sound(
    state: Path,
    clock: Clock,
    *,
    point: Points = nothing,
    reserve_bytes: int = 0,
    body_is: CheckBody = envelope_is,
    mirror: Path | None = None,
) -> tuple[Outbox, Rescued | None]:
    """Open the outbox after a thorough look; if it is damaged, rescue it and open what was saved; take over what only
    the second medium has, and bring that up to date. On a full disk the ballast goes first (offline.ballast).

    For the one process that starts the others: nobody else may have the outbox open. Raises TooNew, DiskFull,
    DiskFailed, Busy, and Corrupt only if the rescue itself fails.
    """
    rescued: Rescued | None = None

    def opened() -> Outbox:
        return Outbox.open(state, clock, point=point, reserve_bytes=reserve_bytes, check=True, mirror=mirror)

    ballast.give_up_if_full(state)
    try:
        outbox = opened()
    except Corrupt:
        rescued = _rescue(state, body_is)
        outbox = opened()
    adopted = _adopt(outbox, state)
    if adopted:
        rescued = rescued or Rescued(None, 0, ())
        lost = tuple(each for each in rescued.lost if each not in adopted)
        rescued = replace(rescued, lost=lost, mirrored=len(adopted) // 2)
    outbox.mirror_all()
    return outbox, rescued


SEEN = "seen"


def lost(outbox: Outbox) -> tuple[str, ...]:
    """What no rescue could save and nobody has said that they know (`seen`): ids, or #SEQUENCE where not even the id
    could be read. What came back from the second medium, or is at the county, is not lost."""
    found: list[str] = []
    for report in sorted(outbox.folder.glob("damaged-*/report.json")):
        if not (report.parent / SEEN).exists():
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                named = _report(report.parent)[1]
                found += [name for name in named if not outbox.remembers(name)]
                pages = sum(1 for _ in (report.parent / "files").glob("*"))
                found += [f"? ({pages} sealed pages of nobody knows which)"] if pages and not named else []
    return tuple(found)


def seen(outbox: Outbox) -> None:
    """The window has the list: it is not shown any more. The damaged files stay. Raises OfflineError."""
    try:
        for report in outbox.folder.glob("damaged-*/report.json"):
            (report.parent / SEEN).touch(mode=0o600)
            sync_folder(report.parent)
    except OSError as error:
        raise of(error) from error


def _adopt(outbox: Outbox, state: Path) -> list[str]:
    """Id and #sequence of each record that only the second medium had of this terminal: the first disk is
    new, or the rescue could not save it.

    Of another terminal's name nothing is taken: the county's answers to it would not come here."""
    if outbox.mirror is None or not (strange := [held for held in outbox.mirror.held() if not outbox.known(held.id)]):
        return []
    from offline import identity
    from wire.envelope import decode_envelope

    try:
        name = identity.load(state).terminal
    except identity.NotEnrolled:
        return []  # at the next start, when the county has enrolled it again
    found = []
    for held in strange:
        body = outbox.mirror.whole(held)
        if body is not None and decode_envelope(body).terminal == name and outbox.adopt(held):
            found += [held.id, f"#{held.sequence}"]
    return found


_DATABASE = ("outbox.db", "outbox.db-wal")
_HALF = "rescuing.part"


def _rescue(state: Path, body_is: CheckBody) -> Rescued:
    folder = state / "outbox"
    try:
        ready = unfinished(folder)
        if ready is None:
            ready, saved, lost = _prepare(folder, body_is)
        else:
            saved, lost = _report(ready.parent)
        _take_its_place(folder, ready)
    except (sqlite3.Error, OSError) as error:
        raise of(error) from error
    return Rescued(ready.parent, saved, tuple(lost))


def _prepare(folder: Path, body_is: CheckBody) -> tuple[Path, int, list[str]]:
    """A copy of the damaged database and a new one made from it, both synced, in a folder that then gets its name."""
    half = folder / _HALF
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(mode=0o700)
    for name in _DATABASE:
        if (folder / name).exists():
            _copy_what_reads(folder / name, half / name)
    files = Files(folder / "files", folder / "lock")
    first = floor.take(folder)  # its numbers are above every one the terminal has ever given
    with contextlib.closing(connect(half / "rescued.db", MIGRATIONS, MARK)) as new, transaction(new):
        saved, lost = _take_over(half / "outbox.db", new, files, body_is)
        new.execute("INSERT OR REPLACE INTO notes (key, value) VALUES ('sequence', ?)", (str(first),))
    (half / "report.json").write_text(json.dumps({"saved": saved, "lost": lost}), "utf-8")
    for path in half.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sync_folder(half)
    number = 1
    while (aside := folder / f"damaged-{number}").exists():
        number += 1
    half.rename(aside)
    sync_folder(folder)
    return aside / "rescued.db", saved, lost


def _copy_what_reads(old: Path, new: Path) -> None:
    """Zeros where the disk cannot read any more: the rest may still be of use."""
    with old.open("rb", buffering=0) as source, new.open("wb") as target:
        for at in range(0, os.fstat(source.fileno()).st_size, _BLOCK):
            try:
                part = os.pread(source.fileno(), _BLOCK, at)
            except OSError:
                part = bytes(_BLOCK)
            target.write(part)


_BLOCK = 1 << 16


def _report(aside: Path) -> tuple[int, list[str]]:
    said = json.loads((aside / "report.json").read_text("utf-8"))
    return int(said["saved"]), [str(each) for each in said["lost"]]


def _take_its_place(folder: Path, ready: Path) -> None:
    """The new database instead of the damaged one. Any of it may be done already."""
    with contextlib.closing(connect(ready, MIGRATIONS, MARK)) as new:
        named = {name for (name,) in new.execute("SELECT sha256 FROM files")}
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _keep_orphans(folder, ready.parent, named)
    for name in ("outbox.db-wal", "outbox.db-shm"):  # they belong to the damaged one
        (folder / name).unlink(missing_ok=True)
    for path in (folder / "files", ready.parent / "files", ready.parent, folder):
        sync_folder(path)
    ready.rename(folder / "outbox.db")
    sync_folder(folder)
    sync_folder(ready.parent)


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
        "SELECT sequence FROM records WHERE state = 'waiting' AND tried_at IS NULL ORDER BY sequence",
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


__all__ = ["CheckBody", "Rescued", "envelope_is", "lost", "open_sound", "seen"]

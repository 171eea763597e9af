"""The room's one error family. Each carries the code of a fault card in config/faults and a note for staff.

Notes never hold a person's data: ids, counts, file names and SQLite's own words only.
"""

from __future__ import annotations

import errno
import sqlite3


class OfflineError(Exception):
    """An expected failure of the outbox, the trail or the sync."""

    code = "outbox.failed"

    def __init__(self, note: str = "") -> None:
        super().__init__(f"{self.code}: {note}" if note else self.code)
        self.note = note


class DiskFull(OfflineError):
    """No room on the disk. Nothing was committed."""

    code = "outbox.disk_full"


class Corrupt(OfflineError):
    """The database or a file does not hold what was written. See offline.rescue."""

    code = "outbox.corrupt"


class TooNew(OfflineError):
    """The file was written by a newer program than this one; it is left untouched."""

    code = "outbox.too_new"


class DiskFailed(OfflineError):
    """The disk refused to read or write, for another reason than being full."""

    code = "outbox.disk_failed"


class StickFailed(DiskFailed):
    """The same of a courier's stick."""


class Busy(OfflineError):
    """Another process held the database, or its work, for too long."""

    code = "outbox.busy"


class NotFound(OfflineError):
    """There is no such record."""

    code = "outbox.not_found"


class TrailRefused(OfflineError):
    """An event or field that config/events.toml does not declare, or a value that its type does not admit."""

    code = "trail.refused"


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def of(error: OSError | sqlite3.Error) -> OfflineError:
    """The member of the family that a disk's or SQLite's error belongs to."""
    if isinstance(error, OSError):
        note = error.strerror or type(error).__name__
        return DiskFull(note) if error.errno in _FULL else DiskFailed(note)
    extended = getattr(error, "sqlite_errorcode", 0)
    code = extended & 0xFF
    note = str(error)
    if code == sqlite3.SQLITE_FULL or extended == sqlite3.SQLITE_IOERR_SHMSIZE:  # the latter: no room for its -shm file
        return DiskFull(note)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return Corrupt(note)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy(note)
    return DiskFailed(note)

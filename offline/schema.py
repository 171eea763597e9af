"""Opening a database of this room: pragmas, refusal of newer files, migrations that never drop data.

sqlite-utils shapes the tables, and is only imported when there is something to shape: a terminal opens its outbox at
every start, and almost always finds it as it should be. `user_version` counts the migrations that have been applied;
they and the count are one transaction, so a power cut leaves the old version or the new.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from offline.errors import Corrupt, TooNew, of

if TYPE_CHECKING:
    from sqlite_utils import Database

Migration = Callable[["Database"], None]

BUSY_MS = 10_000
"""How long one process waits for another's transaction; each of them takes milliseconds."""


def connect(path: Path, migrations: Sequence[Migration], mark: int) -> sqlite3.Connection:
    """Open (or make) a database in WAL with synchronous=FULL and bring it up to date.

    `mark` is the application_id that says whose file it is (https://sqlite.org/pragma.html#pragma_application_id).
    Raises TooNew, Corrupt, DiskFull, DiskFailed, Busy.
    """
    connection: sqlite3.Connection | None = None
    try:
        # Threads take turns under the owner's lock, so SQLite's own thread check is off.
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
        path.chmod(0o600)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only forgotten
        _migrate(connection, path, migrations, mark)
    except (sqlite3.Error, OSError) as error:
        if connection:
            connection.close()
        raise of(error) from error
    except BaseException:
        if connection:
            connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration], mark: int) -> None:
    version = _pragma(connection, "user_version")
    found = _pragma(connection, "application_id")
    if found not in (0, mark):
        raise Corrupt(f"{path.name} is not this program's file")
    if version > len(migrations):
        raise TooNew(f"{path.name} has version {version}, this program knows {len(migrations)}: update the program")
    if version == len(migrations):
        return
    from sqlite_utils import Database

    with transaction(connection):
        # Another process may have been quicker while this one waited for the lock.
        for number in range(_pragma(connection, "user_version"), len(migrations)):
            migrations[number](Database(connection))
            connection.execute(f"PRAGMA user_version={number + 1}")
        connection.execute(f"PRAGMA application_id={mark}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One write transaction, taken at once (BEGIN IMMEDIATE), so that a wait for another process comes first."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def sound(connection: sqlite3.Connection, thorough: bool = False) -> str:
    """What is wrong with the file in SQLite's words, "" if nothing. `thorough` checks indexes against tables too."""
    try:
        rows = connection.execute("PRAGMA integrity_check(5)" if thorough else "PRAGMA quick_check(5)").fetchall()
    except sqlite3.DatabaseError as error:
        return str(error)
    said = "; ".join(str(row[0]) for row in rows)
    return "" if said == "ok" else said

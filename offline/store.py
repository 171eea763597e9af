"""One open database of this room: a lock between threads, errors as our own family, transactions, small notes."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

from offline.errors import of
from offline.schema import transaction

Row = tuple[Any, ...]


class Store:
    """Several threads may use it in turn, several processes at once. The table `notes` (key, value) is its memory."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def note(self, key: str) -> str:
        """A small remembered value ("" if none): the feed's cursor, the line's pause."""
        with self._reading():
            return self._note(key)

    def set_note(self, key: str, value: str) -> None:
        with self._writing():
            self._set_note(key, value)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise of(error) from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        with self._reading(), transaction(self._connection):
            yield

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """A transaction that outlives this process, and a power cut only once a later one has been synced: for what is
        merely found again if it is lost. In WAL the database stays sound (https://sqlite.org/pragma.html, synchronous).
        """
        with self._reading():
            self._connection.execute("PRAGMA synchronous=NORMAL")
            try:
                with transaction(self._connection):
                    yield
            finally:
                self._connection.execute("PRAGMA synchronous=FULL")

    def _execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def _all(self, sql: str, *values: object) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: object) -> Row | None:
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def _row(self, sql: str, *values: object) -> Row:
        row = self._one(sql, *values)
        assert row is not None  # noqa: S101 - an aggregate always has a row
        return row

    def _note(self, key: str) -> str:
        row = self._one("SELECT value FROM notes WHERE key = ?", key)
        return str(row[0]) if row else ""

    def _set_note(self, key: str, value: str) -> None:
        self._execute(
            "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key, value,
        )  # fmt: skip

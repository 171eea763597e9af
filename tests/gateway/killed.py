"""`python killed.py serve …`: the real gateway, which kills itself (SIGKILL) at a durable step, once, when armed.

Armed by a file named in KILL_AT that holds `POINT NUMBER`: at the NUMBER-th time from then on that POINT is reached.
Points: sql (before a statement of the store), committed (after a COMMIT has returned), rename and renamed (a whole
file's move to its place), synced (after its folder's fsync), appended (after bytes were written to an upload).
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import gateway.files
import gateway.store
from gateway.commands import main

ARMED = Path(os.environ["KILL_AT"])
_counted: dict[str, int] = {}


def reached(point: str) -> None:
    try:
        wanted, _, number = ARMED.read_text("ascii").partition(" ")
    except FileNotFoundError:
        _counted.clear()
        return
    if wanted != point:
        return
    _counted[point] = _counted.get(point, 0) + 1
    if _counted[point] == int(number):
        ARMED.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


class Connection(sqlite3.Connection):
    """Counts the statements of writing transactions."""

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if sql.startswith("BEGIN") or self.in_transaction:
            reached("sql")
        cursor = super().execute(sql, *rest)
        if sql == "COMMIT":
            reached("committed")
        return cursor


def patch() -> None:
    connect = sqlite3.connect

    def connecting(path: Path, **more: Any) -> sqlite3.Connection:
        return connect(path, factory=Connection, **more)

    gateway.store.sqlite3.connect = connecting  # type: ignore[attr-defined]
    rename, sync, append = Path.rename, gateway.files._sync_folder, gateway.files.Folder.append

    def renaming(self: Path, target: Path) -> Path:
        reached("rename")
        made = rename(self, target)
        reached("renamed")
        return made

    def syncing(path: Path) -> None:
        sync(path)
        reached("synced")

    def appending(self: Any, *rest: Any) -> int:
        offset = append(self, *rest)
        reached("appended")
        return offset

    Path.rename = renaming  # type: ignore[assignment,method-assign]
    gateway.files._sync_folder = syncing
    gateway.files.Folder.append = appending  # type: ignore[method-assign]


if __name__ == "__main__":
    patch()
    sys.exit(main())

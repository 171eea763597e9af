"""Room that only the bringing may use: a file that holds it while there is plenty, given up when the disk is full.

A disk may be filled to its last block by somebody else (an update, a vendor's log). No visit begins then, but what was
handed in before must still go, and to bring a record away a little must be written first: that it was tried, where its
pages are, that the county has it. Everything brought makes more room than it took.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from offline.files import free

SIZE = 4 << 20
"""Bytes: as many as a write-ahead log grows to before SQLite writes it back (1,000 pages of 4 KiB)."""
PLENTY = 4
"""So many times its size must be free before it is taken (again): what was given up is not at once taken back."""
NAME = "ballast"


def hold(state: Path) -> None:
    """Take the room, where there is plenty. What cannot be had is not held: nothing here may stop the bringing."""
    path = state / NAME
    with contextlib.suppress(OSError):
        if path.exists() or free(state) < PLENTY * SIZE:
            return
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(handle, 0, SIZE)
        except OSError:
            path.unlink()
        finally:
            os.close(handle)


def give_up(state: Path) -> None:
    """The disk is full: let the room go."""
    with contextlib.suppress(OSError):
        (state / NAME).unlink(missing_ok=True)


def give_up_if_full(state: Path) -> None:
    """Before a database is opened, which writes too."""
    with contextlib.suppress(OSError):
        if free(state) < SIZE // 4:
            give_up(state)

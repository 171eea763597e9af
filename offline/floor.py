"""The sequence's floor: a file beside the database that always names a sequence not yet given, so that none is given
twice even after the database was lost."""

from __future__ import annotations

from pathlib import Path

from offline.errors import Corrupt
from offline.files import write_durably

STEP = 1000
"""The file is written anew every so many records: a lost database wastes at most as many numbers."""


def take(folder: Path) -> int:
    """The sequence a new database starts after; the file then names one further up. Raises Corrupt."""
    try:
        floor = int((folder / "floor").read_text("ascii"))
    except FileNotFoundError:
        floor = 0
    except ValueError as error:
        raise Corrupt("the file floor") from error
    put_above(folder, floor)
    return floor


def put_above(folder: Path, sequence: int) -> None:
    write_durably(folder / "floor", f"{(sequence // STEP + 1) * STEP}\n".encode())

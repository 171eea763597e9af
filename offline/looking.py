"""What can be asked of the outbox: how many wait, each record and its state, what it holds. Nothing here changes it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from offline.errors import NotFound
from offline.files import Files
from offline.mirror import Mirror
from offline.points import Points
from offline.records import Clock, Committed, Delivered, Due, Entry, Status, Upload
from offline.store import Store

ENTRY = (
    "sequence, id, kind, digest, number, committed_at, state, tries, tried_at, last_error, "
    "(SELECT count(*) FROM files WHERE record = sequence), "
    "length(body) + (SELECT coalesce(sum(size), 0) FROM files WHERE record = sequence)"
)
"""The columns of an Entry. Counts come from rows of their own (offline.tables), so ten thousand cost what ten do."""


class Looking(Store):
    """An outbox as far as it is only looked at."""

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        clock: Clock,
        point: Points,
        mirror: Mirror | None = None,
    ) -> None:
        super().__init__(connection)
        self.mirror = mirror
        self.folder = folder
        self.files = Files(folder / "files", folder / "lock")
        self._clock = clock
        self._point = point

    def status(self) -> Status:
        with self._reading():
            counts: dict[str, int] = dict(self._all("SELECT state, records FROM counts"))
            since = self._one("SELECT committed_at FROM records WHERE state = 'waiting' ORDER BY sequence LIMIT 1")
            return Status(
                counts["waiting"], since[0] if since else None, self._note("last_error"), counts["dead"],
                self._note("mirror"),
            )  # fmt: skip

    def entries(self, state: str = "", limit: int = -1) -> list[Entry]:
        """Records in their order: all, or those `waiting` or `dead`."""
        where = "WHERE state = ?1" if state else "WHERE ?1 = ''"
        with self._reading():
            rows = self._all(f"SELECT {ENTRY} FROM records {where} ORDER BY sequence LIMIT ?2", state, limit)  # noqa: S608 - no outside text
        return [Entry(*row) for row in rows]

    def entry(self, id: str) -> Entry | None:  # noqa: A002
        with self._reading():
            row = self._one(f"SELECT {ENTRY} FROM records WHERE id = ?", id)  # noqa: S608 - no outside text
        return Entry(*row) if row else None

    def here(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the ids that still lie here, waiting or set aside."""
        with self._reading():
            rows = self._all("SELECT id FROM records WHERE id IN (SELECT value FROM json_each(?))", json.dumps(ids))
        return frozenset(row[0] for row in rows)

    def at_county(self, id: str) -> bool:  # noqa: A002
        """Whether the county has acknowledged it."""
        with self._reading():
            return self._one("SELECT 1 FROM acknowledged WHERE id = ?", id) is not None

    def content(self, entry: Entry) -> Due:
        """A record with its body and files, as it is sent or carried."""
        with self._reading():
            row = self._one("SELECT body FROM records WHERE sequence = ?", entry.sequence)
            if row is None:
                raise NotFound(entry.id)
            files = self._all(
                "SELECT position, sha256, size, address, done FROM files WHERE record = ? ORDER BY position",
                entry.sequence,
            )
        return Due(entry, row[0], tuple(Upload(p, s, n, a, bool(d)) for p, s, n, a, d in files))

    def damaged(self) -> list[str]:
        """Ids of records whose sealed files are missing or not what their names say. Reads every file."""
        return [
            entry.id
            for entry in self.entries()
            if not all(self.files.check(file.sha256, file.size) for file in self.content(entry).uploads)
        ]

    def delivered(self, limit: int = -1) -> list[Delivered]:
        """What the county has said that it has, the newest first."""
        with self._reading():
            rows = self._all(
                "SELECT sequence, id, kind, number, at, said FROM acknowledged ORDER BY at DESC, sequence DESC LIMIT ?",
                limit,
            )
        found = []
        for sequence, record, kind, number, at, said in rows:
            told: dict[str, Any] = {}
            with contextlib.suppress(ValueError):
                told = json.loads(said)
            case, cases = str(told.get("case", "")), int(told.get("cases", 0))
            found.append(Delivered(sequence, record, kind, number, at, case, cases))
        return found

    def remembers(self, name: str) -> bool:
        """Whether a record (its id, or #SEQUENCE) lies here or has been acknowledged."""
        sequence = int(name[1:]) if name[:1] == "#" and name[1:].isdecimal() else -1
        with self._reading():
            return bool(
                self._one(
                    "SELECT 1 FROM records WHERE id = ?1 OR sequence = ?2"
                    " UNION ALL SELECT 1 FROM acknowledged WHERE id = ?1 OR sequence = ?2",
                    name, sequence,
                )
            )  # fmt: skip

    def unprinted_count(self) -> int:
        """Receipts that never came out and still lie here."""
        with self._reading():
            return int(self._row("SELECT count(*) FROM unprinted")[0])

    def known(self, record: str) -> Committed | None:
        """What a commit of this id gave, if there was one; acknowledged since or not."""
        with self._reading():
            row = self._one(
                "SELECT sequence, number FROM records WHERE id = ?1"
                " UNION ALL SELECT sequence, number FROM acknowledged WHERE id = ?1",
                record,
            )
            if row is None:
                return None
            receipt = self._one("SELECT code FROM unprinted WHERE id = ?", record)
            return Committed(row[0], row[1], receipt[0] if receipt else "", again=True)

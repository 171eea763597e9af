"""The embedded store's tables, by sqlite-utils: created and migrated here and nowhere else.

`PRAGMA user_version` is the schema's version. A migration adds; none drops what a county has. A program that finds a
newer schema than it knows refuses to touch it. sqlite-utils is for this and for administration; the hot path speaks
plain sqlite3 (gateway.store).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database


class NewerSchema(RuntimeError):
    """The database was written by a newer program."""


def _first(db: Database) -> None:
    table = db.table
    table("tokens").create(  # enrolment: a token is good once, for one terminal
        {"hash": str, "terminal": str, "number": str, "expires_at": str, "used_by": str, "answer": bytes},
        pk="hash", not_null={"terminal", "number", "expires_at"},
    )  # fmt: skip
    table("terminals").create(  # a name may come again with a new number and key (a new disk); old receipts still check
        {"number": str, "terminal": str, "kid": str, "public": bytes, "certificate": bytes, "enrolled_at": str,
         "revoked_at": str},
        pk="number", not_null={"terminal", "kid", "public", "certificate", "enrolled_at"},
    )  # fmt: skip
    table("terminals").create_index(["terminal"])
    table("terminals").create_index(["kid"], unique=True)
    table("messages").create(  # everything that was ever acknowledged, as it came
        {"id": str, "terminal": str, "number": str, "kind": str, "sequence": int, "receipt": str, "digest": str,
         "received_at": str, "about": str, "envelope": bytes, "ack": bytes},
        pk="id",
        not_null={"terminal", "number", "kind", "sequence", "receipt", "digest", "received_at", "envelope", "ack"},
    )  # fmt: skip
    table("messages").create_index(["about"])
    table("messages").create_index(["receipt"])
    table("files").create(
        {"message": str, "position": int, "sha256": str, "size": int},
        pk=("message", "position"), foreign_keys=[("message", "messages", "id")],
    )  # fmt: skip
    table("files").create_index(["sha256"])
    table("applications").create(  # `person`: keyed hash of the number, never the number; `secret`: hash of the secret
        {"id": str, "secret": bytes, "person": bytes},
        pk="id", foreign_keys=[("id", "messages", "id")],
    )  # fmt: skip
    table("applications").create_index(["person"])
    table("cases").create(  # item 0: the parent
        {"number": str, "application": str, "item": int, "item_id": str, "code": str, "department": str, "title": str,
         "state": str, "at": str},
        pk="number", not_null={"application", "item", "state", "at"},
        foreign_keys=[("application", "applications", "id")],
    )  # fmt: skip
    table("cases").create_index(["application", "item"], unique=True)
    table("history").create(
        {"serial": int, "case": str, "state": str, "at": str, "why": str},
        pk="serial", foreign_keys=[("case", "cases", "number")],
    )  # fmt: skip
    table("serials").create({"scope": str, "day": str, "last": int}, pk=("scope", "day"))
    table("feed").create({"serial": int, "terminal": str, "notice": bytes}, pk="serial")  # terminal null: for all
    table("feed").create_index(["terminal", "serial"])
    table("published").create({"what": str, "version": str, "body": bytes, "at": str}, pk=("what", "version"))


def _second(db: Database) -> None:
    """Heads of terminals' audit trails as they were told: what nobody at a terminal can take back."""
    db.table("anchors").create(
        {"terminal": str, "number": int, "hash": str, "at": str},
        pk=("terminal", "number", "hash"), not_null={"at"},
    )  # fmt: skip


def _third(db: Database) -> None:
    """What was promised for each case, and its history at hand: from both follows the day by which it is decided."""
    db.table("cases").add_column("days", int)
    db.table("history").create_index(["case"])


def _fourth(db: Database) -> None:
    """Which sealed files show a person, until when they were kept, and what a clerk found when comparing them."""
    db.table("faces").create(
        {"application": str, "sealed": str, "kind": str, "gone_at": str},
        pk=("application", "sealed"), not_null={"kind"}, foreign_keys=[("application", "applications", "id")],
    )  # fmt: skip
    db.table("comparisons").create(
        {"application": str, "said": str, "at": str},
        pk="application", not_null={"said", "at"}, foreign_keys=[("application", "applications", "id")],
    )  # fmt: skip


MIGRATIONS: tuple[Callable[[Database], None], ...] = (_first, _second, _third, _fourth)


def open_database(path: Path) -> None:
    """Create or migrate. Raises NewerSchema."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise NewerSchema(f"{path.name} has schema {version}; this program knows up to {len(MIGRATIONS)}")
        if version == len(MIGRATIONS):
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while we waited for the lock.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for number, migrate in enumerate(MIGRATIONS[version:], version + 1):
                migrate(Database(connection))
                connection.execute(f"PRAGMA user_version={number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()

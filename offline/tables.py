"""The outbox's tables, shaped by sqlite-utils. Migrations are only ever appended; none drops data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

MARK = 0x564B4F31  # "VKO1": application_id of the outbox


def _first(db: Database) -> None:
    db.table("records").create(
        {
            "sequence": int,
            "id": str,
            "kind": str,
            "digest": str,
            "number": str,
            "committed_at": float,
            "state": str,  # waiting | dead
            "tries": int,
            "tried_at": float,
            "pause_s": float,
            "last_error": str,
            "body": bytes,  # last, so that the rest of a row is read without it
        },
        pk="sequence",
        not_null={"id", "kind", "digest", "number", "committed_at", "state", "tries", "pause_s", "last_error", "body"},
        strict=True,
    )
    db.table("records").create_index(["id"], unique=True)
    # Covers the question "who is due", so that ten thousand waiting records are not read to answer it.
    db.table("records").create_index(["state", "sequence", "tried_at", "pause_s"])
    db.table("files").create(
        {"record": int, "position": int, "sha256": str, "size": int, "address": str, "done": int},
        pk=("record", "position"),
        foreign_keys=[("record", "records", "sequence")],
        not_null={"sha256", "size", "address", "done"},
        strict=True,
    )
    db.table("files").create_index(["sha256"])
    db.table("unprinted").create(
        {"id": str, "number": str, "code": str, "card_hash": str, "at": float},
        pk="id",
        not_null={"number", "code", "card_hash", "at"},
        strict=True,
    )
    db.table("unprinted").create_index(["card_hash"])
    db.table("acknowledged").create(
        {"id": str, "sequence": int, "kind": str, "number": str, "digest": str, "at": float, "said": bytes},
        pk="id",
        not_null={"sequence", "kind", "number", "digest", "at", "said"},
        strict=True,
    )
    # What came back by the feed, the newest by key; `handled` once its effect has been made to last.
    db.table("feed").create(
        {"key": str, "content": bytes, "handled": int}, pk="key", not_null={"content", "handled"}, strict=True
    )
    db.table("notes").create({"key": str, "value": str}, pk="key", not_null={"value"}, strict=True)


def _second(db: Database) -> None:
    """Counts and times that are kept, so that they need not be counted out of every waiting record."""
    db.table("counts").create({"state": str, "records": int}, pk="state", not_null={"records"}, strict=True)
    for state in ("waiting", "dead"):
        db.execute("INSERT INTO counts SELECT ?1, count(*) FROM records WHERE state = ?1", (state,))
    for act, less, more in (
        ("INSERT", "", "new.state"),
        ("DELETE", "old.state", ""),
        ("UPDATE OF state", "old.state", "new.state"),
    ):
        steps = [
            f"UPDATE counts SET records = records {sign} 1 WHERE state = {which};"  # noqa: S608 - words of our own
            for sign, which in (("-", less), ("+", more))
            if which
        ]
        name = f"count_{act.split()[0].lower()}"
        db.execute(f"CREATE TRIGGER {name} AFTER {act} ON records BEGIN {' '.join(steps)} END")
    db.execute("CREATE INDEX idx_records_tried ON records (state, tried_at)")
    db.execute("CREATE INDEX idx_records_due ON records (state, tried_at + pause_s)")


def _third(db: Database) -> None:
    """Fewer pages for each commit, because a person waits for it: an index has only the rows its question is about,
    and what was just handed in is in one of them."""
    for name in ("idx_records_state_sequence_tried_at_pause_s", "idx_records_tried", "idx_records_due"):
        db.execute(f"DROP INDEX {name}")
    tried = "WHERE state = 'waiting' AND tried_at IS NOT NULL"
    db.execute("CREATE INDEX idx_records_new ON records (sequence) WHERE state = 'waiting' AND tried_at IS NULL")
    db.execute(f"CREATE INDEX idx_records_tried ON records (tried_at) {tried}")
    db.execute(f"CREATE INDEX idx_records_due ON records (tried_at + pause_s) {tried}")


MIGRATIONS = (_first, _second, _third)

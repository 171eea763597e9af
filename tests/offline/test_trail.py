"""The trail: append-only, no personal data, and any tampering is named."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import pytest

from config import events as declarations
from offline.errors import TooNew, TrailRefused
from offline.trail import GUARDS, Head, Trail
from tests.offline.conftest import Clock

RECORD = "01960000-0000-7000-8000-000000000001"
DOCS = Path(__file__).parents[2] / "docs" / "events.md"


@pytest.fixture
def trail(tmp_path: Path, clock: Clock) -> Trail:
    trail = Trail.open(tmp_path, clock)
    for n in range(1, 7):
        trail.record("outbox.committed", record=RECORD, kind="application", sequence=n)
    return trail


def tamper(tmp_path: Path, *statements: str) -> None:
    """As somebody with the disk in their hands would: the guards are no obstacle to them, and are put back after."""
    with sqlite3.connect(tmp_path / "audit" / "trail.db") as db:
        db.execute("DROP TRIGGER IF EXISTS no_update")
        db.execute("DROP TRIGGER IF EXISTS no_delete")
        for statement in statements:
            db.execute(statement)
        for guard in GUARDS.values():
            db.execute(guard)
    db.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TRIGGER no_update"],
        ["DROP TRIGGER no_delete"],
        ["DROP TRIGGER no_delete", "CREATE TRIGGER no_delete BEFORE DELETE ON entries BEGIN SELECT 1; END"],
        ["CREATE TRIGGER mine AFTER INSERT ON entries BEGIN UPDATE count SET made = 0; END"],
    ],
    ids=["update", "delete", "weakened", "one of their own"],
)
def test_a_guard_that_was_taken_out_or_changed_is_named_though_the_chain_is_whole(
    tmp_path: Path, trail: Trail, statements: list[str]
) -> None:
    assert trail.verify() is None
    with sqlite3.connect(tmp_path / "audit" / "trail.db") as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    found = trail.verify()
    assert found is not None
    assert (found.number, found.what) == (6, "unguarded")
    assert re.search(r"no_update|no_delete|mine", found.text)


def test_an_untouched_trail_verifies_and_shows_what_was_recorded(trail: Trail) -> None:
    assert trail.verify() is None
    shown = trail.show(2)
    assert [entry.number for entry in shown] == [5, 6]
    assert shown[-1].fields == {"record": RECORD, "kind": "application", "sequence": 6}
    assert shown[-1].at == "2026-03-12T02:41:00.000+00:00"
    assert trail.head() == Head(6, shown[-1].hash)


@pytest.mark.parametrize(
    ("statements", "number", "what"),
    [
        (["DELETE FROM entries WHERE number = 3"], 3, "removed"),
        (["DELETE FROM entries WHERE number = 1"], 1, "removed"),
        (["UPDATE entries SET event = 'visit.began' WHERE number = 4"], 4, "changed"),
        (["UPDATE entries SET fields = replace(fields, '2', '9') WHERE number = 2"], 2, "changed"),
        (["UPDATE entries SET at = '2030' WHERE number = 6"], 6, "changed"),
        (["UPDATE entries SET previous = hash WHERE number = 5"], 5, "changed"),
        (
            [
                "UPDATE entries SET number = 99 WHERE number = 2",
                "UPDATE entries SET number = 2 WHERE number = 5",
                "UPDATE entries SET number = 5 WHERE number = 99",
            ],
            2,
            "reordered",
        ),
        (["DELETE FROM entries WHERE number > 4"], 5, "cut"),
        (["DELETE FROM entries"], 1, "cut"),
    ],
)
def test_the_first_removed_changed_or_reordered_entry_is_named(
    tmp_path: Path, trail: Trail, statements: list[str], number: int, what: str
) -> None:
    tamper(tmp_path, *statements)
    found = trail.verify()
    assert found is not None
    assert (found.number, found.what) == (number, what)
    assert str(number) in found.text


def test_a_chain_forged_from_one_entry_on_is_found_by_its_anchor(tmp_path: Path, trail: Trail, clock: Clock) -> None:
    anchor = trail.head()
    tamper(tmp_path, "DELETE FROM entries WHERE number > 3", "UPDATE count SET made = 3")
    for n in range(4, 7):
        trail.record("outbox.committed", record=RECORD, kind="rating", sequence=n)
    assert trail.verify() is None  # whole in itself
    found = trail.verify(anchor)
    assert found is not None
    assert (found.number, found.what) == (6, "changed")


def test_an_end_cut_off_stays_to_be_seen_after_new_entries(tmp_path: Path, trail: Trail) -> None:
    tamper(tmp_path, "DELETE FROM entries WHERE number > 4")
    assert trail.record("staff.entered") == 7
    found = trail.verify()
    assert found is not None
    assert (found.number, found.what) == (5, "removed")


def test_entries_cannot_be_changed_or_deleted_by_the_program(trail: Trail) -> None:
    for statement in ("UPDATE entries SET event = 'x'", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            trail._connection.execute(statement)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("visit.invented", {}),
        ("outbox.committed", {"record": RECORD, "kind": "application"}),  # one missing
        ("staff.entered", {"name": "wang"}),  # one too many
        ("outbox.committed", {"record": RECORD, "kind": "王小兰", "sequence": 1}),
        ("outbox.committed", {"record": RECORD, "kind": "wang xiaolan", "sequence": 1}),
        ("outbox.committed", {"record": "431199200001010011", "kind": "application", "sequence": 1}),
        ("visit.began", {"matter": "p13800000000"}),
        ("catalogue.changed", {"version": "431199200001010011"}),
        ("outbox.committed", {"record": RECORD, "kind": "application", "sequence": 431199200001010011}),
        ("outbox.committed", {"record": RECORD, "kind": "application", "sequence": True}),
        ("outbox.committed", {"record": RECORD, "kind": "application", "sequence": -1}),
    ],
)
def test_nothing_undeclared_and_nothing_personal_enters(trail: Trail, event: str, fields: dict[str, str | int]) -> None:
    with pytest.raises(TrailRefused) as told:
        trail.record(event, **fields)
    assert trail.head().number == 6
    for value in fields.values():
        if isinstance(value, str) and value not in (RECORD, "application"):
            assert value not in str(told.value)  # the refusal does not repeat what it refuses


def test_two_processes_append_to_one_chain(tmp_path: Path, trail: Trail, clock: Clock) -> None:
    def work() -> None:
        mine = Trail.open(tmp_path, clock)
        for _ in range(20):
            mine.record("staff.entered")

    trail.close()
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    work()
    assert os.waitpid(child, 0)[1] == 0
    again = Trail.open(tmp_path, clock)
    assert again.head().number == 46
    assert again.verify() is None


def test_a_newer_trail_is_refused(tmp_path: Path, trail: Trail, clock: Clock) -> None:
    trail.close()
    with sqlite3.connect(tmp_path / "audit" / "trail.db") as db:
        db.execute("PRAGMA user_version=9")
    db.close()
    with pytest.raises(TooNew):
        Trail.open(tmp_path, clock)


def test_every_declared_event_can_be_recorded(tmp_path: Path, clock: Clock) -> None:
    sample: dict[str, str | int] = {
        "word": "card.removed_early", "count": 3, "record": RECORD, "version": "2026.11-1", "digest": "a" * 64,
    }  # fmt: skip
    trail = Trail.open(tmp_path, clock)
    events = declarations.load()
    for event in events.values():
        trail.record(event.id, **{name: sample[kind] for name, kind in event.fields.items()})
    assert trail.head().number == len(events)
    assert trail.verify() is None


def test_the_documentation_is_current() -> None:
    assert DOCS.read_text("utf-8") == declarations.document(declarations.load())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["one"]\nzh = "一"\nen = "one"\n', "two or more small words"),
        ('["a.b"]\nzh = "一"\n', "zh and en"),
        ('["a.b"]\nzh = "一"\nen = "one"\nfields = { x = "wrod" }\n', "nearest is 'word'"),
        ('["a.b"]\nzh = "一"\nen = "one"\nwhy = "no"\n', "known here"),
        ("[a\n", "events.toml"),
    ],
)
def test_wrong_declarations_are_refused_with_what_is_meant(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "events.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(declarations.EventsError, match=said):
        declarations.load(path)

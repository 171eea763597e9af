"""The outbox: what was handed in stays, once, until the county has signed for it."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from offline import floor, tables
from offline import outbox as module
from offline.errors import Corrupt, DiskFull, OfflineError, TooNew
from offline.outbox import Ack, Outbox, card_hash
from tests.offline.conftest import Clock
from tests.offline.world import World, ours
from wire import receipt
from wire.envelope import check_envelope, decode_envelope


def put(outbox: Outbox, world: World, number: int, pages: int = 2, card: str = "") -> module.Committed:
    sealed = world.application(number, pages)
    return outbox.commit(ours(sealed), world.sign(sealed), card_hash=card)


def test_what_is_committed_is_there_whole_for_another_process(
    opened: Callable[[], Outbox], world: World, outbox: Outbox
) -> None:
    sealed = world.application(1)
    committed = outbox.commit(ours(sealed), world.sign(sealed))
    other = opened()
    due = other.next_due()
    assert due is not None
    envelope = decode_envelope(due.body)
    check_envelope(envelope, world.terminal.public)
    assert (envelope.id, envelope.sequence, envelope.digest) == (sealed.id, committed.sequence, sealed.digest)
    assert [upload.sha256 for upload in due.uploads] == [file.sha256 for file in sealed.files]
    assert [other.files.path(u.sha256).read_bytes() for u in due.uploads] == list(sealed.blobs)
    signed = receipt.parse(committed.receipt)
    signed.verify_key(world.terminal.public)
    told = signed.receipt()
    assert told.claims.number == committed.number == f"3121{committed.sequence:04d}"


def test_the_same_id_again_answers_the_same_and_adds_nothing(outbox: Outbox, world: World) -> None:
    sealed = world.application(1)
    first = outbox.commit(ours(sealed), world.sign(sealed))
    sealed_anew = world.application(1)  # sealing again gives other bytes for the same application
    assert sealed_anew.digest != sealed.digest
    second = outbox.commit(ours(sealed_anew), world.sign(sealed_anew))
    assert (second.sequence, second.number, second.receipt) == (first.sequence, first.number, first.receipt)
    assert second.again
    assert outbox.status().waiting == 1
    outbox.acknowledged(sealed.id, sealed.digest, b"ack")
    third = outbox.commit(ours(sealed_anew), world.sign(sealed_anew))
    assert third.again
    assert third.number == first.number
    assert outbox.status().waiting == 0


def test_sequences_follow_without_gaps_and_survive_reopening(opened: Callable[[], Outbox], world: World) -> None:
    numbers = []
    for n in range(3):
        outbox = opened()
        numbers.append(put(outbox, world, n, 0).sequence)
        outbox.acknowledged(world.id(n), outbox.entries()[0].digest, b"ack")
        outbox.close()
    assert numbers == [1, 2, 3]


def test_a_lost_database_never_gives_a_number_twice(
    tmp_path: Path, opened: Callable[[], Outbox], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floor, "STEP", 2)
    given: list[int] = []
    for round_ in range(3):
        outbox = opened()
        given += [put(outbox, world, 10 * round_ + n, 0).sequence for n in range(5)]
        outbox.close()
        for file in (tmp_path / "outbox").glob("outbox.db*"):
            file.unlink()
    assert len(set(given)) == len(given)
    assert given == sorted(given)


def test_a_failed_signature_hands_nothing_in(outbox: Outbox, world: World) -> None:
    def refuse(_sequence: int) -> module.Signed:
        raise ValueError("no key")

    with pytest.raises(ValueError, match="no key"):
        outbox.commit(ours(world.application(1)), refuse)
    assert outbox.status().waiting == 0
    assert put(outbox, world, 2, 0).sequence == 1  # the number was not used up
    assert outbox.sweep() == 2
    assert list((outbox.folder / "files").iterdir()) == []


def test_a_file_that_is_not_what_its_name_says_is_refused(outbox: Outbox, world: World) -> None:
    sealed = ours(world.application(1, 1))
    (name,) = sealed.files
    wrong = module.Sealed(sealed.kind, sealed.id, sealed.digest, {name: b"other"})
    with pytest.raises(Corrupt):
        outbox.commit(wrong, world.sign(world.application(1, 1)))
    assert outbox.status().waiting == 0


def test_only_the_digest_that_was_handed_in_empties_the_outbox(outbox: Outbox, world: World) -> None:
    put(outbox, world, 1)
    with pytest.raises(Corrupt):
        outbox.acknowledged(world.id(1), "0" * 64, b"ack")
    assert outbox.status().waiting == 1
    entry = outbox.entries()[0]
    assert outbox.acknowledged(entry.id, entry.digest, b"ack")
    assert outbox.at_county(entry.id)
    assert not outbox.acknowledged(entry.id, entry.digest, b"ack")
    assert list((outbox.folder / "files").iterdir()) == []


def test_one_bad_record_does_not_block_the_next(outbox: Outbox, world: World, clock: Clock) -> None:
    first, second = put(outbox, world, 1, 0), put(outbox, world, 2, 0)
    outbox.mark([(first.sequence, 60)])
    due = outbox.next_due()
    assert due is not None
    assert due.entry.sequence == second.sequence
    outbox.mark([(second.sequence, 30)])
    assert outbox.next_due() is None
    assert outbox.due_in() == 30
    clock.now += 60
    again = outbox.next_due()
    assert again is not None
    assert again.entry.sequence == first.sequence  # oldest first


def test_a_mark_survives_and_says_unfinished(opened: Callable[[], Outbox], world: World, outbox: Outbox) -> None:
    committed = put(outbox, world, 1, 0)
    outbox.mark([(committed.sequence, 60)])
    outbox.close()
    entry = opened().entries()[0]
    assert (entry.tries, entry.last_error) == (1, "unfinished")


def test_a_clock_set_back_by_years_makes_nothing_wait_for_years(outbox: Outbox, world: World, clock: Clock) -> None:
    outbox.mark([(put(outbox, world, 1, 0).sequence, 60)])
    clock.now -= 3 * 365 * 86400
    assert outbox.due_in() == 0
    assert outbox.next_due() is not None


def test_a_dead_letter_keeps_its_reason_and_comes_back(outbox: Outbox, world: World) -> None:
    first = put(outbox, world, 1)
    put(outbox, world, 2, 0)
    outbox.placed(first.sequence, 0, "http://county/files/x")
    outbox.uploaded(first.sequence, 0)
    outbox.bury(first.sequence, "envelope.too_large")
    assert (outbox.status().waiting, outbox.status().dead) == (1, 1)
    assert outbox.entries("dead")[0].last_error == "envelope.too_large"
    outbox.retry(world.id(1))
    due = outbox.next_due()
    assert due is not None
    assert due.entry.sequence == first.sequence
    assert [(u.address, u.done) for u in due.uploads] == [("", False), ("", False)]


def test_status_says_how_many_since_when_and_what_went_wrong(outbox: Outbox, world: World, clock: Clock) -> None:
    began = clock.now
    first = put(outbox, world, 1, 0)
    clock.now += 100
    put(outbox, world, 2, 0)
    outbox.failed(first.sequence, "county.refused", 10)
    assert outbox.status() == module.Status(2, began, "county.refused", 0)
    outbox.acknowledged(world.id(1), outbox.entries()[0].digest, b"ack")
    assert outbox.status() == module.Status(1, began + 100, "", 0)


def test_a_card_brings_back_its_unprinted_receipt_until_it_is_printed(
    opened: Callable[[], Outbox], outbox: Outbox, world: World
) -> None:
    card = card_hash(b"k" * 32, "431199200001010011")
    committed = put(outbox, world, 1, 0, card)
    put(outbox, world, 2, 0)
    outbox.acknowledged(world.id(1), outbox.entries()[0].digest, b"ack")  # the county may be quicker than the printer
    outbox.close()
    again = opened()
    assert [(u.number, u.code) for u in again.unprinted(card)] == [(committed.number, committed.receipt)]
    assert again.unprinted("") == []
    assert again.unprinted(card_hash(b"other" * 8, "431199200001010011")) == []
    again.printed(world.id(1))
    again.printed(world.id(1))
    assert again.unprinted(card) == []


def test_a_printed_receipt_is_nowhere_on_the_disk(opened: Callable[[], Outbox], outbox: Outbox, world: World) -> None:
    other = opened()  # as the sync has it: the write-ahead log stays
    committed = put(outbox, world, 1, 0, "card")
    outbox.printed(world.id(1))
    stored = b"".join(p.read_bytes() for p in outbox.folder.rglob("*") if p.is_file())
    assert committed.receipt.encode() not in stored
    assert world.id(1).encode() in stored
    assert other.status().waiting == 1


def test_a_receipt_no_card_can_fetch_is_forgotten_when_the_next_person_hands_in(outbox: Outbox, world: World) -> None:
    put(outbox, world, 1, 0)
    card = put(outbox, world, 2, 0, "card")
    sealed = world.application(1, 0)
    assert outbox.commit(ours(sealed), world.sign(sealed)).receipt == ""
    assert [kept.code for kept in outbox.unprinted("card")] == [card.receipt]


def test_records_with_damaged_files_are_named(outbox: Outbox, world: World) -> None:
    put(outbox, world, 1)
    put(outbox, world, 2)
    assert outbox.damaged() == []
    outbox.files.path(outbox.content(outbox.entries()[1]).uploads[0].sha256).write_bytes(b"spoiled")
    assert outbox.damaged() == [world.id(2)]


def test_the_feed_counts_each_thing_once(outbox: Outbox, world: World) -> None:
    put(outbox, world, 1)
    digest = outbox.entries()[0].digest
    acks = [Ack(world.id(1), digest, b"signed")]
    assert outbox.take_feed("", "c1", acks, [("settings", b"1")]) == [(world.id(1), 1)]
    assert outbox.take_feed("", "c1", acks, [("settings", b"1")]) is None
    assert outbox.note("cursor") == "c1"
    assert outbox.unhandled() == [("settings", b"1")]
    assert outbox.at_county(world.id(1))
    assert list((outbox.folder / "files").iterdir()) == []
    outbox.take_feed("c1", "c2", acks, [("settings", b"2")])
    outbox.handled("settings", b"1")
    assert outbox.unhandled() == [("settings", b"2")]  # the newer one came while the older had its effect
    outbox.handled("settings", b"2")
    assert outbox.unhandled() == []
    assert outbox.told("settings") == b"2"


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path, outbox: Outbox, world: World, clock: Clock) -> None:
    put(outbox, world, 1, 0)
    outbox.close()
    path = tmp_path / "outbox" / "outbox.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version=99")
    db.close()
    before = path.read_bytes()
    with pytest.raises(TooNew, match="version 99"):
        Outbox.open(tmp_path, clock)
    assert path.read_bytes() == before


def test_a_migration_keeps_every_row(
    tmp_path: Path, outbox: Outbox, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(outbox, world, 1)
    outbox.close()

    def second(db: object) -> None:
        db.table("records").add_column("lane", str)  # type: ignore[attr-defined]

    monkeypatch.setattr(module, "MIGRATIONS", (*tables.MIGRATIONS, second))
    newer = Outbox.open(tmp_path, clock)
    due = newer.next_due()
    assert due is not None
    assert due.entry.id == world.id(1)
    assert len(due.uploads) == 2


def test_a_migration_that_fails_leaves_the_old_version(
    tmp_path: Path, outbox: Outbox, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(outbox, world, 1, 0)
    outbox.close()

    def broken(db: object) -> None:
        db.execute("DELETE FROM records")  # type: ignore[attr-defined]
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(module, "MIGRATIONS", (*tables.MIGRATIONS, broken))
        with pytest.raises(RuntimeError, match="broken"):
            Outbox.open(tmp_path, clock)
    assert Outbox.open(tmp_path, clock).status().waiting == 1


def test_only_the_owner_can_read_the_folder(outbox: Outbox, world: World) -> None:
    put(outbox, world, 1)
    for path in [outbox.folder, *outbox.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_commits_survive_only_with_full_synchrony(outbox: Outbox) -> None:
    said = [outbox._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert said == ["wal", 2]  # 2 is FULL


def test_room_is_asked_of_the_disk_less_the_reserve(tmp_path: Path, clock: Clock) -> None:
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    assert Outbox.open(tmp_path, clock).room_for(1_000_000)
    assert not Outbox.open(tmp_path, clock, reserve_bytes=2 * free).room_for(1)


def test_a_full_disk_hands_nothing_in_and_leaves_no_halves(tmp_path: Path, clock: Clock, world: World) -> None:
    """The kernel itself refuses the write (a limit on file sizes, EFBIG), as a full file system would (ENOSPC)."""
    import resource
    import signal

    from tests.offline.world import in_child

    def work() -> None:
        outbox = Outbox.open(tmp_path, clock)
        put(outbox, world, 1)
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        sealed = world.application(2, 1, size=200_000)
        with pytest.raises(DiskFull) as told:
            outbox.commit(ours(sealed), world.sign(sealed))
        assert told.value.code == "outbox.disk_full"
        assert len(list((outbox.folder / "files").iterdir())) == 2

    assert not in_child(work)
    outbox = Outbox.open(tmp_path, clock, check=True)
    assert [entry.id for entry in outbox.entries()] == [world.id(1)]


def test_a_full_database_is_told_as_a_full_disk(outbox: Outbox, world: World) -> None:
    pages = outbox._connection.execute("PRAGMA page_count").fetchone()[0]
    outbox._connection.execute(f"PRAGMA max_page_count={pages + 1}")

    def fill() -> None:
        for n in range(20):
            put(outbox, world, n, 0)

    with pytest.raises(DiskFull):
        fill()
    assert outbox.status().waiting == len(outbox.entries()) < 20


def test_errors_are_one_family_with_codes() -> None:
    from offline.errors import of

    assert isinstance(of(OSError(errno.ENOSPC, "full")), DiskFull)
    assert of(OSError(errno.EIO, "broken")).code == "outbox.disk_failed"
    assert issubclass(DiskFull, OfflineError)


def test_a_sweep_leaves_alone_what_is_being_committed(opened: Callable[[], Outbox], world: World) -> None:
    outbox, other = opened(), opened()
    swept: list[int | None] = []
    sealed = world.application(1)
    sign = world.sign(sealed)

    def sign_while_sweeping(sequence: int) -> module.Signed:
        swept.append(other.sweep())
        return sign(sequence)

    outbox.commit(ours(sealed), sign_while_sweeping)
    assert swept == [None]
    assert len(list((outbox.folder / "files").iterdir())) == 2
    (outbox.folder / "files" / ("f" * 64)).write_bytes(b"left by a crash")
    assert other.sweep() == 1
    assert len(list((outbox.folder / "files").iterdir())) == 2


def test_a_number_is_given_once_though_nothing_waits_any_more(tmp_path: Path, world: World, clock: Clock) -> None:
    """Records say themselves which sequence they have; what has gone must have left its own behind."""
    given: list[int] = []
    for n in range(4):
        outbox = Outbox.open(tmp_path, clock)
        sealed = world.rating(n)
        given.append(outbox.commit(ours(sealed), world.sign(sealed, with_receipt=False)).sequence)
        if n != 1:  # the second stays, so that one leaves above it
            outbox.acknowledged(sealed.id, sealed.digest, b"said")
        outbox.forget_acknowledged(clock.now + 1)
        outbox.close()
    assert given == [1, 2, 3, 4]

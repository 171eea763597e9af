"""A stick carries sealed records away; it may be copied, half-written or come twice, and the outbox loses nothing."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from offline.courier import FOLDER, export, take_in, verify
from offline.identity import Identity
from offline.outbox import Entry, Outbox
from tests.offline.world import World, make_world, ours
from wire.answers import acknowledge, encode
from wire.keys import Enrolment


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def filled(outbox: Outbox, world: World) -> Outbox:
    for n in range(3):
        sealed = world.application(n, n)
        outbox.commit(ours(sealed), world.sign(sealed))
    return outbox


def test_everything_that_waits_goes_out_and_stays(filled: Outbox, stick: Path) -> None:
    exported = export(filled, stick, "3121")
    assert (exported.copied, exported.there, exported.lost) == (3, 0, ())
    assert exported.bytes == sum(entry.bytes for entry in filled.entries())
    assert verify(stick) == (3, [])
    assert filled.status().waiting == 3
    again = export(filled, stick, "3121")
    assert (again.copied, again.there) == (0, 3)


def test_dead_letters_go_out_too(filled: Outbox, stick: Path) -> None:
    filled.bury(1, "envelope.too_large")
    assert export(filled, stick, "3121").copied == 3


def test_a_stick_pulled_out_too_early_is_seen_and_mended(filled: Outbox, stick: Path) -> None:
    export(filled, stick, "3121")
    records = sorted((stick / FOLDER / "3121").iterdir())
    next(path for path in records[1].iterdir() if path.name != "envelope.json").write_bytes(b"half")
    records[2].rename(records[2].with_name(records[2].name + ".part"))
    whole, findings = verify(stick)
    assert whole == 1
    assert [finding.record[:10] for finding in findings] == ["0000000002", "0000000003"]
    assert export(filled, stick, "3121").copied == 2
    assert verify(stick) == (3, [])


def test_a_record_in_anothers_place_or_changed_is_found(filled: Outbox, stick: Path) -> None:
    export(filled, stick, "3121")
    records = sorted((stick / FOLDER / "3121").iterdir())
    envelope = records[0] / "envelope.json"
    envelope.write_bytes(envelope.read_bytes().replace(b'"sequence":1', b'"sequence":7'))
    changed = records[1] / "envelope.json"
    changed.write_bytes(changed.read_bytes()[:-20])
    whole, findings = verify(stick)
    assert whole == 1
    assert [finding.text for finding in findings] == ["in the folder of another record", "envelope.malformed"]


def test_a_damaged_file_here_is_named_and_the_rest_goes_out(filled: Outbox, stick: Path) -> None:
    entry = filled.entries()[2]
    filled.files.path(filled.content(entry).uploads[0].sha256).write_bytes(b"spoiled")
    exported = export(filled, stick, "3121")
    assert (exported.copied, exported.lost) == (2, (entry.id,))


def test_acknowledgements_come_back_by_stick_and_only_the_countys_count(
    filled: Outbox, world: World, stick: Path
) -> None:
    export(filled, stick, "3121")
    identity = Identity(world.terminal, Enrolment(certificate=world.certificate, county=world.county))
    first, second, third = filled.entries()

    def answer(entry: Entry, **changed: str) -> None:
        said = {"terminal": identity.terminal, "message": entry.id, "digest": entry.digest, **changed}
        ack = acknowledge(world.keys, received_at="2026-03-14T02:41:00Z", **said)
        folder = stick / FOLDER / "3121" / f"{entry.sequence:010d}-{entry.id}"
        (folder / "acknowledgement.json").write_bytes(encode(ack))

    answer(first)
    answer(second, digest="0" * 64)
    answer(third)
    third_file = stick / FOLDER / "3121" / f"{third.sequence:010d}-{third.id}" / "acknowledgement.json"
    third_file.write_bytes(third_file.read_bytes()[:-30])
    taken = take_in(filled, stick, identity)
    assert taken.gone == (first.id,)
    assert [finding.text for finding in taken.refused] == ["ack.other", "ack.malformed"]
    assert [entry.id for entry in filled.entries()] == [second.id, third.id]
    assert filled.at_county(first.id)
    assert take_in(filled, stick, identity).gone == ()  # the stick comes twice


def test_a_stick_that_cannot_be_written_says_so(filled: Outbox, tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(b"not a folder")
    exported = export(filled, tmp_path / "stick", "3121")
    assert (exported.copied, exported.left, exported.trouble) == (0, 3, "broken")


def test_a_stick_that_fills_up_keeps_what_is_whole_and_the_rest_waits_for_the_next(
    filled: Outbox, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def full(handle: int) -> None:
        written.append(handle)
        if len(written) > 8:  # in the midst of the third record
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("offline.carried.os.fsync", full)
    exported = export(filled, stick, "3121")
    monkeypatch.undo()
    assert (exported.copied, exported.left, exported.trouble) == (2, 1, "full")
    assert verify(stick) == (2, [])  # no half is left behind to take up room
    (tmp_path / "larger").mkdir()
    assert export(filled, tmp_path / "larger", "3121").copied == 3


def test_a_stick_that_holds_less_than_it_promises_is_found_out(
    filled: Outbox, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sold with a number that is not true: every write is well, and what comes back is not what was written."""

    def forgetful(root: Path) -> None:
        for path in root.glob("*/*"):
            if len(path.name) == 64:
                path.write_bytes(bytes(path.stat().st_size))

    monkeypatch.setattr("offline.courier.sync_folder", forgetful)
    exported = export(filled, stick, "3121")
    monkeypatch.undo()
    assert (exported.copied, exported.left, exported.trouble) == (1, 2, "broken")  # the first has no pages
    assert verify(stick) == (1, [])
    assert filled.status().waiting == 3


def test_what_the_county_has_makes_room_on_the_stick_and_nothing_else_does(
    filled: Outbox, world: World, stick: Path
) -> None:
    identity = Identity(world.terminal, Enrolment(certificate=world.certificate, county=world.county))
    export(filled, stick, "3121")
    first, second, _ = filled.entries()
    said = acknowledge(world.keys, received_at="2026-03-14T02:41:00Z", terminal=identity.terminal, message=first.id,
                       digest=first.digest)  # fmt: skip
    stranger = stick / FOLDER / "3121" / "0000000009-01960000-0000-7000-8000-000000000009"
    stranger.mkdir()
    (stick / FOLDER / "3121" / f"{first.sequence:010d}-{first.id}" / "acknowledgement.json").write_bytes(encode(said))
    notes: list[tuple[str, object]] = []
    taken = take_in(filled, stick, identity, note=lambda event, **fields: notes.append((event, fields)))
    assert taken.gone == (first.id,)
    assert notes == [("outbox.acknowledged", {"record": first.id, "sequence": 1})]
    left = {path.name for path in (stick / FOLDER / "3121").iterdir()}
    assert first.id not in " ".join(left)
    assert stranger.name in left
    assert f"{second.sequence:010d}-{second.id}" in left


def test_a_stick_of_another_county_with_the_same_number_is_left_as_it_is(
    filled: Outbox, world: World, stick: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = make_world(tmp_path / "other")
    identity = Identity(world.terminal, Enrolment(certificate=world.certificate, county=world.county))
    export(filled, stick, "3121")
    entry = filled.entries()[0]
    forged = acknowledge(other.keys, received_at="2026-03-14T02:41:00Z", terminal=identity.terminal, message=entry.id,
                         digest=entry.digest)  # fmt: skip
    (stick / FOLDER / "3121" / f"{entry.sequence:010d}-{entry.id}" / "acknowledgement.json").write_bytes(encode(forged))
    theirs = stick / FOLDER / "3121" / "0000000001-01960000-0000-7000-8000-00000000ffff"
    shutil.copytree(stick / FOLDER / "3121" / f"{entry.sequence:010d}-{entry.id}", theirs)
    (stick / FOLDER / "9999").mkdir()
    taken = take_in(filled, stick, identity)
    assert taken.gone == ()
    assert {finding.text for finding in taken.refused} == {"ack.signature"}
    assert filled.status().waiting == 3
    assert theirs.exists()
    assert (stick / FOLDER / "9999").exists()


def test_links_pipes_endless_files_and_foreign_names_on_a_stick_lead_nowhere(
    filled: Outbox, world: World, stick: Path, tmp_path: Path
) -> None:
    identity = Identity(world.terminal, Enrolment(certificate=world.certificate, county=world.county))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept.part").mkdir()
    (outside / "kept").write_bytes(b"kept")
    place = stick / FOLDER / "3121"
    place.mkdir(parents=True)
    (place / "a.part").symlink_to(outside / "kept.part")
    first, second, third = (f"{entry.sequence:010d}-{entry.id}" for entry in filled.entries())
    (place / first).symlink_to(outside)
    (place / second).mkdir()
    os.mkfifo(place / second / "acknowledgement.json")
    os.mkfifo(place / second / "envelope.json")
    (place / third).mkdir()
    with (place / third / "acknowledgement.json").open("wb") as file:
        file.truncate(1 << 40)
    with (place / third / "envelope.json").open("wb") as file:
        file.truncate(1 << 40)
    (place / "\u202e名字\n.exe").write_bytes(b"")
    (stick / FOLDER / "../x").mkdir()
    taken = take_in(filled, stick, identity)
    assert taken.gone == ()
    assert {finding.text for finding in taken.refused} == {"cannot be read"}
    exported = export(filled, stick, "3121")
    assert (exported.copied, exported.trouble) == (3, "")
    assert {path.name for path in outside.iterdir()} == {"kept", "kept.part"}
    assert (outside / "kept").read_bytes() == b"kept"
    assert (place / first).is_dir()
    assert not (place / first).is_symlink()


def test_a_stick_whose_folder_is_a_link_into_the_terminal_is_not_written_through(
    filled: Outbox, stick: Path, tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (stick / FOLDER).symlink_to(inside)
    assert export(filled, stick, "3121").trouble == "broken"
    assert list(inside.iterdir()) == []

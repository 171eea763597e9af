"""A stick carries sealed records away; it may be copied, half-written or come twice, and the outbox loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from offline.courier import FOLDER, export, take_in, verify
from offline.errors import DiskFailed
from offline.identity import Identity
from offline.outbox import Entry, Outbox
from tests.offline.world import World, ours
from wire.answers import acknowledge, encode
from wire.keys import Enrolment


@pytest.fixture
def filled(outbox: Outbox, world: World) -> Outbox:
    for n in range(3):
        sealed = world.application(n, n)
        outbox.commit(ours(sealed), world.sign(sealed))
    return outbox


def test_everything_that_waits_goes_out_and_stays(filled: Outbox, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    exported = export(filled, stick, "3121")
    assert (exported.copied, exported.there, exported.lost) == (3, 0, ())
    assert exported.bytes == sum(entry.bytes for entry in filled.entries())
    assert verify(stick) == (3, [])
    assert filled.status().waiting == 3
    again = export(filled, stick, "3121")
    assert (again.copied, again.there) == (0, 3)


def test_dead_letters_go_out_too(filled: Outbox, tmp_path: Path) -> None:
    filled.bury(1, "envelope.too_large")
    assert export(filled, tmp_path / "stick", "3121").copied == 3


def test_a_stick_pulled_out_too_early_is_seen_and_mended(filled: Outbox, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    export(filled, stick, "3121")
    records = sorted((stick / FOLDER / "3121").iterdir())
    next(path for path in records[1].iterdir() if path.name != "envelope.json").write_bytes(b"half")
    records[2].rename(records[2].with_name(records[2].name + ".part"))
    whole, findings = verify(stick)
    assert whole == 1
    assert [finding.record[:10] for finding in findings] == ["0000000002", "0000000003"]
    assert export(filled, stick, "3121").copied == 2
    assert verify(stick) == (3, [])


def test_a_record_in_anothers_place_or_changed_is_found(filled: Outbox, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    export(filled, stick, "3121")
    records = sorted((stick / FOLDER / "3121").iterdir())
    envelope = records[0] / "envelope.json"
    envelope.write_bytes(envelope.read_bytes().replace(b'"sequence":1', b'"sequence":7'))
    changed = records[1] / "envelope.json"
    changed.write_bytes(changed.read_bytes()[:-20])
    whole, findings = verify(stick)
    assert whole == 1
    assert [finding.text for finding in findings] == ["in the folder of another record", "envelope.malformed"]


def test_a_damaged_file_here_is_named_and_the_rest_goes_out(filled: Outbox, tmp_path: Path) -> None:
    entry = filled.entries()[2]
    filled.files.path(filled.content(entry).uploads[0].sha256).write_bytes(b"spoiled")
    exported = export(filled, tmp_path / "stick", "3121")
    assert (exported.copied, exported.lost) == (2, (entry.id,))


def test_acknowledgements_come_back_by_stick_and_only_the_countys_count(
    filled: Outbox, world: World, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
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


def test_a_stick_that_cannot_be_written_is_a_code(filled: Outbox, tmp_path: Path) -> None:
    (tmp_path / "stick").write_bytes(b"not a folder")
    with pytest.raises(DiskFailed):
        export(filled, tmp_path / "stick", "3121")

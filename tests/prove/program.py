"""The programs under proof, run under the shim: `python -m tests.prove.program NAME STATE`.

Each does what the terminal (or the county) does, with the real classes, and marks what it has promised to the world at
that moment: "handed ID NUMBER" (the receipt may print), "county ID" (the county has it), "taken ID" (the county's
acknowledgement may go out). A power cut after a mark must not take it back.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path

from offline import floor
from offline.outbox import Ack, Outbox, Sealed
from offline.trail import Trail
from tests.offline.world import World, make_world, ours

AT = 1_773_283_260.0


def mark(text: str) -> None:
    """Into the shim's record; nothing where there is no shim."""
    told = getattr(ctypes.CDLL(None), "prove_mark", None)
    if told is not None:
        told(text.encode())


def world_in(folder: Path) -> World:
    """The same invented county and terminal for all runs of a proof."""
    from wire.keys import CountyKeys, TerminalKey, certify

    if not (folder / "terminal.key").exists():
        return make_world(folder)
    keys = CountyKeys.load(folder)
    terminal = TerminalKey.load(folder / "terminal.key")
    certificate = certify(
        keys.signing[0], terminal="示例-山背-01", number="3121", public=terminal.public,
        valid_from="2026-01-01T00:00:00Z", valid_to="2036-01-01T00:00:00Z",
    )  # fmt: skip
    return World(keys, keys.public("示例县", "431199", "http://county.example"), terminal, certificate)


def terminal(state: Path, world: World) -> None:
    """Hand in, print, send, be acknowledged by line and by feed, and hand in again, across a floor of the sequence."""
    floor.STEP = 3
    outbox = Outbox.open(state, lambda: AT)
    trail = Trail.open(state, lambda: AT)

    def hand_in(number: int, pages: int) -> Sealed:
        sealed = world.application(number, pages, 9000)
        committed = outbox.commit(ours(sealed), world.sign(sealed), card_hash="card")
        mark(f"handed {sealed.id} {committed.number}")
        trail.record("outbox.committed", record=sealed.id, kind="application", sequence=committed.sequence)
        return ours(sealed)

    first = hand_in(1, 2)
    outbox.printed(first.id)
    second = hand_in(2, 0)
    outbox.mark([(1, 2.0)])
    outbox.placed(1, 0, "/v1/files/x")
    outbox.uploaded(1, 0)
    outbox.uploaded(1, 1)
    mark(f"county {first.id}")
    outbox.acknowledged(first.id, first.digest, b"said")
    third = hand_in(3, 1)
    outbox.printed(second.id)
    mark(f"county {second.id}")
    mark(f"county {third.id}")
    acks = [Ack(each.id, each.digest, b"said") for each in (second, third)]
    outbox.take_feed("", "7", acks, [("settings", b"{}")])
    hand_in(4, 3)
    outbox.bury(4, "body.unreadable")
    outbox.retry(world.id(4))
    trail.close()
    outbox.close()
    again = Outbox.open(state, lambda: AT)  # a new process: the log was folded in and is begun anew
    sealed = world.application(5, 1, 3000)
    committed = again.commit(ours(sealed), world.sign(sealed))
    mark(f"handed {sealed.id} {committed.number}")
    again.sweep()
    again.close()


def rescue(state: Path, world: World) -> None:
    """A damaged database is set aside and saved from; what was handed in before stays handed in."""
    from offline.rescue import open_sound

    for number in (1, 2, 3):
        mark(f"handed {world.id(number)} 3121{number:04d}")
    outbox, rescued = open_sound(state, lambda: AT)
    assert rescued is not None
    sealed = world.application(4, 1, 3000)
    committed = outbox.commit(ours(sealed), world.sign(sealed))
    mark(f"handed {sealed.id} {committed.number}")
    outbox.close()


def before_rescue(state: Path, world: World) -> None:
    """Three records handed in, then an index page of the database overwritten."""
    import sqlite3

    outbox = Outbox.open(state, lambda: AT)
    for number in (1, 2, 3):
        sealed = world.application(number, 1, 3000)
        outbox.commit(ours(sealed), world.sign(sealed))
    outbox.close()
    path = state / "outbox" / "outbox.db"
    with sqlite3.connect(path) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'idx_records_id'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def county(state: Path, world: World) -> None:
    """Take files in piece by piece, then messages, as the gateway does between two exchanges."""
    from gateway import intake
    from gateway.files import Folder
    from gateway.store import Store, Terminal
    from wire.answers import acknowledge, encode
    from wire.envelope import decode_envelope, encode_envelope, make_envelope

    Store.prepare(state / "gateway.db")
    store, files = Store(state / "gateway.db"), Folder(state)
    known = Terminal("3121", world.certificate.terminal, "kid", world.terminal.public, b"", "")
    for number, pages in ((1, 2), (2, 0), (3, 1)):
        sealed = world.application(number, pages, 9000)
        for file, blob in zip(sealed.files, sealed.blobs, strict=True):
            files.begin(known.number, file.sha256, file.size)
            half = len(blob) // 2
            files.append(known.number, file.sha256, 0, blob[:half])
            files.append(known.number, file.sha256, half, blob[half:])
            files.finish(known.number, file.sha256)
        made = make_envelope(sealed, sequence=number, made_at="2026-03-12T02:41:00Z", clock_verified=False,
                             key=world.terminal)  # fmt: skip
        raw = encode_envelope(made)
        envelope = decode_envelope(raw)
        message = intake.open_all(envelope, files, world.keys)
        incoming = intake.incoming(envelope, raw, message, known, received_at="2026-03-12T02:41:00Z", area="431199",
                                   index_key=b"k" * 32, store=store)  # fmt: skip

        def said(case: str, cases: int, sealed: object = sealed) -> bytes:
            return encode(
                acknowledge(world.keys, terminal=known.terminal, message=sealed.id, digest=sealed.digest,  # type: ignore[attr-defined]
                            received_at="2026-03-12T02:41:00Z", case=case, cases=cases)
            )  # fmt: skip

        store.accept(incoming, "20260312", said)
        mark(f"taken {sealed.id}")
    store.close()


def drafts(state: Path, world: World) -> None:
    """Visits put aside, opened, put aside anew, forgotten, and those whose days are over."""
    from tests.prove import aside

    aside.program(state, mark)


PROGRAMS: dict[str, Callable[[Path, World], None]] = {
    "terminal": terminal, "rescue": rescue, "before_rescue": before_rescue, "county": county, "drafts": drafts,
}  # fmt: skip

if __name__ == "__main__":
    name, state_, keys_ = sys.argv[1:4]
    PROGRAMS[name](Path(state_), world_in(Path(keys_)))

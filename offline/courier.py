"""The USB courier: sealed records go out to a stick as they are; the county's acknowledgements come back in. A stick
may be lost, copied, half-written, pulled, full, come twice, or be anybody's (wire.stick says what lies where on it).

A record appears under its name only when all of it has been synced, and counts as gone out only when it has been read
back from the stick. Nothing leaves the outbox by being copied: only the county's signed acknowledgement does that, and
it counts the same from the stick, beside the envelope, as by line. What the county has then makes room on the stick.
Nobody who finds the stick can read it.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from offline.carried import record_name, write_record, wrong_with
from offline.errors import StickFailed
from offline.files import sync_folder
from offline.outbox import Outbox
from wire import stick as sticks
from wire.stick import ACKNOWLEDGEMENT, ACKNOWLEDGEMENT_BYTES_MOST, HALF
from wire.stick import OUTBOX_FOLDER as FOLDER

if TYPE_CHECKING:
    from offline.identity import Identity

Note = Callable[..., object]
"""An event and its fields, for the trail (offline.trail.Trail.record, kiosk.journal.Journal.note)."""

FULL, READ_ONLY, GONE, BROKEN = "full", "read_only", "gone", "broken"
_GONE = {errno.ENODEV, errno.ENXIO, errno.EIO, errno.ENOENT, errno.ESTALE, errno.ENOMEDIUM, errno.ENOTCONN}


def trouble_of(error: OSError) -> str:
    """What a stick's error means to whoever holds it: full | read_only | gone (pulled, or dead) | broken."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return READ_ONLY
    return GONE if error.errno in _GONE else BROKEN


def _nothing(*_: object, **__: object) -> None:
    """Nobody is told."""


@dataclass(frozen=True)
class Exported:
    """`copied` now and read back, `there` already (whole), `left`: wait and are not on it; `lost`: ids whose files are
    damaged here. `trouble`: "" or why it stopped (see trouble_of)."""

    copied: int
    there: int
    bytes: int
    lost: tuple[str, ...]
    left: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class StickFinding:
    """`record`: the folder's name on the stick."""

    record: str
    text: str


def export(
    outbox: Outbox, stick: Path, number: str, *, note: Note = _nothing, say: Callable[[int, int], object] = _nothing
) -> Exported:
    """Copy everything that waits, dead letters too, oldest first. `number`: the terminal's four digits. `say`: so many
    of so many. A stick that fails on the way keeps what is whole on it. Raises the outbox's own errors."""
    entries = outbox.entries()
    written: list[tuple[Path, int]] = []
    there, lost, trouble = 0, [], ""
    try:
        root = sticks.made(stick, FOLDER, number)
        for half in sticks.names(root):
            if half.endswith(HALF):
                sticks.remove(root / half)
        for done, entry in enumerate(entries):
            say(done, len(entries))
            target = root / record_name(entry.sequence, entry.id)
            if sticks.folder(root, target.name) and not any(wrong_with(target)):
                there += 1
                continue
            due = outbox.content(entry)
            if not all(outbox.files.check(file.sha256, file.size) for file in due.uploads):
                lost.append(entry.id)
                continue
            _copy(outbox, target, due.body, [upload.sha256 for upload in due.uploads])
            written.append((target, entry.bytes))
        for place in (root, root.parent, stick):  # the way to the records too: whoever waits for nothing pulls it now
            sync_folder(place)
    except OSError as error:
        trouble = trouble_of(error)
    whole, spoiled = _read_back(written)
    if whole:
        note("outbox.exported", count=len(whole))
    left = len(entries) - there - len(whole) - len(lost)
    return Exported(len(whole), there, sum(whole), tuple(lost), left, trouble or (BROKEN if spoiled else ""))


def _copy(outbox: Outbox, target: Path, body: bytes, names: Sequence[str]) -> None:
    try:
        write_record(target, body, {name: outbox.files.path(name).read_bytes() for name in names})
    except OSError:
        _try_remove(target.with_name(target.name + HALF))  # its room is the next stick's, or the next try's
        raise


def _read_back(written: Sequence[tuple[Path, int]]) -> tuple[list[int], bool]:
    """Sizes of the records that came back from the stick as they went; whether any did not. Sticks that promise more
    than they hold are sold, and they say that they have written it."""
    whole, spoiled = [], False
    for target, size in written:
        if any(wrong_with(target)):
            spoiled = True
            _try_remove(target)
        else:
            whole.append(size)
    return whole, spoiled


def _try_remove(path: Path) -> bool:
    try:
        sticks.remove(path)
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class TakenIn:
    """`gone`: ids the county has signed for, now off the terminal; `refused`: what did not verify."""

    gone: tuple[str, ...]
    refused: tuple[StickFinding, ...]


def take_in(outbox: Outbox, stick: Path, identity: Identity, *, note: Note = _nothing) -> TakenIn:
    """Acknowledgements from a stick, each checked by the county's signature. What is not ours, or came before, is
    passed over. Records that the county has are taken off the stick, where it lets itself be written.

    Raises StickFailed where the stick cannot be read, and the outbox's own errors."""
    from wire.answers import parse_acknowledgement, read_acknowledgement
    from wire.errors import WireError

    gone: list[str] = []
    refused: list[StickFinding] = []
    writable = True
    try:
        for record in list(sticks.records(stick, identity.number)):
            try:
                said = sticks.read(record / ACKNOWLEDGEMENT, ACKNOWLEDGEMENT_BYTES_MOST)
                entry = outbox.entry(parse_acknowledgement(said).id)
                if entry is not None:
                    read_acknowledgement(
                        said, identity.county, terminal=identity.terminal, message=entry.id, digest=entry.digest
                    )
                    if outbox.acknowledged(entry.id, entry.digest, said):
                        gone.append(entry.id)
                        note("outbox.acknowledged", record=entry.id, sequence=entry.sequence)
            except FileNotFoundError:
                pass  # the county has not seen it yet
            except OSError:
                refused.append(StickFinding(record.name, "cannot be read"))
            except WireError as error:
                refused.append(StickFinding(record.name, error.code))
            if writable and outbox.at_county(sticks.id_in(record.name)):
                writable = _try_remove(record)
    except OSError as error:
        raise StickFailed(error.strerror or type(error).__name__) from error
    return TakenIn(tuple(gone), tuple(refused))


def verify(stick: Path) -> tuple[int, list[StickFinding]]:
    """How many records on a stick are whole, and what is wrong with the others. Raises OSError."""
    whole, findings = 0, []
    for number in sticks.numbers(stick):
        place = sticks.folder(stick, FOLDER, number)
        for name in sticks.names(place):
            record = sticks.folder(place, name) if place is not None else None
            texts = ["half-written"] if name.endswith(HALF) else list(wrong_with(record)) if record else ["no folder"]
            findings += [StickFinding(name, text) for text in texts]
            whole += not texts
    return whole, findings


__all__ = [
    "FOLDER", "Exported", "StickFinding", "TakenIn", "export", "take_in", "trouble_of", "verify",
]  # fmt: skip

"""The USB courier: sealed records go out to a stick as they are; the county's acknowledgements come back in. A stick
may be lost, copied, half-written, or come twice.

STICK/village-outbox/NUMBER/SEQUENCE-ID/ holds `envelope.json` and the sealed files under their SHA-256, and appears
under its name only when all of it has been synced. Nothing leaves the outbox by being copied: only the county's signed
acknowledgement does that, and it counts the same from the stick, as `acknowledgement.json` beside the envelope, as by
line. Nobody who finds the stick can read it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from offline.errors import of
from offline.files import sync_folder
from offline.outbox import Due, Outbox

if TYPE_CHECKING:
    from offline.identity import Identity

FOLDER = "village-outbox"
ENVELOPE = "envelope.json"
ACKNOWLEDGEMENT = "acknowledgement.json"


@dataclass(frozen=True)
class Exported:
    """`copied` now, `there` already (whole); `lost`: ids whose files are damaged here."""

    copied: int
    there: int
    bytes: int
    lost: tuple[str, ...]


@dataclass(frozen=True)
class StickFinding:
    """`record`: the folder's name on the stick."""

    record: str
    text: str


def export(outbox: Outbox, stick: Path, number: str) -> Exported:
    """Copy everything that waits, dead letters too, oldest first. `number`: the terminal's four digits.

    Raises DiskFull, DiskFailed (the stick), and the outbox's own errors.
    """
    root = stick / FOLDER / number
    copied = there = size = 0
    lost: list[str] = []
    try:
        root.mkdir(parents=True, exist_ok=True)
        for half in root.glob("*.part"):
            shutil.rmtree(half)
        for entry in outbox.entries():
            target = root / f"{entry.sequence:010d}-{entry.id}"
            if target.exists() and not list(_wrong(target)):
                there += 1
                continue
            due = outbox.content(entry)
            if not all(outbox.files.check(file.sha256, file.size) for file in due.uploads):
                lost.append(entry.id)
                continue
            _copy(outbox, due, target)
            copied += 1
            size += entry.bytes
        sync_folder(root)
    except OSError as error:
        raise of(error) from error
    return Exported(copied, there, size, tuple(lost))


@dataclass(frozen=True)
class TakenIn:
    """`gone`: ids the county has signed for, now off the terminal; `refused`: what did not verify."""

    gone: tuple[str, ...]
    refused: tuple[StickFinding, ...]


def take_in(outbox: Outbox, stick: Path, identity: Identity) -> TakenIn:
    """Acknowledgements from a stick, each checked by the county's signature. What is not ours, or came before, is
    passed over. Raises the outbox's own errors."""
    from wire.answers import parse_acknowledgement, read_acknowledgement
    from wire.errors import WireError

    gone, refused = [], []
    for path in sorted((stick / FOLDER / identity.number).glob(f"*/{ACKNOWLEDGEMENT}")):
        try:
            said = path.read_bytes()
            entry = outbox.entry(parse_acknowledgement(said).id)
            if entry is None:
                continue
            read_acknowledgement(
                said, identity.county, terminal=identity.terminal, message=entry.id, digest=entry.digest
            )
        except OSError:
            refused.append(StickFinding(path.parent.name, "cannot be read"))
        except WireError as error:
            refused.append(StickFinding(path.parent.name, error.code))
        else:
            if outbox.acknowledged(entry.id, entry.digest, said):
                gone.append(entry.id)
    return TakenIn(tuple(gone), tuple(refused))


def _copy(outbox: Outbox, due: Due, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    part.mkdir()
    _write(part / ENVELOPE, due.body)
    for upload in due.uploads:
        _write(part / upload.sha256, outbox.files.path(upload.sha256).read_bytes())
    sync_folder(part)
    if target.exists():
        shutil.rmtree(target)
    part.rename(target)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def verify(stick: Path) -> tuple[int, list[StickFinding]]:
    """How many records on a stick are whole, and what is wrong with the others."""
    whole, findings = 0, []
    for record in sorted((stick / FOLDER).glob("*/*")):
        wrong = ["half-written"] if record.name.endswith(".part") else list(_wrong(record))
        findings += [StickFinding(record.name, text) for text in wrong]
        whole += not wrong
    return whole, findings


def _wrong(record: Path) -> Iterator[str]:
    from wire.envelope import decode_envelope
    from wire.errors import WireError

    try:
        envelope = decode_envelope((record / ENVELOPE).read_bytes())
    except OSError:
        yield "no envelope"
        return
    except WireError as error:
        yield error.code
        return
    if record.name != f"{envelope.sequence:010d}-{envelope.id}":
        yield "in the folder of another record"
    for file in envelope.files:
        if not _is(record / file.sha256, file.sha256, file.size):
            yield f"file {file.sha256[:12]} is missing or damaged"


def _is(path: Path, sha256: str, size: int) -> bool:
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()).st_size == size and hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


__all__ = ["Exported", "StickFinding", "TakenIn", "export", "take_in", "verify"]

"""The USB courier: sealed records go out to a stick as they are; the county's acknowledgements come back in. A stick
may be lost, copied, half-written, or come twice.

STICK/village-outbox/NUMBER/SEQUENCE-ID/ holds `envelope.json` and the sealed files under their SHA-256, and appears
under its name only when all of it has been synced. Nothing leaves the outbox by being copied: only the county's signed
acknowledgement does that, and it counts the same from the stick, as `acknowledgement.json` beside the envelope, as by
line. Nobody who finds the stick can read it.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from offline.carried import record_name, write_record, wrong_with
from offline.errors import of
from offline.files import sync_folder
from offline.outbox import Outbox

if TYPE_CHECKING:
    from offline.identity import Identity

FOLDER = "village-outbox"
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
            target = root / record_name(entry.sequence, entry.id)
            if target.exists() and not list(wrong_with(target)):
                there += 1
                continue
            due = outbox.content(entry)
            if not all(outbox.files.check(file.sha256, file.size) for file in due.uploads):
                lost.append(entry.id)
                continue
            write_record(target, due.body, {u.sha256: outbox.files.path(u.sha256).read_bytes() for u in due.uploads})
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


def verify(stick: Path) -> tuple[int, list[StickFinding]]:
    """How many records on a stick are whole, and what is wrong with the others."""
    whole, findings = 0, []
    for record in sorted((stick / FOLDER).glob("*/*")):
        texts = ["half-written"] if record.name.endswith(".part") else list(wrong_with(record))
        findings += [StickFinding(record.name, text) for text in texts]
        whole += not texts
    return whole, findings


__all__ = ["Exported", "StickFinding", "TakenIn", "export", "take_in", "verify"]

"""A sealed record as a folder on another medium (a courier's stick, the mirror): SEQUENCE-ID/ with `envelope.json` and
the sealed files under their SHA-256. It appears under its name only when all of it has been synced."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from offline.files import sync_folder

ENVELOPE = "envelope.json"
HALF = ".part"


def record_name(sequence: int, record: str) -> str:
    return f"{sequence:010d}-{record}"


def write_record(
    target: Path, envelope: bytes, files: Mapping[str, bytes], more: Mapping[str, bytes] | None = None
) -> None:
    """Write a record's folder, whole or not at all; the caller syncs the folder it lies in. Raises OSError."""
    half = target.with_name(target.name + HALF)
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for name, content in {ENVELOPE: envelope, **files, **(more or {})}.items():
        with (half / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(half)
    if target.exists():
        shutil.rmtree(target)
    half.rename(target)


def wrong_with(record: Path) -> Iterator[str]:
    """What is wrong with a record's folder, in words without anything of its content; nothing where it is whole."""
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
    if record.name != record_name(envelope.sequence, envelope.id):
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

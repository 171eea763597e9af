"""A sealed record as a folder on another medium (a courier's stick, the mirror): SEQUENCE-ID/ with `envelope.json` and
the sealed files under their SHA-256. It appears under its name only when all of it has been synced."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from offline.files import sync_folder
from wire.stick import ENVELOPE, ENVELOPE_BYTES_MOST, HALF, is_file, read, record_name, remove


def write_record(
    target: Path, envelope: bytes, files: Mapping[str, bytes], more: Mapping[str, bytes] | None = None
) -> None:
    """Write a record's folder, whole or not at all; the caller syncs the folder it lies in. Raises OSError."""
    half = target.with_name(target.name + HALF)
    remove(half)
    half.mkdir()
    for name, content in {ENVELOPE: envelope, **files, **(more or {})}.items():
        with (half / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync_folder(half)
    remove(target)
    half.rename(target)
    sync_folder(target)  # FAT writes where a renamed folder begins only with the folder itself


def wrong_with(record: Path) -> Iterator[str]:
    """What is wrong with a record's folder, in words without anything of its content; nothing where it is whole."""
    from wire.envelope import decode_envelope
    from wire.errors import WireError

    try:
        envelope = decode_envelope(read(record / ENVELOPE, ENVELOPE_BYTES_MOST))
    except OSError:
        yield "no envelope"
        return
    except WireError as error:
        yield error.code
        return
    if record.name != record_name(envelope.sequence, envelope.id):
        yield "in the folder of another record"
    for file in envelope.files:
        if not is_file(record / file.sha256, file.sha256, file.size):
            yield f"file {file.sha256[:12]} is missing or damaged"


__all__ = ["ENVELOPE", "HALF", "record_name", "write_record", "wrong_with"]

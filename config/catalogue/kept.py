"""Parsed files, kept beside: every visit begins with the same catalogue, and parsing it is most of loading it.

What is kept goes by the SHA-256 of what it was parsed from, and begins with the SHA-256 of itself: one that is damaged,
or of another form of ours, is parsed anew. It is never what is trusted: only a faster way to the same values.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from config.catalogue.reading import Located, parse

FORM = b"village-parsed 1\n"  # another number whenever reading.Located or what parsing gives changes
KEPT_MOST = 3


def documents(contents: Mapping[str, bytes], folder: Path) -> dict[str, Located]:
    """The files parsed, or as they were kept in `folder`. Raises CatalogueError as parsing does."""
    import msgspec

    path = folder / name_of(contents)
    with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        raw = path.read_bytes()
        if hashlib.sha256(raw[32:]).digest() == raw[:32]:
            return msgspec.msgpack.decode(raw[32:], type=dict[str, Located])
    found = {name: parse(raw, name) for name, raw in contents.items()}
    with contextlib.suppress(OSError):  # a full disk costs time, nothing else
        _keep(path, msgspec.msgpack.encode(found))
    return found


def name_of(contents: Mapping[str, bytes]) -> str:
    """What the parsed form of these files is kept under."""
    sums = hashlib.sha256(FORM)
    for name in sorted(contents):
        sums.update(name.encode() + b"\0" + len(contents[name]).to_bytes(8, "big") + contents[name])
    return sums.hexdigest()


def _keep(path: Path, encoded: bytes) -> None:
    """Whole or not at all; the newest few stay. Not synced: what a power cut leaves of it is found out by its sum."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_bytes(hashlib.sha256(encoded).digest() + encoded)
    half.replace(path)
    others = sorted(path.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    for other in others[KEPT_MOST:]:
        other.unlink(missing_ok=True)

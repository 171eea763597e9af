"""A courier's stick: where things lie on it, and how both sides read what may be anybody's.

    STICK/village-outbox/NUMBER/SEQUENCE-ID/envelope.json and the sealed files, each under its SHA-256
    STICK/village-outbox/NUMBER/SEQUENCE-ID/acknowledgement.json      laid there by the county
    STICK/village-catalogue/SHA256                                    the county's newest catalogue

A folder that ends in `.part` was not finished. A stick may hold links, pipes, endless files or a million names; none of
them is followed, waited for or read to its end. What was written is read back from the stick itself, not from memory.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import re
import shutil
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

OUTBOX_FOLDER, CATALOGUE_FOLDER = "village-outbox", "village-catalogue"
ENVELOPE, ACKNOWLEDGEMENT = "envelope.json", "acknowledgement.json"
HALF = ".part"
ENVELOPE_BYTES_MOST = 4_000_000
ACKNOWLEDGEMENT_BYTES_MOST = 100_000
NAMES_MOST = 50_000
"""Of one folder; what stands behind them is not looked at."""
_RECORD = re.compile(r"[0-9]{10}-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def record_name(sequence: int, record: str) -> str:
    return f"{sequence:010d}-{record}"


def id_in(name: str) -> str:
    """The record's id in a folder's name, "" for a folder of another kind."""
    found = _RECORD.fullmatch(name)
    return found[1] if found else ""


def folder(*parts: Path | str) -> Path | None:
    """The folder below the first part, None unless every one of them is a real folder: a link is none."""
    path = Path(parts[0])
    for part in parts[1:]:
        path = path / part
        try:
            if not stat.S_ISDIR(path.lstat().st_mode):
                return None
        except OSError:
            return None
    return path


def made(*parts: Path | str) -> Path:
    """The same, made where it is missing. Raises OSError, too where something else stands in its place."""
    path = Path(parts[0])
    for part in parts[1:]:
        path = path / part
        path.mkdir(exist_ok=True)
        if not stat.S_ISDIR(path.lstat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return path


def names(place: Path | None) -> list[str]:
    """The names in a folder, in order; none where there is no such folder. Raises OSError where it cannot be read."""
    if place is None:
        return []
    with os.scandir(place) as found:
        return sorted(entry.name for entry in itertools.islice(found, NAMES_MOST))


def records(stick: Path, number: str) -> Iterator[Path]:
    """The records' folders of one terminal, oldest first."""
    place = folder(stick, OUTBOX_FOLDER, number)
    for name in names(place):
        if id_in(name) and place is not None and (record := folder(place, name)) is not None:
            yield record


def numbers(stick: Path) -> list[str]:
    """Whose records are on it."""
    return [name for name in names(folder(stick, OUTBOX_FOLDER)) if re.fullmatch("[0-9]{4}", name)]


def read(path: Path, most: int) -> bytes:
    """A plain file of at most so many bytes. Raises OSError: not there, not a plain file, larger."""
    with open_plain(path) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return file.read(most)


def open_plain(path: Path) -> BufferedReader:
    """A plain file, for reading from the medium. Raises OSError for a link, a pipe, a device."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        # What has been synced need not be kept in memory: the next look is at the stick.
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def is_file(path: Path, sha256: str, size: int) -> bool:
    """Whether a file is there with the bytes its name says."""
    try:
        with open_plain(path) as file:
            return os.fstat(file.fileno()).st_size == size and hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def remove(path: Path) -> None:
    """Whatever it is, without following it; gone already is no error. Raises OSError."""
    try:
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)
        else:
            path.unlink()
    except FileNotFoundError:
        pass

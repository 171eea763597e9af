"""Sealed files at the county: a folder, named by SHA-256. An object store can stand here later (the same few methods).

A file that is being sent lies under uploads/TERMINAL/SHA256.part and its size on disk is the tus offset: there is no
second record to disagree with it after a power cut. When it is whole its digest is checked over what is on the disk;
then fsync, rename, fsync of the folder. What does not match is thrown away and said so.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path
from typing import Protocol


class WrongDigest(Exception):
    """The whole file is not what its name says; nothing of it is kept."""


class Files(Protocol):
    """What the intake and the tus endpoint need of a file store. All of it blocks: call it in threads."""

    def size(self, sha256: str) -> int | None:
        """Bytes of a finished file, None where there is none."""
        ...

    def read(self, sha256: str) -> bytes: ...

    def begun(self, terminal: str, sha256: str) -> tuple[int, int] | None:
        """(offset, length) of an unfinished upload, None where there is none."""
        ...

    def begin(self, terminal: str, sha256: str, length: int) -> int:
        """Offset from which to send: 0, or where an upload of the same file broke off."""
        ...

    def append(self, terminal: str, sha256: str, offset: int, data: bytes) -> int:
        """The offset after it. Raises ValueError where offset is not the upload's."""
        ...

    def finish(self, terminal: str, sha256: str) -> None:
        """Raises WrongDigest."""
        ...

    def drop(self, terminal: str, sha256: str) -> None: ...

    def wanted(self, sha256: str) -> None:
        """Somebody is about to name a finished file: it counts as new again."""
        ...

    def old(self, keep_days: int, now: float) -> list[str]:
        """Finished files that nobody sent or wanted for so long."""
        ...

    def forget(self, sha256: str) -> None: ...


class Folder:
    """Files in a folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._done = root / "files"
        self._part = root / "uploads"
        self._done.mkdir(parents=True, exist_ok=True)
        self._part.mkdir(parents=True, exist_ok=True)

    def _path(self, sha256: str) -> Path:
        return self._done / sha256[:2] / sha256

    def _upload(self, terminal: str, sha256: str) -> Path:
        # Terminals are named by their four digits, files by hex: neither can leave the folder.
        return self._part / terminal / f"{sha256}.part"

    def size(self, sha256: str) -> int | None:
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, sha256: str) -> bytes:
        return self._path(sha256).read_bytes()

    def begun(self, terminal: str, sha256: str) -> tuple[int, int] | None:
        path = self._upload(terminal, sha256)
        try:
            return path.stat().st_size, int(path.with_suffix(".length").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return None

    def begin(self, terminal: str, sha256: str, length: int) -> int:
        path = self._upload(terminal, sha256)
        begun = self.begun(terminal, sha256)
        if begun is not None and begun[1] == length and begun[0] <= length:
            return begun[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.with_suffix(".length").write_text(str(length), "ascii")
        path.touch()
        return 0

    def append(self, terminal: str, sha256: str, offset: int, data: bytes) -> int:
        path = self._upload(terminal, sha256)
        with path.open("r+b") as file:
            if file.seek(0, os.SEEK_END) != offset:
                raise ValueError("not at the upload's offset")
            file.write(data)
        return offset + len(data)

    def finish(self, terminal: str, sha256: str) -> None:
        path = self._upload(terminal, sha256)
        with path.open("rb") as file:
            os.fsync(file.fileno())
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            self.drop(terminal, sha256)
            raise WrongDigest
        final = self._path(sha256)
        if not final.parent.exists():
            final.parent.mkdir(exist_ok=True)
            _sync_folder(self._done)
        path.rename(final)
        _sync_folder(final.parent)
        path.with_suffix(".length").unlink(missing_ok=True)

    def drop(self, terminal: str, sha256: str) -> None:
        path = self._upload(terminal, sha256)
        path.unlink(missing_ok=True)
        path.with_suffix(".length").unlink(missing_ok=True)

    def sweep(self, keep_days: int, now: float | None = None) -> int:
        """Forget uploads that nobody went on with for so long; how many."""
        limit = (time.time() if now is None else now) - keep_days * 86400
        old = [path for path in self._part.glob("*/*.part") if path.stat().st_mtime < limit]
        for path in old:
            path.unlink(missing_ok=True)
            path.with_suffix(".length").unlink(missing_ok=True)
        return len(old)

    def wanted(self, sha256: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.utime(self._path(sha256))

    def old(self, keep_days: int, now: float) -> list[str]:
        limit = now - keep_days * 86400
        return [path.name for path in self._done.glob("*/*") if path.stat().st_mtime < limit]

    def forget(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

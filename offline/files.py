"""Sealed files, named by the SHA-256 of their bytes, so that a name proves a content.

Order of a write: temporary file, fsync, rename, fsync of the folder; only then may a row name it. Content under its own
name is therefore always whole. Several are written at once: a disk that is asked to sync five files together needs
little longer than for one. A file that no row names (a crash in between) is swept when nobody is committing, which a
lock tells, not a clock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from offline.errors import Corrupt, of
from offline.points import Points

_TEMPORARY = ".part"
AT_ONCE = 6
"""Files that are written and synced at the same time."""
START_S = 5.0


def free(folder: Path) -> int:
    """Bytes of a folder's disk that are free to this program. Raises OSError."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Replace a small file as a whole: after a power cut it is the old or the new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_TEMPORARY}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


class Files:
    """The folder of sealed files."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self._folder = folder
        self._lock = lock
        self._pool: ThreadPoolExecutor | None = None

    def get_ready(self) -> None:
        """Start the threads that write, so that nobody waits for them behind the button."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(AT_ONCE, "writing")
            all_there = threading.Barrier(AT_ONCE)  # or one idle thread would take all of these, and be the only one
            for _ in range(AT_ONCE):
                self._pool.submit(all_there.wait, START_S)

    def begin(self, sha256: str, content: bytes, point: Points) -> Future[None]:
        """Begin to write one, in a thread of its own. Returns at once."""
        self.get_ready()
        assert self._pool is not None  # noqa: S101 - just made
        return self._pool.submit(self.write, sha256, content, point)

    def close(self) -> None:
        """Let the threads end."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def path(self, sha256: str) -> Path:
        return self._folder / sha256

    @contextlib.contextmanager
    def committing(self) -> Iterator[None]:
        """Held while files are written and until the row that names them is committed; keeps the sweep out."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)  # closing lets the lock go

    @contextlib.contextmanager
    def writing(self, point: Points) -> Iterator[Writing]:
        """Files that come one after the other; on the disk once `Writing.done` has returned. Holds `committing()`."""
        with self.committing():
            writing = Writing(self, point)
            try:
                yield writing
            finally:
                writing.end()

    def put(self, files: Mapping[str, bytes], point: Points) -> None:
        """Make files last. The caller holds `committing()`. Raises Corrupt if a name is not its content's hash."""
        if not files:
            return
        for sha256, content in files.items():
            if hashlib.sha256(content).hexdigest() != sha256:
                raise Corrupt(f"file {sha256[:12]} does not have the bytes its name says")
        writing = Writing(self, point)
        try:
            for sha256, content in files.items():
                writing.add(sha256, content)
            writing.done()
        finally:
            writing.end()

    def sync(self) -> None:
        """Make the names last."""
        sync_folder(self._folder)

    def write(self, sha256: str, content: bytes, point: Points) -> None:
        final = self.path(sha256)
        temporary = self._folder / f"{sha256}.{secrets.token_hex(4)}{_TEMPORARY}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                view = memoryview(content)
                while view:
                    view = view[file.write(view) :]
                point("commit.file.written")
                os.fsync(file.fileno())
            point("commit.file.synced")
            temporary.replace(final)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        point("commit.file.renamed")

    def remove(self, names: Collection[str], point: Points) -> None:
        """Delete files whose row is gone. A file that is not there is no error: the work may have been cut short."""
        for sha256 in names:
            self.path(sha256).unlink(missing_ok=True)
            point("remove.file.gone")

    def sweep(self, named: Callable[[], Collection[str]]) -> int | None:
        """Delete what no row names. Returns how many, or None when somebody is committing just now.

        `named` is asked under the lock that keeps committers out.
        """
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            keep = set(named())
            gone = 0
            for entry in list(os.scandir(self._folder)):
                if entry.name not in keep and entry.is_file(follow_symlinks=False):
                    Path(entry.path).unlink(missing_ok=True)
                    gone += 1
            return gone
        except BlockingIOError:
            return None
        finally:
            os.close(handle)

    def check(self, sha256: str, size: int) -> bool:
        """Whether a file is there with the bytes its name says. Reads it in pieces of 256 KiB."""
        digest = hashlib.sha256()
        try:
            with self.path(sha256).open("rb") as file:
                if os.fstat(file.fileno()).st_size != size:
                    return False
                while part := file.read(1 << 18):
                    digest.update(part)
        except OSError:
            return False
        return digest.hexdigest() == sha256


class Writing:
    """Files on their way to the disk, each under the hash of its bytes, in threads of their own."""

    def __init__(self, files: Files, point: Points) -> None:
        self._files = files
        self._point = point
        self._under_way: dict[str, Future[None]] = {}

    def add(self, sha256: str, content: bytes) -> None:
        """Begin to write one. Returns at once. That the name is its content's hash is the caller's word."""
        if sha256 not in self._under_way:
            self._under_way[sha256] = self._files.begin(sha256, content, self._point)

    def done(self) -> None:
        """Wait until all are on the disk under their names, and the names too. Raises DiskFull, DiskFailed."""
        if not self._under_way:
            return
        try:
            for each in self._under_way.values():
                each.result()
            self._files.sync()
        except OSError as error:
            raise of(error) from error
        self._point("commit.folder.synced")

    def holds(self, names: Collection[str]) -> bool:
        return set(names) <= self._under_way.keys()

    def end(self) -> None:
        """No more come; whatever has begun comes to its end."""
        wait(self._under_way.values())

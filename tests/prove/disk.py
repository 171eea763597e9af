"""A disk after a power cut, made from a recorded order of writes and syncs: what was synced is there, the rest as it
may come.

The rules (weaker than ext4's or XFS's, so what holds here holds there):

- a write is kept by block of 4 KiB, each block by itself; the last one kept of a file may be torn within a block, at
  sectors of 512 bytes; a file may be longer than what was written into it (zeros) or have its old length;
- what was written to a file before an fsync of it that returned is kept;
- names (create, rename, unlink, mkdir) are kept in the order they were made in their folder, up to any one of them;
  all of them before an fsync of the folder that returned; an fsync of a file keeps no name;
- nothing is kept that was not asked for: a disk that loses what it synced breaks the promise's own condition.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BLOCK, SECTOR = 4096, 512


@dataclass(frozen=True)
class Op:
    """One recorded operation; see shim.c."""

    kind: str
    name: str
    number: int
    data: bytes


def read_trace(path: Path) -> list[Op]:
    raw, at, found = path.read_bytes(), 0, []
    while at < len(raw):
        kind, name, number, length = struct.unpack_from("<cHQI", raw, at)
        at += 15
        text = raw[at : at + name].decode()
        at += name
        found.append(Op(kind.decode(), text, number, raw[at : at + length]))
        at += length
    return found


@dataclass
class Inode:
    """A file's bytes that are safe, and what was asked for since."""

    safe: bytes = b""
    pending: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        self.safe, self.pending = _applied(self.safe, self.pending), []


def _applied(content: bytes, ops: list[Op]) -> bytes:
    made = bytearray(content)
    for op in ops:
        _apply(made, op)
    return bytes(made)


def _apply(made: bytearray, op: Op) -> None:
    if op.kind == "T":
        del made[op.number :]
        made.extend(bytes(op.number - len(made)))
    else:
        end = op.number + len(op.data)
        made.extend(bytes(max(0, end - len(made))))
        made[op.number : end] = op.data


@dataclass(frozen=True)
class Naming:
    """A pending change of names: old name (or ""), new name (or ""), and what the new one is."""

    folder: str
    old: str
    new: str
    inode: Inode | None  # None: a folder, or an unlink


class Disk:
    """Feed it operations; `after_a_cut` says what a power cut now may leave."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.names: dict[str, Inode | None] = {}  # as the running system sees them; None: a folder
        self._safe: dict[str, Inode | None] = {}
        self._pending: list[Naming] = []
        for path in sorted(root.rglob("*")):
            inode = None if path.is_dir() else Inode(path.read_bytes())
            self.names[str(path)] = self._safe[str(path)] = inode

    def feed(self, op: Op) -> None:
        match op.kind:
            case "C" | "M":
                inode = Inode() if op.kind == "C" else None
                self._name("", op.name, inode)
            case "W" | "T":
                inode = self.names.get(op.name)
                if inode is not None:
                    inode.pending.append(op)
            case "S":
                inode = self.names.get(op.name)
                if inode is not None:
                    inode.sync()
            case "D":
                kept = [each for each in self._pending if each.folder != op.name]
                for each in self._pending:
                    if each.folder == op.name:
                        _rename(self._safe, each)
                self._pending = kept
            case "R":
                self._name(op.name, op.data.decode(), self.names.get(op.name))
            case "U":
                self._name(op.name, "", None)

    def _name(self, old: str, new: str, inode: Inode | None) -> None:
        if old and new and old in self.names and inode is None:  # a folder, with what was asked for in it
            self._pending = [_moved(each, old, new) for each in self._pending]
        naming = Naming((new or old).rpartition("/")[0], old, new, inode)
        _rename(self.names, naming)
        self._pending.append(naming)

    def pending(self) -> bool:
        return bool(self._pending) or any(inode and inode.pending for inode in self.names.values())

    def everything(self) -> dict[str, bytes | None]:
        """As after a SIGKILL: the system lives on, nothing is dropped."""
        return {name: _applied(i.safe, i.pending) if i else None for name, i in self.names.items()}

    def after_a_cut(self, rng: random.Random, how: str) -> dict[str, bytes | None]:
        """Names and contents as a power cut may leave them. how: "least" (only what was synced), "names" (all names,
        only synced bytes), "bytes" (all bytes, only synced names), "torn" (anything the rules allow)."""
        names = dict(self._safe)
        by_folder: dict[str, list[Naming]] = {}
        for each in self._pending:
            by_folder.setdefault(each.folder, []).append(each)
        for pending in by_folder.values():
            keep = {"least": 0, "bytes": 0, "names": len(pending)}.get(how, rng.randint(0, len(pending)))
            for each in pending[:keep]:
                _rename(names, each)
        made: dict[str, bytes | None] = {}
        for name, inode in names.items():
            if inode is None:
                made[name] = None
            elif how in ("least", "names"):
                made[name] = inode.safe
            elif how == "bytes":
                made[name] = _applied(inode.safe, inode.pending)
            else:
                made[name] = _torn(inode, rng)
        return made


def _rename(names: dict[str, Inode | None], naming: Naming) -> None:
    if naming.old:
        if naming.new and naming.inode is None:
            for name in [each for each in names if each.startswith(naming.old + "/")]:
                names[naming.new + name.removeprefix(naming.old)] = names.pop(name)
        names.pop(naming.old, None)
    if naming.new:
        names[naming.new] = naming.inode


def _moved(naming: Naming, old: str, new: str) -> Naming:
    """The same change of names inside a folder that has another name now."""

    def path(name: str) -> str:
        return new + name.removeprefix(old) if name.startswith(old + "/") else name

    folder = new if naming.folder == old else path(naming.folder)
    return Naming(folder, path(naming.old), path(naming.new), naming.inode)


def _torn(inode: Inode, rng: random.Random) -> bytes:
    made = bytearray(inode.safe)
    longest = len(made)
    for op in inode.pending:
        if op.kind == "T":
            if rng.random() < 0.5:
                _apply(made, op)
            continue
        for piece in _blocks(op):
            longest = max(longest, piece.number + len(piece.data))
            luck = rng.random()
            if luck < 0.5:
                _apply(made, piece)
            elif luck < 0.65:
                sectors = rng.randint(0, len(piece.data) // SECTOR)
                _apply(made, Op("W", piece.name, piece.number, piece.data[: sectors * SECTOR]))
    if rng.random() < 0.3:  # the length came through, the bytes did not
        made.extend(bytes(longest - len(made)))
    return bytes(made)


def _blocks(op: Op) -> Iterator[Op]:
    at = op.number
    end = op.number + len(op.data)
    while at < end:
        until = min(end, (at // BLOCK + 1) * BLOCK)
        yield Op("W", op.name, at, op.data[at - op.number : until - op.number])
        at = until


def lay_out(made: dict[str, bytes | None], root: Path, to: Path) -> None:
    """Write a disk's state under another root."""
    for name, content in sorted(made.items()):
        path = to / Path(name).relative_to(root)
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
        elif path.parent.is_dir():
            path.write_bytes(content)
            path.chmod(0o600)

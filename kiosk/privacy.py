"""Searching for what a visit may have left of a person: in the memory of every process that runs, on disk, in swap.

Memory is read through /proc/PID/mem over every readable mapping, so that freed objects, library buffers and what no
Python reference reaches are searched like the rest. Words are looked for as text lies in memory and files: UTF-8,
UTF-16, UTF-32 (Python's own strings are one of them) and GB 18030. A process or file that may not be read is a finding
too: what was not searched was not found clean. Findings name the word by its label, never the word.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "gb18030")
_PIECE = 8 << 20


@dataclass(frozen=True)
class Finding:
    """`where`: process and mapping, or file, and the offset; `what`: the label of what was found there."""

    where: str
    what: str


@dataclass
class Searched:
    """What a search came to. `processes`, `files`, `bytes`: how much was looked through."""

    processes: int = 0
    files: int = 0
    bytes: int = 0
    found: list[Finding] = field(default_factory=list)

    def add(self, other: Searched) -> None:
        self.processes += other.processes
        self.files += other.files
        self.bytes += other.bytes
        self.found += other.found


class Words:
    """What is looked for: labels and words, each in every encoding it may have, bytes as they are."""

    def __init__(self, words: Mapping[str, str | bytes]) -> None:
        forms: dict[bytes, str] = {}
        for label, word in words.items():
            if isinstance(word, bytes):
                forms.setdefault(word, label)
                continue
            for encoding in ENCODINGS:
                forms.setdefault(word.encode(encoding), label)
        self._forms = forms
        self._overlap = max(map(len, forms)) - 1

    def search(self, pieces: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, str]]:
        """(offset, label) of the first place of each form in consecutive pieces (offset, bytes)."""
        before, until = b"", -1
        seen: set[str] = set()
        for at, piece in pieces:
            whole, start = (before + piece, at - len(before)) if at == until else (piece, at)
            for form, label in self._forms.items():
                if label not in seen and (place := whole.find(form)) >= 0:
                    seen.add(label)
                    yield start + place, label
            before, until = whole[-self._overlap :], at + len(piece)


# ---------------------------------------------------------------- memory


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, left = [], [pid]
    while left:
        found.append(left.pop())
        left += children.get(found[-1], [])
    return found


def over(pid: int) -> bool:
    """Whether a process has ended: nothing of it is left but its number (a zombie)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except (OSError, IndexError):
        return True


def name_of(pid: int) -> str:
    """What a process is, for people: its role, or its command's name."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        if "role" in words:
            return words[words.index("role") + 1]
        if "run" in words and any("kiosk" in word for word in words):
            return "supervisor"
        return Path(words[0]).name if words[0] else "?"
    return "?"


def search_process(pid: int, words: Words) -> Searched:
    """All readable memory of one process. A process that has ended meanwhile holds nothing."""
    done = Searched(processes=1)
    who = f"process {name_of(pid)} ({pid})"
    try:
        maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except (FileNotFoundError, ProcessLookupError):
        return Searched()
    except PermissionError:
        done.found.append(Finding(who, "may not be read: run as root"))
        return done
    try:
        for line in maps:
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
            if match is None or "r" not in match[3] or match[4] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            for at, label in words.search(_mapped(memory, int(match[1], 16), int(match[2], 16), done)):
                done.found.append(Finding(f"{who}, {match[4] or 'anonymous memory'} at {at:#x}", label))
    finally:
        os.close(memory)
    return done


def _mapped(memory: int, start: int, end: int, done: Searched) -> Iterator[tuple[int, bytes]]:
    at = start
    while at < end:
        try:
            piece = os.pread(memory, min(_PIECE, end - at), at)
        except (OSError, OverflowError):  # a device's memory, or a page that went meanwhile: the next one
            at += 4096
            continue
        if not piece:
            return
        done.bytes += len(piece)
        yield at, piece
        at += len(piece)


# ---------------------------------------------------------------- disk, dumps, swap


def search_file(path: Path, words: Words) -> Searched:
    """A file's bytes and its name."""
    done = Searched(files=1)
    for _, label in words.search([(0, os.fsencode(path.name))]):
        done.found.append(Finding(f"the name of a file in {path.parent}", label))
    try:
        with path.open("rb") as file:

            def pieces() -> Iterator[tuple[int, bytes]]:
                at = 0
                while piece := file.read(_PIECE):
                    done.bytes += len(piece)
                    yield at, piece
                    at += len(piece)

            for at, label in words.search(pieces()):
                done.found.append(Finding(f"{path} at {at}", label))
    except FileNotFoundError:
        return Searched()
    except OSError as error:
        done.found.append(Finding(str(path), f"cannot be read: {error.strerror}"))
    return done


def _device(folder: Path) -> int:
    """Which file system it lies on, -1 if it has gone meanwhile."""
    try:
        return folder.lstat().st_dev
    except OSError:
        return -1


def search_folder(
    folder: Path, words: Words, since: float = 0.0, skip: Callable[[Path], bool] = lambda _: False
) -> Searched:
    """Every file below a folder that was written since a time (seconds since 1970). What is mounted below it is
    another's: a kernel's files there (a container's /proc) would never end being read."""
    done = Searched()
    device = folder.lstat().st_dev
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = [name for name in folders if not skip(here / name) and _device(here / name) == device]
        for name in names:
            path = here / name
            with contextlib.suppress(OSError):
                about = path.lstat()
                if stat.S_ISREG(about.st_mode) and about.st_mtime >= since and not skip(path):
                    done.add(search_file(path, words))
    return done


DUMPS = ("/var/crash", "/var/lib/systemd/coredump", "/var/lib/apport/coredump")


def search_dumps(words: Words, since: float) -> Searched:
    """Where systems keep the memory of crashed processes, and where this one would lay a core file."""
    done = Searched()
    with contextlib.suppress(OSError):
        pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
        folders = {*DUMPS, *([str(Path(pattern).parent)] if pattern.startswith("/") else [])}
        for folder in folders:
            if Path(folder).is_dir():
                done.add(search_folder(Path(folder), words, since))
    return done


def search_swap(words: Words) -> Searched:
    """Swap as it lies on the disk. Memory of a dead process may stand there long after it."""
    done = Searched()
    with contextlib.suppress(OSError):
        for line in Path("/proc/swaps").read_text().splitlines()[1:]:
            name = line.split()[0]
            if "zram" not in name:  # in memory, gone with the power
                done.add(search_file(Path(name), words))
    return done


def dumps_forbidden(pid: int) -> bool:
    """Whether a crash of this process leaves no core file."""
    with contextlib.suppress(OSError, IndexError):
        for line in Path(f"/proc/{pid}/limits").read_text().splitlines():
            if line.startswith("Max core file size"):
                return line.split()[4] == "0"
    return False

"""The courier's USB stick at the terminal: which one is in, what goes out and comes back, when it may be pulled.

The machine mounts a stick that is put in, and only root may (provision/install/stick, docs/decisions/0003): below one
folder, each under a name of its own. The terminal writes to it, asks for it to be let go by laying its name into that
folder's `let-go`, and waits until it is no longer mounted. What `kiosk outbox export` and `import` do and what staff do
at the screen is the same (offline.courier).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from offline.errors import OfflineError

if TYPE_CHECKING:
    from offline.courier import Exported, Note, TakenIn

LET_GO = "let-go"
LET_GO_S = 30.0
"""Longest wait for what is still on its way to a slow stick. All of it was synced before, so that a stick pulled
meanwhile loses nothing."""
NONE, MANY, BUSY, BROKEN = "none", "many", "outbox", "broken"
LOOK_S = 0.1
PULLED_S = 5.0


@dataclass(frozen=True)
class Stick:
    """A stick that is in. `size`, `free`: bytes."""

    name: str
    path: Path = field(repr=False)
    size: int = 0
    free: int = 0


@dataclass(frozen=True)
class Carried:
    """What came of a stick.

    `out`: whole on it now and read back, `new` of them just written, `left`: wait and are not on it, `damaged`: here.
    `back`: signed for by the county and off the terminal; `refused`: not the county's word for ours. `catalogue`: it
    brought one to be looked at. `may_pull`: the machine has let it go.
    `problem`: "" | none | many | full | read_only | gone | broken | outbox.
    """

    out: int = 0
    new: int = 0
    left: int = 0
    damaged: int = 0
    back: int = 0
    refused: int = 0
    catalogue: bool = False
    problem: str = ""
    may_pull: bool = False


class Sticks:
    """The sticks of this machine. `plain`: folders that nothing is mounted on count too (a test profile's)."""

    def __init__(self, folder: str, *, plain: bool = False) -> None:
        self._folder = Path(folder) if folder else None
        self._plain = plain

    @property
    def wanted(self) -> bool:
        """Whether this machine has a place for sticks at all."""
        return self._folder is not None

    def found(self) -> list[Stick]:
        """What is in now."""
        if self._folder is None:
            return []
        sticks = []
        with contextlib.suppress(OSError):
            for path in sorted(self._folder.iterdir()):
                if path.name != LET_GO and not path.is_symlink() and self._there(path):
                    with contextlib.suppress(OSError):
                        space = os.statvfs(path)
                        unit = space.f_frsize
                        sticks.append(Stick(path.name, path, space.f_blocks * unit, space.f_bavail * unit))
        return sticks

    def _there(self, path: Path) -> bool:
        return path.is_dir() and (self._plain or os.path.ismount(path))

    def let_go(self, stick: Stick, wait_s: float = LET_GO_S) -> bool:
        """Ask for it to be unmounted; whether it was. Blocks."""
        if self._folder is None:
            return False
        if not os.path.ismount(stick.path):
            return True  # pulled, or a test profile's
        asked = self._folder / LET_GO / stick.name
        with contextlib.suppress(OSError):
            asked.touch(mode=0o600)
        until = time.monotonic() + wait_s
        while os.path.ismount(stick.path):
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_S)
        return True


def _silent(*_: object, **__: object) -> None:
    """Nobody is told."""


def take_out(
    state: Path, stick: Path, note: Note | None = None, say: Callable[[int, int], object] = _silent
) -> Exported:
    """What waits, sealed, to a folder. `note`: where events go; without it, into the trail. Raises OfflineError."""
    from offline import identity
    from offline.courier import export
    from offline.outbox import Outbox

    number = identity.load(state).number
    outbox = Outbox.open(state, time.time)
    try:
        with _noting(state, note) as record:
            return export(outbox, stick, number, note=record, say=say)
    finally:
        outbox.close()


def bring_in(state: Path, stick: Path, mirror: Path | None, note: Note | None = None) -> tuple[TakenIn, int]:
    """The county's word from a folder, and how many still wait. Raises OfflineError."""
    from offline import identity
    from offline.courier import take_in
    from offline.outbox import Outbox

    known = identity.load(state)
    outbox = Outbox.open(state, time.time, mirror=mirror)
    try:
        with _noting(state, note) as record:
            return take_in(outbox, stick, known, note=record), outbox.status().waiting
    finally:
        outbox.close()


@contextlib.contextmanager
def _noting(state: Path, note: Note | None) -> Iterator[Note]:
    if note is not None:
        yield note
        return
    from offline.trail import Trail

    trail = Trail.open(state, time.time)
    try:
        yield trail.record
    finally:
        trail.close()


def carry(
    state: Path, sticks: Sticks, mirror: Path | None, note: Note, say: Callable[[int, int], object] = _silent
) -> Carried:
    """All that is to be done with the stick that is in: the county's word comes in (which makes room), what waits goes
    out, a catalogue is laid where it is looked at, the stick is let go. Blocks; expected failures are its `problem`."""
    from kiosk.taking_in import bring
    from offline.errors import StickFailed

    found = sticks.found()
    if len(found) != 1:
        return Carried(problem=MANY if found else NONE)
    stick = found[0]
    done = Carried()
    try:
        taken, _ = bring_in(state, stick.path, mirror, note)
        done = replace(done, back=len(taken.gone), refused=len(taken.refused), catalogue=bring(state, stick.path))
        gone = take_out(state, stick.path, note, say)
    except (OfflineError, OSError) as error:
        here = BROKEN if isinstance(error, StickFailed) else BUSY
        return replace(done, problem="gone" if _pulled(sticks, stick) else here)
    problem = gone.trouble
    if problem == "gone" and not _pulled(sticks, stick):
        problem = BROKEN  # it is in, and does not do what it is told
    done = replace(done, out=gone.copied + gone.there, new=gone.copied, left=gone.left, damaged=len(gone.lost))
    return replace(done, problem=problem, may_pull=sticks.let_go(stick))


def _pulled(sticks: Sticks, stick: Stick) -> bool:
    """Whether it is out. The machine needs a moment to see that, and another to take its folder away."""
    until = time.monotonic() + PULLED_S
    while any(each.name == stick.name for each in sticks.found()):
        if os.path.ismount(stick.path) and not os.path.lexists(f"/dev/{stick.name}"):
            return True
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_S)
    return True

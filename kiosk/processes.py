"""Starting our other processes, from a source tree and from a frozen app alike.

Every child gets one end of a socket pair, named on its command line by number, and dies with its parent
(PR_SET_PDEATHSIG), so that a killed supervisor leaves nobody behind who holds a person's data.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.channel import Channel
from kiosk.logs import bounded

PR_SET_PDEATHSIG = 1  # prctl(2)
PR_SET_DUMPABLE = 4  # prctl(2): a core dump or ptrace by another user would hold a person's data

ROLES = {
    # role -> module whose main(arguments) is the process
    "visit": "kiosk.visiting.process",
    "sync": "kiosk.syncing",
    "catalogue": "kiosk.taking_in",
    "papers": "hardware.camera_worker",
    "codes": "hardware.scanner_camera",
    "reading": "hardware.reading.worker",
    "input": "screens.input.__main__",
    "voice": "hardware.speaker_voice",
    "simulators": "hardware.simulators",
    "dock": "kiosk.dock",
}


def command(role: str, *arguments: str) -> list[str]:
    """The command line that starts a role. A frozen app starts itself with the hidden verb `role`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "role", role, *arguments]
    return [sys.executable, "-m", "kiosk", "role", role, *arguments]


def gateway_command(*arguments: str) -> list[str]:
    """The county's service beside the terminal: its own program, never part of the frozen terminal."""
    if getattr(sys, "frozen", False):
        root = os.environ.get("KIOSK_GATEWAY", "gateway")
        return [root, *arguments]
    return [sys.executable, "-m", "gateway", *arguments]


def scratch(pid: int) -> Path:
    """Where a visit process keeps the little that its toolkit insists on writing: in memory, named by its number."""
    base = Path("/dev/shm")  # noqa: S108 - the folder below is made with 0700 and must not exist before
    return (base if base.is_dir() else Path(tempfile.gettempdir())) / f"kiosk-visit-{pid}"


def sweep_scratch() -> None:
    """Remove what processes that are no more have left, should their supervisor have died with them."""
    for folder in scratch(0).parent.glob("kiosk-visit-*"):
        if not Path("/proc", folder.name.rpartition("-")[2]).exists():
            shutil.rmtree(folder, ignore_errors=True)


def die_with_parent() -> None:
    """Called in a child before it does anything: killed when the parent dies."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def forbid_dumps() -> None:
    """No core file of a process that holds a person's data."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0)


@dataclass
class Child:
    """A started process and our end of its channel."""

    role: str
    process: asyncio.subprocess.Process
    channel: Channel

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    async def over(self, within_s: float = 0.5) -> None:
        """Wait a moment for a process whose channel has ended, so that the status it leaves is its own."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), within_s)

    async def kill(self) -> None:
        """SIGKILL and reap: nothing of it runs on, its memory is the kernel's again, its folder is gone."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.wait()
        shutil.rmtree(scratch(self.pid), ignore_errors=True)
        await self.channel.close()


async def start(
    role: str,
    arguments: Sequence[str] = (),
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Child:
    """Start a role with a channel on `--channel FD`."""
    ours, theirs = socket.socketpair()
    theirs.set_inheritable(True)
    output = bounded(log).open("ab") if log else None
    try:
        process = await asyncio.create_subprocess_exec(
            *command(role, "--channel", str(theirs.fileno()), *arguments),
            pass_fds=(theirs.fileno(),),
            env={**os.environ, **(environment or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    finally:
        theirs.close()
        if output:
            output.close()
    return Child(role, process, await Channel.open(ours))

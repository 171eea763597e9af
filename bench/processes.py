"""Processes of a tree as the kernel counts them: memory, processor time, open files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path


def proportional_bytes(pids: Sequence[int]) -> int:
    """Proportional set size (shared pages divided by their users), /proc/PID/smaps_rollup."""
    return _rolled_up(pids, ("Pss:",))


def private_bytes(pids: Sequence[int]) -> int:
    """What nobody else maps (the unique set size): the same whoever else runs on the machine."""
    return _rolled_up(pids, ("Private_Clean:", "Private_Dirty:"))


def _rolled_up(pids: Sequence[int], names: tuple[str, ...]) -> int:
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(names):
                    total += int(line.split()[1]) * 1024
    return total


def processor_s(pids: Sequence[int]) -> float:
    """Processor time that the processes have used so far, user and system, in seconds."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    """How many descriptors a process holds, 0 if it is gone."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0

"""What is left of a person after visits of every ending; see kiosk.cli.privacy."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.cli.privacy import ENDINGS, check_ending


@dataclass(frozen=True)
class Row:
    ending: str
    planted: str
    searched: str
    found: str  # "" where nothing was found


SAID = {
    "done": "handing in, to the goodbye", "face": "handing in, photographed beside the card",
    "words": "handing words in, written by hand and by pinyin",
    "stopped": "the person's own wish", "idle": "time-out", "aside": "putting it aside, with a slip",
    "killed": "SIGKILL of its process", "crashed": "SIGSEGV in its process",
    "power": "SIGKILL of everything, and a new start",
}  # fmt: skip


def prove(work: Path, say: Callable[[str], None] = lambda _: None) -> list[Row]:
    """One row per ending; none as an ordinary user, who may not read the processes' memory."""
    if os.geteuid() != 0:
        return [Row("(not searched: run as root)", "-", "-", "not searched")]
    rows = []
    for ending in ENDINGS:
        say(f"… {SAID[ending]}")
        folder = work / f"privacy-{ending}"
        folder.mkdir()
        try:
            checked = check_ending(ending, folder)
        except (OSError, RuntimeError) as error:  # a visit that could not be driven has shown nothing, and says so
            rows.append(Row(SAID[ending], "-", "-", f"not searched: {type(error).__name__}: {str(error)[:200]}"))
            continue
        searched = checked.searched
        found = "; ".join(f"{each.where}: {each.what}" for each in searched.found)
        rows.append(
            Row(SAID[ending], ", ".join(checked.seen),
                f"{searched.processes} processes, {searched.files} files, {searched.bytes / 1e6:.0f} MB", found)
        )  # fmt: skip
    return rows

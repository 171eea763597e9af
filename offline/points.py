"""The named durable steps: where a power cut could fall between two things that last.

A caller may pass a function that is called with the name of each step as it is passed. A harness that kills the process
there proves the promise at every point; nothing else uses them, and the default does nothing.
"""

from __future__ import annotations

from collections.abc import Callable

Points = Callable[[str], None]

COMMIT = (
    "commit.begun",
    "commit.file.written",
    "commit.file.synced",
    "commit.file.renamed",
    "commit.folder.synced",
    "commit.floor.raised",
    "commit.transaction.open",
    "commit.signed",
    "commit.row.written",
    "commit.done",
)
"""From the last button to the receipt. Before `commit.done` nothing is handed in; after it, everything is."""

PRINT = ("printed.before", "printed.done")

REMOVE = ("remove.begun", "remove.row.gone", "remove.done", "remove.file.gone", "remove.files.gone")
"""From a verified acknowledgement to nothing left."""

SEND = (
    "send.marked",
    "send.file.created",
    "send.file.placed",
    "send.file.part",
    "send.file.done",
    "send.envelope.before",
    "send.envelope.answered",
    "send.acknowledgement.verified",
)

FEED = ("feed.fetched", "feed.row.written", "feed.done")

PUBLISHED = ("fetch.part", "fetch.done", "fetch.placed", "told.written", "told.noted")
"""What the county publishes, on its way to whoever uses it."""

MIRROR = ("mirror.written", "mirror.done", "mirror.removed")
"""On the second medium, where one is wanted: after `commit.done`, before the receipt."""

ALL = COMMIT + PRINT + REMOVE + SEND + FEED + PUBLISHED + MIRROR


def nothing(_name: str) -> None:
    """What a terminal does at a point."""

"""What measurements share: telling how far they are, and a bare loop of the kernel's own durable writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

Say = Callable[[str], None]


def write_bare(folder: Path, contents: Sequence[bytes], names: Sequence[str]) -> None:
    """The least that makes files last: write, fsync, rename each; fsync of the folder once."""
    for content, name in zip(contents, names, strict=True):
        handle = os.open(folder / f"{name}.part", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        (folder / f"{name}.part").replace(folder / name)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

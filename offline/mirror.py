"""The mirror: what waits, a second time, on a second medium (a stick, an SD card), sealed as it is.

Order: the record is committed on the first disk, then written to the mirror and synced there, and only then does the
commit return and the receipt print. So a printed receipt is on both. A record leaves the mirror after it has left the
first disk. When the medium is pulled, full or broken the terminal serves on with one disk, says so to staff, and brings
the mirror up to date when it is back; a medium that does not answer holds a person up for WAIT_S at most.

Nothing on the mirror can be read by who finds it, and the terminal's key is not on it: with a new first disk the
terminal is enrolled anew under its old name, and what the mirror holds goes to the county signed as it was.

Whether the medium is there is told by its device number: a mount point whose medium was pulled is a folder of the
first disk, and a mirror there would be none.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from offline.carried import ENVELOPE, HALF, record_name, write_record, wrong_with
from offline.errors import of
from offline.files import sync_folder
from offline.points import Points, nothing

FOLDER = "village-mirror"
ABOUT = "record.json"
WAIT_S = 5.0

ABSENT, SLOW = "mirror.absent", "mirror.slow"
"""What can be wrong with it, beside the codes of offline.errors."""


@dataclass(frozen=True)
class Held:
    """A whole record on the mirror."""

    sequence: int
    id: str
    path: Path

    def about(self) -> tuple[str, float]:
        """Its receipt's number, and when it was committed (seconds since 1970 by the terminal's clock)."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            said = json.loads((self.path / ABOUT).read_text("utf-8"))
            return str(said["number"]), float(said["at"])
        return "", 0.0


class Mirror:
    """The second medium of one terminal. `medium`: where it is mounted; `beside`: the first disk's state folder."""

    def __init__(self, medium: Path, beside: Path, point: Points = nothing) -> None:
        self._medium = medium
        self._root = medium / FOLDER
        self._beside = beside
        self._point = point

    def there(self) -> bool:
        """Whether a second medium is mounted."""
        try:
            return self._medium.is_dir() and self._medium.stat().st_dev != self._beside.stat().st_dev
        except OSError:
            return False

    def put(
        self, sequence: int, record: str, envelope: bytes, files: Mapping[str, bytes], number: str, at: float
    ) -> str:
        """Make a record last there too; "" or what was wrong. Never raises: the record is safe on the first disk."""
        if not self.there():
            return ABSENT
        wrong = [SLOW]

        def work() -> None:
            try:
                self._root.mkdir(exist_ok=True)
                about = json.dumps({"number": number, "at": at}).encode()
                write_record(self._root / record_name(sequence, record), envelope, files, {ABOUT: about})
                self._point("mirror.written")
                sync_folder(self._root)
                wrong[0] = ""
            except OSError as error:
                wrong[0] = of(error).code

        writing = threading.Thread(target=work, daemon=True)
        writing.start()
        writing.join(WAIT_S)
        self._point("mirror.done")
        return wrong[0]

    def remove(self, sequence: int, record: str) -> None:
        """What has left the first disk leaves the mirror; if it cannot now, `keep_only` does it later."""
        if self.there():
            shutil.rmtree(self._root / record_name(sequence, record), ignore_errors=True)
            self._point("mirror.removed")

    def held(self) -> Iterator[Held]:
        """Every record's folder, oldest first. Not looked into yet: see `whole`."""
        if not self.there() or not self._root.is_dir():
            return
        for path in sorted(self._root.iterdir()):
            sequence, _, record = path.name.partition("-")
            if sequence.isdigit() and record and not path.name.endswith(HALF):
                yield Held(int(sequence), record, path)

    def whole(self, held: Held) -> bytes | None:
        """A record's envelope if all of it is as it was written, else None."""
        try:
            return None if any(wrong_with(held.path)) else (held.path / ENVELOPE).read_bytes()
        except OSError:
            return None

    def keep_only(self, names: Collection[str]) -> int:
        """Remove every other record's folder and halves; how many. The caller knows that the county has them."""
        gone = 0
        if self.there() and self._root.is_dir():
            for path in list(self._root.iterdir()):
                if path.name not in names:
                    shutil.rmtree(path, ignore_errors=True)
                    gone += 1
        return gone

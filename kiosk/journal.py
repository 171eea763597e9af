"""Writing to the audit trail without waiting for it: one thread, in order, and a full disk stops nobody's visit."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offline.trail import Trail

log = logging.getLogger("kiosk.journal")


class Journal:
    """Events of config/events.toml; nothing personal can be written, because no such field is declared."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._trail: Trail | None = None
        self._thread = ThreadPoolExecutor(1, "journal")

    def note(self, event: str, **fields: str | int) -> None:
        """Record an event soon. Returns at once."""
        self._thread.submit(self._record, event, fields)

    def _record(self, event: str, fields: dict[str, str | int]) -> None:
        from offline.errors import OfflineError

        try:
            if self._trail is None:
                from offline.trail import Trail

                self._trail = Trail.open(self._state, time.time)
            self._trail.record(event, **fields)
        except OfflineError as error:
            log.error("event %s was not recorded: %s", event, error.code)
        except ValueError:
            log.exception("event %s is not declared like this", event)

    def close(self) -> None:
        """Wait until everything is written."""
        self._thread.shutdown(wait=True)
        if self._trail is not None:
            self._trail.close()

"""The terminal's logs keep within bounds by themselves: nobody in a village hall looks after them."""

from __future__ import annotations

import contextlib
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MOST = 4_000_000
"""Bytes of one log. What is older stands beside it as NAME.1, and goes when that is full, too."""


def bounded(log: Path) -> Path:
    """The log, emptied if it had grown too large; what it said stands beside it. For a process about to be started."""
    with contextlib.suppress(OSError):  # a log that cannot be moved is still a log
        if log.stat().st_size > MOST:
            log.replace(log.with_name(f"{log.name}.1"))
    return log


def begin(log: Path) -> None:
    """This process writes its log there from now on."""
    handler = RotatingFileHandler(log, maxBytes=MOST, backupCount=1, encoding="utf-8")
    logging.basicConfig(handlers=[handler], level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")

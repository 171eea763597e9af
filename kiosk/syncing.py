"""The sync process's entry: settings and arguments in, `offline.process` does the work."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from config import settings as settings_module
from config import told


def main(rest: Sequence[str]) -> int:
    """Run sync until told to stop; returns the exit status."""
    parser = argparse.ArgumentParser(prog="kiosk role sync")
    parser.add_argument("--channel", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--county", required=True)
    given = parser.parse_args(rest)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    settings = told.lay(settings_module.load(given.config), given.state).settings
    county = settings.county
    from offline.process import main as sync
    from offline.thrift import Thrift

    try:
        thrift = Thrift(county.upload_bytes_per_s, county.upload_hours, county.metered)
    except ValueError as error:
        print(f"sync: county.upload_hours: {error}; pages go up at any hour", file=sys.stderr)
        thrift = Thrift(county.upload_bytes_per_s, "", county.metered)

    return sync(
        given.channel,
        given.state,
        given.county,
        retry_first_s=county.retry_first_s,
        retry_most_s=county.retry_most_s,
        mirror=settings.storage.second,
        thrift=thrift,
        draft_days=settings.visits.aside_days,
        receipt_days=settings.visits.receipt_days,
    )

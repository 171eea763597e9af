"""`kiosk audit retention`: what of residents lies on this terminal and for how long, and what was forgotten when.

Counts only. What waits for the county is sealed to it; drafts are sealed with their slip and card; a receipt that never
came out is kept for its card.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from kiosk.cli.common import DONE, settings_of, show, state_of

if TYPE_CHECKING:
    from offline.trail import TrailEntry

FORGOTTEN = {
    # event -> what went, and the field that says how many (absent: one each)
    "outbox.acknowledged": ("handed over to the county", ""),
    "visit.ended": ("visits wiped from memory", ""),
    "receipt.printed": ("receipts handed out", ""),
    "receipt.forgotten": ("receipts nobody fetched", "count"),
    "draft.gone": ("put aside: {reason}", "count"),
}
DAYS = 31
MOST = 100_000  # entries of the trail that are looked through


def forgotten(entries: Iterable[TrailEntry]) -> dict[str, Counter[str]]:
    """How much of what went on which day (UTC, as the trail has it), the latest day first."""
    days: dict[str, Counter[str]] = {}
    for entry in entries:
        if entry.event in FORGOTTEN:
            what, field = FORGOTTEN[entry.event]
            fields = {name: str(value) for name, value in entry.fields.items()}
            number = int(fields[field]) if field else 1
            days.setdefault(entry.at[:10], Counter())[what.format(**fields)] += number
    return dict(sorted(days.items(), reverse=True)[:DAYS])


def retention(arguments: argparse.Namespace) -> int:
    """What is kept, and what was forgotten on each of the last days."""
    from offline.drafts import Drafts
    from offline.outbox import Outbox
    from offline.trail import Trail

    settings, state = settings_of(arguments), state_of(arguments)
    visits = settings.visits
    outbox, trail = Outbox.open(state, time.time), Trail.open(state, time.time)
    try:
        status, receipts = outbox.status(), outbox.unprinted_count()
        days = forgotten(trail.show(MOST))
    finally:
        outbox.close()
        trail.close()
    drafts = Drafts(state, visits.aside_days).count()
    value = {
        "waiting": status.waiting + status.dead,
        "receipts": {"kept": receipts, "days": visits.receipt_days},
        "drafts": {"kept": drafts, "days": visits.aside_days},
        "forgotten": {day: dict(counts) for day, counts in days.items()},
    }
    lines = [
        f"waiting for the county, sealed: {status.waiting + status.dead}, until it has signed for them",
        f"receipts that never came out: {receipts}, {visits.receipt_days:g} days at most",
        f"put aside, sealed with slip and card: {drafts}, {visits.aside_days:g} days at most",
        *(f"{day}  " + "   ".join(f"{what}: {n}" for what, n in counts.items()) for day, counts in days.items()),
    ]
    show(value, arguments.json, "\n".join(lines))
    return DONE

"""What is kept for some days is gone when they are over, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.cli.retention import forgotten
from offline import times
from offline.drafts import DAY_S, Drafts
from offline.outbox import Outbox
from offline.process import forget_now
from offline.times import Steady
from offline.trail import Trail
from tests.offline.conftest import Clock
from tests.offline.world import World, ours

COUNT = Steady("start-1", 1000.0)


@pytest.fixture
def outbox(tmp_path: Path, clock: Clock, world: World) -> Outbox:
    """One receipt that never came out, and the county's word for the clock at that moment."""
    outbox = Outbox.open(tmp_path, clock)
    sealed = world.application(1)
    outbox.commit(ours(sealed), world.sign(sealed), card_hash="card")
    return outbox


def known(outbox: Outbox, clock: Clock) -> None:
    outbox.set_note(times.NOTE, f"{COUNT.boot} {COUNT.seconds!r} {clock()!r}")


def test_receipts_and_drafts_go_when_their_days_are_over(tmp_path: Path, outbox: Outbox, clock: Clock) -> None:
    drafts = Drafts(tmp_path, 7.0, clock)
    drafts.put({}, {}, "431199199305120134")
    known(outbox, clock)
    assert forget_now(drafts, outbox, 30.0, clock, lambda: COUNT) == []
    clock.now += 31 * DAY_S
    known(outbox, clock)
    told = forget_now(drafts, outbox, 30.0, clock, lambda: COUNT)
    assert told == [("draft.gone", {"reason": "expired", "count": 1}), ("receipt.forgotten", {"count": 1})]
    assert outbox.unprinted_count() == 0
    assert outbox.status().waiting == 1  # what was handed in stays until the county has it
    trail = Trail.open(tmp_path, clock)
    for event, fields in told:
        trail.record(event, **fields)
    (counts,) = forgotten(trail.show()).values()
    assert counts == {"put aside: expired": 1, "receipts nobody fetched": 1}


def test_a_clock_that_nobody_vouches_for_takes_no_receipt(tmp_path: Path, outbox: Outbox, clock: Clock) -> None:
    drafts = Drafts(tmp_path, 7.0, clock)
    clock.now += 20 * 365 * DAY_S
    assert forget_now(drafts, outbox, 30.0, clock, lambda: COUNT) == []
    assert outbox.unprinted_count() == 1


def test_no_days_keep_receipts_until_they_are_fetched(tmp_path: Path, outbox: Outbox, clock: Clock) -> None:
    clock.now += 365 * DAY_S
    known(outbox, clock)
    assert forget_now(Drafts(tmp_path, 7.0, clock), outbox, 0.0, clock, lambda: COUNT) == []

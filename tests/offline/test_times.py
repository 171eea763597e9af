"""A time is called verified only while the county's word stands behind the clock; nothing waits for it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest

from matters.outcomes import Submitted
from offline import identity
from offline.outbox import Outbox
from offline.submit import Desk
from offline.times import ANSWER_S, KEEPS_S, LIMIT_S, NOTE, Steady, compared, machine, stale, verified
from tests.offline.peers import Gateway, Terminal
from tests.offline.test_submit import APPLICATION, ITEMS, PAGES
from wire import receipt
from wire.keys import by_kid

COUNTY = "2026-03-12T02:41:00Z"
AT = 1_773_283_260.0
BOOT = Steady("one", 1000.0)


def note(off_s: float = 0.0, took_s: float = 0.5) -> str | None:
    return compared(COUNTY, BOOT, replace(BOOT, seconds=BOOT.seconds + took_s), lambda: AT + took_s + off_s)


@pytest.mark.parametrize(
    ("off_s", "kept"), [(0, True), (LIMIT_S - 1, True), (1 - LIMIT_S, True), (LIMIT_S + 3, False), (-1e8, False)]
)
def test_a_clock_that_the_county_contradicts_is_not_believed(off_s: float, kept: bool) -> None:
    assert bool(note(off_s)) is kept


def test_an_answer_that_took_too_long_tells_nothing() -> None:
    assert note(took_s=ANSWER_S + 1) is None
    assert compared(COUNTY, BOOT, Steady("two", 1000.1), lambda: AT) is None


@pytest.mark.parametrize(
    ("boot", "passed_s", "moved_s", "believed"),
    [
        ("one", 3600, 3600, True),
        ("one", 3600, 3601, True),
        ("one", 86400, 86400 + 15, True),  # a cheap crystal in a day
        ("one", 3600, 3600 + 60, False),  # somebody set it
        ("one", 3600, -1e7, False),
        ("one", KEEPS_S + 1, KEEPS_S + 1, False),
        ("two", 3600, 3600, False),  # started anew
        ("one", -1, -1, False),
    ],
)
def test_the_comparison_holds_until_the_clock_is_set_or_the_machine_started_anew(
    boot: str, passed_s: float, moved_s: float, believed: bool
) -> None:
    kept = note(took_s=0)
    assert kept
    assert verified(kept, Steady(boot, 1000.0 + passed_s), lambda: AT + moved_s) is believed


@pytest.mark.parametrize("text", ["", "nonsense", "a b c"])
def test_without_a_comparison_nothing_is_verified(text: str) -> None:
    assert not verified(text, BOOT, lambda: AT)
    assert stale(text, BOOT)


def marks(gateway: Gateway, terminal: Terminal, desk: Desk) -> tuple[bool, bool, bool]:
    """What envelope, message and receipt of a new application say of the clock."""
    made = desk.submit(replace(APPLICATION, id=""), PAGES, ITEMS)
    assert isinstance(made, Submitted), made
    envelope = json.loads(terminal.outbox().content(terminal.outbox().entries()[-1]).body)
    asyncio.run(terminal.sync(gateway.url).once())
    found, _ = gateway.opened(made.application, terminal.state / "opened")
    certificate = identity.load(terminal.state).enrolment.certificate
    claims = receipt.verify(made.code, by_kid([certificate]))[0].claims
    return envelope["clock_verified"], found.get("clock_verified", False), claims.clock_verified


def test_a_receipt_says_whether_its_time_was_verified(gateway: Gateway, terminal: Terminal) -> None:
    desk = Desk.open(terminal.state)
    assert marks(gateway, terminal, desk) == (False, False, False)  # nothing heard of the county yet
    assert marks(gateway, terminal, desk) == (True, True, True)
    set_forward = Desk.open(terminal.state, clock=lambda: time.time() + 3600)
    assert marks(gateway, terminal, set_forward) == (False, False, False)
    started_anew = Desk.open(terminal.state, count=lambda: replace(machine(), boot="another"))
    assert marks(gateway, terminal, started_anew) == (False, False, False)


def test_a_clock_wrong_by_years_is_found_out_and_sends_all_the_same(gateway: Gateway, terminal: Terminal) -> None:
    terminal.once(gateway.url)
    assert terminal.outbox().note(NOTE)
    asyncio.run(terminal.sync(gateway.url, clock=lambda: time.time() - 1e8).once())
    outbox = Outbox.open(terminal.state, time.time)
    assert outbox.note(NOTE) == ""

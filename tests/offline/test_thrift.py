"""The line's cost: pages at their hours and at their pace, envelopes always, nothing held up behind them."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import county as counties
from offline.sync import Sync
from offline.thrift import METERED_FEED_S, Thrift, spans
from tests.offline.peers import Gateway, Terminal, line, nothing_left, put


@pytest.fixture(autouse=True)
def in_china() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "CST-8"
    time.tzset()
    yield
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()


def at(hour: int, minute: int = 0) -> float:
    return time.mktime((2026, 3, 12, hour, minute, 0, 0, 0, -1))


def thrifty(terminal: Terminal, url: str, now: float, thrift: Thrift) -> Sync:
    from dataclasses import replace

    sync = terminal.sync(url, clock=lambda: now)
    sync._options = replace(sync._options, thrift=thrift)
    return sync


@pytest.mark.parametrize(
    ("hours", "hour", "may"),
    [("", 3, True), ("20:00-06:00", 23, True), ("20:00-06:00", 5, True), ("20:00-06:00", 6, False),
     ("20:00-06:00", 12, False), ("12:00-14:00, 20:00-06:00", 13, True), ("09:00-24:00", 23, True)],
)  # fmt: skip
def test_pages_have_their_hours_over_midnight_too(hours: str, hour: int, may: bool) -> None:
    assert Thrift(hours=hours).pages_may_go(at(hour)) is may


@pytest.mark.parametrize("text", ["20-6", "25:00-06:00", "20:00", "06:00-06:00", "08:70-09:00", "at night"])
def test_what_is_no_span_of_hours_is_refused_and_said(text: str) -> None:
    with pytest.raises(ValueError, match="20:00-06:00"):
        spans(text)


def test_outside_their_hours_pages_wait_and_what_has_none_goes_on(gateway: Gateway, terminal: Terminal) -> None:
    large, _ = put(terminal, pages=1, size=3000)
    small, _ = put(terminal, pages=0)
    night = Thrift(hours="20:00-06:00")
    sync = thrifty(terminal, gateway.url, at(12), night)
    asyncio.run(sync.once())
    assert gateway.held(terminal.name) == [small]
    (entry,) = terminal.outbox().entries()
    assert (entry.id, entry.tries, entry.state) == (large, 0, "waiting")
    asyncio.run(thrifty(terminal, gateway.url, at(22), night).once())
    assert gateway.held(terminal.name) == [small, large]
    assert nothing_left(terminal)


def test_waiting_for_its_hour_keeps_the_sync_from_spinning(gateway: Gateway, terminal: Terminal) -> None:
    put(terminal, pages=1, size=3000)
    sync = thrifty(terminal, gateway.url, at(12), Thrift(hours="20:00-06:00"))
    sync._options = type(sync._options)(gateway.url, sync._options.pauses, 600.0, Thrift(hours="20:00-06:00"))
    assert asyncio.run(sync._idle_for()) == 60.0


def test_pages_go_up_no_faster_than_allowed(gateway: Gateway, terminal: Terminal) -> None:
    record, sealed = put(terminal, pages=1, size=30_000)
    (size,) = [len(blob) for blob in sealed.files.values()]
    sent: list[int] = []

    def fault(head: bytes) -> str:
        if head.startswith(b"PATCH"):
            rows = dict(row.split(b": ", 1) for row in head.split(b"\r\n")[1:] if b": " in row)
            sent.append(int(rows[b"Content-Length"]))
        return ""

    async def run() -> float:
        async with line(gateway, fault) as there:
            began = asyncio.get_running_loop().time()
            await thrifty(terminal, there.url, time.time(), Thrift(bytes_per_s=20_000)).once()
            return asyncio.get_running_loop().time() - began

    took = asyncio.run(run())
    assert max(sent) <= 20_000
    assert took >= size / 20_000  # a floor: waiting is what is promised
    assert gateway.held(terminal.name) == [record]


def test_a_metered_line_brings_what_residents_handed_in_and_fetches_no_catalogue(
    gateway: Gateway, terminal: Terminal
) -> None:
    record, _ = put(terminal, pages=1, size=3000)
    county = gateway.county()
    counties.publish_catalogue(county, county.store(), os.urandom(1000), "2026.11-9")
    metered = thrifty(terminal, gateway.url, time.time(), Thrift(metered=True))
    assert metered._options.feed_s == METERED_FEED_S
    sync = terminal.sync(gateway.url)
    sync._metered = True
    asyncio.run(sync.once())
    assert gateway.held(terminal.name) == [record]
    assert not [report for report in terminal.reports if "catalogue" in report]
    terminal.once(gateway.url)  # the line costs nothing again
    assert [report for report in terminal.reports if "catalogue" in report]


def test_the_settings_file_reaches_the_process_that_sends(gateway: Gateway, terminal: Terminal, tmp_path: Path) -> None:
    """From the file that a county edits to what goes over the line, by the process the terminal runs."""
    large, _ = put(terminal, pages=1, size=3000)
    small, _ = put(terminal, pages=0)
    county = gateway.county()
    counties.publish_catalogue(county, county.store(), os.urandom(1000), "2026.11-9")
    now = time.localtime()
    span = f"{(now.tm_hour + 6) % 24:02d}:00-{(now.tm_hour + 7) % 24 or 24:02d}:00"
    config = tmp_path / "settings.toml"
    config.write_text(f'[county]\nupload_hours = "{span}"\nmetered = true\nretry_first_s = 0.1\n', "utf-8")
    mine, theirs = socket.socketpair()
    words = ["--channel", str(theirs.fileno()), "--state", str(terminal.state), "--config", str(config)]
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "role", "sync", *words, "--county", gateway.url],
        pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, env=os.environ | {"TZ": "CST-8"},
    )  # fmt: skip
    theirs.close()
    told: list[dict[str, object]] = []
    with mine.makefile("r", encoding="utf-8") as lines:
        for text in lines:
            told.append(json.loads(text))
            if told[-1].get("acknowledged"):
                break
    mine.sendall(b'{"stop": true}\n')
    assert child.wait(20) == 0
    mine.close()
    assert told[-1]["acknowledged"] == small
    assert gateway.held(terminal.name) == [small]
    (entry,) = terminal.outbox().entries()
    assert (entry.id, entry.tries) == (large, 0)
    assert not (terminal.state / "catalogue" / "incoming").exists()


def test_hours_that_are_none_hold_nothing_up(gateway: Gateway, terminal: Terminal, tmp_path: Path) -> None:
    """A slip of the county's pen is said and everything goes on: what residents handed in is worth more than hours."""
    record, _ = put(terminal, pages=1, size=3000)
    config = tmp_path / "settings.toml"
    config.write_text('[county]\nupload_hours = "at night"\nretry_first_s = 0.1\n', "utf-8")
    mine, theirs = socket.socketpair()
    words = ["--channel", str(theirs.fileno()), "--state", str(terminal.state), "--config", str(config)]
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk", "role", "sync", *words, "--county", gateway.url],
        pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    theirs.close()
    with mine.makefile("r", encoding="utf-8") as lines:
        assert any(json.loads(text).get("acknowledged") == record for text in lines)
    mine.sendall(b'{"stop": true}\n')
    _, said = child.communicate(timeout=20)
    mine.close()
    assert "at night" in said
    assert gateway.held(terminal.name) == [record]

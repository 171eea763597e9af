"""The sync with the county's real gateway: everything arrives, once, whatever is cut or killed in between."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
from pathlib import Path

import pytest

from config import told
from config.settings import Settings
from gateway import county as counties
from offline import identity
from offline.errors import Busy
from offline.points import FEED, PUBLISHED, REMOVE, SEND
from offline.process import main as process_main
from offline.process import send_once
from offline.sync import TOKEN_FILE, alone
from tests.offline.peers import Gateway, Terminal, enrolled, line, new_name, nothing_left, put, start_gateway
from tests.offline.world import in_child, killer
from wire.messages import CaseState


def test_an_application_arrives_whole_and_leaves_nothing(gateway: Gateway, terminal: Terminal, tmp_path: Path) -> None:
    first, _sealed = put(terminal, pages=2)
    second, _ = put(terminal, pages=0)
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [first, second]  # oldest first
    assert nothing_left(terminal)
    assert terminal.outbox().at_county(first)
    found, pages = gateway.opened(first, tmp_path / "opened")
    assert found["application"]["fields"]["name"]["value"] == "王小兰"
    assert len(pages) == 2
    assert all(len(page) == 600_000 for page in pages)
    assert {"acknowledged": first} in terminal.reports
    last = [report for report in terminal.reports if "online" in report][-1]
    assert (last["online"], last["waiting"], last["dead"], last["last_error"]) == (True, 0, 0, "")


def test_the_reports_hold_nothing_of_a_person(gateway: Gateway, terminal: Terminal) -> None:
    put(terminal)
    terminal.once(gateway.url)
    said = json.dumps(terminal.reports, ensure_ascii=False)
    assert "王小兰" not in said
    assert "newborn" not in said


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("name", [*SEND, *REMOVE, *FEED])
def test_killed_at_each_step_of_sending_the_county_has_it_once(
    gateway: Gateway, terminal: Terminal, name: str, nth: int
) -> None:
    first, _ = put(terminal, pages=2)
    second, _ = put(terminal, pages=0)
    numbers = [entry.number for entry in terminal.outbox().entries()]
    killed = in_child(lambda: terminal.once(gateway.url, killer(name, nth)))
    if nth == 1:
        assert killed, f"{name} was never passed"
    terminal.once(gateway.url)
    assert sorted(gateway.held(terminal.name)) == sorted([first, second])
    assert nothing_left(terminal)
    kept = terminal.outbox().unprinted("card")
    assert [receipt.number for receipt in kept] == numbers


def test_a_file_goes_on_where_it_broke_off(gateway: Gateway, terminal: Terminal) -> None:
    record, _sealed = put(terminal, pages=1)
    assert in_child(lambda: terminal.once(gateway.url, killer("send.file.part", 2)))
    sent: list[str] = []

    async def again() -> None:
        async with line(gateway, lambda _: "") as through:
            await terminal.sync(through.url).once()
            sent.extend(through.seen)

    asyncio.run(again())
    assert gateway.held(terminal.name) == [record]
    assert len([request for request in sent if request.startswith("PATCH")]) == 1  # the third chunk only
    assert not [request for request in sent if request.startswith("POST /v1/files")]  # at its stored address


def test_a_file_the_county_forgot_is_sent_anew(gateway: Gateway, terminal: Terminal) -> None:
    record, _sealed = put(terminal, pages=1)
    assert in_child(lambda: terminal.once(gateway.url, killer("send.file.part", 1)))
    for part in gateway.folder.rglob("*.part"):
        part.unlink()
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [record]


def test_a_file_the_county_lost_after_it_was_whole_is_sent_anew(gateway: Gateway, terminal: Terminal) -> None:
    record, sealed = put(terminal, pages=1)
    assert in_child(lambda: terminal.once(gateway.url, killer("send.file.done", 1)))
    (name,) = sealed.files
    next(gateway.folder.rglob(name)).unlink()
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [record]


def test_a_token_in_the_state_folder_enrols_once_and_is_gone(gateway: Gateway, tmp_path: Path) -> None:
    name = new_name()
    terminal = Terminal(tmp_path, name)
    (tmp_path / TOKEN_FILE).write_text(gateway.token(name), "utf-8")
    terminal.once(gateway.url)
    assert identity.load(tmp_path).terminal == name
    assert not (tmp_path / TOKEN_FILE).exists()
    assert (tmp_path / "terminal.key").stat().st_mode & 0o077 == 0


def test_without_enrolment_nothing_is_sent_and_it_says_so(gateway: Gateway, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "示例")
    terminal.once(gateway.url)
    assert terminal.reports[0] == {"online": False, "last_error": "county.not_enrolled"}


def test_what_the_county_says_by_the_feed_comes_once(gateway: Gateway, terminal: Terminal) -> None:
    record, _ = put(terminal, pages=0)
    terminal.once(gateway.url)
    store = gateway.county().store()
    parent = store.cases(record)[0]
    store.set_state(parent.number, CaseState.ACCEPTED, "2026-03-13T02:41:00Z", "window")
    terminal.once(gateway.url)
    state = json.loads(terminal.outbox().told(f"state/{record}/0") or b"{}")
    assert (state["state"], state["case"]) == ("accepted", parent.number)
    cursor = terminal.outbox().note("cursor")
    terminal.once(gateway.url)
    assert terminal.outbox().note("cursor") == cursor


@pytest.mark.parametrize("restarted", [True, False], ids=["restarted", "running on"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_county_that_changed_its_keys_is_known_again_and_opens_what_waited(
    tmp_path: Path, times: int, restarted: bool
) -> None:
    """However often it did so while the terminal had no line."""
    gateway = start_gateway(tmp_path / "gateway")
    try:
        terminal = enrolled(gateway, tmp_path / "terminal", "示例-换钥匙")
        first, _ = put(terminal, pages=1, size=1000)
        before = identity.load(terminal.state).county
        counties.publish_settings(gateway.county(), gateway.county().store(), {"voice.volume_percent": 60})
        for _ in range(times):
            counties.rotate(gateway.county(), gateway.county().store())
        if restarted:
            gateway.stop()
            gateway = start_gateway(tmp_path / "gateway")
        terminal.once(gateway.url)
        after = identity.load(terminal.state).county
        newest = gateway.county().public
        assert (after.seal[0], after.verify[0]) == (newest.seal[0], newest.verify[0])
        assert len(after.verify) == len(before.verify) + times
        laid = told.lay(Settings(), terminal.state)
        assert (laid.settings.voice.volume_percent, laid.version) == (60, 1 + times)
        second, _ = put(terminal, pages=1, size=1000)
        terminal.once(gateway.url)
        assert gateway.held(terminal.name) == [first, second]  # what waited was sealed to the old key
        assert nothing_left(terminal)
    finally:
        gateway.stop()


def test_the_county_sets_what_it_may_and_nothing_else(gateway: Gateway, terminal: Terminal) -> None:
    county = gateway.county()
    wild = {
        "voice.volume_percent": 55, "visits.idle_s": 180, "screen.elder": True,
        "county.url": "http://elsewhere.example", "profile": "test", "devices.camera": "sim://camera",
        "storage.mirror": "/tmp", "voice.nothing": 1, "voice.speed_wpm": "fast", "visits.goodbye_s": -1,
    }  # fmt: skip
    counties.publish_settings(county, county.store(), wild)
    terminal.once(gateway.url)
    laid = told.lay(Settings(), terminal.state)
    assert (laid.settings.voice.volume_percent, laid.settings.visits.idle_s, laid.settings.screen.elder) == (
        55, 180.0, True,
    )  # fmt: skip
    assert (laid.settings.county, laid.settings.profile) == (Settings().county, Settings().profile)
    assert (laid.settings.devices, laid.settings.storage) == (Settings().devices, Settings().storage)
    assert set(laid.refused) == set(wild) - {"voice.volume_percent", "visits.idle_s", "screen.elder"}


def test_settings_signed_by_a_key_the_terminal_never_knew_change_nothing(tmp_path: Path, terminal: Terminal) -> None:
    """Somebody else's county, with keys of its own, behind the same address."""
    other = start_gateway(tmp_path / "other")
    try:
        counties.publish_settings(other.county(), other.county().store(), {"voice.volume_percent": 0})
        before = identity.load(terminal.state).county
        terminal.once(other.url)
        assert identity.load(terminal.state).county == before
        assert not (terminal.state / told.FILE).exists()
        assert terminal.reports[-1]["last_error"] == "county.not_the_county"
    finally:
        other.stop()


def test_a_published_catalogue_is_fetched_whole(gateway: Gateway, terminal: Terminal) -> None:
    county = gateway.county()
    bundle = os.urandom(200_000)
    counties.publish_catalogue(county, county.store(), bundle, "2026.11-2")
    terminal.once(gateway.url)
    (said,) = [report for report in terminal.reports if "catalogue" in report]
    assert said["version"] == "2026.11-2"
    assert (terminal.state / "catalogue" / "incoming" / said["catalogue"]).read_bytes() == bundle


def published(gateway: Gateway, size: int = 600_000) -> bytes:
    county, bundle = gateway.county(), os.urandom(size)
    counties.publish_catalogue(county, county.store(), bundle, "2026.11.2")
    return bundle


def incoming(terminal: Terminal) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (terminal.state / "catalogue" / "incoming").iterdir()}


def test_a_catalogue_that_was_cut_off_is_gone_on_from_there(gateway: Gateway, terminal: Terminal) -> None:
    bundle = published(gateway)
    asked: list[bytes] = []

    def fault(head: bytes) -> str:
        if b"GET /v1/catalogue/" in head:
            asked.extend(row for row in head.lower().split(b"\r\n") if row.startswith(b"range:"))
            return "answer:300000" if not asked else ""
        return ""

    async def run() -> None:
        async with line(gateway, fault) as there:
            await terminal.sync(there.url).once()
            (half,) = incoming(terminal).values()
            assert 0 < len(half) < len(bundle)
            assert bundle.startswith(half)
            asked.append(b"")  # from now on the line holds
            await terminal.sync(there.url).once()
            assert asked[1:] == [b"range: bytes=%d-" % len(half)]

    asyncio.run(run())
    assert incoming(terminal) == {hashlib.sha256(bundle).hexdigest(): bundle}


@pytest.mark.parametrize("name", PUBLISHED)
def test_killed_at_each_step_of_what_the_county_publishes_it_comes_whole_and_is_told(
    gateway: Gateway, terminal: Terminal, name: str
) -> None:
    bundle = published(gateway)
    county = gateway.county()
    version = counties.publish_settings(county, county.store(), {"voice.volume_percent": 35})
    assert in_child(lambda: terminal.once(gateway.url, killer(name)))
    terminal.once(gateway.url)
    sha256 = hashlib.sha256(bundle).hexdigest()
    assert incoming(terminal) == {sha256: bundle}
    assert {"settings": version} in terminal.reports
    assert told.lay(Settings(), terminal.state).settings.voice.volume_percent == 35
    if name.startswith("fetch."):  # else it was told before
        assert {"catalogue": sha256, "version": "2026.11.2"} in terminal.reports


def test_bytes_that_are_not_those_announced_are_thrown_away(gateway: Gateway, terminal: Terminal) -> None:
    bundle = published(gateway)
    folder = terminal.state / "catalogue" / "incoming"
    folder.mkdir(parents=True)
    part = folder / f"{hashlib.sha256(bundle).hexdigest()}.part"
    part.write_bytes(b"\0" * 1000)
    terminal.once(gateway.url)
    assert terminal.reports[-1]["last_error"] == "county.not_the_county"
    assert not part.exists()
    terminal.once(gateway.url)
    assert list(incoming(terminal).values()) == [bundle]


def test_what_a_resident_hands_in_goes_before_the_rest_of_a_catalogue(gateway: Gateway, terminal: Terminal) -> None:
    bundle = published(gateway)
    parts: list[str] = []

    def point(name: str) -> None:
        if name == "fetch.part":
            parts.append(name)
            if len(parts) == 1:
                put(terminal, pages=0)
                sync.wake()

    sync = terminal.sync(gateway.url, point)
    asyncio.run(sync.once())
    assert len(parts) == 1  # left for the next round, which begins with what was handed in
    sync._wake.clear()
    asyncio.run(sync.once())
    assert len(gateway.held(terminal.name)) == 1
    assert list(incoming(terminal).values()) == [bundle]


def test_two_at_once_are_not_let(gateway: Gateway, terminal: Terminal) -> None:
    terminal.outbox().close()
    with alone(terminal.state), pytest.raises(Busy):
        send_once(terminal.state, gateway.url)
    put(terminal, pages=0)
    sent = send_once(terminal.state, gateway.url)
    assert (sent.acknowledged, sent.status.waiting) == (1, 0)


def test_the_process_wakes_reports_and_ends_with_its_parent(gateway: Gateway, terminal: Terminal) -> None:
    terminal.outbox().close()
    mine, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            mine.close()
            os._exit(process_main(theirs.detach(), terminal.state, gateway.url, feed_every_s=600))
        finally:
            os._exit(1)
    theirs.close()
    lines = mine.makefile("r", encoding="utf-8")
    assert json.loads(lines.readline())["online"] is True
    record, _ = put(terminal, pages=0)
    mine.sendall(b'{"wake": true}\n')
    for text in lines:
        if json.loads(text).get("acknowledged") == record:
            break
    lines.close()
    mine.close()  # the parent is gone
    assert os.waitpid(child, 0)[1] == 0
    assert gateway.held(terminal.name) == [record]


def test_the_trail_says_what_was_sent(gateway: Gateway, terminal: Terminal) -> None:
    from offline.trail import Trail

    record, _ = put(terminal, pages=0)
    terminal.once(gateway.url)
    trail = Trail.open(terminal.state, lambda: 0.0)
    assert trail.verify() is None
    said = [(entry.event, entry.fields.get("record")) for entry in trail.show()]
    assert ("outbox.acknowledged", record) in said


def test_the_county_is_told_the_trails_head_and_a_forged_trail_is_found_by_it(
    gateway: Gateway, terminal: Terminal
) -> None:
    import sqlite3

    from offline.trail import GUARDS, Head, Trail

    put(terminal, pages=0)
    terminal.once(gateway.url)
    terminal.once(gateway.url)  # the head with what the first round itself wrote
    store = gateway.county().store()
    ((_, number, digest, _), *_) = store.anchors(terminal.name)
    trail = Trail.open(terminal.state, lambda: 0.0)
    assert trail.verify(Head(number, digest)) is None
    trail.close()
    with sqlite3.connect(terminal.state / "audit" / "trail.db") as db:
        for name in ("no_update", "no_delete"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute("DELETE FROM entries")
        db.execute("UPDATE count SET made = 0")
        for guard in GUARDS.values():  # put back, as who means to deceive would
            db.execute(guard)
    db.close()
    forged = Trail.open(terminal.state, lambda: 0.0)
    for _ in range(number):
        forged.record("staff.entered")
    assert forged.verify() is None  # whole in itself
    found = forged.verify(Head(number, digest))
    assert found is not None
    assert (found.number, found.what) == (number, "changed")
    forged.close()
    assert not store.anchor(terminal.name, number, "0" * 64, "2026-03-12T02:41:00Z")  # another head of that number
    assert (terminal.name, number, digest) in {row[:3] for row in store.anchors(terminal.name)}  # the first stays


def test_a_visit_hands_in_while_the_sync_is_killed_again_and_again(gateway: Gateway, terminal: Terminal) -> None:
    committer = os.fork()
    if committer == 0:
        try:
            for n in range(12):
                put(terminal, pages=n % 3, size=5000)
            os._exit(0)
        finally:
            os._exit(1)
    for name in ("send.marked", "send.file.part", "send.envelope.answered", "remove.row.gone", "feed.row.written"):
        in_child(lambda name=name: terminal.once(gateway.url, killer(name, 2)))  # type: ignore[misc]  # bound now
    assert os.waitpid(committer, 0)[1] == 0
    for _ in range(2):
        terminal.once(gateway.url)
    held = gateway.held(terminal.name)
    assert len(held) == len(set(held)) == 12
    assert nothing_left(terminal)
    assert len({receipt.number for receipt in terminal.outbox().unprinted("card")}) == 12

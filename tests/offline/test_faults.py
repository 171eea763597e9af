"""The network as it is: cuts, portals, redirects, refusals, lost answers, doubled requests: none lost, none twice.

The peers are real sockets of our own; the county behind the line is the real gateway.
"""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import itertools
import random
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from offline.county import CHUNK, Unreachable
from offline.outbox import Entry
from tests.offline.peers import Gateway, Peer, Terminal, line, nothing_left, peer, put
from wire import answers

HTML = "<html><body>请登录上网</body></html>"


def waiting(terminal: Terminal) -> list[Entry]:
    outbox = terminal.outbox()
    try:
        return outbox.entries()
    finally:
        outbox.close()


def meets(terminal: Terminal, answer: Callable[[web.Request], web.StreamResponse], rounds: int = 1) -> Peer:
    """One round of the sync with a web server that is not the county."""

    async def run() -> Peer:
        async with peer(answer) as there:
            sync = terminal.sync(there.url)
            for _ in range(rounds):
                await sync.once()
            return there

    return asyncio.run(run())


def through(terminal: Terminal, gateway: Gateway, fault: Callable[[bytes], str], rounds: int = 1) -> list[str]:
    """Rounds of the sync over a line that misbehaves; the requests that came by."""

    async def run() -> list[str]:
        async with line(gateway, fault) as there:
            sync = terminal.sync(there.url)
            for _ in range(rounds):
                await sync.once()
            return there.seen

    return asyncio.run(run())


def on(method: str, path: str, what: str, times: int = 1) -> Callable[[bytes], str]:
    """A fault for the first so many requests of a kind."""
    count = itertools.count()

    def fault(head: bytes) -> str:
        return what if head.startswith(f"{method} {path}".encode()) and next(count) < times else ""

    return fault


# ---------------------------------------------------------------- somebody else answers


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: web.Response(text=HTML, content_type="text/html"),
        lambda _: web.json_response({"v": 1, "nonce": "x" * 22, "at": "2026-03-12T02:41:00Z", "key": "0" * 16,
                                     "signature": "A" * 86 + "=="}),
        lambda _: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/login"}),
        lambda _: web.Response(status=404, text=HTML),
        lambda _: web.Response(status=204),
        lambda _: web.Response(body=b"x" * 9_000_000),
    ],
    ids=["portal page", "forged signature", "redirect", "not found", "empty", "endless"],
)  # fmt: skip
def test_who_cannot_sign_is_not_the_county_and_gets_nothing(
    terminal: Terminal, answer: Callable[[web.Request], web.StreamResponse]
) -> None:
    put(terminal)
    there = meets(terminal, answer)
    assert {asked.split()[1] for asked in there.asked} <= {"/v1/health", "/v1/settings"}
    (entry,) = waiting(terminal)
    assert (entry.state, entry.tries) == ("waiting", 0)
    assert terminal.reports[-1]["online"] is False
    assert terminal.reports[-1]["last_error"] == "county.not_the_county"


def test_a_friendly_200_from_somebody_in_between_is_no_acknowledgement(gateway: Gateway, terminal: Terminal) -> None:
    """Health comes from the county, everything else from a portal that has just cut in."""
    put(terminal, pages=0)
    keys = gateway.county().keys

    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/health":
            health = answers.make_health(keys, nonce=request.query["nonce"], at="2026-03-12T02:41:00Z")
            return web.Response(body=answers.encode(health))
        return web.Response(text=HTML, content_type="text/html")

    there = meets(terminal, answer)
    assert "POST /v1/messages" in there.asked
    (entry,) = waiting(terminal)
    assert (entry.state, entry.last_error) == ("waiting", "county.not_the_county")
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [entry.id]


def test_an_acknowledgement_of_something_else_removes_nothing(gateway: Gateway, terminal: Terminal) -> None:
    record, sealed = put(terminal, pages=0)
    keys = gateway.county().keys
    wrong = itertools.cycle(
        [
            answers.acknowledge(keys, terminal=terminal.name, message=record, digest="0" * 64, received_at=AT),
            answers.acknowledge(keys, terminal="other", message=record, digest=sealed.digest, received_at=AT),
        ]
    )

    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/health":
            return web.Response(body=answers.encode(answers.make_health(keys, nonce=request.query["nonce"], at=AT)))
        if request.path == "/v1/messages":
            return web.Response(body=answers.encode(next(wrong)))
        return web.Response(status=404)

    meets(terminal, answer, rounds=2)
    (entry,) = waiting(terminal)
    assert (entry.id, entry.tries) == (record, 2)


AT = "2026-03-12T02:41:00Z"


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/files"])
def test_a_redirect_to_another_host_is_not_followed(gateway: Gateway, terminal: Terminal, path: str) -> None:
    put(terminal, pages=1, size=1000)
    keys = gateway.county().keys

    async def run() -> list[str]:
        async with peer(lambda _: web.Response(status=200)) as elsewhere:

            def answer(request: web.Request) -> web.StreamResponse:
                if request.path == "/v1/health":
                    made = answers.make_health(keys, nonce=request.query["nonce"], at=AT)
                    return web.Response(body=answers.encode(made))
                if request.path == "/v1/files" and path != "/v1/files":
                    there = request.headers["Upload-Length"]
                    return web.Response(status=200, headers={"Location": "/v1/files/x", "Upload-Offset": there})
                return web.Response(status=307, headers={"Location": f"{elsewhere.url}{request.path}"})

            async with peer(answer) as there:
                await terminal.sync(there.url).once()
            return elsewhere.asked

    assert asyncio.run(run()) == []
    (entry,) = waiting(terminal)
    assert entry.last_error == "county.not_the_county"


def test_an_upload_address_at_another_host_is_refused(gateway: Gateway, terminal: Terminal) -> None:
    put(terminal, pages=1, size=1000)
    keys = gateway.county().keys

    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/health":
            return web.Response(body=answers.encode(answers.make_health(keys, nonce=request.query["nonce"], at=AT)))
        return web.Response(status=201, headers={"Location": "http://127.0.0.1:9/v1/files/x", "Upload-Offset": "0"})

    meets(terminal, answer)
    (entry,) = waiting(terminal)
    assert entry.last_error == "county.not_the_county"


def test_a_county_that_takes_chunks_and_says_it_has_not_is_left_alone_for_a_while(
    gateway: Gateway, terminal: Terminal
) -> None:
    put(terminal, pages=1, size=1000)
    keys = gateway.county().keys

    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/health":
            return web.Response(body=answers.encode(answers.make_health(keys, nonce=request.query["nonce"], at=AT)))
        if request.method == "POST":
            return web.Response(status=201, headers={"Location": "/v1/files/x", "Upload-Offset": "0"})
        if request.method == "HEAD":
            return web.Response(status=200, headers={"Upload-Offset": "0", "Upload-Length": "1200"})
        return web.Response(status=204, headers={"Upload-Offset": "0"})

    there = meets(terminal, answer)
    assert len([asked for asked in there.asked if asked.startswith("PATCH")]) == 1
    (entry,) = waiting(terminal)
    assert entry.last_error == "county.no_progress"


def test_a_county_with_a_certificate_nobody_vouches_for_gets_nothing(terminal: Terminal, tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    put(terminal, pages=0)

    async def run() -> list[str]:
        async with peer(lambda _: web.Response(), context) as there:
            await terminal.sync(there.url).once()
            return there.asked

    assert asyncio.run(run()) == []
    assert terminal.reports[-1]["last_error"] == "county.offline"
    assert waiting(terminal)[0].tries == 0


# ---------------------------------------------------------------- the line


@pytest.mark.parametrize("method", ["GET /v1/health", "POST /v1/files", "HEAD /v1/files", "PATCH /v1/files",
                                    "POST /v1/messages", "GET /v1/feed"])  # fmt: skip
@pytest.mark.parametrize("what", ["refuse", "cut:10", "cut:700", "cut:5000", "silent", "twice",
                                  "answer:5", "answer:100", "answer:420"])  # fmt: skip
# A request: within its first line, its headers, its body. An answer: within its status, its headers, its body.
def test_whatever_the_line_does_to_a_request_the_county_has_it_once(
    gateway: Gateway, terminal: Terminal, method: str, what: str
) -> None:
    record, _ = put(terminal, pages=1, size=20_000)
    seen = through(terminal, gateway, on(*method.split(), what), rounds=3)  # type: ignore[arg-type,misc]  # method, path
    assert any(request.startswith(method) for request in seen)
    assert gateway.held(terminal.name) == [record]
    assert nothing_left(terminal)


def test_a_cut_costs_at_most_one_chunk_again(gateway: Gateway, terminal: Terminal) -> None:
    record, sealed = put(terminal, pages=1, size=5 * CHUNK)
    sent: list[int] = []
    count = itertools.count(1)

    def fault(head: bytes) -> str:
        if not head.startswith(b"PATCH"):
            return ""
        rows = dict(row.split(b": ", 1) for row in head.split(b"\r\n")[1:] if b": " in row)
        sent.append(int(rows[b"Content-Length"]))
        return f"cut:{CHUNK // 2}" if next(count) in (2, 4) else ""

    through(terminal, gateway, fault, rounds=3)
    assert gateway.held(terminal.name) == [record]
    (size,) = [len(blob) for blob in sealed.files.values()]
    assert sum(sent) <= size + 2 * CHUNK


def test_one_record_that_the_line_always_cuts_does_not_hold_up_the_others(gateway: Gateway, terminal: Terminal) -> None:
    bad, sealed = put(terminal, pages=1, size=3000)
    good = [put(terminal, pages=0)[0] for _ in range(3)]
    (name,) = sealed.files
    fault = on("PATCH", f"/v1/files/{name}", "cut:900", times=10**6)
    through(terminal, gateway, fault, rounds=3)
    assert sorted(gateway.held(terminal.name)) == sorted(good)
    (entry,) = waiting(terminal)
    assert entry.id == bad
    terminal.once(gateway.url)
    assert sorted(gateway.held(terminal.name)) == sorted([*good, bad])


def test_when_the_line_is_back_nothing_says_any_more_that_it_is_gone(gateway: Gateway, terminal: Terminal) -> None:
    terminal.once("http://127.0.0.1:1")
    terminal.once(gateway.url)
    last = [report for report in terminal.reports if "online" in report][-1]
    assert (last["online"], last["last_error"]) == (True, "")


def test_no_line_at_all_is_told_and_costs_no_record_a_try(terminal: Terminal) -> None:
    put(terminal, pages=0)
    terminal.once("http://127.0.0.1:1")
    assert terminal.reports[-1]["online"] is False
    assert terminal.reports[-1]["last_error"] == Unreachable.code
    (entry,) = waiting(terminal)
    assert entry.tries == 0


# ---------------------------------------------------------------- refusals and pauses


def county_that_says(
    gateway: Gateway, status: int, headers: dict[str, str], body: bytes = b"no"
) -> Callable[[web.Request], web.StreamResponse]:
    """The county itself for health; this answer to everything else."""
    keys = gateway.county().keys

    def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/v1/health":
            return web.Response(body=answers.encode(answers.make_health(keys, nonce=request.query["nonce"], at=AT)))
        return web.Response(status=status, headers=headers, body=body)

    return answer


@pytest.mark.parametrize(
    ("code", "state"),
    [("body.unreadable", "dead"), ("envelope.malformed", "waiting"), ("", "waiting")],
    ids=["final", "a code of another status", "a proxy's own page"],
)
def test_only_the_countys_own_final_refusal_makes_a_dead_letter(
    gateway: Gateway, terminal: Terminal, code: str, state: str
) -> None:
    first, second = put(terminal, pages=0)[0], put(terminal, pages=0)[0]
    body = f'{{"code":"{code}","text":"t"}}'.encode() if code else HTML.encode()
    there = meets(terminal, county_that_says(gateway, 422, {}, body))
    assert [entry.state for entry in waiting(terminal)] == [state, state]  # the second was tried all the same
    assert there.asked.count("POST /v1/messages") == 2
    outbox = terminal.outbox()
    if state == "dead":
        assert outbox.status().dead == 2
        assert (outbox.entries()[0].last_error, outbox.status().last_error) == (code, "county.refused")
        outbox.retry(first)
        outbox.retry(second)
    outbox.close()
    terminal.once(gateway.url)
    assert sorted(gateway.held(terminal.name)) == sorted([first, second])


def test_a_county_that_answers_500_all_day_loses_nothing(gateway: Gateway, terminal: Terminal) -> None:
    records = [put(terminal, pages=0)[0] for _ in range(3)]
    meets(terminal, county_that_says(gateway, 500, {}), rounds=4)
    assert [entry.tries for entry in waiting(terminal)] == [4, 4, 4]
    assert waiting(terminal)[0].last_error == "county.unavailable"
    terminal.once(gateway.url)
    assert sorted(gateway.held(terminal.name)) == sorted(records)


def test_a_county_that_answers_500_for_a_day_is_not_hammered_and_loses_nothing(
    gateway: Gateway, terminal: Terminal
) -> None:
    """A day by the clock passed in: every round when its pause is over, as the process would."""
    from offline.county import County
    from offline.pauses import Pauses
    from offline.sync import Options

    records = [put(terminal, pages=0)[0] for _ in range(3)]
    now = [time.time()]

    async def day() -> int:
        async with peer(county_that_says(gateway, 500, {})) as there:
            sync = terminal.sync(there.url, clock=lambda: now[0])
            sync._options = Options(there.url, Pauses(2.0, 900.0, random.Random(3)), 60.0)
            end = now[0] + 86_400
            async with County(there.url, None, lambda: now[0]) as sync._county:
                while now[0] < end:
                    now[0] += max(1.0, await sync._round())
            return there.asked.count("POST /v1/messages")

    asked = asyncio.run(day())
    assert 100 <= asked <= 3 * (86_400 / 450 + 12)  # it keeps trying, at the longest pause less half for the jitter
    assert {entry.state for entry in waiting(terminal)} == {"waiting"}
    asyncio.run(terminal.sync(gateway.url, clock=lambda: now[0] + 1000).once())
    assert sorted(gateway.held(terminal.name)) == sorted(records)


def test_a_line_that_loses_one_request_or_answer_in_twenty_brings_everything_once(
    gateway: Gateway, terminal: Terminal
) -> None:
    records = [put(terminal, pages=n % 3, size=30_000)[0] for n in range(12)]
    luck = random.Random(5)

    def fault(_head: bytes) -> str:
        return luck.choice(["refuse", "silent", "cut:400", "answer:150"]) if luck.random() < 0.05 else ""

    through(terminal, gateway, fault, rounds=6)
    assert sorted(gateway.held(terminal.name)) == sorted(records)
    assert nothing_left(terminal)


def test_a_line_of_64_kbit_and_two_seconds_brings_everything(gateway: Gateway, terminal: Terminal) -> None:
    """The relay the visit runner cuts and slows lines with."""
    from hardware.line_simulator import LineSimulator
    from hardware.simulators import Setup

    record, _ = put(terminal, pages=1, size=24_000)

    async def run() -> None:
        relay = LineSimulator(Setup("line", terminal.state, {"to": gateway.url.removeprefix("http://")}))
        url = await relay.start()
        await relay.command("slow", {"bytes_per_s": 8000, "delay_s": 2.0})
        try:
            await terminal.sync(url).once()
        finally:
            await relay.stop()

    asyncio.run(run())
    assert gateway.held(terminal.name) == [record]
    assert nothing_left(terminal)


@pytest.mark.parametrize(
    ("code", "state", "pages"),
    [("envelope.too_large", "dead", 0), ("upload.too_large", "dead", 1), ("", "waiting", 0), ("", "waiting", 1)],
    ids=["the county: envelope", "the county: file", "a proxy: envelope", "a proxy: file"],
)
def test_413_is_final_only_in_the_countys_own_words(
    gateway: Gateway, terminal: Terminal, code: str, state: str, pages: int
) -> None:
    record, _ = put(terminal, pages=pages, size=2000)
    body = f'{{"code":"{code}","text":"t"}}'.encode() if code else HTML.encode()
    meets(terminal, county_that_says(gateway, 413, {}, body))
    (entry,) = waiting(terminal)
    assert (entry.state, entry.last_error) == (state, code or "http.413")
    outbox = terminal.outbox()
    if state == "dead":
        outbox.retry(record)
    outbox.close()
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [record]


def _later(seconds: int) -> dict[str, str]:
    now = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)  # the county's clock: not ours
    until = now + datetime.timedelta(seconds=seconds)
    return {"Date": email.utils.format_datetime(now, True), "Retry-After": email.utils.format_datetime(until, True)}


@pytest.mark.parametrize("headers", [{"Retry-After": "3600"}, _later(3600)], ids=["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_what_the_county_asks_for_is_kept_to_even_in_a_hurry_and_after_a_restart(
    gateway: Gateway, tmp_path: Path, terminal: Terminal, status: int, headers: dict[str, str]
) -> None:
    record, _ = put(terminal, pages=0)
    there = meets(terminal, county_that_says(gateway, status, headers), rounds=3)
    assert there.asked.count("POST /v1/messages") == 1
    terminal.once(gateway.url)  # a new process, the county well again: the hour has not passed
    assert gateway.held(terminal.name) == []
    asyncio.run(terminal.sync(gateway.url, clock=lambda: time.time() + 3601).once())
    assert gateway.held(terminal.name) == [record]


def test_pauses_grow_and_survive_a_restart(terminal: Terminal) -> None:
    put(terminal, pages=0)
    now = time.time()
    for _ in range(6):
        asyncio.run(terminal.sync("http://127.0.0.1:1", clock=lambda: now).once())
    outbox = terminal.outbox()
    assert outbox.note("line_failures") == "6"
    since, pause = (float(part) for part in outbox.note("line").split())
    outbox.close()
    assert (since, 0.025 <= pause <= 0.05) == (now, True)  # the longest these tests allow, less at most half

    async def not_hurried() -> float:
        from offline.county import County

        sync = terminal.sync("http://127.0.0.1:1", clock=lambda: now)
        async with County("http://127.0.0.1:1", None, time.time) as sync._county:
            return await sync._round()

    assert asyncio.run(not_hurried()) == pytest.approx(pause)  # a new process goes on waiting


def test_a_clock_wrong_by_years_sends_all_the_same(gateway: Gateway, terminal: Terminal) -> None:
    record, _ = put(terminal)
    asyncio.run(terminal.sync(gateway.url, clock=lambda: 0.0).once())
    assert gateway.held(terminal.name) == [record]


def test_a_sealed_file_that_is_gone_makes_a_dead_letter_and_the_rest_goes_on(
    gateway: Gateway, terminal: Terminal
) -> None:
    _, sealed = put(terminal, pages=1, size=1000)
    good, _ = put(terminal, pages=0)
    (name,) = sealed.files
    (terminal.state / "outbox" / "files" / name).unlink()
    terminal.once(gateway.url)
    assert gateway.held(terminal.name) == [good]
    (entry,) = waiting(terminal)
    assert (entry.state, entry.last_error) == ("dead", "outbox.file_missing")

"""The outbox beside others: queues on SQLite, ten thousand waiting beside a hundred, and draining to the county.

What each promises of a put that has returned, as its connection says when asked: persist-queue's SQLiteAckQueue
synchronous=FULL in WAL; litequeue NORMAL in WAL (a power cut may take the last puts back: no peer for a receipt);
huey's SqliteStorage with fsync=True FULL in WAL. Ours FULL in WAL, and sequence, envelope, receipt and number in one
transaction. Draining is measured beside a client that keeps nothing and checks nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.figures import Figure, Report, median
from bench.tools import Say
from offline.outbox import Outbox, Sealed, Signed
from offline.points import Points, nothing

SMALL_BYTES = 1200
LINE_BYTES_S = 32_000.0  # 256 kbit/s


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


# ---------------------------------------------------------------- queues


def queues(folder: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of one durable put of the same bytes, turn about."""
    from huey.storage import SqliteStorage
    from litequeue import LiteQueue
    from persistqueue import SQLiteAckQueue

    content = os.urandom(SMALL_BYTES)
    outbox = Outbox.open(folder / "ours", time.time)
    persist = SQLiteAckQueue(str(folder / "persist"), auto_commit=True)
    lite = LiteQueue(str(folder / "lite.db"))
    huey = SqliteStorage("bench", filename=str(folder / "huey.db"), fsync=True)
    serial = iter(range(10**6))

    def ours() -> None:
        name = f"{next(serial):08d}-0000-7000-8000-000000000000"
        outbox.commit(Sealed("rating", name, hashlib.sha256(name.encode()).hexdigest()), lambda _: Signed(content))

    puts: dict[str, Callable[[], object]] = {
        "ours": ours,
        "persist-queue": lambda: persist.put(content),
        "litequeue": lambda: lite.put(content.hex()[:SMALL_BYTES]),
        "huey": lambda: huey.enqueue(content),
    }
    found: dict[str, list[float]] = {name: [] for name in puts}
    for _ in range(rounds):
        for name, put in puts.items():
            found[name].append(timed(put))
    outbox.close()
    return found


# ---------------------------------------------------------------- many waiting


def many(folder: Path, rounds: int) -> dict[str, dict[int, float]]:
    """Milliseconds to open, ask for the state and ask for the next, with a hundred and with ten thousand waiting; turn
    about, so that whatever else the machine does meets both."""
    outboxes: dict[int, Outbox] = {}
    for count in (100, 10_000):
        outbox = Outbox.open(folder / str(count), time.time)
        db = outbox._connection
        db.execute("BEGIN")
        db.executemany(
            "INSERT INTO records (sequence, id, kind, digest, number, committed_at, state, tries, pause_s, last_error,"
            " body) VALUES (?, ?, 'rating', 'd', '', 1.0, 'waiting', 0, 0, '', ?)",
            ((n, f"record-{n}", os.urandom(SMALL_BYTES)) for n in range(1, count + 1)),
        )
        db.execute("COMMIT")
        outbox.close()
        outboxes[count] = Outbox.open(folder / str(count), time.time)

    def opened(count: int) -> None:
        Outbox.open(folder / str(count), time.time).close()

    asked: dict[str, Callable[[int], object]] = {
        "open": opened,
        "state": lambda count: outboxes[count].status(),
        "next": lambda count: outboxes[count].next_due(),
    }
    took: dict[str, dict[int, list[float]]] = {what: {count: [] for count in outboxes} for what in asked}
    for what, ask in asked.items():
        for _ in range(rounds):
            for count in outboxes:
                took[what][count].append(timed(partial(ask, count)))
    for outbox in outboxes.values():
        outbox.close()
    return {what: {count: median(times) for count, times in each.items()} for what, each in took.items()}


# ---------------------------------------------------------------- draining

_STILL_AT_WORK_S = 0.05


@contextmanager
def county(folder: Path) -> Iterator[str]:
    """A gateway of its own process; its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "serve", "--init", "--state", str(folder), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["listening"])
    finally:
        process.terminate()
        process.wait()


def fill(state: Path, url: str, county_folder: Path, name: str, count: int, pages: int, size: int) -> list[bytes]:
    """An enrolled terminal with that many applications waiting; their envelopes."""
    from gateway import county as counties
    from gateway.settings import GatewaySettings
    from offline.process import enrol_once
    from offline.submit import Desk

    at_county = counties.load(county_folder, GatewaySettings())
    token, _ = counties.new_token(at_county, at_county.store(), name)
    enrol_once(state, url, token)
    from bench.handing import application

    desk = Desk.open(state, area="431199")
    for number in range(count):
        pictures = [os.urandom(size) for _ in range(pages)]
        desk.submit(application(number, pictures), {hashlib.sha256(each).hexdigest(): each for each in pictures})
    desk.close()
    outbox = Outbox.open(state, time.time)
    envelopes = [outbox.content(entry).body for entry in outbox.entries()]
    outbox.close()
    return envelopes


def ours_once(state: Path, url: str, point: Points = nothing) -> float:
    """Seconds to bring everything that waits, by the sync as the terminal runs it."""
    from offline.pauses import Pauses
    from offline.sync import Options, Sync
    from offline.trail import Trail

    outbox, trail = Outbox.open(state, time.time), Trail.open(state, time.time)
    options = Options(url, Pauses(2.0, 900.0, random.Random(1)))
    sync = Sync(state, outbox, options, time.time, trail=trail, point=point)
    took = timed(lambda: asyncio.run(sync.once())) / 1000
    left = outbox.status().waiting
    outbox.close()
    if left:
        raise RuntimeError(f"{left} were not brought")
    return took


def bare_once(envelopes: list[bytes], url: str) -> float:
    """Seconds for a bare aiohttp client to make the same exchanges, one after the other, keeping nothing."""
    import aiohttp

    async def run() -> None:
        async with aiohttp.ClientSession() as session:
            for envelope in envelopes:
                async with session.post(f"{url}/v1/messages", data=envelope) as answer:
                    said = await answer.read()
                    if answer.status != 200:
                        raise RuntimeError(said.decode())

    return timed(lambda: asyncio.run(run())) / 1000


async def _slow(url: str, state: Path, work: Callable[[str], Any]) -> Any:
    from hardware.line_simulator import LineSimulator
    from hardware.simulators import Setup

    relay = LineSimulator(Setup("line", state, {"to": url.removeprefix("http://")}))
    through = await relay.start()
    await relay.command("slow", {"bytes_per_s": LINE_BYTES_S, "delay_s": 0.05})
    try:
        return await asyncio.to_thread(work, through)
    finally:
        await relay.stop()


def draining(folder: Path, count: int, turns: int) -> list[tuple[float, float]]:
    """(ours, bare) in seconds for that many applications without pages, in so many turns: one drain is held up each
    `count / turns` applications while the bare client brings as many, so that what else the machine does meets both.

    When ours is held up one of its applications may be at the county already, which ends it while our clock stands
    still: each turn of ours counts as one application less."""
    each = count // turns
    found: list[tuple[float, float]] = []
    sent = 0
    began = 0.0

    with county(folder / "county") as url:
        envelopes = fill(folder / "bare", url, folder / "county", "示例-量-01", count, 0, 0)
        fill(folder / "ours", url, folder / "county", "示例-量-02", count, 0, 0)

        def turn() -> None:
            """The clock of ours stands still while the other one runs, in a thread with a loop of its own."""
            nonlocal began
            ours = (time.perf_counter() - began) * each / (each - 1)
            time.sleep(_STILL_AT_WORK_S)  # what the county still works on is not the bare client's affair
            done = len(found) * each
            with ThreadPoolExecutor(1) as other:
                found.append((ours, other.submit(bare_once, envelopes[done : done + each], url).result()))
            began = time.perf_counter()

        def point(name: str) -> None:
            nonlocal sent
            if name == "send.envelope.before":
                if sent and sent % each == 0:
                    turn()
                sent += 1

        began = time.perf_counter()
        ours_once(folder / "ours", url, point)
        turn()
    return found


def on_a_slow_line(folder: Path, pages: int, size: int) -> tuple[float, float]:
    """(bytes a second of what was sent, the line's)."""
    with county(folder / "county") as url:
        fill(folder / "slow", url, folder / "county", "示例-量-03", 1, pages, size)
        took = asyncio.run(_slow(url, folder, lambda through: ours_once(folder / "slow", through)))
        return pages * size / float(took), LINE_BYTES_S


class Cutting:
    """A line that breaks off each time so many bytes have gone up, and is well again at once."""

    def __init__(self, url: str, every: int, cuts: int) -> None:
        host, _, port = url.removeprefix("http://").rpartition(":")
        self._to, self._every, self._left = (host, int(port)), every, cuts
        self.sent = self.cuts = 0

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        down = asyncio.create_task(self._pump(far_reader, writer, False))
        with contextlib.suppress(ConnectionError):
            await self._pump(reader, far_writer, True)
        far_writer.close()
        with contextlib.suppress(ConnectionError):
            await down
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, up: bool) -> None:
        gone = 0
        while part := await reader.read(4096):
            if up:
                self.sent, gone = self.sent + len(part), gone + len(part)
                if self._left > self.cuts and gone > self._every:
                    self.cuts += 1
                    raise ConnectionResetError
            writer.write(part)
            await writer.drain()


def on_a_line_that_breaks(folder: Path, size: int, cuts: int) -> tuple[float, int]:
    """(bytes sent beside the page's own for each cut, headers and envelope counted too; a chunk)."""
    from offline.county import CHUNK

    with county(folder / "county") as url:
        state = folder / "breaks"
        fill(state, url, folder / "county", "示例-量-90", 1, 1, size)

        async def run() -> Cutting:
            line = Cutting(url, size // (cuts + 1), cuts)
            async with line as through:
                for _ in range(3 * cuts):
                    with contextlib.suppress(RuntimeError):  # not all was brought: once more
                        await asyncio.to_thread(ours_once, state, through)
                        break
            return line

        line = asyncio.run(run())
    if line.cuts != cuts:
        raise RuntimeError(f"the line broke {line.cuts} times, not {cuts}")
    return (line.sent - size) / cuts, CHUNK


def measure(say: Say, quick: bool = False) -> Report:
    rounds, records, turns = (50, 100, 4) if quick else (300, 1000, 8)
    place = Path("build") / "bench"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="outbox-", dir=place) as name:
        folder = Path(name)
        say("queues")
        puts = queues(folder, rounds)
        say("ten thousand waiting")
        asked = many(folder / "many", 20 if quick else 100)
        say(f"draining {records} applications")
        drained = draining(folder / "drain", records, turns)
        say("a line of 256 kbit/s")
        again, chunk = on_a_line_that_breaks(folder / "breaks", 4_000_000, 8)
        rate, line = on_a_slow_line(folder / "line", 2, 200_000 if quick else 600_000)
    commit = median(puts["ours"])
    # The turn whose ratio stands in the middle: both of its times were taken one right after the other.
    ours, bare = sorted(drained, key=lambda pair: pair[0] / pair[1])[len(drained) // 2]
    each_s = records // turns
    durable = {"persist-queue": "FULL", "litequeue": "NORMAL: may lose the last", "huey": "FULL"}
    figures = [
        *(Figure("outbox commit of a small record", commit, "ms", f"{each} ({durable[each]})", median(puts[each]))
          for each in durable),
        *(Figure(f"{what} with 10,000 waiting", each[10_000], "ms", "with 100", each[100], most=1.25)
          for what, each in asked.items()),
        Figure(f"draining {records} applications, median of {turns} turns", each_s / ours, "per s",
               "bare aiohttp, keeping nothing", each_s / bare, least=0.9),
        Figure("sent again for each cut of the line", again / 1000, "kB", "a chunk", chunk / 1000, most=1.0),
        Figure("bringing pages over 256 kbit/s", rate / 1000, "kB/s", "the line", line / 1000, least=0.9),
    ]  # fmt: skip
    runs: dict[str, Any] = {
        "put_ms": puts,
        "asked_ms": {what: {str(count): ms for count, ms in each.items()} for what, each in asked.items()},
        "drain_s": drained,
    }
    return Report("outbox", figures, runs)

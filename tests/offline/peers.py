"""The county's gateway in a process of its own, and peers that misbehave: a line that cuts, a portal that smiles."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from gateway import county as counties
from gateway.settings import GatewaySettings
from offline import identity
from offline.outbox import Outbox, Sealed
from offline.pauses import Pauses
from offline.points import Points, nothing
from offline.process import enrol_once
from offline.sync import Options, Sync
from offline.trail import Trail
from tests.offline.world import World, ours


@dataclass
class Gateway:
    """A running gateway and a look into its store."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    def county(self) -> counties.County:
        return counties.load(self.folder, GatewaySettings())

    def token(self, terminal: str) -> str:
        county = self.county()
        token, _ = counties.new_token(county, county.store(), terminal)
        return token

    def held(self, terminal: str) -> list[str]:
        """Ids of everything it took from a terminal, in the order it came."""
        return [each.id for each in self.county().store().messages() if each.terminal == terminal]

    def opened(self, record: str, to: Path) -> tuple[dict[str, Any], list[bytes]]:
        """An application as the county unseals it, and its pages."""
        said = subprocess.run(
            [sys.executable, "-m", "gateway", "open", record, "--json", "--state", str(self.folder), "--out", str(to)],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        found: dict[str, Any] = json.loads(said)
        return found, [Path(name).read_bytes() for name in found["page_files"]]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def start_gateway(folder: Path, port: int = 0) -> Gateway:
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "serve", "--init", "--state", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["listening"]
    return Gateway(url, folder, process)


@dataclass
class Terminal:
    """A terminal of its own name, enrolled at a gateway, with a state folder of its own."""

    state: Path
    name: str
    reports: list[dict[str, Any]] = field(default_factory=list)
    mirror: Path | None = None

    def outbox(self, point: Points = nothing) -> Outbox:
        return Outbox.open(self.state, time.time, point=point, mirror=self.mirror)

    def sync(self, url: str, point: Points = nothing, clock: Callable[[], float] = time.time) -> Sync:
        pauses = Pauses(0.01, 0.05, random.Random(1))
        outbox = Outbox.open(self.state, clock, point=point, mirror=self.mirror)
        return Sync(
            self.state, outbox, Options(url, pauses, 0.05), clock, report=self.reports.append,
            trail=Trail.open(self.state, clock), point=point,
        )  # fmt: skip

    def once(self, url: str, point: Points = nothing) -> None:
        asyncio.run(self.sync(url, point).once())


_NAMES = itertools.count(1)


def new_name() -> str:
    """A terminal's name that no other test has."""
    return f"示例-{os.getpid()}-{next(_NAMES):03d}"


def enrolled(gateway: Gateway, state: Path, name: str) -> Terminal:
    assert enrol_once(state, gateway.url, gateway.token(name)) == name
    return Terminal(state, name)


def world_of(terminal: Terminal) -> World:
    """Sealing for a terminal as it is enrolled."""
    known = identity.load(terminal.state)
    return World(None, known.county, known.key, known.enrolment.certificate)  # type: ignore[arg-type]  # no county keys


def put(terminal: Terminal, pages: int = 1, size: int = 600_000) -> tuple[str, Sealed]:
    """Hand an application in; sealed pages of 600 kB make three chunks."""
    world = world_of(terminal)
    sealed = world.application(int.from_bytes(os.urandom(4), "big"), pages, size)
    outbox = terminal.outbox()
    outbox.commit(ours(sealed), world.sign(sealed), card_hash="card")
    outbox.close()
    return sealed.id, ours(sealed)


def nothing_left(terminal: Terminal) -> bool:
    outbox = terminal.outbox()
    outbox.sweep()
    left = [*outbox.entries(), *(outbox.folder / "files").iterdir()]
    outbox.close()
    return not left


# ---------------------------------------------------------------- a line between terminal and county


@dataclass
class Line:
    """A TCP line to the county. `fault` looks at the first bytes of each request and says what befalls it:

    "" nothing · "cut:N" after N bytes of it · "answer:N" after N bytes of the county's answer · "silent" answered by
    the county, and the answer lost on the way · "twice" the county gets it twice · "refuse" closed at once.
    """

    url: str
    fault: Callable[[bytes], str]
    seen: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def line(gateway: Gateway, fault: Callable[[bytes], str]) -> AsyncIterator[Line]:
    host, port = gateway.url.removeprefix("http://").split(":")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                this.seen.append(head.split(b"\r\n", 1)[0].decode())
                done = await exchange(head, reader, writer)
                if not done:
                    break
        writer.close()

    async def exchange(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        length = next(
            (int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0
        )
        what = this.fault(head)
        if what == "refuse":
            return False
        whole = head + await reader.readexactly(length)
        if what.startswith("cut:"):
            _, up = await asyncio.open_connection(host, int(port))
            up.write(whole[: int(what[4:])])
            await up.drain()
            up.close()
            return False
        answers = [await forward(whole) for _ in range(2 if what == "twice" else 1)]
        if what == "silent":
            return False
        if what.startswith("answer:"):
            writer.write(answers[-1][: int(what[7:])])
            await writer.drain()
            return False
        writer.write(answers[-1])
        await writer.drain()
        return True

    async def forward(whole: bytes) -> bytes:
        down, up = await asyncio.open_connection(host, int(port))
        up.write(whole)
        await up.drain()
        head = await down.readuntil(b"\r\n\r\n")
        length = next(
            (int(row.split(b":")[1]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0
        )
        body = b"" if whole.startswith(b"HEAD") else await down.readexactly(length)
        up.close()
        return head + body

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    this = Line(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", fault)
    try:
        yield this
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# ---------------------------------------------------------------- a web server that is not the county


@dataclass
class Peer:
    url: str
    asked: list[str] = field(default_factory=list)


@contextlib.asynccontextmanager
async def peer(
    answer: Callable[[web.Request], web.StreamResponse], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """An HTTP server that answers everything as `answer` says."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        this.asked.append(f"{request.method} {request.path}")
        return answer(request)

    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    this = Peer(f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield this
    finally:
        await runner.cleanup()

"""A real gateway process and a terminal that speaks to it over HTTP; nothing between them is pretended."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import yarl

from gateway.commands import main
from tests.wire import people
from wire import answers, lookup
from wire.envelope import encode_envelope, make_envelope
from wire.keys import CountyPublic, Enrolment, TerminalKey, enrol_request
from wire.messages import Acknowledgement, Feed, Message, Refusal
from wire.requests import sign_request
from wire.seal import Sealed, seal

ROOT = Path(__file__).parents[2]
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {"Content-Type": "application/offset+octet-stream"}


class Gateway:
    """`python -m gateway serve` on a free port. `kill` is SIGKILL; `start` again uses the same state."""

    def __init__(self, state: Path, launcher: tuple[str, ...] = ("-m", "gateway"), **environment: str) -> None:
        self.state = state
        self.url = ""
        self.port = 0
        self._launcher = launcher
        self._environment = os.environ | {"PYTHONPATH": str(ROOT)} | environment
        self._process: subprocess.Popen[str] | None = None
        self._log = state / "log.txt"
        state.mkdir(parents=True, exist_ok=True)

    def start(self, *more: str) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._launcher, "serve", "--init", "--port", str(self.port), "--state", self.state,
                 *more],
                stdout=subprocess.PIPE, stderr=log, text=True, env=self._environment, cwd=self.state,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.log()
        self.url = json.loads(line)["listening"]
        self.port = yarl.URL(self.url).port or 0

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def wait_for_death(self) -> int:
        """Until it has died by itself (killed at a point)."""
        assert self._process is not None
        status = self._process.wait(20)
        self._close()
        return status

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        status = self._process.wait(20)
        self._close()
        return status

    def _close(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def log(self) -> str:
        return self._log.read_text()

    def verb(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Another verb of `gateway` on the same state, from this process (test_commands starts real ones)."""
        out, err = io.StringIO(), io.StringIO()
        given = [str(each) for each in arguments] + ["--state", str(self.state)]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(given)
        assert not (check and status), err.getvalue()
        return subprocess.CompletedProcess(given, status, out.getvalue(), err.getvalue())

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.verb(*arguments, "--json").stdout)

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("cases")
        return found


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def refusal(self) -> Refusal:
        return answers.read_refusal(self.body)

    @property
    def code(self) -> str:
        return self.refusal.code


class Terminal:
    """An enrolled terminal with one session. `session` is closed by the fixture."""

    def __init__(self, gateway: Gateway, session: aiohttp.ClientSession, key: TerminalKey, name: str) -> None:
        self.gateway = gateway
        self.session = session
        self.key = key
        self.name = name
        self.enrolment: Enrolment | None = None

    async def enrol(self) -> Enrolment:
        token = self.gateway.json("enrol", self.name)["token"]
        answer = await self.ask("POST", "/v1/terminals", answers.encode(enrol_request(token, self.key)))
        assert answer.status == 201, answer
        self.enrolment = answers.read_enrolment(answer.body, self.key)
        return self.enrolment

    @property
    def county(self) -> CountyPublic:
        assert self.enrolment is not None
        return self.enrolment.county

    @property
    def number(self) -> str:
        assert self.enrolment is not None
        return self.enrolment.certificate.number

    async def ask(
        self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        url = yarl.URL(self.gateway.url + target, encoded=True)
        async with self.session.request(
            method, url, data=body, headers=headers, allow_redirects=False, timeout=aiohttp.ClientTimeout(20)
        ) as response:
            return Answer(response.status, await response.read(), response.headers)

    async def signed(
        self, method: str, target: str, body: bytes | None = None, offset: int | None = None, **headers: str
    ) -> Answer:
        made = sign_request(self.key, self.name, method, target, created=0,
                            body=body if offset is None else None, upload_offset=offset)  # fmt: skip
        return await self.ask(method, target, body, made | {k.replace("_", "-"): v for k, v in headers.items()})

    # ---------------------------------------------------------------- messages

    def seal(self, message: Message, pages: tuple[bytes, ...] = ()) -> Sealed:
        return seal(message, pages, self.county)

    def envelope(self, sealed: Sealed, sequence: int = 1) -> bytes:
        made = make_envelope(sealed, sequence=sequence, made_at=people.AT, clock_verified=False, key=self.key)
        return encode_envelope(made)

    async def send(self, envelope: bytes) -> Answer:
        return await self.ask("POST", "/v1/messages", envelope, {"Content-Type": "application/json"})

    async def hand_in(self, message: Message, pages: tuple[bytes, ...] = (), sequence: int = 1) -> Acknowledgement:
        """Files, then the envelope; the acknowledgement, checked."""
        sealed = self.seal(message, pages)
        for file, blob in zip(sealed.files, sealed.blobs, strict=True):
            assert (await self.create(file.sha256, file.size)).status == 201
            assert (await self.patch(file.sha256, 0, blob)).status == 204
        answer = await self.send(self.envelope(sealed, sequence))
        assert answer.status == 200, answer
        return answers.read_acknowledgement(
            answer.body, self.county, terminal=self.name, message=sealed.id, digest=sealed.digest
        )

    async def feed(self, after: str = "") -> Feed:
        answer = await self.signed("GET", f"/v1/feed?after={after}")
        assert answer.status == 200, answer
        return answers.read_feed(answer.body, self.county, terminal=self.name, after=after)

    async def look_up(self, proof: lookup.ByReceipt | lookup.ByCard) -> tuple[lookup.LookupCase, ...]:
        asking = lookup.ask(proof, self.name, self.county)
        answer = await self.signed("POST", "/v1/lookup", asking.body)
        assert answer.status == 200, answer
        return asking.read(answer.body)

    # ---------------------------------------------------------------- tus

    async def create(self, sha256: str, length: int) -> Answer:
        metadata = f"sha256 {base64.b64encode(sha256.encode()).decode()}"
        return await self.signed("POST", "/v1/files", **TUS, Upload_Length=str(length), Upload_Metadata=metadata)

    async def patch(self, sha256: str, offset: int, data: bytes) -> Answer:
        return await self.signed("PATCH", f"/v1/files/{sha256}", data, offset, **TUS, **BYTES)

    async def offset(self, sha256: str) -> Answer:
        return await self.signed("HEAD", f"/v1/files/{sha256}", **TUS)

    async def broken_patch(
        self, sha256: str, offset: int, length: int, data: bytes, close: bool = True
    ) -> asyncio.StreamWriter:
        """A PATCH that promises `length` bytes, sends `data`, and then the line dies (or, not closed, says nothing)."""
        target = f"/v1/files/{sha256}"
        headers = sign_request(self.key, self.name, "PATCH", target, created=0, upload_offset=offset) | TUS | BYTES
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        url = yarl.URL(self.gateway.url)
        _, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"PATCH {target} HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: {length}\r\n{head}\r\n".encode())
        writer.write(data)
        await writer.drain()
        if close:
            writer.close()
            await writer.wait_closed()
        return writer

"""A verification service as a county might run it: real HTTP, in a thread and a loop of its own; it also misbehaves.

It lives in tests only. What it says to a code is told before; to any other code it says `unknown`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Said = bytes | float
"""The bytes of a whole HTTP answer; or seconds of silence."""


def http(body: bytes, status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An answer. `length`: what it says its length is, where that is not true."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(body) if length is None else length)}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{head}Connection: close\r\n\r\n".encode() + body


def told(**values: object) -> bytes:
    """An answer in the agreed form."""
    return http(json.dumps({"v": 1, **values}, ensure_ascii=False).encode())


def person(name: str, number: str, kind: str = "social") -> bytes:
    return told(result="person", name=name, id_number=number, kind=kind)


@dataclass
class Request:
    line: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class PhoneService:
    """`asked`: what came in. `url`: where it listens."""

    says: dict[str, Said] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    url: str = ""

    @property
    def codes(self) -> list[str]:
        return [str(request.body["code"]) for request in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in rest) if value}
            body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))) or b"null")
            self.asked.append(Request(line, headers, body))
            said = self.says.get(str(body["code"]) if body else "", told(result="refused", reason="unknown"))
            if isinstance(said, float):
                await asyncio.sleep(said)
            else:
                writer.write(said)
                await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


@contextlib.contextmanager
def phone_service(says: Mapping[str, Said] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[PhoneService]:
    """One that answers while the block lasts."""
    service = PhoneService(dict(says or {}))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(service._serve, "127.0.0.1", 0, ssl=tls)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result(10)
    port = server.sockets[0].getsockname()[1]
    service.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/check"
    try:
        yield service
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

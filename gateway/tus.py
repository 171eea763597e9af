"""tus 1.0.0 (core, creation, termination) for sealed files: resumable, by the SHA-256 of what is sent.

The upload's address is its content's name, /v1/files/SHA256, so a terminal that lost the answer to its creation finds
the upload again; and a file that is here already is answered 200 with its full offset, which costs one exchange and no
bytes. aiotus is a client only and the kept Python servers bring a framework of their own, so this is written here:
three methods over a file whose size is the offset.

A line may die without a word and the terminal come back on a new one while the old request still waits for bytes.
Whoever asks last is right: HEAD and PATCH put an end to an older PATCH of the same upload, so an offset that was
answered cannot grow afterwards. Before that the older one gets a moment to take in what has already arrived, so that a
broken line costs no byte that came across.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import re

from aiohttp import web

from gateway.errors import Refused
from gateway.files import Files, WrongDigest
from gateway.settings import Limits

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
SHA256 = re.compile(r"[0-9a-f]{64}")
READ_BYTES = 1 << 16
DRAIN_IDLE_S = 0.2  # an older request that got nothing for so long has taken in what there was
DRAIN_MOST_S = 2.0


class _Receiving:
    """A PATCH that is under way."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()
        self.last = asyncio.get_running_loop().time()

    async def drained(self) -> None:
        """Until it has ended, has nothing more to take in, or has had time enough."""
        clock = asyncio.get_running_loop().time
        until = clock() + DRAIN_MOST_S
        while not self.ended.is_set() and (now := clock()) < min(self.last + DRAIN_IDLE_S, until):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), min(self.last + DRAIN_IDLE_S, until) - now)


def _metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: comma-separated pairs of key and base64 value."""
    values: dict[str, str] = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        if key:
            try:
                values[key] = base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError, ValueError):
                raise Refused(400, "upload.metadata", f"Upload-Metadata: {key[:20]} is not base64") from None
    return values


def _count(request: web.Request, header: str) -> int:
    value = request.headers.get(header, "")
    if re.fullmatch(r"\d{1,15}", value) is None:
        raise Refused(400, "upload.header", f"{header}: a whole number is wanted")
    return int(value)


class Uploads:
    """The tus methods. `terminal` in each is the four digits of whoever signed the request."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files = files
        self._limits = limits
        self._turn: dict[tuple[str, str], int] = {}  # who asked last, per upload
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._receiving: dict[tuple[str, str], _Receiving] = {}

    @staticmethod
    def headers(**more: object) -> dict[str, str]:
        return {"Tus-Resumable": VERSION} | {name.replace("_", "-"): str(value) for name, value in more.items()}

    def options(self) -> web.Response:
        return web.Response(
            status=204,
            headers=self.headers(
                Tus_Version=VERSION, Tus_Extension=EXTENSIONS, Tus_Max_Size=self._limits.file_bytes_most
            ),
        )

    def _checked(self, request: web.Request) -> None:
        if request.headers.get("Tus-Resumable") != VERSION:
            raise Refused(412, "upload.version", "Tus-Resumable: 1.0.0 is wanted")

    def _name(self, request: web.Request) -> str:
        sha256 = request.match_info["sha256"]
        if SHA256.fullmatch(sha256) is None:
            raise Refused(404, "upload.unknown", "no such upload")
        return sha256

    async def create(self, request: web.Request, terminal: str) -> web.Response:
        self._checked(request)
        length = _count(request, "Upload-Length")
        if length > self._limits.file_bytes_most:
            raise Refused(413, "upload.too_large", f"at most {self._limits.file_bytes_most} bytes")
        sha256 = _metadata(request.headers.get("Upload-Metadata", "")).get("sha256", "")
        if SHA256.fullmatch(sha256) is None or length == 0:
            raise Refused(400, "upload.metadata", "Upload-Metadata: sha256 of the file, 64 hex digits, is wanted")
        location = f"/v1/files/{sha256}"
        held = await asyncio.to_thread(self._files.size, sha256)
        if held is not None:
            if held != length:
                raise Refused(409, "upload.length", "the file of this name has another length")
            await asyncio.to_thread(self._files.wanted, sha256)
            return web.Response(status=200, headers=self.headers(Location=location, Upload_Offset=held))
        async with self._lock(terminal, sha256):
            offset = await asyncio.to_thread(self._files.begin, terminal, sha256, length)
            if offset == length and await self._begun(terminal, sha256) is None:
                offset = await asyncio.to_thread(self._files.begin, terminal, sha256, length)
        return web.Response(status=201, headers=self.headers(Location=location, Upload_Offset=offset))

    async def head(self, request: web.Request, terminal: str) -> web.Response:
        self._checked(request)
        sha256 = self._name(request)
        held = await asyncio.to_thread(self._files.size, sha256)
        if held is not None:
            offset, length = held, held
        else:
            await self._next(terminal, sha256)
            async with self._lock(terminal, sha256):
                begun = await self._begun(terminal, sha256)
            if begun is None:
                raise Refused(404, "upload.unknown", "no such upload")
            offset, length = begun
        return web.Response(headers=self.headers(Upload_Offset=offset, Upload_Length=length, Cache_Control="no-store"))

    async def patch(self, request: web.Request, terminal: str) -> web.Response:
        self._checked(request)
        if request.content_type != "application/offset+octet-stream":
            raise Refused(415, "upload.type", "Content-Type: application/offset+octet-stream is wanted")
        sha256 = self._name(request)
        offset = _count(request, "Upload-Offset")
        held = await asyncio.to_thread(self._files.size, sha256)
        if held is not None:
            if offset != held:
                raise Refused(409, "upload.offset", "the file is whole")
            return web.Response(status=204, headers=self.headers(Upload_Offset=held))
        turn = await self._next(terminal, sha256)
        async with self._lock(terminal, sha256):
            begun = await self._begun(terminal, sha256)
            if begun is None:
                raise Refused(404, "upload.unknown", "no such upload")
            if begun[0] != offset:
                raise Refused(409, "upload.offset", "not at the upload's offset; ask with HEAD")
            length = begun[1]
        receiving = self._receiving[(terminal, sha256)] = _Receiving()
        try:
            offset = await self._receive(request, terminal, sha256, offset, length, turn, receiving)
        finally:
            receiving.ended.set()
            if self._receiving.get((terminal, sha256)) is receiving:
                del self._receiving[(terminal, sha256)]
        if offset == length and begun[0] < length:
            async with self._lock(terminal, sha256):
                await self._finish(terminal, sha256)
        return web.Response(status=204, headers=self.headers(Upload_Offset=offset))

    async def _receive(
        self, request: web.Request, terminal: str, sha256: str, offset: int, length: int, turn: int,
        receiving: _Receiving,
    ) -> int:  # fmt: skip
        """Keep what comes, as it comes; the offset reached. A line that breaks leaves what had arrived."""
        while offset < length or not request.content.at_eof():
            try:
                data = await asyncio.wait_for(request.content.read(READ_BYTES), self._limits.read_idle_s)
            except TimeoutError:
                raise Refused(408, "upload.idle", "nothing came for too long; what came is kept") from None
            if not data:
                break
            receiving.last = asyncio.get_running_loop().time()
            if offset + len(data) > length:
                raise Refused(413, "upload.too_long", "more bytes than Upload-Length")
            async with self._lock(terminal, sha256):
                if self._turn.get((terminal, sha256)) != turn:
                    raise Refused(409, "upload.superseded", "a newer request goes on with this upload")
                try:
                    offset = await asyncio.to_thread(self._files.append, terminal, sha256, offset, data)
                except (FileNotFoundError, ValueError):
                    raise Refused(409, "upload.offset", "not at the upload's offset; ask with HEAD") from None
        return offset

    async def _begun(self, terminal: str, sha256: str) -> tuple[int, int] | None:
        """(offset, length) of an upload. One whose bytes are all here but which was not finished (the gateway was
        killed in between) is finished first: an offset equal to the length always means a file that was checked."""
        begun = await asyncio.to_thread(self._files.begun, terminal, sha256)
        if begun is not None and begun[0] >= begun[1]:
            try:
                await asyncio.to_thread(self._files.finish, terminal, sha256)
            except WrongDigest:
                return None
        return begun

    async def _finish(self, terminal: str, sha256: str) -> None:
        try:
            await asyncio.to_thread(self._files.finish, terminal, sha256)
        except WrongDigest:
            raise Refused(
                460, "upload.digest", "the file is not what its name says; send it again from the start"
            ) from None
        except FileNotFoundError:
            if await asyncio.to_thread(self._files.size, sha256) is None:
                raise
        self._turn.pop((terminal, sha256), None)
        self._locks.pop((terminal, sha256), None)

    async def delete(self, request: web.Request, terminal: str) -> web.Response:
        """Gives up an unfinished upload; a whole file stays."""
        self._checked(request)
        sha256 = self._name(request)
        await self._next(terminal, sha256)
        async with self._lock(terminal, sha256):
            if await asyncio.to_thread(self._files.begun, terminal, sha256) is None:
                raise Refused(404, "upload.unknown", "no such upload")
            await asyncio.to_thread(self._files.drop, terminal, sha256)
        return web.Response(status=204, headers=self.headers())

    async def _next(self, terminal: str, sha256: str) -> int:
        """Take over from an older PATCH, after it has taken in what arrived."""
        older = self._receiving.get((terminal, sha256))
        if older is not None:
            await older.drained()
        turn = self._turn.get((terminal, sha256), 0) + 1
        self._turn[(terminal, sha256)] = turn
        return turn

    def _lock(self, terminal: str, sha256: str) -> asyncio.Lock:
        return self._locks.setdefault((terminal, sha256), asyncio.Lock())

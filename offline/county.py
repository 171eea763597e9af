"""Talking to the county over HTTP: only the documented answers count, and only the county's.

Redirects are refused, whoever sends them: the county's address is a setting, and a captive portal's is not. Answers
are read up to a bound. Files go up by tus 1.0.0 through aiotus's core (creation, offset, chunks); retrying, the stored
address, the guard against no progress and the judgement of answers are ours, because its `upload()` swallows errors and
forgets the address. It is handed `_Signed` in place of a session, which signs each request and looks at each answer
before aiotus does.

What fails is a CountyError with a code; nothing here decides what becomes of a record.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import aiohttp
from yarl import URL

from offline.errors import OfflineError
from offline.pauses import retry_after
from offline.points import Points, nothing
from wire import answers
from wire.errors import WireError
from wire.requests import sign_request

if TYPE_CHECKING:
    from offline.identity import Identity
    from offline.outbox import Clock
    from wire.keys import CountySettings, Enrolment, TerminalKey
    from wire.messages import Feed, Health

CHUNK = 256 * 1024
"""Bytes a PATCH: what a cut costs at most, and half a minute on a line of 64 kbit/s."""
ANSWER_MOST = 4 * 1024 * 1024
CONNECT_S, SILENCE_S, REQUEST_S = 15.0, 60.0, 600.0
"""To connect; without a byte from the county; for one whole request (a chunk at half a kilobyte a second)."""

MESSAGES, HEALTH, FEED, SETTINGS, TERMINALS, FILES, CATALOGUE, LOOKUP, PHONE_CODES = (
    f"/v1/{name}"
    for name in (
        "messages", "health", "feed", "settings", "terminals", "files", "catalogue", "lookup", "phone-codes",
    )
)  # fmt: skip


class CountyError(OfflineError):
    """`retry_after_s`: what the answer asked for, if it did."""

    code = "county.failed"

    def __init__(self, note: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(note)
        self.retry_after_s = retry_after_s


class Unreachable(CountyError):
    """No answer: no line, cut off, too slow."""

    code = "county.offline"


class NotTheCounty(CountyError):
    """An answer, but not the county's: a captive portal, a proxy, a redirect, a signature that is not its."""

    code = "county.not_the_county"


class Unavailable(CountyError):
    """The county, or what stands before it, says: not now (429, 5xx)."""

    code = "county.unavailable"


class NoProgress(CountyError):
    """The county took a chunk and said it had not."""

    code = "county.no_progress"


class Refused(CountyError):
    """A 4xx. `reason`: the county's own code, "unknown" where the answer was not in its form. `missing`: files."""

    code = "county.refused"

    def __init__(self, status: int, reason: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.missing = missing


class County:
    """The county's interface as one terminal uses it. Use as `async with County(...) as county`.

    `identity` None: only `enrol` can be used.
    """

    def __init__(
        self,
        url: str,
        identity: Identity | None,
        clock: Clock,
        point: Points = nothing,
        bytes_per_s: float = 0.0,
    ) -> None:
        """`bytes_per_s`: how fast files may go up on average; 0: as fast as it goes."""
        self._bytes_per_s = bytes_per_s
        self.base = URL(url)
        self.identity = identity
        self._clock = clock
        self._point = point
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> County:
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity"},  # what is bounded is what comes over the line
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(
                total=REQUEST_S, connect=CONNECT_S, sock_connect=CONNECT_S, sock_read=SILENCE_S
            ),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    # ------------------------------------------------------------------ requests

    def _url(self, path: str, query: Mapping[str, str] | None = None) -> URL:
        url = self.base.with_path(self.base.path.rstrip("/") + path)
        return url.with_query(query) if query else url

    def _sign(self, method: str, url: URL, body: bytes | None, offset: int | None = None) -> dict[str, str]:
        identity = self._known()
        return sign_request(
            identity.key, identity.terminal, method, url.raw_path_qs,
            created=max(0, int(self._clock())), body=body or None, upload_offset=offset,
        )  # fmt: skip

    def _known(self) -> Identity:
        if self.identity is None:
            raise CountyError("the terminal is not enrolled")
        return self.identity

    @contextlib.asynccontextmanager
    async def _request(
        self, method: str, url: URL, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        assert self._session is not None, "use `async with`"  # noqa: S101 - a mistake in our own code
        with _line():
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                yield response

    async def _ask(
        self, method: str, url: URL, body: bytes | None = None, *, signed: bool = True, success: int = 200
    ) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if signed:
            headers.update(self._sign(method, url, body))
        async with self._request(method, url, body=body, headers=headers) as response:
            await _judge(response, (success,))
            return await _bounded(response)

    # ------------------------------------------------------------------ what is asked

    async def health(self) -> Health:
        """Whether the county is there, by its signature over a fresh number. Raises NotTheCounty for anybody else."""
        nonce = secrets.token_urlsafe(16)
        try:
            data = await self._ask("GET", self._url(HEALTH, {"nonce": nonce}), signed=False)
        except Refused as error:
            raise NotTheCounty(error.note) from error
        with _verified():
            return answers.read_health(data, self._known().county, nonce=nonce)

    async def enrol(self, key: TerminalKey, token: str) -> Enrolment:
        """Raises Refused (token used or unknown), Unreachable, NotTheCounty."""
        from wire.keys import enrol_request

        body = answers.encode(enrol_request(token, key))
        url = self._url(TERMINALS)
        async with self._request("POST", url, body=body, headers={"Content-Type": "application/json"}) as response:
            await _judge(response, (200, 201))
            data = await _bounded(response)
        with _verified():
            return answers.read_enrolment(data, key)

    async def post_message(self, envelope: bytes) -> bytes:
        """The bytes of the county's acknowledgement, not checked yet."""
        return await self._ask("POST", self._url(MESSAGES), envelope, signed=False)

    async def feed(self, after: str, trail: str = "") -> Feed:
        """What the county has since a cursor. `trail`: the head of the audit trail (NUMBER-HASH), which it keeps."""
        identity = self._known()
        query = {"after": after} | ({"trail": trail} if trail else {})
        data = await self._ask("GET", self._url(FEED, query))
        with _verified():
            return answers.read_feed(data, identity.county, terminal=identity.terminal, after=after)

    async def settings(self) -> CountySettings:
        """The county's settings and keys, signed with the newest of its keys that we know: it may have changed them
        several times while we had no line."""
        county = self._known().county
        data = await self._ask("GET", self._url(SETTINGS, {"known": county.verify[0].id}))
        with _verified():
            return answers.read_settings(data, county)

    async def lookup(self, body: bytes) -> bytes:
        """Ask for one's own cases; question and answer are sealed by wire.lookup."""
        return await self._ask("POST", self._url(LOOKUP), body)

    async def phone_code(self, body: bytes) -> bytes:
        """Have a phone's code checked; question and answer are sealed by wire.phone. Never to be asked again."""
        return await self._ask("POST", self._url(PHONE_CODES), body)

    async def fetch_catalogue(
        self, sha256: str, size: int, to: Path, leave: Callable[[], bool] = lambda: False
    ) -> bool:
        """A catalogue's bytes into a file, synced; what lies there of it already is gone on from, so that a cut costs
        only what was on its way. False: `leave` said that something else goes first, and the rest is for another time.
        Raises NotTheCounty if they are not those announced; the file is then gone."""
        url = self._url(f"{CATALOGUE}/{sha256}")
        with to.open("ab") as file:
            have = file.tell()
            if have < size:
                headers = self._sign("GET", url, None) | ({"Range": f"bytes={have}-"} if have else {})
                async with self._request("GET", url, headers=headers) as response:
                    await _judge(response, (206,) if have and response.status == 206 else (200,))
                    if response.status == 200:
                        have = file.truncate(0)
                    async for part in response.content.iter_chunked(1 << 16):
                        have += len(part)
                        await asyncio.to_thread(file.write, part)
                        self._point("fetch.part")
                        if have > size or leave():
                            break
            file.flush()
            await asyncio.to_thread(_sync, file)
        if have < size and leave():
            return False
        if have != size or hashlib.sha256(await asyncio.to_thread(to.read_bytes)).hexdigest() != sha256:
            await asyncio.to_thread(to.unlink)
            raise NotTheCounty("the catalogue is not the one announced")
        return True

    # ------------------------------------------------------------------ files

    async def create_upload(self, sha256: str, file: BinaryIO) -> str:
        """Where to send a file: path and query of its address at the county (tus creation), "" if the county has it
        whole already (its answer is 200, the full offset and no bytes to send)."""
        from aiotus import common, creation

        try:
            with _line():
                location = await creation.create(
                    self._signed(), self._url(FILES), file, {"sha256": sha256.encode("ascii")}
                )
        except _Whole:
            return ""
        except (common.ProtocolError, ValueError) as error:  # ValueError: a Location that is no address
            raise NotTheCounty(str(error)) from error
        address = self._url(FILES).join(location)
        if address.origin() != self.base.origin():
            raise NotTheCounty("an upload's address at another host")
        self._point("send.file.created")
        return address.raw_path_qs

    async def upload(self, address: str, file: BinaryIO) -> None:
        """Bring a file up from where the county has it to its end (tus core). Raises Refused 404, 410 when the county
        has forgotten the address, 409 when another offset is wanted than it told."""
        from aiotus import common, core

        try:
            with _line():
                await core.upload_buffer(
                    self._signed(), self.base.join(URL(address, encoded=True)), file, chunksize=self._chunk()
                )
        except common.ProtocolError as error:
            raise NotTheCounty(str(error)) from error

    def _chunk(self) -> int:
        """A slow allowance is kept second by second, not in bursts of half a minute."""
        return CHUNK if not self._bytes_per_s else max(4096, min(CHUNK, int(self._bytes_per_s)))

    def _signed(self) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", _Signed(self))

    async def tus(self, method: str, url: URL, headers: Mapping[str, str], data: bytes | None) -> Any:
        """One tus request, signed, its answer judged. The response is the caller's to close."""
        assert self._session is not None, "use `async with`"  # noqa: S101 - a mistake in our own code
        offset = int(headers["Upload-Offset"]) if method == "PATCH" else None
        whole = {**headers, **self._sign(method, url, None, offset)}
        began = asyncio.get_running_loop().time()
        with _line():
            response = await self._session.request(method, url, data=data, headers=whole, allow_redirects=False)
            try:
                await _judge(response, {"POST": (200, 201), "HEAD": (200, 204), "PATCH": (204,)}[method])
                if method == "POST" and response.status == 200:
                    if response.headers.get("Upload-Offset") == headers["Upload-Length"]:
                        raise _Whole
                    raise NotTheCounty("status 200")
                if offset is not None:
                    _progress(response, offset, len(data or b""))
                    self._point("send.file.part")
                    if self._bytes_per_s:
                        spent = asyncio.get_running_loop().time() - began
                        await asyncio.sleep(max(0.0, len(data or b"") / self._bytes_per_s - spent))
            except BaseException:
                response.close()
                raise
        return response


class _Whole(Exception):
    """The county has the file."""


class _Signed:
    """Stands before aiohttp's session for aiotus: the three methods that its core and creation call."""

    def __init__(self, county: County) -> None:
        self._county = county

    async def post(self, url: URL, *, headers: Mapping[str, str], ssl: object = True) -> Any:
        return await self._county.tus("POST", url, headers, None)

    async def head(self, url: URL, *, headers: Mapping[str, str], ssl: object = True) -> Any:
        return await self._county.tus("HEAD", url, headers, None)

    async def patch(self, url: URL, *, headers: Mapping[str, str], data: bytes, ssl: object = True) -> Any:
        return await self._county.tus("PATCH", url, headers, data)


@contextlib.contextmanager
def _line() -> Any:
    """What the network does to a request, as one error."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(type(error).__name__) from error


@contextlib.contextmanager
def _verified() -> Any:
    try:
        yield
    except WireError as error:
        raise NotTheCounty(error.code) from error


async def _judge(response: aiohttp.ClientResponse, success: tuple[int, ...]) -> None:
    """Raise what an answer means unless it is the documented success."""
    status = response.status
    if status in success:
        return
    if status < 400:
        raise NotTheCounty(f"status {status}")
    wait = retry_after(response.headers)
    if status == 429 or status >= 500:
        raise Unavailable(f"status {status}", wait)
    refusal = answers.read_refusal(await _bounded(response))
    raise Refused(status, refusal.code, refusal.missing)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for part in response.content.iter_chunked(1 << 16):
        body += part
        if len(body) > ANSWER_MOST:
            raise NotTheCounty("an endless answer")
    return bytes(body)


def _progress(response: aiohttp.ClientResponse, sent_from: int, length: int) -> None:
    told = response.headers.get("Upload-Offset", "")
    if not (told.isascii() and told.isdigit()) or not sent_from < int(told[:15]) <= sent_from + length:
        raise NoProgress(f"offset {sent_from} and {length} bytes")


def _sync(file: BinaryIO) -> None:
    import os

    os.fsync(file.fileno())

"""Whose code a phone shows: the port, and its one adapter, which asks a verification service over HTTP.

What the county or province runs there (the electronic social card's platform, the provincial app's) is given out under
contract only; docs/decisions/0014-phone-codes.md says what we ask of whoever stands in front of it. A code and the
answer to it pass through memory: they are in no log, no store and no error's text.
"""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import ipaddress
import logging
import secrets
import ssl
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from config.settings import SettingsError
from gateway.settings import PhoneCodes as PhoneSettings
from matters import identity
from wire.canonical import NOT_JSON
from wire.phone import PhoneKind, PhonePerson, PhoneRefused, PhoneUnchecked

log = logging.getLogger("gateway")

Told = PhonePerson | PhoneRefused | PhoneUnchecked
ANSWER_BYTES_MOST = 16_384
KNOWN_S = 600.0
"""How long a code counts as asked about; those in use are over after one to three minutes."""
KNOWN_MOST = 100_000
NOT_CONNECTED, UNAVAILABLE = PhoneUnchecked("not_connected"), PhoneUnchecked("unavailable")


class PhoneCodes(Protocol):
    """Tells whose code it is."""

    async def whose(self, code: str) -> Told: ...

    async def close(self) -> None: ...


class Nobody:
    """This county has nobody to ask."""

    async def whose(self, code: str) -> Told:
        return NOT_CONNECTED

    async def close(self) -> None:
        pass


class Once:
    """Which codes were asked about already, as hashes under a key that dies with the process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def first(self, code: str) -> bool:
        """Whether it is the first time; from now on it is not."""
        now = self._clock()
        while self._seen and (len(self._seen) >= KNOWN_MOST or now - next(iter(self._seen.values())) > KNOWN_S):
            self._seen.popitem(last=False)
        digest = hashlib.blake2b(code.encode(), key=self._key, digest_size=16).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = now
        return True


# ---------------------------------------------------------------- what the service is asked, and what it may say


class _Question(Struct, frozen=True):
    code: str
    v: Literal[1] = 1


class _Person(Struct, frozen=True, tag_field="result", tag="person"):
    v: Literal[1]
    name: str
    id_number: str
    kind: PhoneKind = "other"


class _Refused(Struct, frozen=True, tag_field="result", tag="refused"):
    v: Literal[1]
    reason: Literal["expired", "unknown", "not_person"]


class _Unusable(Exception):
    """Not an answer as agreed; `args[0]` says in a word why, and never what stood there."""


class Platform:
    """The verification service of a county or province. Each code is asked about once, and no request is repeated."""

    def __init__(
        self, settings: PhoneSettings, secret: str, tls: ssl.SSLContext | None, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = URL(settings.url)
        self._timeout_s = settings.timeout_s
        self._headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self._tls = tls
        self._clock = clock
        self._once = Once()
        self._session: aiohttp.ClientSession | None = None

    async def whose(self, code: str) -> Told:
        if not self._once.first(code):
            return PhoneRefused("expired")
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._ask(code)
            return self._told(answer)
        except _Unusable as error:
            why = str(error.args[0])
        except (aiohttp.ClientError, TimeoutError, OSError) as error:  # their text may hold what was sent
            why = type(error).__name__
        log.warning("the service that tells phone codes: %s", why)
        return UNAVAILABLE

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, code: str) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # A connection for each question: on one that was kept, nobody can tell whether a question got through.
                connector=aiohttp.TCPConnector(force_close=True, ssl=self._tls if self._tls is not None else True),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                auto_decompress=False,
            )
        headers = {"Content-Type": "application/json", **self._headers}
        body = msgspec.json.encode(_Question(code))
        async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
            if response.status != 200:
                raise _Unusable(f"status {response.status}")
            if response.content_type != "application/json":
                raise _Unusable("no JSON")
            answer = bytearray()
            async for part in response.content.iter_chunked(4096):
                answer += part
                if len(answer) > ANSWER_BYTES_MOST:
                    raise _Unusable("too long")
            return bytes(answer)

    def _told(self, answer: bytes) -> Told:
        try:
            said = msgspec.json.decode(answer, type=_Person | _Refused)
        except NOT_JSON:
            raise _Unusable("not as agreed") from None
        if isinstance(said, _Refused):
            return PhoneRefused(said.reason)
        name, number = identity.tidy_name(said.name), identity.tidy_id(said.id_number)
        today = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC) + datetime.timedelta(days=1)  # east of it
        if identity.name_problem(name) or identity.id_problem(number, today.date().isoformat()) or len(name) > 60:
            raise _Unusable("no person")
        return PhonePerson(name, number, said.kind)


def connected(settings: PhoneSettings) -> PhoneCodes:
    """What the settings name. Raises SettingsError: an address that would carry people's names in the clear, a file
    that cannot be read."""
    if not settings.url:
        return Nobody()
    try:
        url = URL(settings.url)
        safe = url.scheme == "https" or (url.scheme == "http" and _own(url.host or ""))
    except ValueError:
        raise SettingsError("phone_codes.url is no address") from None
    if not safe or not url.host or url.user is not None:
        raise SettingsError("phone_codes.url wants https://… (http:// only on this machine), without a user in it")
    if not 0.1 <= settings.timeout_s <= 30:
        raise SettingsError("phone_codes.timeout_s wants 0.1 to 30 seconds: somebody stands there and waits")
    return Platform(settings, _secret(settings.secret_file), _tls(settings.ca_file))


def _own(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(file: str) -> str:
    if not file:
        return ""
    try:
        text = Path(file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"phone_codes.secret_file {file}: cannot be read ({type(error).__name__})") from None
    if not text or not text.isprintable() or " " in text:
        raise SettingsError(f"phone_codes.secret_file {file}: one line without blanks is wanted")
    return text


def _tls(file: str) -> ssl.SSLContext | None:
    if not file:
        return None
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"phone_codes.ca_file {file}: cannot be read ({type(error).__name__})") from None

"""The HTTP service: routes, who may ask, refusals, threads. What each route promises: wire/openapi.yaml.

One asyncio loop; the store has one writing thread and two reading ones, so a commit's fsync holds up nobody's read.
The log has method, route, status, time and terminal, and never a body, a query or a value out of either.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec
from aiohttp import web

import wire
from config import locales
from gateway import county as counties
from gateway import faces, intake, public, window
from gateway import phone as phones
from gateway.county import County
from gateway.errors import Refused, refusal_for
from gateway.pace import Pace, address_of
from gateway.store import Conflict, Store, Taken, Terminal
from gateway.tus import Uploads
from wire import answers, lookup, phone
from wire.canonical import decode
from wire.envelope import decode_envelope
from wire.errors import WireError
from wire.keys import EnrolRequest
from wire.messages import Notice, Refusal
from wire.requests import check_request, terminal_of

log = logging.getLogger("gateway")

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BODY_BYTES_MOST = 100_000  # of every request but messages and files
_NOTICE = msgspec.json.Decoder(Notice)


class Service:
    """One gateway process over one county. Raises SettingsError where the county's phone codes cannot be connected."""

    def __init__(self, county: County) -> None:
        self._county = county
        self.uploads = Uploads(county.files, county.settings.limits)
        self.words = locales.load()
        self._checks = Pace(county.settings.limits.receipt_checks_a_minute)
        self._phones = phones.connected(county.settings.phone_codes)
        self._phone_checks = Pace(county.settings.phone_codes.a_minute, of="terminal")
        self._local = threading.local()
        self._writer = ThreadPoolExecutor(1, "write")
        self._readers = ThreadPoolExecutor(2, "read")

    @property
    def county(self) -> County:
        self._county = counties.refreshed(self._county)
        return self._county

    def app(self) -> web.Application:
        app = web.Application(
            middlewares=[self._answer_errors], client_max_size=self.county.settings.limits.envelope_bytes_most
        )
        app.router.add_get("/v1/health", self.health)
        app.router.add_post("/v1/terminals", self.enrol)
        app.router.add_post("/v1/messages", self.messages)
        app.router.add_route("OPTIONS", "/v1/files", self.files_options)
        app.router.add_post("/v1/files", self.files_create)
        app.router.add_head("/v1/files/{sha256}", self.files_head)
        app.router.add_patch("/v1/files/{sha256}", self.files_patch)
        app.router.add_delete("/v1/files/{sha256}", self.files_delete)
        app.router.add_get("/v1/feed", self.feed)
        app.router.add_get("/v1/settings", self.settings)
        app.router.add_get("/v1/catalogue/{sha256}", self.catalogue)
        app.router.add_post("/v1/lookup", self.lookup)
        app.router.add_post("/v1/phone-codes", self.phone_codes)
        app.router.add_post("/v1/receipts/check", self.receipts_check)
        app.router.add_get("/openapi.yaml", self.openapi)
        app.router.add_get("/window", self.window)
        app.router.add_get("/window/faces/{application}", self.window_faces)
        app.router.add_post("/window/faces/{application}", self.window_compared)
        public.add_pages(app, self.words)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _app: web.Application) -> None:
        await self._phones.close()
        for pool in (self._writer, self._readers):
            pool.shutdown(wait=True)

    # ------------------------------------------------------------ threads

    def _store(self) -> Store:
        store: Store | None = getattr(self._local, "store", None)
        if store is None:
            store = self._local.store = self.county.store()
        return store

    async def _write(self, work: Callable[[Store], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, lambda: work(self._store()))

    async def _read(self, work: Callable[[Store], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: work(self._store()))

    # ------------------------------------------------------------ refusals and the log

    @web.middleware
    async def _answer_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        response = await self._refuse(request, handler)
        route = request.match_info.route.resource
        log.info(
            "%s %s %d %.0f ms terminal=%s", request.method, route.canonical if route else "-", response.status,
            (time.monotonic() - started) * 1000, request.get("terminal", "-"),
        )  # fmt: skip
        return response

    async def _refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            answer = refused
        except WireError as error:
            answer = refusal_for(error)
        except web.HTTPRequestEntityTooLarge:
            code = "envelope.too_large" if request.path == "/v1/messages" else "request.too_large"
            answer = Refused(413, code, "the body is larger than is taken here")
        except web.HTTPException as http:
            answer = Refused(http.status, "http", http.reason)
        except (ConnectionError, web.RequestPayloadError):
            # The line broke while the body came; nobody reads this answer. What had arrived of a file is kept.
            answer = Refused(400, "line.broken", "the request broke off")
        except (sqlite3.OperationalError, OSError) as error:
            # Locked, disk full, an I/O error: ours and passing. The terminal keeps what it has and tries again.
            log.error("%s", _where(error))
            answer = Refused(503, "store.unavailable", "cannot be kept now; try again", retry_after_s=30)
        except Exception as error:  # noqa: BLE001  # the last line: an unexpected failure must not show what it held
            log.error("%s", _where(error))
            answer = Refused(500, "internal", "an unexpected failure; try again")
        return _refusal(answer)

    # ------------------------------------------------------------ who asks

    async def _terminal(self, request: web.Request, body: bytes | None = None) -> Terminal:
        """Who signed the request. Raises Refused 403, WireError request.* (401)."""
        name = terminal_of(request.headers)
        known = await self._read(lambda store: store.terminals(name))
        if not known:
            raise Refused(403, "terminal.unknown", "no terminal of this name is enrolled")
        standing = [each for each in known if not each.revoked_at]
        if not standing:
            raise Refused(403, "terminal.revoked", "the terminal's certificate was withdrawn")
        last = WireError("request.signature", "not signed by this terminal")
        for terminal in standing:
            try:
                check_request(terminal.public, request.method, request.raw_path, request.headers, body)
            except WireError as error:
                last = error
            else:
                request["terminal"] = terminal.number
                return terminal
        raise last

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > BODY_BYTES_MOST:
            raise Refused(413, "request.too_large", f"at most {BODY_BYTES_MOST} bytes")
        body = await request.read()
        if len(body) > BODY_BYTES_MOST:
            raise Refused(413, "request.too_large", f"at most {BODY_BYTES_MOST} bytes")
        return body

    # ------------------------------------------------------------ line and enrolment

    async def health(self, request: web.Request) -> web.Response:
        made = answers.make_health(self.county.keys, nonce=request.query.get("nonce", ""), at=self.county.now())
        return _json(answers.encode(made))

    async def enrol(self, request: web.Request) -> web.Response:
        asked = decode(EnrolRequest, await self._body(request), "enrolment")
        answer = await self._write(lambda store: counties.enrol(self.county, store, asked))
        if answer is None:
            raise Refused(403, "enrolment.refused", "the token is unknown, used or too old, or the key is not yours")
        return _json(answer, 201)

    # ------------------------------------------------------------ intake

    async def messages(self, request: web.Request) -> web.Response:
        raw = await request.read()
        envelope = decode_envelope(raw)
        terminal = intake.sender(envelope, await self._read(lambda store: store.terminals(envelope.terminal)))
        request["terminal"] = terminal.number
        held = await self._read(lambda store: store.known(envelope.id))
        if held is not None:
            if held[:2] != (envelope.terminal, envelope.digest):
                raise Refused(409, "message.conflict", "this id is taken by another content")
            return _json(held[2])
        files = self.county.files
        lacking = await asyncio.to_thread(intake.missing, envelope, files)
        if lacking:
            raise Refused(409, "files.missing", "send these files first", missing=lacking)
        message = await asyncio.to_thread(intake.open_all, envelope, files, self.county.keys)
        county = self.county

        def accept(store: Store) -> Taken:
            return intake.accept(county, store, envelope, raw, message, terminal)

        try:
            taken = await asyncio.shield(asyncio.ensure_future(self._write(accept)))
        except Conflict:
            raise Refused(409, "message.conflict", "this id is taken by another content") from None
        return _json(taken.ack)

    # ------------------------------------------------------------ files

    async def tidy(self) -> int:
        """Forget finished files that no message names and nobody asked for in `upload_keep_days`; how many. A terminal
        that comes with its message after that is told which files to send again."""
        county, files = self.county, self.county.files

        def unclaimed(store: Store) -> int:
            old = [each for each in files.old(county.settings.limits.upload_keep_days, county.clock())
                   if not store.claims(each)]  # fmt: skip
            for each in old:
                files.forget(each)
            return len(old)

        return await self._write(unclaimed)

    async def forget_faces(self) -> int:
        """Delete pictures of people whose days are over; how many."""
        county = self.county
        return await self._write(lambda store: faces.forget_old(county, store))

    async def files_options(self, _request: web.Request) -> web.Response:
        return self.uploads.options()

    async def files_create(self, request: web.Request) -> web.Response:
        return await self.uploads.create(request, (await self._terminal(request, await self._body(request))).number)

    async def files_head(self, request: web.Request) -> web.Response:
        return await self.uploads.head(request, (await self._terminal(request)).number)

    async def files_patch(self, request: web.Request) -> web.Response:
        return await self.uploads.patch(request, (await self._terminal(request)).number)

    async def files_delete(self, request: web.Request) -> web.Response:
        return await self.uploads.delete(request, (await self._terminal(request)).number)

    # ------------------------------------------------------------ what comes back

    async def feed(self, request: web.Request) -> web.Response:
        terminal = await self._terminal(request)
        after = request.query.get("after", "")
        if not (after == "" or (after.isascii() and after.isdigit() and len(after) <= 18)):
            raise Refused(400, "feed.cursor", "not a cursor of this feed")
        if head := request.query.get("trail", ""):
            await self._anchor(terminal, head)
        most = self.county.settings.limits.feed_notices_most
        rows, more = await self._read(lambda store: store.feed(terminal.terminal, int(after or 0), most))
        made = answers.make_feed(
            self.county.keys, terminal=terminal.terminal, after=after, cursor=str(rows[-1][0]) if rows else after,
            more=more, notices=[_NOTICE.decode(notice) for _, notice in rows],
        )  # fmt: skip
        return _json(answers.encode(made))

    async def _anchor(self, terminal: Terminal, head: str) -> None:
        """Keep the head of its trail, NUMBER-HASH; the request's signature says that it is the terminal's word."""
        match = re.fullmatch(r"(\d{1,15})-([0-9a-f]{64})", head)
        if match is None:
            raise Refused(400, "feed.trail", "not the head of a trail")
        at = self.county.now()
        well = await self._write(lambda store: store.anchor(terminal.terminal, int(match[1]), match[2], at))
        if not well:
            log.warning("the trail of terminal %s is not as it was told before (entry %s)", terminal.number, match[1])

    async def settings(self, request: web.Request) -> web.Response:
        await self._terminal(request)
        body = await self._read(lambda store: store.latest_settings())
        if body is None:
            raise Refused(404, "settings.none", "none were published yet")
        known = request.query.get("known", "")
        return _json(await asyncio.to_thread(counties.settings_for, self.county, body, known))

    async def catalogue(self, request: web.Request) -> web.Response:
        await self._terminal(request)
        sha256 = request.match_info["sha256"]
        body = await self._read(lambda store: store.published("catalogue", sha256))
        if body is None:
            raise Refused(404, "catalogue.unknown", "no such catalogue")
        return _part(request, body)

    async def lookup(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        terminal = await self._terminal(request, body)
        question = await asyncio.to_thread(lookup.read_question, body, self.county.keys)
        if question.terminal != terminal.terminal:
            raise Refused(422, "body.unreadable", "the question belongs to another terminal")
        today = self.county.asked()
        cases = await self._read(lambda store: public.cases_for(question.proof, store, self.county.index_key, today))
        return _json(await asyncio.to_thread(lookup.answer, question, cases))

    async def phone_codes(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        terminal = await self._terminal(request, body)
        self._phone_checks.take(terminal.number)
        question = await asyncio.to_thread(phone.read_question, body, self.county.keys)
        if question.terminal != terminal.terminal:
            raise Refused(422, "body.unreadable", "the question belongs to another terminal")
        told = await self._phones.whose(question.code)
        return _json(await asyncio.to_thread(phone.answer, question, told))

    async def receipts_check(self, request: web.Request) -> web.Response:
        self._checks.take(address_of(request))
        asked = decode(public.ReceiptQuestion, await self._body(request), "receipt")
        today = self.county.asked()
        return _json(
            answers.encode(await self._read(lambda store: public.check_receipt(asked.code, store, self.words, today)))
        )

    async def _strange(self, request: web.Request) -> web.Response | None:
        """The answer to whoever may not look through the window."""
        if await asyncio.to_thread(window.may_look, self.county.folder, request.headers.get("Authorization", "")):
            return None
        challenge = {"WWW-Authenticate": 'Basic realm="window", charset="UTF-8"'} | public.HEADERS
        return web.Response(status=401, headers=challenge)

    async def window_faces(self, request: web.Request) -> web.Response:
        if (strange := await self._strange(request)) is not None:
            return strange
        county, application = self.county, request.match_info["application"]
        found = await self._read(lambda store: faces.read(county, store, application))
        if found is None:
            raise Refused(404, "faces.none", "nothing to compare came with it")
        token = await asyncio.to_thread(faces.form_token, county.folder, application)
        text = faces.page(found, self.words, token, county.settings.county.utc_offset_minutes)
        return web.Response(text=text, content_type="text/html", headers=faces.PAGE_HEADERS)

    async def window_compared(self, request: web.Request) -> web.Response:
        if (strange := await self._strange(request)) is not None:
            return strange
        county, application = self.county, request.match_info["application"]
        sent = parse_qs((await self._body(request)).decode("ascii", "replace"))
        said, token = sent.get("said", [""])[0], sent.get("token", [""])[0]
        if said not in faces.SAID or not await asyncio.to_thread(faces.may_send, county.folder, application, token):
            raise Refused(400, "faces.form", "not what the page's own form sends")
        if not await self._write(lambda store: store.compare(application, said, county.now())):
            raise Refused(404, "faces.none", "nothing to compare came with it")
        return web.Response(status=303, headers=public.HEADERS | {"Location": request.path})

    async def window(self, request: web.Request) -> web.Response:
        if (strange := await self._strange(request)) is not None:
            return strange
        today = self.county.asked()
        text = await self._read(lambda store: window.page(store, self.words, today))
        return web.Response(text=text, content_type="text/html", headers=public.HEADERS)

    async def openapi(self, _request: web.Request) -> web.Response:
        path = Path(wire.__file__).with_name("openapi.yaml")
        return web.Response(body=await asyncio.to_thread(path.read_bytes), content_type="application/yaml")


def _part(request: web.Request, body: bytes) -> web.Response:
    """The bytes, or from where the asker has them on (RFC 9110 14.2: bytes=N-). A range we do not do is the whole."""
    headers = {"Accept-Ranges": "bytes"}
    found = re.fullmatch(r"bytes=([0-9]{1,15})-", request.headers.get("Range", ""))
    start = int(found[1]) if found else 0
    if start and start >= len(body):
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})
    if start:
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return web.Response(
        status=206 if start else 200, body=body[start:], content_type="application/octet-stream", headers=headers
    )


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(
        body=body, status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _refusal(refused: Refused) -> web.Response:
    response = _json(
        answers.encode(Refusal(code=refused.code, text=refused.text, missing=refused.missing)), refused.status
    )
    if refused.retry_after_s:
        response.headers["Retry-After"] = str(refused.retry_after_s)
    return response


def _where(error: BaseException) -> str:
    """Kind and place of a failure, without its text: that may hold what somebody sent."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}"

"""What a person gets to see of the county: their own cases, and whether a slip is genuine.

The page behind a receipt's QR code reads the code from the address's fragment, which browsers never send, and posts it;
so it is in no log. Its words are in config/locales/LANG/gateway.toml.
"""

from __future__ import annotations

import datetime
import hmac
import html
from collections.abc import Awaitable, Callable
from pathlib import Path
from string import Template
from typing import Literal

from aiohttp import web
from msgspec import Struct

from config import locales
from gateway.dates import Today
from gateway.intake import person_hash, secret_hash
from gateway.store import Case, Store
from wire.canonical import decode
from wire.errors import WireError
from wire.keys import TerminalCertificate, by_kid
from wire.lookup import ByCard, ByReceipt, LookupCase
from wire.messages import CaseState
from wire.receipt import Receipt, parse, show_number, verify

PAGES = Path(__file__).parent / "pages"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class ReceiptQuestion(Struct, frozen=True, forbid_unknown_fields=True):
    """`code`: the QR code's text or the bare code."""

    v: Literal[1]
    code: str


class ReceiptCase(Struct, frozen=True):
    title: str
    department: str
    number: str
    state: CaseState
    state_text: str
    by: str = ""  # YYYY-MM-DD, the last day of its limit; "" while it is not known


class ReceiptAnswer(Struct, frozen=True, kw_only=True):
    """`intact`: the signature is right and of a terminal of this county. `problem`: the broken rule's code where not.

    `here`: the county holds the application with this very content; then `cases` say how they stand. Without it the
    slip is genuine and its application still waits in the terminal. Names nobody.
    """

    v: Literal[1] = 1
    intact: bool
    problem: str = ""
    here: bool = False
    number: str = ""
    mark: str = ""
    terminal: str = ""
    at: str = ""  # by the terminal's clock, UTC
    clock_verified: bool = False
    title: str = ""
    items: int = 0
    cases: tuple[ReceiptCase, ...] = ()


def cases_of(application: str, store: Store, today: Today) -> tuple[LookupCase, ...]:
    held = store.message(application)
    if held is None:
        return ()

    def told(case: Case) -> LookupCase:
        of = today.of(case, store)
        return LookupCase(
            application=application, receipt=held.receipt, item=case.item, number=case.number, title=case.title,
            department=case.department, state=CaseState(case.state), at=case.at, days=case.days,
            accepted=_day(of.accepted), by=_day(of.by), late=of.late,
        )  # fmt: skip

    return tuple(told(case) for case in store.cases(application))


def _day(day: datetime.date | None) -> str:
    return day.isoformat() if day is not None else ""


def cases_for(proof: ByReceipt | ByCard, store: Store, index_key: bytes, today: Today) -> tuple[LookupCase, ...]:
    """All cases a proof opens; none where it opens nothing (whether there is such an application is not told)."""
    match proof:
        case ByReceipt():
            held = store.secret_of(proof.id)
            if held is None or not hmac.compare_digest(held, secret_hash(proof.secret)):
                return ()
            return cases_of(proof.id, store, today)
        case ByCard():
            found = store.applications_of(person_hash(index_key, proof.id_number))
            return tuple(case for application in found for case in cases_of(application, store, today))


def check_receipt(code: str, store: Store, words: locales.Locale, today: Today) -> ReceiptAnswer:
    """Is this slip genuine, and does the county have what it speaks of?"""
    try:
        terminal = store.terminal_by_key(parse(code).kid)
        certificates = [decode(TerminalCertificate, terminal.certificate, "certificate")] if terminal else []
        receipt, certificate = verify(code, by_kid(certificates))
    except WireError as error:
        return ReceiptAnswer(intact=False, problem=error.code)
    return _intact(receipt, certificate.terminal, store, words, today)


def _intact(receipt: Receipt, terminal: str, store: Store, words: locales.Locale, today: Today) -> ReceiptAnswer:
    claims = receipt.claims
    held = store.message(claims.id)
    secret = store.secret_of(claims.id)
    here = (
        held is not None
        and held.terminal == terminal
        and bytes.fromhex(held.digest).startswith(claims.digest)
        and secret is not None
        and hmac.compare_digest(secret, secret_hash(claims.secret.hex()))
    )
    cases = store.cases(claims.id) if here else ()
    return ReceiptAnswer(
        intact=True, here=here, number=show_number(claims.number), mark=receipt.mark, terminal=terminal,
        at=_utc(claims.at),
        clock_verified=claims.clock_verified, items=claims.items, title=cases[0].title if cases else "",
        cases=tuple(
            ReceiptCase(case.title, case.department, case.number, CaseState(case.state),
                        words(f"gateway.state.{case.state}"), _day(today.of(case, store).by))
            for case in cases
            if case.item > 0
        ),
    )  # fmt: skip


def _utc(seconds: int) -> str:
    """A terminal's clock may say anything: "" for a time no calendar has."""
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return ""


# ---------------------------------------------------------------- the page


def add_pages(app: web.Application, words: locales.Locale) -> None:
    def page(name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        text = _render(name, words)

        async def answer(_request: web.Request) -> web.Response:
            return web.Response(text=text, content_type="text/html", headers=HEADERS)

        return answer

    # Some phones write addresses in small letters. S: the slip of something put aside at a terminal.
    for name, paths in (("receipt.html", ("/R", "/r")), ("slip.html", ("/S", "/s"))):
        for path in paths:
            app.router.add_get(path, page(name))
    for name, kind in (("receipt.js", "text/javascript"), ("receipt.css", "text/css"), ("window.css", "text/css")):
        app.router.add_get(f"/pages/{name}", _asset((PAGES / name).read_bytes(), kind))


def _asset(body: bytes, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, headers=HEADERS)

    return answer


def _render(name: str, words: locales.Locale) -> str:
    """The page with its words filled in."""
    keys = [key for key in words.keys() if key.startswith("gateway.")]  # noqa: SIM118  # a Locale is no dict
    values = {key.replace(".", "_"): html.escape(words(key)) for key in keys}
    return Template((PAGES / name).read_text("utf-8")).substitute(values)

"""The window's list: who calls for a clerk, what came in and how it stands, for a browser at the county. Reads only,
and names nobody: words that somebody left are opened with `gateway messages`. Where a picture of a person came, it
leads to the page that shows it beside their card's (gateway.faces).

Whoever opens it gives the user name `window` and the token in window.token (HTTP Basic, so over TLS). Opening an
application is `gateway open`; the window's own console is a later piece of work.
"""

from __future__ import annotations

import base64
import datetime
import hmac
import html
from pathlib import Path

from config.locales import Locale
from gateway.dates import Today
from gateway.store import Case, Held, Store
from wire.errors import WireError
from wire.keys import read_private
from wire.receipt import show_number

USER = "window"
MOST = 500
CALLS_MOST = 20  # of calls and of words, the newest
CALLS = ("help_call", "complaint")


def may_look(folder: Path, authorization: str) -> bool:
    """Whether an Authorization header holds the token. Nobody may where there is no token."""
    try:
        token = read_private(folder / "window.token").decode("ascii").strip()
    except (WireError, UnicodeDecodeError):
        return False
    wanted = base64.b64encode(f"{USER}:{token}".encode()).decode("ascii")
    scheme, _, given = authorization.partition(" ")
    return bool(token) and scheme.lower() == "basic" and hmac.compare_digest(given.strip().encode(), wanted.encode())


def page(store: Store, words: Locale, today: Today) -> str:
    """The list, newest first, at most MOST applications."""
    held = store.messages("application")[::-1]
    offset = datetime.timezone(datetime.timedelta(minutes=today.utc_offset_minutes))
    rows = "".join(_rows(each, store, words, today, offset) for each in held[:MOST])
    columns = ("received", "receipt", "matter", "item", "department", "case", "state", "terminal")
    head = "".join(f"<th>{html.escape(words(f'gateway.window.{column}'))}</th>" for column in columns)
    title = html.escape(words("gateway.window.title"))
    said = html.escape(words("gateway.window.count", count=len(held)) if held else words("gateway.window.none"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if held else ""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="stylesheet" href="/pages/window.css"></head>'
        f"<body><h1>{title}</h1>{_calls(store, words, offset)}<p>{said}</p>{table}</body></html>\n"
    )


def _calls(store: Store, words: Locale, offset: datetime.tzinfo) -> str:
    """Where somebody called for a clerk or left words, the newest first; nothing where nobody did."""
    found = sorted(
        (held for kind in CALLS for held in store.messages(kind)[-CALLS_MOST:]), key=lambda held: held.received_at
    )[-CALLS_MOST:]
    lines = "".join(
        f"<li>{_at(held, offset)}　{html.escape(words(f'gateway.window.{held.kind}'))}　{html.escape(held.terminal)}"
        f"{'　' + show_number(held.receipt) if held.kind == 'complaint' else ''}</li>"
        for held in reversed(found)
    )
    return f"<h2>{html.escape(words('gateway.window.calls'))}</h2><ul>{lines}</ul>" if lines else ""


def _at(held: Held, offset: datetime.tzinfo) -> str:
    """When it was received, by the county's clock on the wall."""
    return datetime.datetime.fromisoformat(held.received_at).astimezone(offset).strftime("%Y-%m-%d %H:%M")


def _state(case: Case, store: Store, words: Locale, today: Today) -> str:
    """How far it is and, once it is accepted, by which day it has to be decided."""
    said, of = words(f"gateway.state.{case.state}"), today.of(case, store)
    if of.by is not None:
        said += "　" + words(f"gateway.window.{'late' if of.late else 'by'}", month=of.by.month, day=of.by.day)
    return said


def _faces(held: Held, store: Store, words: Locale) -> str:
    """The way to the two pictures of a person, with what was found; nothing where none came."""
    if not store.faces(held.id):
        return ""
    compared = store.compared(held.id)
    said = words(f"gateway.faces.{compared.said}") if compared is not None else words("gateway.faces.to_do")
    shown = words("gateway.faces.link", said=said)
    kind = compared.said if compared is not None else "to_do"
    return f'<br><a class="{kind}" href="/window/faces/{held.id}">{html.escape(shown)}</a>'


def _rows(held: Held, store: Store, words: Locale, today: Today, offset: datetime.timezone) -> str:
    parent, *items = store.cases(held.id)
    at = _at(held, offset)
    span = max(len(items), 1)
    first = "".join(
        f'<td rowspan="{span}">{html.escape(text)}</td>' for text in (at, show_number(held.receipt), parent.title)
    )
    last = f'<td rowspan="{span}">{html.escape(held.terminal)}{_faces(held, store, words)}</td>'
    rows = [
        "".join(f"<td>{html.escape(text)}</td>" for text in (each.title, each.department, each.number))
        + f'<td class="{each.state}">{html.escape(_state(each, store, words, today))}</td>'
        for each in items or [parent]
    ]
    return f"<tr>{first}{rows[0]}{last}</tr>" + "".join(f"<tr>{row}</tr>" for row in rows[1:])

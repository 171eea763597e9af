"""Pictures of people beside their cards (card+photo): a clerk compares them, nobody else sees them, and they are soon
deleted.

They lie sealed like every page and are known by their kind; no other page of the county shows them. What the clerk saw
is written down once and may be corrected: same, other, unsure. `limits.face_keep_days` after the last of a case's items
is over the files go; what was found stays.
"""

from __future__ import annotations

import base64
import datetime
import hmac
import html
from dataclasses import dataclass, field
from pathlib import Path

from config.locales import Locale
from gateway.county import County
from gateway.public import HEADERS
from gateway.store import Comparison, Store
from matters.identity import mask_id
from wire.envelope import decode_envelope, unseal_envelope
from wire.errors import WireError
from wire.keys import read_private
from wire.messages import ApplicationMessage
from wire.receipt import show_number
from wire.seal import unseal_page

SAID = ("same", "other", "unsure")
PAGE_HEADERS = HEADERS | {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}


@dataclass(frozen=True, repr=False)
class Faces:
    """What there is to compare. A picture is None where there is none, or where it has been deleted (`gone`)."""

    application: str
    receipt: str
    title: str
    name: str
    id_number: str
    gone: bool
    compared: Comparison | None
    face: bytes | None = field(default=None)
    card: bytes | None = field(default=None)


def read(county: County, store: Store, application: str) -> Faces | None:
    """None where there is no such application, or no picture of a person came with it. Raises WireError."""
    held = store.message(application)
    kept = {each.sealed: each for each in store.faces(application)}
    if held is None or not kept:
        return None
    envelope = decode_envelope(held.envelope)
    message, _ = unseal_envelope(envelope, county.keys)
    if not isinstance(message, ApplicationMessage):
        return None
    shown: dict[str, bytes] = {}
    for page in message.pages:
        each = kept.get(page.sealed)
        if each is not None and not each.gone_at:
            sealed = county.files.read(page.sealed)
            shown[each.kind] = unseal_page(sealed, page, county.keys, envelope.key, envelope.suite)
    known = message.application.known
    return Faces(
        application, held.receipt, message.application.matter_title, known.name, known.id_number,
        all(each.gone_at for each in kept.values()), store.compared(application), shown.get("face"),
        shown.get("card_photo"),
    )  # fmt: skip


def forget_old(county: County, store: Store) -> int:
    """Delete the pictures whose days are over; how many."""
    limit = county.clock() - county.settings.limits.face_keep_days * 86400
    before = datetime.datetime.fromtimestamp(limit, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    old = store.faces_over(before)
    for sealed in old:
        county.files.forget(sealed)  # first: what is noted as deleted is deleted
        store.face_gone(sealed, county.now())
    return len(old)


# ---------------------------------------------------------------- the window's page


def form_token(folder: Path, application: str) -> str:
    """What only a page of ours can send back: a form on somebody else's page cannot compare for the clerk."""
    return hmac.digest(read_private(folder / "window.token"), b"compare\n" + application.encode(), "sha256").hex()


def may_send(folder: Path, application: str, token: str) -> bool:
    try:
        return hmac.compare_digest(form_token(folder, application).encode(), token.encode())
    except WireError:
        return False


def page(faces: Faces, words: Locale, token: str, utc_offset_minutes: int) -> str:
    """The two pictures side by side, and what the clerk may say of them."""

    def say(key: str, **values: object) -> str:
        return html.escape(words(f"gateway.faces.{key}", **values))

    def figure(key: str, data: bytes | None, lacking: str) -> str:
        if data is None:
            why = say("gone" if faces.gone else lacking)
            return f"<figure><p>{why}</p><figcaption>{say(key)}</figcaption></figure>"
        kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
        source = f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
        return f'<figure><img src="{source}" alt="{say(key)}"><figcaption>{say(key)}</figcaption></figure>'

    keys = "".join(f'<button name="said" value="{said}">{say(said)}</button>' for said in SAID)
    done, compared = "", faces.compared
    if compared is not None:
        zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
        at = datetime.datetime.fromisoformat(compared.at).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        found = say("done", said=words(f"gateway.faces.{compared.said}"), at=at)
        done = f'<p class="{compared.said}">{found}</p>'
    ask = "" if faces.gone else (
        f'<form method="post"><input type="hidden" name="token" value="{token}"><p>{say("ask")}</p>{keys}</form>'
    )  # fmt: skip
    who = html.escape(f"{show_number(faces.receipt)}　{faces.title}　{faces.name}　{mask_id(faces.id_number)}")
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{say("title")}</title><link rel="stylesheet" href="/pages/window.css"></head>'
        f'<body><h1>{say("title")}</h1><p>{who}</p><div class="faces">{figure("card", faces.card, "no_card")}'
        f"{figure('face', faces.face, 'gone')}</div>{done}{ask}"
        f'<p><a href="/window">{say("back")}</a></p></body></html>\n'
    )

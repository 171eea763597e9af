"""What the county signs, and how a terminal checks it. Line or stick: only the signature counts.

Parsing never trusts the transport: a captive portal's friendly 200 fails here, as does an answer meant for another
terminal, another message or another question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from wire.canonical import NOT_JSON, canonical, decode
from wire.errors import WireError
from wire.keys import UNSIGNED, CountyKeys, CountyPublic, CountySettings, Enrolment, TerminalKey, check_certificate
from wire.messages import Acknowledgement, Feed, Health, Notice, Refusal

NONCE = r"[0-9A-Za-z_-]{8,64}"


def acknowledge(
    keys: CountyKeys, *, terminal: str, message: str, digest: str, received_at: str, case: str = "", cases: int = 0
) -> Acknowledgement:
    key = keys.signing[0]
    return key.sign_struct(
        "acknowledgement",
        Acknowledgement(
            terminal=terminal, id=message, digest=digest, received_at=received_at, case=case, cases=cases,
            key=key.id, signature=UNSIGNED,
        ),
    )  # fmt: skip


def parse_acknowledgement(data: bytes | str) -> Acknowledgement:
    """Raises WireError ack.version, ack.malformed. Not checked yet: see check_acknowledgement."""
    return decode(Acknowledgement, data, "ack")


def check_acknowledgement(
    ack: Acknowledgement, county: CountyPublic, *, terminal: str, message: str, digest: str
) -> None:
    """Only after this returns may the message leave the outbox.

    Raises WireError ack.other (of another message or content), ack.signature.
    """
    if (ack.terminal, ack.id, ack.digest) != (terminal, message, digest):
        raise WireError("ack.other", "acknowledges something else")
    if not county.check("acknowledgement", ack):
        raise WireError("ack.signature", "not signed by this county")


def read_acknowledgement(
    data: bytes | str, county: CountyPublic, *, terminal: str, message: str, digest: str
) -> Acknowledgement:
    """parse and check in one."""
    ack = parse_acknowledgement(data)
    check_acknowledgement(ack, county, terminal=terminal, message=message, digest=digest)
    return ack


def make_feed(
    keys: CountyKeys, *, terminal: str, after: str, cursor: str, more: bool, notices: Sequence[Notice]
) -> Feed:
    key = keys.signing[0]
    return key.sign_struct(
        "feed",
        Feed(
            terminal=terminal, after=after, cursor=cursor, more=more, notices=tuple(notices),
            key=key.id, signature=UNSIGNED,
        ),
    )  # fmt: skip


def read_feed(data: bytes | str, county: CountyPublic, *, terminal: str, after: str) -> Feed:
    """Raises WireError feed.version, feed.malformed, feed.other, feed.signature.

    Each acknowledgement in it has its own signature too and is checked by itself against what it empties.
    """
    feed = decode(Feed, data, "feed")
    if (feed.terminal, feed.after) != (terminal, after):
        raise WireError("feed.other", "the answer to another question")
    if not county.check("feed", feed):
        raise WireError("feed.signature", "not signed by this county")
    return feed


def make_health(keys: CountyKeys, *, nonce: str, at: str) -> Health:
    """Raises WireError health.nonce."""
    if re.fullmatch(NONCE, nonce) is None:
        raise WireError("health.nonce", "8 to 64 letters, digits, - or _ are wanted")
    key = keys.signing[0]
    return key.sign_struct("health", Health(nonce=nonce, at=at, key=key.id, signature=UNSIGNED))


def read_health(data: bytes | str, county: CountyPublic, *, nonce: str) -> Health:
    """Raises WireError health.version, health.malformed, health.other, health.signature."""
    health = decode(Health, data, "health")
    if health.nonce != nonce:
        raise WireError("health.other", "the answer to another question")
    if not county.check("health", health):
        raise WireError("health.signature", "not signed by this county")
    return health


def read_enrolment(data: bytes | str, key: TerminalKey) -> Enrolment:
    """The answer to an enrolment, checked in itself: the county's keys come with it, and the line (TLS, or staff who
    compare the county key's id) is what they are trusted for. Raises WireError enrolment.*, certificate.*."""
    enrolment = decode(Enrolment, data, "enrolment")
    check_certificate(enrolment.certificate, enrolment.county)
    if enrolment.certificate.public != key.public:
        raise WireError("enrolment.other", "the certificate is for another key")
    return enrolment


def read_settings(data: bytes | str, county: CountyPublic) -> CountySettings:
    """New county settings and keys, signed by a key that was known before. Raises WireError settings.*."""
    settings = decode(CountySettings, data, "settings")
    if not county.check("settings", settings):
        raise WireError("settings.signature", "not signed by this county")
    return settings


def make_settings(
    keys: CountyKeys, county: CountyPublic, *, version: int, values: dict[str, str | int | bool], signed_by: str = ""
) -> CountySettings:
    """`signed_by`: id of an older signing key, so that terminals that know only that one learn of the new."""
    key = next((each for each in keys.signing if each.id == signed_by), keys.signing[0])
    return key.sign_struct(
        "settings", CountySettings(version=version, county=county, values=values, key=key.id, signature=UNSIGNED)
    )


def read_refusal(data: bytes | str) -> Refusal:
    """A refusal's body, or one with the code "unknown" where the answer is not the county's (a portal, a proxy)."""
    try:
        return msgspec.json.decode(data, type=Refusal)
    except NOT_JSON:
        return Refusal(code="unknown", text="")


# What POST /v1/messages can answer, and what a sender does about it. Anything else is no answer: try again later.
Outcome = Literal["acknowledged", "send_files", "again", "never"]


def outcome(status: int, code: str) -> Outcome:
    """What a status and a refusal's code mean for a message in the outbox.

    acknowledged: read the acknowledgement and check it. send_files: upload what `missing` lists, then again.
    again: later, with back-off. never: as it is it will never be taken: set it aside with the code as its reason.
    A status that is documented but comes without its documented code was not the county's: again. 403 terminal.unknown
    and terminal.revoked are about the terminal and not about this message, so it waits: again, and staff must be told.
    """
    documented: dict[tuple[int, str], Outcome] = {
        (409, "files.missing"): "send_files",
        (400, "envelope.malformed"): "never",
        (400, "envelope.version"): "never",
        (400, "envelope.digest"): "never",
        (401, "envelope.signature"): "never",
        (409, "message.conflict"): "never",
        (413, "envelope.too_large"): "never",
        (422, "body.unreadable"): "never",
    }
    return "acknowledged" if status == 200 else documented.get((status, code), "again")


def encode(value: msgspec.Struct) -> bytes:
    """The bytes of anything here, to store or send."""
    return canonical(value)

"""The closed set of what crosses. Frozen early: a new key needs a default, a new kind a new version.

Going up (each sealed to the county; only its kind is readable on the way): application, supplement, rating, complaint,
help_call, withdrawal. Coming back by itself: acknowledgement, state, catalogue notice, settings notice; nothing of
these is personal, and none names a matter or an item: a case is named by its parent's number and the item's place in
the application as it was handed in. An item's own 43-character number holds its implementing code and so says what it
is about; it is answered only to someone who asks with the receipt or the card (wire.lookup).

Every message repeats id and terminal inside the seal, so that a sealed body cannot be moved to another envelope.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from matters.application import Application, GivenMaterial, Known
from wire.canonical import KeyId, Sha256, Signature, TerminalId, Utc
from wire.uuid7 import PATTERN as UUID7_PATTERN

Kind = Literal["application", "supplement", "rating", "complaint", "help_call", "withdrawal"]

PageKind = Literal["paper", "face", "card_photo"]

MessageId = Annotated[str, Meta(pattern=UUID7_PATTERN, description="UUIDv7, RFC 9562 5.7")]
Secret = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$", description="128 random bits of the receipt, hex")]
CaseNumber = Annotated[str, Meta(pattern=r"^[0-9A-Z]{43}$", description="implementing code 31 + YYYYMMDD + serial 4")]
Text = Annotated[str, Meta(max_length=4000)]
LimitDays = Annotated[int, Meta(ge=0, le=10_000)] | None  # working days after acceptance; 0: on the spot


class CaseState(StrEnum):
    """States of a case, parent or item (GLOSSARY: 收件, 预审, 补正, 受理, 办结, 出件 …)."""

    RECEIVED = "received"
    PRE_CHECK = "pre_check"
    SUPPLEMENT_ASKED = "supplement_asked"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    SUSPENDED = "suspended"
    DECIDED_GRANTED = "decided_granted"
    DECIDED_REFUSED = "decided_refused"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    HANDED_OUT = "handed_out"


# ---------------------------------------------------------------- going up (inside the seal)


class SealedPage(Struct, frozen=True, forbid_unknown_fields=True):
    """Binds a page to its own sealed file: what the county opens must be what the person saw.

    `sha256`, `size`: of the picture's bytes; `sealed`: SHA-256 of the sealed file, as the envelope lists it. `kind`:
    paper, or face and card_photo (application.known), which are kept apart and not for as long.
    """

    sha256: Sha256
    size: Annotated[int, Meta(ge=1)]
    sealed: Sha256
    kind: PageKind = "paper"


class ItemDetail(Struct, frozen=True, forbid_unknown_fields=True):
    """What the catalogue of the visit said of an item, so that the county need not hold the same version.

    `code`: implementing code (实施编码), 31 characters, or "" where it is not known. `days`: working days after
    acceptance that were promised for it, 0 on the spot, None where nobody knows.
    """

    id: str
    title: str
    department: str = ""
    code: Annotated[str, Meta(pattern=r"^([0-9A-Z]{31})?$")] = ""
    days: LimitDays = None


class _Up(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    v: Literal[1] = 1
    id: MessageId
    terminal: TerminalId
    at: Utc
    clock_verified: bool = False
    pages: tuple[SealedPage, ...] = ()  # filled in by wire.seal, in the order of the envelope's files


class ApplicationMessage(_Up, frozen=True, tag="application"):
    """One matter of one person. `id` is the application's id. `items` tells of each of application.items, same order.

    `county_area`: GB/T 2260, six digits, of the place where the terminal stands. `days`: the limit of the whole matter
    that was told, by the policy profile of the terminal's county.
    """

    application: Application
    items: tuple[ItemDetail, ...]
    secret: Secret
    county_area: Annotated[str, Meta(pattern=r"^(\d{6})?$")] = ""
    days: LimitDays = None


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks: the receipt's secret, or a card that was read here (`known.level` card or card+photo). Or neither."""

    secret: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?$")] = ""
    known: Known | None = None


class SupplementMessage(_Up, frozen=True, tag="supplement"):
    """What the county asked for, for an application handed in before."""

    application: MessageId
    proof: Proof
    materials: tuple[GivenMaterial, ...] = ()
    note: Text = ""


class RatingMessage(_Up, frozen=True, tag="rating"):
    """好差评: five levels (5 best), reason codes, in the person's own words if they wish. `application` may be ""."""

    application: Annotated[str, Meta(pattern=f"^$|{UUID7_PATTERN}")]
    level: Annotated[int, Meta(ge=1, le=5)]
    reasons: tuple[str, ...] = ()
    note: Text = ""


class ComplaintMessage(_Up, frozen=True, tag="complaint"):
    """A complaint, or a question (`subject` question), in the person's own words. `subject`: one of
    matters.spoken.SUBJECTS, "" where none was chosen. `name` and `phone` only if the person wished to leave them."""

    application: Annotated[str, Meta(pattern=f"^$|{UUID7_PATTERN}")]
    note: Text
    name: str = ""
    phone: str = ""
    subject: str = ""


class HelpCallMessage(_Up, frozen=True, tag="help_call"):
    """Somebody called the clerk. `where` is the key of the step."""

    where: str


class WithdrawalMessage(_Up, frozen=True, tag="withdrawal"):
    """Takes an application back, or some of its items; empty `items`: all. Done only if the proof holds."""

    application: MessageId
    proof: Proof
    items: tuple[str, ...] = ()
    note: Text = ""


Message = (
    ApplicationMessage | SupplementMessage | RatingMessage | ComplaintMessage | HelpCallMessage | WithdrawalMessage
)


def kind_of(message: Message) -> Kind:
    kind: Kind = type(message).__struct_config__.tag  # type: ignore[assignment]  # msgspec types any tag as str or int
    return kind


# ---------------------------------------------------------------- coming back


class Acknowledgement(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="ack"):
    """The county has the message, durably, and could open all of it. The only thing that empties an outbox.

    Signed by the county over everything here. The same message again gets these same bytes again.
    `case`: number of the parent case, "" for a message that makes none; `cases`: how many item cases it made.
    """

    v: Literal[1] = 1
    terminal: TerminalId
    id: MessageId
    digest: Sha256
    received_at: Utc
    case: Annotated[str, Meta(pattern=r"^([0-9A-Z]{43})?$")] = ""
    cases: Annotated[int, Meta(ge=0)] = 0
    key: KeyId
    signature: Signature


class StateNotice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="state"):
    """A case's state changed. `item` 0: the parent case; n: the n-th of application.items. `at`: at the county."""

    id: MessageId
    case: CaseNumber  # of the parent
    item: Annotated[int, Meta(ge=0)]
    state: CaseState
    at: Utc


class CatalogueNotice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="catalogue"):
    """A catalogue to fetch at GET /v1/catalogue/{sha256}. Its own signature is checked when it has come."""

    version: str
    sha256: Sha256
    size: Annotated[int, Meta(ge=1)]


class SettingsNotice(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type", tag="settings"):
    """New settings or county keys to fetch at GET /v1/settings."""

    version: Annotated[int, Meta(ge=1)]


Notice = Acknowledgement | StateNotice | CatalogueNotice | SettingsNotice


class Feed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What came for a terminal after a cursor, oldest first. Signed; `after` and `terminal` are what was asked.

    Keep `cursor` in the same transaction as what was done with the notices: then each counts exactly once.
    """

    v: Literal[1] = 1
    terminal: TerminalId
    after: str
    cursor: str
    more: bool  # ask again at once
    notices: tuple[Notice, ...]
    key: KeyId
    signature: Signature


class Health(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The county, and nobody else, is at the other end: a captive portal cannot sign the nonce. `at`: county time."""

    v: Literal[1] = 1
    nonce: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{8,64}$")]
    at: Utc
    key: KeyId
    signature: Signature


class Refusal(Struct, frozen=True, kw_only=True):
    """Every refusal's body. `code` is stable and documented in openapi.yaml; `missing`: sealed files to send first."""

    code: str
    text: str
    missing: tuple[str, ...] = ()

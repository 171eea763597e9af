"""Asking the county for one's own cases: with the receipt's secret, or with a card that was read here.

The question is sealed to the county and holds a fresh age recipient; the answer is sealed to that. So a proxy that ends
TLS sees neither, a recorded question played back tells nothing, and the answer can be read only by the process that
asked, as long as it lives. Nothing of it is written anywhere on the terminal.

A typed number opens nothing: `level` must be card or card+photo, and the terminal's signature on the request is what
the county holds it to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct

from wire.canonical import Base64, KeyId, TerminalId, Utc, b64, canonical, decode, unb64
from wire.keys import AGE, SM, CountyKeys, CountyPublic
from wire.messages import CaseNumber, CaseState, LimitDays, MessageId, Secret
from wire.seal import PADDING_BYTES, suite

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class ByReceipt(Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="receipt"):
    id: MessageId
    secret: Secret


class ByCard(Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="card"):
    id_number: Annotated[str, Meta(min_length=1, max_length=40)]
    level: Literal["card", "card+photo"]


class LookupQuestion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Inside the seal. `reply_to`: recipient of the asker in the question's suite, made for this one question."""

    v: Literal[1] = 1
    terminal: TerminalId
    proof: ByReceipt | ByCard
    reply_to: Annotated[str, Meta(pattern=r"^(age1[0-9a-z]{20,90}|[A-Za-z0-9+/]{87}=)$")]


class LookupRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of POST /v1/lookup."""

    v: Literal[1] = 1
    key: KeyId
    suite: str
    body: Base64


class LookupCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case. `application`: its id; `receipt`: the 8 digits; `item` 0: the parent, whose title is the matter's.

    `days`: its limit, in working days after acceptance. `accepted`, `by`: the county's dates (YYYY-MM-DD) of acceptance
    and of the limit's last day, "" while they are not known; `late`: that day is over and it is not decided.
    """

    application: MessageId
    receipt: str
    item: Annotated[int, Meta(ge=0)]
    number: CaseNumber
    title: str
    department: str
    state: CaseState
    at: Utc
    days: LimitDays = None
    accepted: Day = ""
    by: Day = ""
    late: bool = False


class LookupAnswer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Inside the answer's seal; newest application first, its parent case before its items' cases."""

    v: Literal[1] = 1
    cases: tuple[LookupCase, ...]


class LookupResponse(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    v: Literal[1] = 1
    suite: str
    body: Base64


def by_receipt(code: str) -> ByReceipt:
    """The proof in a receipt's code. Whether the code is genuine is not asked: the secret in it opens its application
    at the county or nothing. Raises WireError receipt.*."""
    from wire.receipt import parse

    claims = parse(code).receipt().claims
    return ByReceipt(claims.id, claims.secret.hex())


@dataclass(frozen=True, repr=False)
class Asking:
    """A question under way: `body` to POST, and what opens the answer. Drop it when the visit ends."""

    body: bytes
    _identity: str

    def read(self, data: bytes | str) -> tuple[LookupCase, ...]:
        """The answer's cases. Raises WireError lookup.*, seal.unreadable."""
        response = decode(LookupResponse, data, "lookup")
        plain = suite(response.suite).open(unb64(response.body, "lookup"), [self._identity])
        return decode(LookupAnswer, plain, "lookup").cases


def ask(proof: ByReceipt | ByCard, terminal: str, county: CountyPublic, suite_name: str | None = None) -> Asking:
    """`suite_name`: as for wire.seal.seal. Raises WireError seal.suite."""
    key = county.seal_key(suite_name)
    if key.suite == SM:
        from wire.sm import new_identity

        reply_to, identity = new_identity()
    else:
        import pyrage

        made = pyrage.x25519.Identity.generate()
        reply_to, identity = str(made.to_public()), str(made)
    text = canonical(LookupQuestion(terminal=terminal, proof=proof, reply_to=reply_to))
    body = suite(key.suite).seal(_padded(text), key.recipient)
    return Asking(canonical(LookupRequest(key=key.id, suite=key.suite, body=b64(body))), identity)


def read_question(data: bytes, keys: CountyKeys) -> LookupQuestion:
    """At the county. Raises WireError lookup.*, seal.*."""
    request = decode(LookupRequest, data, "lookup")
    plain = suite(request.suite).open(unb64(request.body, "lookup"), keys.identities_for(request.key))
    return decode(LookupQuestion, plain, "lookup")


def answer(question: LookupQuestion, cases: tuple[LookupCase, ...]) -> bytes:
    """At the county: the body of the response. Raises WireError seal.recipient."""
    way = AGE if question.reply_to.startswith("age1") else SM
    body = suite(way).seal(_padded(canonical(LookupAnswer(cases=cases))), question.reply_to)
    return canonical(LookupResponse(suite=way, body=b64(body)))


def _padded(text: bytes) -> bytes:
    """Whole blocks, so that length does not tell how many cases somebody has."""
    return text + b" " * (-len(text) % PADDING_BYTES)

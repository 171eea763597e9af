"""Asking the county for one's own cases: with the receipt's secret, or with a card that was read here.

Question and answer are sealed (wire.asking). Nothing of either is written anywhere on the terminal.

A typed number opens nothing: `level` must be card or card+photo, and the terminal's signature on the request is what
the county holds it to.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from wire import asking
from wire.asking import Asking, ReplyTo
from wire.canonical import TerminalId, Utc
from wire.keys import CountyKeys, CountyPublic
from wire.messages import CaseNumber, CaseState, LimitDays, MessageId, Secret

Day = Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class ByReceipt(Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="receipt"):
    id: MessageId
    secret: Secret


class ByCard(Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="card"):
    id_number: Annotated[str, Meta(min_length=1, max_length=40)]
    level: Literal["card", "card+photo"]


class LookupQuestion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Inside the seal."""

    v: Literal[1] = 1
    terminal: TerminalId
    proof: ByReceipt | ByCard
    reply_to: ReplyTo


class LookupCase(Struct, frozen=True, kw_only=True):
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


class LookupAnswer(Struct, frozen=True, kw_only=True):
    """Inside the answer's seal; newest application first, its parent case before its items' cases."""

    v: Literal[1] = 1
    cases: tuple[LookupCase, ...]


def by_receipt(code: str) -> ByReceipt:
    """The proof in a receipt's code. Whether the code is genuine is not asked: the secret in it opens its application
    at the county or nothing. Raises WireError receipt.*."""
    from wire.receipt import parse

    claims = parse(code).receipt().claims
    return ByReceipt(claims.id, claims.secret.hex())


def ask(
    proof: ByReceipt | ByCard, terminal: str, county: CountyPublic, suite_name: str | None = None
) -> Asking[tuple[LookupCase, ...]]:
    """`suite_name`: as for wire.seal.seal. Raises WireError seal.suite; reading: lookup.*, seal.unreadable."""
    return asking.ask(
        lambda reply_to: LookupQuestion(terminal=terminal, proof=proof, reply_to=reply_to),
        county, suite_name, "lookup", LookupAnswer, lambda answer: answer.cases,
    )  # fmt: skip


def read_question(data: bytes, keys: CountyKeys) -> LookupQuestion:
    """At the county. Raises WireError lookup.*, seal.*."""
    return asking.read_question(LookupQuestion, data, keys, "lookup")


def answer(question: LookupQuestion, cases: tuple[LookupCase, ...]) -> bytes:
    """At the county: the body of the response. Raises WireError seal.recipient."""
    return asking.answer(question.reply_to, LookupAnswer(cases=cases))

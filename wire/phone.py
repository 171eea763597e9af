"""Having a phone's code checked: the electronic social card, the province's app.

Such a code lives for a minute and means nothing to anybody but the platform that made it, so a terminal only passes on
what its scanner read, and the county asks whoever can tell. Question and answer are sealed (wire.asking); neither is
written anywhere, here or there.

A code is asked about once. There is no trying again, not even where no answer came: the platform may have counted it
as used, and a question that could be repeated could be replayed. The county therefore answers `expired` when it sees a
code again; the phone makes a new one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from wire import asking
from wire.asking import Asking, ReplyTo
from wire.canonical import TerminalId
from wire.keys import CountyKeys, CountyPublic

CODE_MOST = 1024
"""Characters; those in use have under two hundred."""

PhoneCode = Annotated[
    str,
    Meta(
        min_length=1, max_length=CODE_MOST, pattern=r"^[^\x00-\x1f\x7f]+$", description="as the scanner read it, whole"
    ),
]
PhoneKind = Literal["social", "province", "other"]


class PhoneQuestion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Inside the seal."""

    v: Literal[1] = 1
    terminal: TerminalId
    code: PhoneCode
    reply_to: ReplyTo


class PhonePerson(Struct, frozen=True, tag_field="is", tag="person"):
    """Whose code it is. `id_number`: of GB 11643. `kind`: social (the electronic social card), province (the province's
    app), other."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    id_number: Annotated[str, Meta(pattern=r"^[0-9]{17}[0-9X]$")]
    kind: PhoneKind = "other"


class PhoneRefused(Struct, frozen=True, tag_field="is", tag="refused"):
    """expired: over, or asked about before · unknown: not one of theirs · not_person: theirs, and no person's with a
    citizen's number."""

    reason: Literal["expired", "unknown", "not_person"]


class PhoneUnchecked(Struct, frozen=True, tag_field="is", tag="unchecked"):
    """Nobody could tell. not_connected: this county has no one to ask · unavailable: whoever is asked did not answer as
    agreed."""

    reason: Literal["not_connected", "unavailable"]


class PhoneAnswer(Struct, frozen=True, kw_only=True):
    """Inside the answer's seal."""

    v: Literal[1] = 1
    told: PhonePerson | PhoneRefused | PhoneUnchecked


def ask(
    code: str, terminal: str, county: CountyPublic, suite_name: str | None = None
) -> Asking[PhonePerson | PhoneRefused | PhoneUnchecked]:
    """`suite_name`: as for wire.seal.seal. Raises WireError seal.suite; reading: phone.*, seal.unreadable."""
    return asking.ask(
        lambda reply_to: PhoneQuestion(terminal=terminal, code=code, reply_to=reply_to),
        county, suite_name, "phone", PhoneAnswer, lambda answer: answer.told,
    )  # fmt: skip


def can_be_asked(code: str) -> bool:
    """Whether it has the form of something to pass on: neither empty nor endless, and printable."""
    return 0 < len(code) <= CODE_MOST and code.isprintable()


def read_question(data: bytes, keys: CountyKeys) -> PhoneQuestion:
    """At the county. Raises WireError phone.*, seal.*."""
    return asking.read_question(PhoneQuestion, data, keys, "phone")


def answer(question: PhoneQuestion, told: PhonePerson | PhoneRefused | PhoneUnchecked) -> bytes:
    """At the county: the body of the response. Raises WireError seal.recipient."""
    return asking.answer(question.reply_to, PhoneAnswer(told=told))

"""A sealed question to the county, and the answer that only its asker can open.

The question is sealed to the county and holds a recipient made for it alone; the answer is sealed to that. So a proxy
that ends TLS sees neither, a recorded question played back tells nothing, and the answer can be read only by the
process that asked, as long as it lives. Length tells nothing either: both are padded to whole blocks.

What is asked strictly is what the county acts on: a question with an unknown key is refused. An answer is only shown: a
newer county may say more than this terminal knows, and what it does not know it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from wire.canonical import Base64, KeyId, b64, canonical, decode, unb64
from wire.keys import AGE, SM, CountyKeys, CountyPublic
from wire.seal import PADDING_BYTES, suite

R = TypeVar("R")
T = TypeVar("T")

ReplyTo = Annotated[
    str,
    Meta(
        pattern=r"^(age1[0-9a-z]{20,90}|[A-Za-z0-9+/]{87}=)$",
        description="recipient of the asker in the question's suite, made for this one question",
    ),
]


class SealedQuestion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of POST /v1/lookup and /v1/phone-codes. `key`: the county's key that it is sealed to."""

    v: Literal[1] = 1
    key: KeyId
    suite: str
    body: Base64


class SealedAnswer(Struct, frozen=True, kw_only=True):
    """Sealed to the question's `reply_to`."""

    v: Literal[1] = 1
    suite: str
    body: Base64


@dataclass(frozen=True, repr=False)
class Asking(Generic[R]):
    """A question under way: `body` to POST, and what reads the answer to it. Drop it when the visit ends."""

    body: bytes
    _identity: str
    _open: Callable[[bytes], R]
    _what: str

    def read(self, data: bytes | str) -> R:
        """What was answered. Raises WireError WHAT.*, seal.unreadable."""
        response = decode(SealedAnswer, data, self._what)
        return self._open(suite(response.suite).open(unb64(response.body, self._what), [self._identity]))


def ask(
    question: Callable[[str], Struct],
    county: CountyPublic,
    suite_name: str | None,
    what: str,
    kind: type[T],
    told: Callable[[T], R],
) -> Asking[R]:
    """`question`: makes it, given what it is to be answered to. `suite_name`: as for wire.seal.seal. The answer is of
    `kind`, and `told` is what its asker wants of it. Raises WireError seal.suite."""
    key = county.seal_key(suite_name)
    if key.suite == SM:
        from wire.sm import new_identity

        reply_to, identity = new_identity()
    else:
        import pyrage

        made = pyrage.x25519.Identity.generate()
        reply_to, identity = str(made.to_public()), str(made)
    body = suite(key.suite).seal(_padded(canonical(question(reply_to))), key.recipient)
    sealed = canonical(SealedQuestion(key=key.id, suite=key.suite, body=b64(body)))
    return Asking(sealed, identity, lambda plain: told(decode(kind, plain, what)), what)


def read_question(kind: type[T], data: bytes, keys: CountyKeys, what: str) -> T:
    """At the county. Raises WireError WHAT.*, seal.*."""
    request = decode(SealedQuestion, data, what)
    plain = suite(request.suite).open(unb64(request.body, what), keys.identities_for(request.key))
    return decode(kind, plain, what)


def answer(reply_to: str, told: Struct) -> bytes:
    """At the county: the body of the response. Raises WireError seal.recipient."""
    way = AGE if reply_to.startswith("age1") else SM
    body = suite(way).seal(_padded(canonical(told)), reply_to)
    return canonical(SealedAnswer(suite=way, body=b64(body)))


def _padded(text: bytes) -> bytes:
    """Whole blocks, so that length does not tell what was said."""
    return text + b" " * (-len(text) % PADDING_BYTES)

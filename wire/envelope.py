"""What is readable on the way from terminal to county: enough to route, order and acknowledge, and nothing more.

Nothing personal, not even the matter. `sequence` orders a terminal's messages when its clock cannot; `made_at` is what
the clock said and `clock_verified` whether anything had confirmed it. The signature is the terminal's, over all of it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from wire.canonical import Base64, KeyId, Sha256, Signature, TerminalId, Utc, b64, canonical, decode_exact, unb64
from wire.errors import WireError
from wire.keys import UNSIGNED, CountyKeys, SigningKey, check_struct
from wire.messages import Kind, Message, MessageId, kind_of
from wire.seal import Sealed, SealedFile, digest, unseal

MOST_FILES = 200


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`key`, `suite`: which of the county's keys the body is sealed to, and how. `body`: the sealed body, base64.

    `digest`: as wire.seal.digest makes it; with terminal and id it is what the county acknowledges.
    """

    v: Literal[1] = 1
    kind: Kind
    id: MessageId
    terminal: TerminalId
    sequence: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    made_at: Utc
    clock_verified: bool
    key: KeyId
    suite: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,32}$")]
    digest: Sha256
    files: Annotated[tuple[SealedFile, ...], Meta(max_length=MOST_FILES)]
    body: Base64
    signature: Signature


def make_envelope(sealed: Sealed, *, sequence: int, made_at: str, clock_verified: bool, key: SigningKey) -> Envelope:
    """The signed envelope. Cheap: it may be made inside the transaction that assigns the sequence number."""
    return key.sign_struct(
        "envelope",
        Envelope(
            kind=sealed.kind, id=sealed.id, terminal=sealed.terminal, sequence=sequence, made_at=made_at,
            clock_verified=clock_verified, key=sealed.key, suite=sealed.suite, digest=sealed.digest,
            files=sealed.files, body=b64(sealed.body), signature=UNSIGNED,
        ),
    )  # fmt: skip


def encode_envelope(envelope: Envelope) -> bytes:
    """The bytes to store and to POST to /v1/messages."""
    return canonical(envelope)


def decode_envelope(data: bytes) -> Envelope:
    """Raises WireError envelope.version, envelope.malformed, envelope.digest. The signature is not looked at."""
    envelope = decode_exact(Envelope, data, "envelope")
    if digest(sealed_body(envelope), envelope.files) != envelope.digest:
        raise WireError("envelope.digest", "the digest is not that of body and files")
    if len({file.sha256 for file in envelope.files}) != len(envelope.files):
        raise WireError("envelope.malformed", "a file is listed twice")
    return envelope


def sealed_body(envelope: Envelope) -> bytes:
    return unb64(envelope.body, "envelope")


def check_envelope(envelope: Envelope, public: bytes) -> None:
    """`public`: the terminal's key, 32 bytes. Raises WireError envelope.signature."""
    if not check_struct(public, "envelope", envelope):
        raise WireError("envelope.signature", "not signed by this terminal, or changed since")


def unseal_envelope(envelope: Envelope, keys: CountyKeys) -> tuple[Message, bytes]:
    """The message and its JSON as it was sealed. Raises WireError seal.*, body.*."""
    message, text = unseal(sealed_body(envelope), envelope.files, keys, envelope.key, envelope.suite)
    if (kind_of(message), message.id, message.terminal) != (envelope.kind, envelope.id, envelope.terminal):
        raise WireError("body.mismatch", "the body belongs to another envelope")
    return message, text

"""One form for one value: keys sorted, no spaces, UTF-8. What is signed is signed in this form.

For what we sign (texts, whole numbers, booleans, lists) this is the form of RFC 8785 (JCS). Pictures' strokes hold
fractions, but those are only ever inside a sealed body, whose bytes are what is digested.

Every signature covers a domain line first, so that no signed thing can be passed off as another kind of thing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, TypeVar

import msgspec

from wire.errors import WireError

T = TypeVar("T")

VERSION = 1
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: brackets without end in an unknown key


class _Versioned(msgspec.Struct, frozen=True):
    v: int


def canonical(value: object) -> bytes:
    """The canonical JSON bytes of a struct, dataclass or plain value."""
    return msgspec.json.encode(value, order="sorted")


def decode(kind: type[T], data: bytes | str, what: str) -> T:
    """Strict: exactly one JSON value of this version and kind. Raises WireError WHAT.version or WHAT.malformed.

    The text of the error says where, never what stood there.
    """
    try:
        version = msgspec.json.decode(data, type=_Versioned).v
    except NOT_JSON:
        raise WireError(f"{what}.malformed", 'not a JSON object with a version "v"') from None
    if version != VERSION:
        raise WireError(f"{what}.version", f"version {version} is not understood here; version {VERSION} is")
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else "`$`"
        raise WireError(f"{what}.malformed", f"not as described at {place}") from None
    except NOT_JSON:
        raise WireError(f"{what}.malformed", "not well-formed JSON") from None


def decode_exact(kind: type[T], data: bytes, what: str) -> T:
    """As decode, and the bytes must be the canonical ones: one meaning has one form on the wire."""
    value = decode(kind, data, what)
    if canonical(value) != data:
        raise WireError(f"{what}.malformed", "not in canonical form (sorted keys, no spaces, nothing twice)")
    return value


def signed_bytes(domain: str, value: msgspec.Struct) -> bytes:
    """What a signature covers: the domain line, then the canonical form of the struct without its `signature`."""
    fields = msgspec.to_builtins(value)
    fields.pop("signature", None)
    return b"village-terminal/" + domain.encode("ascii") + b"\n" + canonical(fields)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def unb64(text: str, what: str) -> bytes:
    """Bytes of a base64 text, in its one canonical form. Raises WireError WHAT.malformed."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WireError(f"{what}.malformed", "not base64") from None
    if b64(raw) != text:
        raise WireError(f"{what}.malformed", "not canonical base64")
    return raw


Base64 = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
KeyId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
Utc = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", description="UTC, whole seconds, e.g. 2026-03-12T02:41:00Z"
    ),
]
TerminalId = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$", description="as the county enrolled it"),
]
TerminalNumber = Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
Signature = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9+/]{86}==$", description="Ed25519 (RFC 8032), base64")]

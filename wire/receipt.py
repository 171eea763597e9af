"""The receipt: its number, its signed code, and the short check mark.

The code is a COSE_Sign1 (RFC 9052, section 4.2; tag 18) over CBOR claims, signed by the terminal with Ed25519 and
naming its key in `kid` (first 8 bytes of the SHA-256 of the public key, as the EU's digital COVID certificate does).
It is written here with cbor2 rather than through a CWT library: it takes one Sig_structure and one signature, while
`cwt` loads its JOSE and HPKE parts into the visit's process (82 ms against 10 ms) and insists on registered
claims we have no use for. Tests open our codes with `cwt` and its codes with ours.

As a QR code it reads HTTPS://COUNTY/R#CODE with CODE in base32 (RFC 4648, no padding): everything but the "#" is in
the QR alphanumeric set, so two characters take 11 bits; a phone's own camera opens the county's page; and what follows
the "#" never reaches a server's log. Base45, which the EU uses, is 6 % shorter but has characters a URL cannot hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from wire import uuid7
from wire.errors import WireError
from wire.keys import SigningKey, TerminalCertificate, check_signature

# Claim labels. Small whole numbers, ours alone (the signed thing is a receipt, not a CWT).
NUMBER, ID, MATTER, AT, DIGEST, ITEMS, SECRET, CLOCK = 1, 2, 3, 4, 5, 6, 7, 8
LABELS = {NUMBER, ID, MATTER, AT, DIGEST, ITEMS, SECRET, CLOCK}
COSE_SIGN1_TAG = 18
EDDSA = -8  # RFC 9053, section 2.2
CONTEXT = b"village-terminal/receipt\n"  # external_aad: the signature is over a receipt and nothing else
_CBOR_ERRORS = (ValueError, EOFError, OverflowError, MemoryError, RecursionError, TypeError)  # of cbor2.loads
DIGEST_BYTES = 16
SECRET_BYTES = 16


@dataclass(frozen=True, repr=False)
class Claims:
    """What the slip says. `at`: seconds since 1970 UTC by the terminal's clock; `clock_verified`: whether anything had
    confirmed that clock; `digest`: first 16 bytes of the envelope's; `secret`: 16 random bytes, the holder's proof."""

    number: str
    id: str
    matter: str
    at: int
    digest: bytes
    items: int
    secret: bytes
    clock_verified: bool = False


@dataclass(frozen=True, repr=False)
class Receipt:
    """A code as read. `kid`: hex id of the terminal's key; `mark`: the check mark. Genuine only if `verify` returned
    it, or after verify_key."""

    claims: Claims
    kid: str
    mark: str


@dataclass(frozen=True, repr=False)
class Signed:
    """The outside of a code: who is said to have signed it. What it claims is read only after the signature was
    checked, so that a changed code is called changed and not misread."""

    kid: str
    mark: str
    _payload: bytes
    _signature: bytes
    _signed: bytes

    def verify_key(self, public: bytes) -> None:
        """Raises WireError receipt.signature."""
        if not check_signature(public, self._signed, self._signature):
            raise WireError("receipt.signature", "not signed by this terminal, or changed since")

    def receipt(self) -> Receipt:
        """Raises WireError receipt.version."""
        return Receipt(_claims(self._payload), self.kid, self.mark)


def number(terminal_number: str, sequence: int) -> str:
    """The 8 digits a person can say on the phone: the terminal's four, then the message's sequence modulo 10,000.

    It needs no clock and no line and never changes. After ten thousand messages of one terminal it comes again: the id
    is what is unique, the number finds the latest.
    """
    if re.fullmatch(r"\d{4}", terminal_number) is None or sequence < 1:
        raise WireError("receipt.number", "a terminal's number has four digits and sequences start at 1")
    return f"{terminal_number}{sequence % 10_000:04d}"


def show_number(text: str) -> str:
    """3121 0047"""
    return f"{text[:4]} {text[4:]}"


def make_code(claims: Claims, key: SigningKey, public_url: str) -> str:
    """The text of the receipt's QR code. Raises WireError receipt.claims, receipt.url."""
    import cbor2

    if len(claims.digest) != DIGEST_BYTES or len(claims.secret) != SECRET_BYTES:
        raise WireError("receipt.claims", "digest and secret have 16 bytes each")
    if re.fullmatch(r"\d{8}", claims.number) is None:
        raise WireError("receipt.claims", "a number has eight digits")
    payload = cbor2.dumps(
        {
            NUMBER: int(claims.number), ID: uuid7.to_bytes(claims.id), MATTER: claims.matter, AT: claims.at,
            DIGEST: claims.digest, ITEMS: claims.items, SECRET: claims.secret, CLOCK: claims.clock_verified,
        },
        canonical=True,
    )  # fmt: skip
    protected = cbor2.dumps({1: EDDSA, 4: bytes.fromhex(key.id)}, canonical=True)
    signature = key.sign(_signed(protected, payload))
    raw = cbor2.dumps(cbor2.CBORTag(COSE_SIGN1_TAG, [protected, {}, payload, signature]), canonical=True)
    return f"{url_prefix(public_url)}{base64.b32encode(raw).decode('ascii').rstrip('=')}"


def url_prefix(public_url: str) -> str:
    """HTTPS://COUNTY/R# of a public address; "" makes the bare code. Raises WireError receipt.url.

    A path would have to be written in capitals and so would not be found: the address is scheme and host only.
    """
    if not public_url:
        return ""
    if re.fullmatch(r"(?i)https?://[a-z0-9.-]+(:\d+)?/?", public_url) is None:
        raise WireError("receipt.url", "the public address is scheme, host and port, without a path")
    return f"{public_url.rstrip('/').upper()}/R#"


def parse(text: str) -> Signed:
    """From the QR code's text or the bare code, in any case, with blanks or line breaks in it.

    Raises WireError receipt.not_one (something else), receipt.truncated (cut off or mistyped), receipt.version.
    """
    raw = _raw(text)
    import cbor2

    try:
        whole = cbor2.loads(raw)
    except _CBOR_ERRORS:
        # Every code of ours starts with tag 18 and an array of four; what starts so and does not end was cut.
        if raw[:2] == b"\xd2\x84":
            raise WireError("receipt.truncated", "a part of the code is missing") from None
        raise WireError("receipt.not_one", "not a receipt's code") from None
    if not isinstance(whole, cbor2.CBORTag) or whole.tag != COSE_SIGN1_TAG:
        raise WireError("receipt.not_one", "not a receipt's code")
    match whole.value:
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)] if not unprotected:
            pass
        case _:
            raise WireError("receipt.not_one", "not a receipt's code")
    whole_again = cbor2.dumps(cbor2.CBORTag(COSE_SIGN1_TAG, [protected, {}, payload, signature]), canonical=True)
    if whole_again != raw:
        raise WireError("receipt.truncated", "the code has more or less than a receipt's code has")
    try:
        header = cbor2.loads(protected)
    except _CBOR_ERRORS:
        raise WireError("receipt.version", "signed in a way that is not understood here") from None
    match header:
        case {1: -8, 4: bytes(kid)} if len(header) == 2 and len(kid) == 8:
            return Signed(kid.hex(), _mark(raw), payload, signature, _signed(protected, payload))
    raise WireError("receipt.version", "signed in a way that is not understood here")


def verify(text: str, certificates: Mapping[str, TerminalCertificate]) -> tuple[Receipt, TerminalCertificate]:
    """Offline: a code against known terminals (wire.keys.by_kid; check each certificate first).

    Raises WireError as parse, receipt.unknown_terminal, receipt.signature, receipt.number.
    """
    signed = parse(text)
    certificate = certificates.get(signed.kid)
    if certificate is None:
        raise WireError("receipt.unknown_terminal", "signed by a terminal that is not known here")
    signed.verify_key(certificate.public)
    receipt = signed.receipt()
    if not receipt.claims.number.startswith(certificate.number):
        raise WireError("receipt.number", "the number is not one of this terminal's")
    return receipt, certificate


def check_mark(text: str) -> str:
    """Eight characters for the foot of the slip, e.g. 7F3A-92C1: two copies of one receipt agree in it.

    It shows a slip mixed up or mistyped; what proves a slip is the signature in the code. Raises as parse does.
    """
    return _mark(_raw(text))


def _mark(raw: bytes) -> str:
    text = hashlib.sha256(raw).hexdigest()[:8].upper()
    return f"{text[:4]}-{text[4:]}"


def _raw(text: str) -> bytes:
    code = re.sub(r"\s", "", text).upper()
    if "#" in code:
        prefix, _, code = code.partition("#")
        if not prefix.endswith("/R"):
            raise WireError("receipt.not_one", "not a receipt's address")
    code = code.rstrip("=")
    if re.fullmatch(r"[A-Z2-7]+", code) is None:
        raise WireError("receipt.not_one", "not a receipt's code")
    try:
        raw = base64.b32decode(code + "=" * (-len(code) % 8))
    except (binascii.Error, ValueError):
        # Lengths 1, 3 and 6 modulo 8 are of no base32 text: characters are missing.
        raise WireError("receipt.truncated", "a part of the code is missing") from None
    if base64.b32encode(raw).decode("ascii").rstrip("=") != code:
        raise WireError("receipt.truncated", "the end of the code is damaged")
    return raw


def _signed(protected: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052, section 4.4."""
    import cbor2

    return cbor2.dumps(["Signature1", protected, CONTEXT, payload], canonical=True)


def _claims(payload: bytes) -> Claims:
    import cbor2

    try:
        claims = cbor2.loads(payload)
    except _CBOR_ERRORS:
        claims = None
    match claims:
        case {
            1: int(number_), 2: bytes(id_), 3: str(matter), 4: int(at),
            5: bytes(digest), 6: int(items), 7: bytes(secret), 8: bool(clock),
        } if (
            set(claims) == LABELS
            and 0 <= number_ < 100_000_000
            and len(digest) == DIGEST_BYTES
            and len(secret) == SECRET_BYTES
        ):  # fmt: skip
            return Claims(f"{number_:08d}", uuid7.from_bytes(id_), matter, at, digest, items, secret, clock)
    raise WireError("receipt.version", "its claims are not those understood here")

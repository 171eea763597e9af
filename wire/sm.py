"""The second way to seal: SM2 (GB/T 32918) for the key, SM4-GCM (GB/T 32907) for the content, SM3 (GB/T 32905) within.

The container is CMS AuthEnvelopedData (RFC 5083) in DER, with the Chinese standards' own object identifiers: written
down in docs/sm-suite.md, because the enveloped data of GB/T 35275 (GM/T 0010) knows no authenticated encryption and no
kept library writes either. SM2 comes from GmSSL (gmssl_pyx), SM4-GCM and SM3 from OpenSSL (cryptography); DER from
cryptography's asn1. Tests open what is written here with the openssl program and with gmssl, and the other way round.

A recipient is written as the base64 of its uncompressed point (65 bytes); a private key lies in a PEM file (PKCS #8) as
`openssl genpkey -algorithm SM2` writes it.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Sequence
from typing import Annotated, Any, cast

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509 import ObjectIdentifier

from wire.errors import WireError

AUTH_ENVELOPED = ObjectIdentifier("1.2.840.113549.1.9.16.1.23")  # id-ct-authEnvelopedData, RFC 5083
DATA = ObjectIdentifier("1.2.840.113549.1.7.1")  # id-data, RFC 5652
SM2_ENCRYPTION = ObjectIdentifier("1.2.156.10197.1.301.3")  # GM/T 0006
SM4_GCM = ObjectIdentifier("1.2.156.10197.1.104.8")  # GM/T 0006
EC_KEY, SM2_CURVE = ObjectIdentifier("1.2.840.10045.2.1"), ObjectIdentifier("1.2.156.10197.1.301")
_KEY, _NONCE, _TAG = 16, 12, 16

Random = Callable[[int], bytes]


@asn1.sequence
class GcmParameters:
    """RFC 5084; the length of the check value is always written."""

    nonce: bytes
    length: int


@asn1.sequence
class ContentAlgorithm:
    algorithm: ObjectIdentifier
    parameters: GcmParameters


@asn1.sequence
class KeyAlgorithm:
    algorithm: ObjectIdentifier


@asn1.sequence
class KeyTransport:
    """KeyTransRecipientInfo, RFC 5652 6.2.1, version 2: the recipient by its key's identifier."""

    version: int
    identifier: Annotated[bytes, asn1.Implicit(0)]
    algorithm: KeyAlgorithm
    key: bytes


@asn1.sequence
class Content:
    """EncryptedContentInfo, RFC 5652 6.1."""

    kind: ObjectIdentifier
    algorithm: ContentAlgorithm
    encrypted: Annotated[bytes, asn1.Implicit(0)]


@asn1.sequence
class AuthEnveloped:
    """RFC 5083, 2.1; no attributes, so nothing beside the content is authenticated."""

    version: int
    recipients: asn1.SetOf[KeyTransport]
    content: Content
    mac: bytes


@asn1.sequence
class Whole:
    """ContentInfo, RFC 5652, 3."""

    kind: ObjectIdentifier
    content: Annotated[AuthEnveloped, asn1.Explicit(0)]


@asn1.sequence
class CurveAlgorithm:
    algorithm: ObjectIdentifier
    curve: ObjectIdentifier


@asn1.sequence
class PrivateKeyInfo:
    version: int
    algorithm: CurveAlgorithm
    key: bytes


@asn1.sequence
class EcPrivateKey:
    """RFC 5915, as openssl writes it inside PKCS #8."""

    version: int
    key: bytes
    public: Annotated[asn1.BitString, asn1.Explicit(1)]


def _decode(kind: Any, data: bytes) -> Any:
    try:
        return asn1.decode_der(kind, data)
    except (ValueError, TypeError):
        return None


# ---------------------------------------------------------------- sealing


def sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def identifier(point: bytes) -> bytes:
    """A recipient's key identifier: the first 20 bytes of the SM3 of its uncompressed point."""
    return sm3(point)[:20]


def seal(plain: bytes, recipient: str, random: Random = os.urandom) -> bytes:
    """Raises WireError seal.recipient."""
    import gmssl_pyx

    point = _point(recipient)
    key, nonce = random(_KEY), random(_NONCE)
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encrypted = cipher.update(plain) + cipher.finalize()
    try:
        sealed_key: bytes = gmssl_pyx.sm2_encrypt(point[1:], key)
    except gmssl_pyx.GmsslInnerError:
        raise WireError("seal.recipient", "not a point of the SM2 curve") from None
    transport = KeyTransport(
        version=2, identifier=identifier(point), algorithm=KeyAlgorithm(algorithm=SM2_ENCRYPTION), key=sealed_key
    )
    content = Content(
        kind=DATA,
        algorithm=ContentAlgorithm(algorithm=SM4_GCM, parameters=GcmParameters(nonce=nonce, length=_TAG)),
        encrypted=encrypted,
    )
    made = AuthEnveloped(version=0, recipients=asn1.SetOf([transport]), content=content, mac=cipher.tag)
    return asn1.encode_der(Whole(kind=AUTH_ENVELOPED, content=made))


def open_sealed(sealed: bytes, identities: Sequence[str]) -> bytes:
    """`identities`: private keys as PEM texts. Raises WireError seal.unreadable."""
    import gmssl_pyx

    whole = _decode(Whole, sealed)
    if (
        whole is None
        or (whole.kind, whole.content.version, whole.content.content.kind) != (AUTH_ENVELOPED, 0, DATA)
        or whole.content.content.algorithm.algorithm != SM4_GCM
        or asn1.encode_der(whole) != sealed  # one meaning has one form
    ):
        raise WireError("seal.unreadable", "not sealed in this way, or damaged")
    made, parameters = whole.content, whole.content.content.algorithm.parameters
    if parameters.length != _TAG or len(made.mac) != _TAG or len(parameters.nonce) != _NONCE:
        raise WireError("seal.unreadable", "its check value is not as it should be")
    for text in identities:
        private, point = read_private(text)
        for recipient in made.recipients.as_list():
            if (recipient.version, recipient.identifier, recipient.algorithm.algorithm) != (
                2, identifier(point), SM2_ENCRYPTION,
            ):  # fmt: skip
                continue
            try:
                key = gmssl_pyx.sm2_decrypt(private, recipient.key)
                cipher = Cipher(algorithms.SM4(key), modes.GCM(parameters.nonce, made.mac)).decryptor()
                return cipher.update(made.content.encrypted) + cipher.finalize()
            except (gmssl_pyx.GmsslInnerError, InvalidTag, ValueError, UnsupportedAlgorithm):
                continue
    raise WireError("seal.unreadable", "does not open with this key, or is damaged")


def _point(recipient: str) -> bytes:
    try:
        point = base64.b64decode(recipient, validate=True)
    except (binascii.Error, ValueError):
        point = b""
    if len(point) != 65 or point[0] != 4:
        raise WireError("seal.recipient", "not an uncompressed SM2 point in base64")
    return point


# ---------------------------------------------------------------- keys


def new_identity() -> tuple[str, str]:
    """(recipient, private key as a PEM text)."""
    import gmssl_pyx

    public, private = gmssl_pyx.sm2_key_generate()
    point = b"\x04" + public
    inner = EcPrivateKey(version=1, key=private, public=asn1.BitString(data=point, padding_bits=0))
    info = PrivateKeyInfo(
        version=0, algorithm=CurveAlgorithm(algorithm=EC_KEY, curve=SM2_CURVE), key=asn1.encode_der(inner)
    )
    body = base64.encodebytes(asn1.encode_der(info)).decode("ascii").replace("\n", "")
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return base64.b64encode(point).decode("ascii"), f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


def read_private(text: str) -> tuple[bytes, bytes]:
    """(private key of 32 bytes, uncompressed point of 65) of a PEM text. Raises WireError key.malformed."""
    body = "".join(line for line in text.splitlines() if line and not line.startswith("-----"))
    try:
        info = _decode(PrivateKeyInfo, base64.b64decode(body, validate=True))
    except (binascii.Error, ValueError):
        info = None
    inner = _decode(EcPrivateKey, info.key) if info is not None else None
    if inner is None or info.algorithm.curve != SM2_CURVE or len(inner.key) != 32:
        raise WireError("key.malformed", "not an SM2 private key in PEM (PKCS #8)")
    return cast("bytes", inner.key), bytes(inner.public.as_bytes())


def recipient_of(text: str) -> str:
    return base64.b64encode(read_private(text)[1]).decode("ascii")

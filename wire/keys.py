"""Keys: the terminal's (Ed25519), the county's (age identities to open, Ed25519 to sign), and the certificate between.

A key's id is the first 16 hex digits of the SHA-256 of its public half (age: of the recipient's text). A county may
hold several of each: the newest is used, the older ones still open and check what was made before a rotation.
Private halves lie in files of mode 0600 and a file that others can read is refused. Randomness comes from the
operating system inside `cryptography` and `pyrage`; tests pass seeds.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from wire.canonical import Base64, KeyId, Signature, TerminalId, TerminalNumber, Utc, b64, signed_bytes, unb64
from wire.errors import WireError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

S = TypeVar("S", bound=Struct)
AGE, SM = "age-x25519", "sm2-sm4gcm"
"""The ways to seal (wire.seal.SUITES)."""
UNSIGNED = "A" * 86 + "=="  # stands in `signature` until it is signed


def key_id(public: bytes) -> str:
    """The id of a public key's bytes: 16 hex digits."""
    return hashlib.sha256(public).hexdigest()[:16]


def write_private(path: Path, data: bytes) -> None:
    """A new file, readable by its owner only, durable before its name appears. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise FileExistsError(path)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_private(path: Path) -> bytes:
    """Raises WireError key.missing, key.permissions."""
    try:
        if path.stat().st_mode & 0o077:
            raise WireError("key.permissions", f"{path.name} can be read by others; its mode must be 0600")
        return path.read_bytes()
    except FileNotFoundError:
        raise WireError("key.missing", f"{path.name} is not there") from None


@dataclass(frozen=True, repr=False)
class SigningKey:
    """An Ed25519 private key (RFC 8032)."""

    _key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.id})"

    @classmethod
    def generate(cls, seed: bytes | None = None) -> SigningKey:
        """A new key; `seed` (32 bytes) only for tests."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate() if seed is None else Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def load(cls, path: Path) -> SigningKey:
        """From a PEM file (PKCS #8). Raises WireError key.missing, key.permissions, key.malformed."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        data = read_private(path)
        try:
            key = load_pem_private_key(data, None)
        except (ValueError, TypeError):
            raise WireError("key.malformed", f"{path.name} is not an unencrypted PEM private key") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise WireError("key.malformed", f"{path.name} does not hold an Ed25519 key")
        return cls(key)

    def save(self, path: Path) -> None:
        """Raises FileExistsError: a key is never written over."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        write_private(path, self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return self._key.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return key_id(self.public)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def sign_struct(self, domain: str, value: S) -> S:
        """The struct with its `signature` filled in. A `key` in it is the caller's to fill."""
        return msgspec.structs.replace(value, signature=b64(self.sign(signed_bytes(domain, value))))


class TerminalKey(SigningKey):
    """The terminal's own key. Made once, on the terminal; its private half never leaves it."""

    @classmethod
    def create(cls, path: Path, seed: bytes | None = None) -> TerminalKey:
        """Make and save a key. Raises FileExistsError."""
        key = cls(SigningKey.generate(seed)._key)
        key.save(path)
        return key

    @classmethod
    def load(cls, path: Path) -> TerminalKey:
        return cls(SigningKey.load(path)._key)

    @classmethod
    def load_or_create(cls, path: Path) -> TerminalKey:
        return cls.load(path) if path.exists() else cls.create(path)


def check_signature(public: bytes, data: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature is right."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_struct(public: bytes, domain: str, value: Struct) -> bool:
    """Whether a struct's `signature` is right, as sign_struct made it."""
    signature = getattr(value, "signature", "")
    try:
        raw = unb64(signature, domain)
    except WireError:
        return False
    return check_signature(public, signed_bytes(domain, value), raw)


# ---------------------------------------------------------------- what the terminal knows of its county


class VerifyKey(Struct, frozen=True, forbid_unknown_fields=True):
    """A public Ed25519 key; `public`: 32 bytes, base64."""

    id: KeyId
    public: Base64


class SealKey(Struct, frozen=True, forbid_unknown_fields=True):
    """What to encrypt to. `suite` names the way (wire.seal.SUITES); `recipient` in that suite's own writing."""

    id: KeyId
    suite: str
    recipient: str


class CountyPublic(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The public halves of a county's keys. Of each suite, the first of `seal` is the one to seal to."""

    v: Literal[1] = 1
    name: str
    area: Annotated[str, Meta(pattern=r"^\d{6}$")]
    public_url: str  # what a resident's phone opens; used in receipt codes
    seal: Annotated[tuple[SealKey, ...], Meta(min_length=1)]
    verify: Annotated[tuple[VerifyKey, ...], Meta(min_length=1)]

    def seal_key(self, suite: str | None = None) -> SealKey:
        """The key to seal to, of that suite (age where none is named). Raises WireError seal.suite."""
        for key in self.seal:
            if key.suite == (suite or AGE):
                return key
        raise WireError("seal.suite", "the county has no key of that suite")

    def check(self, domain: str, value: Struct) -> bool:
        """Whether one of the county's keys signed a struct that names its key in `key`."""
        wanted = getattr(value, "key", "")
        return any(
            check_struct(unb64(key.public, "key"), domain, value)
            for key in self.verify
            if key.id == wanted and key.id == key_id(unb64(key.public, "key"))
        )


class TerminalCertificate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The county says: this key is that terminal's. `number`: four digits, the front half of its receipt numbers."""

    v: Literal[1] = 1
    terminal: TerminalId
    number: TerminalNumber
    public_key: Base64
    valid_from: Utc
    valid_to: Utc
    key: KeyId
    signature: Signature

    @property
    def public(self) -> bytes:
        return unb64(self.public_key, "certificate")

    @property
    def kid(self) -> str:
        """The id of the terminal's key, as receipt codes name it."""
        return key_id(self.public)


def certify(
    county: SigningKey, *, terminal: str, number: str, public: bytes, valid_from: str, valid_to: str
) -> TerminalCertificate:
    return county.sign_struct(
        "certificate",
        TerminalCertificate(
            terminal=terminal, number=number, public_key=b64(public), valid_from=valid_from, valid_to=valid_to,
            key=county.id, signature=UNSIGNED,
        ),
    )  # fmt: skip


def check_certificate(certificate: TerminalCertificate, county: CountyPublic, now: str | None = None) -> None:
    """`now`: UTC text, or None where the clock cannot be trusted. Raises WireError certificate.*."""
    if not county.check("certificate", certificate):
        raise WireError("certificate.signature", "not signed by this county")
    if now is not None and not certificate.valid_from <= now <= certificate.valid_to:
        raise WireError("certificate.expired", "not valid at this time")


class EnrolRequest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Body of POST /v1/terminals. `signature`, by the new key, shows that the asker has its private half."""

    v: Literal[1] = 1
    token: Annotated[str, Meta(min_length=16, max_length=128)]
    public_key: Base64
    signature: Signature


class Enrolment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answer of POST /v1/terminals, and what the terminal keeps (terminal.json)."""

    v: Literal[1] = 1
    certificate: TerminalCertificate
    county: CountyPublic


class CountySettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answer of GET /v1/settings: what the county tells all its terminals. `values`: settings by dotted key."""

    v: Literal[1] = 1
    version: Annotated[int, Meta(ge=1)]
    county: CountyPublic
    values: dict[str, str | int | bool]
    key: KeyId
    signature: Signature


def enrol_request(token: str, key: SigningKey) -> EnrolRequest:
    return key.sign_struct("enrol", EnrolRequest(token=token, public_key=b64(key.public), signature=UNSIGNED))


# ---------------------------------------------------------------- the county's own keys


@dataclass(frozen=True, repr=False)
class CountyKeys:
    """The private halves, of each suite the newest first. `identities`: age identities in their own writing
    (AGE-SECRET-KEY-1…), SM2 keys as PEM texts."""

    signing: tuple[SigningKey, ...]
    identities: tuple[tuple[SealKey, str], ...]

    def __repr__(self) -> str:
        return f"CountyKeys(signing={self.signing[0].id}, seal={self.identities[0][0].id})"

    @classmethod
    def create(cls, folder: Path, stamp: str, sm: bool = False) -> CountyKeys:
        """New keys beside those in the folder. `stamp` (e.g. 20260312T024100Z) orders the files: the last is newest.
        `sm`: one of the second suite too."""
        if sm:
            cls.add_sm(folder, stamp)
        seal, identity = new_age_identity()
        write_private(folder / f"seal-{stamp}-{seal.id}.txt", age_identity_file(seal, identity, stamp))
        signing = SigningKey.generate()
        signing.save(folder / f"sign-{stamp}-{signing.id}.pem")
        return cls.load(folder)

    @staticmethod
    def add_sm(folder: Path, stamp: str) -> None:
        """A key of the second suite beside the others."""
        from wire.sm import new_identity

        recipient, pem = new_identity()
        write_private(folder / f"seal-{stamp}-{key_id(recipient.encode())}.pem", pem.encode("ascii"))

    @classmethod
    def load(cls, folder: Path) -> CountyKeys:
        """Raises WireError key.*."""
        signing = [SigningKey.load(path) for path in sorted(folder.glob("sign-*.pem"), reverse=True)]
        identities = [load_age_identity(path) for path in sorted(folder.glob("seal-*.txt"), reverse=True)]
        identities += [load_sm_identity(path) for path in sorted(folder.glob("seal-*.pem"), reverse=True)]
        if not signing or not identities:
            raise WireError("key.missing", "the county has no keys; make them first")
        return cls(tuple(signing), tuple(identities))

    def public(self, name: str, area: str, public_url: str) -> CountyPublic:
        return CountyPublic(
            name=name, area=area, public_url=public_url,
            seal=tuple(seal for seal, _ in self.identities),
            verify=tuple(VerifyKey(key.id, b64(key.public)) for key in self.signing),
        )  # fmt: skip

    def identities_for(self, key: str) -> tuple[str, ...]:
        """The identities to try for a body sealed to a key id. Raises WireError seal.key_unknown."""
        found = tuple(identity for seal, identity in self.identities if seal.id == key)
        if not found:
            raise WireError("seal.key_unknown", "sealed to a key that is not held here")
        return found


def new_age_identity() -> tuple[SealKey, str]:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    return SealKey(key_id(recipient.encode()), AGE, recipient), str(identity)


def age_identity_file(seal: SealKey, identity: str, stamp: str) -> bytes:
    """As `age-keygen` writes it, so that `age -d -i FILE` opens what was sealed."""
    return f"# created: {stamp}\n# public key: {seal.recipient}\n{identity}\n".encode()


def load_age_identity(path: Path) -> tuple[SealKey, str]:
    import pyrage

    lines = read_private(path).decode("ascii", "replace").splitlines()
    identities = [line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    try:
        (text,) = identities
        recipient = str(pyrage.x25519.Identity.from_str(text).to_public())
    except (ValueError, pyrage.IdentityError):
        raise WireError("key.malformed", f"{path.name} does not hold one age identity") from None
    return SealKey(key_id(recipient.encode()), AGE, recipient), text


def load_sm_identity(path: Path) -> tuple[SealKey, str]:
    from wire.sm import recipient_of

    text = read_private(path).decode("ascii", "replace")
    try:
        recipient = recipient_of(text)
    except WireError:
        raise WireError("key.malformed", f"{path.name} does not hold an SM2 private key in PEM") from None
    return SealKey(key_id(recipient.encode()), SM, recipient), text


def by_kid(certificates: Iterable[TerminalCertificate]) -> dict[str, TerminalCertificate]:
    """Certificates by the id of the terminal's key; of several for one key the one that is valid longest."""
    found: dict[str, TerminalCertificate] = {}
    for certificate in sorted(certificates, key=lambda each: each.valid_to):
        found[certificate.kid] = certificate
    return found

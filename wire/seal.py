"""Encryption to the county: age (age-encryption.org/v1, X25519 recipient) through pyrage, or, where a setting says so,
SM2 with SM4-GCM and SM3 (wire.sm, docs/sm-suite.md). The suite is named in the clear part of the envelope.

The body and each page are a sealed file of their own: pages can be resumed and stored one by one, and any program that
speaks age (or CMS with SM2) opens them with the county's key file.

The body's JSON is padded with spaces to whole blocks: otherwise its length would tell a listener which matter it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from matters.application import GivenMaterial, Known
from wire.canonical import Sha256, canonical, decode
from wire.errors import WireError
from wire.keys import AGE, SM, CountyKeys, CountyPublic
from wire.messages import ApplicationMessage, Kind, Message, PageKind, SealedPage, SupplementMessage, kind_of

PADDING_BYTES = 4096


class SealedFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed file as the envelope lists it: SHA-256 and size in bytes of the sealed bytes."""

    sha256: Sha256
    size: Annotated[int, Meta(ge=1)]


@dataclass(frozen=True)
class Suite:
    """A way to seal. `seal(plain, recipient)`, `open(sealed, identities)`; open raises WireError seal.unreadable."""

    seal: Callable[[bytes, str], bytes]
    open: Callable[[bytes, Sequence[str]], bytes]


def _age_seal(plain: bytes, recipient: str) -> bytes:
    import pyrage

    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise WireError("seal.recipient", "not an age X25519 recipient") from None
    sealed: bytes = pyrage.encrypt(plain, [to])
    return sealed


def _age_open(sealed: bytes, identities: Sequence[str]) -> bytes:
    import pyrage

    try:
        held = [pyrage.x25519.Identity.from_str(text) for text in identities]
        plain: bytes = pyrage.decrypt(sealed, held)
    except (pyrage.DecryptError, pyrage.IdentityError):
        raise WireError("seal.unreadable", "does not open with this key, or is damaged") from None
    return plain


def _sm_seal(plain: bytes, recipient: str) -> bytes:
    from wire import sm  # loaded only where it is used: it brings a library of its own

    return sm.seal(plain, recipient)


def _sm_open(sealed: bytes, identities: Sequence[str]) -> bytes:
    from wire import sm

    return sm.open_sealed(sealed, identities)


SUITES: Mapping[str, Suite] = {AGE: Suite(_age_seal, _age_open), SM: Suite(_sm_seal, _sm_open)}


def suite(name: str) -> Suite:
    """Raises WireError seal.suite."""
    try:
        return SUITES[name]
    except KeyError:
        raise WireError("seal.suite", "this way of sealing is not known here") from None


@dataclass(frozen=True, repr=False)
class Sealed:
    """A message that can no longer be read here. `files[i]` describes `blobs[i]`, the bytes to store and upload."""

    kind: Kind
    id: str
    terminal: str
    key: str
    suite: str
    body: bytes
    files: tuple[SealedFile, ...]
    blobs: tuple[bytes, ...]
    digest: str


def digest(body: bytes, files: Sequence[SealedFile]) -> str:
    """What is acknowledged: SHA-256 (hex) of "village-terminal/digest\\n", SHA-256 of the sealed body, and for each
    sealed file in order its SHA-256 (32 bytes) and size (8 bytes, big-endian)."""
    sums = hashlib.sha256(b"village-terminal/digest\n")
    sums.update(hashlib.sha256(body).digest())
    for file in files:
        sums.update(bytes.fromhex(file.sha256))
        sums.update(file.size.to_bytes(8, "big"))
    return sums.hexdigest()


def pages_named(message: Message) -> dict[str, PageKind]:
    """SHA-256 and kind of every page that a message speaks of, each once: of its materials in their order, then the
    picture of the person and that of their card."""
    known: Known | None = None
    materials: tuple[GivenMaterial, ...] = ()
    match message:
        case ApplicationMessage(application=application):
            known, materials = application.known, application.materials
        case SupplementMessage():
            materials = message.materials
    named: dict[str, PageKind] = {page.sha256: "paper" for material in materials for page in material.pages}
    if known is not None:
        named |= {page.sha256: "face" for page in known.face}
        named |= {page.sha256: "card_photo" for page in known.card_photo}
    return named


@dataclass(frozen=True, repr=False)
class PageReady:
    """A page that was sealed ahead, to the county's key `key`. `size`: of the picture, in bytes."""

    key: str
    size: int
    file: SealedFile
    blob: bytes


def seal_page(page: bytes, county: CountyPublic, suite_name: str | None = None) -> PageReady:
    """Seal one page: what takes longest of handing in, done when the picture is taken. Raises WireError seal.*."""
    key = county.seal_key(suite_name)
    blob = suite(key.suite).seal(page, key.recipient)
    return PageReady(key.id, len(page), SealedFile(hashlib.sha256(blob).hexdigest(), len(blob)), blob)


def seal(
    message: Message,
    pages: Sequence[bytes],
    county: CountyPublic,
    suite_name: str | None = None,
    each: Callable[[str, bytes], None] = lambda _name, _blob: None,
    ready: Mapping[str, PageReady] = MappingProxyType({}),
) -> Sealed:
    """Seal a message and its pages (pictures' bytes). Blocks for milliseconds; call it in a thread. `each` is told
    every sealed page as soon as it is there, with the SHA-256 of its bytes. `ready`: pages that were sealed ahead, by
    their SHA-256; they need not be among `pages`, unless they were sealed to another key than the present one.

    Raises WireError seal.pages if the pages are not those that the message names, seal.suite, seal.recipient.
    """
    key = county.seal_key(suite_name)
    way = suite(key.suite)
    plain = {hashlib.sha256(page).hexdigest(): page for page in pages}
    named = pages_named(message)
    ready = {name: page for name, page in ready.items() if page.key == key.id and name in named}
    if named.keys() != plain.keys() | ready.keys():
        raise WireError("seal.pages", "the pages are not those that the message names")
    done: list[PageReady] = []
    for name in named:
        page = ready[name] if name in ready else seal_page(plain[name], county, suite_name)
        each(page.file.sha256, page.blob)
        done.append(page)
    files, blobs = tuple(page.file for page in done), tuple(page.blob for page in done)
    manifest = tuple(
        SealedPage(name, page.size, page.file.sha256, kind)
        for (name, kind), page in zip(named.items(), done, strict=True)
    )
    text = canonical(msgspec.structs.replace(message, pages=manifest))
    text += b" " * (-len(text) % PADDING_BYTES)
    body = way.seal(text, key.recipient)
    return Sealed(
        kind_of(message),
        message.id,
        message.terminal,
        key.id,
        key.suite,
        body,
        tuple(files),
        tuple(blobs),
        digest(body, files),
    )


def unseal(
    body: bytes, files: Sequence[SealedFile], keys: CountyKeys, key: str, suite_name: str
) -> tuple[Message, bytes]:
    """The message in a sealed body, and its JSON as it was sealed. Raises WireError seal.* or body.*.

    That message, kind, id and terminal are the envelope's is checked by wire.envelope.unseal_envelope.
    """
    text = suite(suite_name).open(body, keys.identities_for(key)).rstrip(b" ")
    message: Message = decode(Message, text, "body")  # type: ignore[arg-type]  # a union is a type to msgspec
    if [page.sealed for page in message.pages] != [file.sha256 for file in files]:
        raise WireError("body.files", "the sealed files are not those of the body")
    return message, text


def unseal_page(blob: bytes, page: SealedPage, keys: CountyKeys, key: str, suite_name: str) -> bytes:
    """The picture's bytes in a sealed file. Raises WireError seal.*, body.page if it is not the page that was seen."""
    if hashlib.sha256(blob).hexdigest() != page.sealed:
        raise WireError("body.page", "not the sealed file that the body names")
    plain = suite(suite_name).open(blob, keys.identities_for(key))
    if hashlib.sha256(plain).hexdigest() != page.sha256 or len(plain) != page.size:
        raise WireError("body.page", "the page is not the one that was handed in")
    return plain

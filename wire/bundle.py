"""A catalogue as one file that a county signs: what is in it, by content; whose it is; which of two is newer.

    village-catalogue\\n
    {manifest in canonical JSON}\\n
    zlib stream (RFC 1950) of the files' bytes, one after another in the manifest's order

The manifest lists every file with its SHA-256 and is what the signature covers (Ed25519, domain "bundle"); the bundle
as a whole goes by the SHA-256 of its bytes. The same folder packed twice gives the same bytes. Line or stick: only the
signature counts.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from wire.canonical import KeyId, Sha256, Signature, canonical, decode_exact
from wire.errors import WireError
from wire.keys import UNSIGNED, CountyPublic, SigningKey

MAGIC = b"village-catalogue\n"
NO_KEY = "0" * 16  # stands in `key` until it is signed
BUNDLE_BYTES_MOST = 16_000_000
CONTENT_BYTES_MOST = 32_000_000  # as config.catalogue reads at most
MANIFEST_BYTES_MOST = 2_000_000
FILES_MOST = 5_000
VERSION = r"^\d{1,9}(\.\d{1,9}){0,3}$"


class BundleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """`path`: within the catalogue's folder, with /. Nothing but .yaml is carried."""

    path: Annotated[str, Meta(min_length=6, max_length=200, pattern=r"^[^/\\\x00-\x1f]+(/[^/\\\x00-\x1f]+)*\.yaml$")]
    sha256: Sha256
    size: Annotated[int, Meta(ge=0, le=CONTENT_BYTES_MOST)]


class Manifest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`name`: the catalogue's own; `version`: whole numbers with dots, compared as numbers (2026.9 before 2026.11)."""

    v: Literal[1] = 1
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    version: Annotated[str, Meta(pattern=VERSION)]
    files: Annotated[tuple[BundleFile, ...], Meta(min_length=1, max_length=FILES_MOST)]
    key: KeyId
    signature: Signature


@dataclass(frozen=True)
class Bundle:
    """A bundle whose every file is what its manifest says. Whose it is, `check_bundle` says."""

    manifest: Manifest
    contents: Mapping[str, bytes]

    @property
    def version(self) -> str:
        return self.manifest.version

    @property
    def signed(self) -> bool:
        return self.manifest.key != NO_KEY


def order(version: str) -> tuple[int, ...]:
    """What versions are compared by. Raises WireError bundle.version for a text that is none."""
    if re.fullmatch(VERSION, version, re.ASCII) is None:
        raise WireError("bundle.version", "a version is whole numbers with dots between, like 2026.11.1")
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def pack(name: str, version: str, contents: Mapping[str, bytes]) -> bytes:
    """An unsigned bundle. Raises WireError bundle.*."""
    order(version)
    files = tuple(
        BundleFile(path, hashlib.sha256(contents[path]).hexdigest(), len(contents[path])) for path in sorted(contents)
    )
    manifest = Manifest(name=name, version=version, files=files, key=NO_KEY, signature=UNSIGNED)
    stream = zlib.compress(b"".join(contents[file.path] for file in files), 9)
    made = _join(manifest, stream)
    read_bundle(made)  # what cannot be read again is not handed out
    return made


def sign_bundle(data: bytes, key: SigningKey) -> bytes:
    """The bundle with this key's signature, instead of whatever signature it had. Raises WireError bundle.*."""
    manifest, stream = _split(data)
    _contents(manifest, stream)
    return _join(key.sign_struct("bundle", msgspec.structs.replace(manifest, key=key.id)), stream)


def read_bundle(data: bytes) -> Bundle:
    """Raises WireError bundle.malformed, bundle.too_large, bundle.damaged. The signature is not looked at."""
    manifest, stream = _split(data)
    return Bundle(manifest, _contents(manifest, stream))


def check_bundle(bundle: Bundle, county: CountyPublic) -> None:
    """Raises WireError bundle.unsigned, bundle.signature: not this county's word."""
    if not bundle.signed:
        raise WireError("bundle.unsigned", "nobody has signed it")
    if not county.check("bundle", bundle.manifest):
        raise WireError("bundle.signature", "not signed by this county")


def _join(manifest: Manifest, stream: bytes) -> bytes:
    return MAGIC + canonical(manifest) + b"\n" + stream


def _split(data: bytes) -> tuple[Manifest, bytes]:
    if len(data) > BUNDLE_BYTES_MOST:
        raise WireError("bundle.too_large", f"over {BUNDLE_BYTES_MOST} bytes")
    if not data.startswith(MAGIC):
        raise WireError("bundle.malformed", "not a catalogue bundle")
    end = data.find(b"\n", len(MAGIC), len(MAGIC) + MANIFEST_BYTES_MOST)
    if end < 0:
        raise WireError("bundle.malformed", "cut short, or no manifest")
    manifest = decode_exact(Manifest, data[len(MAGIC) : end], "bundle")
    paths = [file.path for file in manifest.files]
    if paths != sorted(set(paths)) or any(part.startswith(".") for path in paths for part in path.split("/")):
        raise WireError("bundle.malformed", "its files are not in order, or stand outside its folder")
    return manifest, data[end + 1 :]


def _contents(manifest: Manifest, stream: bytes) -> dict[str, bytes]:
    total = sum(file.size for file in manifest.files)
    if total > CONTENT_BYTES_MOST:
        raise WireError("bundle.too_large", f"over {CONTENT_BYTES_MOST} bytes of files")
    unpacking = zlib.decompressobj()
    try:
        whole = unpacking.decompress(stream, total + 1)
    except zlib.error:
        raise WireError("bundle.damaged", "its content does not unpack") from None
    if len(whole) != total or not unpacking.eof or unpacking.unused_data:
        raise WireError("bundle.damaged", "its content is longer or shorter than its manifest says")
    found: dict[str, bytes] = {}
    start = 0
    for file in manifest.files:
        found[file.path] = whole[start : start + file.size]
        start += file.size
        if hashlib.sha256(found[file.path]).hexdigest() != file.sha256:
            raise WireError("bundle.damaged", "a file is not what the manifest says")
    return found

"""Signature headers of a terminal's requests: RFC 9421 (HTTP message signatures) with Ed25519, RFC 9530 digests.

One fixed form of the RFC: covered are "@method", "@request-target" and, where there is one, "content-digest" or, for a
tus PATCH, "upload-offset" (its body may break off anywhere and what arrived is kept; the file's SHA-256 is in the
signed target, /v1/files/SHA256, and is checked when the file is whole). `created` is what the clock says and is not
judged: a terminal's clock may be wrong by years. A replayed request does no harm: everything that changes anything is
idempotent, and what is personal is sealed to a key that only the asker has (wire.lookup).

POST /v1/messages needs none: the envelope is signed itself, and a courier may bring it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

from wire.canonical import unb64
from wire.errors import WireError
from wire.keys import SigningKey, check_signature

LABEL = "terminal"


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def sign_request(
    key: SigningKey, terminal: str, method: str, target: str, *, created: int, body: bytes | None = None,
    upload_offset: int | None = None,
) -> dict[str, str]:  # fmt: skip
    """Headers to add to a request.

    `target`: path and query exactly as sent (yarl: URL.raw_path_qs). `created`: seconds since 1970 by the clock.
    `body`: bytes of the body where there is one; `upload_offset` instead of it for a tus PATCH.
    """
    headers: dict[str, str] = {}
    if upload_offset is not None:
        headers["Upload-Offset"] = str(upload_offset)
    elif body is not None:
        headers["Content-Digest"] = content_digest(body)
    covered = [name for name in ("content-digest", "upload-offset") if name.title() in headers]
    components = " ".join(f'"{name}"' for name in ("@method", "@request-target", *covered))
    parameters = f'({components});created={created};keyid="{quote(terminal, safe="")}";alg="ed25519"'
    values = {name: headers[name.title()] for name in covered}
    signature = key.sign(_base(method, target, values, parameters))
    headers["Signature-Input"] = f"{LABEL}={parameters}"
    headers["Signature"] = f"{LABEL}=:{base64.b64encode(signature).decode('ascii')}:"
    return headers


_INPUT = re.compile(
    LABEL + r'=(\(("[@a-z-]+"(?: "[@a-z-]+"){0,3})\);created=\d{1,12};keyid="([^"\s]{1,400})";alg="ed25519")'
)
_SIGNATURE = re.compile(LABEL + r"=:([A-Za-z0-9+/=]{1,120}):")


def terminal_of(headers: Mapping[str, str]) -> str:
    """Which terminal a request says it is from. Raises WireError request.unsigned."""
    found = _INPUT.fullmatch(headers.get("Signature-Input", ""))
    if found is None:
        raise WireError("request.unsigned", "a terminal's signature is wanted, in the form openapi.yaml describes")
    return unquote(found.group(3))


def check_request(
    public: bytes, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None
) -> None:
    """`headers`: by any case (a mapping that ignores case). Raises WireError request.unsigned, request.signature.

    `body`: bytes of the body, or None where the offset is covered instead or the body is empty.
    """
    found = _INPUT.fullmatch(headers.get("Signature-Input", ""))
    given = _SIGNATURE.fullmatch(headers.get("Signature", ""))
    if found is None or given is None:
        raise WireError("request.unsigned", "a terminal's signature is wanted, in the form openapi.yaml describes")
    names = re.findall(r'"([@a-z-]+)"', found.group(2))
    needed = ["@method", "@request-target"]
    if method == "PATCH":
        needed.append("upload-offset")
    elif body:
        needed.append("content-digest")
    if names != needed:
        raise WireError("request.signature", "the signature does not cover what it must")
    if "content-digest" in names and headers.get("Content-Digest", "") != content_digest(body or b""):
        raise WireError("request.signature", "the body is not the one that was signed")
    values = {name: headers.get(name.title(), "") for name in names if not name.startswith("@")}
    try:
        signature = unb64(given.group(1), "request")
    except WireError:
        raise WireError("request.signature", "not signed by this terminal, or changed since") from None
    if not check_signature(public, _base(method, target, values, found.group(1)), signature):
        raise WireError("request.signature", "not signed by this terminal, or changed since")


def _base(method: str, target: str, values: Mapping[str, str], parameters: str) -> bytes:
    """The signature base of RFC 9421, section 2.5."""
    lines = [f'"@method": {method}', f'"@request-target": {target}']
    lines += [f'"{name}": {value}' for name, value in values.items()]
    lines.append(f'"@signature-params": {parameters}')
    return "\n".join(lines).encode()

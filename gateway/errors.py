"""What the gateway answers when it cannot do as asked: an HTTP status, a stable code, plain English for developers."""

from __future__ import annotations

from wire.errors import WireError


class Refused(Exception):
    """An expected refusal. Its text never holds what was sent."""

    def __init__(
        self, status: int, code: str, text: str, missing: tuple[str, ...] = (), retry_after_s: int = 0
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.text = text
        self.missing = missing
        self.retry_after_s = retry_after_s


# What a broken rule of the wire means over HTTP. The codes on the right are what openapi.yaml documents.
_STATUS: dict[str, tuple[int, str]] = {
    "envelope.malformed": (400, "envelope.malformed"),
    "envelope.version": (400, "envelope.version"),
    "envelope.digest": (400, "envelope.digest"),
    "envelope.signature": (401, "envelope.signature"),
    "request.unsigned": (401, "request.unsigned"),
    "request.signature": (401, "request.signature"),
    "seal.unreadable": (422, "body.unreadable"),
    "seal.key_unknown": (422, "body.unreadable"),
    "seal.suite": (422, "body.unreadable"),
    "body.malformed": (422, "body.unreadable"),
    "body.version": (422, "body.unreadable"),
    "body.files": (422, "body.unreadable"),
    "body.page": (422, "body.unreadable"),
    "body.mismatch": (422, "body.unreadable"),
}


def refusal_for(error: WireError) -> Refused:
    status, code = _STATUS.get(error.code, (400, error.code))
    return Refused(status, code, error.text if code == error.code else f"{error.code}: {error.text}")

"""UUID version 7 (RFC 9562, section 5.7): ids that sort by time and need nobody to hand them out.

Time and randomness are passed in, so that a test or a replay gets the same id.
"""

from __future__ import annotations

import re

from wire.errors import WireError

PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"


def uuid7(unix_ms: int, random: bytes) -> str:
    """The id's text, lower case. `unix_ms`: milliseconds since 1970 UTC; `random`: 10 bytes, of which 74 bits are used.

    A clock that is wrong by years makes an odd time, never a second id: the 74 bits carry the uniqueness.
    """
    if not 0 <= unix_ms < 1 << 48:
        raise WireError("uuid7.time", "time does not fit in 48 bits of milliseconds")
    if len(random) != 10:
        raise WireError("uuid7.random", "ten random bytes are wanted")
    bits = int.from_bytes(random, "big")
    rand_a = bits >> 68  # 12 bits
    rand_b = bits & ((1 << 62) - 1)
    value = unix_ms << 80 | 7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_uuid7(text: str) -> bool:
    return re.fullmatch(PATTERN, text) is not None


def to_bytes(text: str) -> bytes:
    """The 16 bytes of an id. Raises WireError uuid7.text."""
    if not is_uuid7(text):
        raise WireError("uuid7.text", "not the text of a UUID version 7")
    return bytes.fromhex(text.replace("-", ""))


def from_bytes(raw: bytes) -> str:
    """The text of 16 bytes. Raises WireError uuid7.text."""
    text = raw.hex()
    text = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    if len(raw) != 16 or not is_uuid7(text):
        raise WireError("uuid7.text", "not a UUID version 7")
    return text


def unix_ms(text: str) -> int:
    """The time in an id, milliseconds since 1970 UTC, as the terminal's clock had it."""
    return int.from_bytes(to_bytes(text)[:6], "big")

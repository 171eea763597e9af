"""As much of the Internet Printing Protocol as a terminal needs: RFC 8010 (encoding), RFC 8011 (operations). Pure.

Values come back as int, bool, str or bytes; an attribute is always a tuple of its values.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

VERSION = b"\x02\x00"
OPERATION_GROUP, JOB_GROUP, PRINTER_GROUP, END = 0x01, 0x02, 0x04, 0x03
INTEGER, BOOLEAN, ENUM, TEXT, NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = (
    *(0x21, 0x22, 0x23),
    *(0x41, 0x42, 0x44, 0x45, 0x47, 0x48, 0x49),
)
MOST_BYTES = 1 << 20
Value = int | bool | str | bytes


class IppError(Exception):
    """An answer that is none. Nothing else is raised, whatever bytes come."""


class Operation(IntEnum):
    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB = 0x0009
    GET_PRINTER = 0x000B


class JobState(IntEnum):
    PENDING, HELD, PROCESSING, STOPPED, CANCELED, ABORTED, COMPLETED = range(3, 10)


class PrinterState(IntEnum):
    IDLE, PROCESSING, STOPPED = range(3, 6)


@dataclass(frozen=True)
class Reply:
    """`status` below 0x0100: done. Groups are laid over one another; a job's attributes do not meet a printer's."""

    status: int
    attributes: Mapping[str, tuple[Value, ...]]

    @property
    def ok(self) -> bool:
        return self.status < 0x0100

    def number(self, name: str) -> int:
        """The first value, 0 where there is none."""
        value = self.attributes.get(name, (0,))[0]
        return int(value) if isinstance(value, int) else 0

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self.attributes.get(name, ()) if isinstance(value, str))


def _one(tag: int, name: str, value: bytes) -> bytes:
    raw = name.encode()
    return struct.pack(">BH", tag, len(raw)) + raw + struct.pack(">H", len(value)) + value


def request(operation: Operation, uri: str, number: int, *more: tuple[int, str, Value | tuple[str, ...]]) -> bytes:
    """A request's bytes, up to where a document would follow. `more`: (tag, name, value) of the operation."""
    out = [VERSION, struct.pack(">HI", operation, number), bytes((OPERATION_GROUP,))]
    out.append(_one(CHARSET, "attributes-charset", b"utf-8"))
    out.append(_one(LANGUAGE, "attributes-natural-language", b"zh-cn"))
    out.append(_one(URI, "printer-uri", uri.encode()))
    for tag, name, value in more:
        values = value if isinstance(value, tuple) else (value,)
        for at, single in enumerate(values):
            raw = struct.pack(">i", single) if isinstance(single, int) else str(single).encode()
            out.append(_one(tag, name if at == 0 else "", raw))
    out.append(bytes((END,)))
    return b"".join(out)


def read(data: bytes) -> Reply:
    """A reply's attributes. Raises IppError."""
    if len(data) < 9 or len(data) > MOST_BYTES:
        raise IppError("length")
    status = int.from_bytes(data[2:4], "big")
    found: dict[str, list[Value]] = {}
    at, name = 8, ""
    try:
        while data[at] != END:
            tag = data[at]
            at += 1
            if tag < 0x10:
                name = ""
                continue
            size = int.from_bytes(data[at : at + 2], "big")
            if size:
                name = data[at + 2 : at + 2 + size].decode()
            at += 2 + size
            size = int.from_bytes(data[at : at + 2], "big")
            raw = data[at + 2 : at + 2 + size]
            if len(raw) != size:
                raise IppError("cut short")
            at += 2 + size
            if name:
                found.setdefault(name, []).append(_value(tag, raw))
    except (IndexError, UnicodeDecodeError, struct.error):
        raise IppError("cut short") from None
    return Reply(status, {key: tuple(values) for key, values in found.items()})


def _value(tag: int, raw: bytes) -> Value:
    if tag in (INTEGER, ENUM):
        return int(struct.unpack(">i", raw)[0])
    if tag == BOOLEAN:
        return raw != b"\x00"
    if 0x41 <= tag <= 0x49:
        return raw.decode()
    return raw

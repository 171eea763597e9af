"""What a social-security card says, as bytes: commands, tag-length-value records, fields. No transport here.

Source: the cards' specification (versions 1.0 to 3.0) as reader makers hand it on: application "sx1.sh.社会保障", files
EF05 (the card) and EF06 (the person), records read by tag. Third-generation cards keep EF06 back unless the
reader's own security module authenticates; without one only EF05 is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hardware.id_numbers import NATIONS, SEXES, is_number, iso_date
from hardware.ports import SocialCardRecord

APPLICATION = b"sx1.sh." + "社会保障".encode("gb2312")
CARD_FILE = 0xEF05
PERSON_FILE = 0xEF06


class SocialCardError(Exception):
    """What this module raises, and nothing else, whatever bytes it is given. `code` has a fault card."""

    def __init__(self, code: str, note: str) -> None:
        super().__init__(f"{code}: {note}")
        self.code = code
        self.note = note


@dataclass(frozen=True)
class Field:
    """One record: its tag, its place in the file where cards know no tags, and how it is written.

    form: text (GB 18030) | digits (BCD) | bytes. `ordinal` 0: not reachable by place.
    """

    name: str
    file: int
    tag: int
    ordinal: int
    size: int
    form: Literal["text", "digits", "bytes"]


FIELDS: tuple[Field, ...] = (
    Field("card_id", CARD_FILE, 0x01, 1, 0x10, "bytes"),
    Field("version", CARD_FILE, 0x03, 3, 0x04, "text"),
    Field("issued", CARD_FILE, 0x05, 5, 0x04, "digits"),
    Field("valid_to", CARD_FILE, 0x06, 6, 0x04, "digits"),
    Field("card_number", CARD_FILE, 0x07, 7, 0x09, "text"),
    Field("id_number", PERSON_FILE, 0x08, 1, 0x12, "text"),
    Field("name", PERSON_FILE, 0x09, 2, 0x1E, "text"),
    # Came with version 2, so that its place (3) is the sex's on version 1: read by tag or not at all.
    Field("name_rest", PERSON_FILE, 0x4E, 0, 0x14, "text"),
    Field("sex", PERSON_FILE, 0x0A, 3, 0x01, "text"),
    Field("nation", PERSON_FILE, 0x0B, 4, 0x01, "digits"),
    Field("birth", PERSON_FILE, 0x0D, 6, 0x04, "digits"),
)


def select_application() -> bytes:
    return bytes((0x00, 0xA4, 0x04, 0x00, len(APPLICATION))) + APPLICATION


def select_file(file: int) -> bytes:
    return bytes((0x00, 0xA4, 0x00, 0x00, 0x02)) + file.to_bytes(2, "big")


def read_by_tag(tag: int, expected: int = 0) -> bytes:
    return bytes((0x00, 0xB2, tag, 0x00, expected & 0xFF))


def read_by_ordinal(ordinal: int, expected: int = 0) -> bytes:
    return bytes((0x00, 0xB2, ordinal, 0x04, expected & 0xFF))


def get_response(count: int) -> bytes:
    return bytes((0x00, 0xC0, 0x00, 0x00, count))


def with_length(command: bytes, expected: int) -> bytes:
    """The same command with another expected length (after 6Cxx)."""
    return command[:-1] + bytes((expected,)) if len(command) == 5 else command + bytes((expected,))


def parse_record(data: bytes, field: Field) -> bytes:
    """The value in a record's tag, length, value. Raises SocialCardError."""
    if len(data) < 2:
        raise SocialCardError("social.unreadable", f"{field.name}: no tag and length")
    if data[0] != field.tag:
        raise SocialCardError("social.unreadable", f"{field.name}: another record's tag")
    value = data[2 : 2 + data[1]]
    if len(value) != data[1]:
        raise SocialCardError("social.unreadable", f"{field.name}: shorter than it says")
    return value


def decode_field(field: Field, value: bytes) -> str:
    """A value as text, blank padding taken off. Raises SocialCardError."""
    if field.form == "bytes":
        return value.hex().upper()
    if field.form == "digits":
        digits = value.hex()
        if not digits.isdecimal():
            if set(digits) == {"f"}:  # never written
                return ""
            raise SocialCardError("social.unreadable", f"{field.name}: not decimal")
        return digits
    try:
        return value.rstrip(b"\xff\x00").decode("gb18030").strip(" \u3000\0")
    except UnicodeDecodeError:
        raise SocialCardError("social.unreadable", f"{field.name}: not GB 18030") from None


def make_record(values: Mapping[str, str], answer_to_reset: bytes) -> SocialCardRecord:
    """The record of decoded fields; those that the card keeps back are absent. Raises SocialCardError."""
    version = values.get("version", "")
    generation = {"1": 1, "2": 2, "3": 3}.get(version[:1])
    if generation is None:
        raise SocialCardError("social.unknown_kind", "version")
    id_number = values.get("id_number", "")
    if id_number and not is_number(id_number):
        raise SocialCardError("social.unreadable", "id_number")
    card_id = values.get("card_id", "")
    nation, sex = values.get("nation", ""), values.get("sex", "")
    return SocialCardRecord(
        generation=generation,
        card_id=card_id,
        area=card_id[:6],
        version=version,
        card_number=values.get("card_number", ""),
        issued=_date(values, "issued"),
        valid_to=_date(values, "valid_to"),
        id_number=id_number,
        name=values.get("name", "") + values.get("name_rest", ""),
        sex=sex if sex in SEXES else "",
        nation=nation if nation in NATIONS else "",
        birth=_date(values, "birth"),
        answer_to_reset=answer_to_reset.hex().upper(),
        # PC/SC part 3, 3.1.3.2.3: a contactless card's answer to reset is made up by the reader and begins so.
        contactless=len(answer_to_reset) > 3
        and answer_to_reset[1] & 0xF0 == 0x80
        and answer_to_reset[2:4] == b"\x80\x01",
    )


def _date(values: Mapping[str, str], name: str) -> str:
    text = values.get(name, "")
    if text.strip("0") == "":  # never written
        return ""
    day = iso_date(text)
    if day is None:
        raise SocialCardError("social.unreadable", name)
    return day

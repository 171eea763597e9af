"""The 256 bytes of text on a resident card, in all four layouts, as a record; and back, for simulators.

UTF-16LE, padded with blanks; the layout's letter stands at byte 248 (blank: resident). Offsets are the readers'
makers'; those of layout Y (foreigner 2023) rest on one maker's manual alone. Characters of Unicode's private area,
which old cards use for rare names, are handed on as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.id_numbers import LONG_TERM, NATIONS, SEXES, is_number, iso_date
from hardware.ports import CardRecord
from hardware.sam import ADDED_ADDRESS_BYTES, TEXT_BYTES

BLANKS = " \u3000\0"
TYPE_AT = 248


@dataclass(frozen=True)
class Layout:
    """Where each field lies: name of the record's field -> (offset, bytes)."""

    kind: str
    letter: str
    fields: dict[str, tuple[int, int]]


LAYOUTS: dict[str, Layout] = {
    layout.letter: layout
    for layout in (
        Layout(
            "resident",
            "",
            {
                "name": (0, 30),
                "sex": (30, 2),
                "nation": (32, 4),
                "birth": (36, 16),
                "address": (52, 70),
                "id_number": (122, 36),
                "issuer": (158, 30),
                "valid_from": (188, 16),
                "valid_to": (204, 16),
            },
        ),
        Layout(
            "foreigner2017",
            "I",
            {
                "english_name": (0, 120),
                "sex": (120, 2),
                "id_number": (122, 30),
                "nationality": (152, 6),
                "name": (158, 30),
                "valid_from": (188, 16),
                "valid_to": (204, 16),
                "birth": (220, 16),
                "card_version": (236, 4),
                "authority_code": (240, 8),
            },
        ),
        Layout(
            "foreigner2023",
            "Y",
            {
                "name": (0, 30),
                "sex": (30, 2),
                "issue_count": (32, 4),
                "birth": (36, 16),
                "english_name": (52, 70),
                "id_number": (122, 36),
                "valid_from": (188, 16),
                "valid_to": (204, 16),
                "english_name_rest": (220, 22),
                "nationality": (242, 6),
                "old_number_link": (250, 6),
            },
        ),
        Layout(
            "hmt",
            "J",
            {
                "name": (0, 30),
                "sex": (30, 2),
                "birth": (36, 16),
                "address": (52, 70),
                "id_number": (122, 36),
                "issuer": (158, 30),
                "valid_from": (188, 16),
                "valid_to": (204, 16),
                "pass_number": (220, 18),
                "issue_count": (238, 4),
            },
        ),
    )
}
LAYOUT_OF_KIND = {layout.kind: layout for layout in LAYOUTS.values()}


class CardTextError(Exception):
    """The text is not what a card holds. `code` has a fault card; `field` names the place, never its content."""

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"{code}: {field}")
        self.code = code
        self.field = field


def _decode(raw: bytes, field: str) -> str:
    try:
        return raw.decode("utf-16-le").strip(BLANKS)
    except UnicodeDecodeError:
        # `from None`: the error that UTF-16 raises quotes the bytes, and those are a person's.
        raise CardTextError("card.unreadable", field) from None


def parse_text(text: bytes) -> CardRecord:
    """The record in a card's text block. Raises CardTextError."""
    if len(text) != TEXT_BYTES:
        raise CardTextError("card.unreadable", "length")
    layout = LAYOUTS.get(_decode(text[TYPE_AT : TYPE_AT + 2], "type"))
    if layout is None:
        raise CardTextError("card.unknown_kind", "type")
    raw = {name: text[at : at + size] for name, (at, size) in layout.fields.items()}
    # Joined before it is stripped: the break may fall on a blank.
    raw["english_name"] = raw.get("english_name", b"") + raw.pop("english_name_rest", b"")
    found = {name: _decode(value, name) for name, value in raw.items()}
    name = found["name"] or found["english_name"]
    if not name:
        raise CardTextError("card.unreadable", "name")
    if found["sex"] not in SEXES:
        raise CardTextError("card.unreadable", "sex")
    _check_number(layout.kind, found["id_number"])
    # A nation that the standard does not have is left out, so that the resident is asked instead of turned away.
    nation = found.get("nation", "")
    return CardRecord(
        kind=layout.kind,
        name=name,
        id_number=found["id_number"],
        sex=found["sex"],
        nation=nation if nation in NATIONS else "",
        birth=_date(found, "birth"),
        address=found.get("address", ""),
        issuer=found.get("issuer", ""),
        valid_from=_date(found, "valid_from"),
        valid_to=LONG_TERM if found["valid_to"] == LONG_TERM else _date(found, "valid_to"),
        english_name=found["english_name"],
        nationality=found.get("nationality", ""),
        pass_number=found.get("pass_number", ""),
        issue_count=found.get("issue_count", ""),
        old_number_link=found.get("old_number_link", ""),
        card_version=found.get("card_version", ""),
        authority_code=found.get("authority_code", ""),
    )


def _check_number(kind: str, number: str) -> None:
    if kind == "foreigner2017":
        # Three letters of the nationality and twelve digits; the maker's manuals do not agree on the last one's rule.
        right = len(number) == 15 and number[:3].isascii() and number[:3].isalpha() and number[3:].isdecimal()
        right = right and number.isascii()
    else:
        right = is_number(number)
    if not right:
        raise CardTextError("card.number_wrong", "id_number")


def _date(found: dict[str, str], field: str) -> str:
    day = iso_date(found[field])
    if day is None:
        raise CardTextError("card.unreadable", field)
    return day


def parse_added_address(data: bytes) -> str:
    """The address added after a move; 70 bytes. Raises CardTextError."""
    if len(data) != ADDED_ADDRESS_BYTES:
        raise CardTextError("card.unreadable", "added_address")
    return _decode(data, "added_address")


def encode_text(record: CardRecord) -> bytes:
    """A card's text block for a record: what a simulated card holds. Raises ValueError for a field that is too long."""
    layout = LAYOUT_OF_KIND[record.kind]
    block = bytearray(" ".encode("utf-16-le") * (TEXT_BYTES // 2))
    rest = ""
    for name, (at, size) in layout.fields.items():
        value = rest if name == "english_name_rest" else str(getattr(record, name))
        if name in ("birth", "valid_from", "valid_to"):
            value = value.replace("-", "")
        if name == "english_name" and "english_name_rest" in layout.fields:
            value, rest = value[: size // 2], value[size // 2 :]
        _put(block, at, size, value, name)
    _put(block, TYPE_AT, 2, layout.letter, "type")
    return bytes(block)


def encode_added_address(address: str) -> bytes:
    """What a simulated card holds as its added address. Raises ValueError when it is too long."""
    block = bytearray(" ".encode("utf-16-le") * (ADDED_ADDRESS_BYTES // 2))
    _put(block, 0, ADDED_ADDRESS_BYTES, address, "added_address")
    return bytes(block)


def _put(block: bytearray, at: int, size: int, value: str, name: str) -> None:
    raw = value.encode("utf-16-le")
    if len(raw) > size:
        raise ValueError(f"{name} takes {len(raw)} bytes; a card has room for {size}")
    block[at : at + len(raw)] = raw

"""Invented people and what they hand in. Area 431199 is unassigned; check digits are right (GB 11643)."""

from __future__ import annotations

import dataclasses
import hashlib

from msgspec.structs import replace

from matters.application import Agreed, Answer, Application, GivenCommitment, GivenMaterial, Known, Page
from wire.keys import CountyKeys, CountyPublic, TerminalKey
from wire.messages import ApplicationMessage, ItemDetail
from wire.uuid7 import uuid7

TERMINAL = "示例-山背-01"
AT = "2026-03-12T02:41:00Z"
CODE = "11431199MB0R05447F4430131056W00"  # an implementing code's form: 18 + 1 + 12


def id_number(seventeen: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return seventeen + "10X98765432"[sum(int(a) * b for a, b in zip(seventeen, weights, strict=True)) % 11]


NAME = "欧阳月桂"
NUMBER = id_number("43119919920307002")
ADDRESS = "示例县山背乡柿树湾村七组十九号"
PHONE = "00000137731"
MATTER = "newborn-birth"
MATTER_TITLE = "新生儿出生"


def page(marker: int, size: int = 20_000) -> bytes:
    """Bytes of a picture; what is in them does not matter here."""
    seed = hashlib.sha256(str(marker).encode()).digest()
    return b"\xff\xd8\xff" + (seed * (size // 32 + 1))[: size - 3]


def application(identity: str, pages: tuple[bytes, ...], level: str = "card") -> Application:
    shown = tuple(Page(hashlib.sha256(each).hexdigest(), len(each), 1240, 1754, "ok") for each in pages)
    return Application(
        matter=MATTER,
        matter_title=MATTER_TITLE,
        catalogue="2026.03.1",
        items=("birth-registration", "medical-insurance"),
        situations={"married": "yes"},
        fields={
            "name": Answer(NAME, "card"),
            "id_number": Answer(NUMBER, "card"),
            "address": Answer(ADDRESS, "card"),
            "phone": Answer(PHONE, "typed"),
        },
        materials=(GivenMaterial("household-register", "户口簿", "photo", pages=shown),) if pages else (),
        commitments=(GivenCommitment("marriage", ("我说的是真的。",), (((0.1, 0.25), (0.5, 0.75)),)),),
        delivery="village",
        known=Known(level, NAME, NUMBER),
        consents=(Agreed("personal", "1"),),
        id=identity,
    )


def message(
    serial: int = 1, pages: tuple[bytes, ...] = (), terminal: str = TERMINAL, **more: object
) -> ApplicationMessage:
    """The application of that serial; the same serial is the same application."""
    identity = uuid7(1_773_283_260_000 + serial, hashlib.sha256(str(serial).encode()).digest()[:10])
    values: dict[str, object] = {
        "id": identity,
        "terminal": terminal,
        "at": AT,
        "clock_verified": True,
        "application": application(identity, pages),
        "items": (
            ItemDetail("birth-registration", "给孩子上户口", "公安局", CODE, 3),
            ItemDetail("medical-insurance", "孩子的医保", "医疗保障局"),
        ),
        "secret": hashlib.sha256(f"secret {serial}".encode()).hexdigest()[:32],
        "county_area": "431199",
        "days": 5,
    }
    return ApplicationMessage(**(values | more))  # type: ignore[arg-type]


def with_faces(message: ApplicationMessage, face: bytes, *card_photo: bytes) -> ApplicationMessage:
    """The same of somebody who was photographed beside their card."""

    def shown(data: bytes) -> Page:
        return Page(hashlib.sha256(data).hexdigest(), len(data), 640, 480, "ok")

    known = Known("card+photo", NAME, NUMBER, (shown(face),), tuple(map(shown, card_photo)))
    return replace(message, application=dataclasses.replace(message.application, known=known))


def public(keys: CountyKeys) -> CountyPublic:
    return keys.public("示例县", "431199", "https://county.example")


def terminal_key(seed: int = 1) -> TerminalKey:
    return TerminalKey(TerminalKey.generate(bytes([seed]) * 32)._key)

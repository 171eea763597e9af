"""The slip of something put aside: what it is for, until when, and the digits that open it together with the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from papers.receipt import head
from papers.slip import QR, Banner, Block, Dashes, Remark, Row, Rule, Slip, Small, Title

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = Callable[..., str]


@dataclass(frozen=True)
class Aside:
    """`digits` are grouped as they are to be read; `until`: the last whole day on which it opens, ISO 8601."""

    county: str
    hall: str
    matter: str
    digits: str
    qr: str
    until: str
    phone: str
    terminal: str
    example: bool = False


def aside(a: Aside, words: Words) -> Slip:
    """The slip. No name is on it: it is of use only together with the card. `words` are the locale's."""

    def say(key: str, **values: object) -> str:
        return words(f"papers.aside.{key}", **values)

    day = date.fromisoformat(a.until)
    blocks: list[Block] = [
        *head(a.county, a.hall, words),
        Title(say("title")),
        Rule(),
        Banner(say("banner")),
        Remark(say("not_handed_in")),
        Row(say("matter"), a.matter),
        Row(say("until"), words("papers.date", year=day.year, month=day.month, day=day.day)),
        Dashes(),
        QR(a.qr, say("scan")),
        Remark(a.digits),
        Dashes(),
        Remark(say("how")),
        Remark(say("card")),
        Rule(),
        Small(words("papers.phone_row", phone=a.phone)),
        Small(words("papers.foot_plain", terminal=a.terminal)),
    ]
    if a.example:
        blocks.append(Small(words("papers.example")))
    return Slip("aside", tuple(blocks))

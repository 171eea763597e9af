"""The receipt: what was handed in, under which number, where it is now and what comes next.

It says the truth about where the papers are: the county has them only once the county has signed for them; before that
they are kept here. It never names a date that depends on the line. Names are masked: a slip of paper gets lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from papers.slip import (
    QR,
    Banner,
    BigCode,
    Block,
    Boxed,
    Bullets,
    Dashes,
    Heading,
    Numbered,
    Remark,
    Row,
    Rule,
    Section,
    Slip,
    Small,
    Text,
    Title,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

    Words = Callable[..., str]


@dataclass(frozen=True)
class Handed:
    """A material on the receipt. by: photo | commitment | exempt | generated | later, as in matters.application."""

    title: str
    by: str = "photo"
    pages: int = 0


@dataclass(frozen=True)
class Receipt:
    """What a receipt says. `name` is masked already (see mask); `number` is 8 digits, with or without its space;
    `at` is local time, ISO 8601; `qr` the text of the code; `check` the mark a clerk compares, e.g. 7F3A-92C1."""

    county: str
    hall: str
    matter: str
    name: str
    at: str
    number: str
    qr: str
    items: tuple[str, ...]
    materials: tuple[Handed, ...]
    following: tuple[str, ...]
    at_county: bool
    phone: str
    terminal: str
    check: str = ""
    fee_fen: int | None = 0  # None: not known; then nothing is said of money but whom to ring
    copy: int = 1
    clock_sure: bool = True  # False: the clock was not set by the county or the network
    example: bool = False  # the catalogue is the one that ships, not the county's own
    helper: str = ""  # who acted for the person, masked already; "" nobody
    answers: tuple[tuple[str, str, str], ...] = ()  # what was chosen and matters later: (label, answer, remark)


def mask(name: str) -> str:
    """王秀兰 -> 王*兰, 王兰 -> 王*, 欧阳小兰 -> 欧**兰: the first character, and the last of three or more."""
    if len(name) < 2:
        return name
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def head(county: str, hall: str, words: Words) -> list[Block]:
    """Whose slip it is, in two lines: 示例县 山背村 / 便民服务中心."""
    tail = words("papers.hall_tail")
    village = hall.removesuffix(tail)
    if village and village != hall:
        return [Heading(f"{county} {village}"), Heading(tail)]
    return [Heading(county), Heading(hall)]


def materials(given: tuple[Handed, ...], words: Words) -> str:
    """户口簿2页、存折1页；结婚证：已签承诺 - photographed ones first, what stands for a paper after them."""
    photographed = [
        words("papers.receipt.pages", title=one.title, pages=one.pages) for one in given if one.by == "photo"
    ]
    others = [words(f"papers.receipt.{one.by}", title=one.title) for one in given if one.by != "photo"]
    groups = [words("papers.list_mark").join(photographed), *others]
    return words("papers.group_mark").join(group for group in groups if group)


def when(at: str, words: Words) -> str:
    """2026年3月12日 10:41. Raises ValueError if `at` is not ISO 8601."""
    t = datetime.fromisoformat(at)
    return words("papers.date_time", year=t.year, month=t.month, day=t.day, hour=t.hour, minute=t.minute)


def yuan(fen: int) -> str:
    """12 or 12.50."""
    return str(fen // 100) if fen % 100 == 0 else f"{fen / 100:.2f}"


def receipt(r: Receipt, words: Words) -> Slip:
    """The slip. `words` are the locale's (config.locales.load())."""

    def say(key: str, **values: object) -> str:
        return words(f"papers.receipt.{key}", **values)

    digits = r.number.replace(" ", "")
    blocks: list[Block] = [*head(r.county, r.hall, words), Title(say("title")), Rule()]
    blocks.append(Banner(say("at_county") if r.at_county else say("kept")))
    if not r.at_county:
        blocks.append(Remark(say("kept_remark")))
    blocks += [
        Row(say("matter"), r.matter),
        *([Row(say("for_whom"), r.name), Row(say("helper"), r.helper)] if r.helper else [Row(say("who"), r.name)]),
        Row(say("when") if r.clock_sure else say("when_unsure"), when(r.at, words)),
        Dashes(),
        BigCode(say("number"), f"{digits[:4]} {digits[4:]}".strip()),
        QR(r.qr, say("scan") if r.at_county else say("scan_kept")),
        Dashes(),
        Section(say("items", count=len(r.items))),
        Numbered(r.items),
    ]
    for label, answer, remark in r.answers:
        blocks += [Row(label, answer), Small(remark)]
    if r.materials:
        blocks += [Section(say("materials")), Text(materials(r.materials, words))]
    if r.following:
        blocks += [Dashes(), Section(say("next")), Bullets(r.following)]
    if r.fee_fen is None:
        fee = say("fee_unknown")
    else:
        fee = say("free") if r.fee_fen == 0 else say("fee", fee=yuan(r.fee_fen))
    blocks += [Rule(), Boxed(fee), Small(say("forgotten") if r.at_county else say("forgotten_kept"))]
    blocks.append(Small(words("papers.phone_row", phone=r.phone)))
    foot = "papers.foot" if r.check else "papers.foot_plain"
    blocks.append(Small(words(foot, terminal=r.terminal, check=r.check)))
    if r.copy > 1:
        blocks.append(Small(say("copy", copy=r.copy)))
    if r.example:
        blocks.append(Small(words("papers.example")))
    return Slip("receipt", tuple(blocks))


def recovered(
    county: str, hall: str, number: str, qr: str, at: str, phone: str, terminal: str, check: str, words: Words
) -> Slip:
    """A receipt that could not be printed when it was due, brought back by the card: all that was kept are number and
    code. `at` is when it is printed now, local time, ISO 8601."""

    def say(key: str, **values: object) -> str:
        return words(f"papers.receipt.{key}", **values)

    return Slip(
        "receipt",
        (
            *head(county, hall, words),
            Title(say("title")),
            Rule(),
            Banner(say("recovered")),
            Remark(say("recovered_remark")),
            Row(say("recovered_at"), when(at, words)),
            Dashes(),
            BigCode(say("number"), f"{number[:4]} {number[4:]}".strip()),
            QR(qr, say("scan_kept")),
            Rule(),
            Small(words("papers.phone_row", phone=phone)),
            Small(words("papers.foot", terminal=terminal, check=check)),
        ),
    )


def render(r: Receipt, words: Words, width: int = 576) -> Image:
    """The receipt as the printer would draw it, mode "1" (`kiosk receipt render`, the screen without a printer)."""
    from papers.draw import picture

    return picture(receipt(r, words), width)

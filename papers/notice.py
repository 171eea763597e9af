"""The one-time notice (一次性告知书): what it takes, before anyone has waited for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from papers.receipt import head, yuan
from papers.slip import Block, Boxed, Dashes, Needed, Row, Rule, Section, Slip, Small, Text, Title

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = Callable[..., str]


@dataclass(frozen=True)
class Need:
    """A thing to bring. state: bring | optional | exempt | later; `hint` says whose, which or why not."""

    title: str
    state: str = "bring"
    hint: str = ""


@dataclass(frozen=True)
class Notice:
    """What the notice says. `limit_days` are working days after acceptance, None where nobody can say, and then
    `limit_words` (即办, or what the days mean) stand alone. `on` is the date of printing, ISO 8601, or "" if unsure."""

    county: str
    hall: str
    title: str
    lead: str
    fee_fen: int | None  # None: not known here
    minutes: int
    limit_days: int | None
    limit_words: str
    needs: tuple[Need, ...]
    phone: str
    terminal: str
    hours: str = ""
    on: str = ""
    example: bool = False


def notice(n: Notice, words: Words) -> Slip:
    """The slip. `words` are the locale's (config.locales.load())."""

    def say(key: str, **values: object) -> str:
        return words(f"papers.notice.{key}", **values)

    blocks: list[Block] = [*head(n.county, n.hall, words), Title(say("title")), Rule(), Section(n.title)]
    if n.lead:
        blocks.append(Text(n.lead))
    blocks.append(Dashes())
    if n.fee_fen is None:
        fee = say("fee_unknown")
    else:
        fee = say("fee_none") if n.fee_fen == 0 else say("fee_some", fee=yuan(n.fee_fen))
    blocks.append(Row(say("fee"), fee))
    if n.minutes:
        blocks.append(Row(say("minutes"), say("minutes_value", minutes=n.minutes)))
    if n.limit_days is not None:
        blocks.append(Row(say("limit"), say("limit_days", days=n.limit_days)))
        if n.limit_words:
            blocks.append(Row("", n.limit_words))
    else:
        blocks.append(Row(say("limit"), n.limit_words or say("limit_unknown")))
    if n.needs:
        blocks += [Dashes(), Section(say("needs"))]
        blocks += [Needed(one.title, say(one.state), one.hint) for one in n.needs]
    blocks.append(Rule())
    if n.fee_fen == 0:
        blocks.append(Boxed(say("free")))
    if n.hours:
        blocks.append(Small(say("hours", hours=n.hours)))
    blocks += [
        Small(words("papers.phone_row", phone=n.phone)),
        Small(words("papers.foot_plain", terminal=n.terminal)),
    ]
    if n.on:
        day = date.fromisoformat(n.on)
        blocks.append(Small(say("printed", date=words("papers.date", year=day.year, month=day.month, day=day.day))))
    if n.example:
        blocks.append(Small(words("papers.example")))
    return Slip("notice", tuple(blocks))

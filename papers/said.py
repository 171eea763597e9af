"""The slip for a question or a complaint: that it was handed in, when, under which number, and what comes next.

What was written is not on it, nor a telephone number: a slip of paper gets lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from papers.receipt import head, when
from papers.slip import Banner, BigCode, Block, Bullets, Dashes, Remark, Row, Rule, Section, Slip, Small, Title

if TYPE_CHECKING:
    from collections.abc import Callable

    Words = Callable[..., str]


@dataclass(frozen=True)
class Said:
    """`about`: what it is about, in words; `at`: local time, ISO 8601; `number`: 8 digits; `check`: see Receipt."""

    county: str
    hall: str
    about: str
    at: str
    number: str
    at_county: bool
    following: tuple[str, ...]
    phone: str
    terminal: str
    check: str = ""
    clock_sure: bool = True


def said(s: Said, words: Words) -> Slip:
    """The slip. `words` are the locale's."""

    def say(key: str) -> str:
        return words(f"papers.receipt.{key}")

    digits = s.number.replace(" ", "")
    blocks: list[Block] = [*head(s.county, s.hall, words), Title(words("papers.said.title")), Rule()]
    blocks.append(Banner(say("at_county") if s.at_county else say("kept")))
    if not s.at_county:
        blocks.append(Remark(say("kept_remark")))
    blocks += [
        Row(words("papers.said.about"), s.about),
        Row(say("when") if s.clock_sure else say("when_unsure"), when(s.at, words)),
        Dashes(),
        BigCode(words("papers.said.number"), f"{digits[:4]} {digits[4:]}".strip()),
    ]
    if s.following:
        blocks += [Dashes(), Section(say("next")), Bullets(s.following)]
    blocks += [Rule(), Small(words("papers.said.call"))]
    blocks.append(Small(words("papers.phone_row", phone=s.phone)))
    foot = "papers.foot" if s.check else "papers.foot_plain"
    blocks.append(Small(words(foot, terminal=s.terminal, check=s.check)))
    return Slip("said", tuple(blocks))

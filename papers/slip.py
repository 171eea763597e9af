"""A slip of paper as data: what stands on it, from top to bottom, without a word about dots or bytes.

The same slip is drawn as a picture (papers.draw) and sent as characters to a printer that is too slow for pictures
(hardware.escpos_text). So a block says what it is, and each side decides how that looks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """Whose slip it is: one line, bold, centred."""

    text: str


@dataclass(frozen=True)
class Title:
    """What the slip is: the largest words of it, centred."""

    text: str


@dataclass(frozen=True)
class Banner:
    """The one state that matters, white on black."""

    text: str


@dataclass(frozen=True)
class Remark:
    """One bold, centred sentence, broken by meaning."""

    text: str


@dataclass(frozen=True)
class Row:
    """What it is on the left, which one on the right."""

    label: str
    value: str


@dataclass(frozen=True)
class BigCode:
    """A number to be read aloud over the telephone."""

    label: str
    text: str


@dataclass(frozen=True)
class QR:
    """A code to be scanned, and what scanning it is good for."""

    text: str
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """Bold words over what follows."""

    text: str


@dataclass(frozen=True)
class Numbered:
    """Short lines, each with its number."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Bullets:
    """Sentences, each with a mark."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """Running text, from the left."""

    text: str


@dataclass(frozen=True)
class Needed:
    """A thing to bring: its name and a word of state on one line, whose or which on the next."""

    title: str
    state: str
    hint: str = ""


@dataclass(frozen=True)
class Rule:
    """A whole line across."""


@dataclass(frozen=True)
class Dashes:
    """A broken line across."""


@dataclass(frozen=True)
class Boxed:
    """A sentence in a frame."""

    text: str


@dataclass(frozen=True)
class Small:
    """A centred line of the foot."""

    text: str


Block = (
    Heading
    | Title
    | Banner
    | Remark
    | Row
    | BigCode
    | QR
    | Section
    | Numbered
    | Bullets
    | Text
    | Needed
    | Rule
    | Dashes
    | Boxed
    | Small
)


@dataclass(frozen=True)
class Slip:
    """`kind` names the paper for logs (receipt, notice, test); nothing of a person is in it."""

    kind: str
    blocks: tuple[Block, ...]

"""What effects come to. An expected failure is a value with a code that has a fault card in config/faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Failed:
    """`code` names a fault card, e.g. card.removed_early, printer.paper_out, camera.absent, outbox.disk_full."""

    code: str


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class CardRead:
    """An identity card as read. Dates are YYYY-MM-DD; valid_to may be "长期"; sex is GB/T 2261.1 (1 male, 2 female).

    `kind` is the layout: resident | foreigner2017 | foreigner2023 | hmt. `token` is a keyed hash of the number.
    """

    kind: str
    name: str
    id_number: str
    sex: str
    nation: str  # GB/T 3304 code; "" where the layout has none
    birth: str
    address: str
    issuer: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class SocialCardRead:
    """A social-security card, as far as anybody may read it. Name and number are "" where the card keeps them back."""

    name: str
    id_number: str
    card_number: str
    generation: int
    valid_to: str = ""


@dataclass(frozen=True)
class CodeScanned:
    """What was held before the scanner: a receipt's code. It opens its application, so its repr keeps it back."""

    text: str = field(repr=False)


@dataclass(frozen=True, repr=False)
class PhoneRead:
    """Whose code a phone showed, as the county had it checked. `kind`: social | province | other. The code itself is
    nowhere any more."""

    name: str
    id_number: str
    kind: str

    def __repr__(self) -> str:
        return f"PhoneRead({self.kind})"


@dataclass(frozen=True)
class DraftOpened:
    """What had been put aside (matters.visit.aside.packed); its pictures' handles by SHA-256."""

    content: dict[str, Any] = field(repr=False)
    pictures: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class PictureTaken:
    """A picture that was found, straightened and judged. `picture` is a handle; sizes in pixels, size in bytes."""

    picture: str
    sha256: str
    width: int
    height: int
    size: int
    verdict: str  # "ok" or a reason code: capture.blurred …


@dataclass(frozen=True)
class FaceTaken:
    """A picture of the person, and the photograph on the card that was read here, where the terminal can show it."""

    taken: PictureTaken
    card: PictureTaken | None = None

    @property
    def pictures(self) -> tuple[PictureTaken, ...]:
        """Those that there are."""
        return (self.taken,) if self.card is None else (self.taken, self.card)


@dataclass(frozen=True, repr=False)
class PaperLine:
    """One printed line. `sure` 0..1; `box`: left, top, right, bottom in 0..1 of the upright page."""

    text: str
    sure: float
    box: tuple[float, float, float, float]

    def __repr__(self) -> str:
        return f"PaperLine({len(self.text)} characters)"


@dataclass(frozen=True)
class PaperRead:
    """What is printed on a page, top to bottom. `turn`: degrees clockwise that make the picture upright. It lives with
    the visit and is handed in to nobody; a repr shows none of it."""

    lines: tuple[PaperLine, ...]
    turn: int = 0


@dataclass(frozen=True)
class Printed:
    confirmed: bool  # the printer said so; else the person has to


@dataclass(frozen=True)
class Submitted:
    application: str
    number: str  # 8 digits
    code: str  # the receipt's signed code, as printed in its QR code
    at: str  # local time, ISO 8601


@dataclass(frozen=True)
class AtCounty:
    application: str


@dataclass(frozen=True)
class CaseRow:
    """A case as the county tells it; `items`: the cases of its items. `days`: working days after acceptance, None
    unknown; `by`: the last of them as a date (YYYY-MM-DD), "" before acceptance or where nobody can say; `late`: it is
    over by the county's clock, and nothing is decided."""

    number: str
    title: str
    state: str  # a state of the closed set in wire
    at: str
    days: int | None = None
    by: str = ""
    late: bool = False
    items: tuple[CaseRow, ...] = ()


@dataclass(frozen=True)
class CasesFound:
    cases: tuple[CaseRow, ...]


Result = (
    Failed
    | Done
    | CardRead
    | SocialCardRead
    | CodeScanned
    | PhoneRead
    | PictureTaken
    | FaceTaken
    | PaperRead
    | Printed
    | Submitted
    | AtCounty
    | CasesFound
    | DraftOpened
)

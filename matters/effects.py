"""What a step asks the outside to do. The kiosk starts each effect once, by id, and cancels it when the visit no longer
wants it; what it came to returns as an Outcome event with the same id.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from matters.application import Application


@dataclass(frozen=True)
class Effect:
    id: str  # unique within the visit


@dataclass(frozen=True)
class ReadCard(Effect):
    """Wait for an identity card and read it. Outcome: CardRead or Failed (may be asked for again)."""


@dataclass(frozen=True)
class ReadSocialCard(Effect):
    """Wait for a social-security card and read what it lets anybody read. Outcome: SocialCardRead or Failed."""


@dataclass(frozen=True)
class Film(Effect):
    """Show the papers' camera live, and take the picture by itself once it is steady and good.

    Outcome: PictureTaken or Failed.
    """

    material: str
    shape: str  # what the paper is like: a4 | card | booklet | certificate | any
    colour: bool


@dataclass(frozen=True)
class Shoot(Effect):
    """Take the picture now, as the person asked, whatever the verdict. Outcome: PictureTaken or Failed."""

    material: str
    shape: str
    colour: bool


@dataclass(frozen=True)
class FilmFace(Effect):
    """Show the person what the camera towards them sees; nothing is taken by itself. Outcome: Failed, or none."""


@dataclass(frozen=True)
class TakeFace(Effect):
    """Take the picture of the person now, as they asked; `id_number`: whose card it stands beside. Outcome: FaceTaken
    or Failed."""

    id_number: str = field(repr=False)


@dataclass(frozen=True)
class ReadPaper(Effect):
    """Read what is printed on a picture; nobody waits for it. Outcome: PaperRead or Failed."""

    picture: str


@dataclass(frozen=True)
class Forget(Effect):
    """Wipe a picture nobody wants any more. Outcome: Done."""

    picture: str


@dataclass(frozen=True)
class PrintNotice(Effect):
    """Print the one-time notice of the matter as it stands, or its guide. Outcome: Printed or Failed."""

    guide: bool = False


@dataclass(frozen=True)
class Submit(Effect):
    """Seal the application and commit it. Outcome: Submitted or Failed. Nothing is handed in before Submitted."""

    application: Application


@dataclass(frozen=True)
class HandInWords(Effect):
    """Seal a question or complaint and commit it. Outcome: Submitted or Failed. `subject`: of spoken.SUBJECTS."""

    subject: str
    words: str = field(repr=False)
    phone: str = field(repr=False, default="")


@dataclass(frozen=True)
class PrintReceipt(Effect):
    """Print the receipt of what was submitted. `copy` counts from 1. Outcome: Printed or Failed."""

    copy: int


@dataclass(frozen=True)
class AwaitCounty(Effect):
    """Tell when the county has acknowledged the application. Outcome: AtCounty (or none, while there is no line)."""

    application: str


@dataclass(frozen=True)
class SendRating(Effect):
    """Hand in a rating. Outcome: Done or Failed."""

    application: str
    level: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CallClerk(Effect):
    """Call the clerk: light, sound, and a help call to the county. Outcome: Done (reached) or Failed (kept)."""

    where: str  # key of the step it was called from; nothing personal


@dataclass(frozen=True)
class ScanCode(Effect):
    """Wait for a code to be held before the scanner: a receipt's, or that of a slip of something put aside (`kind`
    slip; then the outcome's text is its digits). Outcome: CodeScanned or Failed (may be asked for again)."""

    kind: str = "receipt"


@dataclass(frozen=True)
class ReadPhoneCode(Effect):
    """Wait for a phone's code to be held before the scanner, and have the county check it, once. Underway
    `phone.checking` while it does. Outcome: PhoneRead or Failed (may be asked for again, with another code)."""


@dataclass(frozen=True)
class LookUp(Effect):
    """Ask the county what became of this card-holder's applications, or of the one that a receipt's code (`receipt`)
    speaks of. Outcome: CasesFound or Failed."""

    id_number: str = field(repr=False)
    receipt: str = field(default="", repr=False)


@dataclass(frozen=True)
class PutAside(Effect):
    """Seal what was done so far with the card's number, and print the slip that opens it. `instead`: the code of the
    draft it takes the place of. Outcome: Done, or Failed: then nothing was put aside."""

    content: dict[str, object] = field(repr=False)
    id_number: str = field(repr=False)
    instead: str = field(default="", repr=False)


@dataclass(frozen=True)
class OpenDraft(Effect):
    """Open what was put aside, by the slip's code and the card's number. Outcome: DraftOpened or Failed."""

    code: str = field(repr=False)
    id_number: str = field(repr=False)


@dataclass(frozen=True)
class ForgetDraft(Effect):
    """What was put aside is not wanted any more. reason: handed_in | wiped. Outcome: Done."""

    code: str = field(repr=False)
    reason: str = ""


AnyEffect = (
    ReadCard
    | ReadSocialCard
    | Film
    | Shoot
    | FilmFace
    | TakeFace
    | ReadPaper
    | Forget
    | PrintNotice
    | Submit
    | HandInWords
    | PrintReceipt
    | AwaitCounty
    | SendRating
    | CallClerk
    | LookUp
    | ScanCode
    | ReadPhoneCode
    | PutAside
    | OpenDraft
    | ForgetDraft
)

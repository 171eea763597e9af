"""The closed set of steps a visit can show. A screen is a function of a step, and of nothing else.

Words that belong to a matter come in the step, out of the catalogue. Words that belong to the terminal do not: the
screens take them from config/locales by the step's type and codes. A picture is named, never carried. Money is in fen
(1/100 yuan), time left in seconds, effort in minutes, limits in working days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Progress:
    """Where the person is: segment `number` of `total` (1-based), and the minutes that are likely still needed."""

    number: int
    total: int
    minutes_left: int
    done: bool = False  # everything the person has to do is done: "您这边办完了"


@dataclass(frozen=True)
class Where:
    """What the band says: the matter with its picture, and how far along. Absent on the home screen."""

    title: str
    picture: str
    progress: Progress | None = None
    clerk: bool = False  # a clerk fills in with the person: the band says so as long as it lasts


@dataclass(frozen=True)
class Step:
    """What every step has. `key` is stable for the same question, so that a screen can be found and gone back to."""

    key: str
    where: Where | None
    can_go_back: bool


# ---------------------------------------------------------------- home and finding a matter


@dataclass(frozen=True)
class Tile:
    id: str  # a matter's or a life event's id; "more" for the rest
    title: str
    examples: tuple[str, ...]  # two short words for the second line
    picture: str
    count: int = 0  # how many matters lie behind it


@dataclass(frozen=True)
class Home(Step):
    """The first screen. `label` is the catalogue's own remark (示例目录…), shown small, always."""

    tiles: tuple[Tile, ...]
    label: str
    can_resume: bool = False  # something lies put aside here: 接着办


@dataclass(frozen=True)
class MatterList(Step):
    """The matters of a life event, or what a search found."""

    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Search(Step):
    """Finding a matter by writing or pinyin."""

    text: str
    found: tuple[Tile, ...]
    input: str  # "handwriting" | "pinyin" | "latin"


# ---------------------------------------------------------------- what it takes


class Need(StrEnum):
    """State word of a material on the notice and in the strip under the camera."""

    BRING = "bring"  # 要带
    OPTIONAL = "optional"  # 可不带: a commitment stands in
    IF_ANY = "if_any"  # 有才带: only who is in that situation has it
    EXEMPT = "exempt"  # 不用带
    TAKEN = "taken"  # 拍好了
    NOW = "now"  # 正在拍
    LATER = "later"


@dataclass(frozen=True)
class NeedRow:
    id: str
    title: str
    hint: str  # whose, which, or why not
    icon: str
    state: Need
    pages: int = 0


@dataclass(frozen=True)
class Notice(Step):
    """What it takes, before anything is asked (一次性告知)."""

    title: str
    lead: str
    fee_fen: int
    minutes: int
    limit_days: int | None  # working days after acceptance; None: not known
    limit_words: str  # what the days mean, e.g. 县里收下后办好; or 即办
    rows: tuple[NeedRow, ...]
    takes_applications: bool  # False for 协办 / 公开告知: the notice and the guide only
    printing: str  # "idle" | "printing" | "printed" | a fault code
    fee_known: bool = True  # False: say that the window knows the fee, never 0
    can_print: bool = True  # on a slip or on A4
    has_flow: bool = False  # the way it goes can be looked at


@dataclass(frozen=True)
class FlowLane:
    """One item as the guide has it. `days`: working days after acceptance, 0 on the spot, None unknown; `after`: the
    items whose results it waits for; `fee_fen` None, `result` and `basis` "": not known. No `steps`: not known."""

    title: str
    department: str
    days: int | None
    steps: tuple[str, ...]
    after: tuple[str, ...] = ()
    fee_fen: int | None = None
    result: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Flow(Step):
    """The guide (办事指南) with the way a matter goes, item by item, looked at from the notice. `who` may apply; `days`
    as a lane's, of the whole; `printing` as the notice's."""

    title: str
    lanes: tuple[FlowLane, ...]
    days: int | None
    who: str = ""
    printing: str = "idle"
    can_print: bool = True


@dataclass(frozen=True)
class Consent(Step):
    """What is collected, why, who gets it, when it is gone. `kind`: general | sensitive | guardian | face."""

    kind: str
    collected: tuple[str, ...]
    purpose: str
    recipients: str
    kept_until: str


# ---------------------------------------------------------------- questions


@dataclass(frozen=True)
class Option:
    id: str
    title: str
    reason: str = ""
    icon: str = ""
    state: str = ""  # the state word on the right, when it is not chosen / not chosen
    chosen: bool = False
    fixed: bool = False  # cannot be changed; `reason` says why
    parent: str = ""  # id of the option this one depends on
    dashed: bool = False  # needs no action: flat, dashed


@dataclass(frozen=True)
class Remark:
    """One tinted message. tone: plain | good | care. `code` names a locale text when `text` is empty."""

    text: str = ""
    tone: str = "plain"
    icon: str = ""
    code: str = ""
    second: str = ""


@dataclass(frozen=True)
class Choice(Step):
    """One question with options: situations, choice fields, delivery. `many`: several may be chosen."""

    title: str
    hint: str
    options: tuple[Option, ...]
    many: bool = False
    main: str = ""  # what the main key says; empty: the locale's own word
    remark: Remark | None = None


@dataclass(frozen=True)
class Items(Step):
    """Which items to do: all or part, with what depends on what drawn."""

    title: str
    options: tuple[Option, ...]
    ties: tuple[tuple[str, str], ...]  # (parent id, sentence said beside the line to its children)
    chosen: int
    problem: str = ""  # code: items.empty


@dataclass(frozen=True)
class PaperHint:
    """What a photographed paper seems to be, said once and gone on from: never a refusal. `code`: of
    matters.papertext.HINTS, or other_known, where it seems to be the paper `about`; `title`: the paper asked for;
    `about` for expired: the date, YYYY-MM-DD. `key` is the picture's handle."""

    key: str
    code: str
    title: str
    about: str = ""


class Kind(StrEnum):
    """How an answer is entered."""

    NAME = "name"  # Chinese name: one box a character
    TEXT = "text"
    DIGITS = "digits"
    PHONE = "phone"
    ID_NUMBER = "id_number"
    MONEY = "money"
    DATE = "date"
    ADDRESS = "address"


@dataclass(frozen=True)
class Entry(Step):
    """One answer to type or write. `text` is what has been entered so far; nothing else holds it."""

    kind: Kind
    title: str
    hint: str
    text: str
    limit: int  # longest answer in characters
    input: str  # "handwriting" | "pinyin" | "digits" | "latin" | "wheels"
    problem: str = ""  # code of what is wrong with it, said where it happened; "" while fine or not yet judged
    main: str = ""
    optional: bool = False
    unit: str = ""
    suggestions: tuple[str, ...] = ()  # 小区/村组, whole answers that can be touched
    earliest: str = ""  # dates: bounds as YYYY-MM-DD
    latest: str = ""
    source: str = ""  # paper: the text was read from a picture, and waits to be found right


@dataclass(frozen=True)
class PlaceList(Step):
    """An address by touching. `path`: the places gone into so far, from the top; `names`: what lies inside the last of
    them; `known`: whole addresses this person has told already."""

    title: str
    path: tuple[str, ...]
    names: tuple[str, ...]
    known: tuple[str, ...] = ()


# ---------------------------------------------------------------- cards, papers, signature


@dataclass(frozen=True)
class Card(Step):
    """Waiting for an identity card. state: waiting | reading | checking | again | gone. `problem` is a fault code for
    `again`. checking: a phone's code is being checked at the county."""

    whose: str  # words from the catalogue: 您的, 孩子爸爸的 …
    state: str
    problem: str = ""
    can_type: bool = True
    social: bool = False  # a social-security card does as well, for writing name and number
    phone: str = ""  # offered: so does a phone's code; offline: it would, if there were a line; "": it does not
    behalf: str = ""  # offer: 我替别人办; undo: 是我自己的事; "": neither


@dataclass(frozen=True)
class CardShown(Step):
    """What was read, before going on. Values are masked as they are to be shown."""

    rows: tuple[tuple[str, str], ...]  # (label code, value)
    problem: str = ""  # e.g. card.expired
    behalf: str = ""  # as Card's
    whose: str = "own"  # own: of the one who stands here; absent: of the person a helper acts for
    source: str = "card"  # card: it can be taken away now; phone: there is none, a phone's code was checked


@dataclass(frozen=True)
class Face(Step):
    """The person before the camera, for somebody at the county to compare with the card. state: live | taken. The live
    picture comes from the preview, not from the step; `picture` is the handle of the one taken. `problem`: a fault code
    while it cannot be taken, or of a try that failed."""

    state: str
    picture: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Capture(Step):
    """A paper under the camera, live. The picture itself comes from the preview, not from the step."""

    material: str
    title: str
    hint: str
    page: int  # 1-based
    pages: int  # how many are expected
    strip: tuple[NeedRow, ...]
    problem: str = ""  # a fault code when the camera cannot be used
    can_commit: bool = False  # a commitment may stand in: 没带，签个承诺
    can_skip: bool = False
    paper: PaperHint | None = None  # on the page that was taken before this one
    specimen: str = ""  # picture of a good photograph of this page; "" none
    good: tuple[str, ...] = ()  # the same in a few words


@dataclass(frozen=True)
class Review(Step):
    """The straightened picture, judged. `picture` is a handle. `verdict` is "ok" or a reason code."""

    material: str
    title: str
    picture: str
    verdict: str
    page: int
    pages: int
    can_add: bool
    paper: PaperHint | None = None


@dataclass(frozen=True)
class Commitment(Step):
    """A promise in place of a paper, or the applicant's own declaration, signed with a finger."""

    title: str
    clauses: tuple[str, ...]  # **bold** marks what matters
    signer: str
    strokes: tuple[tuple[tuple[float, float], ...], ...]  # each point in 0..1 of the box, origin top left
    decline: str  # what the quiet key says: 不签，我回去拿结婚证
    problem: str = ""  # code: signature.empty


# ---------------------------------------------------------------- checking, handing in, after


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    value: str
    second: str = ""
    source: str = ""  # code: card | paper | clerk | ""; shown instead of 改 when it cannot be changed
    can_change: bool = True
    paper: PaperHint | None = None  # what the terminal read and is not sure to agree


@dataclass(frozen=True)
class Check(Step):
    """Everything once more. Until the button is pressed nothing is handed in, and the screen says so."""

    rows: tuple[Row, ...]
    page: int = 1
    pages: int = 1
    by_clerk: int = 0  # how many of all rows a clerk filled in: the person is asked to look at them


@dataclass(frozen=True)
class Working(Step):
    """We are at work and the person waits. `code` names what; `since` seconds have passed."""

    code: str
    since: float = 0.0


@dataclass(frozen=True)
class Next:
    """What happens next, one line of the way. state: done | now | later. code/values name a locale text."""

    code: str
    state: str
    values: tuple[tuple[str, str], ...] = ()


class Paper(StrEnum):
    """Where the receipt is."""

    PRINTING = "printing"
    PRINTED = "printed"
    UNSURE = "unsure"  # the printer cannot say: the person does
    TROUBLE = "trouble"
    NONE = "none"  # no printer: show the code


@dataclass(frozen=True)
class HandedIn(Step):
    """Handed in. Green only when the county has it (`at_county`), lamp while it is kept here."""

    number: str  # 8 digits, shown as 4 + 4
    code: str  # text of the receipt's QR code
    at_county: bool
    at: str  # local time HH:MM
    following: tuple[Next, ...]
    paper: Paper
    problem: str = ""  # fault code while paper is TROUBLE


@dataclass(frozen=True)
class Rate(Step):
    """好差评, five levels 5..1 and reasons of the level chosen; voluntary."""

    level: int  # 0: none yet
    reasons: tuple[Option, ...]


@dataclass(frozen=True)
class Goodbye(Step):
    """The person's data is gone from the terminal; what to take along. ending: done | stopped | idle | fault."""

    take: tuple[tuple[str, str], ...]  # (icon, title)
    ending: str
    seconds: float  # until the home screen comes by itself


# ---------------------------------------------------------------- across all steps


@dataclass(frozen=True)
class StillThere(Step):
    """Idle warning. Any touch goes on; at zero everything is wiped."""

    seconds: int
    of: int


@dataclass(frozen=True)
class Help(Step):
    """A clerk was called. state: calling | called | kept (no line: staff see it on the status light) | joined (a clerk
    fills in with the person just now). `can_join`: a clerk may join here, where something is filled in."""

    state: str
    phone: str
    can_join: bool = False
    can_put_aside: bool = False  # 先放一放: a slip is printed, and the visit ends until it is brought back


@dataclass(frozen=True)
class Trouble(Step):
    """A fault card that stands in the way: `code` names it in config/faults. `seen`: nothing is wrong, it only has to
    be read before one goes on."""

    code: str
    can_retry: bool
    seen: bool = False


@dataclass(frozen=True)
class CaseLine:
    """A case that was handed in, or one item of it. `due` says by when it is done, in words of the locale: due.CODE
    with `values`; "" where there is nothing to say. `id`: how it is opened to see its items; "" where it is not."""

    id: str
    number: str
    title: str
    state: str
    at: str
    due: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Lookup(Step):
    """我办过的事. state: card | asking | found | case | none | no_line | not_known. Only with the card or the receipt.

    `can_scan`: in state card, a receipt held before the scanner does as well. case: one of them with its items in
    `rows`; `case` is the whole of it.
    """

    state: str
    rows: tuple[CaseLine, ...] = ()
    problem: str = ""
    can_scan: bool = False
    case: CaseLine | None = None


@dataclass(frozen=True)
class Resume(Step):
    """Going on with what was put aside. state: slip (held before the scanner, or its digits typed) | card | reading |
    gone (no reader). `problem` is a fault code."""

    state: str
    problem: str = ""


@dataclass(frozen=True)
class Ask(Step):
    """问 12345: the numbers to ring."""

    phones: tuple[tuple[str, str], ...]  # (who, number)


AnyStep = (
    Home | MatterList | Search | Notice | Flow | Consent | Choice | Items | Entry | PlaceList | Card | CardShown | Face
    | Capture | Review | Commitment | Check | Working | HandedIn | Rate | Goodbye | StillThere | Help | Trouble | Lookup
    | Resume | Ask
)  # fmt: skip

ALL_STEPS: Sequence[type[Step]] = (
    Home, MatterList, Search, Notice, Flow, Consent, Choice, Items, Entry, PlaceList, Card, CardShown, Face, Capture,
    Review,
    Commitment, Check, Working, HandedIn, Rate, Goodbye, StillThere, Help, Trouble, Lookup, Resume,
    Ask,
)  # fmt: skip

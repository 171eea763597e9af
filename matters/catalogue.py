"""The catalogue as a value: matters, their items, questions, fields, materials, promises.

Words are the glossary's. Every fact that a clerk took from somewhere carries how sure it is (H, M, L, sample); what is
not known is None or "unknown" and is counted, never guessed. Fees in fen, limits in working days, times in seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from matters.conditions import ALWAYS, Condition


@dataclass(frozen=True)
class Place:
    """Where in the files something stands; line 1-based."""

    file: str = ""
    line: int = 0


NOWHERE = Place()


class Confidence(StrEnum):
    HIGH = "H"  # two or more sources
    MIDDLE = "M"  # one good source
    LOW = "L"  # unconfirmed
    SAMPLE = "sample"  # written for the example


class Mode(StrEnum):
    """What the village does (村级四种方式)."""

    DIRECT = "direct"  # 直办
    AGENT = "agent"  # 代办
    ASSIST = "assist"  # 协办
    INFORM = "inform"  # 公开告知


LEVELS = ("typed", "card", "card+photo")  # how well a person is known, in rising order
TIERS = ("village", "town", "county", "city", "province", "nation")  # of government (四级 and above)
TYPES = {  # 事项类型: digits 3 and 4 of the basic code (GB/T 39554.1; 01 and 20 seen live, the rest by the standard)
    "permit": "01", "payment": "05", "confirmation": "07", "reward": "08", "ruling": "09", "other": "10",
    "service": "20",
}  # fmt: skip
GIVES = ("record", "document", "answer", "credential", "money", "end", "between")  # what the result is to the person


@dataclass(frozen=True)
class Choice:
    """One answer of a situation or a choice field."""

    id: str
    title: str
    reason: str = ""
    icon: str = ""
    when: Condition = ALWAYS
    sex: str = ""  # the card of the person who chooses this should say so (1, 2); "" where it does not matter


@dataclass(frozen=True)
class Situation:
    """A plain question whose answer decides which items, fields and materials apply."""

    id: str
    title: str
    label: str  # the short word on the check screen
    hint: str
    options: tuple[Choice, ...]
    when: Condition = ALWAYS
    place: Place = NOWHERE


@dataclass(frozen=True)
class Basis:
    """Legal basis: its text, or nothing known."""

    text: str
    known: bool


@dataclass(frozen=True)
class Days:
    """A limit in working days; 0 is on the spot (即办). None: unknown."""

    statutory: int | None = None
    committed: int | None = None
    confidence: Confidence = Confidence.SAMPLE
    note: str = ""


@dataclass(frozen=True)
class Intermediary:
    """A service of somebody outside government that an item rests on (中介服务): what it costs and how long it takes
    have to be published (001 18; 004 三(一)1)."""

    title: str
    fee: str
    days: int | None
    basis: str


@dataclass(frozen=True)
class Published:
    """The same item as another level of government publishes it. What is "" or None there is not compared."""

    tier: str
    values: tuple[tuple[str, str], ...]  # one of the nine things, what is published there
    place: Place = NOWHERE


@dataclass(frozen=True)
class Item:
    """One administrative item of one department, as this matter uses it."""

    id: str
    title: str  # plain words
    official: str  # the name on the official list
    reason: str  # one line below the title
    department: str
    code: str  # 12, 31 or 33 characters; "" unknown
    basis: Basis
    limit: Days
    fee_fen: int | None
    village: Mode
    town: Mode
    steps: tuple[str, ...]
    result: str
    confidence: Confidence
    gives: str = "record"  # one of GIVES
    level: str = "typed"  # how well the person must be known; by rule (matters.knowing), never written by hand
    type: str = ""  # one of TYPES; "" unknown
    decides: str = ""  # the tier that decides; "" unknown
    in_person: str = ""  # the law that wants the person to come; "" where none does
    fee_basis: str = ""
    intermediary: tuple[Intermediary, ...] | None = None  # None: not known whether there is any
    visits: int | None = None  # how often the person has to come (到现场次数); None: unknown
    commitment: bool | None = None  # whether a commitment may stand in (告知承诺); None: unknown
    published: tuple[Published, ...] = ()
    short: str = ""
    usual: bool = True  # ticked beforehand
    required: str = ""  # why it cannot be left out; "" where it can
    settled: str = ""  # why nothing needs to be done (已经开好); shown flat
    needs: tuple[str, ...] = ()  # items whose result this one takes in
    tie: str = ""  # sentence beside the line from the parent to its children
    when: Condition = ALWAYS
    place: Place = NOWHERE

    @property
    def offered(self) -> bool:
        """Whether the terminal takes it in; else it is only told about."""
        return not self.settled and (
            Mode.DIRECT in (self.village, self.town) or Mode.AGENT in (self.village, self.town)
        )


@dataclass(frozen=True)
class Fill:
    """Where an answer comes from without asking: a value of the card, or another field."""

    source: str  # card.name, card.id_number, card.sex, card.nation, card.birth, card.address, field.ID
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Field:
    """One answer on the merged form."""

    id: str
    title: str  # the question
    label: str  # the short word on the check screen
    kind: str  # Kind of steps.Entry, or "choice"
    hint: str = ""
    main: str = ""
    unit: str = ""
    limit: int = 0  # longest answer; 0: what the kind gives
    least: int | None = None  # smallest number (digits: value, money: fen)
    most: int | None = None
    earliest: str = ""  # dates: YYYY-MM-DD, or days from today (-30, 0)
    latest: str = ""
    optional: bool = False
    sensitive: bool = False
    minor: bool = False  # tells of a child under 14: the guardian is asked (个人信息保护法 31)
    options: tuple[Choice, ...] = ()
    suggestions: tuple[str, ...] = ()
    receipt: str = ""  # said below the answer on the receipt; "": the answer is not on the receipt
    fill: tuple[Fill, ...] = ()
    change: bool = True  # whether a filled answer may be changed on the check screen
    items: tuple[str, ...] = ()  # who needs it; empty: the matter itself
    when: Condition = ALWAYS
    place: Place = NOWHERE


@dataclass(frozen=True)
class Exempt:
    """Why a paper need not be shown. `reason`: one of matters.parts.EXEMPTIONS."""

    reason: str
    words: str
    source: str = ""  # the county's data source that must be connected; "": none
    when: Condition = ALWAYS
    item: str = ""  # reason `result`: the earlier item whose result it is


@dataclass(frozen=True)
class PaperFill:
    """An answer that stands on the paper: right of one of `labels`, or, without labels, wherever something of the
    field's kind is (a bank card's number)."""

    field: str
    labels: tuple[str, ...] = ()
    when: Condition = ALWAYS


@dataclass(frozen=True)
class PaperLook:
    """How a paper is known by what is printed on it. `marks`: any of them says that it is this paper; `sides`: the same
    for each page, where the pages differ. `person`: the one who applies must be named on it; `expires`: it says until
    when it holds."""

    marks: tuple[str, ...] = ()
    sides: tuple[tuple[str, ...], ...] = ()
    person: bool = False
    expires: bool = False


@dataclass(frozen=True)
class PaperCopy:
    """What becomes of a material's pictures when they are handed in. `sheet`: "a4" puts them on A4 pages in true size,
    as windows want the two sides of a card; `watermark`: purpose and date are laid over them; `pdf`: all pages are one
    PDF; `original`: the pictures as they were are handed in as well."""

    sheet: str = ""
    watermark: bool = False
    pdf: bool = False
    original: bool = False

    @property
    def plain(self) -> bool:
        """Whether the pictures are handed in as they are."""
        return not (self.sheet or self.watermark or self.pdf)


@dataclass(frozen=True)
class Material:
    """A paper the applicant shows."""

    id: str
    title: str
    short: str
    hint: str
    icon: str
    kind: str  # original | copy | form
    source: str  # applicant | government | other
    shape: str  # a4 | card | booklet | certificate | any
    pages: int
    colour: bool
    why: str
    confidence: Confidence
    page_hints: tuple[str, ...] = ()
    commitment: str = ""  # id of the promise that may stand in
    basis: str = ""  # the law that asks for it; "" where none is named
    issuer: str = ""  # the data source that knows what it says, whether connected or not; "" where none is known
    specimen: tuple[str, ...] = ()  # what a good picture of it is like, a page each (screens/assets/pictures); () none
    good: tuple[str, ...] = ()  # what a good photograph of it looks like
    sensitive: bool = False  # health, disability, money: its own consent (个人信息保护法 29)
    later: bool = False  # may be brought later (容缺)
    exempt: tuple[Exempt, ...] = ()
    items: tuple[str, ...] = ()
    read: PaperLook | None = None  # None: what is printed on it is not read
    fills: tuple[PaperFill, ...] = ()
    copy: PaperCopy = PaperCopy()
    when: Condition = ALWAYS
    place: Place = NOWHERE


@dataclass(frozen=True)
class Clause:
    text: str  # {field} and {situation} are filled in; **bold** marks what matters
    when: Condition = ALWAYS


@dataclass(frozen=True)
class Promise:
    """A commitment: in place of a paper, or the applicant's own declaration (when `declaration`)."""

    id: str
    title: str
    clauses: tuple[Clause, ...]
    decline: str
    declaration: bool = False
    items: tuple[str, ...] = ()
    when: Condition = ALWAYS
    place: Place = NOWHERE


@dataclass(frozen=True)
class Delivery:
    """How the result comes back."""

    id: str
    title: str
    reason: str
    icon: str
    after: str  # what happens, in a sentence, for the receipt and the screen
    when: Condition = ALWAYS
    place: Place = NOWHERE


@dataclass(frozen=True)
class Asking:
    """A consent: what is collected, why, who gets it, when it is gone. kind: general | sensitive | guardian | face."""

    kind: str
    collected: tuple[str, ...]
    purpose: str
    recipients: str
    kept_until: str


@dataclass(frozen=True)
class Advice:
    """What to bring or do for a matter that is only told about; `if_any`: only who is in that situation has it."""

    icon: str
    title: str
    hint: str
    if_any: bool = False


@dataclass(frozen=True)
class Ages:
    """Whole years of age of the person who applies; a card outside them gets a remark, the county decides."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Matter:
    """What a resident comes for."""

    id: str
    title: str
    official: str
    names: tuple[str, ...]  # what people also call it
    pinyin: tuple[str, ...]  # of the title and of other names, syllables apart
    examples: tuple[str, ...]
    picture: str
    event: str  # life event (a tile of the home screen)
    heading: str  # of the notice
    lead: str
    who: str  # who may apply
    limit: Days  # of the whole, where it was published
    complexity: str  # general | fairly_complex | complex | market_access
    reply_days: int | None  # until the county has looked at the papers
    situations: tuple[Situation, ...]
    items: tuple[Item, ...]
    fields: tuple[Field, ...]
    materials: tuple[Material, ...]
    promises: tuple[Promise, ...]
    delivery: tuple[Delivery, ...]
    delivery_title: str
    delivery_hint: str
    items_title: str
    consents: tuple[Asking, ...]
    ages: Ages
    confidence: Confidence
    materials_before: int | None = None  # how many papers were asked for before the reform; None: unknown
    advice: tuple[Advice, ...] = ()
    not_here: str = ""  # why it cannot be handed in here (001 9: the reason is said in public); "" where it can
    place: Place = NOWHERE

    @property
    def takes_applications(self) -> bool:
        return any(item.offered for item in self.items)

    @property
    def departments(self) -> tuple[str, ...]:
        """Whose items these are, each once, in their order."""
        return tuple(dict.fromkeys(item.department for item in self.items))

    def item(self, name: str) -> Item:
        return _find(self.items, name)

    def field(self, name: str) -> Field:
        return _find(self.fields, name)

    def situation(self, name: str) -> Situation:
        return _find(self.situations, name)

    def material(self, name: str) -> Material:
        return _find(self.materials, name)

    def promise(self, name: str) -> Promise:
        return _find(self.promises, name)


DEPARTMENT = "department:"  # before the name, where a tile or a list is a department's

T = TypeVar("T", Item, Field, Situation, Material, Promise)


def _find(parts: tuple[T, ...], name: str) -> T:
    for part in parts:
        if part.id == name:
            return part
    raise KeyError(name)


@dataclass(frozen=True)
class Event:
    """A tile of the home screen: a life event and what lies behind it."""

    id: str
    title: str
    examples: tuple[str, ...]
    picture: str
    place: Place = NOWHERE


@dataclass(frozen=True)
class Catalogue:
    version: str
    label: str
    events: tuple[Event, ...]
    matters: Mapping[str, Matter]
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tile_most: int = 9

    def of_event(self, event: str) -> tuple[Matter, ...]:
        return tuple(matter for matter in self.matters.values() if matter.event == event)

    def of_department(self, department: str) -> tuple[Matter, ...]:
        return tuple(matter for matter in self.matters.values() if department in matter.departments)

    @cached_property
    def departments(self) -> tuple[str, ...]:
        """Every department, the one with most matters first."""
        count = Counter(name for matter in self.matters.values() for name in matter.departments)
        return tuple(name for name, _ in count.most_common())

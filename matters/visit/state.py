"""What a visit holds. Everything a person gave lies in `Answers`, so that it can be put back and thrown away as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from matters import consents, identity
from matters.catalogue import Catalogue, Matter
from matters.effects import AnyEffect
from matters.events import Strokes
from matters.outcomes import CardRead, CaseRow, FaceTaken, PhoneRead, PictureTaken, SocialCardRead, Submitted
from matters.papertext import Paper
from matters.regions import Region
from matters.resolve import Given, Resolved, resolve

K = TypeVar("K")
V = TypeVar("V")
_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Setting:
    """What this terminal is. Times in seconds; `today` is the local date, YYYY-MM-DD."""

    county: str = "示例县"
    hall: str = "山背村便民服务中心"
    phone: str = "0000-0000000"
    collect_at: str = "县政务中心1楼"
    phones: tuple[tuple[str, str], ...] = ()  # (who, number); the hall's own and 12345 are added by themselves
    today: str = "2026-03-12"
    workdays: tuple[str, ...] = ()  # those after today, as far as known; () while no clock is sure
    idle_s: float = 120.0
    idle_warning_s: float = 30.0
    idle_elder_factor: float = 1.5
    goodbye_s: float = 15.0
    county_wait_s: float = 6.0
    aside_days: float = 0.0  # how long what is put aside can be gone on with; 0: not offered
    retry_s: float = 1.5  # pause before a device that failed is asked again by itself
    copies_most: int = 3  # receipts a person can have
    rows_a_page: int = 7  # of the check screen
    rows_a_page_elder: int = 5
    sources: frozenset[str] = frozenset()  # the county's connected data sources
    regions: tuple[Region, ...] = ()  # places one inside the other, to choose an address from; () for writing it
    here: tuple[str, ...] = ()  # where the terminal stands, from the top of `regions`
    limit_profile: str = "chenzhou"
    input: str = "handwriting"  # how Chinese is entered first: handwriting | pinyin
    latin: bool = False  # the words on the screen are a language of Latin letters: matters are found by typing those
    elder: bool = False
    can_read_card: bool = True
    can_print: bool = True
    can_film: bool = True
    can_scan: bool = False
    phone_codes: bool = False  # the county has phones' codes checked
    can_read_social: bool = False
    can_face: bool = False  # there is a camera towards the person
    can_print_sheet: bool = False  # on A4
    reads_papers: bool = False  # what is printed on a photographed paper is read
    online: bool = True


@dataclass(frozen=True)
class Shot:
    """A page as taken; `kept` once the person has said it will do."""

    taken: PictureTaken
    kept: bool = False


@dataclass(frozen=True)
class Portrait:
    """The person beside their card, as taken; `kept` once they have said it will do."""

    taken: FaceTaken
    kept: bool = False


@dataclass(frozen=True)
class Answers:
    """Everything the person gave that could be handed in."""

    situations: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    picks: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    agreed: frozenset[str] = frozenset()
    typing: bool = False  # says the number instead of laying the card
    number: str = ""
    name: str = ""
    card: CardRead | None = None
    face: Portrait | None = None
    social: SocialCardRead | None = None  # a social-security card that was laid; typing for the person, proving nothing
    phone: PhoneRead | None = None  # whose code a phone showed, checked online; typing for the person, as a social card
    helping: bool = False  # who stands here acts for somebody else: all of the above is that somebody's
    helper_typing: bool = False
    helper_number: str = ""
    helper_name: str = ""
    helper_card: CardRead | None = None
    relation: str = ""  # the helper's, a code of helping.RELATIONS
    by_clerk: frozenset[str] = frozenset()  # places that a clerk filled in
    clerk: str = ""  # mark of the clerk who did
    said: Mapping[str, str] = field(default_factory=lambda: _EMPTY, repr=False)  # a question or complaint, by part
    receipt: str = field(default="", repr=False)  # the code of a receipt that was held before the scanner
    fields: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    skipped: frozenset[str] = frozenset()  # optional fields left empty
    from_paper: frozenset[str] = frozenset()  # fields whose answer was read from a picture, and found right
    shots: Mapping[str, tuple[Shot | None, ...]] = field(default_factory=lambda: MappingProxyType({}))
    waived: Mapping[str, str] = field(default_factory=lambda: _EMPTY)  # material: commitment | later
    signed: Mapping[str, tuple[tuple[str, ...], Strokes]] = field(default_factory=lambda: MappingProxyType({}))
    delivery: str = ""
    passed: frozenset[str] = frozenset()  # places that only have to be seen


@dataclass(frozen=True)
class Running:
    """An effect that was asked for, and what it was asked for (the same wish keeps the same effect)."""

    wish: str
    effect: AnyEffect


@dataclass(frozen=True)
class Visit:
    catalogue: Catalogue  # pinned: a visit stays on the version it began with
    setting: Setting
    at: float
    touched: float
    place: str = "home"
    came_from: str = "home"  # list or search that the matter was found in
    matter: Matter | None = None
    answers: Answers = field(default_factory=Answers)
    before: Answers | None = None  # answers as they were when a change from the check screen began
    drafts: Mapping[str, str] = field(default_factory=lambda: _EMPTY)  # by place
    strokes: Mapping[str, Strokes] = field(default_factory=lambda: MappingProxyType({}))  # by promise
    problem: str = ""
    clerk: str = ""  # mark of a clerk who fills in with the person just now; "" while none does
    page: int = 1  # of the check screen
    elder: bool = False
    input: str = "handwriting"
    can_read_card: bool = True
    can_print: bool = True
    can_film: bool = True
    can_scan: bool = False
    can_read_social: bool = False
    can_face: bool = False
    can_print_sheet: bool = False
    online: bool = True
    printer_problem: str = ""
    # effects
    running: tuple[Running, ...] = ()
    counter: int = 0
    again_at: float = 0.0  # a device that failed is not asked before
    shoot: bool = False
    reading: bool = False
    checking: bool = False  # a phone's code, at the county
    scan_at: float = 0.0  # a scanner in trouble is not asked before
    code: str = ""  # code of why a code that was held before the scanner does not belong here
    code_at: float = 0.0
    taken: tuple[str, ...] = ()  # every picture there is
    forgotten: tuple[str, ...] = ()
    read: Mapping[str, Paper | None] = field(default_factory=lambda: MappingProxyType({}))  # by picture
    # help, idleness
    help: str = ""  # "" | calling | called | kept
    calls: int = 0
    called_at: float = 0.0
    still: bool = False
    still_since: float = 0.0
    # handing in and after
    since: float = 0.0  # when the present work of ours began
    notice: str = "idle"
    notices: int = 0
    guide: bool = False  # the last of them was the guide
    submitted: Submitted | None = None
    at_county: bool = False
    shown: bool = False  # the result has been shown: the receipt may print
    copies: int = 0  # receipts asked for
    printed: int = 0  # receipts that came out
    unsure: bool = False
    paper_problem: str = ""
    paper_gone: bool = False  # trouble has been seen since the failure: when it goes, print
    level: int = 0
    reasons: frozenset[str] = frozenset()
    rating: bool = False
    ending: str = ""
    goodbye_at: float = 0.0
    take: tuple[tuple[str, str], ...] = ()
    over: bool = False
    # looking up
    cases: tuple[CaseRow, ...] | None = None
    case: int = -1  # which of them is looked into; -1: none
    lookup_problem: str = ""
    text: str = ""  # of the search
    # put aside, gone on with (matters.visit.aside)
    aside: str = ""  # "" | working | code of why it could not be put aside
    asides: int = 0
    slip: str = field(default="", repr=False)  # digits of a slip that is to be opened
    draft: str = field(default="", repr=False)  # digits of the slip that this visit was gone on with by
    can_resume: bool = False  # something lies put aside on this terminal


def put(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    """The mapping with one key set."""
    return MappingProxyType({**mapping, key: value})


def drop(mapping: Mapping[K, V], key: K) -> Mapping[K, V]:
    """The mapping without one key."""
    return MappingProxyType({k: v for k, v in mapping.items() if k != key})


def answer(visit: Visit, **changes: object) -> Visit:
    """The visit with some answers changed."""
    return replace(visit, answers=replace(visit.answers, **changes))  # type: ignore[arg-type]  # names of Answers only


def doing(visit: Visit) -> Matter:
    """The matter that is being done. Only asked where there is one."""
    if visit.matter is None:
        raise LookupError("no matter has been chosen")
    return visit.matter


def known(answers: Answers, today: str) -> str:
    """How the person is known so far: "" | typed | card."""
    if answers.typing:
        good = not identity.id_problem(answers.number, today) and not identity.name_problem(answers.name)
        return "typed" if good else ""
    return "card" if answers.card else ""


def helper_known(answers: Answers, today: str) -> str:
    """How the one who acts for somebody else is known so far: "" | typed | card."""
    if not answers.helping:
        return ""
    if answers.helper_typing:
        good = not identity.id_problem(answers.helper_number, today) and not identity.name_problem(answers.helper_name)
        return "typed" if good else ""
    return "card" if answers.helper_card else ""


def helper(answers: Answers, today: str) -> tuple[str, str]:
    """Name and number of the one who acts for somebody else, as far as known."""
    match helper_known(answers, today):
        case "typed":
            return answers.helper_name, answers.helper_number
        case "card" if answers.helper_card is not None:
            return answers.helper_card.name, answers.helper_card.id_number
        case _:
            return "", ""


def helped(answers: Answers, today: str) -> bool:
    """Whether somebody with a card of their own and a relation acts here: what stands behind the level `helper`."""
    return answers.helping and helper_known(answers, today) == "card" and bool(answers.relation)


def standing(answers: Answers, today: str) -> str:
    """The level reached without a picture: "" | typed | card | helper."""
    level = known(answers, today)
    return "helper" if level and helped(answers, today) else level


def told_by(answers: Answers) -> str:
    """What wrote name and number instead of the person: social (a social-security card) | phone (a phone's code,
    checked online) | "" (nothing did). Anybody may read such a card, and whoever holds a phone has its code: no module
    vouches for them and no PIN for their holder, so the person is known no better than `typed`."""
    for by, told in (("phone", answers.phone), ("social", answers.social)):
        if told is not None and (told.name, told.id_number) == (answers.name, answers.number) != ("", ""):
            return by if answers.typing else ""
    return ""


def person(answers: Answers, today: str) -> tuple[dict[str, str], dict[str, str]]:
    """card.name … as far as known, and where each came from."""
    values, sources = _person(answers, today)
    if values and answers.social is not None and answers.social.card_number:
        values["social.card_number"], sources["social.card_number"] = answers.social.card_number, "social"
    return values, sources


def _person(answers: Answers, today: str) -> tuple[dict[str, str], dict[str, str]]:
    level = known(answers, today)
    if level == "card" and answers.card is not None:
        card = answers.card
        values = {
            "card.name": card.name,
            "card.id_number": card.id_number,
            "card.sex": card.sex,
            "card.nation": card.nation,
            "card.birth": card.birth,
            "card.address": card.address,
        }
        return values, dict.fromkeys(values, "card")
    if level == "typed":
        number = answers.number
        values = {
            "card.name": answers.name,
            "card.id_number": number,
            "card.sex": identity.sex_of(number),
            "card.birth": identity.birth_of(number),
        }
        told = told_by(answers) or "typed"
        return values, {
            "card.name": told, "card.id_number": told, "card.sex": "derived", "card.birth": "derived",
        }  # fmt: skip
    return {}, {}


def resolved(visit: Visit) -> Resolved:
    """What follows from the answers so far."""
    return resolve(doing(visit), given(visit))


def given(visit: Visit) -> Given:
    answers = visit.answers
    values, sources = person(answers, visit.setting.today)
    return Given(
        situations=answers.situations,
        picks=answers.picks,
        fields=answers.fields,
        person=values,
        person_sources=sources,
        level=known(answers, visit.setting.today),
        waived=answers.waived,
        from_paper=answers.from_paper,
        sources=visit.setting.sources,
        helped=helped(answers, visit.setting.today),
        faceless=faceless(visit),
    )


def faceless(visit: Visit) -> str:
    """Why no picture of the person can be taken: absent, because somebody acts for them; camera, because there is none
    that works. "" where it can, or where they have agreed to it: then the step itself says what is wrong."""
    if visit.answers.helping:
        return "absent"
    return "" if visit.can_face or consents.FACE in visit.answers.agreed else "camera"


def without_face(visit: Visit) -> Visit:
    """Without a picture of the person and without their word for it."""
    agreed = visit.answers.agreed - {consents.FACE}
    if agreed == visit.answers.agreed and visit.answers.face is None:
        return visit
    return answer(visit, face=None, agreed=agreed)

"""Drives a visit by events, quickly: what a test of any room needs to get to a step of a real matter.

drive = Drive()                      # the shipped catalogue, a terminal with every device
drive.press("tile:newborn"); drive.press("main")
drive.newborn(until="check")         # or walk a whole matter to the first step of a kind
drive.step                           # the step now; drive.wants(Film) the effect; drive.give(result) its outcome
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from config.catalogue import SHIPPED, load
from matters import effects, steps
from matters.build import must_build
from matters.catalogue import Catalogue
from matters.events import Chosen, Event, Outcome, Pressed, Signed, Surroundings, Tick, Touched, Typed
from matters.identity import check_character
from matters.outcomes import AtCounty, CardRead, Done, FaceTaken, PictureTaken, Printed, Result, Submitted
from matters.visit import Setting, Visit, advance, begin, step, wanted
from matters.visit.reading import LAST_S

E = TypeVar("E", bound=effects.Effect)
NAME = (((0.1, 0.5), (0.4, 0.5)), ((0.25, 0.3), (0.25, 0.8)))


@functools.cache
def shipped() -> Catalogue:
    return must_build(load(SHIPPED))


def number(first17: str) -> str:
    """An identity number with its right check character; use the unassigned area 431199."""
    return first17 + check_character(first17)


MOTHER = number("43119919940712002")
FATHER = number("43119919920305003")
CARD = CardRead(
    "resident", "王小兰", MOTHER, "2", "01", "1994-07-12", "示例县山背村3组", "示例县公安局", "2018-05-01", "2038-05-01"
)
ANSWERS = {
    "child_name": "陈小禾", "child_sex": "2", "child_birth": "2026-02-26", "mother_name": "王小兰", "mother_id": MOTHER,
    "father_name": "陈大山", "father_id": FATHER, "household_head": "王老根", "address": "示例县山背村3组",
    "phone": "13800000000", "bank_account": "810100000000000001", "bank_branch": "示例县农商行山背支行",
    "nation": "01", "tier": "50000", "member_name": "王小兰", "member_id": MOTHER, "identity_class": "adult",
    "licence_number": "92431199MA4ABCDE1X", "shop_name": "小兰餐馆", "shop_address": "示例县山背村3组12号",
    "shop_area": "60", "business": "hot", "workers": "2",
    "applicant": "mother", "married": "yes", "household": "mother", "student": "no", "special": "none",
    "has_licence": "no", "premises": "own", "insured_for": "self",
}  # fmt: skip


def likely(entry: steps.Entry) -> str:
    """An answer that fits an entry nobody prepared one for."""
    match entry.kind:
        case steps.Kind.NAME:
            return "王小兰"
        case steps.Kind.ID_NUMBER:
            return MOTHER
        case steps.Kind.PHONE:
            return "13800000000"
        case steps.Kind.DATE:
            return entry.latest or entry.earliest
        case steps.Kind.MONEY:
            return "1200"
        case steps.Kind.DIGITS:
            return "810100000000000001" if entry.limit > 15 else "3"  # an account, or how many
        case _:
            return "山背村三组"


class Drive:
    """A visit and its clock. Every method hands back the step that is shown then."""

    def __init__(self, setting: Setting | None = None, catalogue: Catalogue | None = None) -> None:
        self.setting = setting or Setting(can_face=True)
        self.at = 100.0
        self.events: list[Event] = []
        self.visit: Visit = begin(catalogue or shipped(), self.setting, self.at)
        self.first = self.visit
        self.pictures = 0
        self.verdict = "ok"
        self.answers = dict(ANSWERS)
        self.commit: set[str] = set()  # materials for which a promise is signed instead

    # ------------------------------------------------------------ one event

    @property
    def step(self) -> steps.AnyStep:
        return step(self.visit)

    def send(self, event: Event) -> steps.AnyStep:
        self.events.append(event)
        self.visit = advance(self.visit, event)
        return self.step

    def now(self, seconds: float = 1.0) -> float:
        self.at += seconds
        return self.at

    def press(self, key: str) -> steps.AnyStep:
        return self.send(Pressed(self.now(), key))

    def choose(self, option: str) -> steps.AnyStep:
        return self.send(Chosen(self.now(), option))

    def type(self, text: str) -> steps.AnyStep:
        return self.send(Typed(self.now(), text))

    def sign(self) -> steps.AnyStep:
        return self.send(Signed(self.now(), NAME))

    def touch(self) -> steps.AnyStep:
        return self.send(Touched(self.now()))

    def wait(self, seconds: float) -> steps.AnyStep:
        end = self.at + seconds
        while self.at < end:
            self.send(Tick(self.now(min(0.5, end - self.at))))
        return self.step

    def around(self, **changes: object) -> steps.AnyStep:
        """Devices as they are, but for these."""
        seen = Surroundings(
            self.now(), self.visit.can_read_card, self.visit.can_print, self.visit.can_film, self.visit.online,
            self.visit.printer_problem, self.visit.can_scan, can_face=self.visit.can_face,
        )  # fmt: skip
        return self.send(replace(seen, **changes))  # type: ignore[arg-type]

    def wants(self, kind: type[E]) -> E | None:
        return next((effect for effect in wanted(self.visit) if isinstance(effect, kind)), None)

    def give(self, kind: type[effects.Effect], result: Result) -> steps.AnyStep:
        """The outcome of an effect that is wanted."""
        effect = self.wants(kind)
        assert effect is not None, f"{kind.__name__} is not wanted at {self.step.key}"
        return self.send(Outcome(self.now(), effect.id, result))

    def picture(self) -> PictureTaken:
        self.pictures += 1
        name = f"p{self.pictures}"
        return PictureTaken(name, f"{self.pictures:064x}", 1654, 2339, 300_000, self.verdict)

    def face(self) -> FaceTaken:
        return FaceTaken(self.picture(), replace(self.picture(), width=102, height=126))

    # ------------------------------------------------------------ whole ways

    def onward(self) -> steps.AnyStep:
        """Does what the present step asks for, as someone would who has everything with them."""
        now = self.step
        match now:
            case steps.Choice():
                name = now.key.partition(":")[2]
                if name in self.answers:
                    self.choose(self.answers[name])
                elif name != now.key and not any(option.chosen for option in now.options):
                    self.choose(now.options[0].id)
                return self.press("main")
            case steps.Entry():
                name = now.key.partition(":")[2]
                text = {"number": MOTHER, "name": "王小兰"}.get(name, self.answers.get(name, ""))
                text = text or now.text or likely(now)
                if now.text != text:
                    self.type(text)
                return self.press("main")
            case steps.Card():
                return self.give(effects.ReadCard, CARD)
            case steps.Face() if now.state == "live":
                self.press("main")
                return self.give(effects.TakeFace, self.face())
            case steps.Capture() if now.material in self.commit:
                return self.press("commit")
            case steps.Capture():
                return self.give(effects.Film, self.picture())
            case steps.Commitment():
                self.sign()
                return self.press("main")
            case steps.Working():
                if self.visit.submitted is None:
                    done = Submitted(
                        "018f0000-0000-7000-8000-000000000001", "31210047", "R1.code", "2026-03-12T10:41:05"
                    )
                    if self.wants(effects.Submit) is None:  # a page is still being read
                        return self.wait(LAST_S)
                    return self.give(effects.Submit, done)
                return self.give(effects.AwaitCounty, AtCounty(self.visit.submitted.application))
            case steps.HandedIn() if now.paper is steps.Paper.PRINTING:
                return self.give(effects.PrintReceipt, Printed(confirmed=True))
            case steps.Rate():
                self.press("level:5")
                self.press("main")
                return self.give(effects.SendRating, Done())
            case _:
                return self.press("main")

    def until(self, stop: Callable[[steps.AnyStep], bool] | type[steps.Step], most: int = 120) -> steps.AnyStep:
        for _ in range(most):
            now = self.step
            if isinstance(now, stop) if isinstance(stop, type) else stop(now):
                return now
            self.onward()
        raise AssertionError(f"never came to {stop}; stands at {self.step.key}")

    def start(self, matter: str) -> steps.AnyStep:
        """To the notice of a matter, by its tile."""
        event = shipped().matters[matter].event
        home = self.step
        if isinstance(home, steps.Home) and event not in {tile.id for tile in home.tiles}:
            self.press("tile:more")
        self.press(f"tile:{event}")
        if isinstance(self.step, steps.MatterList):
            self.press(f"tile:{matter}")
        assert isinstance(self.step, steps.Notice)
        return self.step

    def to(self, matter: str, stop: Callable[[steps.AnyStep], bool] | type[steps.Step]) -> steps.AnyStep:
        """From home through a matter to the first step of a kind."""
        self.start(matter)
        return self.until(stop)

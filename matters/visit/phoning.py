"""A phone's code at the card step, and codes that were held before the scanner though nobody asked for one.

The code of the electronic social card or of the province's app is checked online and writes name and number for the
person. It vouches for no more than that: whoever holds the phone has the code, nobody compares a face with it, and it
cannot be checked without a line. So the level stays `typed` (docs/decisions/0014-phone-codes.md), it opens neither
progress nor results, and nobody's code is taken for somebody who is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from matters import effects, steps
from matters.effects import AnyEffect
from matters.events import CodeHeld
from matters.outcomes import Failed, PhoneRead
from matters.steps import Where
from matters.visit import flow
from matters.visit.clock import active
from matters.visit.state import Visit, answer, drop

WISH = "phone"
TOLD_S = 20.0  # how long it is said that a code does not belong here, if nobody presses a key
NOWHERE = ("submitting", "trouble", "handed", "rate", "goodbye")
OF_THE_SCANNER = ("scanner.absent", "scanner.no_access")  # the person has a card, or types: no word about a device


def offered(visit: Visit) -> bool:
    """Whether a phone's code is taken here: there is a scanner, the county has codes checked, and who stands here acts
    for themselves."""
    return visit.can_scan and visit.setting.phone_codes and not visit.answers.helping


def hint(visit: Visit) -> str:
    """What the card step says of it: "" | offered | offline."""
    return ("offered" if visit.online else "offline") if offered(visit) else ""


def problem(visit: Visit) -> str:
    """What came of a code that was held here, where no card can be read."""
    return visit.problem if visit.problem.startswith(("phone.", "code.", "scanner.")) else ""


def wishes(visit: Visit) -> Iterator[tuple[str, Callable[[str], AnyEffect]]]:
    """It is waited for where a card is. A check that is under way is not broken off by a card that could not be read:
    a code is asked about once."""
    begun = any(running.wish == WISH for running in visit.running)
    if visit.place == "card" and offered(visit) and (begun or visit.at >= visit.scan_at):
        yield WISH, lambda name: effects.ReadPhoneCode(name)


def underway(visit: Visit) -> Visit:
    """The county is being asked."""
    return replace(active(visit), checking=True, problem="")


def outcome(visit: Visit, result: object) -> Visit:
    visit = replace(visit, checking=False)
    if isinstance(result, PhoneRead):
        told = answer(
            active(visit), typing=True, number=result.id_number, name=result.name, phone=result, social=None,
            passed=visit.answers.passed - {"shown"},
        )  # fmt: skip
        return flow.go(replace(told, drafts=drop(drop(told.drafts, "typed:number"), "typed:name")), "shown")
    if isinstance(result, Failed):
        if result.code in OF_THE_SCANNER:
            return replace(visit, scan_at=visit.at + visit.setting.retry_s)
        return replace(active(visit), problem=result.code)
    return visit


# ---------------------------------------------------------------- where no code is wanted


def held(visit: Visit, event: CodeHeld) -> Visit:
    """Says where the code belongs; what was being done stays as it is."""
    if visit.still:
        return active(visit)  # whoever holds something up is there
    if flow.kind(visit.place) in NOWHERE or visit.help or visit.aside:
        return visit
    code = f"code.{event.kind}_elsewhere"
    if event.kind == "phone":
        code = _why_not(visit)
    return replace(active(visit), code=code, code_at=visit.at)


def _why_not(visit: Visit) -> str:
    if not visit.setting.phone_codes:
        return "phone.not_connected"
    helping = visit.answers.helping and flow.kind(visit.place) in ("card", "helper")
    return "code.phone_absent_person" if helping else "code.phone_elsewhere"


def ticked(visit: Visit) -> Visit:
    """Said long enough."""
    return replace(visit, code="") if visit.code and visit.at - visit.code_at >= TOLD_S else visit


def pressed(visit: Visit) -> Visit:
    """Any key: on with what was being done."""
    return replace(visit, code="")


def step(visit: Visit, where: Where | None) -> steps.Trouble:
    return steps.Trouble("code", where, True, visit.code, False, seen=True)

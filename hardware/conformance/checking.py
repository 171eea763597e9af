"""What a check is, who helps with it, and what a run of checks comes to. No device class is known here."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

CHECK_S = 180.0  # no check takes longer than a person who fetches a roll of paper


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - a word, no password
    FAIL = "fail"
    UNSUPPORTED = "not supported"  # the device says, or shows, that it cannot; the terminal does without
    NOT_TRIED = "not tried"  # nobody there to help, or what it rests on failed


class Failed(Exception):  # the result of a check, not an error of ours
    """The device does not do what the check asks for. The text is technical and holds nothing of a person."""


class Unsupported(Exception):  # the same
    """The device cannot do this, and a terminal can do without."""


class NotTried(Exception):  # the same
    """The person could not help, or has not got what it takes."""


class Person(Protocol):
    """Whoever stands at the device. Keys are those of the locale, under conform.do and conform.sees."""

    async def do(self, action: str) -> bool:
        """Has the person do something; False when it cannot be done here."""
        ...

    async def sees(self, question: str) -> bool | None:
        """Whether what the person sees is as it should be; None when that cannot be said."""
        ...


class Bench(Protocol):
    """A device under test. `evidence` is what was said on its line during the present check, masked."""

    person: Person
    evidence: list[dict[str, Any]]

    def about(self) -> dict[str, str]:
        """What the device tells of itself: numbers, capabilities."""
        ...

    async def calm(self) -> None:
        """Between two checks: lets go of the line, so that a check never inherits another's trouble."""
        ...


B = TypeVar("B", bound=Bench)


@dataclass(frozen=True)
class Check(Generic[B]):
    """`key` names its words in the locale (conform.CLASS.KEY); `needs`: keys of checks that must have passed first;
    `optional`: a device may lack it and still conform; the docstring of `run` says what is held true."""

    number: str
    key: str
    run: Callable[[B], Awaitable[str]]  # returns a note; raises Failed, Unsupported, NotTried
    needs: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Finding:
    number: str
    key: str
    outcome: Outcome
    note: str
    seconds: float
    optional: bool
    evidence: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Report:
    """`kind` of device: card-reader, printer, camera; `at`: local time, ISO 8601."""

    kind: str
    address: str
    at: str
    about: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in self.findings)

    @property
    def conforms(self) -> bool:
        """Nothing failed, and of what is not optional all was tried and is there."""
        return bool(self.findings) and all(
            one.outcome is Outcome.PASS or (one.optional and one.outcome is not Outcome.FAIL) for one in self.findings
        )

    def to_json(self) -> dict[str, Any]:
        table = asdict(self)
        table["conforms"] = self.conforms
        table["counts"] = {str(outcome): self.count(outcome) for outcome in Outcome}
        return table


def chosen(checks: Sequence[Check[B]], only: Iterable[str]) -> list[Check[B]]:
    """The named checks and all they rest on, in the kit's order; all of them when none is named."""
    by_key = {check.key: check for check in checks}
    wanted: set[str] = set()
    left = list(only)
    if not left:
        return list(checks)
    while left:
        key = left.pop()
        if key in wanted:
            continue
        if key not in by_key:
            raise KeyError(key)
        wanted.add(key)
        left += by_key[key].needs
    return [check for check in checks if check.key in wanted]


async def conduct(
    bench: B,
    checks: Sequence[Check[B]],
    told: Callable[[Finding], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[Finding, ...]:
    """Runs the checks in order. An unexpected error of a check is a failure of that check, never the end of the run."""
    findings: list[Finding] = []
    passed: set[str] = set()
    for check in checks:
        bench.evidence.clear()
        began = clock()
        missing = [key for key in check.needs if key not in passed]
        if missing:
            outcome, note = Outcome.NOT_TRIED, f"rests on {', '.join(missing)}"
        else:
            outcome, note = await _one(bench, check)
        if outcome is Outcome.PASS:
            passed.add(check.key)
        evidence = tuple(bench.evidence) if outcome is Outcome.FAIL else ()
        finding = Finding(check.number, check.key, outcome, note, round(clock() - began, 3), check.optional, evidence)
        findings.append(finding)
        told(finding)
        with contextlib.suppress(OSError):
            await bench.calm()
    return tuple(findings)


async def _one(bench: B, check: Check[B]) -> tuple[Outcome, str]:
    try:
        async with asyncio.timeout(CHECK_S):
            return Outcome.PASS, await check.run(bench)
    except Failed as error:
        return Outcome.FAIL, str(error)
    except Unsupported as error:
        return Outcome.UNSUPPORTED, str(error)
    except NotTried as error:
        return Outcome.NOT_TRIED, str(error)
    except TimeoutError:
        return Outcome.FAIL, f"not over after {CHECK_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - a device may bring any driver to any error; the report says which
        return Outcome.FAIL, f"unexpected {type(error).__name__}"


async def ask_for(bench: Bench, action: str) -> None:
    """Has the person do something, or ends the check as not tried."""
    if not await bench.person.do(action):
        raise NotTried(f"nobody to {action.replace('_', ' ')}")


async def until(holds: Callable[[], Awaitable[bool]], within_s: float, every_s: float = 0.1) -> bool:
    """Whether something becomes true within the time."""
    end = time.monotonic() + within_s
    while not await holds():
        if time.monotonic() >= end:
            return False
        await asyncio.sleep(every_s)
    return True

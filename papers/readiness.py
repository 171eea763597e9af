"""The readiness report: what works this morning, what does not and the one thing to do about it. A slip, or a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from papers.receipt import head, when
from papers.report import Line, Mark, Report
from papers.slip import Banner, Bullets, Row, Rule, Section, Slip, Small, Title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Words = Callable[..., str]


@dataclass(frozen=True)
class Entry:
    """One thing that was looked at. `vital`: without it nobody can hand anything in."""

    what: str
    well: bool
    text: str
    vital: bool = False


def name_of(entry: Entry, words: Words) -> str:
    return words(f"doctor.{entry.what}_name")


def verdict(entries: Sequence[Entry], words: Words) -> tuple[Mark, str]:
    """The one sentence at the head."""
    if any(entry.vital and not entry.well for entry in entries):
        return "bad", words("doctor.not_ready")
    missing = sum(not entry.well for entry in entries)
    return ("open", words("doctor.some_missing", count=missing)) if missing else ("good", words("doctor.ready"))


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """What stops everything first, then what is missing, then what is well."""
    return sorted(entries, key=lambda entry: (entry.well, not entry.vital))


def text(entries: Sequence[Entry], words: Words) -> str:
    """One screen."""
    lines = [verdict(entries, words)[1], ""]
    for entry in in_order(entries):
        mark = words("doctor.good" if entry.well else "doctor.bad")
        lines.append(f"[{mark}] {name_of(entry, words)}：{entry.text}")
    return "\n".join(lines)


def slip(entries: Sequence[Entry], county: str, hall: str, terminal: str, at: str, words: Words) -> Slip:
    """For the receipt printer. `at` is local time, ISO 8601."""
    bad = [entry for entry in in_order(entries) if not entry.well]
    good = [entry for entry in entries if entry.well]
    blocks = [*head(county, hall, words), Title(words("doctor.title")), Rule()]
    blocks.append(Banner(verdict(entries, words)[1]))
    blocks.append(Row(words("doctor.at"), when(at, words)))
    for entry in bad:
        blocks += [Section(name_of(entry, words)), Bullets((entry.text,))]
    blocks.append(Rule())
    blocks += [Row(name_of(entry, words), words("doctor.good")) for entry in good]
    blocks.append(Small(words("papers.foot_plain", terminal=terminal)))
    return Slip("readiness", tuple(blocks))


def sheet(
    entries: Sequence[Entry], terminal: str, at: str, words: Words, pictures: tuple[tuple[str, bytes], ...] = ()
) -> Report:
    """For an A4 sheet or a file. `pictures`: what the cameras see, each with its name, JPEG."""
    lines = tuple(
        Line(
            "good" if entry.well else "bad",
            words("doctor.good" if entry.well else "doctor.bad"),
            str(number),
            name_of(entry, words),
            entry.text,
        )
        for number, entry in enumerate(in_order(entries), 1)
    )
    facts = ((words("doctor.terminal"), terminal), (words("doctor.at"), when(at, words)))
    return Report(words("doctor.title"), verdict(entries, words), facts, lines, words("doctor.foot"), pictures)

"""What the words on a photographed paper say: which paper it is, whose, until when, and what it fills in.

Pure rules over lines as they were read. Reading errs, so everything here is a hint with a sureness, never a verdict:
words match with one wrong character in four, a value is taken only if it passes the same rules as one that is typed,
and a paper is called another one only where enough was legible to say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from matters import answers as judge_answer
from matters import codes, identity
from matters.catalogue import Field, Material, PaperFill
from matters.conditions import met
from matters.outcomes import PaperLine, PaperRead

LEGIBLE = 0.8  # of a line: surer lines are counted on
TAKEN = 0.9  # of a line that a value is taken from
FAINT = 8  # legible characters on a page that should have words: with fewer there is nothing to go by
TELLING = 16  # … with fewer it is not called another paper
LONG_TERM = "长期"

HINTS = ("other", "other_side", "faint", "expired", "not_theirs")  # told to the person; the rest only to the window

_DATE = re.compile(r"((?:19|20)[0-9]{2})\s*[年.\-/]\s*([0-9]{1,2})\s*[月.\-/]\s*([0-9]{1,2})")
_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_RUN = re.compile(r"[0-9](?:[0-9 ]{10,25})[0-9]")
_CREDIT = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])")
_PUNCTUATION = ":：,，.。、 |·"


@dataclass(frozen=True)
class Note:
    """`code`: kind (it is the paper that was asked for), other (it is not; `about`: which one it seems to be),
    other_side, faint (hardly anything legible), expired (`about`: the date), theirs, not_theirs, number_odd (a resident
    number whose check digit is wrong), unread (it was to be read and was not, in time or at all), turned (`about`:
    degrees), differs (`about`: the field that says otherwise)."""

    code: str
    sure: float
    about: str = ""


@dataclass(frozen=True, repr=False)
class Paper:
    """A page as read, and what is asked of it again and again worked out once: its lines as they are compared (text,
    sureness), how many characters are legible, how surely each of the catalogue's words stands on it."""

    read: PaperRead
    lines: tuple[tuple[str, float], ...]
    legible: int
    words: Mapping[str, float]

    def __repr__(self) -> str:
        return f"Paper({len(self.lines)} lines)"


def look_at(read: PaperRead, materials: Iterable[Material]) -> Paper:
    """A page and the words of the papers that it could be. Takes tens of milliseconds: once a page."""
    lines = tuple((plain(line.text), line.sure) for line in read.lines)
    words = {word for material in materials for word in _all_words(material)}
    known = {word: max((likeness(plain(word), text) * sure for text, sure in lines), default=0.0) for word in words}
    legible = sum(len(text) for text, sure in lines if sure >= LEGIBLE)
    return Paper(read, lines, legible, MappingProxyType({word: sure for word, sure in known.items() if sure}))


def plain(text: str) -> str:
    """A line as it is compared: one width, no blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def likeness(word: str, text: str) -> float:
    """How well a word stands somewhere in a text: 1 exactly, less by its share of wrong characters, 0 below three in
    four. Both plain. Words of up to three characters stand there or do not."""
    if not word:
        return 0.0
    if word in text:
        return 1.0
    most = len(word) // 4
    if most == 0 or len(text) < len(word) - most:
        return 0.0
    before = [0] * (len(text) + 1)  # the cheapest way to have matched nothing yet, ending at each place: free
    for n, sign in enumerate(word, 1):
        now = [n]
        for m, other in enumerate(text, 1):
            now.append(min(before[m - 1] + (sign != other), before[m] + 1, now[m - 1] + 1))
        before = now
    wrong = min(before)
    return 1.0 - wrong / len(word) if wrong <= most else 0.0


def known_by(words: Iterable[str], paper: Paper) -> float:
    """How surely one of the words stands on the page."""
    return round(max((paper.words.get(word, 0.0) for word in words), default=0.0), 2)


def notes(
    material: Material,
    page: int,
    paper: Paper,
    person: Mapping[str, str],
    today: str,
    others: Iterable[Material] = (),
) -> tuple[Note, ...]:
    """Everything the page (1-based) says about itself. `person`: card.name, card.id_number as far as known."""
    look = material.read
    if look is None:
        return ()
    found = []
    if paper.read.turn:
        found.append(Note("turned", 0.9, str(paper.read.turn)))
    if paper.legible < FAINT:
        return (*found, Note("faint", 0.7))
    found += _kind(material, page, paper, others)
    if not any(note.code == "other" for note in found):
        if look.expires and (until := expiry(paper.read)) is not None and until.isoformat() < today:
            found.append(Note("expired", 0.9, until.isoformat()))
        found += _whose(material, paper, person)
    found += [Note("number_odd", 0.6) for number in _numbers(paper) if identity.id_problem(number, today)][:1]
    return tuple(found)


def _kind(material: Material, page: int, paper: Paper, others: Iterable[Material]) -> Iterator[Note]:
    look = material.read
    if look is None:
        return
    sides = look.sides
    here = sides[page - 1] if page <= len(sides) else ()
    words = (*look.marks, *here) if here else (*look.marks, *(word for side in sides for word in side))
    sure = known_by(words, paper)
    elsewhere = max((known_by(side, paper) for n, side in enumerate(sides, 1) if n != page), default=0.0)
    if here and elsewhere > known_by(here, paper):
        yield Note("other_side", elsewhere)
    elif sure:
        yield Note("kind", sure)
    elif paper.legible >= TELLING:
        rivals = [(_weight(other, paper), other) for other in others if other.id != material.id]
        weight, rival = max(rivals, key=lambda pair: pair[0], default=(0.0, None))
        if weight and rival is not None:
            yield Note("other", known_by(_all_words(rival), paper), rival.id)
        else:
            yield Note("other", 0.6)


def _weight(material: Material, paper: Paper) -> float:
    """How many of a paper's words stand on the page: a register has an identity number too, but more of its own."""
    return sum(known_by((word,), paper) for word in _all_words(material))


def _all_words(material: Material) -> tuple[str, ...]:
    look = material.read
    return (*look.marks, *(word for side in look.sides for word in side)) if look is not None else ()


def _whose(material: Material, paper: Paper, person: Mapping[str, str]) -> Iterator[Note]:
    """Whether the one who applies is named on it. Without a name or number on the page nothing is said."""
    if material.read is None or not material.read.person:
        return
    name, number = person.get("card.name", ""), person.get("card.id_number", "").upper()
    numbers = tuple(_numbers(paper))
    texts = [text for text, _ in paper.lines]
    if (number and number in numbers) or (name and any(plain(name) in text for text in texts)):
        yield Note("theirs", 0.95)
    elif number and numbers:
        yield Note("not_theirs", 0.8)


def _numbers(paper: Paper) -> Iterator[str]:
    """What looks like a resident number."""
    for text, sure in paper.lines:
        if sure >= LEGIBLE:
            yield from _NUMBER.findall(text)


def expiry(read: PaperRead) -> date | None:
    """Until when the paper holds; None where it does not say, or for good."""
    for line in read.lines:
        text = plain(line.text)
        if "有效期" in text or "有效期限" in text or "至" in text:
            beside = "".join(plain(other.text) for other in _right_of(line, read)) if "有效期" in text else ""
            if LONG_TERM in text + beside:
                return None
            days = list(dates(text) or dates(beside))
            if days and ("有效期" in text or len(days) > 1):
                return max(days)
    return None


def dates(text: str) -> tuple[date, ...]:
    """Every day of the calendar in a text."""
    found = []
    for year, month, day in _DATE.findall(text):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return tuple(found)


# ---------------------------------------------------------------- values


def value(fill: PaperFill, field: Field, read: PaperRead, today: str, facts: Mapping[str, str]) -> str:
    """A field's answer as the paper has it, as it would be kept after typing; "" where it has none that will do."""
    if not met(fill.when, facts):
        return ""
    for text in _candidates(fill, read):
        found = judge_answer.tidy(field, _of_kind(field, text))
        if found and not judge_answer.problem(field, judge_answer.entry_text(field, found), today):
            return found
    return ""


def _candidates(fill: PaperFill, read: PaperRead) -> Iterator[str]:
    if not fill.labels:
        yield from (line.text for line in read.lines if line.sure >= TAKEN)
        return
    for label in fill.labels:
        for line in read.lines:
            text = unicodedata.normalize("NFKC", line.text)
            squeezed = plain(text)
            at = squeezed.find(plain(label))
            if at < 0 or line.sure < LEGIBLE:
                continue
            rest = _after(text, label) if at == 0 else ""
            if rest:
                if line.sure >= TAKEN:
                    yield rest
            elif squeezed[at:].strip(_PUNCTUATION) == plain(label):
                yield from (other.text for other in _right_of(line, read)[:1] if other.sure >= TAKEN)


def _after(text: str, label: str) -> str:
    """What follows a label in its own line, blanks within the label allowed."""
    found = re.match(r"\s*".join(map(re.escape, unicodedata.normalize("NFKC", label))), text.strip(), re.IGNORECASE)
    return text.strip()[found.end() :].strip(_PUNCTUATION) if found else ""


def _right_of(line: PaperLine, read: PaperRead) -> list[PaperLine]:
    """Lines of the same row right of a line, the nearest first."""
    _, top, right, bottom = line.box
    found = []
    for other in read.lines:
        left, up, _, down = other.box
        shared = min(bottom, down) - max(top, up)
        if other is not line and left >= right - 0.02 and shared > 0.5 * min(bottom - top, down - up):
            found.append(other)
    return sorted(found, key=lambda other: other.box[0])


def _of_kind(field: Field, text: str) -> str:
    """The part of a text that can be an answer of this field's kind; "" if there is none."""
    squeezed = plain(text)
    match field.kind:
        case "date":
            return next((day.isoformat() for day in dates(squeezed)), "")
        case "id_number":
            return next(iter(_NUMBER.findall(squeezed)), "")
        case "bank":
            runs = (re.sub(r"\s", "", run) for run in _RUN.findall(unicodedata.normalize("NFKC", text)))
            return next((run for run in runs if 16 <= len(run) <= 19 and identity.luhn(run)), "")
        case "credit":
            return next((run for run in _CREDIT.findall(squeezed) if not codes.credit_problem(run)), "")
        case "choice":
            titles = [(option.id, plain(option.title)) for option in field.options]
            fits = [name for name, title in titles if squeezed and (squeezed in title or title in squeezed)]
            return fits[0] if len(fits) == 1 else ""
        case "name":
            return re.sub(r"[^\u3400-\u9fff\U00020000-\U0003ffff·•]", "", text)
        case "digits" | "money":
            found = re.search(r"[0-9]+(?:\.[0-9]{1,2})?", squeezed)
            return found[0] if found else ""
        case _:
            return text.strip()

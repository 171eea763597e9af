"""What a visit produces, and its canonical form: what the county unseals is what the resident confirmed."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """A field's value and where it came from: card | social (a social-security card) | phone (a phone's code, checked
    online) | typed | chosen | paper | derived | clerk."""

    value: str
    source: str


@dataclass(frozen=True)
class Page:
    """One file of a material: a picture, an A4 page with both sides of a card, or a PDF of several pages. `sha256` is
    of its bytes as handed in; sizes in pixels (of its first page) and bytes."""

    sha256: str
    size: int
    width: int
    height: int
    verdict: str
    kind: str = "image/jpeg"  # or application/pdf
    count: int = 1  # pages that it holds


@dataclass(frozen=True)
class PageNote:
    """A hint to the window from what the terminal read on a page (1-based, as taken): a code of matters.papertext, how
    sure the terminal is (0..1), and what it concerns: another material's or a field's id, a date, degrees. Never a
    person's data, never a verdict."""

    page: int
    code: str
    sure: float
    about: str = ""


@dataclass(frozen=True)
class GivenMaterial:
    """How a material was met. by: photo | commitment | exempt | generated | later (容缺). `reason` says why exempt."""

    id: str
    title: str
    by: str
    reason: str = ""
    pages: tuple[Page, ...] = ()
    notes: tuple[PageNote, ...] = ()


@dataclass(frozen=True)
class GivenCommitment:
    """A promise as it was shown and signed. Strokes: points in 0..1 of the box.

    `by`: hand, or key: somebody who cannot see or hold a pen confirmed it three times by a key; there are no strokes.
    """

    id: str
    clauses: tuple[str, ...]
    strokes: tuple[tuple[tuple[float, float], ...], ...]
    by: str = "hand"


@dataclass(frozen=True)
class Agreed:
    """A consent that was given: which text, in which version of the catalogue."""

    kind: str
    version: str


@dataclass(frozen=True)
class Known:
    """How the person was known: typed | card | card+photo | helper. With card+photo: `face`, the picture taken of the
    person beside their card, for a clerk to compare, and `card_photo`, the photograph on that card, where the terminal
    can show it; one page each, else none. `by`: what wrote a name and number that are `typed` and were not: social (a
    social-security card), phone (a phone's code, checked online)."""

    level: str
    name: str
    id_number: str
    face: tuple[Page, ...] = ()
    card_photo: tuple[Page, ...] = ()
    by: str = ""


@dataclass(frozen=True)
class Helper:
    """Somebody who acted with or for the person.

    role: relative (acts for someone who may be absent; `mandate` names the commitment that was signed for it) | clerk
    (filled some of it in; `name` is the staff's own mark, never an identity). level: card | typed | staff.
    `relation`: a code of matters.spoken.RELATIONS. `filled`: the places a clerk filled in, as keys of the steps.
    """

    role: str
    level: str
    name: str = ""
    id_number: str = ""
    relation: str = ""
    mandate: str = ""
    filled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Application:
    """One matter of one person. `id` is a UUIDv7 that the kiosk gives when the last button is pressed ("" before)."""

    matter: str
    matter_title: str
    catalogue: str  # version of the catalogue the visit was pinned to
    items: tuple[str, ...]
    situations: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Answer] = field(default_factory=dict)
    materials: tuple[GivenMaterial, ...] = ()
    commitments: tuple[GivenCommitment, ...] = ()
    delivery: str = ""
    known: Known = Known("typed", "", "")
    consents: tuple[Agreed, ...] = ()
    id: str = ""
    helpers: tuple[Helper, ...] = ()


class ApplicationError(ValueError):
    """Bytes that are no application. The text names the key, never a value: values are a person's."""


def to_json(application: Application) -> bytes:
    """The canonical form: UTF-8, keys sorted, no blanks, every field present. Equal applications give equal bytes."""
    table = dataclasses.asdict(application)
    return json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def from_json(raw: bytes) -> Application:
    """The application again. Unknown keys and wrong types are refused with ApplicationError."""
    try:
        table = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ApplicationError("no JSON in UTF-8") from error
    return typing.cast(Application, _read(Application, table, "application"))


def _read(kind: object, value: object, at: str) -> object:
    """One value of a field's type: dataclass, tuple, dict of texts to values, text, whole number, number."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value, at)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(value, list):
            raise ApplicationError(f"{at}: a list is wanted")
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_read(parts[0], item, f"{at}[{n}]") for n, item in enumerate(value))
        if len(value) != len(parts):
            raise ApplicationError(f"{at}: {len(parts)} members are wanted")
        return tuple(_read(part, item, f"{at}[{n}]") for n, (part, item) in enumerate(zip(parts, value, strict=True)))
    if origin is dict:
        if not isinstance(value, dict):
            raise ApplicationError(f"{at}: a table is wanted")
        return {key: _read(parts[1], item, f"{at}.*") for key, item in value.items()}
    if kind is float and type(value) in (int, float):
        return float(typing.cast(float, value))
    if type(value) is not kind:
        raise ApplicationError(f"{at}: {getattr(kind, '__name__', kind)} is wanted")
    return value


def _record(kind: type, value: object, at: str) -> object:
    if not isinstance(value, dict):
        raise ApplicationError(f"{at}: a table is wanted")
    hints = _hints(kind)
    odd = sorted(set(value) - set(hints))
    if odd:
        raise ApplicationError(f"{at}: unknown key {odd[0]!r}")
    needed = {f.name for f in dataclasses.fields(kind) if f.default is f.default_factory is dataclasses.MISSING}
    if missing := sorted(needed - set(value)):
        raise ApplicationError(f"{at}: {missing[0]!r} is missing")
    return kind(**{key: _read(hints[key], item, f"{at}.{key}") for key, item in value.items()})


def _hints(kind: type) -> Mapping[str, object]:
    return types.MappingProxyType(typing.get_type_hints(kind))

"""What a visit produces, and its canonical form: what the county unseals is what the resident confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """A field's value and where it came from: card | typed | chosen | paper | derived."""

    value: str
    source: str


@dataclass(frozen=True)
class Page:
    """One picture of a material. `sha256` is of the picture's bytes as handed in; sizes in pixels and bytes."""

    sha256: str
    size: int
    width: int
    height: int
    verdict: str


@dataclass(frozen=True)
class GivenMaterial:
    """How a material was met. by: photo | commitment | exempt | generated | later (容缺). `reason` says why exempt."""

    id: str
    title: str
    by: str
    reason: str = ""
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True)
class GivenCommitment:
    """A promise as it was shown and signed. Strokes: points in 0..1 of the box."""

    id: str
    clauses: tuple[str, ...]
    strokes: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True)
class Agreed:
    """A consent that was given: which text, in which version of the catalogue."""

    kind: str
    version: str


@dataclass(frozen=True)
class Known:
    """How the person was known: typed | card | card+photo | helper."""

    level: str
    name: str
    id_number: str


@dataclass(frozen=True)
class Application:
    """One matter of one person. `id` is a UUIDv7 that the kiosk gives it when the last button is pressed ("" before)."""

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

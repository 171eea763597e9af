"""What the check has to say about a catalogue: each finding with file, line, rule and clause.

`rule` names the texts `finding.RULE` (what is wrong) and `mend.RULE` (how to mend it) in config/locales; `values` go
into them. Clauses are rows of the reform plans: plan number and clause, e.g. "000 二".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from matters.catalogue import Place

CLAUSES = {
    "catch_all": "001 6",
    "vague": "001 6",
    "steps": "000 二; 002 二",
    "basis": "003 二(三)",
    "twice": "002 三(三)2; 003 二(二)",
    "circle": "003 二(三)",
    "unknown_limit": "003 二(三)",
    "unknown_fee": "003 二(三)",
    "unknown_code": "000 三(四)1",
    "code": "000 三(四)1",
    "limit_over": "000 二; 002 二",
    "unused_result": "001 6",
    "no_reason": "001 9",
    "materials_cut": "000 二, 三(四)2; 002 二, 三(三)2",
    "six": "000 三(四)2; 002 三(三)2",
    "connected": "003 二(六)",
    "levels_differ": "000 三(四)1; 002 三(三)1; 004 三(一)1",
    "contradictory": "001 6",
    "unreachable": "001 6",
    "asked_for_nothing": "001 6",
    "type_code": "000 三(四)1",
    "fee_basis": "003 二(三)",
    "no_commitment": "000 三(四)3; 002 三(三)3",
    "unknown_facts": "003 二(三); 000 三(四)1",
    "officialese": "001 6",
    "missing": "003 二(三)",
    "same_id": "000 三(四)1",
}


class Weight(StrEnum):
    ERROR = "error"  # the catalogue is refused
    WARNING = "warning"  # a rule of the reform is not kept
    UNKNOWN = "unknown"  # not known: counted and listed, never guessed


@dataclass(frozen=True)
class Finding:
    rule: str
    weight: Weight
    place: Place
    values: tuple[tuple[str, str], ...] = ()

    @property
    def clause(self) -> str:
        return CLAUSES.get(self.rule, "")

    def as_dict(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "weight": self.weight.value,
            "file": self.place.file,
            "line": self.place.line,
            "clause": self.clause,
            **dict(self.values),
        }


class Texts(Protocol):
    """A language's words by key; config.locales.Locale is one."""

    def __contains__(self, key: str) -> bool: ...

    def __call__(self, key: str, **values: object) -> str: ...


def words(finding: Finding, texts: Texts) -> str:
    """The finding in a sentence, and how to mend it in a second one, in the language of `texts`."""
    values = {**dict.fromkeys(VALUES, ""), "clause": finding.clause, **dict(finding.values)}
    said = [texts(key, **values) for key in (f"finding.{finding.rule}", f"mend.{finding.rule}") if key in texts]
    return " ".join(said) or finding.rule


VALUES = ("id", "name", "value", "near", "what", "count", "circle", "other", "most", "problem", "matter", "instead")

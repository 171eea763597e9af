"""The rules of the plans that concern numbers and papers: limits of the county's profile, papers cut, the six kinds of
proof that are abolished, sources that are connected, the same item alike everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from matters.catalogue import TYPES, Catalogue, Confidence, Item, Material, Matter, Place
from matters.codes import basic_of
from matters.findings import Finding, Weight
from matters.limits import FAIRLY_COMPLEX_DAYS, matter_limit, single
from matters.parts import BY_DATA
from matters.resolve import Given, resolve

CUT_LEAST = Fraction(60, 100)  # 000 二: at least 60 % fewer papers than before
PROOF = re.compile(r"证明(信|书|函|材料)?$|介绍信$|情况说明$")


def _say(rule: str, weight: Weight, place: Place, **values: str) -> Finding:
    return Finding(rule, weight, place, tuple(values.items()))


def judge_matter(matter: Matter, profile: str, sources: frozenset[str], spared: dict[str, str]) -> Iterator[Finding]:
    """`spared`: titles of papers that a data source spares somewhere in the catalogue, with that source."""
    yield from _limits(matter, profile)
    yield from _cut(matter)
    for material in matter.materials:
        yield from _paper(matter, material, sources, spared)
    for item in matter.items:
        yield from _item(matter, item)


def spared_by_data(catalogue: Catalogue) -> dict[str, str]:
    return {
        material.title: exempt.source
        for matter in catalogue.matters.values()
        for material in matter.materials
        for exempt in material.exempt
        if exempt.reason in BY_DATA
    }


def _limits(matter: Matter, profile: str) -> Iterator[Finding]:
    usual = resolve(matter, Given(), open_ended=True).chosen
    found = matter_limit(matter, usual, profile)
    whole = matter.limit.committed
    if whole is not None and found.days is not None and not found.unknown and whole > found.days:
        yield _say("limit_over", Weight.WARNING, matter.place, id=matter.id, value=str(whole), most=str(found.days))
    for item in matter.items:
        days, most = single(item), _most(matter, item, profile)
        if days is not None and most is not None and days > most:
            yield _say("limit_over", Weight.WARNING, item.place, id=item.id, value=str(days), most=str(most))


def _most(matter: Matter, item: Item, profile: str) -> int | None:
    """The longest that the profile lets this item take; None where it says nothing about a single item."""
    statutory = item.limit.statutory
    half = None if statutory is None else ceil(Fraction(statutory, 2))
    if profile == "yongzhou":
        return {"general": 0, "fairly_complex": FAIRLY_COMPLEX_DAYS, "complex": half, "market_access": half}[
            matter.complexity
        ]
    if profile == "yongzhou-market" and matter.complexity == "market_access":
        return half
    return statutory


def _cut(matter: Matter) -> Iterator[Finding]:
    """Papers that are still to be shown, against how many were asked for before. Everything that any answer can ask for
    counts; what a card, the terminal or a commitment spares does not."""
    before = matter.materials_before
    if before is None or not matter.takes_applications:
        return
    found = resolve(matter, Given(level="card"), open_ended=True)
    now = sum(1 for need in found.materials if need.state == "needed" and not need.material.commitment)
    most = int(before * (1 - CUT_LEAST))
    if now > most:
        yield _say(
            "materials_cut", Weight.WARNING, matter.place, id=matter.id, value=str(now), count=str(before),
            most=str(most),
        )  # fmt: skip


def _paper(matter: Matter, material: Material, sources: frozenset[str], spared: dict[str, str]) -> Iterator[Finding]:
    if PROOF.search(material.title) and not (material.basis or material.exempt or material.commitment):
        yield _say("six", Weight.WARNING, material.place, id=material.id, value=material.title)
    source = material.issuer or spared.get(material.title, "")
    by_data = {exempt.source for exempt in material.exempt if exempt.reason in BY_DATA}
    if material.source == "government" and source in sources and not by_data & sources and not material.exempt:
        yield _say("connected", Weight.WARNING, material.place, id=material.id, value=material.title, other=source)
    if material.commitment:
        who = [item for item in matter.items if not material.items or item.id in material.items]
        if who and all(item.commitment is False for item in who):
            yield _say("no_commitment", Weight.WARNING, material.place, id=material.id)


def _item(matter: Matter, item: Item) -> Iterator[Finding]:
    where = {"id": item.id, "matter": matter.id}
    if item.fee_fen and not item.fee_basis:
        yield _say("fee_basis", Weight.WARNING, item.place, **where)
    taken = any(item.id in other.needs for other in matter.items) or any(
        exempt.item == item.id for material in matter.materials for exempt in material.exempt
    )
    if item.gives == "between" and not taken:
        yield _say("unused_result", Weight.WARNING, item.place, **where)
    basic = basic_of(item.code)
    if basic and item.type and basic[2:4] != TYPES[item.type]:
        yield _say("type_code", Weight.WARNING, item.place, **where, value=basic[2:4], most=TYPES[item.type])
    yield from _published(matter, item)
    facts = [
        ("type", bool(item.type)),
        ("decides", bool(item.decides)),
        ("intermediary", item.intermediary is not None),
        ("visits", item.visits is not None),
        ("commitment", item.commitment is not None),
    ]
    if unknown := [name for name, known in facts if not known]:
        yield _say("unknown_facts", Weight.UNKNOWN, item.place, **where, value="、".join(unknown))


# ---------------------------------------------------------------- the same item, alike everywhere


def nine(matter: Matter, item: Item) -> dict[str, str]:
    """The nine things that must agree, each as a text in one form (四级九同: 000 三(四)1)."""

    def days(value: int | None) -> str:
        return "unknown" if value is None else str(value)

    papers = [m.title for m in matter.materials if not m.items or item.id in m.items]
    form = [f.label for f in matter.fields if not f.items or item.id in f.items]
    return {
        "official": item.official,
        "code": basic_of(item.code),
        "type": item.type,
        "basis": item.basis.text,
        "materials": "、".join(sorted(papers)),
        "form": "、".join(sorted(form)),
        "steps": "、".join(item.steps),
        "limit": f"{days(item.limit.statutory)}/{days(item.limit.committed)}",
        "result": item.result,
    }


def _published(matter: Matter, item: Item) -> Iterator[Finding]:
    own = nine(matter, item)
    for elsewhere in item.published:
        for what, text in elsewhere.values:
            there = "、".join(sorted(text.split("、"))) if what in ("materials", "form") else text
            there = basic_of(there) if what == "code" else there
            if there != own[what]:
                yield _say(
                    "levels_differ", Weight.WARNING, elsewhere.place, id=item.id, what=what, value=own[what],
                    other=f"{elsewhere.tier}: {text}",
                )  # fmt: skip


def judge_alike(catalogue: Catalogue) -> Iterator[Finding]:
    """The same item in two matters. Papers and form may differ there: they follow the situation (a child's, one's own);
    the other seven things belong to the item."""
    first: dict[str, tuple[Matter, Item]] = {}
    for matter in catalogue.matters.values():
        for item in matter.items:
            name = basic_of(item.code) or item.official
            before = first.setdefault(name, (matter, item))
            if before[0].id == matter.id:
                continue
            one, two = nine(*before), nine(matter, item)
            for what in one:
                if what not in ("materials", "form") and one[what] != two[what]:
                    yield _say(
                        "levels_differ", Weight.WARNING, item.place, id=item.id, what=what, value=two[what],
                        other=f"{before[0].id}: {one[what]}",
                    )  # fmt: skip


def judge_label(catalogue: Catalogue) -> Iterator[Finding]:
    """What is a sample has to be called one, to whoever reads it."""
    if catalogue.label:
        return
    for matter in catalogue.matters.values():
        facts = [matter.confidence, *(i.confidence for i in matter.items), *(m.confidence for m in matter.materials)]
        if Confidence.SAMPLE in facts:
            yield _say("unlabelled", Weight.WARNING, matter.place, id=matter.id)

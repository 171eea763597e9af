"""The matters that a script plays, and what has to be handed in at the end of each.

Each is played in the engine by every run of the tests (test_matters.py), and through the window where
KIOSK_WINDOW=matters is set (make journeys)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Application = dict[str, Any]
Holds = Callable[[Application], bool]


def value(application: Application, field: str) -> str:
    return str(application["fields"][field]["value"])


def by(application: Application, material: str) -> str:
    return next(str(m["by"]) for m in application["materials"] if m["id"] == material)


def pages(material: Application) -> int:
    """How many pages were shown; several may lie in one document."""
    return sum(int(page.get("count", 1)) for page in material["pages"])


def consents(application: Application) -> set[str]:
    return {str(consent["kind"]) for consent in application["consents"]}


def elder_card(a: Application) -> bool:
    return (
        a["items"] == ["card"]
        and a["known"]["level"] == "card"
        and a["fields"]["address"]["source"] == "card"
        and by(a, "family_photo") == "photo"
        and a["delivery"] == "village"
    )


def jobless(a: Application) -> bool:
    return a["items"] == ["jobless_record"] and value(a, "wish") == "factory" and "employer" not in a["fields"]


def medical(a: Application) -> bool:
    return (
        a["items"] == ["medical_insurance"]
        and (value(a, "member_name"), a["fields"]["member_name"]["source"]) == ("王小兰", "card")
        and not any(m["pages"] for m in a["materials"])
    )


def birth_registration(a: Application) -> bool:
    return (
        a["situations"] == {"married": "no"}
        and (value(a, "which_child"), value(a, "due")) == ("1", "soon")
        and consents(a) == {"general", "sensitive"}
        and "spouse_name" not in a["fields"]
    )


def part_of_the_items(a: Application) -> bool:
    return (
        a["items"] == ["job_record"]
        and "pension_tier" not in a["fields"]
        and "bank_account" not in a["fields"]
        and consents(a) == {"general"}
        and [c["id"] for c in a["commitments"]] == ["self_employed"]
    )


def low_income(a: Application) -> bool:
    return (
        [value(a, name) for name in ("family_size", "family_income", "adults")] == ["4", "2000000", "2"]
        and value(a, "bank_account") == "810100000000000001"
        and [pages(m) for m in a["materials"] if m["by"] == "photo"] == [2, 1, 1]
        and consents(a) == {"general", "sensitive"}
        and [c["id"] for c in a["commitments"]] == ["check_finances"]
    )


def elder_allowance(a: Application) -> bool:
    return value(a, "bank_branch") == "王家村" and by(a, "bank_book") == "photo" and by(a, "id_card") == "exempt"


def shop_licence(a: Application) -> bool:
    return (
        (value(a, "shop_name"), value(a, "shop_address")) == ("小兰餐馆", "王家村12")
        and by(a, "premises_proof") == "commitment"
        and "王家村12这个店面是我自己的。" in a["commitments"][0]["clauses"]
    )


def utilities(a: Application) -> bool:
    return a["items"] == ["power", "water"] and by(a, "house_paper") == "photo" and value(a, "load") == "home"


def pension_check(a: Application) -> bool:
    known = a["known"]
    return (
        a["items"] == ["check"]
        and known["level"] == "card+photo"
        and len(known["face"]) == 1
        and consents(a) == {"general", "face"}
        and not any(m["pages"] for m in a["materials"])
    )


MATTERS: dict[str, Holds | None] = {
    "elder-card": elder_card,
    "jobless": jobless,
    "medical": medical,
    "birth-registration": birth_registration,
    "part-of-the-items": part_of_the_items,
    "low-income": low_income,
    "elder-allowance": elder_allowance,
    "shop-licence": shop_licence,
    "utilities": utilities,
    "pension-check": pension_check,
    "marriage-notice": None,  # nothing is taken
}

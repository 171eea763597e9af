"""One answer: whether it will do (a problem code, or ""), how it is kept, how it is shown.

Codes are class.what, e.g. phone.too_short; their texts are `problem.CODE` in config/locales.
"""

from __future__ import annotations

import datetime
import re

from matters import codes, identity
from matters.catalogue import Field

LONGEST = {
    "name": 20,
    "text": 60,
    "digits": 12,
    "phone": 14,
    "id_number": 18,
    "money": 12,
    "date": 10,
    "address": 80,
    "bank": 23,
    "credit": 18,
}


def longest(field: Field) -> int:
    """Characters that an entry takes."""
    return field.limit or LONGEST.get(field.kind, 60)


def bound(text: str, today: str) -> str:
    """A date bound: YYYY-MM-DD as it is, a whole number of days from today, "" for none."""
    if not re.fullmatch(r"[+-]?[0-9]{1,5}", text):
        return text
    day = identity.parse_date(today)
    return (day + datetime.timedelta(days=int(text))).isoformat() if day else ""


def problem(field: Field, text: str, today: str) -> str:
    """What is wrong with an answer as typed; "" if it will do."""
    if not text.strip():
        return "" if field.optional else _empty(field.kind)
    match field.kind:
        case "choice":
            return "" if any(option.id == text for option in field.options) else "choice.unknown"
        case "name":
            found = identity.name_problem(text)
        case "phone":
            found = identity.phone_problem(text)
        case "id_number":
            found = identity.id_problem(text, today)
        case "bank":
            found = identity.bank_problem(text)
        case "credit":
            found = codes.credit_problem(text)
        case "date":
            found = _date_problem(field, text, today)
        case "digits":
            found = _number_problem(field, re.sub(r"\s", "", text))
        case "money":
            found = _money_problem(field, text)
        case "address":
            found = "address.too_short" if len(text.strip()) < 4 else ""
        case _:
            found = ""
    return found or ("text.too_long" if len(tidy(field, text)) > longest(field) else "")


def _empty(kind: str) -> str:
    return f"{'choice' if kind == 'choice' else 'id' if kind == 'id_number' else kind}.empty"


def _date_problem(field: Field, text: str, today: str) -> str:
    day = identity.parse_date(text.strip())
    if day is None:
        return "date.none"
    latest, earliest = (
        identity.parse_date(bound(field.latest, today)),
        identity.parse_date(bound(field.earliest, today)),
    )
    if latest and day > latest:
        return "date.future" if latest.isoformat() == today else "date.late"
    return "date.early" if earliest and day < earliest else ""


def _number_problem(field: Field, text: str) -> str:
    if not re.fullmatch(r"[0-9]+", text):
        return "digits.characters"
    return _range_problem(field, int(text[:15]), "digits")


def _money_problem(field: Field, text: str) -> str:
    found = fen(text)
    return "money.characters" if found is None else _range_problem(field, found, "money")


def _range_problem(field: Field, value: int, kind: str) -> str:
    if field.least is not None and value < field.least:
        return f"{kind}.small"
    return f"{kind}.large" if field.most is not None and value > field.most else ""


def fen(yuan: str) -> int | None:
    """Yuan as typed ("12", "12.5", "12.50") in fen; None if it is no amount."""
    found = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{0,2}))?", yuan.strip())
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def tidy(field: Field, text: str) -> str:
    """How an answer is kept. Money in fen; numbers without blanks; dates as YYYY-MM-DD."""
    match field.kind:
        case "name":
            return identity.tidy_name(text)
        case "phone":
            return identity.tidy_phone(text)
        case "id_number" | "credit":
            return identity.tidy_id(text)
        case "bank":
            return re.sub(r"\s", "", text)
        case "digits":
            return re.sub(r"\s", "", text).lstrip("0") or ("0" if text.strip() else "")
        case "money":
            amount = fen(text)
            return text if amount is None else str(amount)
        case "date":
            day = identity.parse_date(text.strip())
            return day.isoformat() if day else text
        case _:
            return re.sub(r"\s+", " ", text.strip())


def entry_text(field: Field, value: str) -> str:
    """A kept answer as it stands in the entry again."""
    if field.kind == "money" and value.isdigit():
        return f"{int(value) // 100}.{int(value) % 100:02d}".removesuffix(".00")
    return value


def as_typed(field: Field, value: str) -> str:
    """A number as the check screen shows it to the one who typed it: whole, so that a wrong digit can be seen, in the
    groups people say it in."""
    groups = {"phone": (3, 4, 4), "id_number": (6, 8, 4), "bank": (4, 4, 4, 4, 4)}.get(field.kind)
    if groups is None:
        return shown(field, value)
    parts, at = [], 0
    for size in groups:
        parts.append(value[at : at + size])
        at += size
    return " ".join(part for part in (*parts, value[at:]) if part)


def shown(field: Field, value: str) -> str:
    """A kept answer as others may see it: numbers of a person masked, dates and amounts in words."""
    match field.kind:
        case "choice":
            return next((option.title for option in field.options if option.id == value), value)
        case "phone":
            return identity.mask_phone(value)
        case "id_number":
            return identity.mask_id(value)
        case "bank":
            return identity.mask_bank(value)
        case "date":
            day = identity.parse_date(value)
            return f"{day.year}年{day.month}月{day.day}日" if day else value
        case "money" | "digits":
            return entry_text(field, value) + field.unit
        case _:
            return value

"""Numbers and names that say who somebody is: what a right one looks like, and how much of it may be shown.

Citizen identity number: GB 11643-1999 (18 characters, check character by ISO 7064 MOD 11-2). Masks: common practice
under GB/T 35273-2020, which asks for de-identified display and names no pattern.
"""

from __future__ import annotations

import datetime
import re

_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CHECK = "10X98765432"


def check_character(first17: str) -> str:
    """The 18th character of an identity number (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def parse_date(text: str) -> datetime.date | None:
    """A date as YYYY-MM-DD or YYYYMMDD, or None. ASCII digits only."""
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", text)
    if not found:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def tidy_id(text: str) -> str:
    """As typed, without spaces, with a capital X."""
    return re.sub(r"\s", "", text).upper()


def id_problem(text: str, today: str) -> str:
    """What is wrong with an identity number, as a code; "" if nothing is. `today` as YYYY-MM-DD."""
    number = tidy_id(text)
    if not number:
        return "id.empty"
    if len(number) < 18:
        return "id.too_short"
    if len(number) > 18:
        return "id.too_long"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "id.characters"
    birth = parse_date(number[6:14])
    now = parse_date(today)
    if birth is None or (now is not None and birth > now) or birth.year < 1850:
        return "id.birth"
    if check_character(number[:17]) != number[17]:
        return "id.check_digit"
    return ""


def birth_of(number: str) -> str:
    """Birth date in an identity number, YYYY-MM-DD."""
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sex_of(number: str) -> str:
    """Sex in an identity number, GB/T 2261.1: 1 male, 2 female (the 17th digit is odd for men)."""
    return "1" if int(number[16]) % 2 else "2"


def age_on(birth: str, day: str) -> int | None:
    """Whole years of age on `day`, both YYYY-MM-DD; None if either is no date."""
    born, on = parse_date(birth), parse_date(day)
    if born is None or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def tidy_phone(text: str) -> str:
    """Digits only; a leading +86 or 0086 is taken off."""
    digits = re.sub(r"[\s\-()（）]", "", text)
    return re.sub(r"^(\+86|0086)(?=1[0-9]{10}$)", "", digits)


def phone_problem(text: str) -> str:
    """A mobile number (11 digits from 1) or a fixed line with its area code (0…, 10 to 12 digits)."""
    number = tidy_phone(text)
    if not number:
        return "phone.empty"
    if not re.fullmatch(r"[0-9]+", number):
        return "phone.characters"
    if number.startswith("0"):
        return "phone.too_short" if len(number) < 10 else "phone.too_long" if len(number) > 12 else ""
    if not number.startswith("1") or (len(number) > 1 and number[1] in "012"):
        return "phone.start"
    return "phone.too_short" if len(number) < 11 else "phone.too_long" if len(number) > 11 else ""


# Chinese characters of every plane, the dot of minority names (GB 18030: ·), and Latin letters for foreigners' cards.
_NAME = re.compile(r"[㐀-䶿一-鿿豈-﫿〇𠀀-\U0003ffff·A-Za-z .'’-]+")


def tidy_name(text: str) -> str:
    """Outer blanks off, one kind of dot between the parts of a minority name."""
    name = re.sub(r"\s+", " ", text.strip())
    name = re.sub(r"[•‧・．●•]", "·", name)
    return name if re.search(r"[A-Za-z]", name) else name.replace(" ", "")


def name_problem(text: str) -> str:
    name = tidy_name(text)
    if not name:
        return "name.empty"
    if not _NAME.fullmatch(name) or name.startswith(("·", " ")) or name.endswith("·"):
        return "name.characters"
    if len(name) < 2:
        return "name.too_short"
    return ""


def bank_problem(text: str) -> str:
    """A bank card or passbook number: 12 to 19 digits.

    Luhn's check (ISO/IEC 7812-1) is asked of 16 and 19 digits from 62 only: passbook numbers of rural banks carry none.
    """
    digits = re.sub(r"\s", "", text)
    if not digits:
        return "bank.empty"
    if not re.fullmatch(r"[0-9]+", digits):
        return "bank.characters"
    if len(digits) < 12:
        return "bank.too_short"
    if len(digits) > 19:
        return "bank.too_long"
    if len(digits) in (16, 19) and digits.startswith("62") and not luhn(digits):
        return "bank.check_digit"
    return ""


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def mask_id(number: str) -> str:
    """Area and the last four stay: 431199********0027."""
    return number[:6] + "*" * (len(number) - 10) + number[-4:] if len(number) > 10 else "*" * len(number)


def mask_phone(number: str) -> str:
    """138****0000."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_bank(number: str) -> str:
    """Only the last four stay."""
    return "*" * max(len(number) - 4, 0) + number[-4:]


def mask_name(name: str) -> str:
    """刘* for two characters, 王*兰 for three, the first and the last for longer ones."""
    if len(name) < 2:
        return "*" * len(name)
    return name[0] + "*" * max(len(name) - 2, 1) + (name[-1] if len(name) > 2 else "")

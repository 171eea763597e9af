"""Codes of bodies and items: unified social credit code (GB 32100-2015), basic, implementing and handling codes.

Basic code 12 characters, implementing code 31 = credit code of the body (18) + level (1) + basic code (12), handling
item 33 = implementing code + 2 digits (GB/T 39554.1-2020; three live examples agree).
"""

from __future__ import annotations

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
LEVELS = {"1": "国", "2": "省", "3": "市", "4": "县", "5": "乡镇", "6": "村"}


def credit_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code. Raises ValueError for a character outside the alphabet."""
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def credit_problem(text: str) -> str:
    """What is wrong with a unified social credit code, as a code; "" if nothing is."""
    code = re.sub(r"\s", "", text).upper()
    if not code:
        return "credit.empty"
    if len(code) != 18:
        return "credit.length"
    if any(char not in ALPHABET for char in code):
        return "credit.characters"
    return "" if credit_check_character(code[:17]) == code[17] else "credit.check_character"


def basic_problem(code: str) -> str:
    """12 characters: area 2, item type 2, department 2, main 3, sub 3 (letters occur)."""
    return "" if re.fullmatch(r"[0-9]{4}[0-9A-Z]{8}", code) else "basic.form"


def implementing_problem(code: str) -> str:
    """31 characters, the credit code in front with a right check character, a known level, a basic code behind."""
    if len(code) != 31:
        return "implementing.length"
    if credit_problem(code[:18]):
        return "implementing.credit"
    if code[18] not in LEVELS:
        return "implementing.level"
    return "implementing.basic" if basic_problem(code[19:]) else ""


def handling_problem(code: str) -> str:
    """33 characters: an implementing code and two digits."""
    if len(code) != 33 or not re.fullmatch(r"[0-9]{2}", code[31:]):
        return "handling.length"
    return implementing_problem(code[:31])


def item_code_problem(code: str) -> str:
    """What is wrong with a code of any of the three lengths."""
    match len(code):
        case 12:
            return basic_problem(code)
        case 31:
            return implementing_problem(code)
        case 33:
            return handling_problem(code)
        case _:
            return "code.length"


def basic_of(code: str) -> str:
    """The basic code inside a code of any of the three lengths; "" if it is none of them."""
    return {12: code, 31: code[19:], 33: code[19:31]}.get(len(code), "")

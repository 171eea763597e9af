"""Codes of bodies and items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matters import codes

BODY = "11431026MB0R05447F"  # published with the item it implements


@pytest.mark.parametrize("code", [BODY, "11320829014341463H"])
def test_published_credit_codes_pass(code: str) -> None:
    assert codes.credit_problem(code) == ""


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "credit.empty"),
        (BODY[:-1], "credit.length"),
        (BODY[:-1] + "G", "credit.check_character"),
        ("I" + BODY[1:], "credit.characters"),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(code: str, problem: str) -> None:
    assert codes.credit_problem(code) == problem


@given(st.text(codes.ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(codes.ALPHABET))
def test_one_wrong_character_is_always_noticed(first17: str, place: int, other: str) -> None:
    code = first17 + codes.credit_check_character(first17)
    assert codes.credit_problem(code) == ""
    if code[place] != other:
        assert codes.credit_problem(code[:place] + other + code[place + 1 :]) == "credit.check_character"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("430131056W00", ""),
        ("322014325002", ""),
        ("43013105W", "code.length"),
        ("AB0131056W00", "basic.form"),
        (BODY + "4" + "430131056W00", ""),
        (BODY + "9" + "430131056W00", "implementing.level"),
        (BODY[:-1] + "G" + "4" + "430131056W00", "implementing.credit"),
        ("11320829014341463H432201432500201", ""),
        ("11320829014341463H4322014325002AB", "handling.length"),
    ],
)
def test_item_codes_of_all_three_lengths_are_judged(code: str, problem: str) -> None:
    assert codes.item_code_problem(code) == problem

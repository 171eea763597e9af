"""Numbers and names of people: which are right, what is wrong with the others, how much of them is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matters import identity

TODAY = "2026-03-12"


def number(first17: str) -> str:
    return first17 + identity.check_character(first17)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id.empty"),
        ("   ", "id.empty"),
        ("43119919900101", "id.too_short"),
        (number("43119919900101002") + "1", "id.too_long"),
        ("4311991990010100２0"[:18], "id.characters"),
        ("X31199199001010020", "id.characters"),
        (number("43119919900230002"), "id.birth"),
        (number("43119920270101002"), "id.birth"),
        (number("43119900010101002"), "id.birth"),
        (number("43119919900101002"), ""),
        (number("43119920240229002"), ""),
        ("431199 19900101 " + number("43119919900101002")[14:], ""),
    ],
)
def test_an_identity_number_is_judged(text: str, code: str) -> None:
    assert identity.id_problem(text, TODAY) == code


def test_the_standards_own_example_passes() -> None:
    """GB 11643-1999, annex A."""
    assert identity.id_problem("11010519491231002X", TODAY) == ""
    assert identity.id_problem("11010519491231002x", TODAY) == ""
    assert identity.birth_of("11010519491231002X") == "1949-12-31"
    assert identity.sex_of("11010519491231002X") == "2"


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place: int, shift: int) -> None:
    """ISO 7064 MOD 11-2 finds every single wrong digit."""
    right = number("43119919940712002")
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert identity.id_problem(wrong, TODAY) != ""


@given(st.integers(0, 15))
def test_two_neighbours_changed_about_are_noticed(place: int) -> None:
    right = number("43119919940712002")
    if right[place] != right[place + 1]:
        swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        assert identity.id_problem(swapped, TODAY) != ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone.empty"),
        ("1380000000", "phone.too_short"),
        ("138000000000", "phone.too_long"),
        ("23800000000", "phone.start"),
        ("12000000000", "phone.start"),
        ("138abc", "phone.characters"),
        ("13800000000", ""),
        ("+86 138 0000 0000", ""),
        ("0746-1234567", ""),
        ("0746123", "phone.too_short"),
    ],
)
def test_a_phone_number_is_judged(text: str, code: str) -> None:
    assert identity.phone_problem(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "name.empty"),
        ("王", "name.too_short"),
        ("王2", "name.characters"),
        ("王小兰", ""),
        ("𠮷田明", ""),
        ("𬭎𫖮", ""),
        ("买买提·艾力", ""),
        ("买买提•艾力", ""),
        ("·王", "name.characters"),
        ("ANNA MARIA SMITH", ""),
    ],
)
def test_a_name_is_judged(text: str, code: str) -> None:
    assert identity.name_problem(text) == code


def test_a_name_is_kept_with_one_kind_of_dot_and_without_blanks_between_characters() -> None:
    assert identity.tidy_name(" 买买提•艾力 ") == "买买提·艾力"
    assert identity.tidy_name("王 小 兰") == "王小兰"
    assert identity.tidy_name("ANNA  SMITH") == "ANNA SMITH"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bank.empty"),
        ("12345", "bank.too_short"),
        ("1" * 20, "bank.too_long"),
        ("6222x2222222222", "bank.characters"),
        ("6200000000000012344", ""),
        ("6200000000000012345", "bank.check_digit"),
        ("8101 0000 0000 0000 01", ""),
    ],
)
def test_a_bank_number_is_judged(text: str, code: str) -> None:
    assert identity.bank_problem(text) == code


def test_masks_show_what_facts_allow_and_no_more() -> None:
    assert identity.mask_id("431199199407120020") == "431199********0020"
    assert identity.mask_phone("13800000000") == "138****0000"
    assert identity.mask_bank("6200000000000012344") == "***************2344"
    assert [identity.mask_name(name) for name in ("刘三", "王小兰", "欧阳小兰", "王")] == [
        "刘*",
        "王*兰",
        "欧**兰",
        "*",
    ]


@given(st.text(max_size=30))
def test_a_mask_is_as_long_as_what_it_hides(text: str) -> None:
    for mask in (identity.mask_id, identity.mask_phone, identity.mask_bank):
        assert len(mask(text)) == len(text)


@pytest.mark.parametrize(("birth", "day", "age"), [("2010-03-12", "2026-03-12", 16), ("2010-03-13", "2026-03-12", 15)])
def test_an_age_is_full_on_the_birthday(birth: str, day: str, age: int) -> None:
    assert identity.age_on(birth, day) == age


@given(st.text(max_size=25))
def test_no_text_breaks_a_judgement(text: str) -> None:
    identity.id_problem(text, TODAY)
    identity.phone_problem(text)
    identity.name_problem(text)
    identity.bank_problem(text)

"""Social-security cards as bytes: the commands, the records, and what comes of damaged ones."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import social_card
from hardware.social_card import FIELDS, SocialCardError, decode_field, make_record, parse_record

FIELD = {field.name: field for field in FIELDS}


def test_the_commands_are_these_bytes() -> None:
    assert social_card.select_application() == bytes.fromhex("00A404000F 7378312E73682E C9E7BBE1B1A3D5CF")
    assert social_card.select_file(0xEF05) == bytes.fromhex("00A4000002EF05")
    assert social_card.select_file(0xEF06) == bytes.fromhex("00A4000002EF06")
    assert social_card.read_by_tag(0x08) == bytes.fromhex("00B2080000")
    assert social_card.read_by_ordinal(2) == bytes.fromhex("00B2020400")
    assert social_card.get_response(0x14) == bytes.fromhex("00C0000014")


def test_a_command_is_asked_again_with_the_length_the_card_names() -> None:
    assert social_card.with_length(social_card.read_by_tag(0x08), 0x14) == bytes.fromhex("00B2080014")
    assert social_card.with_length(social_card.select_file(0xEF05), 0x10) == bytes.fromhex("00A4000002EF0510")


def test_the_file_table_is_the_standards() -> None:
    table = {(field.file, field.tag): (field.form, field.size) for field in FIELDS}
    assert table[0xEF05, 0x01] == ("bytes", 16)
    assert table[0xEF05, 0x07] == ("text", 9)
    assert table[0xEF06, 0x08] == ("text", 18)
    assert table[0xEF06, 0x09] == ("text", 30)
    assert table[0xEF06, 0x4E] == ("text", 20)
    assert table[0xEF06, 0x0D] == ("digits", 4)


def test_a_record_is_tag_length_value_and_padding_after_it_is_ignored() -> None:
    assert parse_record(bytes.fromhex("0A013231FFFF"), FIELD["sex"]) == b"2"


@pytest.mark.parametrize("raw", ["", "0A", "0B0132", "0A0232", "0AFF32"])
def test_a_record_that_is_cut_or_another_ones_is_refused(raw: str) -> None:
    with pytest.raises(SocialCardError) as error:
        parse_record(bytes.fromhex(raw), FIELD["sex"])
    assert error.value.code == "social.unreadable"


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("name", "王小兰".encode("gb18030").ljust(30, b"\0"), "王小兰"),
        ("name", "龙䶮".encode("gb18030").ljust(30, b" "), "龙䶮"),
        ("name", "阿依努尔·买买提".encode("gb18030").ljust(30, b"\xff"), "阿依努尔·买买提"),
        ("issued", bytes.fromhex("20220301"), "20220301"),
        ("issued", bytes.fromhex("ffffffff"), ""),
        ("card_id", bytes.fromhex("4311990A"), "4311990A"),
        ("nation", bytes.fromhex("15"), "15"),
    ],
)
def test_a_value_is_read_by_its_form(name: str, raw: bytes, text: str) -> None:
    assert decode_field(FIELD[name], raw) == text


def whole(**changes: str) -> dict[str, str]:
    return {
        "card_id": "43119939313939363034303930303237",
        "version": "2.00",
        "issued": "20150618",
        "valid_to": "20350618",
        "card_number": "SB0067890",
        "id_number": "431199199604090027",
        "name": "王小",
        "name_rest": "兰",
        "sex": "2",
        "nation": "15",
        "birth": "19960409",
        **changes,
    }


@pytest.mark.parametrize(("version", "generation"), [("1.00", 1), ("2.00", 2), ("3.00", 3)])
def test_the_generation_follows_from_the_version(version: str, generation: int) -> None:
    record = make_record(whole(version=version), b"\x3b\x68\0\0")
    assert record.generation == generation
    assert (record.name, record.area, record.issued) == ("王小兰", "431199", "2015-06-18")
    assert not record.contactless


def test_a_contactless_card_is_known_by_what_the_reader_makes_up_for_it() -> None:
    assert make_record(whole(), bytes.fromhex("3B8E80010000")).contactless


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": "9.00"}, "social.unknown_kind"),
        ({"version": ""}, "social.unknown_kind"),
        ({"id_number": "431199199604090028"}, "social.unreadable"),
        ({"birth": "19960431"}, "social.unreadable"),
    ],
)
def test_a_field_that_cannot_be_is_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(SocialCardError) as error:
        make_record(whole(**change), b"")
    assert error.value.code == code


def test_a_card_that_keeps_the_person_back_is_still_a_card() -> None:
    kept = {name: value for name, value in whole(version="3.00").items() if FIELD[name].file == social_card.CARD_FILE}
    record = make_record(kept, b"")
    assert (record.generation, record.id_number, record.name) == (3, "", "")
    assert record.card_number == "SB0067890"


def test_a_record_never_shows_the_person() -> None:
    assert repr(make_record(whole(), b"")) == "SocialCardRecord(generation=2)"


@given(st.sampled_from(FIELDS), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_the_declared_error(field: social_card.Field, raw: bytes) -> None:
    with contextlib.suppress(SocialCardError):
        decode_field(field, parse_record(raw, field))
    with contextlib.suppress(SocialCardError):
        decode_field(field, raw)


@given(st.dictionaries(st.sampled_from([field.name for field in FIELDS]), st.text(max_size=20)), st.binary(max_size=40))
def test_no_fields_raise_anything_but_the_declared_error(values: dict[str, str], answer_to_reset: bytes) -> None:
    with contextlib.suppress(SocialCardError):
        make_record(values, answer_to_reset)

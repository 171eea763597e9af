"""A card's text block, built here from the layouts' tables alone, is read in all four layouts."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.id_numbers import NATIONS, is_number
from hardware.ports import CardRecord
from hardware.sam_card import CardTextError, encode_text, parse_added_address, parse_text
from hardware.sample_cards import sample_cards


def block(*fields: tuple[int, int, str]) -> bytes:
    """256 bytes of blanks with (offset, bytes, text) written over them."""
    raw = bytearray(" ".encode("utf-16-le") * 128)
    for at, size, text in fields:
        encoded = text.encode("utf-16-le")
        assert len(encoded) <= size
        raw[at : at + len(encoded)] = encoded
    return bytes(raw)


RESIDENT = [
    (0, 30, "王小兰"),
    (30, 2, "2"),
    (32, 4, "15"),
    (36, 16, "19960409"),
    (52, 70, "示例省示例县山背乡山背村3组12号"),
    (122, 36, "431199199604090027"),
    (158, 30, "示例县公安局"),
    (188, 16, "20160520"),
    (204, 16, "20360520"),
]


def resident(**changes: str) -> bytes:
    names = ("name", "sex", "nation", "birth", "address", "id_number", "issuer", "valid_from", "valid_to")
    places = dict(zip(names, RESIDENT, strict=True))
    return block(*((at, size, changes.get(name, text)) for name, (at, size, text) in places.items()))


def test_a_residents_card() -> None:
    record = parse_text(resident())
    assert record == CardRecord(
        kind="resident",
        name="王小兰",
        id_number="431199199604090027",
        sex="2",
        nation="15",
        birth="1996-04-09",
        address="示例省示例县山背乡山背村3组12号",
        issuer="示例县公安局",
        valid_from="2016-05-20",
        valid_to="2036-05-20",
    )


def test_a_foreigners_card_of_2017() -> None:
    record = parse_text(
        block(
            (0, 120, "SMITH, ANNA EXAMPLE"),
            (120, 2, "2"),
            (122, 30, "XXA110085071401"),
            (152, 6, "XXA"),
            (158, 30, "史安娜"),
            (188, 16, "20190601"),
            (204, 16, "20290601"),
            (220, 16, "19850714"),
            (236, 4, "01"),
            (240, 8, "1500"),
            (248, 2, "I"),
        )
    )
    assert record.kind == "foreigner2017"
    assert (record.name, record.english_name) == ("史安娜", "SMITH, ANNA EXAMPLE")
    assert (record.id_number, record.nationality) == ("XXA110085071401", "XXA")
    assert (record.valid_from, record.valid_to, record.birth) == ("2019-06-01", "2029-06-01", "1985-07-14")
    assert (record.card_version, record.authority_code, record.nation) == ("01", "1500", "")


def test_a_foreigners_card_of_2023_with_a_name_over_two_fields() -> None:
    english = "A" * 30 + " BCD " + "EFG"
    record = parse_text(
        block(
            (0, 30, "史安娜"),
            (30, 2, "2"),
            (32, 4, "02"),
            (36, 16, "19850714"),
            (52, 70, english[:35]),
            (122, 36, "931156198507140057"),
            (188, 16, "20240601"),
            (204, 16, "20340601"),
            (220, 22, english[35:]),
            (242, 6, "XXA"),
            (248, 2, "Y"),
            (250, 6, "001"),
        )
    )
    assert record.kind == "foreigner2023"
    assert record.english_name == english  # the blank at the break is kept
    assert (record.issue_count, record.old_number_link, record.nationality) == ("02", "001", "XXA")


def test_a_card_for_hong_kong_macao_and_taiwan() -> None:
    record = parse_text(
        block(
            (0, 30, "刘示例"),
            (30, 2, "1"),
            (36, 16, "19900101"),
            (52, 70, "示例县"),
            (122, 36, "810000199001010019"),
            (158, 30, "示例县公安局"),
            (188, 16, "20220901"),
            (204, 16, "20270901"),
            (220, 18, "H00000000"),
            (238, 4, "03"),
            (248, 2, "J"),
        )
    )
    assert record.kind == "hmt"
    assert (record.pass_number, record.issue_count, record.nation) == ("H00000000", "03", "")


def test_a_name_without_chinese_is_the_english_one() -> None:
    fields = [(at, size, text) for at, size, text in RESIDENT if at not in (0, 52, 122)]
    record = parse_text(block(*fields, (52, 70, "SMITH, ANNA"), (122, 36, "931156198507140057"), (248, 2, "Y")))
    assert record.name == "SMITH, ANNA"


@pytest.mark.parametrize("name", ["龙䶮", "周𠮷", "阿依努尔·买买提", "王\ue863"])
def test_a_rare_name_is_handed_on_as_it_stands(name: str) -> None:
    assert parse_text(resident(name=name)).name == name


def test_a_card_valid_for_good() -> None:
    record = parse_text(resident(valid_to="长期"))
    assert record.valid_to == "长期"
    assert not record.expired_on(date(2199, 1, 1))


def test_the_last_day_still_counts() -> None:
    record = parse_text(resident())
    assert not record.expired_on(date(2036, 5, 20))
    assert record.expired_on(date(2036, 5, 21))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id_number": "431199199604090028"}, "card.number_wrong"),
        ({"id_number": "43119919960409002"}, "card.number_wrong"),
        ({"id_number": "４３１１９９１９９６０４０９００２７"}, "card.number_wrong"),
        ({"id_number": "431199199613090029"}, "card.number_wrong"),
        ({"birth": "19960431"}, "card.unreadable"),
        ({"valid_to": "20361301"}, "card.unreadable"),
        ({"valid_from": "长期"}, "card.unreadable"),
        ({"sex": "5"}, "card.unreadable"),
        ({"name": ""}, "card.unreadable"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_its_code(change: dict[str, str], code: str) -> None:
    with pytest.raises(CardTextError) as error:
        parse_text(resident(**change))
    assert error.value.code == code
    for value in change.values():
        assert not value or value not in str(error.value)


def test_a_layout_nobody_knows_is_said_to_be_unknown() -> None:
    raw = bytearray(resident())
    raw[248:250] = "Z".encode("utf-16-le")
    with pytest.raises(CardTextError) as error:
        parse_text(bytes(raw))
    assert error.value.code == "card.unknown_kind"


def test_half_a_character_is_refused_without_quoting_the_card() -> None:
    raw = bytearray(resident())
    raw[0:2] = b"\x42\xd8"  # the first half of a pair
    with pytest.raises(CardTextError) as error:
        parse_text(bytes(raw))
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_nation_the_standard_does_not_have_is_left_for_the_resident_to_say() -> None:
    assert parse_text(resident(nation="99")).nation == ""


def test_the_standards_nations() -> None:
    assert len(NATIONS) == 58
    assert (NATIONS["01"], NATIONS["06"], NATIONS["15"], NATIONS["56"]) == ("汉", "苗", "土家", "基诺")


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_standards_own_examples_of_a_number(number: str) -> None:
    assert is_number(number)


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(place: int, by: int) -> None:
    number = "431199199604090027"
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert not is_number(wrong)


@pytest.mark.parametrize("name", sorted(sample_cards()))
def test_every_sample_card_reads_back_as_it_was_written(name: str) -> None:
    record = sample_cards()[name].record
    read = parse_text(encode_text(record))
    for field in ("kind", "name", "id_number", "sex", "nation", "birth", "address", "valid_to", "english_name"):
        assert getattr(read, field) == getattr(record, field)


def test_sample_persons_come_from_an_area_that_nobody_has() -> None:
    for sample in sample_cards().values():
        if sample.record.kind == "resident":
            assert sample.record.id_number.startswith("431199")


def test_a_record_never_shows_the_person() -> None:
    assert repr(parse_text(resident())) == "CardRecord(kind='resident')"


@given(st.binary(min_size=256, max_size=256) | st.binary(max_size=300))
def test_no_bytes_raise_anything_but_the_declared_error(raw: bytes) -> None:
    for parse in (parse_text, parse_added_address):
        with contextlib.suppress(CardTextError):
            parse(raw)


@given(st.data())
def test_a_damaged_card_raises_nothing_but_the_declared_error(data: st.DataObject) -> None:
    raw = bytearray(resident())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, 255))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(CardTextError):
        parse_text(bytes(raw))

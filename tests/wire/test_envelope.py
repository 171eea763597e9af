from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire import people
from wire.canonical import canonical
from wire.envelope import Envelope, check_envelope, decode_envelope, encode_envelope, make_envelope
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic, TerminalKey
from wire.seal import seal

PAGES = (people.page(1), people.page(2))


@pytest.fixture(scope="module")
def envelope(county: CountyPublic, key: TerminalKey) -> Envelope:
    sealed = seal(people.message(1, PAGES), PAGES, county)
    return make_envelope(sealed, sequence=47, made_at=people.AT, clock_verified=True, key=key)


def accepts(raw: bytes, key: TerminalKey) -> bool:
    try:
        check_envelope(decode_envelope(raw), key.public)
    except WireError:
        return False
    return True


def test_an_envelope_comes_out_as_it_went_in(envelope: Envelope, key: TerminalKey) -> None:
    raw = encode_envelope(envelope)
    assert decode_envelope(raw) == envelope
    assert accepts(raw, key)


def test_the_bytes_are_canonical(envelope: Envelope) -> None:
    raw = encode_envelope(envelope)
    value = json.loads(raw)
    assert json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == raw


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_byte_changed_is_noticed(data: st.DataObject, envelope: Envelope, key: TerminalKey) -> None:
    raw = bytearray(encode_envelope(envelope))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert not accepts(bytes(raw), key)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_anything_cut_off_or_put_in_is_noticed(data: st.DataObject, envelope: Envelope, key: TerminalKey) -> None:
    raw = encode_envelope(envelope)
    place = data.draw(st.integers(0, len(raw) - 1))
    more = data.draw(st.binary(min_size=1, max_size=5))
    assert not accepts(raw[:place], key)
    assert not accepts(raw[:place] + more + raw[place:], key)


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value[:-1] + ("0" if value[-1] != "0" else "1")
        case list():
            return value[:-1]
    raise AssertionError(value)


@pytest.mark.parametrize("field", sorted(Envelope.__struct_fields__))
def test_every_field_is_covered_by_the_signature(field: str, envelope: Envelope, key: TerminalKey) -> None:
    value = json.loads(encode_envelope(envelope))
    value[field] = {"kind": "complaint", "v": 2}.get(field, _other(value[field]))
    assert not accepts(canonical(value), key)


@pytest.mark.parametrize("field", sorted(Envelope.__struct_fields__))
def test_no_field_may_be_missing(field: str, envelope: Envelope, key: TerminalKey) -> None:
    value = json.loads(encode_envelope(envelope))
    del value[field]
    with pytest.raises(WireError):
        decode_envelope(canonical(value))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"v": 2}, "envelope.version"),
        ({"v": "1"}, "envelope.malformed"),
        ({"more": 1}, "envelope.malformed"),
        ({"id": "not-an-id"}, "envelope.malformed"),
        ({"sequence": 0}, "envelope.malformed"),
        ({"kind": "hello"}, "envelope.malformed"),
        ({"made_at": "yesterday"}, "envelope.malformed"),
        ({"terminal": "a\nb"}, "envelope.malformed"),
        ({"body": "AAAA"}, "envelope.digest"),
        ({"body": "AA=A"}, "envelope.malformed"),
    ],
)
def test_what_is_not_as_described_is_refused_by_code(change: dict[str, object], code: str, envelope: Envelope) -> None:
    with pytest.raises(WireError) as refused:
        decode_envelope(canonical(json.loads(encode_envelope(envelope)) | change))
    assert refused.value.code == code


def test_the_same_json_in_other_bytes_is_refused(envelope: Envelope) -> None:
    raw = encode_envelope(envelope)
    for other in (json.dumps(json.loads(raw)).encode(), b" " + raw, raw[:-1] + b',"v":1}'):
        with pytest.raises(WireError) as refused:
            decode_envelope(other)
        assert refused.value.code == "envelope.malformed"


def test_another_terminals_signature_does_not_count(envelope: Envelope) -> None:
    with pytest.raises(WireError) as refused:
        check_envelope(envelope, people.terminal_key(2).public)
    assert refused.value.code == "envelope.signature"


def test_a_signature_over_another_kind_of_thing_does_not_count(envelope: Envelope, key: TerminalKey) -> None:
    moved = key.sign_struct("acknowledgement", envelope)
    with pytest.raises(WireError):
        check_envelope(moved, key.public)


def test_a_refusal_never_repeats_what_was_sent(county_keys: CountyKeys) -> None:
    for value in ({"v": 1, "kind": people.NAME}, {"v": 1, people.NUMBER: 1}, {"v": people.NAME}):
        with pytest.raises(WireError) as refused:
            decode_envelope(canonical(value))
        for planted in (people.NAME, people.NUMBER):
            assert planted not in str(refused.value)
            assert planted not in repr(refused.value.__context__ if not refused.value.__suppress_context__ else "")

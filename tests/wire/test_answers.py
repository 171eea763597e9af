from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire import people
from wire.answers import (
    acknowledge,
    encode,
    make_feed,
    make_health,
    outcome,
    read_acknowledgement,
    read_feed,
    read_health,
    read_refusal,
)
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic
from wire.messages import Acknowledgement, CaseState, CatalogueNotice, SettingsNotice, StateNotice

ID = people.message(1).id
DIGEST = "ab" * 32
CASE = "P431199".ljust(31, "0") + "202603120001"


@pytest.fixture(scope="module")
def ack(county_keys: CountyKeys) -> Acknowledgement:
    return acknowledge(county_keys, terminal=people.TERMINAL, message=ID, digest=DIGEST, received_at=people.AT,
                       case=CASE, cases=2)  # fmt: skip


def read(data: bytes | str, county: CountyPublic) -> Acknowledgement:
    return read_acknowledgement(data, county, terminal=people.TERMINAL, message=ID, digest=DIGEST)


def test_an_acknowledgement_is_believed_as_the_county_signed_it(ack: Acknowledgement, county: CountyPublic) -> None:
    assert read(encode(ack), county) == ack


def test_an_acknowledgement_of_something_else_is_not_believed(ack: Acknowledgement, county: CountyPublic) -> None:
    for wanted in (
        {"terminal": "另一台", "message": ID, "digest": DIGEST},
        {"terminal": people.TERMINAL, "message": people.message(2).id, "digest": DIGEST},
        {"terminal": people.TERMINAL, "message": ID, "digest": "cd" * 32},
    ):
        with pytest.raises(WireError) as refused:
            read_acknowledgement(encode(ack), county, **wanted)
        assert refused.value.code == "ack.other"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_changed_acknowledgement_is_never_believed(
    data: st.DataObject, ack: Acknowledgement, county: CountyPublic
) -> None:
    raw = bytearray(encode(ack))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(raw), county)
    except WireError:
        return
    assert (
        found == ack
    )  # a change that changes nothing that is said (there is none in canonical form, but JSON has room)


@pytest.mark.parametrize("field", [name for name in Acknowledgement.__struct_fields__ if name != "signature"])
def test_every_field_of_an_acknowledgement_is_signed(field: str, ack: Acknowledgement, county: CountyPublic) -> None:
    value = json.loads(encode(ack))
    old = value[field]
    value[field] = old + 1 if isinstance(old, int) else old[:-1] + ("1" if old[-1] != "1" else "2")
    with pytest.raises(WireError):
        read(json.dumps(value), county)


@pytest.mark.parametrize("page", [b"", b"<html>Welcome! Please log in.</html>", b"{}", b'{"v":1}', b"null", b"\xff"])
def test_a_captive_portals_page_is_no_answer(page: bytes, county: CountyPublic) -> None:
    with pytest.raises(WireError):
        read(page, county)
    with pytest.raises(WireError):
        read_feed(page, county, terminal=people.TERMINAL, after="")
    with pytest.raises(WireError):
        read_health(page, county, nonce="abcdefgh")
    assert read_refusal(page).code == "unknown" or page in (b"{}", b'{"v":1}')


def test_a_feed_is_for_one_terminal_and_one_cursor(
    county_keys: CountyKeys, county: CountyPublic, ack: Acknowledgement
) -> None:
    notices = (
        ack,
        StateNotice(id=ID, case=CASE, item=2, state=CaseState.SUPPLEMENT_ASKED, at=people.AT),
        CatalogueNotice(version="2026.04.1", sha256="ef" * 32, size=9),
        SettingsNotice(version=3),
    )
    feed = make_feed(county_keys, terminal=people.TERMINAL, after="", cursor="9", more=True, notices=notices)
    found = read_feed(encode(feed), county, terminal=people.TERMINAL, after="")
    assert found == feed
    assert found.notices == notices
    # An acknowledgement out of a feed is the same signed thing as the one that came by itself.
    assert read(encode(found.notices[0]), county) == ack
    for wanted in ({"terminal": "另一台", "after": ""}, {"terminal": people.TERMINAL, "after": "9"}):
        with pytest.raises(WireError) as refused:
            read_feed(encode(feed), county, **wanted)
        assert refused.value.code == "feed.other"
    for change in ({"cursor": "10"}, {"more": False}, {"notices": notices[1:]}):
        with pytest.raises(WireError) as refused:
            read_feed(encode(msgspec.structs.replace(feed, **change)), county, terminal=people.TERMINAL, after="")
        assert refused.value.code == "feed.signature"


def test_health_answers_the_nonce_that_was_asked(county_keys: CountyKeys, county: CountyPublic) -> None:
    raw = encode(make_health(county_keys, nonce="abcdefgh", at=people.AT))
    assert read_health(raw, county, nonce="abcdefgh").at == people.AT
    with pytest.raises(WireError):
        read_health(raw, county, nonce="abcdefgi")
    with pytest.raises(WireError):
        read_health(raw.replace(b"02:41", b"02:42"), county, nonce="abcdefgh")
    with pytest.raises(WireError):
        make_health(county_keys, nonce="short", at=people.AT)


def test_only_a_documented_status_with_its_code_is_final() -> None:
    assert outcome(200, "") == "acknowledged"
    assert outcome(409, "files.missing") == "send_files"
    assert outcome(409, "message.conflict") == "never"
    for status in (201, 204, 301, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 511):
        assert outcome(status, "unknown") == "again", status


@pytest.mark.parametrize("data", [b'{"v":1,"x":' + b"[" * 200_000, b'{"v":1,"x":' + b'{"a":' * 5_000 + b"1"])
def test_brackets_without_end_are_malformed_and_no_failure_of_ours(data: bytes, county: CountyPublic) -> None:
    with pytest.raises(WireError) as refused:
        read_health(data, county, nonce="abcdefgh")
    assert refused.value.code == "health.malformed"
    assert read_refusal(data.replace(b'"v":1', b'"code":"a","text":""')).code == "unknown"

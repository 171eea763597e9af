from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.wire import people
from wire.answers import encode, make_settings, read_enrolment, read_settings
from wire.canonical import b64
from wire.errors import WireError
from wire.keys import (
    CountyKeys,
    CountyPublic,
    Enrolment,
    SigningKey,
    TerminalKey,
    VerifyKey,
    by_kid,
    certify,
    check_certificate,
    check_struct,
    enrol_request,
)


def certificate(keys: CountyKeys, key: SigningKey, **more: str):  # type: ignore[no-untyped-def]
    values = {"terminal": people.TERMINAL, "number": "3121", "valid_from": "2026-01-01T00:00:00Z",
              "valid_to": "2036-01-01T00:00:00Z"} | more  # fmt: skip
    return certify(keys.signing[0], public=key.public, **values)


def test_a_key_comes_back_from_its_file(tmp_path: Path) -> None:
    made = TerminalKey.create(tmp_path / "terminal.key")
    assert TerminalKey.load(tmp_path / "terminal.key").public == made.public
    assert TerminalKey.load_or_create(tmp_path / "terminal.key").public == made.public
    assert (tmp_path / "terminal.key").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["terminal.key"]


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    TerminalKey.create(tmp_path / "terminal.key")
    with pytest.raises(FileExistsError):
        TerminalKey.create(tmp_path / "terminal.key")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    TerminalKey.create(tmp_path / "terminal.key")
    (tmp_path / "terminal.key").chmod(0o640)
    with pytest.raises(WireError) as refused:
        TerminalKey.load(tmp_path / "terminal.key")
    assert refused.value.code == "key.permissions"


@pytest.mark.parametrize(("content", "code"), [(None, "key.missing"), (b"", "key.malformed"), (b"x", "key.malformed")])
def test_a_file_that_is_no_key_is_refused(content: bytes | None, code: str, tmp_path: Path) -> None:
    path = tmp_path / "terminal.key"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(WireError) as refused:
        TerminalKey.load(path)
    assert refused.value.code == code


def test_a_private_key_does_not_show_itself(tmp_path: Path, county_keys: CountyKeys) -> None:
    key = TerminalKey.create(tmp_path / "terminal.key")
    assert repr(key) == f"TerminalKey({key.id})"
    assert "SECRET" not in repr(county_keys)


def test_a_certificate_holds_for_its_key_number_and_time(county_keys: CountyKeys, county: CountyPublic) -> None:
    key = people.terminal_key()
    made = certificate(county_keys, key)
    check_certificate(made, county, now="2026-03-12T00:00:00Z")
    check_certificate(made, county, now=None)
    assert by_kid([made]) == {key.id: made}
    for now in ("2025-12-31T23:59:59Z", "2036-01-01T00:00:01Z"):
        with pytest.raises(WireError) as refused:
            check_certificate(made, county, now=now)
        assert refused.value.code == "certificate.expired"
    for change in ({"number": "3122"}, {"terminal": "x"}, {"valid_to": "2099-01-01T00:00:00Z"},
                   {"public_key": b64(people.terminal_key(2).public)}):  # fmt: skip
        with pytest.raises(WireError) as refused:
            check_certificate(msgspec.structs.replace(made, **change), county)
        assert refused.value.code == "certificate.signature"


def test_nobody_else_can_certify(county: CountyPublic, tmp_path: Path) -> None:
    stranger = CountyKeys.create(tmp_path, "20260101T000000Z")
    forged = certificate(stranger, people.terminal_key())
    named = msgspec.structs.replace(forged, key=county.verify[0].id)
    for each in (forged, named):
        with pytest.raises(WireError):
            check_certificate(each, county)


def test_a_key_id_cannot_be_borrowed(county_keys: CountyKeys, county: CountyPublic, tmp_path: Path) -> None:
    """A county document whose key list ties a known id to another key helps nobody."""
    stranger = CountyKeys.create(tmp_path, "20260101T000000Z")
    doctored = msgspec.structs.replace(
        county, verify=(VerifyKey(county.verify[0].id, b64(stranger.signing[0].public)),)
    )
    signed = stranger.signing[0].sign_struct(
        "certificate", msgspec.structs.replace(certificate(county_keys, people.terminal_key()), key=county.verify[0].id)
    )
    assert not doctored.check("certificate", signed)


def test_an_enrolment_is_for_the_key_that_asked(county_keys: CountyKeys, county: CountyPublic) -> None:
    key, other = people.terminal_key(1), people.terminal_key(2)
    raw = encode(Enrolment(certificate=certificate(county_keys, key), county=county))
    assert read_enrolment(raw, key).certificate.number == "3121"
    with pytest.raises(WireError) as refused:
        read_enrolment(raw, other)
    assert refused.value.code == "enrolment.other"


def test_an_enrolment_request_shows_that_its_key_is_held() -> None:
    key = people.terminal_key()
    asked = enrol_request("0123456789abcdef", key)
    assert check_struct(key.public, "enrol", asked)
    assert not check_struct(key.public, "enrol", msgspec.structs.replace(asked, token="0123456789abcdeg"))


def test_new_county_keys_are_believed_from_an_old_one_only(tmp_path: Path) -> None:
    before = CountyKeys.create(tmp_path, "20260101T000000Z")
    known = people.public(before)
    after = CountyKeys.create(tmp_path, "20260201T000000Z")
    by_old = make_settings(after, people.public(after), version=1, values={}, signed_by=before.signing[0].id)
    assert read_settings(encode(by_old), known).county.seal[0].id == after.identities[0][0].id
    by_new = make_settings(after, people.public(after), version=1, values={})
    with pytest.raises(WireError) as refused:
        read_settings(encode(by_new), known)
    assert refused.value.code == "settings.signature"

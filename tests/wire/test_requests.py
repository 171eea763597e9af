from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from tests.wire import people
from wire.errors import WireError
from wire.keys import TerminalKey, check_signature
from wire.requests import check_request, sign_request, terminal_of

TARGET = "/v1/feed?after=17"


def signed(key: TerminalKey, method: str = "GET", target: str = TARGET, **more: object) -> CIMultiDict[str]:
    return CIMultiDict(sign_request(key, people.TERMINAL, method, target, created=1_773_283_260, **more))  # type: ignore[arg-type]


def test_a_signed_request_is_accepted_as_it_was_sent(key: TerminalKey) -> None:
    headers = signed(key)
    assert terminal_of(headers) == people.TERMINAL
    check_request(key.public, "GET", TARGET, headers)
    check_request(key.public, "POST", "/v1/lookup", signed(key, "POST", "/v1/lookup", body=b"{}"), b"{}")
    check_request(key.public, "PATCH", "/v1/files/a", signed(key, "PATCH", "/v1/files/a", upload_offset=0))


def test_the_signature_base_is_that_of_rfc_9421(key: TerminalKey) -> None:
    """Written out by hand from section 2.5, as another implementation would."""
    import base64

    headers = signed(key, "POST", "/v1/lookup", body=b"hello")
    parameters = headers["Signature-Input"].removeprefix("terminal=")
    assert parameters == (
        '("@method" "@request-target" "content-digest");created=1773283260;'
        'keyid="%E7%A4%BA%E4%BE%8B-%E5%B1%B1%E8%83%8C-01";alg="ed25519"'
    )
    # RFC 9530, appendix: sha-256 of "hello"
    digest = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:"
    base = (
        f'"@method": POST\n"@request-target": /v1/lookup\n"content-digest": {digest}\n"@signature-params": {parameters}'
    )
    signature = base64.b64decode(headers["Signature"].removeprefix("terminal=:").removesuffix(":"))
    assert check_signature(key.public, base.encode(), signature)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [("POST", TARGET, None), ("GET", "/v1/feed?after=18", None), ("GET", "/v1/settings", None), ("GET", TARGET, b"x")],
)
def test_a_signature_is_for_one_method_target_and_body(
    method: str, target: str, body: bytes | None, key: TerminalKey
) -> None:
    with pytest.raises(WireError) as refused:
        check_request(key.public, method, target, signed(key), body)
    assert refused.value.code == "request.signature"


def test_another_body_or_offset_is_noticed(key: TerminalKey) -> None:
    headers = signed(key, "POST", "/v1/lookup", body=b"{}")
    with pytest.raises(WireError):
        check_request(key.public, "POST", "/v1/lookup", headers, b"[]")
    headers = signed(key, "PATCH", "/v1/files/a", upload_offset=0)
    headers["Upload-Offset"] = "1"
    with pytest.raises(WireError):
        check_request(key.public, "PATCH", "/v1/files/a", headers)


def test_a_body_must_be_covered(key: TerminalKey) -> None:
    with pytest.raises(WireError):
        check_request(key.public, "POST", "/v1/lookup", signed(key, "POST", "/v1/lookup"), b"{}")
    with pytest.raises(WireError):
        check_request(key.public, "PATCH", "/v1/files/a", signed(key, "PATCH", "/v1/files/a", body=b"x"), b"x")


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input"])
def test_an_unsigned_request_is_told_so(missing: str, key: TerminalKey) -> None:
    headers = signed(key)
    del headers[missing]
    with pytest.raises(WireError) as refused:
        check_request(key.public, "GET", TARGET, headers)
    assert refused.value.code == "request.unsigned"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_character_of_the_headers_changed_is_noticed(data: st.DataObject, key: TerminalKey) -> None:
    headers = signed(key)
    name = data.draw(st.sampled_from(sorted(headers)))
    value = headers[name]
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from([each for each in '0Az"%;=:()' if each != value[place]]))
    headers[name] = value[:place] + other + value[place + 1 :]
    with pytest.raises(WireError):
        check_request(key.public, "GET", TARGET, headers)


def test_another_key_is_noticed(key: TerminalKey) -> None:
    with pytest.raises(WireError):
        check_request(people.terminal_key(2).public, "GET", TARGET, signed(key))

from __future__ import annotations

import base64
import dataclasses
import re

import cbor2
import cwt
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.wire import people
from wire import uuid7
from wire.errors import WireError
from wire.keys import CountyKeys, TerminalCertificate, TerminalKey, by_kid, certify
from wire.receipt import (
    CONTEXT,
    Claims,
    check_mark,
    make_code,
    number,
    show_number,
    url_prefix,
    verify,
)

URL = "https://county.example"
CLAIMS = Claims("31210047", people.message(1).id, people.MATTER, 1_773_283_260, b"\xab" * 16, 4, bytes(range(16)), True)
Known = dict[str, TerminalCertificate]


@pytest.fixture(scope="module")
def known(county_keys: CountyKeys, key: TerminalKey) -> Known:
    return by_kid([
        certify(county_keys.signing[0], terminal=people.TERMINAL, number="3121", public=key.public,
                valid_from="2026-01-01T00:00:00Z", valid_to="2036-01-01T00:00:00Z")
    ])  # fmt: skip


@pytest.fixture(scope="module")
def code(key: TerminalKey) -> str:
    return make_code(CLAIMS, key, URL)


def test_a_code_says_what_was_put_in(code: str, known: Known) -> None:
    receipt, certificate = verify(code, known)
    assert dataclasses.astuple(receipt.claims) == dataclasses.astuple(CLAIMS)
    assert certificate.terminal == people.TERMINAL


def test_a_code_is_read_however_it_was_typed(code: str, known: Known) -> None:
    bare = code.partition("#")[2]
    spaced = "\n".join(re.findall(".{1,20}", bare))
    for text in (code.lower(), bare, bare.lower(), spaced, f"  {code}\n", f"https://other.example/r#{bare}"):
        assert verify(text, known)[0].claims.id == CLAIMS.id
        assert check_mark(text) == check_mark(code)


def test_everything_but_the_number_sign_is_qr_alphanumeric(code: str) -> None:
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+#[0-9A-Z]+", code)
    assert code.startswith("HTTPS://COUNTY.EXAMPLE/R#")


def test_a_drawn_code_is_read_by_another_program(code: str) -> None:
    drawn = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=4, border=4)
    drawn.add_data(code)
    drawn.make(fit=True)
    picture: Image.Image = drawn.make_image().get_image().convert("L")
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == code
    assert picture.width <= 576 - 2 * 24, "fits an 80 mm receipt at four dots a module"


def cose_key(key: TerminalKey, private: bytes = b"") -> cwt.COSEKeyInterface:
    """A COSE_Key (RFC 9053, section 7.2): kty OKP, kid, alg EdDSA, crv Ed25519, x, d."""
    parts: dict[int, int | bytes] = {1: 1, 2: bytes.fromhex(key.id), 3: -8, -1: 6, -2: key.public}
    return cwt.COSEKey.new(parts | ({-4: private} if private else {}))


def test_cwt_opens_our_code(code: str, key: TerminalKey) -> None:
    raw = base64.b32decode(code.partition("#")[2] + "=" * (-len(code.partition("#")[2]) % 8))
    public = cose_key(key)
    payload = cwt.COSE.new().decode(raw, public, external_aad=CONTEXT)
    assert cbor2.loads(payload)[2] == uuid7.to_bytes(CLAIMS.id)


def test_we_open_a_code_that_cwt_wrote(key: TerminalKey, known: Known) -> None:
    payload = cbor2.dumps(
        {1: 31210047, 2: uuid7.to_bytes(CLAIMS.id), 3: "m", 4: 5, 5: b"d" * 16, 6: 1, 7: b"s" * 16, 8: False}
    )
    raw = cwt.COSE.new().encode_and_sign(
        payload, cose_key(key, bytes([1]) * 32), protected={1: -8, 4: bytes.fromhex(key.id)}, external_aad=CONTEXT
    )
    text = base64.b32encode(raw).decode().rstrip("=")
    receipt, _ = verify(text, known)
    assert (receipt.claims.number, receipt.claims.matter) == ("31210047", "m")


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_character_changed_is_noticed(data: st.DataObject, code: str, known: Known) -> None:
    bare = code.partition("#")[2]
    place = data.draw(st.integers(0, len(bare) - 1))
    other = data.draw(st.sampled_from([each for each in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" if each != bare[place]]))
    with pytest.raises(WireError) as refused:
        verify(bare[:place] + other + bare[place + 1 :], known)
    assert refused.value.code.startswith("receipt.")


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_code_that_was_cut_off_says_so(data: st.DataObject, code: str, known: Known) -> None:
    bare = code.partition("#")[2]
    with pytest.raises(WireError) as refused:
        verify(bare[: data.draw(st.integers(4, len(bare) - 1))], known)
    assert refused.value.code == "receipt.truncated"


@pytest.mark.parametrize(
    "text",
    ["", "hello", "https://county.example/", "https://county.example/pay#ABC", "6921168509256", "中文", "A",
     "MZXW6YTBOI",      "HTTPS://COUNTY.EXAMPLE/R#", "AAAA"],
)  # fmt: skip
def test_what_is_no_receipt_says_so(text: str, known: Known) -> None:
    with pytest.raises(WireError) as refused:
        verify(text, known)
    assert refused.value.code in {"receipt.not_one", "receipt.truncated"}
    if len(text) > 1:
        assert refused.value.code == "receipt.not_one"


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=300))
def test_no_bytes_at_all_do_more_than_be_refused(raw: bytes, known: Known) -> None:
    for body in (raw, b"\xd2\x84" + raw):
        with pytest.raises(WireError):
            verify(base64.b32encode(body).decode(), known)


def test_a_code_of_a_terminal_that_is_not_known_says_so(code: str) -> None:
    with pytest.raises(WireError) as refused:
        verify(code, {})
    assert refused.value.code == "receipt.unknown_terminal"


def test_a_terminal_cannot_give_out_another_terminals_numbers(key: TerminalKey, known: Known) -> None:
    forged = make_code(dataclasses.replace(CLAIMS, number="99990047"), key, URL)
    with pytest.raises(WireError) as refused:
        verify(forged, known)
    assert refused.value.code == "receipt.number"


def test_a_terminals_other_signatures_are_no_receipts(key: TerminalKey, known: Known) -> None:
    protected = cbor2.dumps({1: -8, 4: bytes.fromhex(key.id)})
    payload = cbor2.dumps(
        {1: 31210047, 2: uuid7.to_bytes(CLAIMS.id), 3: "m", 4: 5, 5: b"d" * 16, 6: 1, 7: b"s" * 16, 8: False}
    )
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    raw = cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))
    with pytest.raises(WireError) as refused:
        verify(base64.b32encode(raw).decode(), known)
    assert refused.value.code == "receipt.signature"


def test_the_number_is_the_terminals_four_digits_and_the_sequence() -> None:
    assert show_number(number("3121", 47)) == "3121 0047"
    assert number("0007", 10_000) == "00070000"
    assert number("0007", 10_001) == "00070001"
    for bad in (("312", 1), ("31211", 1), ("3121", 0), ("x121", 1)):
        with pytest.raises(WireError):
            number(*bad)


def test_the_check_mark_is_short_and_the_slips_own(code: str, key: TerminalKey) -> None:
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", check_mark(code))
    assert check_mark(code) != check_mark(make_code(dataclasses.replace(CLAIMS, items=3), key, URL))


@pytest.mark.parametrize(
    "url", ["county.example", "https://county.example/path", "ftp://county.example", "https://a b"]
)
def test_an_address_that_capitals_would_break_is_refused(url: str) -> None:
    with pytest.raises(WireError) as refused:
        url_prefix(url)
    assert refused.value.code == "receipt.url"


def test_without_an_address_the_code_stands_alone(key: TerminalKey, known: Known) -> None:
    assert "#" not in make_code(CLAIMS, key, "")
    assert verify(make_code(CLAIMS, key, ""), known)[0].claims.id == CLAIMS.id


def _vector() -> dict[str, str]:
    """docs/receipt-code.md: name and value of each line of its last block; a value may go on over lines."""
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "receipt-code.md").read_text("utf-8")
    found: dict[str, str] = {}
    name = ""
    for line in text.rpartition("```\n")[0].rpartition("```\n")[2].splitlines():
        name = line[:10].strip() or name
        found[name] = found.get(name, "") + line[10:]
    return found


def test_the_documents_vector_is_what_is_made_here_and_verifies_without_us() -> None:
    """The same claims give the same code (Ed25519 is deterministic), and cbor2 with cryptography alone open it by what
    the document says."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    told = _vector()
    key = people.terminal_key(7)
    claims = Claims(
        told["number"].replace(" ", ""), told["id"], told["matter"], int(told["at"]), bytes.fromhex(told["digest"]),
        int(told["items"]), bytes.fromhex(told["secret"]), told["clock"] == "true",
    )  # fmt: skip
    assert make_code(claims, key, "https://county.example") == told["code"]
    assert check_mark(told["code"]) == told["mark"]

    code = told["code"].partition("#")[2]
    raw = base64.b32decode(code + "=" * (-len(code) % 8))
    assert raw.hex() == told["bytes"]
    protected, unprotected, payload, signature = cbor2.loads(raw).value
    signed = cbor2.dumps(["Signature1", protected, b"village-terminal/receipt\n", payload], canonical=True)
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(told["public"])).verify(signature, signed)
    assert unprotected == {}
    assert cbor2.loads(payload) == {
        1: int(claims.number), 2: uuid7.to_bytes(claims.id), 3: claims.matter, 4: claims.at, 5: claims.digest,
        6: claims.items, 7: claims.secret, 8: True,
    }  # fmt: skip

"""The second suite: what is written here opens with programs that share no line with ours, and theirs opens here.

SM2 with the openssl program (OpenSSL) and with gmssl (pure Python), SM4-GCM and SM3 with GmSSL, whose SM4 ours is not;
DER with openssl's own reader. Standard vectors hold.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from pathlib import Path

import gmssl_pyx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from gmssl import sm2 as pure

from tests.wire import people
from wire import lookup, phone, sm
from wire.errors import WireError
from wire.keys import AGE, SM, CountyKeys, TerminalKey
from wire.seal import seal, unseal, unseal_page

PAGES = (people.page(1), people.page(2, 400_000))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> CountyKeys:
    return CountyKeys.create(tmp_path_factory.mktemp("keys"), "20260312T024100Z", sm=True)


@pytest.fixture
def pair() -> tuple[str, str]:
    return sm.new_identity()


def test_the_standards_own_vectors_hold() -> None:
    """GB/T 32905 annex A.1; GB/T 32907 annex A.1."""
    assert sm.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    block = Cipher(algorithms.SM4(key), modes.ECB()).encryptor().update(key)  # noqa: S305 - the vector is one block
    assert block.hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    extra = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    cipher.authenticate_additional_data(extra)
    assert (cipher.update(plain) + cipher.finalize()).hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert cipher.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


# ---------------------------------------------------------------- theirs opens ours


def der(sealed: bytes, folder: Path) -> list[tuple[str, bytes]]:
    """The primitive values of a DER file as openssl reads them: (kind, bytes or the name's text)."""
    path = folder / "sealed.der"
    path.write_bytes(sealed)
    told = subprocess.run(["openssl", "asn1parse", "-inform", "DER", "-in", path], capture_output=True, check=True)
    found = []
    for line in told.stdout.decode().splitlines():
        match = re.match(
            r"\s*(\d+):d=\d+\s+hl=(\d+)\s+l=\s*(\d+) prim:\s*(\S+(?: \[ \d+ \]| \S+)?)\s*(?::(\S*))?", line
        )
        if match:
            start = int(match[1]) + int(match[2])
            found.append((match[4], sealed[start : start + int(match[3])]))
    return found


def test_openssl_and_gmssl_open_what_is_written_here(pair: tuple[str, str], tmp_path: Path) -> None:
    recipient, pem = pair
    plain = os.urandom(5000)
    parts = der(sm.seal(plain, recipient), tmp_path)
    octets = [value for kind, value in parts if kind.startswith(("OCTET", "cont"))]
    name, sealed_key, nonce, encrypted, tag = octets
    assert name == gmssl_pyx.sm3_hash(base64.b64decode(recipient))[:20]
    (tmp_path / "key.pem").write_text(pem)
    (tmp_path / "sealed.key").write_bytes(sealed_key)
    key = subprocess.run(
        ["openssl", "pkeyutl", "-decrypt", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "sealed.key"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert gmssl_pyx.sm4_gcm_decrypt(key=key, iv=nonce, aad=b"", ciphertext=encrypted, tag=tag) == plain
    private, point = sm.read_private(pem)
    reader = pure.CryptSM2(private_key=private.hex(), public_key=point[1:].hex(), mode=1)
    x, y, c3, c2 = (value for _, value in der(sealed_key, tmp_path))
    c1 = b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (x, y))
    assert reader.decrypt(c1 + c3 + c2) == key


def test_what_openssl_and_gmssl_write_opens_here(tmp_path: Path) -> None:
    pem_file, public = tmp_path / "key.pem", tmp_path / "public.pem"
    make = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", pem_file]
    subprocess.run(make, check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", pem_file, "-pubout", "-out", public], check=True)
    pem = pem_file.read_text()
    point = base64.b64decode(sm.recipient_of(pem))
    key, nonce, plain = os.urandom(16), os.urandom(12), os.urandom(3000)
    (tmp_path / "plain.key").write_bytes(key)
    sealed_key = subprocess.run(
        ["openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", public, "-in", tmp_path / "plain.key"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    encrypted, tag = gmssl_pyx.sm4_gcm_encrypt(key=key, iv=nonce, aad=b"", plaintext=plain)
    made = by_hand(gmssl_pyx.sm3_hash(point)[:20], sealed_key, nonce, encrypted, tag)
    assert sm.open_sealed(made, [pem]) == plain


def by_hand(name: bytes, sealed_key: bytes, nonce: bytes, encrypted: bytes, tag: bytes) -> bytes:
    """The container as docs/sm-suite.md writes it down, put together byte by byte."""

    def tlv(kind: int, *parts: bytes) -> bytes:
        body = b"".join(parts)
        size = len(body)
        if size < 128:
            return bytes((kind, size)) + body
        length = size.to_bytes((size.bit_length() + 7) // 8, "big")
        return bytes((kind, 0x80 | len(length))) + length + body

    def oid(text: str) -> bytes:
        first, second, *rest = map(int, text.split("."))
        body = bytes((first * 40 + second,))
        for number in rest:
            septets = [number & 127]
            while number := number >> 7:
                septets.append(number & 127 | 128)
            body += bytes(reversed(septets))
        return tlv(6, body)

    recipient = tlv(0x30, tlv(2, b"\x02"), tlv(0x80, name), tlv(0x30, oid("1.2.156.10197.1.301.3")), tlv(4, sealed_key))
    gcm = tlv(0x30, oid("1.2.156.10197.1.104.8"), tlv(0x30, tlv(4, nonce), tlv(2, b"\x10")))
    content = tlv(0x30, oid("1.2.840.113549.1.7.1"), gcm, tlv(0x80, encrypted))
    whole = tlv(0x30, tlv(2, b"\x00"), tlv(0x31, recipient), content, tlv(4, tag))
    return tlv(0x30, oid("1.2.840.113549.1.9.16.1.23"), tlv(0xA0, whole))


def test_the_document_describes_every_byte(pair: tuple[str, str], tmp_path: Path) -> None:
    sealed = sm.seal(b"a" * 300, pair[0])
    name, sealed_key, nonce, encrypted, tag = [
        value for kind, value in der(sealed, tmp_path) if kind.startswith(("OCTET", "cont"))
    ]
    assert by_hand(name, sealed_key, nonce, encrypted, tag) == sealed


# ---------------------------------------------------------------- what must not open


def test_a_changed_byte_anywhere_does_not_open(pair: tuple[str, str]) -> None:
    recipient, pem = pair
    sealed = sm.seal(b"secret" * 20, recipient)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x01
        with pytest.raises(WireError) as refused:
            sm.open_sealed(bytes(changed), [pem])
        assert refused.value.code == "seal.unreadable"


def test_another_key_a_cut_and_something_else_do_not_open(pair: tuple[str, str]) -> None:
    sealed = sm.seal(b"secret", pair[0])
    for data, keys in ((sealed, [sm.new_identity()[1]]), (sealed[:-1], [pair[1]]), (b"", [pair[1]]), (sealed, [])):
        with pytest.raises(WireError):
            sm.open_sealed(data, keys)


def test_two_sealings_share_nothing(pair: tuple[str, str]) -> None:
    first, second = sm.seal(b"x" * 64, pair[0]), sm.seal(b"x" * 64, pair[0])
    assert first[-100:] != second[-100:]
    assert sm.open_sealed(first, [sm.new_identity()[1], pair[1]]) == b"x" * 64


@pytest.mark.parametrize("recipient", ["", "age1", base64.b64encode(b"\x04" + b"\x01" * 64).decode()])
def test_what_is_no_point_of_the_curve_is_refused(recipient: str) -> None:
    with pytest.raises(WireError) as refused:
        sm.seal(b"x", recipient)
    assert refused.value.code == "seal.recipient"


@pytest.mark.parametrize("text", ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_sm2_key_is_refused(text: str) -> None:
    with pytest.raises(WireError) as refused:
        sm.read_private(text)
    assert refused.value.code == "key.malformed"


# ---------------------------------------------------------------- whole applications, keys, look-ups


def test_an_application_and_its_pages_go_through_and_age_stays_the_default(keys: CountyKeys) -> None:
    county = people.public(keys)
    message = people.message(1, PAGES)
    assert seal(message, PAGES, county).suite == AGE
    sealed = seal(message, PAGES, county, SM)
    assert sealed.suite == SM
    opened, _ = unseal(sealed.body, sealed.files, keys, sealed.key, sealed.suite)
    assert opened.application == message.application  # type: ignore[union-attr]  # an application
    for blob, page, plain in zip(sealed.blobs, opened.pages, PAGES, strict=True):
        assert unseal_page(blob, page, keys, sealed.key, sealed.suite) == plain
    for text in (people.NAME, people.NUMBER, people.MATTER):
        assert text.encode() not in sealed.body


def test_keys_are_rotated_without_losing_what_waits(tmp_path: Path) -> None:
    before = CountyKeys.create(tmp_path, "20260312T024100Z", sm=True)
    waiting = seal(people.message(1), (), people.public(before), SM)
    after = CountyKeys.create(tmp_path, "20260412T024100Z", sm=True)
    fresh = seal(people.message(2), (), people.public(after), SM)
    assert fresh.key != waiting.key
    for sealed in (waiting, fresh):
        unseal(sealed.body, sealed.files, after, sealed.key, sealed.suite)


def test_a_county_without_such_a_key_says_so(tmp_path: Path) -> None:
    with pytest.raises(WireError) as refused:
        seal(people.message(1), (), people.public(CountyKeys.create(tmp_path, "1")), SM)
    assert refused.value.code == "seal.suite"


def test_a_look_up_goes_the_same_way(keys: CountyKeys, key: TerminalKey) -> None:
    asking = lookup.ask(lookup.ByReceipt(people.message(1).id, "ab" * 16), "t", people.public(keys), SM)
    question = lookup.read_question(asking.body, keys)
    said = lookup.answer(question, ())
    assert b'"suite":"sm2-sm4gcm"' in said
    assert asking.read(said) == ()


def test_a_phones_code_goes_the_same_way(keys: CountyKeys) -> None:
    asking = phone.ask("a code", "t", people.public(keys), SM)
    question = phone.read_question(asking.body, keys)
    said = phone.answer(question, phone.PhoneRefused("expired"))
    assert question.code == "a code"
    assert b'"suite":"sm2-sm4gcm"' in said
    assert asking.read(said) == phone.PhoneRefused("expired")


def test_the_private_key_file_is_as_openssl_reads_it(tmp_path: Path) -> None:
    CountyKeys.create(tmp_path, "1", sm=True)
    (path,) = tmp_path.glob("seal-*.pem")
    assert path.stat().st_mode & 0o077 == 0
    told = subprocess.run(["openssl", "pkey", "-in", path, "-text", "-noout"], capture_output=True, check=True)
    assert b"ASN1 OID: SM2" in told.stdout


def _vector() -> dict[str, str]:
    """docs/sm-suite.md, the block under "A test vector": name and value; a value may go on over lines."""
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "sm-suite.md").read_text("utf-8")
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("## A test vector")[2].split("```\n")[1].splitlines():
        name = line[:12].strip() or name
        found[name] = found.get(name, "") + line[12:]
    return found


def test_the_documents_vector_opens_here_and_by_gmssl_alone(tmp_path: Path) -> None:
    told = _vector()
    private, point, container, content = (
        bytes.fromhex(told[name]) for name in ("private", "point", "container", "content")
    )
    pem = tmp_path / "key.pem"
    numbers = f"asn1=SEQUENCE:key\n[key]\nv=INTEGER:1\nd=FORMAT:HEX,OCTETSTRING:{private.hex()}\n"
    numbers += "c=EXPLICIT:0,OID:1.2.156.10197.1.301\n"
    numbers += f"p=EXPLICIT:1,FORMAT:HEX,BITSTRING:{point.hex()}\n"
    (tmp_path / "key.cnf").write_text(numbers)
    key_der = tmp_path / "key.der"
    for command in (
        ["asn1parse", "-genconf", tmp_path / "key.cnf", "-noout", "-out", key_der],
        ["pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", key_der, "-out", pem],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    assert sm.recipient_of(pem.read_text()) == told["recipient"] == base64.b64encode(point).decode()
    assert sm.open_sealed(container, [pem.read_text()]) == content
    _, sealed_key, nonce, encrypted, tag = (
        value for kind, value in der(container, tmp_path) if kind.startswith(("OCTET", "cont"))
    )
    x, y, c3, c2 = (value for _, value in der(sealed_key, tmp_path))
    c1 = b"".join(number.lstrip(b"\0").rjust(32, b"\0") for number in (x, y))
    key = pure.CryptSM2(private_key=private.hex(), public_key=point[1:].hex(), mode=1).decrypt(c1 + c3 + c2)
    assert gmssl_pyx.sm4_gcm_decrypt(key=key, iv=nonce, aad=b"", ciphertext=encrypted, tag=tag) == content

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from tests.wire import people
from wire.canonical import canonical
from wire.envelope import Envelope, decode_envelope, encode_envelope, make_envelope, sealed_body, unseal_envelope
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic, TerminalKey, age_identity_file
from wire.messages import (
    ApplicationMessage,
    ComplaintMessage,
    HelpCallMessage,
    Message,
    Proof,
    RatingMessage,
    SupplementMessage,
    WithdrawalMessage,
)
from wire.seal import PADDING_BYTES, SealedFile, digest, seal, unseal, unseal_page

PAGES = (people.page(1), people.page(2, 70_001))


def envelope_of(message: Message, county: CountyPublic, key: TerminalKey, pages: tuple[bytes, ...] = ()) -> Envelope:
    sealed = seal(message, pages, county)
    return make_envelope(sealed, sequence=47, made_at=people.AT, clock_verified=True, key=key)


def every_message() -> list[Message]:
    one = people.message(1)
    common = {"id": people.message(2).id, "terminal": people.TERMINAL, "at": people.AT}
    proof = Proof(secret=one.secret, known=one.application.known)
    return [
        one,
        SupplementMessage(**common, application=one.id, proof=proof, note="补一页"),
        RatingMessage(**common, application=one.id, level=5, reasons=("patient",)),
        RatingMessage(**common, application="", level=1),
        ComplaintMessage(**common, application="", note="等了很久", name=people.NAME, phone=people.PHONE),
        HelpCallMessage(**common, where="capture:household-register"),
        WithdrawalMessage(**common, application=one.id, proof=Proof(secret=one.secret), items=("medical-insurance",)),
    ]  # fmt: skip


@pytest.mark.parametrize("message", every_message(), ids=lambda each: type(each).__name__)
def test_every_message_comes_out_as_it_went_in(
    message: Message, county: CountyPublic, county_keys: CountyKeys, key: TerminalKey
) -> None:
    envelope = decode_envelope(encode_envelope(envelope_of(message, county, key)))
    opened, text = unseal_envelope(envelope, county_keys)
    assert opened == message
    assert text == canonical(message)


def test_an_application_and_its_pages_come_out_as_they_went_in(county: CountyPublic, county_keys: CountyKeys) -> None:
    message = people.message(1, PAGES)
    sealed = seal(message, PAGES, county)
    opened, _ = unseal(sealed.body, sealed.files, county_keys, sealed.key, sealed.suite)
    assert isinstance(opened, ApplicationMessage)
    assert opened.application == message.application
    pages = [
        unseal_page(blob, page, county_keys, sealed.key, sealed.suite)
        for blob, page in zip(sealed.blobs, opened.pages, strict=True)
    ]
    assert tuple(pages) == PAGES


def test_pictures_of_the_person_are_sealed_like_pages_and_known_apart(
    county: CountyPublic, county_keys: CountyKeys
) -> None:
    face, card_photo = people.page(8), people.page(9)
    message = people.with_faces(people.message(1, PAGES), face, card_photo)
    sealed = seal(message, (*PAGES, card_photo, face), county)
    opened, _ = unseal(sealed.body, sealed.files, county_keys, sealed.key, sealed.suite)
    found = {
        page.kind: unseal_page(blob, page, county_keys, sealed.key, sealed.suite)
        for blob, page in zip(sealed.blobs, opened.pages, strict=True)
    }
    assert [page.kind for page in opened.pages] == ["paper"] * len(PAGES) + ["face", "card_photo"]
    assert (found["face"], found["card_photo"]) == (face, card_photo)
    with pytest.raises(WireError):
        seal(message, PAGES, county)


def test_a_page_used_twice_is_sealed_once(county: CountyPublic) -> None:
    message = people.message(1, (PAGES[0], PAGES[0]))
    assert len(seal(message, (PAGES[0], PAGES[0]), county).files) == 1


@pytest.mark.parametrize("pages", [(), PAGES[:1], (*PAGES, people.page(3))])
def test_pages_other_than_the_materials_name_are_not_sealed(pages: tuple[bytes, ...], county: CountyPublic) -> None:
    with pytest.raises(WireError) as refused:
        seal(people.message(1, PAGES), pages, county)
    assert refused.value.code == "seal.pages"


def test_the_length_of_a_body_does_not_tell_the_matter(county: CountyPublic) -> None:
    short = people.message(1)
    longer = msgspec.structs.replace(short, items=(*short.items, *short.items))
    assert len(canonical(longer)) != len(canonical(short))
    assert len(canonical(longer)) < PADDING_BYTES

    def payload(body: bytes) -> bytes:
        # The header ends with the line of its MAC; before that age puts a stanza of random length ("grease").
        return body[body.index(b"\n", body.index(b"\n--- ") + 1) + 1 :]

    assert len(payload(seal(short, (), county).body)) == len(payload(seal(longer, (), county).body)) > PADDING_BYTES


def test_debians_age_opens_what_we_seal(
    tmp_path: Path, county: CountyPublic, county_keys: CountyKeys, key: TerminalKey
) -> None:
    program = shutil.which("age")
    assert program is not None, "Debian's age is among the packages of the set-up"
    seal_key, identity = county_keys.identities[0]
    (tmp_path / "identity.txt").write_bytes(age_identity_file(seal_key, identity, "now"))
    message = people.message(1, PAGES)
    sealed = seal(message, PAGES, county)
    found = []
    for blob in (sealed.body, *sealed.blobs):
        (tmp_path / "sealed").write_bytes(blob)
        found.append(
            subprocess.run([program, "-d", "-i", tmp_path / "identity.txt", tmp_path / "sealed"],
                           check=True, capture_output=True).stdout
        )  # fmt: skip
    body = json.loads(found[0])
    assert body["application"]["known"]["name"] == people.NAME
    assert tuple(found[1:]) == PAGES
    assert [page["sha256"] for page in body["pages"]] == [hashlib.sha256(page).hexdigest() for page in PAGES]


def test_we_open_what_debians_age_seals(
    tmp_path: Path, county: CountyPublic, county_keys: CountyKeys, key: TerminalKey
) -> None:
    program = shutil.which("age")
    assert program is not None
    message = people.message(1)
    body = subprocess.run(
        [program, "-r", county.seal[0].recipient], input=canonical(message), check=True, capture_output=True
    ).stdout
    opened, _ = unseal(body, (), county_keys, county.seal[0].id, county.seal[0].suite)
    assert opened == message


def test_an_identity_made_by_age_keygen_can_be_used(tmp_path: Path) -> None:
    program = shutil.which("age-keygen")
    assert program is not None
    folder = tmp_path / "keys"
    CountyKeys.create(folder, "20260101T000000Z")
    made = subprocess.run([program], check=True, capture_output=True).stdout
    path = folder / "seal-20260102T000000Z-x.txt"
    path.write_bytes(made)
    path.chmod(0o600)
    keys = CountyKeys.load(folder)
    sealed = seal(people.message(1), (), people.public(keys))
    assert sealed.key == keys.identities[0][0].id
    assert keys.identities[0][1].encode() in made
    assert unseal(sealed.body, sealed.files, keys, sealed.key, sealed.suite)[0] == people.message(1)


def test_what_waits_still_opens_after_the_keys_were_rotated(tmp_path: Path) -> None:
    before = CountyKeys.create(tmp_path, "20260101T000000Z")
    waiting = seal(people.message(1), (), people.public(before))
    after = CountyKeys.create(tmp_path, "20260201T000000Z")
    assert after.identities[0][0].id != waiting.key
    assert unseal(waiting.body, waiting.files, after, waiting.key, waiting.suite)[0] == people.message(1)
    assert seal(people.message(1), (), people.public(after)).key == after.identities[0][0].id


def test_another_countys_key_opens_nothing(tmp_path: Path, county: CountyPublic) -> None:
    other = CountyKeys.create(tmp_path, "20260101T000000Z")
    sealed = seal(people.message(1), (), county)
    with pytest.raises(WireError) as refused:
        unseal(sealed.body, sealed.files, other, sealed.key, sealed.suite)
    assert refused.value.code == "seal.key_unknown"
    with pytest.raises(WireError) as refused:
        unseal(sealed.body, sealed.files, other, other.identities[0][0].id, sealed.suite)
    assert refused.value.code == "seal.unreadable"


def test_a_suite_that_is_not_known_is_refused(county: CountyPublic, county_keys: CountyKeys) -> None:
    sealed = seal(people.message(1), (), county)
    for attempt in (
        lambda: seal(people.message(1), (), county, "sm2-sm4-gcm"),
        lambda: unseal(sealed.body, sealed.files, county_keys, sealed.key, "sm2-sm4-gcm"),
    ):
        with pytest.raises(WireError) as refused:
            attempt()
        assert refused.value.code == "seal.suite"


def test_a_page_exchanged_for_another_sealed_page_is_seen(county: CountyPublic, county_keys: CountyKeys) -> None:
    message = people.message(1, PAGES)
    sealed = seal(message, PAGES, county)
    opened, _ = unseal(sealed.body, sealed.files, county_keys, sealed.key, sealed.suite)
    with pytest.raises(WireError) as refused:
        unseal_page(sealed.blobs[1], opened.pages[0], county_keys, sealed.key, sealed.suite)
    assert refused.value.code == "body.page"
    with pytest.raises(WireError) as refused:
        unseal(sealed.body, sealed.files[::-1], county_keys, sealed.key, sealed.suite)
    assert refused.value.code == "body.files"


def test_a_page_whose_plain_bytes_are_others_is_seen(county: CountyPublic, county_keys: CountyKeys) -> None:
    message = people.message(1, PAGES[:1])
    sealed = seal(message, PAGES[:1], county)
    opened, _ = unseal(sealed.body, sealed.files, county_keys, sealed.key, sealed.suite)
    other = seal(people.message(1, PAGES[1:]), PAGES[1:], county)
    lying = msgspec.structs.replace(opened.pages[0], sealed=other.files[0].sha256)
    with pytest.raises(WireError) as refused:
        unseal_page(other.blobs[0], lying, county_keys, sealed.key, sealed.suite)
    assert refused.value.code == "body.page"


def test_a_body_moved_to_another_envelope_is_seen(
    county: CountyPublic, county_keys: CountyKeys, key: TerminalKey
) -> None:
    theirs = envelope_of(people.message(1), county, key)
    for stolen in (
        msgspec.structs.replace(theirs, id=people.message(2).id),
        msgspec.structs.replace(theirs, terminal="另一台"),
        msgspec.structs.replace(theirs, kind="complaint"),
    ):
        signed = key.sign_struct("envelope", stolen)
        with pytest.raises(WireError) as refused:
            unseal_envelope(decode_envelope(encode_envelope(signed)), county_keys)
        assert refused.value.code == "body.mismatch"


def test_the_digest_is_as_the_interface_describes_it() -> None:
    files = (SealedFile("ab" * 32, 258), SealedFile("cd" * 32, 1))
    described = hashlib.sha256(
        b"village-terminal/digest\n" + hashlib.sha256(b"body").digest()
        + b"\xab" * 32 + (258).to_bytes(8, "big") + b"\xcd" * 32 + (1).to_bytes(8, "big")
    )  # fmt: skip
    assert digest(b"body", files) == described.hexdigest()


def test_nothing_personal_and_no_matter_is_in_the_clear_part(county: CountyPublic, key: TerminalKey) -> None:
    message = people.message(1, PAGES)
    envelope = envelope_of(message, county, key, PAGES)
    clear = msgspec.to_builtins(envelope)
    assert set(clear) == {
        "v", "kind", "id", "terminal", "sequence", "made_at", "clock_verified", "key", "suite", "digest", "files",
        "body", "signature",
    }  # fmt: skip
    wire = encode_envelope(envelope) + sealed_body(envelope)
    planted = [people.NAME, people.NUMBER, people.ADDRESS, people.PHONE, people.MATTER, people.MATTER_TITLE,
               "birth-registration", "给孩子上户口", people.CODE, message.secret, "户口簿"]  # fmt: skip
    for text in planted:
        for form in (text.encode(), text.encode("utf-16-le"), text.encode("gb18030"), json.dumps(text)[1:-1].encode()):
            assert form not in wire, text
    for page in PAGES:
        assert hashlib.sha256(page).hexdigest().encode() not in wire

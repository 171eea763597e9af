from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import msgspec
import pytest

from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire import answers, openapi
from wire.canonical import b64, canonical
from wire.envelope import decode_envelope, encode_envelope
from wire.keys import SigningKey, TerminalKey, enrol_request
from wire.messages import (
    Acknowledgement,
    ApplicationMessage,
    CaseState,
    ComplaintMessage,
    HelpCallMessage,
    Message,
    Proof,
    RatingMessage,
    SealedPage,
    StateNotice,
    SupplementMessage,
    WithdrawalMessage,
)
from wire.seal import SealedFile, digest, suite
from wire.uuid7 import uuid7

PAGES = (people.page(1), people.page(2, 50_000))
Make = Callable[..., ApplicationMessage]
_serial = itertools.count(1000)


@pytest.fixture
def make(guest: Terminal) -> Make:
    """A new application of the guest terminal."""

    def made(pages: tuple[bytes, ...] = (), **more: object) -> ApplicationMessage:
        identity = uuid7(next(_serial), os.urandom(10))
        application = people.application(identity, pages)
        return people.message(1, pages, terminal=guest.name, id=identity, application=application, **more)

    return made


async def test_an_application_makes_one_parent_case_and_a_case_per_item(guest: Terminal, make: Make) -> None:
    message = make(PAGES)
    ack = await guest.hand_in(message, PAGES, sequence=47)
    (row,) = [each for each in guest.gateway.cases() if each["application"] == message.id]
    assert ack.cases == 2
    assert ack.case == row["case"]
    assert (row["terminal"], row["digest"], row["state"]) == (guest.name, ack.digest, "received")
    assert row["received_at"] == ack.received_at
    assert row["receipt"] == f"{guest.number} 0047"
    assert [each["department"] for each in row["items"]] == ["公安局", "医疗保障局"]
    numbers = [row["case"], *(each["case"] for each in row["items"])]
    assert [len(each) for each in numbers] == [43, 43, 43]
    assert len(set(numbers)) == 3
    day = ack.received_at[:10].replace("-", "")
    assert numbers[1].startswith(people.CODE)
    assert abs(int(numbers[1][31:39]) - int(day)) <= 8870  # the county's own date may be a day (or a year's end) on
    assert numbers[2].startswith("X431199000")
    assert ack.case.startswith("P431199000"), "what goes back by itself does not tell the matter"


async def test_what_the_county_opens_is_what_was_handed_in(guest: Terminal, make: Make, tmp_path: Path) -> None:
    message = make(PAGES)
    await guest.hand_in(message, PAGES)
    found = guest.gateway.json("open", message.id, "--out", tmp_path / "pages")
    assert found["application"] == json.loads(msgspec.json.encode(message.application))
    assert found["terminal"] == guest.name
    assert "secret" not in found
    pages = sorted((tmp_path / "pages").iterdir())
    assert [each.read_bytes() for each in pages] == list(PAGES)
    assert [each.suffix for each in pages] == [".jpg", ".jpg"]
    assert found["page_files"] == [str(each) for each in pages]


async def test_every_kind_of_message_is_taken_and_acknowledged(guest: Terminal, make: Make) -> None:
    application = make()
    await guest.hand_in(application)
    proof = Proof(secret=application.secret)
    common = {"terminal": guest.name, "at": people.AT}
    others: list[Message] = [
        SupplementMessage(**common, id=make().id, application=application.id, proof=proof, note="补"),
        RatingMessage(**common, id=make().id, application=application.id, level=5, reasons=("patient",)),
        ComplaintMessage(**common, id=make().id, application=application.id, note="等了很久"),
        HelpCallMessage(**common, id=make().id, where="check"),
        WithdrawalMessage(**common, id=make().id, application=application.id, proof=Proof()),
    ]  # fmt: skip
    for sequence, message in enumerate(others, 2):
        ack = await guest.hand_in(message, sequence=sequence)
        assert (ack.case, ack.cases) == ("", 0)
    about = guest.gateway.json("messages", "--about", application.id)
    assert [each["kind"] for each in about] == ["application", "supplement", "rating", "complaint", "withdrawal"]
    assert about[2]["message"]["level"] == 5
    helps = guest.gateway.json("messages", "--kind", "help_call")
    assert others[3].id in [each["message"]["id"] for each in helps]


async def test_the_same_again_gets_the_same_acknowledgement_again(guest: Terminal, make: Make) -> None:
    sealed = guest.seal(make())
    first = await guest.send(guest.envelope(sealed))
    # Signed anew with another sequence number it is still the same message: terminal, id and digest decide.
    for again in (guest.envelope(sealed), guest.envelope(sealed, sequence=9)):
        answer = await guest.send(again)
        assert (answer.status, answer.body) == (200, first.body)
    assert len([each for each in guest.gateway.cases() if each["application"] == sealed.id]) == 1


async def test_duplicates_at_the_same_moment_make_one_case(guest: Terminal, make: Make) -> None:
    messages = [make() for _ in range(4)]
    sealed = [guest.seal(each) for each in messages]
    sending = [guest.send(guest.envelope(each, n)) for _ in range(10) for n, each in enumerate(sealed, 1)]
    found = await asyncio.gather(*sending)
    assert {each.status for each in found} == {200}
    assert len({each.body for each in found}) == 4
    held = [each["application"] for each in guest.gateway.cases()]
    assert [held.count(each.id) for each in messages] == [1, 1, 1, 1]
    assert sum(isinstance(each, Acknowledgement) for each in (await guest.feed()).notices) == 4


async def test_the_same_id_with_another_content_is_refused(guest: Terminal, make: Make) -> None:
    message = make()
    await guest.hand_in(message)
    answer = await guest.send(guest.envelope(guest.seal(message)))  # sealed anew: another digest
    assert (answer.status, answer.code) == (409, "message.conflict")
    assert answers.outcome(answer.status, answer.code) == "never"


async def test_another_content_at_the_same_moment_is_refused_once(guest: Terminal, make: Make) -> None:
    message = make()
    found = await asyncio.gather(*(guest.send(guest.envelope(guest.seal(message))) for _ in range(8)))
    assert sorted(each.status for each in found) == [200] + [409] * 7
    assert {each.code for each in found if each.status == 409} == {"message.conflict"}


async def test_files_that_are_not_there_are_listed(guest: Terminal, make: Make) -> None:
    sealed = guest.seal(make(PAGES), PAGES)
    answer = await guest.send(guest.envelope(sealed))
    assert (answer.status, answer.code) == (409, "files.missing")
    assert answer.refusal.missing == tuple(each.sha256 for each in sealed.files)
    first = sealed.files[0]
    await guest.create(first.sha256, first.size)
    await guest.patch(first.sha256, 0, sealed.blobs[0])
    answer = await guest.send(guest.envelope(sealed))
    assert answer.refusal.missing == (sealed.files[1].sha256,)
    assert not [each for each in guest.gateway.cases() if each["application"] == sealed.id]


async def test_a_wrong_signature_is_refused(guest: Terminal, make: Make) -> None:
    envelope = decode_envelope(guest.envelope(guest.seal(make())))
    changed = msgspec.structs.replace(envelope, sequence=2)
    answer = await guest.send(encode_envelope(changed))
    assert (answer.status, answer.code) == (401, "envelope.signature")
    stranger = people.terminal_key(9).sign_struct("envelope", envelope)
    answer = await guest.send(encode_envelope(stranger))
    assert (answer.status, answer.code) == (401, "envelope.signature")


async def test_a_terminal_that_is_not_enrolled_is_refused(guest: Terminal, make: Make) -> None:
    unknown = Terminal(guest.gateway, guest.session, people.terminal_key(9), "没有登记的")
    unknown.enrolment = guest.enrolment
    answer = await unknown.send(unknown.envelope(unknown.seal(people.message(1, terminal="没有登记的"))))
    assert (answer.status, answer.code) == (403, "terminal.unknown")
    answer = await unknown.signed("GET", "/v1/feed?after=")
    assert (answer.status, answer.code) == (403, "terminal.unknown")
    assert answers.outcome(403, "terminal.unknown") == "again", "the message is not at fault"


async def test_a_revoked_terminal_is_refused(guest: Terminal, make: Make) -> None:
    guest.gateway.verb("revoke", guest.number)
    answer = await guest.send(guest.envelope(guest.seal(make())))
    assert (answer.status, answer.code) == (403, "terminal.revoked")
    assert guest.gateway.verb("revoke", guest.number, check=False).returncode == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"v": 2}, "envelope.version"), ({"more": 1}, "envelope.malformed"), ({"digest": "ab" * 32}, "envelope.digest")],
)
async def test_what_is_no_envelope_is_refused(
    change: dict[str, object], code: str, guest: Terminal, make: Make
) -> None:
    value = json.loads(guest.envelope(guest.seal(make()))) | change
    answer = await guest.send(canonical(value))
    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"v":1}'])
async def test_rubbish_is_refused(body: bytes, guest: Terminal) -> None:
    answer = await guest.send(body)
    assert (answer.status, answer.code) == (400, "envelope.malformed")


async def test_an_envelope_too_large_is_refused(guest: Terminal) -> None:
    answer = await guest.send(b'{"v":1,"body":"' + b"A" * 1_100_000 + b'"}')
    assert (answer.status, answer.code) == (413, "envelope.too_large")


def unreadable(guest: Terminal, make: Make) -> Iterator[bytes]:
    """Envelopes that are whole and signed, whose bodies are not what they should be."""
    message = make()
    key = guest.county.seal[0]
    envelope = decode_envelope(guest.envelope(guest.seal(message)))

    def around(plain: bytes) -> bytes:
        body = suite(key.suite).seal(plain, key.recipient)
        changed = msgspec.structs.replace(envelope, body=b64(body), digest=digest(body, ()))
        return encode_envelope(guest.key.sign_struct("envelope", changed))

    yield around(b"not json")
    yield around(canonical(make()))  # another application's body
    yield around(canonical(msgspec.structs.replace(message, terminal="另一台")))
    yield around(canonical(json.loads(canonical(message)) | {"kind": "rating"}))
    yield encode_envelope(guest.key.sign_struct("envelope", msgspec.structs.replace(envelope, key="0" * 16)))
    yield encode_envelope(guest.key.sign_struct("envelope", msgspec.structs.replace(envelope, suite="sm2-sm4-gcm")))


async def test_a_body_that_does_not_open_is_never_acknowledged(guest: Terminal, make: Make) -> None:
    before = len(guest.gateway.cases())
    for envelope in unreadable(guest, make):
        answer = await guest.send(envelope)
        assert (answer.status, answer.code) == (422, "body.unreadable")
    assert len(guest.gateway.cases()) == before


async def test_a_page_that_does_not_open_is_never_acknowledged(guest: Terminal, make: Make) -> None:
    page = PAGES[0]
    rubbish = b"age-encryption.org/v1\n" + b"x" * 500
    file = SealedFile(hashlib.sha256(rubbish).hexdigest(), len(rubbish))
    await guest.create(file.sha256, file.size)
    assert (await guest.patch(file.sha256, 0, rubbish)).status == 204
    message = make((page,))
    message = msgspec.structs.replace(
        message, pages=(SealedPage(hashlib.sha256(page).hexdigest(), len(page), file.sha256),)
    )
    key = guest.county.seal[0]
    body = suite(key.suite).seal(canonical(message), key.recipient)
    envelope = decode_envelope(guest.envelope(guest.seal(make())))
    changed = msgspec.structs.replace(
        envelope, id=message.id, files=(file,), body=b64(body), digest=digest(body, (file,))
    )
    answer = await guest.send(encode_envelope(guest.key.sign_struct("envelope", changed)))
    assert (answer.status, answer.code) == (422, "body.unreadable")


# ---------------------------------------------------------------- withdrawal


async def withdraw(guest: Terminal, make: Make, application: str, proof: Proof, *items: str) -> None:
    message = WithdrawalMessage(
        terminal=guest.name, at=people.AT, id=make().id, application=application, proof=proof, items=items
    )
    await guest.hand_in(message)


def states(gateway: Gateway, application: str) -> list[str]:
    (row,) = [each for each in gateway.cases() if each["application"] == application]
    return [row["state"], *(each["state"] for each in row["items"])]


async def test_a_withdrawal_with_the_receipt_takes_cases_back(guest: Terminal, make: Make) -> None:
    message = make()
    await guest.hand_in(message)
    await withdraw(guest, make, message.id, Proof(secret=message.secret), "medical-insurance")
    assert states(guest.gateway, message.id) == ["received", "received", "withdrawn"]
    await withdraw(guest, make, message.id, Proof(known=message.application.known))
    assert states(guest.gateway, message.id) == ["withdrawn", "withdrawn", "withdrawn"]


async def test_a_withdrawal_without_proof_changes_nothing(guest: Terminal, make: Make) -> None:
    message = make()
    await guest.hand_in(message)
    typed = msgspec.json.decode(canonical(message.application.known), type=type(message.application.known))
    for proof in (Proof(), Proof(secret="0" * 32), Proof(known=type(typed)("typed", typed.name, typed.id_number))):
        await withdraw(guest, make, message.id, proof)
    assert states(guest.gateway, message.id) == ["received"] * 3


async def test_a_decided_case_is_not_withdrawn(guest: Terminal, make: Make) -> None:
    message = make()
    await guest.hand_in(message)
    (row,) = [each for each in guest.gateway.cases() if each["application"] == message.id]
    guest.gateway.verb("state", row["items"][0]["case"], "decided_granted")
    await withdraw(guest, make, message.id, Proof(secret=message.secret))
    assert states(guest.gateway, message.id) == ["received", "decided_granted", "withdrawn"]


# ---------------------------------------------------------------- feed


async def test_the_feed_tells_each_thing_once_by_one_cursor(guest: Terminal, make: Make) -> None:
    message = make()
    ack = await guest.hand_in(message)
    first = await guest.feed()
    mine = [each for each in first.notices if isinstance(each, Acknowledgement)]
    assert mine == [ack]
    guest.gateway.verb("state", ack.case, "accepted")
    second = await guest.feed(first.cursor)
    (state,) = second.notices
    assert isinstance(state, StateNotice)
    assert (state.id, state.case, state.item, state.state) == (message.id, ack.case, 0, CaseState.ACCEPTED)
    assert (await guest.feed(second.cursor)).notices == ()
    assert (await guest.feed(second.cursor)).cursor == second.cursor
    assert (await guest.feed()).notices == (*first.notices, *second.notices), "an old cursor tells it again"


async def test_nothing_in_the_feed_tells_person_or_matter(guest: Terminal, make: Make) -> None:
    message = make()
    ack = await guest.hand_in(message)
    (row,) = [each for each in guest.gateway.cases() if each["application"] == message.id]
    guest.gateway.verb("state", row["items"][0]["case"], "decided_granted")
    raw = (await guest.signed("GET", "/v1/feed?after=")).body
    assert row["items"][0]["case"].encode() not in raw
    assert ack.case.encode() in raw
    for planted in (people.NAME, people.NUMBER, people.MATTER, people.MATTER_TITLE, people.CODE, "公安局"):
        assert planted.encode() not in raw


async def test_one_terminal_does_not_see_anothers_feed(
    guest: Terminal, make: Make, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    await guest.hand_in(make())
    other = Terminal(guest.gateway, session, TerminalKey.create(tmp_path / "other.key"), "旁边的一台")
    await other.enrol()
    assert not [each for each in (await other.feed()).notices if isinstance(each, Acknowledgement)]
    impostor = Terminal(guest.gateway, session, other.key, guest.name)
    answer = await impostor.signed("GET", "/v1/feed?after=")
    assert (answer.status, answer.code) == (401, "request.signature")


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "９", "9" * 19])
async def test_a_cursor_that_is_none_is_refused(cursor: str, guest: Terminal) -> None:
    answer = await guest.signed("GET", f"/v1/feed?after={quote(cursor)}")
    assert (answer.status, answer.code) == (400, "feed.cursor")


@pytest.mark.parametrize("target", ["/v1/feed?after=", "/v1/settings", "/v1/catalogue/" + "ab" * 32])
async def test_what_is_for_terminals_wants_a_signature(target: str, guest: Terminal) -> None:
    answer = await guest.ask("GET", target)
    assert (answer.status, answer.code) == (401, "request.unsigned")


# ---------------------------------------------------------------- enrolment and line


async def test_the_county_signs_the_nonce(guest: Terminal) -> None:
    answer = await guest.ask("GET", "/v1/health?nonce=0123456789abcdef")
    assert answers.read_health(answer.body, guest.county, nonce="0123456789abcdef")
    assert (await guest.ask("GET", "/v1/health")).code == "health.nonce"


async def test_a_token_enrols_one_key_and_the_lost_answer_can_be_had_again(
    guest: Terminal, session: aiohttp.ClientSession
) -> None:
    token = guest.gateway.json("enrol", "新的一台")["token"]
    key, other = SigningKey.generate(os.urandom(32)), SigningKey.generate(os.urandom(32))
    first = await guest.ask("POST", "/v1/terminals", answers.encode(enrol_request(token, key)))
    again = await guest.ask("POST", "/v1/terminals", answers.encode(enrol_request(token, key)))
    assert (first.status, first.body) == (again.status, again.body) == (201, first.body)
    refused = await guest.ask("POST", "/v1/terminals", answers.encode(enrol_request(token, other)))
    assert (refused.status, refused.code) == (403, "enrolment.refused")
    numbers = [each["number"] for each in guest.gateway.json("terminals")]
    assert len(numbers) == len(set(numbers))


async def test_a_token_is_no_good_without_the_key_or_unknown(guest: Terminal) -> None:
    token = guest.gateway.json("enrol", "又一台")["token"]
    key, other = SigningKey.generate(os.urandom(32)), SigningKey.generate(os.urandom(32))
    stolen = msgspec.structs.replace(enrol_request(token, key), public_key=b64(other.public))
    for asked in (stolen, enrol_request("0" * 32, key)):
        answer = await guest.ask("POST", "/v1/terminals", answers.encode(asked))
        assert (answer.status, answer.code) == (403, "enrolment.refused")
    assert (await guest.ask("POST", "/v1/terminals", answers.encode(enrol_request(token, key)))).status == 201


async def test_openapi_is_served(guest: Terminal) -> None:
    answer = await guest.ask("GET", "/openapi.yaml")
    assert answer.body == openapi.FILE.read_bytes()

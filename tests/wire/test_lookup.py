from __future__ import annotations

import json

import pytest

from tests.wire import people
from wire.canonical import canonical
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic
from wire.lookup import ByCard, ByReceipt, LookupCase, answer, ask, by_receipt, read_question
from wire.messages import CaseState
from wire.receipt import make_code

CASE = LookupCase(
    application=people.message(1).id, receipt="31210001", item=1, number=people.CODE + "202603120001",
    title="给孩子上户口", department="公安局", state=CaseState.ACCEPTED, at=people.AT,
)  # fmt: skip
PROOFS = [ByReceipt(people.message(1).id, people.message(1).secret), ByCard(people.NUMBER, "card")]


@pytest.mark.parametrize("proof", PROOFS, ids=["receipt", "card"])
def test_who_asks_reads_the_answer(proof: ByReceipt | ByCard, county: CountyPublic, county_keys: CountyKeys) -> None:
    asking = ask(proof, people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    assert (question.proof, question.terminal) == (proof, people.TERMINAL)
    assert asking.read(answer(question, (CASE,))) == (CASE,)
    assert asking.read(answer(question, ())) == ()


def test_a_recorded_question_asked_again_tells_nothing(county: CountyPublic, county_keys: CountyKeys) -> None:
    asking = ask(PROOFS[1], people.TERMINAL, county)
    eavesdropper = ask(PROOFS[1], people.TERMINAL, county)
    again = answer(read_question(asking.body, county_keys), (CASE,))
    with pytest.raises(WireError) as refused:
        eavesdropper.read(again)
    assert refused.value.code == "seal.unreadable"


def test_nothing_of_question_or_answer_is_readable_on_the_way(county: CountyPublic, county_keys: CountyKeys) -> None:
    asking = ask(PROOFS[1], people.TERMINAL, county)
    wire = asking.body + answer(read_question(asking.body, county_keys), (CASE,))
    for planted in (people.NUMBER, people.TERMINAL, CASE.title, CASE.number, CASE.application):
        assert planted.encode() not in wire
        assert json.dumps(planted)[1:-1].encode() not in wire
    assert people.NUMBER not in repr(asking)


def test_a_typed_number_is_no_proof(county: CountyPublic, county_keys: CountyKeys) -> None:
    from wire.seal import suite

    text = canonical({
        "v": 1, "terminal": people.TERMINAL, "reply_to": county.seal[0].recipient,
        "proof": {"by": "card", "id_number": people.NUMBER, "level": "typed"},
    })  # fmt: skip
    from wire.canonical import b64

    body = suite("age-x25519").seal(text, county.seal[0].recipient)
    request = canonical({"v": 1, "key": county.seal[0].id, "suite": "age-x25519", "body": b64(body)})
    with pytest.raises(WireError) as refused:
        read_question(request, county_keys)
    assert refused.value.code == "lookup.malformed"


def test_the_proof_in_a_receipts_code_is_what_the_county_was_told() -> None:
    from tests.wire.test_receipt import CLAIMS

    code = make_code(CLAIMS, people.terminal_key(), "https://xian.example")
    assert by_receipt(code) == ByReceipt(CLAIMS.id, CLAIMS.secret.hex())
    with pytest.raises(WireError) as caught:
        by_receipt("https://example.invalid/phone")
    assert caught.value.code == "receipt.not_one"


def test_a_newer_county_may_say_more_of_a_case_than_is_known_here(
    county: CountyPublic, county_keys: CountyKeys
) -> None:
    from wire.canonical import b64
    from wire.seal import suite

    asking = ask(PROOFS[0], people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    case = {**json.loads(canonical(CASE)), "window": "3", "fees": [{"fen": 100}]}
    body = suite("age-x25519").seal(canonical({"v": 1, "cases": [case], "more": True}), question.reply_to)
    assert asking.read(canonical({"v": 1, "suite": "age-x25519", "body": b64(body), "served_by": "2"})) == (CASE,)


def test_what_the_county_signs_and_what_it_is_asked_may_hold_nothing_unknown(
    county: CountyPublic, county_keys: CountyKeys
) -> None:
    from wire.answers import encode, make_health, read_health

    health = make_health(county_keys, nonce="abcdefgh", at=people.AT)
    assert read_health(encode(health), county, nonce="abcdefgh") == health
    with pytest.raises(WireError) as signed:
        read_health(canonical({**json.loads(encode(health)), "more": 1}), county, nonce="abcdefgh")
    assert signed.value.code == "health.malformed"
    asked = json.loads(ask(PROOFS[0], people.TERMINAL, county).body)
    with pytest.raises(WireError) as question:
        read_question(canonical({**asked, "more": 1}), county_keys)
    assert question.value.code == "lookup.malformed"

"""A phone's code on its way to the county and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.wire import people
from wire.asking import SealedQuestion
from wire.canonical import b64, canonical, unb64
from wire.errors import WireError
from wire.keys import CountyKeys, CountyPublic
from wire.phone import (
    CODE_MOST,
    PhoneAnswer,
    PhonePerson,
    PhoneRefused,
    PhoneUnchecked,
    answer,
    ask,
    can_be_asked,
    read_question,
)
from wire.seal import suite

CODE = "https://phone.example/card?token=7c1e55"
PERSON = PhonePerson(people.NAME, people.NUMBER, "social")
TOLD = [PERSON, PhoneRefused("expired"), PhoneUnchecked("not_connected")]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: type(told).__name__)
def test_who_asks_reads_the_answer(
    told: PhonePerson | PhoneRefused | PhoneUnchecked, county: CountyPublic, county_keys: CountyKeys
) -> None:
    asking = ask(CODE, people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    assert (question.code, question.terminal) == (CODE, people.TERMINAL)
    assert asking.read(answer(question, told)) == told


def test_nobody_else_reads_it_and_its_length_does_not_say_whether_somebody_was_found(
    county: CountyPublic, county_keys: CountyKeys
) -> None:
    asking, eavesdropper = ask(CODE, people.TERMINAL, county), ask(CODE, people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    answers = [answer(question, told) for told in TOLD]
    bodies = [unb64(json.loads(one)["body"], "phone") for one in answers]  # an age header's length is random
    assert len({len(suite("age-x25519").open(body, [asking._identity])) for body in bodies}) == 1
    with pytest.raises(WireError) as refused:
        eavesdropper.read(answers[0])
    assert refused.value.code == "seal.unreadable"
    on_the_way = asking.body + b"".join(answers)
    for planted in (CODE, people.NAME, people.NUMBER, people.TERMINAL):
        assert planted.encode() not in on_the_way
        assert json.dumps(planted)[1:-1].encode() not in on_the_way
    assert CODE not in repr(asking)


def sealed(county: CountyPublic, **changes: Any) -> bytes:
    """A question as somebody else's program might write it."""
    question = {"v": 1, "terminal": people.TERMINAL, "code": CODE, "reply_to": county.seal[0].recipient, **changes}
    body = suite("age-x25519").seal(canonical(question), county.seal[0].recipient)
    return canonical(SealedQuestion(key=county.seal[0].id, suite="age-x25519", body=b64(body)))


@pytest.mark.parametrize(
    "code", ["", "x" * (CODE_MOST + 1), "a\nb", "a\x00b", "a\x7f"], ids=["empty", "endless", "lines", "nul", "delete"]
)
def test_what_is_empty_endless_or_not_to_be_printed_is_no_code(
    code: str, county: CountyPublic, county_keys: CountyKeys
) -> None:
    assert not can_be_asked(code)
    with pytest.raises(WireError) as refused:
        read_question(sealed(county, code=code), county_keys)
    assert refused.value.code == "phone.malformed"
    assert not code or code not in str(refused.value)


def test_a_question_is_taken_strictly_and_an_answer_may_say_more_than_is_known_here(
    county: CountyPublic, county_keys: CountyKeys
) -> None:
    assert read_question(sealed(county), county_keys).code == CODE
    with pytest.raises(WireError):
        read_question(sealed(county, wish="more"), county_keys)
    asking = ask(CODE, people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    whole = json.loads(canonical(PhoneAnswer(told=PERSON)))
    newer = {**whole, "told": {**whole["told"], "nation": "01"}, "since": "2031"}
    body = suite("age-x25519").seal(canonical(newer), question.reply_to)
    assert asking.read(canonical({"v": 1, "suite": "age-x25519", "body": b64(body), "by": "2031"})) == PERSON


@pytest.mark.parametrize(
    "told",
    [
        {"is": "person", "name": people.NAME, "id_number": "431199"},
        {"is": "person", "name": "", "id_number": people.NUMBER},
        {"is": "refused", "reason": "tired"},
        {"is": "somebody"},
        {},
    ],
    ids=str,
)
def test_an_answer_that_names_nobody_properly_is_none(
    told: dict[str, str], county: CountyPublic, county_keys: CountyKeys
) -> None:
    asking = ask(CODE, people.TERMINAL, county)
    question = read_question(asking.body, county_keys)
    body = suite("age-x25519").seal(canonical({"v": 1, "told": told}), question.reply_to)
    with pytest.raises(WireError) as refused:
        asking.read(canonical({"v": 1, "suite": "age-x25519", "body": b64(body)}))
    assert refused.value.code == "phone.malformed"

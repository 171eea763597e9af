from __future__ import annotations

from typing import Any

import msgspec
import openapi_spec_validator
import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.wire import people
from tests.wire.test_seal import every_message
from wire import openapi
from wire.answers import acknowledge, encode, make_feed, make_health
from wire.canonical import canonical
from wire.envelope import encode_envelope, make_envelope
from wire.keys import CountyKeys, CountyPublic, TerminalKey
from wire.messages import CaseState, Message, StateNotice
from wire.seal import seal


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(openapi.FILE.read_text("utf-8"))
    return found


def valid(document: dict[str, Any], name: str, data: bytes) -> bool:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(schema).is_valid(msgspec.json.decode(data))


def test_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    openapi_spec_validator.validate(document)


def test_its_schemas_are_those_of_the_code() -> None:
    def bare(value: Any) -> Any:
        """Without descriptions: a docstring may be mended without a word here."""
        if isinstance(value, dict):
            return {key: bare(each) for key, each in value.items() if key != "description"}
        return [bare(each) for each in value] if isinstance(value, list) else value

    kept, made = (yaml.safe_load(text) for text in (openapi.FILE.read_text("utf-8"), openapi.written()))
    assert bare(kept) == bare(made), "run: python -m wire.openapi"


@pytest.mark.parametrize("message", every_message(), ids=lambda each: type(each).__name__)
def test_every_message_going_up_is_as_described(
    message: Message, document: dict[str, Any], county: CountyPublic, key: TerminalKey
) -> None:
    assert valid(document, type(message).__name__, canonical(message))
    sealed = seal(message, (), county)
    envelope = make_envelope(sealed, sequence=1, made_at=people.AT, clock_verified=False, key=key)
    assert valid(document, "Envelope", encode_envelope(envelope))
    assert not valid(document, "Envelope", encode_envelope(msgspec.structs.replace(envelope, sequence=0)))


def test_what_comes_back_is_as_described(document: dict[str, Any], county_keys: CountyKeys) -> None:
    identity = people.message(1).id
    ack = acknowledge(county_keys, terminal=people.TERMINAL, message=identity, digest="ab" * 32, received_at=people.AT)
    state = StateNotice(id=identity, case="P" + "0" * 42, item=0, state=CaseState.ACCEPTED, at=people.AT)
    feed = make_feed(county_keys, terminal=people.TERMINAL, after="", cursor="2", more=False, notices=(ack, state))
    assert valid(document, "Acknowledgement", encode(ack))
    assert valid(document, "Feed", encode(feed))
    assert valid(document, "Health", encode(make_health(county_keys, nonce="abcdefgh", at=people.AT)))
    assert not valid(document, "Health", encode(ack))

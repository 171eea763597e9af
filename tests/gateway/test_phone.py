"""A phone's code is passed on once, and what comes back is a person, a refusal, or that nobody could tell."""

from __future__ import annotations

import logging
import random
import re
import ssl
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from config.settings import SettingsError
from gateway.phone import ANSWER_BYTES_MOST, KNOWN_MOST, KNOWN_S, Once, Platform, _Unusable, connected
from gateway.settings import PhoneCodes
from tests.gateway.phone_service import PhoneService, Said, http, person, phone_service, told
from tests.gateway.test_adversity import certificate
from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire import phone
from wire.answers import read_refusal
from wire.phone import PhonePerson, PhoneRefused, PhoneUnchecked

CODE = "https://phone.example/card?token=7c1e55"
SECRET = "s3cret-of-the-county-7c1e"
PERSON = PhonePerson(people.NAME, people.NUMBER, "social")
UNAVAILABLE = PhoneUnchecked("unavailable")
PATIENCE_S = 20.0  # for what must come; a silent service has its own, short


def platform(service: PhoneService, timeout_s: float = PATIENCE_S, secret: str = "") -> Platform:
    return Platform(PhoneCodes(service.url, timeout_s=timeout_s), secret, None)


async def asked(service: PhoneService, *codes: str, timeout_s: float = PATIENCE_S) -> list[phone.PhonePerson | object]:
    one = platform(service, timeout_s)
    try:
        return [await one.whose(code) for code in codes]
    finally:
        await one.close()


# ---------------------------------------------------------------- what it says


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (person(people.NAME, people.NUMBER), PERSON),
        (person(people.NAME, people.NUMBER, "province"), PhonePerson(people.NAME, people.NUMBER, "province")),
        (told(result="person", name=people.NAME, id_number=people.NUMBER), PhonePerson(people.NAME, people.NUMBER)),
        (told(result="person", name=people.NAME, id_number=people.NUMBER, kind="social", nation="01"), PERSON),
        (told(result="refused", reason="expired"), PhoneRefused("expired")),
        (told(result="refused", reason="unknown"), PhoneRefused("unknown")),
        (told(result="refused", reason="not_person"), PhoneRefused("not_person")),
    ],
    ids=["social", "province", "other", "says-more", "expired", "unknown", "not-person"],
)
async def test_its_answer_is_what_it_means(said: Said, means: object) -> None:
    with phone_service({CODE: said}) as service:
        assert await asked(service, CODE) == [means]
        assert service.codes == [CODE]


TROUBLE: dict[str, Said] = {
    "500": http(b'{"v":1}', "500 Internal Server Error"),
    "401": http(b'{"v":1}', "401 Unauthorized"),
    "204": http(b"", "204 No Content"),
    "a page": http(b"<html>log in</html>", Content_Type="text/html"),
    "rubbish": http(b"\xff\xfe{{{"),
    "not HTTP": b"SSH-2.0-OpenSSH\r\n\r\n",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "closed early": http(b'{"v":1,"resu', length=400),
    "another version": http(b'{"v":2,"result":"refused","reason":"expired"}'),
    "no version": http(b'{"result":"refused","reason":"expired"}'),
    "another reason": told(result="refused", reason="tired"),
    "another result": told(result="perhaps"),
    "another kind": person(people.NAME, people.NUMBER, "bank"),
    "no name": person("", people.NUMBER),
    "a name of signs": person("<script>", people.NUMBER),
    "a long name": person("王" * 61, people.NUMBER),
    "a number that cannot be": person(people.NAME, people.NUMBER[:-1] + "0"),
    "a passport": person(people.NAME, "E12345678"),
    "a list": http(b"[]"),
    "brackets": http(b'{"v":1,"x":' + b"[" * 6000),
    "too much": http(b'{"v":1,"result":"refused","reason":"expired"}' + b" " * ANSWER_BYTES_MOST),
    "compressed": http(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"),
}


@pytest.mark.parametrize("said", TROUBLE.values(), ids=TROUBLE)
async def test_whatever_else_it_does_nobody_could_tell_and_it_is_not_asked_again(said: Said) -> None:
    with phone_service({CODE: said}) as service:
        assert await asked(service, CODE, CODE) == [UNAVAILABLE, PhoneRefused("expired")]
        assert service.codes == [CODE]


async def test_its_silence_ends_in_time() -> None:
    with phone_service({CODE: 3600.0}) as service:
        assert await asked(service, CODE, CODE, timeout_s=0.3) == [UNAVAILABLE, PhoneRefused("expired")]
        assert service.codes == [CODE]


async def test_it_is_not_followed_to_another_host() -> None:
    with phone_service({CODE: person(people.NAME, people.NUMBER)}) as elsewhere:
        for status in ("301 Moved Permanently", "307 Temporary Redirect"):
            with phone_service({CODE: http(b"", status, Location=elsewhere.url)}) as service:
                assert await asked(service, CODE) == [UNAVAILABLE]
        assert elsewhere.asked == []


async def test_where_nobody_listens_nobody_could_tell() -> None:
    with phone_service() as service:
        gone = service
    assert await asked(gone, CODE) == [UNAVAILABLE]


async def test_it_is_asked_as_agreed(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with phone_service({CODE: person(people.NAME, people.NUMBER), "other": TROUBLE["rubbish"]}) as service:
        one = platform(service, secret=SECRET)
        assert [await one.whose(code) for code in (CODE, "other")] == [PERSON, UNAVAILABLE]
        await one.close()
        (first, _) = service.asked
    assert first.line == "POST /check HTTP/1.1"
    assert first.body == {"v": 1, "code": CODE}
    assert first.headers["authorization"] == f"Bearer {SECRET}"
    assert first.headers["content-type"] == "application/json"
    assert "cookie" not in first.headers
    said = "\n".join(record.getMessage() + str(record.exc_info) for record in caplog.records)
    assert "not as agreed" in said
    for kept_back in (CODE, SECRET, people.NAME, people.NUMBER):
        assert kept_back not in said


async def test_a_service_is_believed_by_the_county_s_own_certificate(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(cert, key)
    with phone_service({CODE: person(people.NAME, people.NUMBER)}, tls) as service:
        for vouched, means in ((str(cert), PERSON), ("", UNAVAILABLE)):
            one = connected(PhoneCodes(service.url, ca_file=vouched, timeout_s=PATIENCE_S))
            assert await one.whose(CODE) == means
            await one.close()
        assert service.codes == [CODE]


def test_an_answer_that_was_spoilt_on_the_way_is_a_right_one_or_none() -> None:
    dice, one = random.Random(14), Platform(PhoneCodes("https://platform.example"), "", None)
    wholes = [said.partition(b"\r\n\r\n")[2] for said in (person(people.NAME, people.NUMBER), told(
        result="refused", reason="expired"))]  # fmt: skip
    seen: set[str] = set()
    for turn in range(6000):
        data = bytearray(wholes[turn % 2])
        for _ in range(dice.randrange(3)):
            at = dice.randrange(len(data))
            match dice.randrange(3):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randrange(1, 9)]
                case _:
                    data[at:at] = dice.choice((b"[", b"{", b'"', b",", b"\\u0000", dice.randbytes(3)))
            data = data or bytearray(b" ")
        try:
            means = one._told(bytes(data))
        except _Unusable as error:
            seen.add(str(error))
            continue
        seen.add(type(means).__name__)
        if isinstance(means, PhonePerson):
            assert means.id_number == people.NUMBER  # any other digit does not check
    assert seen == {"not as agreed", "no person", "PhonePerson", "PhoneRefused"}


# ---------------------------------------------------------------- once


def test_a_code_counts_as_asked_about_for_a_while_and_no_flood_of_them_is_kept() -> None:
    now = [1000.0]
    once = Once(lambda: now[0])
    assert [once.first("a"), once.first("a"), once.first("b")] == [True, False, True]
    now[0] += KNOWN_S + 1
    assert [once.first("a"), once.first("a")] == [True, False]
    for number in range(KNOWN_MOST + 5):
        once.first(str(number))
    assert len(once._seen) == KNOWN_MOST
    assert CODE not in repr(vars(once))


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    "settings",
    [
        PhoneCodes("http://platform.example/check"),
        PhoneCodes("ftp://platform.example/check"),
        PhoneCodes("platform.example"),
        PhoneCodes("https://user:word@platform.example/check"),
        PhoneCodes("https://platform.example/check", secret_file="/nowhere/at/all"),
        PhoneCodes("https://platform.example/check", ca_file="/nowhere/at/all"),
        PhoneCodes("https://platform.example/check", timeout_s=0.0),
        PhoneCodes("https://platform.example/check", timeout_s=300.0),
    ],
    ids=["in the clear", "no HTTP", "no address", "a user", "no secret", "no ca", "no time", "too much time"],
)
def test_what_would_leak_or_hang_is_refused_before_anybody_is_served(settings: PhoneCodes) -> None:
    with pytest.raises(SettingsError, match="phone_codes"):
        connected(settings)


def test_a_secret_is_one_line_and_its_text_is_in_no_error(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    for text in ("", "\n", f"{SECRET} {SECRET}", f"{SECRET}\n{SECRET}"):
        file.write_text(text)
        with pytest.raises(SettingsError) as refused:
            connected(PhoneCodes("https://platform.example/check", secret_file=str(file)))
        assert SECRET not in str(refused.value)


async def test_where_none_is_set_none_is_connected() -> None:
    assert await connected(PhoneCodes()).whose(CODE) == PhoneUnchecked("not_connected")


# ---------------------------------------------------------------- the gateway


async def ask(terminal: Terminal, code: str) -> PhonePerson | PhoneRefused | PhoneUnchecked:
    asking = phone.ask(code, terminal.name, terminal.county)
    answer = await terminal.signed("POST", "/v1/phone-codes", asking.body)
    assert answer.status == 200, answer
    assert answer.headers["Cache-Control"] == "no-store"
    return asking.read(answer.body)


async def test_a_county_that_has_connected_nobody_says_so(guest: Terminal) -> None:
    assert await ask(guest, CODE) == PhoneUnchecked("not_connected")


async def test_only_a_terminal_asks_and_only_for_itself(guest: Terminal) -> None:
    asking = phone.ask(CODE, guest.name, guest.county)
    unsigned = await guest.ask("POST", "/v1/phone-codes", asking.body)
    assert (unsigned.status, unsigned.code) == (401, "request.unsigned")
    other = phone.ask(CODE, "终端 another", guest.county)
    foreign = await guest.signed("POST", "/v1/phone-codes", other.body)
    assert (foreign.status, foreign.code) == (422, "body.unreadable")
    bare = await guest.signed("POST", "/v1/phone-codes", b'{"v":1,"code":"abc"}')
    assert (bare.status, bare.code) == (400, "phone.malformed")


async def test_a_county_that_is_connected_says_whose_it_is_and_keeps_nothing_of_it(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    codes = {f"code-{number}-7c1e55": person(people.NAME, people.NUMBER) for number in range(3)}
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    with phone_service({**codes, "trouble-7c1e55": TROUBLE["closed early"]}) as service:
        gateway = Gateway(tmp_path / "gateway")
        config = tmp_path / "county.toml"
        config.write_text(f'[phone_codes]\nurl = "{service.url}"\nsecret_file = "{secret}"\na_minute = 4\n')
        gateway.start("--config", str(config))
        try:
            terminal = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
            await terminal.enrol()
            asking = phone.ask("code-0-7c1e55", terminal.name, terminal.county)
            first = await terminal.signed("POST", "/v1/phone-codes", asking.body)
            assert asking.read(first.body) == PERSON
            again = await terminal.signed("POST", "/v1/phone-codes", asking.body)  # recorded, and played back
            assert asking.read(again.body) == PhoneRefused("expired")
            assert await ask(terminal, "code-1-7c1e55") == PERSON
            assert await ask(terminal, "trouble-7c1e55") == UNAVAILABLE
            late = await terminal.signed("POST", "/v1/phone-codes", asking.body)
            assert (late.status, read_refusal(late.body).code) == (429, "request.too_many")
            assert int(late.headers["Retry-After"]) >= 1
        finally:
            gateway.stop()
        assert service.codes == ["code-0-7c1e55", "code-1-7c1e55", "trouble-7c1e55"]
    log = gateway.log()
    assert re.search(r"POST /v1/phone-codes 200 \d+ ms terminal=\d{4}", log)
    for path in gateway.state.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        for kept_back in ("7c1e55", people.NAME, people.NUMBER, SECRET):
            assert kept_back.encode() not in held, path


def test_a_service_that_cannot_be_connected_keeps_the_gateway_from_starting(tmp_path: Path) -> None:
    config = tmp_path / "county.toml"
    config.write_text('[phone_codes]\nurl = "http://platform.example/check"\n')
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve", "--init", "--port", "0", "--config", config, "--state",
         tmp_path / "gateway"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("gateway: phone_codes.url wants https://")
    assert "Traceback" not in done.stderr

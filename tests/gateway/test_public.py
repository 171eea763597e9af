"""What a person gets to see: by receipt, by card, on the phone's page. And what nobody else gets to see."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import os
import re

import aiohttp
import msgspec
import pytest

from config import locales
from config.calendar import due
from gateway.errors import Refused
from gateway.pace import ADDRESSES_MOST, Pace
from matters.application import Known
from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire import receipt
from wire.lookup import ByCard, ByReceipt, ask
from wire.messages import ApplicationMessage, CaseState, ComplaintMessage, HelpCallMessage
from wire.seal import Sealed
from wire.uuid7 import uuid7

URL = "https://county.example"


def application(guest: Terminal, level: str = "card", number: str = people.NUMBER) -> ApplicationMessage:

    identity = uuid7(1_773_283_260_000, os.urandom(10))
    made = dataclasses.replace(people.application(identity, (), level), known=Known(level, people.NAME, number))
    return people.message(1, terminal=guest.name, id=identity, application=made, secret=os.urandom(16).hex())


async def hand_in(guest: Terminal, message: ApplicationMessage, sequence: int = 47) -> Sealed:
    sealed = guest.seal(message)
    assert (await guest.send(guest.envelope(sealed, sequence))).status == 200
    return sealed


def code(guest: Terminal, message: ApplicationMessage, sealed: Sealed, sequence: int = 47) -> str:
    claims = receipt.Claims(
        receipt.number(guest.number, sequence), message.id, message.application.matter, 1_773_283_260,
        bytes.fromhex(sealed.digest)[:16], 2, bytes.fromhex(message.secret),
    )  # fmt: skip
    return receipt.make_code(claims, guest.key, URL)


async def check(guest: Terminal, text: str) -> dict[str, object]:
    answer = await guest.ask("POST", "/v1/receipts/check", json.dumps({"v": 1, "code": text}).encode())
    assert answer.status == 200
    found: dict[str, object] = json.loads(answer.body)
    return found


# ---------------------------------------------------------------- look-up


async def test_the_receipts_secret_opens_its_application_and_no_other(guest: Terminal) -> None:
    mine, other = application(guest), application(guest)
    await hand_in(guest, mine)
    await hand_in(guest, other, 48)
    found = await guest.look_up(ByReceipt(mine.id, mine.secret))
    assert [(each.item, each.title, each.state) for each in found] == [
        (0, people.MATTER_TITLE, CaseState.RECEIVED),
        (1, "给孩子上户口", CaseState.RECEIVED),
        (2, "孩子的医保", CaseState.RECEIVED),
    ]
    assert {each.application for each in found} == {mine.id}
    assert {each.receipt for each in found} == {f"{guest.number}0047"}
    assert found[1].number.startswith(people.CODE)


async def test_once_accepted_each_case_has_its_date_and_before_that_its_days(guest: Terminal) -> None:
    message = application(guest)
    sealed = await hand_in(guest, message)
    proof = ByReceipt(message.id, message.secret)
    assert [(each.days, each.by) for each in await guest.look_up(proof)] == [(5, ""), (3, ""), (None, "")]
    row = next(each for each in guest.gateway.cases() if each["application"] == message.id)
    for number in (row["case"], *(each["case"] for each in row["items"])):
        guest.gateway.verb("state", number, "accepted")
    whole, household, insurance = await guest.look_up(proof)
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    for case, days in ((whole, 5), (household, 3)):
        last = due(today, days)  # None, and so nothing said, when it runs into a year that has no notice yet
        assert (case.accepted, case.by) == (today.isoformat(), last.isoformat() if last else "")
    assert (insurance.accepted, insurance.by) == (today.isoformat(), "")
    found = await check(guest, code(guest, message, sealed))
    assert [each["by"] for each in found["cases"]] == [household.by, ""]  # type: ignore[attr-defined]
    told = next(each for each in guest.gateway.cases() if each["application"] == message.id)
    assert [told["by"] or "", *(each["by"] or "" for each in told["items"])] == [whole.by, household.by, ""]


async def test_a_wrong_secret_opens_nothing_and_tells_nothing(guest: Terminal) -> None:
    mine, other = application(guest), application(guest)
    await hand_in(guest, mine)
    await hand_in(guest, other, 48)
    assert await guest.look_up(ByReceipt(mine.id, other.secret)) == ()
    assert await guest.look_up(ByReceipt(people.message(999).id, mine.secret)) == ()


async def test_the_card_finds_all_of_ones_own(guest: Terminal) -> None:
    number = people.id_number("43119919880812013")
    mine = [application(guest, number=number) for _ in range(2)]
    theirs = application(guest, number=people.id_number("43119919880812014"))
    for sequence, message in enumerate([*mine, theirs], 1):
        await hand_in(guest, message, sequence)
    found = await guest.look_up(ByCard(number.lower(), "card"))
    assert list(dict.fromkeys(each.application for each in found)) == [mine[1].id, mine[0].id], "newest first"


async def test_one_terminals_question_is_not_anothers(guest: Terminal, shared_gateway: Gateway) -> None:
    message = application(guest)
    await hand_in(guest, message)
    asking = ask(ByReceipt(message.id, message.secret), "另一台", guest.county)
    answer = await guest.signed("POST", "/v1/lookup", asking.body)
    assert (answer.status, answer.code) == (422, "body.unreadable")
    answer = await guest.ask("POST", "/v1/lookup", asking.body)
    assert (answer.status, answer.code) == (401, "request.unsigned")


# ---------------------------------------------------------------- the slip


async def test_a_slip_at_the_county_says_where_its_cases_are(guest: Terminal) -> None:
    message = application(guest)
    sealed = await hand_in(guest, message)
    row = next(each for each in guest.gateway.cases() if each["application"] == message.id)
    guest.gateway.verb("state", row["items"][0]["case"], "decided_granted")
    found = await check(guest, code(guest, message, sealed).lower())
    assert (found["intact"], found["here"], found["problem"]) == (True, True, "")
    assert (found["number"], found["terminal"]) == (f"{guest.number} 0047", guest.name)
    assert found["title"] == people.MATTER_TITLE
    words = locales.load()
    assert [(each["title"], each["state_text"]) for each in found["cases"]] == [  # type: ignore[attr-defined]
        ("给孩子上户口", words("gateway.state.decided_granted")),
        ("孩子的医保", words("gateway.state.received")),
    ]
    for planted in (people.NAME, people.NUMBER, people.PHONE):
        assert planted not in json.dumps(found, ensure_ascii=False)


async def test_a_slip_whose_application_still_waits_is_genuine_and_not_here(guest: Terminal) -> None:
    message = application(guest)
    found = await check(guest, code(guest, message, guest.seal(message)))
    assert (found["intact"], found["here"], found["cases"]) == (True, False, [])


async def test_a_slip_that_speaks_of_another_content_is_not_here(guest: Terminal) -> None:
    message = application(guest)
    await hand_in(guest, message)
    found = await check(guest, code(guest, message, guest.seal(message)))
    assert (found["intact"], found["here"], found["cases"]) == (True, False, [])


async def test_a_bad_slip_says_what_is_wrong_with_it(guest: Terminal) -> None:
    message = application(guest)
    sealed = await hand_in(guest, message)
    good = code(guest, message, sealed)
    stranger = Terminal(guest.gateway, guest.session, people.terminal_key(55), guest.name)
    stranger.enrolment = guest.enrolment
    assert (await check(guest, good[:-9]))["problem"] == "receipt.truncated"
    assert (await check(guest, "https://example.com"))["problem"] == "receipt.not_one"
    assert (await check(guest, code(stranger, message, sealed)))["problem"] == "receipt.unknown_terminal"
    for place in range(len(good) - 60, len(good) - 20, 7):
        other = "A" if good[place] != "A" else "B"
        found = await check(guest, good[:place] + other + good[place + 1 :])
        assert (found["intact"], found["problem"]) == (False, "receipt.signature")
        assert found["cases"] == []


async def test_a_question_that_is_none_is_refused(guest: Terminal) -> None:
    for body in (b"", b"{}", b'{"v":1,"code":5}', b'{"v":1,"code":"x","more":1}'):
        answer = await guest.ask("POST", "/v1/receipts/check", body)
        assert (answer.status, answer.code) == (400, "receipt.malformed")
    answer = await guest.ask("POST", "/v1/receipts/check", b"x" * 200_000)
    assert (answer.status, answer.code) == (413, "request.too_large")


async def test_a_flood_of_questions_is_slowed_down_and_everybody_else_is_answered() -> None:
    now = 0.0
    pace = Pace(60, lambda: now)
    for _ in range(60):
        pace.take("10.0.0.1")
    with pytest.raises(Refused) as refused:
        pace.take("10.0.0.1")
    assert (refused.value.status, refused.value.code, refused.value.retry_after_s) == (429, "request.too_many", 2)
    pace.take("10.0.0.2")
    now = 1.01
    pace.take("10.0.0.1")
    with pytest.raises(Refused):
        pace.take("10.0.0.1")
    for number in range(ADDRESSES_MOST + 10):
        pace.take(f"192.0.2.{number}")
    assert len(pace._left) == ADDRESSES_MOST
    never = Pace(0)
    for _ in range(10_000):
        never.take("10.0.0.1")


async def test_the_gateway_answers_a_flood_with_429_by_the_address_the_proxy_saw(guest: Terminal) -> None:
    body = json.dumps({"v": 1, "code": "x"}).encode()

    async def ask(seen: str) -> aiohttp.ClientResponse:
        headers = {"X-Forwarded-For": seen}
        return await guest.session.post(f"{guest.gateway.url}/v1/receipts/check", data=body, headers=headers)

    answers = [await ask(f"203.0.113.{n}, 198.51.100.7") for n in range(62)]  # a stranger's own words come first
    assert [each.status for each in answers[:60]] == [200] * 60
    assert answers[-1].status == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert (await answers[-1].json())["code"] == "request.too_many"
    assert (await ask("198.51.100.8")).status == 200


@pytest.mark.parametrize(("path", "title"), [("/R", "receipt"), ("/r", "receipt"), ("/S", "slip"), ("/s", "slip")])
async def test_the_page_has_its_words_and_runs_nothing_foreign(path: str, title: str, guest: Terminal) -> None:
    answer = await guest.ask("GET", path)
    page = answer.body.decode()
    assert answer.status == 200
    assert locales.load()(f"gateway.{title}.title") in page
    assert not re.search(r"\$[a-z]", page), "a word was not filled in"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    for source in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert source.startswith("/pages/")
        assert (await guest.ask("GET", source)).status == 200


# ---------------------------------------------------------------- the window's list


async def test_the_windows_list_opens_with_its_token_only_and_names_nobody(guest: Terminal) -> None:
    message = application(guest)
    await hand_in(guest, message)
    token = (guest.gateway.state / "window.token").read_text()
    right = base64.b64encode(f"window:{token}".encode()).decode()
    for wrong in (
        "",
        "Basic",
        f"Bearer {token}",
        "Basic " + base64.b64encode(b"window:").decode(),
        f"Basic {right[:-4]}",
    ):
        answer = await guest.ask("GET", "/window", headers={"Authorization": wrong})
        assert (answer.status, answer.body) == (401, b"")
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    answer = await guest.ask("GET", "/window", headers={"Authorization": f"Basic {right}"})
    page = answer.body.decode()
    row = next(each for each in guest.gateway.cases() if each["application"] == message.id)
    assert answer.status == 200
    for shown in (people.MATTER_TITLE, "公安局", row["receipt"], *(each["case"] for each in row["items"])):
        assert shown in page
    for planted in (people.NAME, people.NUMBER, people.PHONE):
        assert planted not in page


async def test_the_window_sees_that_somebody_calls_or_left_words_but_not_the_words(guest: Terminal) -> None:
    common = {"terminal": guest.name, "at": "2026-03-12T10:41:05Z"}
    await guest.hand_in(HelpCallMessage(**common, id=uuid7(1_770_000_000_000, bytes(10)), where="field:phone"))
    words = ComplaintMessage(
        **common, id=uuid7(1_770_000_000_001, bytes(10)), application="", note="补贴没有到", phone=people.PHONE,
        subject="slow",
    )  # fmt: skip
    await guest.hand_in(words, sequence=2)
    token = (guest.gateway.state / "window.token").read_text()
    right = base64.b64encode(f"window:{token}".encode()).decode()
    page = (await guest.ask("GET", "/window", headers={"Authorization": f"Basic {right}"})).body.decode()
    assert "有人叫工作人员" in page
    assert "有人留言" in page
    for planted in ("补贴没有到", people.PHONE):
        assert planted not in page


async def test_what_a_terminal_sends_cannot_write_markup_into_the_list(guest: Terminal) -> None:
    message = application(guest)
    evil = dataclasses.replace(message.application, matter_title="<script>alert(1)</script>")
    await hand_in(guest, msgspec.structs.replace(message, application=evil))
    token = (guest.gateway.state / "window.token").read_text()
    right = base64.b64encode(f"window:{token}".encode()).decode()
    answer = await guest.ask("GET", "/window", headers={"Authorization": f"Basic {right}"})
    assert b"&lt;script&gt;alert(1)" in answer.body
    assert b"<script>" not in answer.body


# ---------------------------------------------------------------- what stays closed


async def test_nothing_personal_is_in_log_or_store(guest: Terminal) -> None:
    """All the ways through, good and bad, with an identity planted; then every byte the county keeps is searched."""
    pages = (people.page(1),)
    message = application(guest)
    withpage = people.application(message.id, pages)
    message = people.message(1, pages, terminal=guest.name, id=message.id, application=withpage, secret=message.secret)
    await guest.hand_in(message, pages)
    await guest.hand_in(complaint(message), sequence=2)
    await guest.look_up(ByCard(people.NUMBER, "card"))
    await guest.look_up(ByReceipt(message.id, message.secret))
    await check(guest, f"{people.NAME}{people.NUMBER}")
    await guest.send(json.dumps({"v": 1, "kind": people.NAME, people.NUMBER: people.PHONE}).encode())
    await guest.ask("GET", f"/v1/health?nonce={people.NUMBER}&x={people.PHONE}")
    await guest.ask("GET", f"/{people.NUMBER}")
    await guest.signed("GET", f"/v1/feed?after={people.PHONE}x")
    log = guest.gateway.log()
    assert "/v1/messages" in log
    kept = b"".join(each.read_bytes() for each in guest.gateway.state.rglob("*") if each.is_file())
    for planted in (people.NAME, people.NUMBER, people.ADDRESS, people.PHONE, message.secret):
        for form in {planted.encode(), planted.encode("utf-16-le"), planted.encode("gb18030"),
                     json.dumps(planted)[1:-1].encode()}:  # fmt: skip
            assert form not in log.encode(), planted
            assert form not in kept, planted


def complaint(message: ApplicationMessage) -> ComplaintMessage:
    """A complaint with name and phone, about the application."""
    return ComplaintMessage(
        id=uuid7(1_773_283_260_001, os.urandom(10)), terminal=message.terminal, at=people.AT, application=message.id,
        note=f"{people.NAME} 等了很久", name=people.NAME, phone=people.PHONE,
    )  # fmt: skip

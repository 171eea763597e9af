"""Pictures of people beside their cards: the clerk who compares sees them, apart from the papers, and not for ever."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from pathlib import Path
from urllib.parse import urlencode

from gateway.county import load
from gateway.service import Service
from gateway.settings import GatewaySettings
from tests.gateway.world import Answer, Terminal
from tests.wire import people
from wire.messages import ApplicationMessage, CaseState
from wire.uuid7 import uuid7

FACE, CARD, PAPER = people.page(21), b"\x89PNG" + people.page(22), people.page(23)
DAY_S = 86_400


def handed_in(terminal: Terminal) -> ApplicationMessage:
    """An application with a paper, one of its own."""
    identity, secret = uuid7(1_773_283_260_000, os.urandom(10)), os.urandom(16).hex()
    application = people.application(identity, (PAPER,))
    return people.message(1, terminal=terminal.name, id=identity, application=application, secret=secret)


async def photographed(terminal: Terminal, *card_photo: bytes) -> ApplicationMessage:
    message = people.with_faces(handed_in(terminal), FACE, *card_photo)
    await terminal.hand_in(message, (PAPER, FACE, *card_photo))
    return message


def authorization(terminal: Terminal) -> dict[str, str]:
    token = (terminal.gateway.state / "window.token").read_text()
    return {"Authorization": "Basic " + base64.b64encode(f"window:{token}".encode()).decode()}


async def page(terminal: Terminal, message: ApplicationMessage) -> Answer:
    return await terminal.ask("GET", f"/window/faces/{message.id}", headers=authorization(terminal))


async def say(terminal: Terminal, message: ApplicationMessage, said: str, token: str) -> Answer:
    body = urlencode({"said": said, "token": token}).encode()
    return await terminal.ask("POST", f"/window/faces/{message.id}", body, authorization(terminal))


def token_of(shown: Answer) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', shown.body.decode())
    assert found is not None
    return found[1]


def compared(terminal: Terminal, message: ApplicationMessage) -> object:
    return next(row["compared"] for row in terminal.gateway.cases() if row["application"] == message.id)


async def tidied(terminal: Terminal, days: float) -> int:
    """As the service does it once a day, so many days from now."""
    county = load(terminal.gateway.state, GatewaySettings(), lambda: time.time() + days * DAY_S)
    service = Service(county)
    try:
        return await service.forget_faces()
    finally:
        await service._close(None)  # type: ignore[arg-type]  # it needs no application


async def test_the_clerk_sees_both_pictures_side_by_side_and_writes_down_what_they_saw(guest: Terminal) -> None:
    message = await photographed(guest, CARD)
    shown = await page(guest, message)
    text = shown.body.decode()
    for data, kind in ((CARD, "png"), (FACE, "jpeg")):
        assert f"data:image/{kind};base64,{base64.b64encode(data).decode()}" in text
    assert text.index("身份证里的相片") < text.index("在机器上照的")
    assert people.NUMBER not in text
    assert "img-src data:" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert compared(guest, message) == ""
    done = await say(guest, message, "same", token_of(shown))
    assert (done.status, done.headers["Location"]) == (303, f"/window/faces/{message.id}")
    assert compared(guest, message) == "same"
    assert "比过了：是本人" in (await page(guest, message)).body.decode()
    listed = (await guest.ask("GET", "/window", headers=authorization(guest))).body.decode()
    assert f'href="/window/faces/{message.id}">比对：是本人' in listed
    assert base64.b64encode(FACE).decode()[:40] not in listed
    guest.gateway.verb("compare", message.id, "other")  # corrected, from the command line
    assert compared(guest, message) == "other"


async def test_nobody_without_the_windows_token_sees_a_face_or_speaks_of_one(guest: Terminal) -> None:
    message = await photographed(guest, CARD)
    for method in ("GET", "POST"):
        answer = await guest.ask(method, f"/window/faces/{message.id}", b"said=same")
        assert (answer.status, answer.body) == (401, b"")
    for token in ("", "0" * 64):
        answer = await say(guest, message, "same", token)
        assert (answer.status, answer.code) == (400, "faces.form")  # somebody else's page sent the clerk's browser here
    good = token_of(await page(guest, message))
    assert (await say(guest, message, "certainly", good)).status == 400
    assert compared(guest, message) == ""


async def test_an_application_without_a_face_has_nothing_to_compare(guest: Terminal) -> None:
    message = handed_in(guest)
    await guest.hand_in(message, (PAPER,))
    answer = await page(guest, message)
    assert (answer.status, answer.code) == (404, "faces.none")
    assert compared(guest, message) is None
    assert guest.gateway.verb("compare", message.id, "same", check=False).returncode == 1


async def test_without_the_cards_photograph_the_clerk_is_told_what_to_compare_with(guest: Terminal) -> None:
    message = await photographed(guest)
    text = (await page(guest, message)).body.decode()
    assert "请对着人口库里的相片比" in text
    assert base64.b64encode(FACE).decode() in text


async def test_faces_are_written_out_apart_from_the_papers(guest: Terminal, tmp_path: Path) -> None:
    message = await photographed(guest, CARD)
    out = tmp_path / "out"
    guest.gateway.verb("open", message.id, "--out", out)
    assert [path.read_bytes() for path in out.glob("*.jpg")] == [PAPER]
    assert {path.read_bytes() for path in (out / "person").iterdir()} == {FACE, CARD}


async def test_faces_go_when_their_days_are_over_and_what_was_found_stays(terminal: Terminal, tmp_path: Path) -> None:
    message = await photographed(terminal, CARD)
    await say(terminal, message, "same", token_of(await page(terminal, message)))
    files = terminal.gateway.state / "files"
    assert await tidied(terminal, 400) == 0, "a case that is not over keeps them"
    items = json.loads(terminal.gateway.verb("cases", "--json").stdout)[0]["items"]
    terminal.gateway.verb("state", items[0]["case"], CaseState.DECIDED_GRANTED)
    assert await tidied(terminal, 400) == 0, "one of its items is still open"
    terminal.gateway.verb("state", items[1]["case"], CaseState.WITHDRAWN)
    assert await tidied(terminal, 29) == 0
    assert len(list(files.glob("*/*"))) == 3
    assert await tidied(terminal, 31) == 2
    assert len(list(files.glob("*/*"))) == 1, "the paper stays"
    assert await tidied(terminal, 31) == 0
    text = (await page(terminal, message)).body.decode()
    assert "已经删掉" in text
    assert "data:image" not in text
    assert compared(terminal, message) == "same"
    terminal.gateway.verb("open", message.id, "--out", tmp_path / "out")
    assert not (tmp_path / "out" / "person").exists()

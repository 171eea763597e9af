"""A phone's code from the scanner's bytes through the county to the service that knows it, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from config.faults import fault_cards
from hardware.camera_simulator import CameraSimulator
from hardware.scanner import CodeScanner, open_scanner
from hardware.scanner_simulator import ScannerSimulator
from hardware.simulators import Setup
from kiosk.visiting import phoning
from matters.outcomes import Failed, PhoneRead
from offline.process import enrol_once
from papers import draw
from tests.gateway.phone_service import PhoneService, http, person, phone_service, told
from tests.gateway.world import Gateway
from tests.offline.peers import new_name
from tests.wire import people
from tests.wire.test_receipt import CLAIMS
from wire import receipt

PATIENCE_S = 30
PERSON = PhoneRead(people.NAME, people.NUMBER, "social")
RECEIPT = receipt.make_code(CLAIMS, people.terminal_key(), "https://xian.example")


@dataclass
class World:
    """A county whose gateway asks a service, and a terminal that it knows."""

    service: PhoneService
    gateway: Gateway
    state: Path

    def asker(self, url: str = "") -> phoning.Asker:
        return phoning.Asker(url or self.gateway.url, self.state, "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("phones")
    with phone_service() as service:
        config = folder / "county.toml"
        config.write_text(f'[phone_codes]\nurl = "{service.url}"\na_minute = 0\ntimeout_s = 20.0\n')
        gateway = Gateway(folder / "gateway")
        gateway.start("--config", str(config))
        name = new_name()
        enrol_once(folder / "terminal", gateway.url, gateway.json("enrol", name)["token"])
        yield World(service, gateway, folder / "terminal")
        gateway.kill()


def code(world: World, said: bytes, request: pytest.FixtureRequest) -> str:
    """A code of this test's own, and what the service says to it."""
    text = f"https://phone.example/{request.node.name.encode().hex()[-60:]}?token=1"
    world.service.says[text] = said
    return text


@asynccontextmanager
async def scanner(folder: Path, **options: Any) -> AsyncIterator[tuple[ScannerSimulator, CodeScanner]]:
    simulator = ScannerSimulator(Setup("scanner", folder, {"pace": 0, **options}))
    port = open_scanner(await simulator.start())
    try:
        yield simulator, port
    finally:
        await port.close()
        await simulator.stop()


async def held(
    simulator: ScannerSimulator, port: CodeScanner, text: str, asker: phoning.Asker, *, online: bool = True
) -> tuple[PhoneRead | Failed, list[str]]:
    """A code held up while the card step waits for one; what was told meanwhile."""
    at: list[str] = []
    waiting = asyncio.create_task(phoning.read(port, asker, lambda: online, at.append))
    await port.status()
    await asyncio.sleep(0.02)
    await simulator.command("scan", {"text": text})
    return await asyncio.wait_for(waiting, PATIENCE_S), at


@pytest.mark.parametrize("over", ["serial", "keys"])
async def test_a_code_at_the_scanner_becomes_a_person(
    world: World, tmp_path: Path, over: str, request: pytest.FixtureRequest
) -> None:
    text = code(world, person(people.NAME, people.NUMBER), request)
    async with scanner(tmp_path, over=over) as (simulator, port):
        assert await held(simulator, port, text, world.asker()) == (PERSON, ["phone.checking"])
    assert world.service.codes.count(text) == 1


async def test_a_code_under_a_camera_does_too(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = code(world, person(people.NAME, people.NUMBER), request)
    draw.qr(text, 400, 576).convert("RGB").save(tmp_path / "code.png")
    simulator = CameraSimulator(Setup("camera", tmp_path, {"width": 1280, "height": 960}))
    port = open_scanner("scan+" + await simulator.start())
    try:
        waiting = asyncio.create_task(phoning.read(port, world.asker(), lambda: True, lambda _: None))
        await simulator.command("place", {"picture": str(tmp_path / "code.png"), "as": "page"})
        assert await asyncio.wait_for(waiting, 60) == PERSON
        assert [kind async for kind in port.unasked()] == []  # it is off while nobody asks
    finally:
        await port.close()
        await simulator.stop()


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (told(result="refused", reason="expired"), "phone.expired"),
        (told(result="refused", reason="unknown"), "phone.unknown"),
        (told(result="refused", reason="not_person"), "phone.not_person"),
        (http(b"", "500 Internal Server Error"), "phone.unavailable"),
    ],
    ids=["expired", "unknown", "not-person", "trouble"],
)
async def test_what_the_county_cannot_take_has_a_fault_card_and_is_not_asked_again(
    world: World, said: bytes, means: str, request: pytest.FixtureRequest
) -> None:
    assert means in fault_cards()
    text = code(world, said, request)
    assert await world.asker().whose(text) == Failed(means)
    assert await world.asker().whose(text) == Failed("phone.expired")
    assert world.service.codes.count(text) == 1


async def test_a_receipt_and_a_slip_are_known_as_that_and_passed_on_to_nobody(world: World, tmp_path: Path) -> None:
    before = len(world.service.asked)
    async with scanner(tmp_path) as (simulator, port):
        for text, means in (
            (RECEIPT, "code.receipt_elsewhere"),
            (RECEIPT.replace("/R#", "/S#"), "code.slip_elsewhere"),
        ):
            assert means in fault_cards()
            assert await held(simulator, port, text, world.asker()) == (Failed(means), [])
    assert len(world.service.asked) == before


async def test_without_a_line_nothing_is_asked(world: World, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = code(world, person(people.NAME, people.NUMBER), request)
    async with scanner(tmp_path) as (simulator, port):
        assert await held(simulator, port, text, world.asker(), online=False) == (Failed("phone.offline"), [])
    assert text not in world.service.codes


@pytest.mark.parametrize("text", ["x" * 1025, "x\u200by"], ids=["endless", "not to be printed"])
async def test_what_has_no_code_s_form_is_passed_on_to_nobody(world: World, text: str) -> None:
    before = len(world.service.asked)
    assert await world.asker().whose(text) == Failed("phone.unknown")
    assert len(world.service.asked) == before


async def test_a_line_that_is_dead_or_somebody_elses_is_no_line(world: World) -> None:
    async def portal(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "https://portal.example/login"})

    async def older(_request: web.Request) -> web.Response:
        return web.json_response({"code": "http", "text": "Not Found"}, status=404)

    async def busy(_request: web.Request) -> web.Response:
        return web.json_response({"code": "request.too_many", "text": ""}, status=429)

    async def rubbish(_request: web.Request) -> web.Response:
        return web.json_response({"v": 1, "suite": "age-x25519", "body": "AAAA"})

    assert await world.asker("http://127.0.0.1:9").whose("a") == Failed("phone.offline")
    for answers, means in ((portal, "phone.offline"), (older, "phone.not_connected"), (busy, "phone.too_many"),
                           (rubbish, "phone.unavailable")):  # fmt: skip
        app = web.Application()
        app.router.add_post("/v1/phone-codes", answers)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            host, port = runner.addresses[0][:2]
            assert await world.asker(f"http://{host}:{port}").whose("a") == Failed(means)
        finally:
            await runner.cleanup()


async def test_a_county_that_does_not_answer_is_waited_for_only_so_long(
    world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(phoning, "ANSWER_S", 0.5)
    world.service.says[text := f"silent {request.node.name}"] = 3600.0
    assert await world.asker().whose(text) == Failed("phone.offline")


async def test_nothing_of_it_is_written_at_the_terminal(world: World, request: pytest.FixtureRequest) -> None:
    text = code(world, person(people.NAME, people.NUMBER), request)
    assert await world.asker().whose(text) == PERSON
    files = [path for path in world.state.rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        for kept_back in (text, people.NAME, people.NUMBER):
            assert kept_back.encode() not in data, path

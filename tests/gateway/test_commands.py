from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from gateway import numbers
from gateway.commands import main
from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire.answers import read_settings
from wire.bundle import check_bundle, pack, read_bundle, sign_bundle
from wire.keys import SigningKey
from wire.messages import CatalogueNotice, SettingsNotice


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real program, as an operator types it."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        check=False, capture_output=True, text=True, env=os.environ | environment,
    )  # fmt: skip


def test_a_county_is_made_once_and_its_keys_are_kept(tmp_path: Path) -> None:
    first = run("init", "--json", GATEWAY_STATE=str(tmp_path / "county"))
    again = run("init", "--json", "--state", tmp_path / "county")
    assert (first.returncode, again.returncode) == (0, 0)
    assert json.loads(first.stdout) == json.loads(again.stdout)
    assert json.loads(first.stdout)["recipient"].startswith("age1")
    for key in [*(tmp_path / "county" / "keys").iterdir(), tmp_path / "county" / "index.key"]:
        assert key.stat().st_mode & 0o077 == 0, key.name


def test_without_a_county_the_way_to_make_one_is_said(tmp_path: Path) -> None:
    done = run("cases", "--json", "--state", tmp_path / "none")
    assert done.returncode == 1
    assert "gateway init" in done.stderr
    assert not (tmp_path / "none").exists(), "asking makes nothing"


def test_wrong_usage_is_told_apart_from_failure(tmp_path: Path) -> None:
    assert run("nonsense").returncode == 2
    assert run("open", "--state", tmp_path).returncode == 2
    assert main(["init", "--state", str(tmp_path)]) == 0
    assert main(["open", people.message(1).id, "--state", str(tmp_path)]) == 1
    assert main(["state", "X" * 43, "accepted", "--state", str(tmp_path)]) == 1
    assert main(["publish", "--state", str(tmp_path)]) == 2


def test_an_unknown_setting_is_answered_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text("[listen]\nprot = 80\n")
    assert main(["init", "--config", str(config), "--state", str(tmp_path / "county")]) == 1
    said = capsys.readouterr().err
    assert "gateway.toml, line 2" in said
    assert "'port'" in said


def test_a_newer_store_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    main(["init", "--state", str(tmp_path)])
    with sqlite3.connect(tmp_path / "gateway.db") as db:
        db.execute("PRAGMA user_version = 99")
    before = (tmp_path / "gateway.db").read_bytes()
    assert main(["cases", "--state", str(tmp_path)]) == 1
    assert "schema 99" in capsys.readouterr().err
    assert (tmp_path / "gateway.db").read_bytes() == before


async def test_terminals_go_on_after_the_countys_keys_were_rotated(terminal: Terminal) -> None:
    """What was sealed before opens, terminals learn of the new keys by the one they know, old receipts still check."""
    before = terminal.county
    waiting = terminal.seal(people.message(1))
    terminal.gateway.verb("rotate")
    terminal.gateway.kill()
    terminal.gateway.start()
    answer = await terminal.signed("GET", "/v1/feed?after=")
    (notice,) = json.loads(answer.body)["notices"]
    assert notice == {"type": "settings", "version": 1}
    asked = f"/v1/settings?known={before.verify[0].id}"
    settings = read_settings((await terminal.signed("GET", asked)).body, before)
    assert settings.county.seal[0].id != before.seal[0].id
    assert before.seal[0] in settings.county.seal
    assert (await terminal.send(terminal.envelope(waiting))).status == 200
    assert terminal.enrolment is not None
    import msgspec

    terminal.enrolment = msgspec.structs.replace(terminal.enrolment, county=settings.county)
    ack = await terminal.hand_in(people.message(2), sequence=2)
    assert ack.key == settings.county.verify[0].id
    assert terminal.gateway.json("open", people.message(1).id)["application"]["matter"] == people.MATTER


def packed(folder: Path, version: str) -> Path:
    path = folder / f"bundle-{version}"
    path.write_bytes(pack("示例", version, {"catalogue.yaml": f"version: {version}\n".encode() * 50}))
    return path


async def test_a_catalogue_and_settings_are_told_to_terminals(terminal: Terminal, tmp_path: Path) -> None:
    terminal.gateway.verb("publish", "--catalogue", packed(tmp_path, "2026.11"))
    terminal.gateway.verb("publish", "--set", "voice.volume_percent=60", "--set", "screen.elder=true")
    feed = await terminal.feed()
    catalogue, settings = feed.notices
    assert isinstance(catalogue, CatalogueNotice)
    assert isinstance(settings, SettingsNotice)
    bundle = (await terminal.signed("GET", f"/v1/catalogue/{catalogue.sha256}")).body
    assert (catalogue.version, catalogue.size) == ("2026.11", len(bundle))
    assert hashlib.sha256(bundle).hexdigest() == catalogue.sha256
    check_bundle(read_bundle(bundle), terminal.county)  # nobody had signed it: the county did
    answer = await terminal.signed("GET", "/v1/settings")
    assert read_settings(answer.body, terminal.county).values == {"voice.volume_percent": 60, "screen.elder": True}
    assert (await terminal.signed("GET", "/v1/catalogue/" + "0" * 64)).code == "catalogue.unknown"


async def test_a_catalogue_goes_on_from_where_the_asker_has_it(terminal: Terminal, tmp_path: Path) -> None:
    terminal.gateway.verb("publish", "--catalogue", packed(tmp_path, "2026.11"))
    (notice,) = (await terminal.feed()).notices
    assert isinstance(notice, CatalogueNotice)
    path = f"/v1/catalogue/{notice.sha256}"
    whole = (await terminal.signed("GET", path)).body
    rest = await terminal.signed("GET", path, Range="bytes=100-")
    assert (rest.status, rest.body) == (206, whole[100:])
    assert (await terminal.signed("GET", path, Range=f"bytes={len(whole)}-")).status == 416
    assert (await terminal.signed("GET", path, Range="bytes=0-4,9-")).body == whole


async def test_a_bundle_that_terminals_would_refuse_is_not_published(terminal: Terminal, tmp_path: Path) -> None:
    publish = ("publish", "--catalogue")
    terminal.gateway.verb(*publish, packed(tmp_path, "2026.11"))
    stranger = tmp_path / "stranger"
    stranger.write_bytes(sign_bundle(packed(tmp_path, "2026.12").read_bytes(), SigningKey.generate(b"\1" * 32)))
    noise = tmp_path / "noise"
    noise.write_bytes(b"matter: pension\n")
    other = tmp_path / "other"
    other.write_bytes(pack("示例", "2026.11", {"catalogue.yaml": b"another\n"}))
    for path in (stranger, noise, other, packed(tmp_path, "2026.9")):
        assert terminal.gateway.verb(*publish, path, check=False).returncode == 1, path.name
    assert len((await terminal.feed()).notices) == 1


async def test_a_second_gateway_on_a_taken_port_says_so(gateway: Gateway) -> None:
    done = run("serve", "--port", str(gateway.port), "--state", gateway.state)
    assert done.returncode == 1
    assert "cannot listen" in done.stderr


async def test_it_stops_when_asked_and_keeps_all(terminal: Terminal, session: aiohttp.ClientSession) -> None:
    await terminal.hand_in(people.message(1))
    assert terminal.gateway.stop() == 0
    assert len(terminal.gateway.cases()) == 1


def test_case_numbers_have_43_characters_and_do_not_run_out_on_a_busy_day() -> None:
    scope = numbers.item_scope(people.CODE, "431199")
    assert numbers.case_number(scope, "20260312", 1) == f"{people.CODE}202603120001"
    serials = [numbers.serial_text(each) for each in (*range(1, 30_000), 10_000 + 26 * 36**3 - 1)]
    assert len(set(serials)) == len(serials)
    assert {len(each) for each in serials} == {4}
    assert serials == sorted(serials)
    assert {len(numbers.case_number(each, "20260312", 1)) for each in
            (numbers.parent_scope("431199"), numbers.item_scope("", "431199"))} == {43}  # fmt: skip
    with pytest.raises(OverflowError):
        numbers.serial_text(10_000 + 26 * 36**3)


async def test_a_county_set_to_it_takes_the_second_suite_in_beside_the_first(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    from wire.keys import SM
    from wire.seal import seal

    config = tmp_path / "gateway.toml"
    config.write_text("[county]\nsm = true\n")
    gateway = Gateway(tmp_path / "gateway")
    gateway.start("--config", str(config))
    try:
        terminal = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
        await terminal.enrol()
        pages = (people.page(3),)
        message = people.message(1, pages)
        sealed = seal(message, pages, terminal.county, SM)
        (file,) = sealed.files
        await terminal.create(file.sha256, file.size)
        await terminal.patch(file.sha256, 0, sealed.blobs[0])
        assert (await terminal.send(terminal.envelope(sealed))).status == 200
        await terminal.hand_in(people.message(2), sequence=2)  # age, as before
        assert gateway.json("open", message.id)["application"]["matter"] == people.MATTER
    finally:
        gateway.kill()

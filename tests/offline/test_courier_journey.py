"""The stick's whole way: out of the terminal, in at the county, back with what the county signed; by commands alone."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from config.catalogue import SHIPPED
from gateway import county as counties
from kiosk.shelf import Shelf
from offline.courier import FOLDER
from tests.offline.peers import Gateway, Terminal, nothing_left, put
from wire.bundle import read_bundle, sign_bundle
from wire.keys import SigningKey
from wire.stick import CATALOGUE_FOLDER


def run(*arguments: str | Path) -> tuple[int, Any]:
    done = subprocess.run([sys.executable, "-m", *map(str, arguments), "--json"], capture_output=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_a_stick_brings_everything_once_and_comes_back_with_the_countys_word(
    gateway: Gateway, terminal: Terminal, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    records = [put(terminal, pages=n, size=20_000)[0] for n in (2, 0, 1)]
    status, said = run("kiosk", "outbox", "export", stick, "--state", terminal.state)
    assert (status, said["copied"]) == (0, 3)
    copy = tmp_path / "copy"
    shutil.copytree(stick, copy)
    half = sorted((stick / FOLDER).glob("*/*"))[2]
    next(path for path in half.iterdir() if len(path.name) == 64).write_bytes(b"half")

    status, said = run("gateway", "courier", stick, "--state", gateway.folder)
    assert (status, said["taken"]) == (1, records[:2])
    assert said["refused"] == [{"record": half.name, "code": "files.missing"}]
    status, said = run("gateway", "courier", copy, "--state", gateway.folder)  # a second stick with the same on it
    assert (status, said["taken"], said["again"]) == (0, records[2:], records[:2])
    assert gateway.held(terminal.name) == records

    status, said = run("kiosk", "outbox", "import", stick, "--state", terminal.state)
    assert (status, said["gone"], said["waiting"]) == (0, records[:2], 1)
    status, said = run("kiosk", "outbox", "import", copy, "--state", terminal.state)
    assert (status, said["gone"], said["waiting"]) == (0, records[2:], 0)
    status, said = run("kiosk", "outbox", "import", copy, "--state", terminal.state)
    assert (status, said["gone"]) == (0, [])
    assert nothing_left(terminal)
    _, gone = run("kiosk", "outbox", "list", "--gone", "9", "--state", terminal.state)
    _, cases = run("gateway", "cases", "--state", gateway.folder)
    at_the_county = {one["application"]: one["case"] for one in cases}  # others' too: the gateway is shared
    assert {one["id"]: one["case"] for one in gone} == {record: at_the_county[record] for record in records}
    terminal.once(gateway.url)  # the feed says it all once more
    assert gateway.held(terminal.name) == records


def test_what_came_by_stick_and_then_by_line_is_one(gateway: Gateway, terminal: Terminal, tmp_path: Path) -> None:
    record, _ = put(terminal, pages=1, size=20_000)
    run("kiosk", "outbox", "export", tmp_path, "--state", terminal.state)
    run("gateway", "courier", tmp_path, "--state", gateway.folder)
    terminal.once(gateway.url)  # the line is back before the stick
    assert gateway.held(terminal.name) == [record]
    assert nothing_left(terminal)
    status, said = run("kiosk", "outbox", "import", tmp_path, "--state", terminal.state)
    assert (status, said["gone"]) == (0, [])


def test_the_stick_brings_the_countys_newest_catalogue_and_a_strangers_is_refused(
    gateway: Gateway, terminal: Terminal, tmp_path: Path
) -> None:
    made = tmp_path / "bundle"
    assert run("kiosk", "catalogue", "pack", SHIPPED, made, "--state", terminal.state)[0] == 0
    version = read_bundle(made.read_bytes()).version
    county = gateway.county()
    if county.store().latest_catalogue() is None:
        status, said = run("gateway", "publish", "--catalogue", made, "--state", gateway.folder)
        assert (status, said["version"]) == (0, version)
    else:  # other tests have published what is no bundle
        counties.publish_catalogue(
            county, county.store(), sign_bundle(made.read_bytes(), county.keys.signing[0]), version
        )
    stick = tmp_path / "stick"
    stick.mkdir()
    status, said = run("gateway", "courier", stick, "--state", gateway.folder)
    (carried,) = (stick / CATALOGUE_FOLDER).iterdir()
    assert (status, said["catalogue"]) == (0, carried.name)
    status, said = run("kiosk", "outbox", "import", stick, "--state", terminal.state)
    assert (status, [(one["version"], one["code"]) for one in said["catalogue"]]) == (0, [(version, "")])
    used = Shelf.of(terminal.state).current().current
    assert used is not None
    assert (used.sha256, used.version) == (carried.name, version)
    status, said = run("kiosk", "outbox", "import", stick, "--state", terminal.state)  # it comes twice
    assert (status, said["catalogue"]) == (0, [])

    stranger = sign_bundle(made.read_bytes(), SigningKey.generate(b"\1" * 32))
    (stick / CATALOGUE_FOLDER / hashlib.sha256(stranger).hexdigest()).write_bytes(stranger)
    status, said = run("kiosk", "outbox", "import", stick, "--state", terminal.state)
    assert [one["code"] for one in said["catalogue"]] == ["bundle.signature"]
    assert Shelf.of(terminal.state).current().current == used


def test_the_countys_courier_follows_no_link_waits_for_no_pipe_and_reads_nothing_without_end(
    gateway: Gateway, terminal: Terminal, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    good, _ = put(terminal, pages=1, size=20_000)
    run("kiosk", "outbox", "export", stick, "--state", terminal.state)
    (record,) = (stick / FOLDER).glob("*/*")
    place = record.parent
    bad = [place / f"000000000{n}-01960000-0000-7000-8000-00000000000{n}" for n in (2, 3, 4, 5)]
    shutil.copytree(record, tmp_path / "elsewhere")
    bad[0].symlink_to(tmp_path / "elsewhere")
    bad[1].mkdir()
    os.mkfifo(bad[1] / "envelope.json")
    bad[2].mkdir()
    with (bad[2] / "envelope.json").open("wb") as file:
        file.truncate(1 << 40)
    bad[3].mkdir()  # the same once more, in the folder of another
    shutil.copy(record / "envelope.json", bad[3] / "envelope.json")
    (place / "\u202e.exe").write_bytes(b"")
    (record / "acknowledgement.json").mkdir()
    status, said = run("gateway", "courier", stick, "--state", gateway.folder)
    assert (status, said["taken"], said["again"]) == (1, [good], [good])
    assert {one["record"] for one in said["refused"]} == {bad[1].name, bad[2].name}
    assert {one["code"] for one in said["refused"]} == {"envelope.malformed"}
    assert (record / "acknowledgement.json").is_file()
    assert not (tmp_path / "elsewhere" / "acknowledgement.json").exists()
    status, said = run("kiosk", "outbox", "import", stick, "--state", terminal.state)
    assert said["gone"] == [good]
    assert nothing_left(terminal)

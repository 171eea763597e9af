"""A catalogue the county sent: checked before use, switched as a whole, the one before kept; bad and older ones refused
and said so; killed at any step it ends as it would have."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from config.catalogue import SHIPPED
from kiosk import catalogues, taking_in
from kiosk.cli.bundles import pack_folder
from kiosk.shelf import TRIES, Shelf
from kiosk.taking_in import STEPS, Outcome, take_in
from tests.offline.world import World, in_child, killer, make_world
from wire.bundle import sign_bundle
from wire.keys import SigningKey

VERSION = "2026.11.1"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small county's catalogue: one matter that ships, on one tile."""
    folder = tmp_path_factory.mktemp("county") / "catalogue"
    shutil.copytree(SHIPPED, folder)
    for path in (folder / "matters").iterdir():
        if path.name != "pension.yaml":
            path.unlink()
    head = folder / "catalogue.yaml"
    lines = head.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("  - {id: ") or line.startswith("  - {id: elder,")]
    text = "\n".join(kept) + "\n"
    version = next(line for line in kept if line.startswith("version:"))
    head.write_text(text.replace(version, f'version: "{VERSION}"'), "utf-8")
    return folder


def bundle(folder: Path, version: str, *, heading: str = "", spoil: tuple[str, str] = ("", "")) -> bytes:
    """The folder as an unsigned bundle of another version."""
    work = folder.parent / f"work-{version}-{hashlib.sha256(repr((heading, spoil)).encode()).hexdigest()[:6]}"
    shutil.copytree(folder, work, dirs_exist_ok=True)
    head, pension = work / "catalogue.yaml", work / "matters" / "pension.yaml"
    head.write_text(head.read_text("utf-8").replace(VERSION, version), "utf-8")
    text = pension.read_text("utf-8").replace(*spoil) if spoil[0] else pension.read_text("utf-8")
    if heading:
        old = next(line for line in text.splitlines() if line.startswith("heading:"))
        text = text.replace(old, f"heading: {heading}")
    pension.write_text(text, "utf-8")
    made = pack_folder(work, check=not spoil[0])
    shutil.rmtree(work)
    return made


def arrive(state: Path, data: bytes) -> str:
    incoming = Shelf.of(state).incoming
    incoming.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()
    (incoming / name).write_bytes(data)
    return name


class Told:
    """What the trail would hold."""

    def __init__(self) -> None:
        self.events: list[tuple[str, str]] = []

    def __call__(self, event: str, fields: dict[str, str]) -> None:
        self.events.append((event, *fields.values()))  # type: ignore[arg-type]


def heading(state: Path) -> str:
    return catalogues.load("", state).catalogue.matters["pension"].heading


def test_a_good_bundle_is_used_from_the_next_visit_on_and_the_one_before_is_kept(
    tmp_path: Path, world: World, folder: Path
) -> None:
    told = Told()
    signed = [sign_bundle(bundle(folder, f"2026.{n}", heading=f"第{n}版"), world.keys.signing[0]) for n in (9, 10, 11)]
    names = [hashlib.sha256(data).hexdigest() for data in signed]
    for number, data in zip((9, 10, 11), signed, strict=True):
        arrive(tmp_path, data)
        (outcome,) = take_in(tmp_path, world.county, record=told)
        assert outcome == Outcome(hashlib.sha256(data).hexdigest(), f"2026.{number}", "")
        assert heading(tmp_path) == f"第{number}版"
    shelf = Shelf.of(tmp_path)
    assert sorted(path.name for path in shelf.bundles.iterdir()) == sorted(names[1:])
    assert not list(shelf.incoming.iterdir())
    assert told.events == [("catalogue.changed", f"2026.{n}") for n in (9, 10, 11)]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("older", "bundle.older"), ("same version", "bundle.older"), ("unsigned", "bundle.unsigned"),
        ("another's", "bundle.signature"), ("cut", "bundle.damaged"), ("other bytes", "bundle.damaged"),
        ("an error", "bundle.check"), ("no bundle", "bundle.malformed"), ("version lies", "bundle.version"),
    ],
)  # fmt: skip
def test_what_is_bad_or_older_is_refused_and_said_so_and_the_one_in_use_stays(
    tmp_path: Path, world: World, folder: Path, what: str, code: str
) -> None:
    key = world.keys.signing[0]
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.10", heading="在用的"), key))
    assert [one.code for one in take_in(tmp_path, world.county)] == [""]
    better = bundle(folder, "2026.11", heading="新来的")
    data = {
        "older": lambda: sign_bundle(bundle(folder, "2026.9"), key),
        "same version": lambda: sign_bundle(bundle(folder, "2026.10", heading="同一版"), key),
        "unsigned": lambda: better,
        "another's": lambda: sign_bundle(better, SigningKey.generate(b"\1" * 32)),
        "cut": lambda: sign_bundle(better, key)[:-20],
        "other bytes": lambda: sign_bundle(better, key),
        "an error": lambda: sign_bundle(bundle(folder, "2026.11", spoil=("heading:", "haeding:")), key),
        "no bundle": lambda: b"matter: pension\n",
        "version lies": lambda: sign_bundle(_lying(better), key),
    }[what]()
    name = arrive(tmp_path, data)
    if what == "other bytes":
        (Shelf.of(tmp_path).incoming / name).write_bytes(data + b"\0")
    told = Told()
    (outcome,) = take_in(tmp_path, world.county, record=told)
    assert outcome.code == code
    assert told.events == [("catalogue.refused", code)]
    assert heading(tmp_path) == "在用的"
    said = Shelf.of(tmp_path).refused()
    assert said is not None
    assert (said.code, said.sha256) == (code, name)
    assert take_in(tmp_path, world.county, record=told) == []  # it is not looked at a second time
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.12", heading="好的"), key))
    take_in(tmp_path, world.county)
    assert (heading(tmp_path), Shelf.of(tmp_path).refused()) == ("好的", None)


def _lying(data: bytes) -> bytes:
    """The same content under a manifest with another version."""
    from wire.bundle import pack, read_bundle

    return pack("示例", "2026.99", read_bundle(data).contents)


@pytest.mark.parametrize("point", STEPS)
@pytest.mark.parametrize("kind", ["good", "bad"])
def test_killed_at_every_step_the_next_run_ends_where_this_one_would_have(
    tmp_path: Path, world: World, folder: Path, point: str, kind: str
) -> None:
    key = world.keys.signing[0]
    trail = tmp_path / "trail"

    def record(event: str, fields: dict[str, str]) -> None:
        with trail.open("a") as file:
            file.write(json.dumps([event, *fields.values()]) + "\n")

    def run(at: str = "") -> None:
        take_in(tmp_path, world.county, record=record, point=killer(at))

    arrive(tmp_path, sign_bundle(bundle(folder, "2026.10", heading="在用的"), key))
    run()
    good = sign_bundle(bundle(folder, "2026.11", heading="新来的"), key)
    arrive(tmp_path, good if kind == "good" else good[:-20])
    killed = in_child(lambda: run(point))
    assert killed or (kind == "bad" and point in STEPS[1:4])
    assert heading(tmp_path) in ("在用的", "新来的")  # whatever it was killed at, a visit can begin
    run()
    assert heading(tmp_path) == ("新来的" if kind == "good" else "在用的")
    lines = [json.loads(line) for line in trail.read_text().splitlines()][1:]
    assert set(map(tuple, lines)) == (
        {("catalogue.changed", "2026.11")} if kind == "good" else {("catalogue.refused", "bundle.damaged")}
    )
    assert not list(Shelf.of(tmp_path).incoming.iterdir())


def test_one_that_the_disk_damages_is_gone_back_from_and_can_come_again(
    tmp_path: Path, world: World, folder: Path
) -> None:
    key = world.keys.signing[0]
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.10", heading="先前的"), key))
    take_in(tmp_path, world.county)
    newer = sign_bundle(bundle(folder, "2026.11", heading="新来的"), key)
    name = arrive(tmp_path, newer)
    take_in(tmp_path, world.county)
    kept = Shelf.of(tmp_path).bundles / name
    kept.write_bytes(kept.read_bytes()[:-1] + b"\0")
    assert heading(tmp_path) == "先前的"
    loaded = catalogues.load("", tmp_path, begins=True)
    assert loaded.catalogue.matters["pension"].heading == "先前的"
    assert "bundle.damaged" in loaded.refused
    arrive(tmp_path, newer)
    assert [one.code for one in take_in(tmp_path, world.county)] == [""]
    assert heading(tmp_path) == "新来的"


def test_one_that_never_comes_up_is_given_up_for_the_one_before_and_not_taken_again(
    tmp_path: Path, world: World, folder: Path
) -> None:
    key = world.keys.signing[0]
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.10", heading="先前的"), key))
    take_in(tmp_path, world.county)
    catalogues.load("", tmp_path, begins=True)
    catalogues.prove(tmp_path)
    newer = sign_bundle(bundle(folder, "2026.11", heading="起不来的"), key)
    arrive(tmp_path, newer)
    take_in(tmp_path, world.county)
    begun = [catalogues.load("", tmp_path, begins=True).catalogue.matters["pension"].heading for _ in range(TRIES + 2)]
    assert begun == ["起不来的"] * TRIES + ["先前的"] * 2
    said = Shelf.of(tmp_path).refused()
    assert said is not None
    assert (said.code, said.version) == ("bundle.stuck", "2026.11")
    arrive(tmp_path, newer)
    assert [one.code for one in take_in(tmp_path, world.county)] == ["bundle.stuck"]


def test_one_that_came_up_once_is_never_counted_again(tmp_path: Path, world: World, folder: Path) -> None:
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.11", heading="新来的"), world.keys.signing[0]))
    take_in(tmp_path, world.county)
    for _ in range(TRIES + 2):
        assert catalogues.load("", tmp_path, begins=True).catalogue.matters["pension"].heading == "新来的"
        catalogues.prove(tmp_path)


def test_before_the_terminal_is_enrolled_a_bundle_waits(tmp_path: Path, world: World, folder: Path) -> None:
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.11", heading="新来的"), world.keys.signing[0]))
    assert take_in(tmp_path, None) == []
    assert [one.code for one in take_in(tmp_path, world.county)] == [""]


def test_the_first_bundle_must_be_newer_than_the_folder_the_settings_name(
    tmp_path: Path, world: World, folder: Path
) -> None:
    floor = taking_in.floor_of(str(folder))
    assert floor == VERSION
    assert taking_in.floor_of(str(tmp_path / "nowhere")) == ""
    key = world.keys.signing[0]
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.11"), key))
    assert [one.code for one in take_in(tmp_path, world.county, floor=floor)] == ["bundle.older"]
    arrive(tmp_path, sign_bundle(bundle(folder, "2026.12"), key))
    assert [one.code for one in take_in(tmp_path, world.county, floor=floor)] == [""]

"""What the two builds consist of, and what the production one refuses. The builds themselves: test_frozen.py."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import County, Devices, Settings, SettingsError
from hardware.addresses import OPENERS
from hardware.simulators import KINDS
from kiosk import build, roles
from kiosk.cli.parser import parser
from kiosk.processes import ROLES
from provision import freeze

MODULES = {kind: set(freeze.modules(kind)) for kind in ("production", "test")}


def verbs(top: argparse.ArgumentParser) -> Iterator[str]:
    """The module behind every verb."""
    where = top.get_default("where")
    if where:
        yield where.partition(":")[0]
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from verbs(below)


@pytest.mark.parametrize("kind", ["production", "test"])
def test_every_module_that_is_only_named_by_text_is_in_the_build(kind: str) -> None:
    named = {*ROLES.values(), *verbs(parser()), *(text for schemes in OPENERS.values() for text in schemes.values())}
    named |= set(KINDS.values())
    named = {text.partition(":")[0] for text in named}
    if kind == "production":
        named = {name for name in named if not freeze.below(name, freeze.FOR_TESTS)}
    assert len(named) > 10
    assert named <= MODULES[kind]


def test_what_pretends_a_device_or_drives_a_visit_is_not_in_the_production_build() -> None:
    assert {text.partition(":")[0] for text in KINDS.values()} & MODULES["production"] == set()
    for name in MODULES["production"]:
        assert not any(word in name for word in ("simulat", "sample", "rehears", "runner", "control")), name
    assert MODULES["test"] - MODULES["production"] >= {"kiosk.runner.play", "kiosk.visiting.control"}


def test_every_module_and_file_that_is_left_out_exists() -> None:
    for name in (*freeze.FOR_TESTS, *freeze.DEVELOPERS):
        path = freeze.ROOT.joinpath(*name.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), name
    for file in (*freeze.DATA_FOR_TESTS, *freeze.NOT_DATA):
        assert (freeze.ROOT / file).exists(), file


def imported_at_once(path: Path) -> Iterator[str]:
    """Modules that are loaded together with this one: its imports outside functions and TYPE_CHECKING."""
    waiting: list[ast.AST] = list(ast.parse(path.read_text("utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += ast.iter_child_nodes(node)


def test_no_module_of_the_production_build_needs_one_that_is_not_in_it() -> None:
    out = (*freeze.FOR_TESTS, *freeze.LIBRARIES_FOR_TESTS, *freeze.DEVELOPERS, *freeze.UNUSED)
    for name in sorted(MODULES["production"]):
        path = freeze.ROOT.joinpath(*name.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        wrong = [found for found in imported_at_once(file) if freeze.below(found, out)]
        assert not wrong, f"{name} loads {wrong}"


def test_the_data_of_a_build_is_what_the_rooms_read_and_no_source() -> None:
    production, test = ({Path(file) for file, _ in freeze.data(kind)} for kind in ("production", "test"))
    assert not any(file.suffix in (".py", ".pyc") for file in test)
    ours = {file for file in production if not file.is_relative_to(freeze.reading_models())}
    assert {file.name for file in production - ours} == set(freeze.READING)
    names = {file.relative_to(freeze.ROOT).as_posix() for file in ours}
    assert {"config/faults.toml", "config/events.toml", "screens/kv/frame.kv", "config/officialese.txt"} <= names
    named = {name for name in names if "sample" in name or "rehearsal" in name or "sources/" in name}
    assert named == {"config/regions/sample.toml"}  # the sample county's places, as the sample catalogue
    assert freeze.ROOT / "config/profiles/rehearsal.toml" in test


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("kivy_install/data/style.kv", True),
        ("kivy_install/data/keyboards/qwerty.json", False),
        ("village_terminal-0.1.0.dist-info/METADATA", True),
        ("village_terminal-0.1.0.dist-info/direct_url.json", False),
        ("cv2/data/haarcascade_eye.xml", False),
        ("libstdc++.so.6", False),
        ("escpos/capabilities.json", True),
    ],
)
def test_only_files_that_are_used_and_name_nobodys_folders_are_taken(target: str, wanted: bool) -> None:
    assert freeze.wanted_file(target) is wanted


# ---------------------------------------------------------------------- refusals


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "kind", lambda: "production")


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"profile": "test"}, "profile"),
        ({"county": County(embedded=True)}, "county.embedded"),
        *(
            ({"devices": Devices(**{field.name: "sim://x"})}, f"devices.{field.name}")
            for field in dataclasses.fields(Devices)
        ),
    ],
)
def test_a_production_build_refuses_settings_for_tests_and_names_them(change: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match="production build") as caught:
        build.refuse_test_parts(dataclasses.replace(Settings(), **change), control=False)
    assert said in str(caught.value)


@pytest.mark.usefixtures("production")
def test_a_production_build_refuses_a_control_socket_in_any_profile() -> None:
    for profile in ("production", "test"):
        with pytest.raises(SettingsError, match="control socket"):
            build.refuse_test_parts(Settings(profile=profile), control=True)


def test_a_production_build_takes_settings_for_a_hall(production: None) -> None:
    devices = Devices(id_card="sam:///dev/ttyUSB0", camera="camera:///dev/video0")
    build.refuse_test_parts(Settings(devices=devices, county=County(url="https://xian.example")), control=False)


def test_a_development_build_refuses_simulators_outside_a_test_profile() -> None:
    with pytest.raises(SettingsError, match="simulator"):
        build.refuse_test_parts(Settings(devices=Devices(camera="sim://camera")), control=False)
    build.refuse_test_parts(Settings(profile="test", devices=Devices(camera="sim://camera")), control=True)


def test_a_production_build_starts_no_simulators(production: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert roles.run_role(["simulators"]) == 1
    assert "production build" in capsys.readouterr().err


def test_a_frozen_app_whose_marker_is_lost_is_a_production_build(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build.kind() == "development"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert build.kind() == "production"


@pytest.mark.parametrize(("written", "kind"), [("test\n", "test"), ("production", "production"),
                                               ("development", "production"), ("Test", "production")])  # fmt: skip
def test_a_frozen_app_is_a_test_build_only_where_its_marker_says_just_that(
    written: str, kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "build_kind.txt").write_text(written)
    monkeypatch.setattr(build, "__file__", str(tmp_path / "build.py"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert build.kind() == kind

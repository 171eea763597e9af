"""What README and docs/ say of the program is so: commands exist, links lead somewhere, tables are current, nothing is
left out."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from config import settings
from config.catalogue import SHIPPED, load
from docs import tables
from gateway.commands import _parser as gateway_parser
from kiosk.cli.parser import parser as kiosk_parser
from matters.check import check
from matters.findings import Weight

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"(?<![\w./-])(kiosk|gateway) ([a-z][\w-]*(?: [a-z][\w-]*)?)((?: [^`\n#|，；。]*)?)")
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def verbs(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Every verb with its action, by name."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                below = verbs(inner)
                found.update({f"{name} {deeper}": each for deeper, each in below.items()} or {name: inner})
    return found


PROGRAMS = {"kiosk": verbs(kiosk_parser()), "gateway": verbs(gateway_parser())}


def code_of(page: Path) -> Iterator[str]:
    """The code of a page, a line or a span at a time."""
    for match in CODE.finditer(page.read_text("utf-8")):
        yield from (match[1] or match[2]).splitlines()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for line in code_of(page):
        for program, words, rest in COMMAND.findall(line):
            known = PROGRAMS[program]
            first, _, second = words.partition(" ")
            name = words if words in known else first
            assert name in known or any(verb.startswith(f"{name} ") for verb in known), f"{page.name}: {line}"
            if name not in known:
                assert not second, f"{page.name}: {line}"
                continue
            options = {option for action in known[name]._actions for option in action.option_strings}
            named = [word for word in shlex.split(rest.replace("'", " ")) if word.startswith("--")]
            assert set(named) <= options, f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for line in code_of(page):
        for target in re.findall(r"(?:^|[^\w])make ([a-z]+)", line):
            assert target in targets, f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if target.startswith(("https://", "http://")):
            continue
        path, _, heading = unquote(target).partition("#")
        file = page.parent / path if path else page
        assert file.exists(), f"{page.name}: {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in headings}, target


def test_the_vendor_handbook_names_every_verb() -> None:
    text = tables.VENDOR.read_text("utf-8")
    for program, known in PROGRAMS.items():
        missing = [name for name in known if f"{program} {name}" not in text]
        assert not missing, f"{program}: {missing}"


@pytest.mark.parametrize("page", [tables.STAFF, tables.VENDOR], ids=lambda page: page.name)
def test_the_tables_are_what_the_code_says(page: Path) -> None:
    assert tables.renewed(page) == page.read_text("utf-8"), "run: python -m docs.tables"


def test_every_setting_is_explained_and_nothing_else() -> None:
    said = tables.meanings()
    assert list(said["terminal"]) == [name for name, _, _ in tables.keys(tables.Settings)]
    assert list(said["gateway"]) == [name for name, _, _ in tables.keys(tables.GatewaySettings)]


def test_every_fault_card_stands_in_the_staff_handbook() -> None:
    families = {code.partition(".")[0] for code in tables.fault_cards()}
    assert families == set(tables.GROUPS)


def rows(text: str) -> set[str]:
    """The names in the first column of every table."""
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {name.strip() for cell in cells for name in cell.split(",")}


def test_every_dependency_is_accounted_for_and_nothing_else() -> None:
    lines = [*(ROOT / "requirements.in").read_text("utf-8").splitlines()]
    lines += (ROOT / "requirements-dev.in").read_text("utf-8").splitlines()
    wanted = {re.split(r"[=<>\[ ]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))}
    packages = (ROOT / "provision" / "debian-packages.txt").read_text("utf-8").splitlines()
    wanted |= {line.split()[0] for line in packages if line.strip() and not line.startswith("#")}
    named = rows((ROOT / "docs" / "dependencies.md").read_text("utf-8")) - {"package", "---"}
    assert named == wanted


def test_every_device_address_of_the_code_is_documented() -> None:
    from hardware.addresses import OPENERS

    text = (ROOT / "docs" / "devices.md").read_text("utf-8")
    schemes = {scheme for known in OPENERS.values() for scheme in known}
    assert not [scheme for scheme in schemes if f"`{scheme}://" not in text]


def test_every_address_in_the_documents_is_one_the_drivers_take() -> None:
    from hardware.addresses import OPENERS, parse

    text = (ROOT / "docs" / "devices.md").read_text("utf-8")
    schemes = {scheme for known in OPENERS.values() for scheme in known}
    found = re.findall(r"`([a-z+]+://[^`]*\w[^`]*)`", text)
    assert found
    for address in found:
        if not address.startswith("sim://") and "HOST:PORT" not in address:
            assert parse(address).scheme in schemes, address


def test_the_example_matter_of_the_clerks_guide_passes_the_check(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    example = next(re.finditer(r"```yaml\n(matter: .*?)```", text, re.DOTALL))[1]
    shutil.copytree(SHIPPED, tmp_path / "catalogue")
    (tmp_path / "catalogue" / "matters" / "pension.yaml").write_text(example, "utf-8")
    report = check(load(tmp_path / "catalogue"))
    wrong = [f for f in report.findings if f.weight is not Weight.UNKNOWN and "pension" in f.place.file]
    assert not report.failed
    assert not wrong


def test_every_key_of_a_matter_file_is_in_the_clerks_guide() -> None:
    source = (ROOT / "matters" / "build.py").read_text("utf-8")
    keys = set(re.findall(r"\.(?:text|texts|flag|number|one_of|table|each|raw)\(\s*\"(\w+)\"", source))
    text = (ROOT / "docs" / "catalogue.md").read_text("utf-8")
    assert not {key for key in keys if not re.search(rf"(?<!\w){key}(?!\w)", text)}


def test_every_example_of_settings_can_be_read(tmp_path: Path) -> None:
    examples = [
        textwrap.dedent(found)
        for page in PAGES
        for found in re.findall(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    ]
    examples = [text for text in examples if "[[step]]" not in text]  # visit scripts are read by a test of their own
    assert examples
    for text in examples:
        file = tmp_path / "settings.toml"
        file.write_text(text, "utf-8")
        assert settings.load(file).source


def test_every_room_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert not [room for room in folders if f"`{room}/`" not in text]


def test_pictures_of_the_documents_are_small() -> None:
    big = [path.name for path in (ROOT / "docs" / "pictures").iterdir() if path.stat().st_size > 120_000]
    assert not big

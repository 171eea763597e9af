"""Every expected failure has a fault card: picture, severity, actor and whole words."""

import ast
import functools
import re
from pathlib import Path

import pytest

from config import events, locales
from config.faults import CLASS_OF_DEVICE, UNKNOWN, fault_card, fault_cards, fault_words

ROOT = Path(__file__).parents[2]
FAMILIES = {code.partition(".")[0] for code in fault_cards()}
CODE = re.compile(rf"({'|'.join(sorted(FAMILIES))})\.[a-z]+(_[a-z]+)*")
# Where codes are made. Names of files and of the trail's events look the same; they are left out by hand.
NO_FAULTS = {"outbox.db", "terminal.json", "terminal.key", *events.load()}
ANSWERS = {"card.name", "card.id_number", "card.sex", "card.nation", "card.birth", "card.address", "card.issuer"}
BLAMING = re.compile("错误|非法|失败|无效|异常|请稍候|!|！")


def emitted(room: str) -> set[str]:
    """Every text in a room's source that has the form of a fault's code."""
    found = set()
    for file in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.add(node.value)
    return found - NO_FAULTS - ANSWERS


def made(room: str) -> set[str]:
    """The codes that a room gives to a fault's or a status' constructor."""
    found = set()
    for file in (ROOT / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Fault", "Failed", "Status"):
                for argument in node.args:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value:
                        found.add(argument.value)
    return found


def test_the_scan_sees_the_codes_that_drivers_give() -> None:
    assert {"card.removed_early", "reader.absent", "reader.garbled"} <= emitted("hardware")


@pytest.mark.parametrize("room", ["hardware", "offline"])
def test_every_code_that_a_room_emits_has_a_card(room: str) -> None:
    assert emitted(room) <= set(fault_cards())


@pytest.mark.parametrize("code", sorted(fault_cards()))
def test_a_card_has_all_its_words_in_plain_language(code: str) -> None:
    words = fault_words(code, locales.load())
    assert 1 < len(words.short) <= 6
    assert 1 < len(words.title) <= 14
    for text in (words.title, words.text, words.staff):
        assert text
        assert not BLAMING.search(text), text
        for clause in re.split("[，。；：？「」、]", text):
            assert len(clause) <= 16, clause
    assert words.staff.endswith("。")


@pytest.mark.parametrize("code", sorted(fault_cards()))
def test_the_picture_of_a_card_is_there(code: str) -> None:
    pictures = {file.name.partition("@")[0] for file in (ROOT / "screens/assets/pictures").glob("*.png")}
    assert fault_card(code).picture in pictures


def test_there_are_no_words_without_a_card() -> None:
    keys = [key for key in set(locales.load().keys()) if key.startswith("fault.")]
    named = {key.removeprefix("fault.").rpartition(".")[0] for key in keys}
    assert named == set(fault_cards())


def test_a_device_is_known_by_its_name_in_the_settings_too() -> None:
    for device in CLASS_OF_DEVICE:
        assert fault_card(f"{device}.absent").code == f"{CLASS_OF_DEVICE[device]}.absent"


def test_a_code_without_a_card_still_has_something_true_to_say() -> None:
    assert fault_card("toaster.burnt").code == UNKNOWN


@functools.cache
def pieces() -> set[str]:
    """Texts in the program's source, and the constant parts of those put together from several."""
    rooms = ("kiosk", "hardware", "offline", "matters", "screens", "wire", "papers", "gateway")
    files = [file for room in rooms for file in (ROOT / room).rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@pytest.mark.parametrize("code", sorted(fault_cards()))
def test_there_is_no_card_for_what_nothing_ever_says(code: str) -> None:
    family, _, what = code.partition(".")
    ours = {f"{family}.{what}", f".{what}", what, f"{family.removeprefix('face_')}.{what}"}
    assert pieces() & ours, code

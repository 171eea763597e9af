"""The common part of the type: light to open, and enough for what the terminal itself says."""

import tomllib
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from config import fonts

LOCALES = Path(fonts.__file__).parent / "locales" / "zh"


def texts(value: object) -> str:
    """All text in a table."""
    if isinstance(value, str):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return "".join(texts(one) for one in inner)


@pytest.mark.parametrize("file", sorted(LOCALES.glob("*.toml")), ids=lambda file: file.stem)
def test_what_the_terminal_says_is_drawn_by_the_common_part(file: Path) -> None:
    said = set(texts(tomllib.loads(file.read_text("utf-8")))) - {"\n"}
    assert said
    for bold in (False, True):
        assert said - fonts.common_characters(bold) == set()


@pytest.mark.parametrize("bold", [False, True])
def test_the_common_part_draws_nothing_that_the_whole_face_does_not(bold: bool) -> None:
    common = fonts.common_characters(bold)
    assert common == {chr(code) for code in TTFont(fonts.COMMON[bold], lazy=True).getBestCmap()}
    assert {ord(c) for c in common} < set(TTFont(fonts.path(bold), lazy=True).getBestCmap())
    assert not common & set("䶮𠮷㐂囧喆"), "rare characters are left to the whole face"

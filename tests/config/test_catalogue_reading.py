"""Catalogue files: read with file and line, refused clearly, in bounded time and memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.catalogue import SHIPPED, CatalogueError, load, parse
from config.catalogue.reading import DEPTH_MOST, FILE_BYTES_MOST, plain


def refused(raw: bytes) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        parse(raw, "x.yaml")
    return caught.value


def test_a_value_knows_its_file_and_line() -> None:
    root = parse("a: 1\nb:\n  - 甲\n  - {c: 乙}\n".encode(), "x.yaml")
    assert isinstance(root.value, dict)
    inner = root.value["b"].value
    assert isinstance(inner, list)
    assert (inner[1].file, inner[1].line) == ("x.yaml", 4)


def test_words_stay_words() -> None:
    """YAML's guesses (no, 010, 2026-01-01, 1e3, ~) are what makes a clerk's code or date wrong."""
    raw = b"a: no\nb: 010\nc: 2026-01-01\nd: 1e3\ne: ~\nf: 0x10\ng:\n"
    assert plain(parse(raw, "x")) == {
        "a": "no", "b": "010", "c": "2026-01-01", "d": "1e3", "e": "~", "f": "0x10", "g": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"a: 1\nb: [1, 2\n", "catalogue.yaml", 3),
        (b"a: 1\n\tb: 2\n", "catalogue.yaml", 2),
        (b"a: &x 1\nb: *x\n", "catalogue.alias", 1),
        (b"a: 1\nb: *x\n", "catalogue.alias", 2),
        (b"a: 1\n<<: {b: 2}\n", "catalogue.alias", 2),
        (b"a: !!python/object/apply:os.system [ls]\n", "catalogue.tag", 1),
        (b"a: 1\nb: 2\na: 3\n", "catalogue.twice", 3),
        (b"? [1, 2]\n: 3\n", "catalogue.key", 1),
        (b"a: 1\n---\nb: 2\n", "catalogue.documents", 2),
        ("a: 甲\n".encode("gb18030"), "catalogue.encoding", 1),
        ("a: 甲\n".encode("utf-16"), "catalogue.encoding", 1),
        (b"a: 1\nb: \x00\n", "catalogue.encoding", 2),
        (b"", "catalogue.empty", 0),
        (b"# nothing\n", "catalogue.empty", 0),
        (b"a: " + b"[" * 50_000 + b"]" * 50_000, "catalogue.deep", 1),
        (b"a: " + b"[" * 300_000, "catalogue.deep", 1),
        (b"- " * 50_000 + b"1", "catalogue.deep", 1),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(raw: bytes, code: str, line: int) -> None:
    error = refused(raw)
    assert (error.code, error.line) == (code, line)
    assert str(error).startswith("x.yaml")


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    rows = [b"a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    rows += [b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
    error = refused(b"\n".join(rows))
    assert (error.code, error.line) == ("catalogue.alias", 1)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert plain(parse(b"[" * DEPTH_MOST + b"]" * DEPTH_MOST, "x")) is not None


def test_a_file_of_fifty_megabytes_is_refused_after_reading_no_more_than_the_limit(tmp_path: Path) -> None:
    big = tmp_path / "big.yaml"
    with big.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(CatalogueError) as caught:
        load(tmp_path)
    assert caught.value.code == "catalogue.too_large"
    assert FILE_BYTES_MOST < 50_000_000


def test_a_folder_without_files_is_said_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(CatalogueError) as caught:
            load(folder)
        assert caught.value.code == "catalogue.absent"


def test_a_mark_that_windows_editors_put_in_front_is_not_part_of_the_text() -> None:
    assert plain(parse("\ufeffa: 甲\n".encode(), "x")) == {"a": "甲"}


def code_of(raw: bytes) -> str:
    """The refusal's code, or catalogue.read. Anything else that is raised fails the test."""
    try:
        plain(parse(raw, "x"))
    except CatalogueError as error:
        return error.code
    return "catalogue.read"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_data_or_a_clear_error(raw: bytes) -> None:
    assert code_of(raw).startswith("catalogue.")


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab: -[]{}#&*!|>'\"\n\t,?%@`甲", max_size=120))
def test_any_text_like_yaml_is_data_or_a_clear_error(text: str) -> None:
    assert code_of(text.encode()).startswith("catalogue.")


def test_the_shipped_folder_is_read_whole() -> None:
    files = load(SHIPPED)
    assert "catalogue.yaml" in files
    assert sum(name.startswith("matters/") for name in files) >= 8

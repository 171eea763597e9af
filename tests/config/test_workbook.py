"""A catalogue as a workbook and back: nothing lost; whatever a clerk gets wrong is said with sheet and cell."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from config import locales
from config.catalogue import SHIPPED, CatalogueError, Located, load, parse, unbook, workbook, writing
from config.catalogue.cells import NotACell, from_cell, to_cell
from config.catalogue.reading import plain
from config.catalogue.sheets import LISTED, SHEETS
from config.catalogue.unbook import WorkbookError

ZH, EN = locales.load("zh"), locales.load("en")
text = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "yes", "是", "no", "unknown", "@x", "=1+1", "'0", "a\nb", " x", "_x0041_", "直办", "01", "-30"]
    ),
)
names = st.text("abcdeé甲_-", min_size=1, max_size=4)
plains = st.recursive(
    text, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(names, text), inner, max_size=3)
)


def keyed(*keys: str) -> st.SearchStrategy[dict[str, Any]]:
    """Tables with some of these keys, and now and then another."""
    known = st.dictionaries(st.sampled_from(keys), plains, max_size=5)
    return st.tuples(known, st.dictionaries(st.one_of(names, text), plains, max_size=1)).map(lambda t: {**t[1], **t[0]})


option = keyed("id", "title", "when", "sex")
entry = st.one_of(
    text, plains, keyed("id", "title", "when", "limit", "steps", "for", "kind", "confidence", "exempt", "options"),
    st.fixed_dictionaries(
        {"id": names, "title": text},
        optional={
            "options": st.lists(option, max_size=3), "exempt": st.lists(keyed("reason", "words"), max_size=2),
            "clauses": st.lists(st.one_of(text, keyed("text", "when")), max_size=2), "usual": text, "village": text,
            "limit": st.dictionaries(st.sampled_from(["statutory", "committed", "note", "more"]), text, max_size=3),
        },
    ),
)  # fmt: skip
lists = st.dictionaries(st.sampled_from([*SHEETS["matters"].lists, *LISTED]), st.lists(entry, max_size=3), max_size=3)
matter = st.tuples(st.one_of(names, text), keyed("title", "names", "limit", "ages", "items"), lists).map(
    lambda t: {**t[1], **t[2], "matter": t[0]}
)
head = st.tuples(names, st.dictionaries(text, text, max_size=3), st.lists(entry, max_size=2)).map(
    lambda t: {"catalogue": t[0], "version": "1", "words": t[1], "events": t[2]}
)
documents = st.dictionaries(
    st.one_of(names.map(lambda name: f"{name}.yaml"), text), st.one_of(matter, head, lists, plains), max_size=4
)


@functools.cache
def small() -> dict[str, Located]:
    """The shared files and three matters of what ships."""
    kept = ("pension", "newborn", "birth_registration")
    return {
        name: document for name, document in load(SHIPPED).items()
        if not name.startswith("matters/") or name.rpartition("/")[2].removesuffix(".yaml") in kept
    }  # fmt: skip


@functools.cache
def book_of_small() -> bytes:
    return workbook.write(small(), ZH)


def located(content: Any) -> Located:
    if isinstance(content, dict):
        return Located({key: located(one) for key, one in content.items()}, "", 1)
    return Located([located(one) for one in content] if isinstance(content, list) else content, "", 1)


def back(files: dict[str, Any], words: locales.Locale = ZH) -> dict[str, Any]:
    there = workbook.write({name: located(content) for name, content in files.items()}, words)
    return {name: plain(document) for name, document in unbook.read(there, words).items()}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_any_catalogue_comes_back_from_its_rows_as_it_was(files: dict[str, Any]) -> None:
    rows = workbook.rows_of({name: located(content) for name, content in files.items()})
    assert {name: plain(document) for name, document in unbook.from_rows(rows).items()} == files


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(documents, st.sampled_from([ZH, EN]))
def test_any_catalogue_comes_back_from_its_workbook_as_it_was(files: dict[str, Any], words: locales.Locale) -> None:
    assert back(files, words) == files


@given(plains, st.sampled_from(["text", "lines", "when"]))
def test_any_value_comes_back_from_its_cell(value: Any, kind: str) -> None:
    assert from_cell(to_cell(value, kind), kind) == value


@given(plains)
def test_any_file_written_reads_the_same_or_is_one_that_no_file_can_hold(content: Any) -> None:
    try:
        read = plain(parse(writing.dump(content).encode("utf-8", "surrogatepass"), "x.yaml"))
    except CatalogueError:
        return
    assert read == content


def test_what_ships_comes_back_and_its_files_read_the_same() -> None:
    shipped = {name: plain(document) for name, document in load(SHIPPED).items()}
    assert back(shipped) == shipped
    written = {name: plain(parse(raw, name)) for name, raw in writing.files(load(SHIPPED)).items()}
    assert written == shipped


def test_a_clerk_finds_chinese_headings_lists_to_choose_from_and_notes() -> None:
    book = openpyxl.load_workbook(io.BytesIO(book_of_small()))
    assert book.sheetnames[:3] == ["先看这里", "总表", "首页格子"]
    page = book["材料"]
    headings = {page.cell(2, at).value: page.cell(1, at) for at in range(1, page.max_column + 1)}
    assert headings["title"].value == "大家怎么叫"
    assert headings["of"].comment is not None
    lists = {str(check.formula1) for check in page.data_validations.dataValidation}
    assert '"原件,复印件,表"' in lists
    assert page.freeze_panes is not None
    for sheet in book.worksheets[1:]:
        for at in range(1, sheet.max_column + 1):
            assert (
                f"workbook.column.{sheet.cell(2, at).value}" in ZH or sheet.cell(1, at).value == sheet.cell(2, at).value
            )


def changed(change: Callable[[Any], None]) -> WorkbookError:
    book = openpyxl.load_workbook(io.BytesIO(book_of_small()))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    with pytest.raises(WorkbookError) as caught:
        unbook.read(stream.getvalue(), ZH)
    return caught.value


def put(sheet: str, row: int, key: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        page = book[sheet]
        at = next(cell.column for cell in page[2] if cell.value == key)
        page.cell(row, at).value = value

    return change


@pytest.mark.parametrize(
    ("change", "code", "sheet", "column"),
    [
        (put("材料", 3, "of", "nobody"), "workbook.of_unknown", "材料", "of"),
        (put("材料", 3, "of", None), "workbook.no_of", "材料", "of"),
        (put("材料", 3, "when", "结婚了"), "workbook.condition", "材料", "when"),
        (put("选项", 3, "owner", "nobody"), "workbook.owner_unknown", "选项", "owner"),
        (put("事", 4, "file", "../x.yaml"), "workbook.file_name", "事", "file"),
        (put("事", 4, "limit.note", "@{"), "workbook.json", "事", "limit.note"),
        (put("事", 2, "title", "matter"), "workbook.key_twice", "事", ""),
        (put("事", 2, "matter", None), "workbook.keys", "事", ""),
    ],
)
def test_what_a_clerk_gets_wrong_is_said_with_sheet_and_cell_and_how_to_mend_it(
    change: Callable[[Any], None], code: str, sheet: str, column: str
) -> None:
    error = changed(change)
    assert (error.code, error.sheet) == (code, sheet)
    assert error.cell
    said = error.said(ZH)
    assert f"「{sheet}」{error.cell}" in said
    assert "请" in said


def test_a_matter_twice_or_an_unknown_sheet_is_said() -> None:
    def twice(book: Any) -> None:
        page = book["事"]
        page.cell(4, 2).value = page.cell(3, 2).value

    assert changed(twice).code == "workbook.matter_twice"
    assert changed(lambda book: book.create_sheet("新表")).code == "workbook.sheet_unknown"


def test_numbers_dates_and_truth_that_a_clerk_types_are_texts_as_meant() -> None:
    book = openpyxl.load_workbook(io.BytesIO(book_of_small()))
    put("事", 3, "reply_days", 7)(book)
    put("事", 4, "reply_days", 7.0)(book)
    stream = io.BytesIO()
    book.save(stream)
    found = unbook.read(stream.getvalue(), ZH)
    names = [row["file"] for row in workbook.rows_of(small())["matters"][:2]]
    assert [found[name].value["reply_days"].value for name in names] == ["7", "7"]  # type: ignore[call-overload, index]


def test_a_finding_in_a_catalogue_from_a_workbook_names_the_sheet_and_cell() -> None:
    from matters.build import build

    book = openpyxl.load_workbook(io.BytesIO(book_of_small()))
    put("材料", 3, "pages", "三")(book)
    stream = io.BytesIO()
    book.save(stream)
    findings = build(unbook.read(stream.getvalue(), ZH)).findings
    assert any(finding.place.file.startswith("材料!") and finding.place.line == 3 for finding in findings)


@pytest.mark.parametrize("data", [b"", b"PK\3\4 nothing", b"matter: x\n"])
def test_what_is_no_workbook_is_said(data: bytes) -> None:
    with pytest.raises(WorkbookError, match=r"workbook\.no_workbook"):
        unbook.read(data, ZH)


def test_a_text_that_no_cell_can_hold_is_refused() -> None:
    with pytest.raises(NotACell, match=r"workbook\.long"):
        to_cell("长" * 40_000)


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unbook, "UNPACKED_BYTES_MOST", 3_000_000)

    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        for number in range(4):
            parts.writestr(f"xl/{number}", b"\0" * 1_000_000)
    with pytest.raises(WorkbookError, match=r"workbook\.large"):
        unbook.read(bomb.read_bytes(), ZH)

"""A workbook back into a catalogue's files. Whatever is wrong is said with sheet, cell and what to do about it."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.catalogue.cells import NotACell, Plain, from_cell
from config.catalogue.reading import Located
from config.catalogue.sheets import (
    BARE,
    FILE,
    FILES_OF,
    LIST,
    NESTED,
    OF,
    OWNER,
    SECOND,
    SHEETS,
    YES_NO,
    Sheet,
    file_fits,
    places,
)
from config.locales import Locale

BOOK_BYTES_MOST = 20_000_000
UNPACKED_BYTES_MOST = 300_000_000
ROWS_MOST = 100_000
COLUMNS_MOST = 200


class WorkbookError(ValueError):
    """`code`: workbook.*, with a text in the locales; `sheet`, `cell` say where ("" for the whole)."""

    def __init__(self, code: str, sheet: str = "", cell: str = "", detail: str = "") -> None:
        super().__init__(" ".join(part for part in (code, sheet, cell, detail) if part))
        self.code, self.sheet, self.cell, self.detail = code, sheet, cell, detail

    def said(self, words: Locale) -> str:
        """In a sentence: where, what, and how to mend it."""
        where = words("workbook.at", sheet=self.sheet, cell=self.cell) if self.sheet else ""
        return where + words(f"error.{self.code}" if f"error.{self.code}" in words else self.code, detail=self.detail)


@dataclass(frozen=True)
class _Cell:
    value: Plain
    at: str  # e.g. C7


@dataclass
class _Row:
    sheet: str  # its title
    number: int
    cells: dict[str, _Cell]

    def text(self, key: str) -> str:
        cell = self.cells.get(key)
        return cell.value if cell is not None and isinstance(cell.value, str) else ""

    def where(self, key: str = "") -> str:
        return self.cells[key].at if key in self.cells else f"A{self.number}"


def read(data: bytes, words: Locale) -> dict[str, Located]:
    """The files of a catalogue, by their paths, each value with its sheet and cell. Raises WorkbookError."""
    return _Unbooking(dict(_pages(data, words))).documents()


def from_rows(rows: Mapping[str, list[dict[str, str]]]) -> dict[str, Located]:
    """The files of rows as config.catalogue.workbook.rows_of makes them. Raises WorkbookError, NotACell."""
    pages = {}
    for name, each in rows.items():
        sheet = SHEETS[name]
        pages[name] = [
            _Row(
                name,
                number,
                {k: _Cell(from_cell(text, sheet.column(k).kind), f"{k}{number}") for k, text in row.items()},
            )
            for number, row in enumerate(each, 3)
        ]
    return _Unbooking(pages).documents()


def _pages(data: bytes, words: Locale) -> Iterator[tuple[str, list[_Row]]]:
    from openpyxl import load_workbook

    if len(data) > BOOK_BYTES_MOST:
        raise WorkbookError("workbook.large", detail=str(BOOK_BYTES_MOST))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_BYTES_MOST:
                raise WorkbookError("workbook.large", detail=str(UNPACKED_BYTES_MOST))
        book = load_workbook(io.BytesIO(data), data_only=True)
    except WorkbookError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a library of formats says of what is none
        raise WorkbookError("workbook.no_workbook", detail=type(error).__name__) from None
    titles = {words(f"workbook.sheet.{name}"): name for name in SHEETS} | {name: name for name in SHEETS}
    for page in book.worksheets:
        if page.title == words("workbook.sheet.read_me"):
            continue
        if page.title not in titles:
            raise WorkbookError("workbook.sheet_unknown", page.title, "A1", "、".join(list(titles)[: len(SHEETS)]))
        if page.max_row > ROWS_MOST or page.max_column > COLUMNS_MOST:
            raise WorkbookError("workbook.large", page.title, detail=str(ROWS_MOST))
        sheet = SHEETS[titles[page.title]]
        yield sheet.id, list(_rows(page, sheet, words))


def _rows(page: Any, sheet: Sheet, words: Locale) -> Iterator[_Row]:
    keys: dict[int, str] = {}
    for cell in page[2] if page.max_row >= 2 else ():
        if cell.value not in (None, ""):
            key = str(cell.value).strip()
            if key in keys.values():
                raise WorkbookError("workbook.key_twice", page.title, cell.coordinate, key)
            keys[cell.column] = key
    for needed in (*places(sheet), *(column.key for column in sheet.columns[:1])):
        if needed not in keys.values() and needed != BARE:
            raise WorkbookError("workbook.keys", page.title, "A2", needed)
    for line in page.iter_rows(min_row=3):
        cells: dict[str, _Cell] = {}
        for cell in line:
            text = _text(cell.value)
            if text is None:
                continue
            if cell.column not in keys:
                raise WorkbookError("workbook.no_key", page.title, cell.coordinate, text[:20])
            key = keys[cell.column]
            column = sheet.column(key)
            choices = YES_NO if key == BARE else column.choices
            try:
                value = _code(words, key, text, choices) or from_cell(text, column.kind)
            except NotACell as error:
                raise WorkbookError(error.code, page.title, cell.coordinate, error.detail) from None
            cells[key] = _Cell(value, cell.coordinate)
        if cells:
            yield _Row(page.title, line[0].row, cells)


def _code(words: Locale, key: str, text: str, choices: tuple[str, ...]) -> str:
    from config.catalogue.workbook import _label

    return next((code for code in choices if _label(words, key, code) == text.strip()), "")


def _text(value: object) -> str | None:
    """What stands in a cell, as a text: numbers, dates and truth as a clerk means them. None: nothing."""
    match value:
        case None:
            return None
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime.datetime() | datetime.date():
            return value.strftime("%Y-%m-%d")
        case _:
            return str(value) if str(value).strip() else None


class _Unbooking:
    """Rows put together again."""

    def __init__(self, pages: Mapping[str, list[_Row]]) -> None:
        self.pages = pages
        self.files: dict[str, tuple[_Row, dict[str, Located]]] = {}
        self.owners: dict[tuple[str, str, str], dict[str, Located]] = {}  # of, sheet, id
        self.of: dict[str, dict[str, Located]] = {}

    def rows(self, name: str) -> list[_Row]:
        return self.pages.get(name, [])

    def documents(self) -> dict[str, Located]:
        for name, key in (("head", "catalogue"), ("matters", "matter")):
            for row in self.rows(name):
                table = self._table(SHEETS[name], row)
                self._file(row, row.text(FILE), table)
                if name == "matters":
                    matter = row.text(key)
                    if not matter or matter in self.of:
                        raise WorkbookError("workbook.matter_twice" if matter else "workbook.no_id", row.sheet,
                                            row.where(key), matter)  # fmt: skip
                    self.of[matter] = table
        self._head()
        for name, sheet in SHEETS.items():
            if OF in places(sheet) and name not in SECOND:
                for row in self.rows(name):
                    self._entry(sheet, row, self._belongs(row))
        for name in SECOND:
            for row in self.rows(name):
                self._second(SHEETS[name], row)
        found = {
            name: Located(table, f"{row.sheet}!{row.where()}", row.number) for name, (row, table) in self.files.items()
        }
        for row in self.rows("rest"):
            content = row.cells.get("content")
            named = row.cells.get(FILE)
            if content is None or named is None or not isinstance(content.value, list) or len(content.value) != 2:
                raise WorkbookError("workbook.rest", row.sheet, row.where("content"))
            if row.text(FILE) in found:
                raise WorkbookError("workbook.file_twice", row.sheet, row.where(FILE), row.text(FILE))
            found[row.text(FILE)] = _located(content.value[1], f"{row.sheet}!{content.at}", row.number)
        return found

    def _file(self, row: _Row, name: str, table: dict[str, Located]) -> None:
        if not file_fits(name):
            raise WorkbookError("workbook.file_name", row.sheet, row.where(FILE), name)
        if name in self.files:
            raise WorkbookError("workbook.file_twice", row.sheet, row.where(FILE), name)
        self.files[name] = (row, table)

    def _head(self) -> None:
        heads = [table for row, table in self.files.values() if "catalogue" in table and "matter" not in table]
        for name in ("events", "words"):
            rows = self.rows(name)
            if rows and len(heads) != 1:
                raise WorkbookError("workbook.one_head", rows[0].sheet, rows[0].where(), str(len(heads)))
        if self.rows("events"):
            entries = [
                Located(self._table(SHEETS["events"], row), f"{row.sheet}!{row.where()}", row.number)
                for row in self.rows("events")
            ]
            heads[0]["events"] = Located(entries, entries[0].file, entries[0].line)
        if self.rows("words"):
            said: dict[str, Located] = {}
            for row in self.rows("words"):
                key = row.text("key")
                if not key and "key" not in row.cells:
                    raise WorkbookError("workbook.no_id", row.sheet, row.where("key"))
                if key in said:
                    raise WorkbookError("workbook.key_twice", row.sheet, row.where("key"), key)
                cell = row.cells.get("text", _Cell("", row.where()))
                said[key] = _located(cell.value, f"{row.sheet}!{cell.at}", row.number)
            first = self.rows("words")[0]
            heads[0]["words"] = Located(said, f"{first.sheet}!{first.where()}", first.number)

    def _belongs(self, row: _Row) -> str:
        of = row.text(OF)
        if not of:
            raise WorkbookError("workbook.no_of", row.sheet, f"A{row.number}")
        if of.startswith(FILES_OF):
            name = of.removeprefix(FILES_OF)
            if name not in self.files:
                self._file(row, name, {})
            self.of.setdefault(of, self.files[name][1])
        elif of not in self.of:
            raise WorkbookError("workbook.of_unknown", row.sheet, row.where(OF), of)
        return of

    def _entry(self, sheet: Sheet, row: _Row, of: str) -> None:
        made = self._made(sheet, row)
        _append(self.of[of], sheet.id, made)
        if isinstance(made.value, dict) and (own := row.text("id")) and sheet.lists:
            if (of, sheet.id, own) in self.owners:
                self.owners[of, sheet.id, own] = {}  # two of one id: nothing can be said to be one's
            else:
                self.owners[of, sheet.id, own] = made.value

    def _second(self, sheet: Sheet, row: _Row) -> None:
        of, kind, own = self._belongs(row), row.text(LIST), row.text(OWNER)
        owner = self.owners.get((of, kind, own))
        if not owner:
            raise WorkbookError("workbook.owner_unknown", row.sheet, row.where(OWNER), f"{of} {kind} {own}".strip())
        _append(owner, sheet.id, self._made(sheet, row))

    def _made(self, sheet: Sheet, row: _Row) -> Located:
        place = f"{row.sheet}!{row.where()}"
        if row.text(BARE) == "yes" and sheet.bare:
            more = [key for key in row.cells if key not in places(sheet) and key != sheet.bare]
            if more or not row.text(sheet.bare):
                key = more[0] if more else sheet.bare
                raise WorkbookError("workbook.bare", row.sheet, row.where(key), key)
            return Located(row.text(sheet.bare), place, row.number)
        return Located(self._table(sheet, row), place, row.number)

    def _table(self, sheet: Sheet, row: _Row) -> dict[str, Located]:
        table: dict[str, Located] = {}
        for key, cell in row.cells.items():
            if key in places(sheet):
                continue
            one = _located(cell.value, f"{row.sheet}!{cell.at}", row.number)
            outer, dot, inner = key.partition(".")
            if dot and outer in NESTED:
                if outer in row.cells:
                    raise WorkbookError("workbook.key_twice", row.sheet, cell.at, key)
                held = table.setdefault(outer, Located({}, one.file, one.line))
                assert isinstance(held.value, dict)  # noqa: S101 - made just above
                held.value[inner] = one
            else:
                table[key] = one
        return table


def _append(table: dict[str, Located], key: str, one: Located) -> None:
    held = table.get(key)
    if held is None or not isinstance(held.value, list):
        table[key] = Located([one], one.file, one.line)
    else:
        held.value.append(one)


def _located(value: Plain, file: str, line: int) -> Located:
    if isinstance(value, dict):
        return Located({key: _located(one, file, line) for key, one in value.items()}, file, line)
    if isinstance(value, list):
        return Located([_located(one, file, line) for one in value], file, line)
    return Located(value, file, line)

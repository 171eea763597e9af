"""A catalogue's files as rows of sheets, and as a workbook that Excel, WPS and LibreOffice open. Nothing is lost: rows
back into files (config.catalogue.unbook) give the same files. Remarks (#) and the order of keys are not in it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.catalogue.cells import Plain, simple, to_cell
from config.catalogue.reading import Located, plain
from config.catalogue.sheets import (
    BARE,
    FILE,
    FILES_OF,
    LIST,
    LISTED,
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

Row = dict[str, str]
Rows = dict[str, list[Row]]


@dataclass
class _Booking:
    rows: Rows = field(default_factory=lambda: {name: [] for name in SHEETS})

    def table(self, sheet: Sheet, where: Row, value: Mapping[str, Plain], of: str) -> Row:
        """One row, and the rows of its lists on their own sheets."""
        row = dict(where)
        said = value.get("id", "")
        own = said if isinstance(said, str) else ""
        for key, one in value.items():
            if key in NESTED and isinstance(one, dict) and self._spread(sheet, row, key, one):
                continue
            if key in sheet.lists and self._listed(sheet, key, one, of, own):
                continue
            row[key] = to_cell(one, sheet.column(key).kind)
        return row

    def _spread(self, sheet: Sheet, row: Row, key: str, value: Mapping[str, Plain]) -> bool:
        names = [f"{key}.{name}" for name in value]
        known = {column.key for column in sheet.columns}
        if not value or not all(name in known for name in names):
            return False
        if not all(isinstance(one, str) and simple(one) for one in value.values()):
            return False
        row.update({f"{key}.{name}": str(one) for name, one in value.items()})
        return True

    def _listed(self, sheet: Sheet, key: str, value: Plain, of: str, own: str) -> bool:
        """Whether a list could be laid out on its sheet; else it stays in its cell."""
        there = SHEETS[key]
        if not isinstance(value, list) or not value or (key in SECOND and not simple(own)):
            return False
        for one in value:
            if isinstance(one, str):
                if not there.bare or not simple(one):
                    return False
            elif not isinstance(one, dict) or not one or not _keys_fit(one, there):
                return False
        ids = Counter(str(one.get("id", "")) for one in value if isinstance(one, dict))
        where = {OF: of} if OF in places(there) else {}
        if key in SECOND:
            where |= {LIST: sheet.id, OWNER: own}
        for one in value:
            if not isinstance(one, dict):
                self.rows[key].append({**where, BARE: "yes", there.bare: str(one)})
                continue
            alone = Sheet(
                there.id, there.columns, bare=there.bare
            )  # two of one id: their own lists stay in their cells
            unique = not there.lists or ids[str(one.get("id", ""))] == 1
            self.rows[key].append(self.table(there if unique else alone, where, one, of))
        return True


def _keys_fit(value: Mapping[str, Plain], sheet: Sheet) -> bool:
    """Whether every key can be a column's."""
    return all(simple(key) and key not in places(sheet) and "." not in key for key in value)


def rows_of(documents: Mapping[str, Located]) -> Rows:
    """A catalogue's files as rows, sheet by sheet. Raises NotACell workbook.long for a text that no cell can hold."""
    booking = _Booking()
    heads: list[Mapping[str, Plain]] = []
    ids: Counter[str] = Counter()
    contents: dict[str, Plain] = {name: plain(document) for name, document in documents.items()}  # type: ignore[misc]
    for content in contents.values():
        if isinstance(content, dict):
            ids[str(content.get("matter", ""))] += 1
            heads += [content] if "catalogue" in content else []
    for name, content in contents.items():
        if not (isinstance(content, dict) and simple(name) and file_fits(name) and _book(
            booking, name, content, only_head=len(heads) == 1, ids=ids
        )):  # fmt: skip
            booking.rows["rest"].append({FILE: to_cell(name), "content": to_cell(["", content])})
    return booking.rows


def _book(booking: _Booking, name: str, content: Mapping[str, Plain], *, only_head: bool, ids: Counter[str]) -> bool:
    """Whether a file could be laid out. One that no sheet is made for goes to `rest` as it is."""
    if "catalogue" in content:
        words = content.get("words")
        if not only_head or "matter" in content or not _keys_fit(content, SHEETS["head"]):
            return False
        left = dict(content)
        if isinstance(words, dict) and words:
            del left["words"]
            booking.rows["words"] += [{"key": to_cell(key), "text": to_cell(one)} for key, one in words.items()]
        booking.rows["head"].append(booking.table(SHEETS["head"], {FILE: name}, left, name))
        return True
    if "matter" in content:
        matter = content["matter"]
        fits = isinstance(matter, str) and simple(matter) and not matter.startswith(FILES_OF) and ids[matter] == 1
        if not fits or not _keys_fit(content, SHEETS["matters"]):
            return False
        booking.rows["matters"].append(booking.table(SHEETS["matters"], {FILE: name}, content, str(matter)))
        return True
    shared = Sheet("shared", (), LISTED)
    if not content or not all(key in LISTED for key in content):
        return False
    trial = _Booking()
    if not all(trial._listed(shared, key, one, FILES_OF + name, "") for key, one in content.items()):
        return False
    for sheet, rows in trial.rows.items():
        booking.rows[sheet] += rows
    return True


# ---------------------------------------------------------------- as a file


def write(documents: Mapping[str, Located], words: Locale) -> bytes:
    """The workbook: headings in the language of `words`, the keys below them, lists to choose from, notes."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    top = book.worksheets[0]
    top.title = words("workbook.sheet.read_me")
    for number, line in enumerate(words("workbook.read_me").split("\n"), 1):
        top.cell(number, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    top.cell(1, 1).font = Font(bold=True, size=14)
    top.column_dimensions["A"].width = 100
    head_fill, key_fill = PatternFill("solid", fgColor="1F4E79"), PatternFill("solid", fgColor="DDE6EF")
    for name, rows in rows_of(documents).items():
        sheet = SHEETS[name]
        if name == "rest" and not rows:
            continue
        keys = [*places(sheet), *(column.key for column in sheet.columns if column.key not in places(sheet))]
        keys += sorted({key for row in rows for key in row} - set(keys))
        page = book.create_sheet(words(f"workbook.sheet.{name}"))
        for at, key in enumerate(keys, 1):
            heading = page.cell(1, at, _heading(words, key))
            heading.font, heading.fill = Font(bold=True, color="FFFFFF"), head_fill
            heading.alignment = Alignment(wrap_text=True, vertical="center")
            page.cell(2, at, key).font = Font(size=8, color="5F6B76")
            page.cell(2, at).fill = key_fill
            column = sheet.column(key)
            if note := _note(words, column.kind, key):
                heading.comment = Comment(note, words("workbook.author"), height=120, width=260)
            letter = get_column_letter(at)
            page.column_dimensions[letter].width = _width(key, column.kind)
            choices = YES_NO if key == BARE else column.choices
            if choices:
                labels = [_label(words, key, code) for code in choices]
                check = DataValidation("list", formula1='"' + ",".join(labels) + '"', allow_blank=True)
                check.error, check.errorTitle = words("workbook.choose"), words("workbook.choose_title")
                check.showErrorMessage = True
                check.errorStyle = "warning"
                check.add(f"{letter}3:{letter}5000")
                page.add_data_validation(check)
        for at, row in enumerate(rows, 3):
            for number, key in enumerate(keys, 1):
                if key in row:
                    choices = YES_NO if key == BARE else sheet.column(key).choices
                    text = (
                        _label(words, key, row[key]) if row[key] in choices else _escaped(words, key, row[key], choices)
                    )
                    cell = page.cell(at, number)
                    cell.value, cell.data_type = text, "s"
                    cell.number_format = "@"
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.freeze_panes = page.cell(3, len(places(sheet)) + 2)
        page.auto_filter.ref = f"A2:{get_column_letter(len(keys))}{max(3, len(rows) + 2)}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _label(words: Locale, key: str, code: str) -> str:
    """What stands for a code in a cell; the code itself where the locale has no word for it."""
    short = key.rpartition(".")[2]
    for name in (f"workbook.choice.{short}.{code}", f"workbook.choice.{code}"):
        if name in words:
            return words(name)
    return code


def _escaped(words: Locale, key: str, text: str, choices: tuple[str, ...]) -> str:
    """A text that would read as the label of a code is written as itself."""
    import json

    return "@" + json.dumps(text, ensure_ascii=False) if text in {_label(words, key, one) for one in choices} else text


def _heading(words: Locale, key: str) -> str:
    name = f"workbook.column.{key}"
    return words(name) if name in words else key


def _note(words: Locale, kind: str, key: str) -> str:
    name = f"workbook.note.{key}"
    own = words(name) if name in words else ""
    how = words(f"workbook.kind.{kind}") if kind != "text" else ""
    return "\n".join(part for part in (own, how) if part)


def _width(key: str, kind: str) -> float:
    if key in ("title", "text", "why", "hint", "lead", "heading", "official", "content", "basis", "words"):
        return 34.0
    return 24.0 if kind != "text" or key in (OF, FILE, "id", "matter", "key") else 14.0

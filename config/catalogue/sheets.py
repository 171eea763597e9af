"""Which sheets a catalogue has as a workbook, and which columns: for county clerks, who live in Excel.

A sheet holds the entries of one list, a row each: of every matter, and of the shared files. A column holds one key.
Headings, notes and what stands for a code are in config/locales (workbook.*). What no column is defined for still
stands in the workbook, in a column under its own key or in the sheet `rest`, so that nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

CONFIDENCE = ("H", "M", "L", "sample")
MODES = ("direct", "agent", "assist", "inform")
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Column:
    """`kind`: text; lines: several texts, one a line; when: a condition. `choices`: what may be chosen, as codes."""

    key: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """`lists`: keys whose entries stand on a sheet of their own. `bare`: what an entry that is only a text means: the
    id of a shared definition, or a clause's text; "" where none is."""

    id: str
    columns: tuple[Column, ...]
    lists: tuple[str, ...] = ()
    bare: str = ""

    def column(self, key: str) -> Column:
        return next((column for column in self.columns if column.key == key), Column(key))


def _columns(text: str) -> tuple[Column, ...]:
    """Columns from `key`, `key*` (lines), `key?` (a condition), `key!` (yes or no) and `key=a|b`."""
    found = []
    for word in text.split():
        key, equals, choices = word.partition("=")
        if equals:
            found.append(Column(key, "text", tuple(choices.split("|"))))
        elif key[-1] in "*?!":
            kind = {"*": "lines", "?": "when", "!": "text"}[key[-1]]
            found.append(Column(key[:-1], kind, YES_NO if key[-1] == "!" else ()))
        else:
            found.append(Column(key))
    return tuple(found)


_CONFIDENCE = "confidence=" + "|".join(CONFIDENCE)
_LIMIT = "limit.statutory limit.committed limit.confidence=" + "|".join(CONFIDENCE) + " limit.note"

SHEETS: dict[str, Sheet] = {
    sheet.id: sheet
    for sheet in (
        Sheet("head", _columns("catalogue version label"), ("events",)),
        Sheet("events", _columns("id title examples* picture")),
        Sheet("words", _columns("key text")),
        Sheet(
            "matters",
            _columns(
                "matter title official names* pinyin* examples* event picture heading lead who "
                f"{_LIMIT} complexity=general|fairly_complex|complex|market_access reply_days ages.least ages.most "
                f"materials_before not_here items_title delivery_title delivery_hint {_CONFIDENCE}"
            ),
            ("situations", "items", "fields", "materials", "promises", "delivery", "consents", "advice"),
        ),
        Sheet("situations", _columns("id title label hint when?"), ("options",)),
        Sheet("options", _columns("id title reason icon sex=1|2 when?")),
        Sheet(
            "items",
            _columns(
                f"id title official short reason department code basis {_LIMIT} fee_fen fee_basis "
                "village="
                + "|".join(MODES)
                + " town="
                + "|".join(MODES)
                + " gives=record|document|answer|credential|money|end|between type "
                "decides=village|town|county|city|province|nation in_person visits "
                "commitment steps* result needs* tie required settled usual! when? " + _CONFIDENCE
            ),
            bare="id",
        ),
        Sheet(
            "fields",
            _columns(
                "id title label kind=name|text|digits|phone|id_number|money|date|address|bank|credit|choice hint main "
                "unit limit least most earliest latest fill receipt suggestions* optional! "
                "sensitive! minor! change! for* when?"
            ),
            ("options",),
            bare="id",
        ),
        Sheet(
            "materials",
            _columns(
                "id title short hint icon kind=original|copy|form source=applicant|government|other issuer "
                "shape=a4|card|booklet|certificate|any pages colour! why basis page_hints* good* specimen* commitment "
                "later! sensitive! for* when? " + _CONFIDENCE
            ),
            ("exempt",),
            bare="id",
        ),
        Sheet(
            "exempt", _columns("reason=card_read|generated|law|verify|own|commit|check|share words source item when?")
        ),
        Sheet("promises", _columns("id title decline declaration! for* when?"), ("clauses",), bare="id"),
        Sheet("clauses", _columns("text when?"), bare="text"),
        Sheet("delivery", _columns("id title reason icon after when?"), bare="id"),
        Sheet("consents", _columns("id collected* purpose recipients kept_until"), bare="id"),
        Sheet("advice", _columns("icon title hint if_any!")),
        Sheet("rest", _columns("file content")),
    )
}
LISTED = ("items", "fields", "materials", "promises", "consents", "delivery")  # what a shared file may hold
NESTED = ("limit", "ages")  # tables of a few texts, a column each
OF, FILE, LIST, OWNER, BARE = "of", "file", "list", "owner", "bare"
"""Columns that say where a row belongs: the matter (or the shared file), and on sheets of entries' own lists the list
(situations, fields …) and the entry; `file` in the sheets of whole files; `bare`: the shared definition as it is."""
SECOND = ("options", "exempt", "clauses")
FILES_OF = "file:"  # before a shared file's name, in `of`


def places(sheet: Sheet) -> tuple[str, ...]:
    """The columns before the sheet's own."""
    if sheet.id in ("head", "matters"):
        return (FILE,)
    if sheet.id in ("events", "words", "rest"):
        return ()
    where = (OF, LIST, OWNER) if sheet.id in SECOND else (OF,)
    return (*where, BARE) if sheet.bare else where


def file_fits(name: str) -> bool:
    """Whether a catalogue's file can have this path within its folder."""
    if not name.endswith(".yaml") or "\\" in name:
        return False
    return not any(part in ("", ".", "..") or part.startswith(".") for part in name.split("/"))

"""YAML into plain data, in bounded time and memory.

Deliberately small: texts, lists and tables, nothing else. `no` stays the text "no" and 001 stays "001": what a value
means is known to the one who asks for it, not to the file format. Anchors, aliases and tags are refused: a clerk
writes things out, and a few aliases can swell into gigabytes. The parser's events are read one by one, because
composing a tree inside the library has no limit of depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE_BYTES_MOST = 1_000_000  # a matter is 10 kB; a hundred times that is a mistake
FOLDER_BYTES_MOST = 32_000_000
FILES_MOST = 5_000
DEPTH_MOST = 24
SUFFIX = ".yaml"


@dataclass(frozen=True, slots=True)
class Located:
    """A value and where it stands. `line` is 1-based; a table's keys keep their order."""

    value: str | list[Located] | dict[str, Located]
    file: str
    line: int


class CatalogueError(ValueError):
    """A catalogue that cannot be read. `code` is one of catalogue.*, with a text in config/locales."""

    def __init__(self, code: str, file: str, line: int = 0, detail: str = "") -> None:
        self.code, self.file, self.line, self.detail = code, file, line, detail
        where = f"{file}, line {line}" if line else file
        super().__init__(f"{where}: {_ENGLISH.get(code, code)}{f' ({detail})' if detail else ''}")


_ENGLISH = {
    "catalogue.absent": "there is no catalogue here",
    "catalogue.unreadable": "cannot be read",
    "catalogue.too_large": "too large",
    "catalogue.too_many": "too many files",
    "catalogue.encoding": "not UTF-8 text; save it as UTF-8",
    "catalogue.yaml": "not valid YAML",
    "catalogue.alias": "anchors (&), aliases (*) and merges are not used here; write it out",
    "catalogue.tag": "tags (!) are not used here",
    "catalogue.twice": "this key stands twice in the same table",
    "catalogue.key": "a key is one word, not a list or a table",
    "catalogue.deep": "nested too deeply",
    "catalogue.documents": "one document a file; take out the line ---",
    "catalogue.empty": "the file is empty",
}


def load(folder: Path) -> dict[str, Located]:
    """Every .yaml file under `folder`, by its path within it, in the order of their names. Raises CatalogueError.

    A single file is read too, so that one matter can be checked by itself.
    """
    return {name: parse(raw, name) for name, raw in contents(folder).items()}


def contents(folder: Path) -> dict[str, bytes]:
    """The same files, not yet parsed. Raises CatalogueError."""
    if folder.is_file():
        return {folder.name: _bytes(folder, folder.name)}
    files = sorted(_files(folder)) if folder.is_dir() else []
    if not files:
        raise CatalogueError("catalogue.absent", str(folder))
    if len(files) > FILES_MOST:
        raise CatalogueError("catalogue.too_many", str(folder), detail=str(len(files)))
    found: dict[str, bytes] = {}
    total = 0
    for path in files:
        name = path.relative_to(folder).as_posix()
        found[name] = _bytes(path, name)
        total += len(found[name])
        if total > FOLDER_BYTES_MOST:
            raise CatalogueError("catalogue.too_large", str(folder), detail=f"over {FOLDER_BYTES_MOST} bytes together")
    return found


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*" + SUFFIX):
        if path.is_file() and not path.name.startswith("."):
            yield path


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_BYTES_MOST + 1)
    except OSError as error:
        raise CatalogueError("catalogue.unreadable", name, detail=error.strerror or "") from error
    if len(raw) > FILE_BYTES_MOST:
        raise CatalogueError("catalogue.too_large", name, detail=f"over {FILE_BYTES_MOST} bytes")
    return raw


def parse(raw: bytes, name: str) -> Located:
    """One document. Raises CatalogueError with the line where it goes wrong."""
    try:
        text = raw.decode("utf-8-sig")  # Windows editors put a mark in front
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CatalogueError("catalogue.encoding", name, line) from error
    odd = _CONTROL.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise CatalogueError("catalogue.encoding", name, line, f"control character {ord(odd.group()):#04x}")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the same events without libyaml, only slower
    try:
        return _Reader(yaml.parse(text, Loader=loader), name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogueError("catalogue.yaml", name, mark.line + 1 if mark else 0, error.problem or "") from error
    except yaml.YAMLError as error:
        raise CatalogueError("catalogue.yaml", name, 0, type(error).__name__) from error


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # YAML 1.2, 5.1


class _Reader:
    """The events of one document, turned into values."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self.events, self.file = events, file

    def line(self, event: yaml.Event) -> int:
        return event.start_mark.line + 1 if event.start_mark else 0

    def error(self, code: str, event: yaml.Event, detail: str = "") -> CatalogueError:
        return CatalogueError(code, self.file, self.line(event), detail)

    def document(self) -> Located:
        value: Located | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and value is not None:
                raise self.error("catalogue.documents", event)
            if isinstance(event, yaml.DocumentStartEvent | yaml.StreamStartEvent | yaml.DocumentEndEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                break
            value = self.value(event, 0)
        if value is None:
            raise CatalogueError("catalogue.empty", self.file)
        return value

    def value(self, event: yaml.Event, depth: int) -> Located:
        if isinstance(event, yaml.AliasEvent):
            raise self.error("catalogue.alias", event, f"*{event.anchor}")
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            raise self.error("catalogue.yaml", event, type(event).__name__)
        if event.anchor:
            raise self.error("catalogue.alias", event, f"&{event.anchor}")
        if event.tag:
            raise self.error("catalogue.tag", event, str(event.tag))
        line = self.line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Located(event.value, self.file, line)
        if depth >= DEPTH_MOST:
            raise self.error("catalogue.deep", event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Located] = []
            for inner in self.events:
                if isinstance(inner, yaml.SequenceEndEvent):
                    break
                items.append(self.value(inner, depth + 1))
            return Located(items, self.file, line)
        table: dict[str, Located] = {}
        for inner in self.events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self.value(inner, depth + 1)
            if not isinstance(key.value, str):
                raise self.error("catalogue.key", inner)
            if key.value == "<<":
                raise self.error("catalogue.alias", inner, "<<")
            if key.value in table:
                raise self.error("catalogue.twice", inner, key.value)
            found = self.value(next(self.events), depth + 1)
            # A value's own line, but an empty one stands where its key is.
            table[key.value] = found if found.value != "" else Located("", self.file, key.line)
        return Located(table, self.file, line)


def plain(located: Located) -> object:
    """The value without its places: for dumping and comparing."""
    if isinstance(located.value, str):
        return located.value
    if isinstance(located.value, list):
        return [plain(item) for item in located.value]
    return {key: plain(item) for key, item in located.value.items()}


Files = Mapping[str, Located]

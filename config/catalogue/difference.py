"""What differs between two versions of a catalogue, in plain words: matter by matter, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.catalogue.cells import Plain
from config.catalogue.reading import Located, plain
from config.catalogue.sheets import LISTED, SHEETS
from config.locales import Locale

SHOWN_MOST = 60  # characters of a text that is quoted

Table = Mapping[str, Plain]


@dataclass(frozen=True)
class Change:
    """`kind`: added | removed | changed | moved (entries in another order). `trail`: from the matter to the entry, each
    (sheet, title); `key`: what of it; `before`, `after`: as texts, "" where there was nothing."""

    kind: str
    trail: tuple[tuple[str, str], ...]
    key: str = ""
    before: str = ""
    after: str = ""


def differences(before: Mapping[str, Located], after: Mapping[str, Located]) -> list[Change]:
    """Everything that differs but the files' names and remarks. Two catalogues that say the same have none."""
    one, other = _sorted(before), _sorted(after)
    found = list(_tables((), "head", one.pop("", {}), other.pop("", {})))
    for name in [*one, *(name for name in other if name not in one)]:
        sheet = "shared" if name in ("shared:", "rest:") else "matters"
        found += _entry((), sheet, one.get(name), other.get(name), name)
    return found


def said(change: Change, words: Locale) -> str:
    """In a sentence: 事「养老保险参保」材料「户口簿」的「几页」：「2」改成「3」."""
    where = "".join(
        words("diff.where", what=words(f"workbook.sheet.{sheet}"), title=title) if title else words(f"diff.{sheet}")
        for sheet, title in change.trail
    )
    key = f"workbook.column.{change.key}"
    name = words(key) if key in words else words(f"workbook.sheet.{change.key}") if change.key in SHEETS else change.key
    what = "changed" if change.before and change.after else "set" if change.after else "emptied"
    kind = what if change.kind == "changed" else change.kind
    return where + words(f"diff.{kind}", what=name, before=_short(change.before), after=_short(change.after))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_MOST else text[: SHOWN_MOST - 1] + "…"


def _sorted(documents: Mapping[str, Located]) -> dict[str, dict[str, Plain]]:
    """By what a file is: "" the head, a matter by its id, all shared files as one, what is none of these as it is."""
    found: dict[str, dict[str, Plain]] = {}
    for name, document in documents.items():
        content: Plain = plain(document)  # type: ignore[assignment]  # plain data by its making
        if isinstance(content, dict) and "catalogue" in content and "" not in found:
            found[""] = content
        elif isinstance(content, dict) and isinstance(content.get("matter"), str) and content["matter"] not in found:
            found[str(content["matter"])] = content
        elif isinstance(content, dict) and set(content) <= set(LISTED):
            shared = found.setdefault("shared:", {})
            for key, value in content.items():
                held = shared.get(key, [])
                shared[key] = [*held, *value] if isinstance(held, list) and isinstance(value, list) else value
        else:
            found.setdefault("rest:", {})[name] = content
    return found


def _entry(
    trail: tuple[tuple[str, str], ...], sheet: str, before: Plain | None, after: Plain | None, name: str
) -> Iterator[Change]:
    """One entry of a list, or one matter: `name` is its id."""
    here = (*trail, (sheet, "" if sheet == "shared" else _title(after if after is not None else before, name)))
    if before is None or after is None:
        yield Change("added" if before is None else "removed", here)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _tables(here, sheet, before, after)
    elif before != after:
        yield Change("changed", here, "", _text(before), _text(after))


def _tables(trail: tuple[tuple[str, str], ...], sheet: str, before: Table, after: Table) -> Iterator[Change]:
    trail = trail or ((sheet, ""),)
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if one == other:
            continue
        if (
            _entries(key, one)
            and _entries(key, other)
            and isinstance(one or [], list)
            and isinstance(other or [], list)
        ):
            yield from _lists(trail, key, list(one or ()), list(other or ()))
        elif isinstance(one, dict) and isinstance(other, dict):
            inner = [name for name in [*one, *(n for n in other if n not in one)] if one.get(name) != other.get(name)]
            for name in inner:
                yield Change("changed", trail, f"{key}.{name}" if key in ("limit", "ages") else name,
                             _text(one.get(name)), _text(other.get(name)))  # fmt: skip
        else:
            yield Change("changed", trail, key, _text(one), _text(other))


def _entries(key: str, value: Plain | None) -> bool:
    """Whether a value is a list of entries that have names, or nothing."""
    if key not in SHEETS:
        return False
    if value is None:
        return True
    names = [_name(one) for one in value] if isinstance(value, list) else [""]
    return all(names) and len(set(names)) == len(names)


def _name(entry: Plain) -> str:
    if isinstance(entry, str):
        return entry
    if isinstance(entry, dict):
        for key in ("id", "reason", "text", "title"):
            found = entry.get(key)
            if isinstance(found, str) and found:
                return found
    return ""


def _lists(trail: tuple[tuple[str, str], ...], key: str, before: list[Plain], after: list[Plain]) -> Iterator[Change]:
    one, other = {_name(e): e for e in before}, {_name(e): e for e in after}
    for name in [*one, *(name for name in other if name not in one)]:
        if one.get(name) != other.get(name):
            yield from _entry(trail, key, one.get(name), other.get(name), name)
    stayed = [name for name in one if name in other]
    if stayed != [name for name in other if name in one]:
        yield Change("moved", trail, key, "、".join(stayed), "、".join(name for name in other if name in one))


def _title(entry: Plain | None, name: str) -> str:
    if isinstance(entry, dict):
        for key in ("title", "text", "words"):
            found = entry.get(key)
            if isinstance(found, str) and found:
                return found
    return name


def _text(value: Plain | None) -> str:
    """A value as a clerk writes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value or "「」"
    if isinstance(value, list):
        return "、".join(_text(one) for one in value) or "[]"
    return "，".join(f"{key}={_text(one)}" for key, one in value.items()) or "{}"


__all__ = ["Change", "differences", "said"]

"""A catalogue's files as YAML that a clerk can read: one key a line, short lists on one line, no type marks."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import yaml

from config.catalogue.cells import Plain
from config.catalogue.reading import Located, plain

ODD = re.compile("[\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff]")
FIRST = ("catalogue", "matter", "id", "title", "official", "version", "label")


class _Dumper(yaml.SafeDumper):
    """Texts stay texts: `no` needs no quotes, because a catalogue is read as texts only."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, object]]] = {}  # noqa: RUF012 - as the library has it

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """In quotes, with escapes, where YAML would take a character for the end of a line or leave it out."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if ODD.search(text) else None)


_Dumper.add_representer(str, _text)


def dump(content: Plain) -> str:
    """One file. Reading it gives the same content."""
    stream = io.StringIO()
    yaml.dump(_ordered(content), stream, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=118,
              default_flow_style=None)  # fmt: skip
    return stream.getvalue()


def files(documents: Mapping[str, Located]) -> dict[str, bytes]:
    """Every file of a catalogue, by its path."""
    return {name: dump(plain(document)).encode() for name, document in documents.items()}  # type: ignore[arg-type]


def _ordered(value: Plain) -> Plain:
    """Names first: what an entry is, before what is said of it."""
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    keys = sorted(value, key=lambda key: FIRST.index(key) if key in FIRST else len(FIRST))
    return {key: _ordered(value[key]) for key in keys}

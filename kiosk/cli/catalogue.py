"""`kiosk catalogue check | show`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from config import locales
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of


def check(arguments: argparse.Namespace) -> int:
    """Every finding: file, line, rule, how to mend it; exit status 1 if one is an error."""
    from matters.check import check as judge

    from config import catalogue as files
    from matters.findings import Weight, words

    texts = locales.load()
    try:
        findings = judge(files.load(Path(arguments.path)), officialese=files.officialese())
    except files.CatalogueError as error:
        show([{"weight": "error", "text": str(error)}], arguments.json, str(error))
        return FINDING
    sentences = {key: texts(key) for key in texts.keys()}  # noqa: SIM118 - Locale is no mapping
    rows = [{**asdict(one), "text": words(one, sentences)} for one in findings]
    lines = []
    for one, row in zip(findings, rows, strict=True):
        lines.append(f"{one.place.file}:{one.place.line}: {one.weight}: {one.rule}: {row['text']}")
    show(rows, arguments.json, "\n".join(lines) or "nothing found")
    return FINDING if any(one.weight is Weight.ERROR for one in findings) else DONE


def show_matter(arguments: argparse.Namespace) -> int:
    """A matter as the terminal merges it: form, materials with reasons, steps, limit with its rule."""
    from matters.show import show as merged

    from kiosk.catalogues import load

    loaded = load(settings_of(arguments).catalogue, state_of(arguments))
    matter = next((m for m in loaded.catalogue.matters if m.id == arguments.matter), None)
    if matter is None:
        known = ", ".join(m.id for m in loaded.catalogue.matters)
        return complain(f"no matter {arguments.matter!r}; there are {known}")
    answers = {}
    for pair in arguments.answer:
        key, equals, value = pair.partition("=")
        if not equals:
            return complain(f"--answer wants KEY=VALUE, not {pair!r}")
        answers[key] = value
    items = [name for name in arguments.items.split(",") if name]
    show(merged(loaded.catalogue, matter, items, answers), True)
    return DONE

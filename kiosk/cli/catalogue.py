"""`kiosk catalogue check | show`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from config import locales
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of

if TYPE_CHECKING:
    from matters.check import Report


def check(arguments: argparse.Namespace) -> int:
    """Every finding: file, line, rule, how to mend it; exit status 1 if one is an error."""
    from config import catalogue as files
    from kiosk.catalogues import read
    from matters.check import check as judge
    from matters.check import word_list
    from screens import drawings
    from wire.errors import WireError

    settings = settings_of(arguments)  # the county's own limits and data sources are what is judged by
    try:
        report = judge(
            read(Path(arguments.path)),
            word_list(files.OFFICIALESE.read_text("utf-8")),
            profile=settings.limit_profile,
            sources=frozenset(settings.county.sources),
            drawings=drawings(),
        )
    except (files.CatalogueError, WireError) as error:
        show([{"weight": "error", "text": str(error)}], arguments.json, str(error))
        return FINDING
    return findings(report, arguments.json)


def findings(report: Report, as_json: bool) -> int:
    """Print a check's findings; the exit status."""
    from matters.findings import Weight, words

    texts = locales.load()
    rows = [{**asdict(one), "clause": one.clause, "text": words(one, texts)} for one in report.findings]
    lines = []
    for one, row in zip(report.findings, rows, strict=True):
        lines.append(f"{one.place.file}:{one.place.line}: {one.weight}: {one.rule}: {row['text']}")
    lines.append(", ".join(f"{report.count(weight)} {weight}" for weight in Weight))
    show(rows, as_json, "\n".join(lines))
    return FINDING if report.failed else DONE


def show_matter(arguments: argparse.Namespace) -> int:
    """A matter as the terminal merges it: form, materials with reasons, steps, limit with its rule."""
    from datetime import date

    from config.calendar import due
    from kiosk.catalogues import load
    from matters.show import NoSuch
    from matters.show import show as merged

    settings = settings_of(arguments)
    loaded = load(settings.catalogue, state_of(arguments))
    answers = {}
    for pair in arguments.answer:
        key, equals, value = pair.partition("=")
        if not equals:
            return complain(f"--answer wants KEY=VALUE, not {pair!r}")
        answers[key] = value
    items = [name for name in arguments.items.split(",") if name]
    try:
        sources = frozenset(settings.county.sources)
        found = merged(
            loaded.catalogue, arguments.matter, items, answers, sources=sources, profile=settings.limit_profile
        )
    except NoSuch as error:
        return complain(str(error))
    if arguments.accepted:
        try:
            accepted = date.fromisoformat(arguments.accepted)
        except ValueError:
            return complain(f"--accepted wants YYYY-MM-DD, not {arguments.accepted!r}")
        limit = found["limit"]
        days = limit.get("days") if isinstance(limit, dict) else None
        last = due(accepted, days) if isinstance(days, int) else None
        found["accepted"], found["by"] = accepted.isoformat(), last.isoformat() if last is not None else "unknown"
    show(found, True)
    return DONE

"""`kiosk catalogue workbook | from-workbook | diff`: the catalogue in Excel, and back; what two versions differ in."""

from __future__ import annotations

import argparse
from pathlib import Path

from config import catalogue as files
from config import locales
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show


def workbook(arguments: argparse.Namespace) -> int:
    """A catalogue's files as one workbook of defined sheets."""
    from config.catalogue.cells import NotACell
    from config.catalogue.workbook import write
    from kiosk.catalogues import read
    from offline.files import write_durably
    from wire.errors import WireError

    settings = settings_of(arguments)
    source = arguments.folder or Path(settings.catalogue or files.SHIPPED)
    words = locales.load(settings.screen.language)
    try:
        made = write(read(source), words)
        write_durably(arguments.out, made, 0o644)
    except (files.CatalogueError, WireError) as error:
        return complain(str(error))
    except NotACell as error:
        return complain(words(f"error.{error.code}", detail=error.detail))
    except OSError as error:
        return complain(f"{arguments.out}: {error.strerror}")
    show({"workbook": str(arguments.out), "bytes": len(made)}, arguments.json, str(arguments.out))
    return DONE


def from_workbook(arguments: argparse.Namespace) -> int:
    """A workbook as a catalogue's folder. Nothing is written unless its check finds no error."""
    from config.catalogue.unbook import WorkbookError, read
    from config.catalogue.writing import files as written
    from kiosk.cli.catalogue import findings
    from matters.check import check, word_list
    from screens import drawings

    words = locales.load(settings_of(arguments).screen.language)
    folder: Path = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return complain(words("error.workbook.folder", detail=folder))
    try:
        documents = read(arguments.workbook.read_bytes(), words)
    except OSError as error:
        return complain(f"{arguments.workbook}: {error.strerror}")
    except WorkbookError as error:
        return complain(error.said(words))
    report = check(documents, word_list(files.OFFICIALESE.read_text("utf-8")), drawings=drawings())
    status = findings(report, arguments.json)
    if status == DONE:
        for name, raw in written(documents).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)
    return status


def diff(arguments: argparse.Namespace) -> int:
    """What two versions differ in, in plain words; exit status 1 if they do."""
    from dataclasses import asdict

    from config.catalogue.difference import differences, said
    from kiosk.catalogues import read
    from wire.errors import WireError

    words = locales.load(settings_of(arguments).screen.language)
    try:
        found = differences(read(arguments.before), read(arguments.after))
    except (files.CatalogueError, WireError) as error:
        return complain(str(error))
    lines = [said(change, words) for change in found]
    rows = [{**asdict(change), "text": line} for change, line in zip(found, lines, strict=True)]
    show(rows, arguments.json, "\n".join(lines) or words("diff.none"))
    return FINDING if found else DONE

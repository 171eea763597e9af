"""`kiosk catalogue guide | form`: A4 sheets of a matter, and of an application."""

from __future__ import annotations

import argparse
from pathlib import Path

from config import locales
from kiosk.cli.common import DONE, complain, settings_of, show, state_of


def guide(arguments: argparse.Namespace) -> int:
    """The guide of a matter as an A4 PDF; as a picture of its flow chart where the name ends in .png."""
    from kiosk.catalogues import load
    from kiosk.guides import guide as made
    from kiosk.guides import lanes_of
    from matters.resolve import Given, resolve
    from papers.flow import picture
    from papers.sheet import pdf

    settings = settings_of(arguments)
    words = locales.load(settings.screen.language)
    catalogue = load(settings.catalogue, state_of(arguments)).catalogue
    matter = catalogue.matters.get(arguments.matter)
    if matter is None:
        return complain(f"no matter {arguments.matter!r}; there are: {', '.join(catalogue.matters)}")
    out: Path = arguments.out
    try:
        if out.suffix == ".png":
            lanes = lanes_of(resolve(matter, Given(), open_ended=True), words)
            if not lanes:
                return complain(f"{arguments.matter}: no steps are known")
            picture(lanes, 1000).save(out)
        else:
            out.write_bytes(pdf(made(catalogue, matter, settings, words)))
    except OSError as error:
        return complain(f"{out}: {error.strerror}")
    show({"guide": str(out)}, arguments.json, str(out))
    return DONE


def form(arguments: argparse.Namespace) -> int:
    """An application as the filled form, A4, PDF. It holds a person's data: written readable by its owner only."""
    import os

    from kiosk.catalogues import load
    from kiosk.guides import form as made
    from offline.errors import OfflineError
    from offline.given import read_application
    from papers.sheet import pdf

    settings = settings_of(arguments)
    try:
        application, _ = read_application(arguments.application)
    except OfflineError as error:
        return complain(error.note)
    catalogue = load(settings.catalogue, state_of(arguments)).catalogue
    matter = catalogue.matters.get(application.matter)
    if matter is None:
        return complain(f"the catalogue has no matter {application.matter!r}")
    sheet = made(catalogue, matter, application, settings, locales.load(settings.screen.language))
    try:
        handle = os.open(arguments.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        return complain(f"{arguments.out}: {error.strerror}")
    with os.fdopen(handle, "wb") as file:
        file.write(pdf(sheet))
    show({"form": str(arguments.out)}, arguments.json, str(arguments.out))
    return DONE

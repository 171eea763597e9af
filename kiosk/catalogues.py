"""Which catalogue a visit begins with: the one the settings name, else the last that was good, else what ships.

A catalogue that does not read or does not pass its check is refused and said so; the one before stays. What was good is
kept as a copy in the state folder (`catalogue/good`), so that a file damaged in place does not take it away.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from config import catalogue as files
from matters.build import CatalogueRefused, must_build
from matters.catalogue import Catalogue

log = logging.getLogger("kiosk.catalogue")


@dataclass(frozen=True)
class Loaded:
    """`refused` says file, line and what is wrong with the one that was not taken; "" where all is well."""

    catalogue: Catalogue
    source: Path
    refused: str = ""


def load(named: str, state: Path) -> Loaded:
    """The catalogue to begin a visit with. Raises CatalogueError or CatalogueRefused only if what ships is broken."""
    if not named:
        return Loaded(must_build(files.load(files.SHIPPED)), files.SHIPPED)
    good = state / "catalogue" / "good"
    source = Path(named)
    try:
        found = must_build(files.load(source))
    except (files.CatalogueError, CatalogueRefused) as error:
        refused = str(error)
        log.error("the catalogue was refused: %s", refused)
    else:
        _keep(source, good)
        return Loaded(found, source)
    if good.is_dir():
        try:
            return Loaded(must_build(files.load(good)), good, refused)
        except (files.CatalogueError, CatalogueRefused):
            log.exception("the kept catalogue does not load any more")
    return Loaded(must_build(files.load(files.SHIPPED)), files.SHIPPED, refused)


def _digest(folder: Path) -> str:
    sums = hashlib.sha256()
    for file in sorted(folder.rglob("*.yaml")):
        sums.update(str(file.relative_to(folder)).encode() + b"\0" + file.read_bytes() + b"\0")
    return sums.hexdigest()


def _keep(source: Path, good: Path) -> None:
    """Copy a good catalogue aside, whole or not at all."""
    try:
        if good.is_dir() and _digest(good) == _digest(source):
            return
        fresh = good.with_name("good.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(source, fresh)
        old = good.with_name("good.old")
        shutil.rmtree(old, ignore_errors=True)
        if good.is_dir():
            good.rename(old)
        fresh.rename(good)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        log.warning("the catalogue could not be kept aside: %s", error.strerror)

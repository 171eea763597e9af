"""Which catalogue a visit begins with: the county's newest bundle, else the one the settings name, else the last of
those that was good, else what ships.

A catalogue that does not read or does not pass its check is refused and said so; the one before stays. Bundles lie on
the shelf (kiosk.shelf); what was good of a named folder is kept as a copy in the state folder (`catalogue/good`), so
that a file damaged in place does not take it away.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from config import catalogue as files
from matters.build import CatalogueRefused, must_build
from matters.catalogue import Catalogue
from screens import drawings
from wire.errors import WireError

if TYPE_CHECKING:
    from config.locales import Locale as Words

log = logging.getLogger("kiosk.catalogue")
BROKEN = (files.CatalogueError, CatalogueRefused, WireError, OSError)


@dataclass(frozen=True)
class Loaded:
    """`refused` says file, line and what is wrong with the one that was not taken; "" where all is well."""

    catalogue: Catalogue
    source: Path
    refused: str = ""


def load(named: str, state: Path, *, begins: bool = False) -> Loaded:
    """The catalogue to begin a visit with. Raises CatalogueError or CatalogueRefused only if what ships is broken.

    `begins`: a visit does begin; a bundle that it cannot be loaded from is given up for the one before it.
    """
    refused = ""
    kept = state / "catalogue" / "parsed" if begins else None
    if (state / "catalogue" / "current.json").exists():
        from kiosk.shelf import Shelf  # only where a county has sent one: a start is short

        shelf = Shelf.of(state)
        now = shelf.current()
        began = shelf.begin() if begins else now.current.sha256 if now.current else ""
        for sha256 in dict.fromkeys((began, now.previous.sha256 if now.previous else "")):
            if not sha256:
                continue
            try:
                return Loaded(_built(shelf.bundle(sha256).contents, kept), shelf.bundles / sha256, refused)
            except BROKEN as error:
                refused = refused or str(error)  # a bundle's begins with its code, bundle.*
                log.error("the county's catalogue does not load any more: %s", error)
                if begins:
                    shelf.go_back(sha256)
    found = _named(named, state, kept)
    return Loaded(found.catalogue, found.source, refused or found.refused)


def refusal(state: Path, words: Words) -> tuple[str, str]:
    """(version, why, in staff's words) of the county's catalogue that was last refused; "" where none was."""
    if not (state / "catalogue" / "refused.json").exists():
        return "", ""
    from kiosk.shelf import Shelf

    said = Shelf.of(state).refused()
    return ("", "") if said is None else (said.version, why(said.code, said.detail, words))


def why(code: str, detail: str, words: Words) -> str:
    """What a code bundle.* means and who does what about it."""
    name = code.partition(".")[2]
    known = name in ("malformed", "damaged", "too_large", "unsigned", "signature", "older", "version", "check", "stuck")
    return words(f"bundle.{name}" if known else "bundle.unknown", detail=detail or code)


def prove(state: Path) -> None:
    """A home screen was drawn with the catalogue in use."""
    if (state / "catalogue" / "current.json").exists():
        from kiosk.shelf import Shelf

        Shelf.of(state).prove()


def _built(contents: Mapping[str, bytes], kept: Path | None) -> Catalogue:
    """The catalogue of these files; `kept`: where their parsed form may lie."""
    if kept is None:
        return drawn(must_build({name: files.parse(raw, name) for name, raw in contents.items()}))
    from config.catalogue.kept import documents

    return drawn(must_build(documents(contents, kept)))


def drawn(catalogue: Catalogue) -> Catalogue:
    """The same catalogue; a matter whose drawing this terminal has not got is shown with its life event's."""
    known = drawings()
    of_event = {event.id: event.picture for event in catalogue.events}
    matters = {
        name: matter if matter.picture in known else replace(matter, picture=of_event.get(matter.event, matter.picture))
        for name, matter in catalogue.matters.items()
    }
    return replace(catalogue, matters=MappingProxyType(matters))


def read(source: Path) -> dict[str, files.Located]:
    """The documents of a folder, a single file or a bundle. Raises CatalogueError, WireError bundle.*."""
    from wire.bundle import MAGIC, read_bundle

    if source.is_file() and source.suffix != files.SUFFIX:
        with source.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                contents = read_bundle(source.read_bytes()).contents
                return {name: files.parse(raw, name) for name, raw in contents.items()}
    return files.load(source)


def _named(named: str, state: Path, kept: Path | None) -> Loaded:
    if not named:
        return Loaded(_built(files.contents(files.SHIPPED), kept), files.SHIPPED)
    good = state / "catalogue" / "good"
    source = Path(named)
    try:
        found = _built(files.contents(source), kept)
    except (files.CatalogueError, CatalogueRefused) as error:
        refused = str(error)
        log.error("the catalogue was refused: %s", refused)
    else:
        _keep(source, good)
        return Loaded(found, source)
    if good.is_dir():
        try:
            return Loaded(_built(files.contents(good), kept), good, refused)
        except (files.CatalogueError, CatalogueRefused):
            log.exception("the kept catalogue does not load any more")
    return Loaded(_built(files.contents(files.SHIPPED), kept), files.SHIPPED, refused)


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

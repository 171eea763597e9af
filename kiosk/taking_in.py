"""What the county sent as a catalogue is looked at, and taken into use or refused. A process of its own, for a moment.

Nothing is used unchecked: the bytes are those of their name, the county's signature holds, the version is newer than
the one in use, the catalogue's own check finds no error, and every matter can be shown. Only then the bundle is laid on
the shelf, durably, and the note of which one is in use is replaced as a whole. Killed at any step, the next run ends
where this one would have; the trail may then say it twice, never not at all.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from kiosk.shelf import Current, Held, Refused, Shelf
from wire.bundle import BUNDLE_BYTES_MOST, Bundle, check_bundle, order, read_bundle
from wire.errors import WireError

if TYPE_CHECKING:
    from matters.catalogue import Catalogue
    from wire.keys import CountyPublic

STEPS = ("taking.read", "taking.checked", "taking.laid", "taking.switched", "taking.told", "taking.removed")
"""The points at which a power cut could fall between two things that last."""

BROUGHT_MOST = 3  # catalogues of one stick; the county's courier lays one

log = logging.getLogger("kiosk.catalogue")
Record = Callable[[str, dict[str, str]], object]


@dataclass(frozen=True)
class Outcome:
    """What became of one bundle. `code`: "" taken into use, "same" what is in use already, else bundle.*."""

    sha256: str
    version: str
    code: str
    detail: str = ""


def nothing(_point: str) -> None:
    """What a terminal does at a point."""


def take_in(
    state: Path,
    county: CountyPublic | None,
    *,
    floor: str = "",
    record: Record = lambda _event, _fields: None,
    clock: Callable[[], float] = time.time,
    point: Callable[[str], None] = nothing,
) -> list[Outcome]:
    """Everything in `incoming`, oldest first. `county` None: the terminal is not enrolled, so that nobody can tell
    whose signature it is, and all of it waits. `floor`: a version that a first bundle must be newer than.

    Raises OfflineError where the disk fails; a bundle that is bad is an outcome.
    """
    shelf = Shelf.of(state)
    found: list[Outcome] = []
    if county is None:
        return found
    for path in _waiting(shelf):
        with shelf.changing() as now:
            try:
                outcome = _take(shelf, now, path, county, floor, point)
            except WireError as error:
                outcome = Outcome(path.name, _version_of(path), error.code, error.text)
                at = datetime.fromtimestamp(clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                if not _said(shelf, outcome):
                    shelf.set_refused(
                        Refused(
                            sha256=path.name, version=outcome.version, code=error.code, detail=error.text, at=at
                        )
                    )  # fmt: skip
                log.error("a catalogue was refused: %s", error)
            if outcome.code == "":
                record("catalogue.changed", {"version": outcome.version})
                shelf.set_current(replace(shelf.current(), told=True))
            elif outcome.code != "same":
                record("catalogue.refused", {"reason": outcome.code})
            point("taking.told")
            path.unlink(missing_ok=True)
            _tidy(shelf)
            point("taking.removed")
        found.append(outcome)
    return found


def _said(shelf: Shelf, outcome: Outcome) -> bool:
    said = shelf.refused()
    return said is not None and (said.sha256, said.code) == (outcome.sha256, outcome.code)


def _waiting(shelf: Shelf) -> list[Path]:
    if not shelf.incoming.is_dir():
        return []
    found = [path for path in shelf.incoming.iterdir() if path.is_file() and len(path.name) == 64]
    return sorted(found, key=lambda path: (path.stat().st_mtime, path.name))


def _take(
    shelf: Shelf, now: Current, path: Path, county: CountyPublic, floor: str, point: Callable[[str], None]
) -> Outcome:
    """Raises WireError bundle.* for one that is not taken."""
    data = _bytes(path)
    point("taking.read")
    in_use = now.current
    if in_use is not None and in_use.sha256 == path.name and _whole(shelf, path.name):
        return Outcome(path.name, in_use.version, "same" if now.told else "")
    bundle = read_bundle(data)
    check_bundle(bundle, county)
    if path.name == now.given_up:
        raise WireError("bundle.stuck", "it was in use before and the terminal did not come up with it")
    least = in_use.version if in_use is not None else floor
    again = in_use is not None and in_use.sha256 == path.name  # whole again, where the disk had damaged it
    if least and not again and not newer(bundle.version, least):
        raise WireError("bundle.older", f"{bundle.version} is not newer than {least}")
    judge(bundle)
    point("taking.checked")
    _lay(shelf, path.name, data)
    point("taking.laid")
    shelf.set_current(
        Current(
            current=Held(path.name, bundle.version),
            previous=now.previous if again else in_use,
            given_up=now.given_up,
        )
    )  # fmt: skip
    shelf.set_refused(None)
    point("taking.switched")
    return Outcome(path.name, bundle.version, "")


def judge(bundle: Bundle) -> Catalogue:
    """The catalogue of a bundle, its own check passed and every matter shown once. Raises WireError bundle.check,
    bundle.version."""
    from config import catalogue as files
    from matters.check import check, word_list
    from matters.findings import Weight
    from matters.show import show

    try:
        documents = {name: files.parse(raw, name) for name, raw in bundle.contents.items()}
    except files.CatalogueError as error:
        raise WireError("bundle.check", str(error)) from error
    report = check(documents, word_list(files.OFFICIALESE.read_text("utf-8")))
    errors = [finding for finding in report.findings if finding.weight is Weight.ERROR]
    if errors or report.catalogue is None:
        first = errors[0] if errors else None
        where = f"{first.place.file}, line {first.place.line}: {first.rule}" if first else "no catalogue"
        raise WireError("bundle.check", where + (f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""))
    if report.catalogue.version != bundle.version:
        raise WireError("bundle.version", f"it says {bundle.version}, its catalogue {report.catalogue.version}")
    for matter in report.catalogue.matters:
        show(report.catalogue, matter)
    return report.catalogue


def newer(version: str, least: str) -> bool:
    """A floor that is no version of ours (a clerk's own folder) holds nothing up."""
    try:
        floor = order(least)
    except WireError:
        return True
    return order(version) > floor


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(BUNDLE_BYTES_MOST + 1)
    if len(data) > BUNDLE_BYTES_MOST:
        raise WireError("bundle.too_large", f"over {BUNDLE_BYTES_MOST} bytes")
    if hashlib.sha256(data).hexdigest() != path.name:
        raise WireError("bundle.damaged", "its bytes are not those of its name")
    return data


def _version_of(path: Path) -> str:
    """What a refused bundle calls itself, for staff; "?" where it cannot say."""
    try:
        return read_bundle(_bytes(path)).version
    except (WireError, OSError):
        return "?"


def _whole(shelf: Shelf, sha256: str) -> bool:
    try:
        shelf.bundle(sha256)
    except WireError:
        return False
    return True


def _lay(shelf: Shelf, sha256: str, data: bytes) -> None:
    from offline.files import write_durably

    shelf.bundles.mkdir(exist_ok=True, mode=0o700)
    write_durably(shelf.bundles / sha256, data)


def _tidy(shelf: Shelf) -> None:
    """Only the one in use and the one before it are kept."""
    now = shelf.current()
    kept = {held.sha256 for held in (now.current, now.previous) if held is not None}
    for path in shelf.bundles.glob("*") if shelf.bundles.is_dir() else ():
        if path.name not in kept:
            path.unlink(missing_ok=True)


def floor_of(named: str) -> str:
    """The version of the catalogue that the settings name, "" where they name none or it cannot be read."""
    if not named:
        return ""
    from config import catalogue as files
    from matters.build import CatalogueRefused, must_build

    try:
        return must_build(files.load(Path(named))).version
    except (files.CatalogueError, CatalogueRefused):
        return ""


def bring(state: Path, stick: Path) -> bool:
    """Copy the catalogue on a courier's stick to what is to be looked at; False where there is none that is new here.
    Raises OSError where the terminal's disk fails. Whether it is any good, `take_in` says: a stick may be anybody's."""
    from offline.files import write_durably
    from wire import stick as sticks

    shelf = Shelf.of(state)
    brought = 0
    place = sticks.folder(stick, sticks.CATALOGUE_FOLDER)
    for name in _names(place):
        if brought == BROUGHT_MOST or (shelf.bundles / name).exists() or (shelf.incoming / name).exists():
            continue
        try:
            data = sticks.read(stick / sticks.CATALOGUE_FOLDER / name, BUNDLE_BYTES_MOST)
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == name:
            shelf.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_durably(shelf.incoming / name, data)
            brought += 1
    return brought > 0


def _names(place: Path | None) -> list[str]:
    from wire import stick as sticks

    try:
        return [name for name in sticks.names(place) if re.fullmatch("[0-9a-f]{64}", name)]
    except OSError:
        return []


def run(state: Path, named: str) -> list[Outcome]:
    """`take_in` as this terminal does it: its county, its trail, the folder its settings name. Raises OfflineError."""
    from offline.errors import OfflineError, of
    from offline.identity import load
    from offline.trail import Trail

    try:
        county = load(state).county
    except OfflineError:
        county = None
    trail = Trail.open(state, time.time)
    try:
        return take_in(state, county, floor=floor_of(named), record=lambda event, fields: trail.record(event, **fields))
    except OSError as error:
        raise of(error) from error
    finally:
        trail.close()


def main(rest: Sequence[str]) -> int:
    """The process's entry. What it did lies on the shelf, for whoever started it to see."""
    from config import settings as settings_module
    from offline.errors import OfflineError

    parser = argparse.ArgumentParser(prog="kiosk role catalogue")
    parser.add_argument("--channel", type=int)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    given = parser.parse_args(rest)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    os.nice(10)  # nobody waits for it, and somebody may be in the middle of a visit
    try:
        run(given.state, settings_module.load(given.config).catalogue)
    except OfflineError as error:
        print(f"catalogue: {error}", file=sys.stderr)
        return 1
    return 0

"""`kiosk catalogue pack | sign | verify`: a county's catalogue as one signed file."""

from __future__ import annotations

import argparse
from pathlib import Path

from config import catalogue as files
from config import locales
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of
from wire.errors import WireError


def pack_folder(folder: Path, *, check: bool = True) -> bytes:
    """An unsigned bundle of a folder. Name and version are those of its `catalogue:` file. Raises CatalogueError,
    CatalogueRefused (where its check finds an error), WireError bundle.*."""
    from matters.build import must_build
    from wire.bundle import pack

    documents = files.load(folder)
    if check:
        must_build(documents)
    heads = [one.value for one in documents.values() if isinstance(one.value, dict) and "catalogue" in one.value]
    if len(heads) != 1:
        raise files.CatalogueError("catalogue.absent", str(folder), detail="catalogue:")
    name, version = (str(heads[0][key].value) if key in heads[0] else "" for key in ("catalogue", "version"))
    return pack(name, version, {path: (folder / path).read_bytes() for path in documents})


def pack(arguments: argparse.Namespace) -> int:
    """A folder, its check passed, into one unsigned bundle."""
    from matters.build import CatalogueRefused

    try:
        made = pack_folder(arguments.folder)
    except (files.CatalogueError, CatalogueRefused, WireError) as error:
        return complain(f"{error}; see: kiosk catalogue check {arguments.folder}")
    return _write(arguments.out, made, arguments.json)


def sign(arguments: argparse.Namespace) -> int:
    """Sign a bundle with the county's key (a file sign-*.pem of the county's service)."""
    from wire.bundle import sign_bundle
    from wire.keys import SigningKey

    try:
        made = sign_bundle(arguments.bundle.read_bytes(), SigningKey.load(arguments.key))
    except OSError as error:
        return complain(f"{arguments.bundle}: {error.strerror}")
    except WireError as error:
        return complain(error.text)
    return _write(arguments.out or arguments.bundle, made, arguments.json)


def _write(path: Path, made: bytes, as_json: bool) -> int:
    import hashlib

    from offline.files import write_durably
    from wire.bundle import read_bundle

    try:
        write_durably(path, made, 0o644)
    except OSError as error:
        return complain(f"{path}: {error.strerror}")
    bundle = read_bundle(made)
    said = {
        "bundle": str(path), "name": bundle.manifest.name, "version": bundle.version, "files": len(bundle.contents),
        "bytes": len(made), "sha256": hashlib.sha256(made).hexdigest(),
        "key": bundle.manifest.key if bundle.signed else "",
    }  # fmt: skip
    show(said, as_json, "\n".join(f"{key}: {value}" for key, value in said.items()))
    return DONE


def verify(arguments: argparse.Namespace) -> int:
    """What a terminal would say of a bundle: whole, the county's, newer than what is in use, its check passed."""
    from kiosk.shelf import Shelf
    from kiosk.taking_in import judge, newer
    from offline.errors import OfflineError
    from offline.identity import load
    from wire.bundle import check_bundle, read_bundle

    words = locales.load(settings_of(arguments).screen.language)
    state = state_of(arguments)
    rows: list[dict[str, object]] = []

    def row(what: str, code: str, detail: str = "") -> None:
        text = words(f"bundle.{code or 'well'}", detail=detail)
        rows.append({"what": what, "well": not code, "code": code, "text": text})

    try:
        bundle = read_bundle(arguments.bundle.read_bytes())
    except OSError as error:
        return complain(f"{arguments.bundle}: {error.strerror}")
    except WireError as error:
        row("whole", error.code.partition(".")[2], error.text)
    else:
        row("whole", "")
        try:
            check_bundle(bundle, load(state).county)
            row("signature", "")
        except OfflineError:
            row("signature", "not_enrolled" if bundle.signed else "unsigned")
        except WireError as error:
            row("signature", error.code.partition(".")[2])
        now = Shelf.of(state).current().current
        older = now is not None and not newer(bundle.version, now.version)
        row("newer", "older" if older else "", now.version if now else "")
        try:
            judge(bundle)
            row("check", "")
        except WireError as error:
            row("check", error.code.partition(".")[2], error.text)
    lines = [f"{'ok ' if one['well'] else 'NO '} {one['what']}: {one['text']}" for one in rows]
    show(rows, arguments.json, "\n".join(lines))
    return DONE if all(one["well"] for one in rows) else FINDING

"""`kiosk submit`, `kiosk receipt …`: the path behind the last button, without screens."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import locales
from config.settings import Settings
from kiosk.cli.common import DONE, FINDING, complain, settings_of, show, state_of

if TYPE_CHECKING:
    from matters.application import Application
    from wire.messages import ItemDetail


def submit(arguments: argparse.Namespace) -> int:
    """Seal an application to the county, commit it, give its receipt. Exit status 1 if nothing was handed in."""
    from matters.outcomes import Failed
    from offline.errors import OfflineError
    from offline.given import read_application
    from offline.submit import Desk

    settings = settings_of(arguments)
    try:
        application, pages = read_application(arguments.application)
        storage = settings.storage
        desk = Desk.open(
            state_of(arguments),
            reserve_bytes=storage.free_bytes_least,
            area=settings.place.area,
            mirror=storage.second,
            suite=settings.county.suite,
        )
        try:
            done = desk.submit(application, pages, _details(settings, state_of(arguments), application))
        finally:
            desk.close()
    except OfflineError as error:
        return complain(f"nothing was handed in: {error.code}: {error}")
    if isinstance(done, Failed):
        return complain(f"nothing was handed in: {done.code}")
    value = {"application": done.application, "number": done.number, "code": done.code, "at": done.at}
    show(value, arguments.json, lambda: f"{done.number[:4]} {done.number[4:]}  {done.application}\n{done.code}")
    return DONE


def _details(settings: Settings, state: Path, application: Application) -> tuple[ItemDetail, ...]:
    """What the catalogue says of the items; nothing where it does not know the matter."""
    from kiosk.catalogues import load
    from kiosk.visiting.slips import item_details

    matters = load(settings.catalogue, state).catalogue.matters
    return item_details(matters.get(application.matter), application)


def render_receipt(arguments: argparse.Namespace) -> int:
    """Draw a receipt: APPLICATION is a JSON file with an application and what `kiosk submit --json` said of it."""
    from papers.receipt import Handed, Receipt, mask, render
    from wire.receipt import check_mark

    settings = settings_of(arguments)
    try:
        whole: dict[str, Any] = json.loads(Path(arguments.application).read_text("utf-8"))
        body = whole.get("application", whole)
        body = body if isinstance(body, dict) else whole
        number, code, at = str(whole["number"]), str(whole["code"]), str(whole["at"])
        picture = render(
            Receipt(
                county=settings.place.county,
                hall=settings.place.hall,
                matter=body["matter_title"],
                name=mask(body["known"]["name"]),
                at=at,
                number=number,
                qr=code,
                items=tuple(body["items"]),
                materials=tuple(Handed(m["title"], m["by"], len(m["pages"])) for m in body["materials"]),
                following=(),
                at_county=bool(whole.get("at_county", False)),
                phone=settings.place.phone,
                terminal=settings.terminal,
                check=check_mark(code),
            ),
            locales.load(settings.screen.language),
            settings.printer.width_dots,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        return complain(f"{arguments.application}: not an application with its receipt ({type(error).__name__})")
    picture.save(arguments.out)
    return DONE


def verify_receipt(arguments: argparse.Namespace) -> int:
    """Check a receipt's code against this terminal's certificate, without a line."""
    from offline import identity as identities
    from offline.errors import OfflineError
    from wire.errors import WireError
    from wire.receipt import verify

    try:
        identity = identities.load(state_of(arguments))
        certificate = identity.enrolment.certificate
        found, _ = verify(arguments.code, {certificate.kid: certificate})
    except (WireError, OfflineError) as error:
        show({"intact": False, "code": error.code, "text": str(error)}, arguments.json, f"not intact: {error}")
        return FINDING
    claims = found.claims
    value = {
        "intact": True, "number": claims.number, "application": claims.id, "matter": claims.matter, "at": claims.at,
        "items": claims.items, "clock_verified": claims.clock_verified, "check": found.mark,
    }  # fmt: skip
    show(value, arguments.json, lambda: f"intact: {claims.number}  {claims.matter}  {claims.id}  {found.mark}")
    return DONE

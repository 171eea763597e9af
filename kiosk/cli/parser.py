"""The verbs, and where each is carried out."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from config.settings import SettingsError
from kiosk.cli.common import FINDING, complain, options


def parser() -> argparse.ArgumentParser:
    """The whole command line. Nothing that does work is loaded here."""
    top = argparse.ArgumentParser(prog="kiosk", description="The village terminal.")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    shared = [options()]

    def verb(
        group: argparse._SubParsersAction[argparse.ArgumentParser], name: str, where: str, about: str
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(name, help=about, description=about, parents=shared)
        made.set_defaults(where=where)
        return made

    def group(name: str, about: str) -> argparse._SubParsersAction[argparse.ArgumentParser]:
        made = verbs.add_parser(name, help=about, description=about)
        return made.add_subparsers(dest="action", required=True, metavar="ACTION")

    run = verb(verbs, "run", "kiosk.cli.running:run", "the terminal")
    run.add_argument("--control", type=int, default=-1, metavar="FD", help=argparse.SUPPRESS)
    run.add_argument("--dock", action="store_true", help="a second window with a hand for every simulated device")
    run.add_argument("--log", type=Path, metavar="FILE", help="where the processes' messages go (default: STATE/log)")

    visit = verb(verbs, "visit", "kiosk.cli.running:visit", "the real app, driven by a visit script")
    visit.add_argument("script", type=Path)
    visit.add_argument("--out", type=Path, required=True, metavar="DIR", help="pictures and what came of it")
    visit.add_argument("--size", default="", metavar="WxH", help="of the display, e.g. 1920x1080")
    visit.add_argument("--display", default="", help="an existing X display instead of one of its own")

    demo = verb(verbs, "demo", "kiosk.cli.running:demo", "what `make run` does: a terminal with simulated devices")
    demo.add_argument("--out", type=Path, default=Path("build/demo"), metavar="DIR")
    demo.add_argument("--headless", action="store_true", help="drive one visit even where there is a display")

    catalogue = group("catalogue", "the matters on offer")
    check = verb(catalogue, "check", "kiosk.cli.catalogue:check", "every finding: file, line, rule, how to mend it")
    check.add_argument("path", type=Path, metavar="PATH")
    shown = verb(catalogue, "show", "kiosk.cli.catalogue:show_matter", "a matter as the terminal merges it")
    shown.add_argument("matter")
    shown.add_argument("--items", default="", metavar="A,B")
    shown.add_argument("--answer", action="append", default=[], metavar="KEY=VALUE")
    shown.add_argument("--accepted", default="", metavar="YYYY-MM-DD", help="say by which day the limit ends then")

    packed = verb(catalogue, "pack", "kiosk.cli.bundles:pack", "a folder as one bundle, its check passed")
    packed.add_argument("folder", type=Path)
    packed.add_argument("out", type=Path, metavar="BUNDLE")
    signed = verb(catalogue, "sign", "kiosk.cli.bundles:sign", "sign a bundle with the county's key")
    signed.add_argument("bundle", type=Path)
    signed.add_argument("--key", type=Path, required=True, metavar="PEM", help="sign-*.pem of the county's service")
    signed.add_argument("--out", type=Path, metavar="BUNDLE", help="instead of the bundle itself")
    verified = verb(catalogue, "verify", "kiosk.cli.bundles:verify", "what this terminal would say of a bundle")
    verified.add_argument("bundle", type=Path)

    booked = verb(catalogue, "workbook", "kiosk.cli.books:workbook", "a catalogue as an Excel workbook")
    booked.add_argument("out", type=Path, metavar="OUT.xlsx")
    booked.add_argument("--folder", type=Path, metavar="DIR", help="another catalogue than the settings'")
    unbooked = verb(catalogue, "from-workbook", "kiosk.cli.books:from_workbook", "a catalogue out of a workbook")
    unbooked.add_argument("workbook", type=Path, metavar="IN.xlsx")
    unbooked.add_argument("folder", type=Path, metavar="DIR", help="a new folder; written if the check finds no error")

    compared = verb(catalogue, "diff", "kiosk.cli.books:diff", "what two versions differ in, in plain words")
    compared.add_argument("before", type=Path, help="folder, file or bundle")
    compared.add_argument("after", type=Path, help="folder, file or bundle")

    guided = verb(catalogue, "guide", "kiosk.cli.sheets:guide", "the guide of a matter on A4")
    guided.add_argument("matter")
    guided.add_argument("out", type=Path, metavar="OUT.pdf", help="a name ending in .png: the flow chart as a picture")
    formed = verb(catalogue, "form", "kiosk.cli.sheets:form", "an application as its filled form on A4")
    formed.add_argument("application", type=Path, metavar="APPLICATION.json")
    formed.add_argument("out", type=Path, metavar="OUT.pdf")

    pictured = verb(catalogue, "preview", "kiosk.cli.preview:preview", "every screen of a matter as a picture")
    pictured.add_argument("matter")
    pictured.add_argument("out", type=Path, metavar="DIR")
    pictured.add_argument("--only", action="append", default=[], metavar="PREFIX", help="screens whose keys begin so")
    pictured.add_argument("--size", default="", metavar="WxH", help="of the screen, e.g. 1080x1920")

    card = group("card", "identity cards")
    read = verb(card, "read", "kiosk.cli.devices:read_card", "read one card")
    read.add_argument("--device", required=True, metavar="ADDRESS")
    read.add_argument("--within", type=float, default=30.0, metavar="SECONDS")
    read.add_argument("--photo", type=Path, metavar="FILE", help="its photograph: decoded by the settings' program as "
                      "PNG; a name ending in .wlt: as the card gave it")  # fmt: skip

    capture = group("capture", "photographed papers")
    judged = verb(capture, "check", "kiosk.cli.devices:check_capture", "find and judge the paper in each picture")
    judged.add_argument("images", nargs="+", metavar="IMAGE")
    tray = verb(capture, "tray", "kiosk.cli.devices:keep_tray", "keep a picture of the empty tray for papers.tray")
    tray.add_argument("file", type=Path, metavar="PNG")
    verb(capture, "a4", "kiosk.cli.devices:keep_a4", "say where a sheet of A4 lies on the tray, for papers.a4")

    receipt = group("receipt", "receipts")
    render = verb(
        receipt, "render", "kiosk.cli.handing_in:render_receipt", "draw the receipt of a submitted application"
    )
    render.add_argument("application", type=Path, metavar="APPLICATION")
    render.add_argument("--out", type=Path, required=True, metavar="PNG")
    verify = verb(receipt, "verify", "kiosk.cli.handing_in:verify_receipt", "check a receipt's code")
    verify.add_argument("code")

    submit = verb(verbs, "submit", "kiosk.cli.handing_in:submit", "the path behind the last button, without screens")
    submit.add_argument("application", type=Path, metavar="APPLICATION.json")
    submit.add_argument("--pages", type=Path, metavar="DIR", help="the pictures, named by sha256.jpg")

    outbox = group("outbox", "what waits for the county")
    for name, about in (
        ("status", "how many wait, since when, last trouble"),
        ("send", "send what waits now"),
        ("verify", "check the database and every sealed file"),
    ):
        verb(outbox, name, f"kiosk.cli.outbox:{name}", about)
    every = verb(outbox, "list", "kiosk.cli.outbox:list", "every record and its state")
    every.add_argument(
        "--gone", type=int, default=0, metavar="N", help="instead the last N that the county has, as which case"
    )
    gone = verb(outbox, "lost", "kiosk.cli.outbox:lost", "what a rescue of a damaged outbox could not save, by id")
    gone.add_argument("--seen", action="store_true", help="the window has the list: staff are told no more")
    export = verb(outbox, "export", "kiosk.cli.outbox:export", "sealed records to a folder, such as a USB stick")
    export.add_argument("folder", type=Path)
    taken = verb(outbox, "import", "kiosk.cli.outbox:take_in", "the county's acknowledgements from a folder")
    taken.add_argument("folder", type=Path)

    audit = group("audit", "the trail")
    verb(audit, "show", "kiosk.cli.outbox:audit_show", "every event")
    verb(audit, "retention", "kiosk.cli.retention:retention", "what is kept here and for how long, what was forgotten")
    chain = verb(audit, "verify", "kiosk.cli.outbox:audit_verify", "find any removed, changed or reordered entry")
    chain.add_argument("--anchor", default="", metavar="NUMBER-HASH", help="what the county was told (gateway anchors)")

    listed = verb(
        verbs, "devices", "kiosk.cli.cameras:devices", "the cameras and what they see, every device's address"
    )
    listed.add_argument("--pictures", type=Path, metavar="DIR", help="take one through each camera, into DIR")
    doctor = verb(verbs, "doctor", "kiosk.cli.devices:doctor", "what works, what does not and what to do")
    doctor.add_argument("--print", action="store_true", help="print it as a slip on the receipt printer as well")
    doctor.add_argument("--pdf", type=Path, metavar="FILE", help="write it as an A4 sheet as well")
    doctor.add_argument("--pictures", type=Path, metavar="DIR", help="take one through each camera, into DIR")
    conform = verb(verbs, "conform", "kiosk.cli.conforming:conform", "check a device against what the terminal needs")
    conform.add_argument("kind", choices=("card-reader", "printer", "camera"))
    conform.add_argument("--device", required=True, metavar="ADDRESS", help="e.g. sam:///dev/ttyUSB0?baud=115200")
    conform.add_argument("--out", type=Path, metavar="DIR", help="write report.txt, report.json, report.pdf there")
    conform.add_argument("--script", type=Path, metavar="FILE", help="answers for a bench with nobody beside it")
    conform.add_argument("--only", default="", metavar="A,B", help="these checks and what they rest on")
    privacy = verb(
        verbs, "privacy-check", "kiosk.cli.privacy:check", "visits of every ending, and what is left of them"
    )
    endings = ("done", "face", "words", "stopped", "idle", "aside", "killed", "crashed", "power")
    privacy.add_argument("--ending", action="append", choices=endings)
    settings = group("settings", "the settings file")
    verb(settings, "check", "kiosk.cli.devices:check_settings", "read it and every device's address; starts nothing")
    voice = group("voice", "what is said")
    missing = verb(voice, "missing", "kiosk.cli.voicing:missing", "a list of the prompts that nobody has recorded yet")
    missing.add_argument("out", type=Path, metavar="OUT", help="a table (TSV) for whoever reads them in a studio")
    missing.add_argument("--prompts", type=Path, metavar="DIR", help="what is recorded (default: the settings' folder)")
    staff = group("staff", "staff access")
    pin = verb(
        staff, "set-pin", "kiosk.cli.devices:set_pin", "set the PIN (read from standard input, never an argument)"
    )
    badge = verb(staff, "add-card", "kiosk.cli.devices:add_staff_card", "register a staff member's ID card: it opens a "
                 "visit to them when they help somebody fill in")  # fmt: skip
    badge.add_argument("--device", required=True, metavar="ADDRESS")
    badge.add_argument("--within", type=float, default=30.0, metavar="SECONDS")
    verb(staff, "forget-cards", "kiosk.cli.devices:forget_staff_cards", "no card is a staff card any more")
    pin.add_argument("--stdin", action="store_true", help="read it without asking, for provisioning")
    return top


def run(arguments: Sequence[str]) -> int:
    """Parse and carry out. Wrong usage ends with status 2 by argparse."""
    given = parser().parse_args(arguments)
    module, name = given.where.split(":")
    try:
        status: int = getattr(importlib.import_module(module), name)(given)
    except SettingsError as error:
        return complain(str(error))
    except KeyboardInterrupt:
        return FINDING
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return FINDING
    return status

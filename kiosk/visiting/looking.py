"""From devices and line to what a visit and the status line are told of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from config import calendar
from config.settings import Place
from hardware.ports import Health
from kiosk.visiting.setting import workdays
from matters.events import Surroundings
from screens.status import StatusView

if TYPE_CHECKING:
    from kiosk.visiting.process import VisitProcess


NETWORK: dict[bool | None, str] = {True: "ok", False: "down", None: ""}


def surroundings(process: VisitProcess) -> Surroundings:
    """As it is now. Before the devices have been opened a fitted one counts as usable: effects wait for it."""
    devices = process.devices
    at, online = process.clock(), bool(process.line.get("online"))
    now = datetime.now().astimezone()
    today, days = now.date().isoformat(), workdays(now)
    if devices is None:
        fitted = process.settings.devices
        return Surroundings(
            at, bool(fitted.id_card), bool(fitted.receipt_printer), bool(fitted.camera), online,
            can_scan=bool(fitted.scanner), can_read_social=bool(fitted.social_card),
            can_print_sheet=bool(fitted.document_printer), can_face=bool(fitted.face_camera), today=today,
            workdays=days,
        )  # fmt: skip
    return Surroundings(
        at,
        can_read_card=devices.usable("id_card"),
        can_print=devices.usable("receipt_printer"),  # out of paper it cannot; with a new roll it prints what it owes
        can_film=devices.usable("camera"),
        online=online,
        printer_problem=devices.code("receipt_printer"),
        can_scan=devices.usable("scanner"),
        can_print_sheet=devices.usable("document_printer"),
        can_read_social=devices.usable("social_card"),
        can_face=devices.usable("face_camera"),
        drafts=process.drafts,
        today=today,
        workdays=days,
    )


def status_view(process: VisitProcess) -> StatusView:
    """The status line and the home screen's head."""
    place = process.settings.place
    now = datetime.now().astimezone()
    devices = process.devices
    card = printer = "absent"
    if devices is None:
        card = "ok" if process.settings.devices.id_card else "absent"
        printer = "ok" if process.settings.devices.receipt_printer else "absent"
    else:
        if process.settings.devices.id_card:
            card = "ok" if devices.usable("id_card") else "trouble"
        if process.settings.devices.receipt_printer:
            status = devices.statuses.get("receipt_printer")
            code = devices.code("receipt_printer")
            if status is not None and status.health == Health.BUSY:
                printer = "printing"
            elif code == "printer.paper_out":
                printer = "paper"
            else:
                printer = "trouble" if code else "ok"
    return StatusView(
        county=place.county,
        hall=place.hall,
        hours=_hours(place, now) or place.hours,
        open_now=open_at(place, now),
        now=now,
        card=card,
        printer=printer,
        network=NETWORK[process.line.get("online")],  # "": not known yet, nothing is said
        language=process.other_language[1],
    )


def open_at(place: Place, now: datetime) -> bool:
    """Whether the hall is staffed at a local time: by its hours of the day, season and market, and the holidays."""
    return any(begin <= now.time() < end for begin, end in calendar.spans(_hours(place, now)))


def _hours(place: Place, now: datetime) -> str:
    """The day's hours; a setting that cannot be read leaves the everyday ones."""
    try:
        return calendar.hours_on(place, now.date())
    except calendar.CalendarError:
        return place.hours if str(now.isoweekday()) in place.days else ""

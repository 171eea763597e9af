"""What a visit is told of the terminal it runs on, out of the settings and the clock."""

from __future__ import annotations

import logging
from datetime import datetime

from config import calendar, locales, regions
from config.settings import Settings
from matters.regions import Region
from matters.steps import Help, Step
from matters.visit import Setting
from screens.theme import check_rows

log = logging.getLogger("kiosk.visit")


def _regions(places: tuple[regions.Region, ...]) -> tuple[Region, ...]:
    return tuple(Region(place.name, _regions(place.parts)) for place in places)


def may_join(step: Step) -> bool:
    """Whether a clerk may join where the visit stands."""
    return isinstance(step, Help) and step.can_join


WORKDAYS_MOST = 60  # how far ahead dates are said


def workdays(now: datetime) -> tuple[str, ...]:
    """The working days after a local day, as far as they are known; none where the clock cannot be right."""
    if not clock_sure(now):
        return ()
    try:
        return tuple(day.isoformat() for day in calendar.coming(now.date(), WORKDAYS_MOST))
    except calendar.CalendarError as error:
        log.warning("no dates are said: %s", error)
        return ()


def clock_sure(now: datetime) -> bool:
    """Whether the clock can be right at all: a board without a battery wakes up years back. More than that the terminal
    cannot know by itself; the county writes down when it received."""
    return 2026 <= now.year <= 2060


def setting_of(settings: Settings, now: datetime) -> Setting:
    """`now` is local time; only its date goes into the visit."""
    try:
        known = regions.load(settings.place.regions)
    except regions.RegionsError as error:  # addresses are written then
        log.warning("places are not offered: %s", error)
        known = regions.Regions()
    place, visits, screen = settings.place, settings.visits, settings.screen
    wide = screen.width_px > screen.height_px
    return Setting(
        county=place.county,
        hall=place.hall,
        phone=place.phone,
        collect_at=place.collect_at,
        today=now.date().isoformat(),
        workdays=workdays(now),
        idle_s=visits.idle_s,
        idle_warning_s=visits.idle_warning_s,
        idle_elder_factor=visits.idle_elder_factor,
        goodbye_s=visits.goodbye_s,
        county_wait_s=visits.county_wait_s,
        aside_days=visits.aside_days,
        sources=frozenset(settings.county.sources),
        limit_profile=settings.limit_profile,
        regions=_regions(known.places),
        here=known.here,
        latin=screen.language != locales.DEFAULT,  # the others that can be drawn are written so
        elder=screen.elder,
        rows_a_page=check_rows(elder=False, low=screen.low, landscape=wide),
        rows_a_page_elder=check_rows(elder=True, low=screen.low, landscape=wide),
        can_read_card=bool(settings.devices.id_card),
        can_print=bool(settings.devices.receipt_printer),
        can_film=bool(settings.devices.camera),
        can_scan=bool(settings.devices.scanner),
        phone_codes=settings.county.phone_codes,
        can_print_sheet=bool(settings.devices.document_printer),
        can_read_social=bool(settings.devices.social_card),
        can_face=bool(settings.devices.face_camera),
        reads_papers=bool(settings.devices.camera) and settings.papers.reading,
        online=False,
    )

"""Settings that the county may tell its terminals: how they speak, show themselves and wait. Laid over the terminal's
own file at the start of each visit.

Only what is listed here. Where sealed records go, which devices there are, which build and profile this is, is never
the county's to change from afar: a signed mistake, or a thief of the county's signing key, must not turn a terminal.
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from collections.abc import Mapping
from pathlib import Path

from config.settings import TEXTS, Settings

FILE = "county-settings.json"
"""In the state folder: {"version": n, "values": {"voice.volume_percent": 60, …}}; written by the sync."""

MAY_BE_TOLD = frozenset(
    {
        "limit_profile",
        "place.phone", "place.hours", "place.collect_at", "place.summer", "place.summer_hours",
        "place.market", "place.market_hours",
        "screen.elder", "screen.contrast", "screen.low", "screen.motion", "screen.attract_s",
        "visits.idle_s", "visits.idle_warning_s", "visits.idle_elder_factor", "visits.goodbye_s",
        "visits.county_wait_s", "visits.aside_days", "visits.receipt_days",
        "voice.read_on_arrival", "voice.read_on_touch", "voice.volume_percent", "voice.speed_wpm",
        "papers.page_bytes_most",
        "county.sources", "county.phone_codes",
        "county.retry_first_s", "county.retry_most_s",
        "county.upload_bytes_per_s", "county.upload_hours", "county.metered",
        "storage.free_bytes_least",
    }
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Laid:
    """`refused`: keys that are not the county's to set, unknown here, or of another type; the rest took effect."""

    settings: Settings
    version: int
    refused: tuple[str, ...] = ()


def lay(settings: Settings, state: Path) -> Laid:
    """The terminal's settings with the county's over them. A file that is missing or unreadable changes nothing."""
    try:
        told = json.loads((state / FILE).read_text("utf-8"))
        version, values = int(told["version"]), dict(told["values"])
    except (OSError, ValueError, KeyError, TypeError):
        return Laid(settings, 0)
    return Laid(*_over(settings, values, version))


def _over(settings: Settings, values: Mapping[str, object], version: int) -> tuple[Settings, int, tuple[str, ...]]:
    refused: list[str] = []
    for key, value in sorted(values.items()):
        changed = _changed(settings, key, value) if key in MAY_BE_TOLD else None
        if changed is None:
            refused.append(key)
        else:
            settings = changed
    return settings, version, tuple(refused)


def _changed(settings: Settings, key: str, value: object) -> Settings | None:
    table, _, name = key.rpartition(".")
    inner: typing.Any = getattr(settings, table, None) if table else settings
    if inner is None or not hasattr(inner, name):
        return None
    wanted = typing.get_type_hints(type(inner))[name]
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted == TEXTS and isinstance(value, str):  # what the county tells is texts, numbers, yes and no: no lists
        value = tuple(one.strip() for one in re.split("[,，、]", value) if one.strip())
    elif type(value) is not wanted or (isinstance(value, int | float) and value < 0):
        return None
    made = dataclasses.replace(inner, **{name: value})
    whole: dict[str, typing.Any] = {table: made}
    return dataclasses.replace(settings, **whole) if table else made

"""Names of places, one inside the other, as a county keeps them in a file: province, …, village, group. No codes.

[places.省.市.县.乡]
村 = 12                  twelve groups, 1组 … 12组
村 = ["上屋组", …]       groups with names of their own; also the last level that is known
here = [省, …, 村]       where the terminal stands: what is inside is offered first
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

SAMPLE = Path(__file__).parent / "sample.toml"
GROUPS_MOST = 99


class RegionsError(ValueError):
    """The file cannot be used; the text says which place and what is wrong."""


@dataclass(frozen=True)
class Region:
    name: str
    parts: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Regions:
    places: tuple[Region, ...] = ()
    here: tuple[str, ...] = ()


def load(setting: str) -> Regions:
    """What the setting `place.regions` names: "" nothing, "sample" the county that ships, else a file.

    Raises RegionsError."""
    if not setting:
        return Regions()
    path = SAMPLE if setting == "sample" else Path(setting)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegionsError(f"{path}: {error}") from error
    odd = sorted(set(table) - {"here", "places"})
    if odd:
        raise RegionsError(f"{path}: unknown key {odd[0]!r}; known are here and places")
    places = _parts(table.get("places"), f"{path}: places")
    here = table.get("here", [])
    if not isinstance(here, list) or any(type(name) is not str for name in here):
        raise RegionsError(f"{path}: here wants a list of names")
    inside = places
    for name in here:
        found = next((region for region in inside if region.name == name), None)
        if found is None:
            there = "、".join(region.name for region in inside) or "nothing"
            raise RegionsError(f"{path}: here: no {name} among {there}")
        inside = found.parts
    return Regions(places, tuple(here))


def _parts(value: object, at: str) -> tuple[Region, ...]:
    if isinstance(value, dict):
        return tuple(Region(_name(name, at), _parts(inside, f"{at}.{name}")) for name, inside in value.items())
    if type(value) is int and 0 <= value <= GROUPS_MOST:
        return tuple(Region(f"{number}组") for number in range(1, value + 1))
    if isinstance(value, list) and all(type(name) is str for name in value):
        names = [_name(name, at) for name in value]
        if len(set(names)) < len(names):
            raise RegionsError(f"{at}: a name stands twice")
        return tuple(Region(name) for name in names)
    raise RegionsError(f"{at}: wanted is a table, a list of names, or how many groups (0 to {GROUPS_MOST})")


def _name(name: str, at: str) -> str:
    if not name.strip() or len(name) > 20:
        raise RegionsError(f"{at}: {name!r} is no name of a place")
    return name.strip()

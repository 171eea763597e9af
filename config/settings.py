"""What a terminal is told: one TOML file, strict. Every setting has a unit in its name, a default and a reason.

An unknown key, a wrong type or a value out of bounds is a SettingsError that names file, line and what is meant.
Plain dataclasses rather than a validation library: this is read before the first picture is on the screen.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path

TEXTS = tuple[str, ...]  # the one kind of list that a setting can be


class SettingsError(ValueError):
    """The settings cannot be used. The text says file, line, what is wrong and what to write instead."""


@dataclass(frozen=True)
class Place:
    """Where the terminal stands."""

    county: str = "示例县"
    hall: str = "山背村便民服务中心"
    area: str = "431199"  # six digits, GB/T 2260; the default is unassigned
    phone: str = "0000-0000000"  # the hall's, printed on receipts
    hours: str = "9:00–12:00，14:00–17:00"
    days: str = "12345"  # weekdays on which the hall is staffed: 1 Monday … 7 Sunday
    summer: str = ""  # when summer hours hold, e.g. "05-01..09-30"; empty: the whole year alike
    summer_hours: str = ""
    market: str = ""  # market days: "lunar 1,4,7", "solar 2,5,8" (days of the month that end so), "weekday 7"
    market_hours: str = ""  # on market days, holidays too; empty: as on other days
    collect_at: str = "县政务中心1楼"
    regions: str = ""  # file with the county's places (docs: 厂商手册); "sample": the one that ships; empty: written


@dataclass(frozen=True)
class Screen:
    width_px: int = 1080
    height_px: int = 1920
    px_per_mm: float = 0.0  # 0: from the display itself; a 32-inch portrait panel has 2.71
    fullscreen: bool = True
    elder: bool = False
    contrast: bool = False
    low: bool = False
    hand: str = "right"  # right | left: on which side the main key, and what is written with, lie
    motion: bool = True
    attract_s: float = 300.0  # without a touch on the home screen before it goes dark and moves; 0: never. Burn-in
    keypad: bool = False  # arrow keys, Enter, Backspace, F1 (again) and F2 (help) walk the screens without seeing
    language: str = "zh"
    also: tuple[str, ...] = ()  # languages that a resident can choose instead, by a key on the home screen
    languages: str = ""  # a folder with more languages, LANGUAGE/*.toml; what one lacks is said in Chinese


@dataclass(frozen=True)
class Devices:
    """Addresses; empty: not fitted. See docs/devices.md for the forms."""

    id_card: str = ""
    social_card: str = ""
    camera: str = ""
    face_camera: str = ""  # towards the person; another device than `camera`, each named by what stays
    receipt_printer: str = ""
    document_printer: str = ""
    speaker: str = ""
    scanner: str = ""
    lights: str = ""
    presence: str = ""
    keypad: str = ""


@dataclass(frozen=True)
class Printer:
    width_dots: int = 576  # 80 mm; 384 for 58 mm
    encoding: str = "gb18030"  # what the printer's own characters cover: gb18030 | gbk | gb2312 | none
    mode: str = "picture"  # picture | characters: the printer's own type, many times faster on a slow serial line
    native_qr: bool = False  # draw the code ourselves unless the printer is known to do it well


@dataclass(frozen=True)
class Cards:
    photo_decoder: str = ""  # program that turns a card's photograph (WLT on standard input) into a picture; "": none


@dataclass(frozen=True)
class County:
    """The county's back-end."""

    url: str = ""  # https://…; empty: no county, everything waits
    public_url: str = ""  # what residents' phones open; empty: same as url
    embedded: bool = False  # start a gateway beside the terminal (make run, tests)
    suite: str = ""  # how to seal: "" or age-x25519 | sm2-sm4gcm (SM2, SM4-GCM, SM3), where a cryptography review asks
    upload_bytes_per_s: float = 0.0  # how fast pages may go up; 0: as fast as the line does
    upload_hours: str = ""  # when pages may go up, local time, e.g. "20:00-06:00"; empty: always. Envelopes always go
    sources: tuple[str, ...] = ()  # data sources the county has connected; what a source shows needs no paper then
    phone_codes: bool = False  # the county has phones' codes checked: say so at the card step, where there is a scanner
    metered: bool = False  # every byte is paid for: no catalogues are fetched, the feed is asked for seldom
    retry_first_s: float = 2.0
    retry_most_s: float = 900.0


@dataclass(frozen=True)
class Visits:
    idle_s: float = 120.0  # VVSG 2.0: 2 to 5 minutes
    idle_warning_s: float = 30.0  # VVSG 2.0: 20 to 45 seconds
    idle_elder_factor: float = 1.5
    goodbye_s: float = 15.0
    county_wait_s: float = 6.0  # how long the screen waits for the county before it says "kept here"
    receipt_days: float = 30.0  # how long a card brings back a receipt that never came out; 0: until it is fetched
    aside_days: float = 7.0  # how long a visit that was put aside can be gone on with by slip and card; 0: not offered


@dataclass(frozen=True)
class Voice:
    read_on_arrival: bool = True
    read_on_touch: bool = True  # words that are touched and are no key
    volume_percent: int = 80
    by_hour: str = ""  # another volume at some hours: "12-14=40, 20-7=30" (hours of the day, percent)
    speed_wpm: int = 150
    prompts: str = ""  # folder of recorded prompts, NAME.wav (`kiosk voice missing` says which); "": all synthetic


@dataclass(frozen=True)
class Papers:
    page_bytes_most: int = 500_000
    tray: str = ""  # a picture of what the papers' camera sees without a paper; what shows there is no paper's edge
    a4: str = ""  # where a sheet of A4 lay under the papers' camera; then the size tells one paper from another
    reading: bool = True  # read what is printed on a page, where its material asks for it
    reading_threads: int = 1
    reading_side_px: int = 960  # of the longer side, that lines of text are looked for in
    reading_limit_s: float = 30.0  # longest a page may take; then it stays unread
    reading_idle_s: float = 12.0  # the reader's process is kept for the next page so long


@dataclass(frozen=True)
class Storage:
    free_bytes_least: int = 200_000_000  # refused before a resident begins
    mirror: str = ""  # where a second medium (stick, SD card) is mounted; what waits lies there a second time, sealed
    sticks: str = "/run/village-stick"  # below it the machine mounts a courier's stick; empty: none is taken here

    @property
    def second(self) -> Path | None:
        """The mirror as a path, None where none is wanted."""
        return Path(self.mirror) if self.mirror else None


@dataclass(frozen=True)
class Settings:
    profile: str = "production"  # production | test; a production profile refuses simulators and test controls
    terminal: str = "示例-山背-01"
    catalogue: str = ""  # folder or bundle; empty: what ships
    limit_profile: str = (
        "published"  # whose rule gives a matter's time limit: published | chenzhou | yongzhou | yongzhou-market
    )
    place: Place = field(default_factory=Place)
    screen: Screen = field(default_factory=Screen)
    devices: Devices = field(default_factory=Devices)
    printer: Printer = field(default_factory=Printer)
    cards: Cards = field(default_factory=Cards)
    county: County = field(default_factory=County)
    visits: Visits = field(default_factory=Visits)
    voice: Voice = field(default_factory=Voice)
    papers: Papers = field(default_factory=Papers)
    storage: Storage = field(default_factory=Storage)
    source: str = dataclasses.field(default="", metadata={"internal": True})  # file it was read from


T = typing.TypeVar("T")


def load(path: Path | None) -> Settings:
    """Settings from a TOML file, or all defaults. Raises SettingsError."""
    return read(Settings, path)


def read(kind: type[T], path: Path | None) -> T:
    """A settings dataclass of any program (its tables are dataclasses too) from a TOML file. Raises SettingsError."""
    if path is None:
        return kind()
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text; save it as UTF-8") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    return _build(kind, table, path, text, ())


def _line(text: str, trail: tuple[str, ...]) -> int:
    """The line (1-based) on which a key stands, as near as a line search can tell."""
    section, key = ".".join(trail[:-1]), trail[-1]
    inside = section == ""
    for number, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[([^\[\]]+)\]", line)
        if heading:
            inside = heading.group(1).strip() == section
            if heading.group(1).strip() == ".".join(trail):
                return number
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
            return number
    return 1


def _build(kind: type[T], table: dict[str, object], path: Path, text: str, trail: tuple[str, ...]) -> T:
    known = {f.name: f for f in dataclasses.fields(kind) if not f.metadata.get("internal")}  # type: ignore[arg-type]  # T is always one of the dataclasses above
    hints = typing.get_type_hints(kind)
    values: dict[str, object] = {}
    for key, value in table.items():
        here = (*trail, key)
        at = f"{path}, line {_line(text, here)}"
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; the nearest known key is {near[0]!r}" if near else f"; known here: {', '.join(sorted(known))}"
            raise SettingsError(f"{at}: unknown key {'.'.join(here)!r}{hint}")
        wanted = hints[key]
        if dataclasses.is_dataclass(wanted):
            if not isinstance(value, dict):
                raise SettingsError(f"{at}: {'.'.join(here)!r} is a table: write [{'.'.join(here)}]")
            values[key] = _build(typing.cast("type[object]", wanted), value, path, text, here)
        else:
            values[key] = _check(wanted, value, f"{at}: {'.'.join(here)!r}")
    if kind is Settings:
        values["source"] = str(path)
    return kind(**values)


def _check(wanted: type | types.UnionType, value: object, at: str) -> object:
    if wanted is float and type(value) is int:
        value = float(value)
    if wanted == TEXTS:
        if not isinstance(value, list) or any(type(one) is not str or not one.strip() for one in value):
            raise SettingsError(f'{at} wants a list of texts, like ["one", "another"], not {value!r}')
        return tuple(one.strip() for one in value)
    if type(value) is not wanted:
        names = {str: "a text in quotes", bool: "true or false", int: "a whole number", float: "a number"}
        raise SettingsError(f"{at} wants {names.get(typing.cast(type, wanted), str(wanted))}, not {value!r}")
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        raise SettingsError(f"{at} cannot be negative")
    return value

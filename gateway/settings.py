"""What a county's gateway is told: one TOML file, read as strictly as a terminal's."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import read


@dataclass(frozen=True)
class Listen:
    """TLS is the reverse proxy's, or ours where both files are named (PEM)."""

    host: str = "127.0.0.1"
    port: int = 8080  # 0: any free one; it is printed
    tls_certificate: str = ""
    tls_key: str = ""


@dataclass(frozen=True)
class County:
    name: str = "示例县"
    area: str = "431199"  # six digits, GB/T 2260; the default is unassigned
    public_url: str = ""  # scheme and host that residents' phones open; printed in receipt codes
    sm: bool = False  # also keep a key of the second suite (SM2, SM4-GCM, SM3), for terminals that are set to it
    utc_offset_minutes: int = 480  # case numbers carry the county's own date


@dataclass(frozen=True)
class Limits:
    envelope_bytes_most: int = 1_000_000  # bodies without pages are some 10 kB
    file_bytes_most: int = 20_000_000  # one sealed page
    read_idle_s: float = 60.0  # a line that says nothing for so long is taken for dead; what came is kept
    upload_keep_days: int = 60  # unfinished and unclaimed uploads; a terminal may be without a line for weeks
    face_keep_days: int = 30  # pictures of people, after their case is over; catalogues promise it in their consent
    feed_notices_most: int = 200
    token_hours: int = 72  # how long an enrolment token is good
    certificate_days: int = 3650
    receipt_checks_a_minute: int = 60  # of one address, by the page behind receipts; 0: as many as come


@dataclass(frozen=True)
class PhoneCodes:
    """The service that tells whose code a phone shows (docs/decisions/0014-phone-codes.md)."""

    url: str = ""  # https://…; empty: none is connected, and terminals are told so
    secret_file: str = ""  # its one line goes along as a bearer token; empty: none is wanted
    ca_file: str = ""  # PEM of who vouches for the service, where that is not one of the system's; empty: the system's
    timeout_s: float = 4.0  # for the whole answer; then nobody could tell, and the code is not asked about again
    a_minute: int = 10  # codes of one terminal; 0: as many as come


@dataclass(frozen=True)
class GatewaySettings:
    state: str = ""  # folder; --state and GATEWAY_STATE go before it
    listen: Listen = field(default_factory=Listen)
    county: County = field(default_factory=County)
    limits: Limits = field(default_factory=Limits)
    phone_codes: PhoneCodes = field(default_factory=PhoneCodes)


def load(path: Path | None) -> GatewaySettings:
    """Raises config.settings.SettingsError."""
    return read(GatewaySettings, path)


def state_folder(option: str | None, settings: GatewaySettings) -> Path:
    """--state, GATEWAY_STATE, the settings' state, else the user's own state folder (XDG base directories)."""
    named = option or os.environ.get("GATEWAY_STATE") or settings.state
    if named:
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "village-gateway"

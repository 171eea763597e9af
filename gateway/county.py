"""A county's state folder: its keys, its store, its files; made by `gateway init`, used by all verbs.

gateway.db          the store
files/ uploads/     sealed files, whole and unfinished
keys/               sign-*.pem, seal-*.txt (0600); the newest is used, older ones still open and check
index.key           32 bytes: keys the hash by which a person's applications are found (0600)
window.token        opens the window's list (0600)
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gateway.files import Folder
from gateway.settings import GatewaySettings
from gateway.store import Store
from wire.answers import encode, make_settings
from wire.keys import CountyKeys, CountyPublic, Enrolment, EnrolRequest, certify, check_struct, key_id, read_private
from wire.keys import write_private as write_key
from wire.messages import CatalogueNotice, SettingsNotice

Clock = Callable[[], float]


def utc(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class NotMade(RuntimeError):
    """The state folder holds no county yet."""


@dataclass(frozen=True)
class County:
    folder: Path
    settings: GatewaySettings
    keys: CountyKeys
    index_key: bytes
    files: Folder
    clock: Clock = time.time

    @property
    def database(self) -> Path:
        return self.folder / "gateway.db"

    @property
    def public(self) -> CountyPublic:
        county = self.settings.county
        return self.keys.public(county.name, county.area, county.public_url)

    def store(self) -> Store:
        """A connection for the calling thread."""
        return Store(self.database)

    def now(self) -> str:
        return utc(self.clock())

    def today(self) -> str:
        """YYYYMMDD, the county's own date."""
        offset = datetime.timezone(datetime.timedelta(minutes=self.settings.county.utc_offset_minutes))
        return datetime.datetime.fromtimestamp(self.clock(), offset).strftime("%Y%m%d")


def make(folder: Path, settings: GatewaySettings, clock: Clock = time.time) -> County:
    """Make what is missing of a county: folder, keys, store. Existing keys are left as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    if not any(keys.iterdir()):
        CountyKeys.create(keys, _stamp(clock()))
    if not (folder / "index.key").exists():
        write_key(folder / "index.key", os.urandom(32))
    if not (folder / "window.token").exists():
        write_key(folder / "window.token", secrets.token_urlsafe(24).encode())
    return load(folder, settings, clock)


def load(folder: Path, settings: GatewaySettings, clock: Clock = time.time) -> County:
    """Raises NotMade, wire.errors.WireError key.*, gateway.schema.NewerSchema."""
    if not (folder / "keys").is_dir() or not (folder / "index.key").exists():
        raise NotMade(f"{folder} holds no county yet; make one with: gateway init --state {folder}")
    keys = CountyKeys.load(folder / "keys")
    Store.prepare(folder / "gateway.db")
    return County(folder, settings, keys, read_private(folder / "index.key"), Folder(folder), clock)


def _stamp(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ")


# ---------------------------------------------------------------- enrolment


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(county: County, store: Store, terminal: str) -> tuple[str, str]:
    """(token, number): the token is good once and for this terminal; it is shown here and kept only as a hash."""
    token = secrets.token_urlsafe(24)
    expires = utc(county.clock() + county.settings.limits.token_hours * 3600)
    return token, store.add_token(token_hash(token), terminal, expires)


def enrol(county: County, store: Store, request: EnrolRequest) -> bytes | None:
    """The answer's bytes, or None where token or proof are no good."""
    try:
        public = base64.b64decode(request.public_key, validate=True)
    except ValueError:
        return None
    if len(public) != 32 or not check_struct(public, "enrol", request):
        return None
    now = county.clock()

    def answer(terminal: str, number: str) -> tuple[bytes, bytes, bytes]:
        certificate = certify(
            county.keys.signing[0], terminal=terminal, number=number, public=public,
            # A day early: the terminal's clock may be behind, and that proves nothing.
            valid_from=utc(now - 86400), valid_to=utc(now + county.settings.limits.certificate_days * 86400),
        )  # fmt: skip
        return public, encode(certificate), encode(Enrolment(certificate=certificate, county=county.public))

    return store.enrol(token_hash(request.token), key_id(public), utc(now), answer)


# ---------------------------------------------------------------- what goes to all terminals


def publish_settings(county: County, store: Store, values: dict[str, str | int | bool], signed_by: str = "") -> int:
    """New settings for all terminals, with the county's present keys; their version."""
    latest = store.latest_settings()
    version = 1
    if latest is not None:
        import json

        version = int(json.loads(latest)["version"]) + 1
    body = encode(make_settings(county.keys, county.public, version=version, values=values, signed_by=signed_by))
    store.publish("settings", str(version), body, county.now(), encode(SettingsNotice(version=version)))
    return version


def publish_catalogue(county: County, store: Store, bundle: bytes, version: str) -> str:
    """A catalogue bundle for all terminals (it carries its own signature); its SHA-256."""
    sha256 = hashlib.sha256(bundle).hexdigest()
    notice = CatalogueNotice(version=version, sha256=sha256, size=len(bundle))
    store.publish("catalogue", sha256, bundle, county.now(), encode(notice))
    return sha256


def rotate(county: County, store: Store) -> County:
    """New keys for sealing and signing. Terminals learn of them by settings signed with the key they know; what is
    sealed to the old key still opens."""
    before = county.keys.signing[0].id
    CountyKeys.create(county.folder / "keys", _stamp(county.clock()))
    county = load(county.folder, county.settings, county.clock)
    publish_settings(county, store, {}, signed_by=before)
    return county

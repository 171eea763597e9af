"""A county's state folder: its keys, its store, its files; made by `gateway init`, used by all verbs.

gateway.db          the store
files/ uploads/     sealed files, whole and unfinished
keys/               sign-*.pem, seal-*.txt, seal-*.pem (0600); the newest is used, older ones still open and check
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
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from gateway.dates import Today
from gateway.files import Folder
from gateway.settings import GatewaySettings
from gateway.store import Store
from wire.answers import encode, make_settings
from wire.bundle import check_bundle, order, read_bundle, sign_bundle
from wire.errors import WireError
from wire.keys import (
    CountyKeys,
    CountyPublic,
    CountySettings,
    Enrolment,
    EnrolRequest,
    certify,
    check_struct,
    key_id,
    read_private,
)
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
    keys_at: int = 0  # when their folder was last changed before they were read (nanoseconds)

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

    def asked(self) -> Today:
        """The moment in which somebody asks how far a case is."""
        now = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC)
        return Today(now, self.settings.county.utc_offset_minutes)

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
        CountyKeys.create(keys, _stamp(clock()), settings.county.sm)
    elif settings.county.sm and not any(keys.glob("seal-*.pem")):
        CountyKeys.add_sm(keys, _stamp(clock()))  # terminals learn of it by the next settings
    if not (folder / "index.key").exists():
        write_key(folder / "index.key", os.urandom(32))
    if not (folder / "window.token").exists():
        write_key(folder / "window.token", secrets.token_urlsafe(24).encode())
    return load(folder, settings, clock)


def load(folder: Path, settings: GatewaySettings, clock: Clock = time.time) -> County:
    """Raises NotMade, wire.errors.WireError key.*, gateway.schema.NewerSchema."""
    if not (folder / "keys").is_dir() or not (folder / "index.key").exists():
        raise NotMade(f"{folder} holds no county yet; make one with: gateway init --state {folder}")
    keys_at = (folder / "keys").stat().st_mtime_ns
    keys = CountyKeys.load(folder / "keys")
    Store.prepare(folder / "gateway.db")
    return County(folder, settings, keys, read_private(folder / "index.key"), Folder(folder), clock, keys_at)


def refreshed(county: County) -> County:
    """The county with the keys that lie in its folder now, if they are others: a rotation needs no restart."""
    stamp = (county.folder / "keys").stat().st_mtime_ns
    if stamp == county.keys_at:
        return county
    return replace(county, keys=CountyKeys.load(county.folder / "keys"), keys_at=stamp)


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


def publish_settings(
    county: County, store: Store, values: Mapping[str, str | int | bool], drop: Collection[str] = ()
) -> int:
    """Settings for all terminals with the county's present keys: those published before, with `values` laid over them
    and `drop` left out. Their version."""
    latest = store.latest_settings()
    before = msgspec.json.decode(latest, type=CountySettings) if latest is not None else None
    version = before.version + 1 if before else 1
    whole = {**(before.values if before else {}), **values}
    for name in drop:
        whole.pop(name, None)
    body = encode(make_settings(county.keys, county.public, version=version, values=whole))
    store.publish("settings", str(version), body, county.now(), encode(SettingsNotice(version=version)))
    return version


def settings_for(county: County, latest: bytes, known: str) -> bytes:
    """The settings for a terminal whose newest county key has that id: signed with it, however often the county has
    changed its keys since. As they were published where the key is not (or no longer) held here."""
    told = msgspec.json.decode(latest, type=CountySettings)
    if known == told.key or all(key.id != known for key in county.keys.signing):
        return latest
    return encode(make_settings(county.keys, told.county, version=told.version, values=told.values, signed_by=known))


def publish_catalogue(county: County, store: Store, bundle: bytes, version: str) -> str:
    """A catalogue bundle for all terminals (it carries its own signature); its SHA-256."""
    sha256 = hashlib.sha256(bundle).hexdigest()
    notice = CatalogueNotice(version=version, sha256=sha256, size=len(bundle))
    store.publish("catalogue", sha256, bundle, county.now(), encode(notice))
    return sha256


def take_bundle(county: County, store: Store, data: bytes) -> tuple[bytes, str]:
    """A bundle as it is to be published, with its version: signed here where nobody has signed it. Raises WireError
    bundle.*: not whole, another county's, not newer than the one that was published last."""
    bundle = read_bundle(data)
    if bundle.signed:
        check_bundle(bundle, county.public)
    else:
        data = sign_bundle(data, county.keys.signing[0])
    latest = store.latest_catalogue()
    before = read_bundle(latest).version if latest is not None else ""
    if before and order(bundle.version) <= order(before) and data != latest:
        raise WireError("bundle.older", f"{bundle.version} is not newer than {before}: raise its version, pack again")
    return data, bundle.version


def rotate(county: County, store: Store) -> County:
    """New keys for sealing and signing. Terminals learn of them by settings signed with the key they know (see
    settings_for), also after several rotations; what is sealed to an old key still opens."""
    CountyKeys.create(county.folder / "keys", _stamp(county.clock()), county.settings.county.sm)
    county = load(county.folder, county.settings, county.clock)
    publish_settings(county, store, {})
    return county

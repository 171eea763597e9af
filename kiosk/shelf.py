"""The county's catalogues on this terminal: which one is in use, the one before it, what was refused and why.

catalogue/incoming/SHA256   what came by line or stick; nobody has looked at it yet
catalogue/bundles/SHA256    bundles that passed; at most the one in use and the one before
catalogue/current.json      which is which; replaced as a whole, so a power cut leaves the old one or the new one
catalogue/refused.json      the last one that was not taken, until a good one comes

A bundle in use is `proved` once a visit process has drawn its home screen with it. One that has been begun with
`TRIES` times and never came so far is given up for the one before.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from wire.bundle import Bundle, read_bundle
from wire.errors import WireError

TRIES = 3
T = TypeVar("T", bound=msgspec.Struct)


class Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sha256: str
    version: str


class Current(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`given_up`: the bundle that passed its check and still did not come up; it is not taken a second time.
    `told`: the trail says that `current` came into use."""

    v: Literal[1] = 1
    current: Held | None = None
    previous: Held | None = None
    proved: bool = False
    tries: int = 0
    given_up: str = ""
    told: bool = False


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`code`: bundle.*, with a text under `bundle` in the locales; `detail`: file, line and rule; `at`: UTC."""

    v: Literal[1] = 1
    sha256: str
    version: str
    code: str
    detail: str = ""
    at: str = ""


@dataclass(frozen=True)
class Shelf:
    """The folder `catalogue` of a state folder."""

    folder: Path

    @classmethod
    def of(cls, state: Path) -> Shelf:
        return cls(state / "catalogue")

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    @property
    def bundles(self) -> Path:
        return self.folder / "bundles"

    def current(self) -> Current:
        """What is in use; nothing where nothing is, or where the note of it cannot be read."""
        return self._read("current.json", Current) or Current()

    def refused(self) -> Refused | None:
        return self._read("refused.json", Refused)

    def bundle(self, sha256: str) -> Bundle:
        """A bundle that was kept, its bytes those of its name. Raises WireError bundle.damaged, bundle.*."""
        try:
            data = (self.bundles / sha256).read_bytes()
        except OSError as error:
            raise WireError("bundle.damaged", f"cannot be read ({error.strerror})") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise WireError("bundle.damaged", "its bytes have changed on the disk")
        return read_bundle(data)

    # ------------------------------------------------------------------ changing

    @contextlib.contextmanager
    def changing(self) -> Iterator[Current]:
        """Hold the shelf for a change. Gives what is in use now."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield self.current()
        finally:
            os.close(handle)

    def set_current(self, current: Current) -> None:
        self._write("current.json", current)

    def set_refused(self, refused: Refused | None) -> None:
        if refused is None:
            (self.folder / "refused.json").unlink(missing_ok=True)
        else:
            self._write("refused.json", refused)

    def prove(self) -> None:
        """A home screen was drawn with what is in use."""
        if not self.current().proved:
            with self.changing() as now:
                if now.current is not None and not now.proved:
                    self.set_current(msgspec.structs.replace(now, proved=True, tries=0))

    def begin(self) -> str:
        """A visit begins: the bundle to begin with, "" where there is none. Counts the tries of one not yet proved,
        and gives it up after `TRIES`."""
        now = self.current()
        if now.current is None or now.proved:
            return now.current.sha256 if now.current else ""
        with self.changing() as now:
            if now.current is None or now.proved:
                return now.current.sha256 if now.current else ""
            if now.tries < TRIES:
                self.set_current(msgspec.structs.replace(now, tries=now.tries + 1))
                return now.current.sha256
            self._go_back(now)
            return now.previous.sha256 if now.previous else ""

    def go_back(self, sha256: str) -> None:
        """The one in use cannot be read any more: the one before it counts from now on."""
        with self.changing() as now:
            if now.current is not None and now.current.sha256 == sha256:
                self.set_current(Current(current=now.previous, proved=now.previous is not None, given_up=now.given_up))

    def _go_back(self, now: Current) -> None:
        if now.current is None:
            return
        self.set_refused(Refused(sha256=now.current.sha256, version=now.current.version, code="bundle.stuck"))
        self.set_current(
            Current(current=now.previous, proved=now.previous is not None, given_up=now.current.sha256)
        )  # fmt: skip

    def _read(self, name: str, kind: type[T]) -> T | None:
        try:
            return msgspec.json.decode((self.folder / name).read_bytes(), type=kind)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _write(self, name: str, value: msgspec.Struct) -> None:
        from offline.files import write_durably

        write_durably(self.folder / name, msgspec.json.encode(value, order="sorted"))

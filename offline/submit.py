"""The path behind the last button: what the visit made becomes a message, is sealed to the county, is committed, and
gets its receipt, in that order. From then on this terminal cannot read it.

A `Desk` takes in everything a visit hands in: applications, ratings, calls for the clerk. Its methods block (sealing,
fsync): call them in a thread. They may be called again with the same application after an unclear end; nothing is
handed in twice. What fails is `Failed` with a code, and then nothing was handed in.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from matters.outcomes import Done, Failed, Submitted
from offline import identity as identities
from offline import times
from offline.errors import OfflineError
from offline.outbox import Clock, Committed, Outbox, Sealed, Signed, Status, Unprinted, card_hash
from offline.points import Points, nothing

if TYPE_CHECKING:
    from matters.application import Application
    from offline.trail import Trail
    from wire.messages import ItemDetail, Message
    from wire.seal import PageReady
    from wire.seal import Sealed as WireSealed

Random = Callable[[int], bytes]

CARD_LEVELS = ("card", "card+photo", "helper")
"""Only who laid a card on the reader gets a lost receipt back by card; a typed number opens nothing."""

VISIT_BYTES = 40_000_000
"""What one visit may need: twenty pages of half a megabyte, sealed, and as much again for what is under way."""


class Desk:
    """Where a visit hands in. Open it with `Desk.open`."""

    def __init__(
        self,
        state: Path,
        outbox: Outbox,
        trail: Trail | None,
        clock: Clock,
        random: Random,
        area: str,
        count: times.Count = times.machine,
        suite: str = "",
    ) -> None:
        self._count = count
        self._suite = suite
        self._state = state
        self._outbox = outbox
        self._trail = trail
        self._clock = clock
        self._random = random
        self._area = area
        self._known: tuple[object, identities.Identity] | None = None
        self._ready: dict[str, PageReady] = {}  # pages sealed ahead, by the SHA-256 of the picture
        self._recording = ThreadPoolExecutor(1, "trail")

    @classmethod
    def open(
        cls,
        state: Path,
        *,
        clock: Clock = time.time,
        random: Random = os.urandom,
        reserve_bytes: int = 0,
        area: str = "",
        point: Points = nothing,
        count: times.Count = times.machine,
        mirror: Path | None = None,
        suite: str = "",
    ) -> Desk:
        """`area`: where the terminal stands (GB/T 2260, six digits). `reserve_bytes`: see `ready`. `count`: the
        machine's own seconds, by which a set clock is known (offline.times). `mirror`: where a second medium is
        mounted (offline.mirror). `suite`: how to seal (wire.seal.SUITES; "": age).

        Raises Corrupt, TooNew, DiskFull, DiskFailed, Busy.
        """
        from offline.trail import Trail

        outbox = Outbox.open(state, clock, point=point, reserve_bytes=reserve_bytes, mirror=mirror)
        return cls(state, outbox, Trail.open(state, clock), clock, random, area, count, suite)

    def close(self) -> None:
        """Wait until the trail has been written, and close."""
        self._recording.shutdown(wait=True)
        self._outbox.close()
        if self._trail is not None:
            self._trail.close()

    def ready(self) -> Failed | None:
        """Why nobody should begin a visit that ends here, None if they may: not enrolled, no room, a broken disk."""
        try:
            self._identity()
            return None if self._outbox.room_for(VISIT_BYTES) else Failed("storage.full")
        except OfflineError as error:
            return Failed(error.code)

    def waiting(self) -> Status:
        """What waits for the county, for staff to see. Raises OfflineError."""
        return self._outbox.status()

    def lost(self) -> int:
        """How many a rescue could not save, until the window has the list. Raises OfflineError."""
        from offline.rescue import lost

        return len(lost(self._outbox))

    # ------------------------------------------------------------------ handing in

    def submit(
        self,
        application: Application,
        pages: Mapping[str, bytes],
        items: Sequence[ItemDetail] = (),
        days: int | None = None,
    ) -> Submitted | Failed:
        """Hand an application in. `pages`: pictures' bytes by SHA-256, exactly those its materials name; `items`: what
        the catalogue says of application.items, in their order (titles, departments, codes); `days`: the limit of the
        whole that the person was told."""
        from wire import receipt, uuid7
        from wire.messages import ApplicationMessage

        if not application.id:
            application = replace(application, id=uuid7.uuid7(int(self._clock() * 1000), self._random(10)))
        secret = self._random(receipt.SECRET_BYTES)

        def message(identity: identities.Identity) -> Message:
            return ApplicationMessage(
                id=application.id, terminal=identity.terminal, at=self._utc(), application=application,
                items=tuple(items) or _plain(application), secret=secret.hex(), county_area=self._area,
                clock_verified=self._verified(), days=days,
            )  # fmt: skip

        def signed_receipt(identity: identities.Identity, sealed: WireSealed, sequence: int) -> tuple[str, str]:
            number = receipt.number(identity.number, sequence)
            claims = receipt.Claims(
                number, application.id, application.matter, int(self._clock()),
                bytes.fromhex(sealed.digest)[: receipt.DIGEST_BYTES], len(application.items), secret, self._verified(),
            )  # fmt: skip
            return number, receipt.make_code(claims, identity.key, identity.county.public_url)

        holder = next(
            (one.id_number for one in application.helpers if one.role == "relative" and one.level == "card"),
            application.known.id_number,  # whose card lay here: the helper's, where somebody acts for somebody else
        )
        card = holder if application.known.level in CARD_LEVELS else ""
        committed = self._hand_in(application.id, message, pages, signed_receipt, card)
        if isinstance(committed, Failed):
            return committed
        return Submitted(application.id, committed.number, committed.receipt, self._local(application.id))

    def rate(self, application: str, level: int, reasons: Sequence[str]) -> Done | Failed:
        """Hand a rating in; `application` may be ""."""
        from wire.messages import RatingMessage

        record = self._new_id()
        made = self._hand_in(
            record,
            lambda identity: RatingMessage(
                id=record,
                terminal=identity.terminal,
                at=self._utc(),
                application=application,
                level=level,
                reasons=tuple(reasons),
            ),
        )
        return made if isinstance(made, Failed) else Done()

    def call_clerk(self, where: str) -> str | Failed:
        """Tell the county that somebody called the clerk at a step (its key; nothing personal). Returns the record's
        id: the county knows once it has acknowledged that."""
        from wire.messages import HelpCallMessage

        record = self._new_id()
        made = self._hand_in(
            record, lambda identity: HelpCallMessage(id=record, terminal=identity.terminal, at=self._utc(), where=where)
        )
        return made if isinstance(made, Failed) else record

    def say(self, record: str, subject: str, words: str, phone: str) -> Submitted | Failed:
        """Hand a question or a complaint in, under the id `record` (a UUIDv7, the same for every try)."""
        from wire import receipt
        from wire.messages import ComplaintMessage

        secret = self._random(receipt.SECRET_BYTES)

        def message(identity: identities.Identity) -> Message:
            return ComplaintMessage(
                id=record, terminal=identity.terminal, at=self._utc(), clock_verified=self._verified(), application="",
                note=words, phone=phone, subject=subject,
            )  # fmt: skip

        def signed_receipt(identity: identities.Identity, sealed: WireSealed, sequence: int) -> tuple[str, str]:
            number = receipt.number(identity.number, sequence)
            claims = receipt.Claims(
                number, record, "complaint", int(self._clock()),
                bytes.fromhex(sealed.digest)[: receipt.DIGEST_BYTES], 0, secret, self._verified(),
            )  # fmt: skip
            return number, receipt.make_code(claims, identity.key, identity.county.public_url)

        committed = self._hand_in(record, message, None, signed_receipt)
        if isinstance(committed, Failed):
            return committed
        return Submitted(record, committed.number, committed.receipt, self._local(record))

    def _hand_in(
        self,
        record: str,
        message: Callable[[identities.Identity], Message],
        pages: Mapping[str, bytes] | None = None,
        receipt: Callable[[identities.Identity, WireSealed, int], tuple[str, str]] | None = None,
        card: str = "",
    ) -> Committed | Failed:
        from wire.envelope import encode_envelope, make_envelope
        from wire.errors import WireError
        from wire.seal import seal

        try:
            if known := self._outbox.known(record):  # pressed again after an unclear end: what counts is what is there
                self._outbox.mirror_one(record)
                return known
            identity = self._identity()
            verified = self._verified()

            def sign(sealed: WireSealed, sequence: int) -> Signed:
                envelope = make_envelope(
                    sealed, sequence=sequence, made_at=self._utc(), clock_verified=verified, key=identity.key
                )
                number, code = receipt(identity, sealed, sequence) if receipt else ("", "")
                return Signed(encode_envelope(envelope), number, code)

            whose = card_hash(_card_key(identity), card) if card else ""
            key = identity.county.seal_key(self._suite or None).id
            ready = {name: self._ready[name] for name in pages or {} if name in self._ready}
            plain = [page for name, page in (pages or {}).items() if name not in ready or ready[name].key != key]
            with self._outbox.writing() as writing:
                sealed = seal(message(identity), plain, identity.county, self._suite or None, writing.add, ready)
                committed = self._outbox.commit(
                    ours(sealed), lambda sequence: sign(sealed, sequence), card_hash=whose, writing=writing
                )
        except (OfflineError, WireError) as error:
            code = error.code if isinstance(error, OfflineError) else OfflineError.code
            self._record("outbox.refused", code=error.code)
            return Failed(code)
        self._record("outbox.committed", record=record, kind=sealed.kind, sequence=committed.sequence)
        return committed

    def prepare(self, page: bytes) -> None:
        """Seal a page ahead, in memory, as soon as its picture was taken: it is most of the work behind the button. A
        page that nobody prepared, or that was sealed to a key that has been changed since, is sealed then."""
        from wire.errors import WireError
        from wire.seal import seal_page

        self._outbox.files.get_ready()
        with contextlib.suppress(OfflineError, WireError):
            county = self._identity().county
            self._ready[hashlib.sha256(page).hexdigest()] = seal_page(page, county, self._suite or None)

    def forget(self, sha256: str) -> None:
        """A page that nobody wants any more: its sealed copy goes too."""
        self._ready.pop(sha256, None)

    # ------------------------------------------------------------------ receipts

    def unprinted(self, id_number: str) -> list[Unprinted]:
        """Receipts of the card that lies on the reader which were never printed, oldest first. Empty when the outbox
        cannot tell."""
        try:
            return self._outbox.unprinted(card_hash(_card_key(self._identity()), id_number))
        except OfflineError:
            return []

    def printed(self, application: str, copy: int = 1) -> None:
        """The person has the receipt (on paper, or copied from the screen where there is no printer)."""
        with contextlib.suppress(OfflineError):
            self._outbox.printed(application)
        self._record("receipt.printed", record=application, copy=copy)

    def at_county(self, application: str) -> bool:
        with contextlib.suppress(OfflineError):
            return self._outbox.at_county(application)
        return False

    # ------------------------------------------------------------------

    def _identity(self) -> identities.Identity:
        """Read and verified anew only when its files are others: the county may have changed its keys. Raises as
        identity.load does."""
        try:
            stamp = tuple(
                (at.st_ino, at.st_mtime_ns, at.st_size)
                for at in ((self._state / name).stat() for name in ("terminal.json", "terminal.key"))
            )
        except OSError:
            return identities.load(self._state)  # which says what is missing
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, identities.load(self._state))
        return self._known[1]

    def _new_id(self) -> str:
        from wire import uuid7

        return uuid7.uuid7(int(self._clock() * 1000), self._random(10))

    def _verified(self) -> bool:
        """Whether a time written now is one the county's word stands behind (offline.times)."""
        with contextlib.suppress(OfflineError):
            return times.verified(self._outbox.note(times.NOTE), self._count(), self._clock)
        return False

    def _utc(self) -> str:
        return datetime.datetime.fromtimestamp(self._clock(), datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _local(self, record: str) -> str:
        """When it was committed, in local time."""
        entry = self._outbox.entry(record)
        at = entry.since if entry else self._clock()
        return datetime.datetime.fromtimestamp(at, datetime.UTC).astimezone().isoformat(timespec="seconds")

    def _record(self, event: str, **fields: str | int) -> None:
        """Into the trail, without waiting for it: a person stands there, and what was committed stands either way."""
        self._recording.submit(self._write_down, event, fields)

    def _write_down(self, event: str, fields: Mapping[str, str | int]) -> None:
        if self._trail is not None:
            with contextlib.suppress(OfflineError):
                self._trail.record(event, **fields)


def ours(sealed: WireSealed) -> Sealed:
    """What the outbox takes, of what wire sealed."""
    files = {file.sha256: blob for file, blob in zip(sealed.files, sealed.blobs, strict=True)}
    return Sealed(sealed.kind, sealed.id, sealed.digest, files)


def _plain(application: Application) -> tuple[ItemDetail, ...]:
    from wire.messages import ItemDetail

    return tuple(ItemDetail(item, item) for item in application.items)


def _card_key(identity: identities.Identity) -> bytes:
    """A secret of this terminal alone: Ed25519 signs deterministically (RFC 8032, 5.1.6), so it is always the same."""
    return hashlib.sha256(identity.key.sign(b"village-terminal/card-hash\n")).digest()

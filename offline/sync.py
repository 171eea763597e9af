"""The sync: brings what waits to the county, oldest first, and takes back what the county has for this terminal.

A process of its own that outlives visits and holds nothing personal: what it sends is sealed, what it gets are ids,
states and acknowledgements. A record leaves the outbox only on an acknowledgement whose county signature verifies.

What is tried is marked as failed before it is sent. A record that fails waits by itself while the others go on; when
the line fails, the line waits. Both pauses grow, are jittered and lie on the disk, so a restart does not hammer the
county. What the county or its proxy asks for (Retry-After) is kept to, even when somebody is in a hurry.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from offline import ballast, times
from offline import identity as identities
from offline.ahead import Ahead
from offline.county import County, CountyError, NotTheCounty, Refused, Unavailable, Unreachable
from offline.errors import Busy, DiskFull, OfflineError
from offline.flight import Flight
from offline.mirror import ABSENT
from offline.outbox import Ack, Clock, Due, Outbox, Upload
from offline.pauses import Pauses
from offline.points import Points, nothing
from offline.returns import Report, Returns
from offline.settling import Settling
from offline.thrift import METERED_FEED_S, Thrift
from wire import answers
from wire.errors import WireError

if TYPE_CHECKING:
    from offline.trail import Trail
    from wire.messages import Health

FEED_EVERY_S = 60.0
"""How often the feed is asked for when nothing else happens."""
TELL_EVERY_S = 0.25
HOURS_LOOK_S = 60.0
TOKEN_FILE = "enrolment-token"  # noqa: S105 - a file's name
"""In the state folder, mode 0600: the county's one-time token; deleted once it has been used."""


@dataclass(frozen=True)
class Options:
    """`feed_every_s`: how often to ask what the county has, while nothing waits."""

    url: str
    pauses: Pauses
    feed_every_s: float = FEED_EVERY_S
    thrift: Thrift = field(default_factory=Thrift)

    @property
    def feed_s(self) -> float:
        return max(self.feed_every_s, METERED_FEED_S) if self.thrift.metered else self.feed_every_s


NEVER = {(413, "upload.too_large"), (413, "upload.too_long"), (409, "upload.length"), (400, "upload.metadata")}
"""What the county says of a file that it will never take, beside wire.answers.outcome for messages."""


class Sync(Returns):
    """One terminal's sync. `report` is told state changes and acknowledged ids (see offline.process)."""

    def __init__(
        self,
        state: Path,
        outbox: Outbox,
        options: Options,
        clock: Clock,
        *,
        report: Report = lambda _: None,
        trail: Trail | None = None,
        point: Points = nothing,
        count: times.Count = times.machine,
    ) -> None:
        super().__init__(state, outbox, report, trail, point, options.thrift.metered)
        self._count = count
        self._options = options
        self._clock = clock
        self._wake = asyncio.Event()
        self._hurried = False
        self._told_at = 0.0
        self._settling: Settling
        self._mirrored: str | None = None  # as the second medium was when it was last brought up to date

    def wake(self) -> None:
        """Something was committed, or somebody is in a hurry: try now, unless the county asked us to wait."""
        self._hurried = True
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def _others_wait(self) -> bool:
        return self._stopping or self._wake.is_set()

    async def run(self) -> None:
        """Until `stop`. What goes wrong inside is reported and tried again; nothing here gives up."""
        async with County(
            self._options.url, None, self._clock, self._point, self._options.thrift.bytes_per_s
        ) as self._county:
            while not self._stopping:
                try:
                    await self._mirror()
                    pause = await self._round()
                    await self._tell()
                    await self._do(ballast.hold, self._state)
                except OfflineError as error:  # the disk, or another process that holds the database
                    self._say({"online": self._online, "last_error": error.code})
                    pause = self._options.pauses.after(3)
                    if isinstance(error, DiskFull):
                        await self._make_room()
                await self._wait(pause)

    async def _make_room(self) -> None:
        """On a full disk nothing can be noted, and so nothing brought. If what is left lying about is not enough, there
        is the room kept for this (offline.ballast)."""
        with contextlib.suppress(OfflineError, OSError):
            await self._do(self._outbox.make_room)
        await self._do(ballast.give_up_if_full, self._state)

    async def once(self) -> None:
        """One round at once, for `kiosk outbox send`: every pause but the county's own is ended first."""
        self._hurried = True
        await self._do(self._outbox.hurry)
        async with County(
            self._options.url, None, self._clock, self._point, self._options.thrift.bytes_per_s
        ) as self._county:
            await self._round()
            await self._tell()

    async def _mirror(self) -> None:
        """Bring the second medium up to date when it has come, gone, or something was wrong with it."""
        mirror = self._outbox.mirror
        if mirror is not None:
            there = "" if await self._do(mirror.there) else ABSENT
            wrong = await self._do(self._outbox.note, "mirror")
            if self._mirrored != there or wrong:
                self._mirrored = there
                await asyncio.to_thread(self._outbox.mirror_all)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.0, seconds))
        self._wake.clear()

    # ------------------------------------------------------------------ one round

    async def _round(self) -> float:
        """Try everything that is due; seconds until there may be something to do again."""
        if (held := await self._left("hold")) > 0:
            return held
        hurried, self._hurried = self._hurried, False
        if not hurried and (left := await self._left("line")) > 0:
            return left
        try:
            if not await self._enrolled():
                return self._options.feed_s
            asked = self._count()
            health = await self._health()
            await self._compare_clocks(health.at, asked)
        except CountyError as error:
            return await self._line_failed(error)
        await self._line_good(health.at)
        try:
            await self._drain()
            await self._feed()
            await self._act()
        except CountyError as error:
            return await self._round_failed(error)
        if await self._do(self._outbox.note, "round_failures"):
            await self._do(self._outbox.set_note, "round_failures", "")
        return await self._idle_for()

    async def _health(self) -> Health:
        """The county's word that it is there. A county that has changed its keys since we last heard of it signs with
        one we do not know; its settings, signed with one we do know, bring it."""
        try:
            return await self._county.health()
        except NotTheCounty as error:
            if error.note != "health.signature":
                raise
            try:
                await self._fetch_settings()
            except CountyError:
                raise error from None
        return await self._county.health()

    async def _compare_clocks(self, county_at: str, asked: times.Steady) -> None:
        """Remember whether the clock can be believed (offline.times)."""
        known = await self._do(self._outbox.note, times.NOTE)
        found = times.compared(county_at, asked, self._count(), self._clock)
        if found is None or (found and not times.stale(known, asked) and times.verified(known, asked, self._clock)):
            return
        if found != known:
            await self._do(self._outbox.set_note, times.NOTE, found)

    async def _idle_for(self) -> float:
        due = await self._do(self._outbox.due_in)
        if due == 0 and not self._options.thrift.pages_may_go(self._clock()):
            due = HOURS_LOOK_S  # what is due has pages, and this is not their hour
        return self._options.feed_s if due is None else min(due, self._options.feed_s)

    async def _enrolled(self) -> bool:
        """Whether the terminal has its certificate, getting it with a token if one lies there."""
        if self._county.identity is not None:
            return True
        try:
            self._county.identity = await self._do(identities.load, self._state)
            return True
        except identities.NotEnrolled as error:
            token = self._state / TOKEN_FILE
            if not token.exists():
                self._say({"online": False, "last_error": error.code})
                return False
            self._county.identity = await enrol(self._county, self._state, token.read_text("utf-8").strip())
            token.unlink()
            self._record("terminal.enrolled")
            return True

    # ------------------------------------------------------------------ pauses that last

    async def _left(self, what: str) -> float:
        """Seconds left of a remembered pause. A clock that went back ends it."""
        said = await self._do(self._outbox.note, what)
        if not said:
            return 0.0
        since, pause = (float(part) for part in said.split())
        gone = self._clock() - since
        return 0.0 if gone < 0 else max(0.0, pause - gone)

    async def _remember(self, what: str, pause: float) -> None:
        await self._do(self._outbox.set_note, what, f"{self._clock()!r} {pause!r}")

    async def _line_failed(self, error: CountyError) -> float:
        failures = int(await self._do(self._outbox.note, "line_failures") or 0) + 1
        pause = self._options.pauses.after(failures)
        await self._do(self._outbox.set_note, "line_failures", str(failures))
        await self._do(self._outbox.set_note, "last_error", error.code)
        await self._remember("line", pause)
        if self._online or failures == 1:
            status = await self._do(self._outbox.status)
            self._record("sync.offline", code=error.code, waiting=status.waiting)
        self._online = False
        if error.retry_after_s is not None:
            return await self._held(error)
        return pause

    async def _round_failed(self, error: CountyError) -> float:
        """The county is there, by its signed health, and yet a round could not be ended: it answers 500, or somebody
        cuts in behind it. The pause grows until a round ends well, not until health does: else a county that is ill
        for a day would be asked every two seconds."""
        if error.retry_after_s is not None:
            return await self._held(error)
        failures = int(await self._do(self._outbox.note, "round_failures") or 0) + 1
        pause = self._options.pauses.after(failures)
        await self._do(self._outbox.set_note, "round_failures", str(failures))
        await self._do(self._outbox.set_note, "last_error", error.code)
        await self._remember("line", pause)
        if isinstance(error, Unreachable) and self._online:
            self._online = False
            status = await self._do(self._outbox.status)
            self._record("sync.offline", code=error.code, waiting=status.waiting)
        return pause

    async def _held(self, error: CountyError) -> float:
        """The county asked for time, or did not say how much."""
        pause = error.retry_after_s
        if pause is None:
            return await self._line_failed(error)
        await self._do(self._outbox.set_note, "last_error", error.code)
        await self._remember("hold", pause)
        return pause

    async def _line_good(self, at: str) -> None:
        failures = await self._do(self._outbox.note, "line_failures")
        if not self._online or failures:
            await self._do(self._outbox.set_note, "line_failures", "")
            await self._do(self._outbox.set_note, "line", "")
            await self._do(self._outbox.set_note, "last_error", "")
            await self._do(self._outbox.hurry)  # what failed with the line need not wait any longer
            status = await self._do(self._outbox.status)
            self._record("sync.online", waiting=status.waiting)
        self._online = True
        await self._tell({"county_time": at, "terminal_time": self._clock()})

    # ------------------------------------------------------------------ sending

    async def _drain(self) -> None:
        """One pass, oldest first, each record tried at most once. Raises CountyError when it is the line that is gone
        (asked for by its health after a record broke off), Unavailable when the county asked for time."""
        async with Settling(self._settle) as self._settling:
            ahead = Ahead(self._outbox, self._options.pauses, self._may_go)
            try:
                async with Flight(self._send, self._landed) as flight:
                    while not self._stopping and (due := await ahead.next()):
                        await flight.put(due)
                        await self._tell_soon()
                    await flight.done()
            finally:
                await ahead.leave()

    async def _landed(self, sent: Awaitable[None]) -> None:
        try:
            await sent
        except Unreachable:
            await self._tell()
            await self._health()  # the line is well: it was this record; the others go on

    def _may_go(self, due: Due) -> bool:
        """Whether this is its hour: pages wait for theirs."""
        return all(upload.done for upload in due.uploads) or self._options.thrift.pages_may_go(self._clock())

    async def _settle(self, some: list[tuple[Ack, int]]) -> None:
        gone = set(await self._do(self._outbox.acknowledged_all, [ack for ack, _ in some]))
        await self._acknowledged([(ack.id, sequence) for ack, sequence in some if ack.id in gone])

    async def _tell_soon(self) -> None:
        """While much is brought, the parent is told a few times a second."""
        now = asyncio.get_running_loop().time()
        if now - self._told_at > TELL_EVERY_S:
            self._told_at = now
            await self._tell()

    async def _send(self, due: Due) -> None:
        """Bring one record up. Raises Unreachable, and Unavailable with a time to wait; whatever else happens is the
        record's own affair."""
        sequence = due.entry.sequence
        pause = self._options.pauses.after(due.entry.tries + 1)
        try:
            await self._upload_all(due)
            await self._accept(due, await self._post(due), pause)
        except Unreachable as error:
            await self._do(self._outbox.failed, sequence, error.code, pause)
            raise
        except Unavailable as error:
            await self._do(self._outbox.failed, sequence, error.code, pause)
            if error.retry_after_s is not None:
                raise
        except Refused as error:
            if answers.outcome(error.status, error.reason) == "never" or (error.status, error.reason) in NEVER:
                await self._bury(due, error.reason, error.code)
            else:
                reason = error.reason if error.reason != "unknown" else f"http.{error.status}"
                await self._do(self._outbox.failed, sequence, reason, pause, error.code)
        except CountyError as error:
            await self._do(self._outbox.failed, sequence, error.code, pause)
        except FileNotFoundError:
            await self._bury(due, "outbox.file_missing")

    async def _post(self, due: Due) -> bytes:
        """The envelope; once more if the county says that files are missing which it had."""
        self._point("send.envelope.before")
        try:
            said = await self._county.post_message(due.body)
        except Refused as error:
            if answers.outcome(error.status, error.reason) != "send_files":
                raise
            for upload in due.uploads:
                if upload.sha256 in error.missing:
                    await self._upload(due.entry.sequence, upload, "")
            said = await self._county.post_message(due.body)
        self._point("send.envelope.answered")
        return said

    async def _accept(self, due: Due, said: bytes, pause: float) -> None:
        entry, identity = due.entry, self._county.identity
        assert identity is not None  # noqa: S101 - nothing is sent before enrolment
        try:
            answers.read_acknowledgement(
                said, identity.county, terminal=identity.terminal, message=entry.id, digest=entry.digest
            )
        except WireError:
            await self._do(self._outbox.failed, entry.sequence, NotTheCounty.code, pause)
            return
        self._point("send.acknowledgement.verified")
        self._settling.put(Ack(entry.id, entry.digest, said), entry.sequence)

    async def _bury(self, due: Due, reason: str, card: str = "") -> None:
        await self._do(self._outbox.bury, due.entry.sequence, reason, card)
        self._record("outbox.dead", record=due.entry.id, reason=reason)

    async def _upload_all(self, due: Due) -> None:
        for upload in due.uploads:
            if not upload.done:
                await self._upload(due.entry.sequence, upload, upload.address)

    async def _upload(self, sequence: int, upload: Upload, address: str) -> None:
        """One file, from where it broke off. An address the county forgot is asked for anew, once."""
        with self._outbox.files.path(upload.sha256).open("rb") as file:
            for again in (True, False):
                if not address:
                    address = await self._county.create_upload(upload.sha256, file)
                    if not address:
                        break
                    await self._do(self._outbox.placed, sequence, upload.position, address)
                try:
                    await self._county.upload(address, file)
                    break
                except Refused as error:
                    # 404, 410: forgotten; 409: the offset moved under us; 460: it arrived damaged and was dropped.
                    if not again or error.status not in (404, 409, 410, 460):
                        raise
                    if error.status != 409:
                        address = ""
        await self._do(self._outbox.uploaded, sequence, upload.position)


async def enrol(county: County, state: Path, token: str) -> identities.Identity:
    """Ask the county for this terminal's certificate and keep it. Raises CountyError, DiskFull, DiskFailed."""
    key = await asyncio.to_thread(identities.key_of, state)
    enrolment = await county.enrol(key, token)
    return await asyncio.to_thread(identities.keep, state, key, enrolment)


@contextlib.contextmanager
def alone(state: Path) -> Iterator[None]:
    """Held by whoever sends: two at once would do the same work twice. Raises Busy."""
    handle = os.open(state / "outbox" / "sync.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("another process is sending") from None
        yield
    finally:
        os.close(handle)

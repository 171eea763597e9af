"""What comes back to a terminal by itself: acknowledgements, states, settings, catalogues, by one cursor, exactly once.

Nothing personal is in any of it. Each thing is checked by the county's signature; what the feed brought takes effect in
the outbox's one transaction, and what needs fetching stays marked until it has been.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from config.told import FILE as SETTINGS_FILE
from offline import identity as identities
from offline.county import County
from offline.errors import OfflineError
from offline.files import sync_folder, write_durably
from offline.outbox import Ack, Outbox
from offline.points import Points
from wire import answers
from wire.messages import Acknowledgement, CatalogueNotice, SettingsNotice, StateNotice

if TYPE_CHECKING:
    from offline.trail import Trail

CATALOGUE_BYTES_MOST = 16_000_000  # as wire.bundle
Report = Callable[[dict[str, Any]], None]
T = TypeVar("T")


class Returns:
    """The half of a sync that takes things back, and tells its parent how things are."""

    def __init__(
        self, state: Path, outbox: Outbox, report: Report, trail: Trail | None, point: Points, metered: bool
    ) -> None:
        self._metered = metered
        self._state = state
        self._outbox = outbox
        self._report = report
        self._trail = trail
        self._point = point
        self._stopping = False
        self._online = False
        self._told: dict[str, Any] = {}
        self._county: County

    async def _acknowledged(self, left: Sequence[tuple[str, int]]) -> None:
        """Say of records (id, sequence) that they have left."""
        if self._trail is not None and left:
            events = [("outbox.acknowledged", {"record": record, "sequence": sequence}) for record, sequence in left]
            with contextlib.suppress(OfflineError):
                await self._do(self._trail.record_all, events)
        for record, _ in left:
            self._report({"acknowledged": record})

    async def _feed(self) -> None:
        more = True
        while more and not self._stopping:
            after = await self._do(self._outbox.note, "cursor")
            feed = await self._county.feed(after, await self._do(self._head))
            self._point("feed.fetched")
            acks, others = [], []
            # Most have come with the answer to what was sent: only for what still lies here is a signature checked.
            told = [notice.id for notice in feed.notices if isinstance(notice, Acknowledgement)]
            here = await self._do(self._outbox.here, told) if told else frozenset()
            for notice in feed.notices:
                if isinstance(notice, Acknowledgement):
                    if notice.id in here and self._ours(notice):
                        acks.append(Ack(notice.id, notice.digest, answers.encode(notice)))
                elif isinstance(notice, StateNotice):
                    others.append((f"state/{notice.id}/{notice.item}", answers.encode(notice)))
                elif isinstance(notice, CatalogueNotice):
                    others.append(("catalogue", answers.encode(notice)))
                elif isinstance(notice, SettingsNotice):
                    others.append(("settings", answers.encode(notice)))
            taken = await self._do(self._outbox.take_feed, after, feed.cursor, acks, others)
            await self._acknowledged(taken or ())
            more = feed.more and feed.cursor != after

    def _head(self) -> str:
        """The audit trail's head, so that nobody at the terminal can take an entry back that the county was told."""
        if self._trail is None:
            return ""
        head = self._trail.head()
        return f"{head.number}-{head.hash}" if head.number else ""

    def _ours(self, ack: Acknowledgement) -> bool:
        identity = self._county.identity
        return (
            identity is not None and ack.terminal == identity.terminal and identity.county.check("acknowledgement", ack)
        )

    async def _act(self) -> None:
        """Give what came by the feed its effect. What fails stays and is tried at the next round."""
        import msgspec

        for key, content in await self._do(self._outbox.unhandled):
            if key == "settings":
                await self._fetch_settings()
            elif key == "catalogue":
                notice = msgspec.json.decode(content, type=CatalogueNotice)
                if self._metered or not await self._take_catalogue(notice):
                    continue  # it stays to be fetched: when the line costs nothing, or nothing else waits
            await self._do(self._outbox.handled, key, content)

    async def _fetch_settings(self) -> None:
        """The county's settings and keys, unless they are older than those we have."""
        settings = await self._county.settings()
        if settings.version <= int(await self._do(self._outbox.note, "settings_version") or 0):
            self._report({"settings": settings.version})  # who was killed before it could say so says it now
            return
        identity = self._county.identity
        assert identity is not None  # noqa: S101 - nothing is fetched before enrolment
        self._county.identity = await self._do(identities.with_county, self._state, identity, settings.county)
        told = {"version": settings.version, "values": settings.values}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        # The file first: killed in between, it is fetched and written again.
        await self._do(write_durably, self._state / SETTINGS_FILE, text.encode())
        self._point("told.written")
        await self._do(self._outbox.set_note, "settings_version", str(settings.version))
        self._point("told.noted")
        self._record("sync.feed", kind="settings", number=settings.version)
        self._report({"settings": settings.version})

    async def _take_catalogue(self, notice: CatalogueNotice) -> bool:
        """Into catalogue/incoming/SHA256; whoever uses it checks its own signature first (kiosk.taking_in). False: what
        residents hand in goes first, and the rest of it comes afterwards."""
        catalogues = self._state / "catalogue"
        folder = catalogues / "incoming"
        await self._do(folder.mkdir, 0o700, True, True)
        if notice.size > CATALOGUE_BYTES_MOST:
            self._report({"catalogue": notice.sha256, "version": notice.version})
            return True  # no bundle is so large: nothing that could be used
        have = (folder / notice.sha256, catalogues / "bundles" / notice.sha256)  # a stick may have brought it
        if not any(path.exists() for path in have):
            part = folder / f"{notice.sha256}.part"
            for other in folder.glob("*.part"):
                if other != part:
                    other.unlink()  # half of one that was overtaken
            if not await self._county.fetch_catalogue(notice.sha256, notice.size, part, self._others_wait):
                return False
            self._point("fetch.done")
            part.rename(folder / notice.sha256)
            await self._do(sync_folder, folder)
            self._point("fetch.placed")
            self._record("sync.feed", kind="catalogue", number=notice.size)
        self._report({"catalogue": notice.sha256, "version": notice.version})
        return True

    def _others_wait(self) -> bool:
        """Whether something else should be done before what is only fetched for later."""
        return self._stopping

    # ------------------------------------------------------------------ telling

    async def _tell(self, more: dict[str, Any] | None = None) -> None:
        """Tell the parent how things are, if they are not as they were."""
        status = await self._do(self._outbox.status)
        self._say(
            {
                "online": self._online, "waiting": status.waiting, "oldest_since": status.oldest_since,
                "dead": status.dead, "last_error": status.last_error, "mirror": status.mirror, **(more or {}),
            }
        )  # fmt: skip

    def _say(self, now: dict[str, Any]) -> None:
        if any(self._told.get(key, ...) != value for key, value in now.items() if key not in _TIMES):
            self._report(now)
        self._told.update(now)

    def _record(self, event: str, **fields: str | int) -> None:
        if self._trail is not None:
            with contextlib.suppress(OfflineError):  # a full disk must not stop what empties it
                self._trail.record(event, **fields)

    async def _do(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.to_thread(work, *arguments)


_TIMES = ("county_time", "terminal_time")

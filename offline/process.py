"""The sync as a process: a channel of JSON lines to whoever started it, the outbox, the trail, one loop.

Told: {"wake": true} after a commit; {"send": true} when staff want everything tried now; {"stop": true}. A channel that
ends stops it too. Tells, when it changes: {"online": …, "waiting": n, "oldest_since": seconds since 1970 or null,
"dead": n, "last_error": code, "mirror": code, "county_time": UTC, "terminal_time": seconds since 1970}; and
{"acknowledged": id}, {"catalogue": sha256, "version": …} (in catalogue/incoming, its own signature not checked yet),
{"settings": version}. Nothing personal is in any of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offline import links, times
from offline.drafts import Drafts
from offline.errors import OfflineError
from offline.identity import load as load_identity
from offline.outbox import Outbox, Status
from offline.pauses import Pauses
from offline.points import Points, nothing
from offline.sync import FEED_EVERY_S, Options, Sync, alone, enrol
from offline.thrift import Thrift
from offline.trail import Trail

LINE_MOST = 1 << 16
_BUSY_PAUSE_S = 1.0
FORGET_EVERY_S = 600.0


def main(
    channel: int,
    state: Path,
    url: str,
    *,
    retry_first_s: float = 2.0,
    retry_most_s: float = 900.0,
    feed_every_s: float = FEED_EVERY_S,
    point: Points = nothing,
    mirror: Path | None = None,
    thrift: Thrift | None = None,
    draft_days: float = 0.0,
    receipt_days: float = 0.0,
) -> int:
    """Run until told to stop. `channel`: number of an inherited socket. `draft_days`: how long drafts that were put
    aside are kept (offline.drafts); `receipt_days`: receipts that never came out (0: until they are fetched).
    Returns the exit status.

    1 and a line on stderr when the outbox cannot be opened (the supervisor rescues it before it starts us again).
    """
    logging.getLogger("aiotus").setLevel(logging.WARNING)  # it says every file it brought up
    options = Options(url, Pauses(retry_first_s, retry_most_s, random.SystemRandom()), feed_every_s, thrift or Thrift())
    try:
        asyncio.run(_serve(socket.socket(fileno=channel), state, options, point, mirror, (draft_days, receipt_days)))
    except OfflineError as error:
        print(f"sync: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(
    end: socket.socket, state: Path, options: Options, point: Points, mirror: Path | None, keep: tuple[float, float]
) -> None:
    end.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=end, limit=LINE_MOST)

    def report(message: dict[str, Any]) -> None:
        if not writer.is_closing():
            writer.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")

    outbox = Outbox.open(state, time.time, point=point, mirror=mirror)
    trail = Trail.open(state, time.time)
    try:
        sync = Sync(state, outbox, options, time.time, report=report, trail=trail, point=point)
        listening = asyncio.create_task(_listen(reader, sync, outbox))
        forgetting = asyncio.create_task(_forget(Drafts(state, keep[0]), outbox, keep[1], trail))
        watching = asyncio.create_task(links.watch(sync.wake))
        async with _alone(state, listening):
            if not listening.done():
                outbox.sweep()
                await sync.run()
        for task in (listening, forgetting, watching):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    finally:
        outbox.close()
        trail.close()
        writer.close()


@contextlib.asynccontextmanager
async def _alone(state: Path, until: asyncio.Task[None]) -> Any:
    """Wait for our turn: a one-off `kiosk outbox send`, or our predecessor that is just being killed."""
    with contextlib.ExitStack() as held:
        while not until.done():
            try:
                held.enter_context(alone(state))
                break
            except OfflineError:
                await asyncio.sleep(_BUSY_PAUSE_S)
        yield


async def _listen(reader: asyncio.StreamReader, sync: Sync, outbox: Outbox) -> None:
    """Until the channel ends or says stop."""
    while line := await _line(reader):
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if not isinstance(message, dict):
            continue
        if message.get("stop"):
            break
        if message.get("send"):
            await asyncio.to_thread(outbox.hurry)
        if message.get("wake") or message.get("send"):
            sync.wake()
    sync.stop()


async def _forget(drafts: Drafts, outbox: Outbox, receipt_days: float, trail: Trail) -> None:
    """What is kept for some days goes when they are over, looked at every ten minutes; how much, the trail says."""
    while True:
        try:
            for event, fields in await asyncio.to_thread(forget_now, drafts, outbox, receipt_days):
                await asyncio.to_thread(trail.record, event, **fields)
        except OfflineError as error:
            logging.getLogger("kiosk.sync").error("what is over was not forgotten: %s", error.code)
        await asyncio.sleep(FORGET_EVERY_S)


def forget_now(
    drafts: Drafts, outbox: Outbox, receipt_days: float, clock: Callable[[], float] = time.time,
    count: times.Count = times.machine,
) -> list[tuple[str, dict[str, str | int]]]:  # fmt: skip
    """Drafts whose days are over, and receipts that never came out and that no card fetched; what the trail is told.

    Receipts only by a clock that the county's word stands behind: one that is wrong by years must not take a receipt
    that was due yesterday. Raises OfflineError.
    """
    told: list[tuple[str, dict[str, str | int]]] = []
    if gone := drafts.expire():
        told.append(("draft.gone", {"reason": "expired", "count": gone}))
    believed = receipt_days > 0 and times.verified(outbox.note(times.NOTE), count(), clock)
    if believed and (gone := outbox.forget_unprinted(clock() - receipt_days * 86_400)):
        told.append(("receipt.forgotten", {"count": gone}))
    return told


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readline()
    except (ConnectionError, ValueError):
        return b""
    return line if line.endswith(b"\n") else b""


@dataclass(frozen=True)
class Sent:
    """What one round came to: how many left, and how the outbox is now."""

    acknowledged: int
    status: Status


def send_once(state: Path, url: str, mirror: Path | None = None) -> Sent:
    """`kiosk outbox send`: one round, now. Raises Busy while the terminal's own sync runs (wake that instead), and
    the family of offline.errors."""
    outbox = Outbox.open(state, time.time, mirror=mirror)
    trail = Trail.open(state, time.time)
    gone: list[str] = []

    def report(message: dict[str, Any]) -> None:
        if "acknowledged" in message:
            gone.append(message["acknowledged"])

    try:
        with alone(state):
            pauses = Pauses(2.0, 900.0, random.SystemRandom())
            sync = Sync(state, outbox, Options(url, pauses), time.time, report=report, trail=trail)
            asyncio.run(sync.once())
        return Sent(len(gone), outbox.status())
    finally:
        outbox.close()
        trail.close()


def enrol_once(state: Path, url: str, token: str) -> str:
    """`kiosk enrol`: the terminal's name as the county gave it. Raises CountyError, DiskFull, DiskFailed."""
    from offline.county import County

    async def ask() -> str:
        async with County(url, None, time.time) as county:
            return (await enrol(county, state, token)).terminal

    state.mkdir(parents=True, exist_ok=True)
    return asyncio.run(ask())


def enrolled(state: Path) -> bool:
    """Whether there is a certificate that can be used."""
    try:
        load_identity(state)
    except OfflineError:
        return False
    return True

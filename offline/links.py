"""Whether the machine's own network changed: a cable in or out, an address come or gone.

Nothing is concluded from it. It only ends a pause early: a terminal that has had no line for a week asks the county
every quarter of an hour, and nobody should wait that long after the router is back; and a cable that is pulled is told
in seconds, not when the county is next asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

EVERY_S = 3.0
SETTLES_S = 1.0  # an address comes in several steps: link, lease, route
LINKS, ROUTES = Path("/sys/class/net"), Path("/proc/net/route")
IPV6_ROUTES = Path("/proc/net/ipv6_route")


def seen(links: Path = LINKS, routes: tuple[Path, ...] = (ROUTES, IPV6_ROUTES)) -> frozenset[str]:
    """Each link with its state, and each way out of here; empty where the machine does not let us look. Values that
    count (packets, uses) are left out: they change all the time."""
    found = set()
    with contextlib.suppress(OSError):
        for link in links.iterdir():
            with contextlib.suppress(OSError):
                found.add(f"{link.name} {(link / 'operstate').read_text('ascii').strip()}")
    for file in routes:
        with contextlib.suppress(OSError):
            for line in file.read_text("ascii").splitlines():
                words = line.split()
                if words[0] == "0" * 32:  # IPv6: to, length, from, length, by, metric, references, uses, flags, device
                    found.add(f"{words[4]} {words[-1]}")
                elif words[1] == "0" * 8:  # IPv4: device, to, by, flags, …
                    found.add(f"{words[2]} {words[0]}")
    return frozenset(found)


async def watch(
    changed: Callable[[], None], *, look: Callable[[], frozenset[str]] = seen, every_s: float = EVERY_S
) -> None:
    """Call `changed` when the network is another than before, once it has settled. Until cancelled."""
    known = await asyncio.to_thread(look)
    while True:
        await asyncio.sleep(every_s)
        now = await asyncio.to_thread(look)
        if now != known:
            await asyncio.sleep(min(SETTLES_S, every_s))
            known = await asyncio.to_thread(look)
            changed()

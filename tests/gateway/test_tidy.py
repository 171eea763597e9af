"""Files that no message names are forgotten in time, and never one that a message names or is just coming for."""

from __future__ import annotations

import os
import time

from gateway.county import load
from gateway.service import Service
from gateway.settings import GatewaySettings
from tests.gateway.world import Terminal
from tests.wire import people

DAY_S = 86_400
PAGE = (people.page(7),)


def aged(terminal: Terminal, sha256: str, days: int) -> None:
    (path,) = (terminal.gateway.state / "files").glob(f"*/{sha256}")
    at = time.time() - days * DAY_S
    os.utime(path, (at, at))


async def tidy(terminal: Terminal) -> int:
    """As the service does it once a day, in this process, over the same county."""
    service = Service(load(terminal.gateway.state, GatewaySettings()))
    try:
        return await service.tidy()
    finally:
        await service._close(None)  # type: ignore[arg-type]  # it needs no application


async def test_only_old_files_that_no_message_names_are_forgotten(terminal: Terminal) -> None:
    claimed = terminal.seal(people.message(1, PAGE), PAGE)
    await terminal.hand_in(people.message(1, PAGE), PAGE)
    (kept,) = (path.name for path in (terminal.gateway.state / "files").glob("*/*"))
    assert kept != claimed.files[0].sha256  # sealed anew each time
    old, new = (terminal.seal(people.message(n, PAGE), PAGE) for n in (2, 3))
    for sealed in (old, new):
        (file,) = sealed.files
        await terminal.create(file.sha256, file.size)
        assert (await terminal.patch(file.sha256, 0, sealed.blobs[0])).status == 204
    aged(terminal, kept, 1000)
    aged(terminal, old.files[0].sha256, 61)
    aged(terminal, new.files[0].sha256, 59)
    assert await tidy(terminal) == 1
    left = {path.name for path in (terminal.gateway.state / "files").glob("*/*")}
    assert left == {kept, new.files[0].sha256}


async def test_a_terminal_that_comes_after_its_files_were_forgotten_sends_them_again(terminal: Terminal) -> None:
    sealed = terminal.seal(people.message(4, PAGE), PAGE)
    (file,) = sealed.files
    await terminal.create(file.sha256, file.size)
    await terminal.patch(file.sha256, 0, sealed.blobs[0])
    aged(terminal, file.sha256, 61)
    assert await tidy(terminal) == 1
    answer = await terminal.send(terminal.envelope(sealed))
    assert (answer.status, answer.code) == (409, "files.missing")
    await terminal.create(file.sha256, file.size)
    await terminal.patch(file.sha256, 0, sealed.blobs[0])
    assert (await terminal.send(terminal.envelope(sealed))).status == 200


async def test_a_file_that_was_asked_for_again_is_not_old(terminal: Terminal) -> None:
    sealed = terminal.seal(people.message(5, PAGE), PAGE)
    (file,) = sealed.files
    await terminal.create(file.sha256, file.size)
    await terminal.patch(file.sha256, 0, sealed.blobs[0])
    aged(terminal, file.sha256, 61)
    assert (await terminal.create(file.sha256, file.size)).status == 200  # here already
    assert await tidy(terminal) == 0

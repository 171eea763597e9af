from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import random
from pathlib import Path

import aiohttp
import pytest
import yarl
from aiotus import core, creation

from gateway.files import Folder
from gateway.settings import Limits
from tests.gateway.world import BYTES, TUS, Answer, Gateway, Terminal
from tests.wire import people
from wire.requests import sign_request

pytestmark = pytest.mark.usefixtures("guest")


def blob(seed: int, size: int) -> tuple[str, bytes]:
    data = random.Random(seed).randbytes(size)  # bytes to send, not a secret
    return hashlib.sha256(data).hexdigest(), data


async def settled(guest: Terminal, sha256: str) -> int:
    """The offset once the gateway has taken in what a dead line had brought: HEAD ends the older request."""
    answer = await guest.offset(sha256)
    assert answer.status == 200
    return int(answer.headers["Upload-Offset"])


def kept(guest: Terminal, sha256: str) -> bytes | None:
    folder = Folder(guest.gateway.state)
    return folder.read(sha256) if folder.size(sha256) is not None else None


async def test_a_file_is_sent_whole(guest: Terminal) -> None:
    sha256, data = blob(1, 100_000)
    created = await guest.create(sha256, len(data))
    assert (created.status, created.headers["Location"]) == (201, f"/v1/files/{sha256}")
    sent = await guest.patch(sha256, 0, data)
    assert (sent.status, sent.headers["Upload-Offset"]) == (204, "100000")
    assert kept(guest, sha256) == data


async def arrived(guest: Terminal, sha256: str, offset: int) -> None:
    """Until so much lies on the county's disk."""
    for _ in range(1000):
        if (Folder(guest.gateway.state).begun(guest.number, sha256) or (0, 0))[0] == offset:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the county did not take in what was sent")


@pytest.mark.parametrize("seed", range(4))
async def test_a_line_that_breaks_anywhere_costs_no_byte_that_arrived(seed: int, guest: Terminal) -> None:
    sha256, data = blob(100 + seed, 300_000)
    await guest.create(sha256, len(data))
    offset = 0
    for cut in [*sorted(random.Random(seed).sample(range(1, len(data) - 1), 4)), len(data) - 1]:
        writer = await guest.broken_patch(sha256, offset, len(data) - offset, data[offset:cut], close=False)
        await arrived(guest, sha256, cut)  # as on a line slower than the disk
        writer.transport.abort()
        offset = await settled(guest, sha256)
        assert offset == cut
    assert (await guest.patch(sha256, offset, data[offset:])).status == 204
    assert kept(guest, sha256) == data


@pytest.mark.parametrize("seed", range(4))
async def test_a_line_that_is_torn_down_at_once_loses_no_more_than_was_under_way(seed: int, guest: Terminal) -> None:
    sha256, data = blob(200 + seed, 300_000)
    await guest.create(sha256, len(data))
    offset = 0
    for cut in sorted(random.Random(seed).sample(range(1, len(data)), 4)):
        if cut > offset:
            await guest.broken_patch(sha256, offset, len(data) - offset, data[offset:cut])
            reached = await settled(guest, sha256)
            assert offset <= reached <= cut, "never more than was sent, never less than was answered before"
            offset = reached
    answer = await guest.patch(sha256, offset, data[offset:])
    while answer.code == "upload.offset":  # the torn request came to its turn only now: ask and go on
        offset = await settled(guest, sha256)
        answer = await guest.patch(sha256, offset, data[offset:])
    assert answer.status == 204
    assert kept(guest, sha256) == data


@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537])
async def test_cuts_at_every_boundary_of_a_small_file(size: int, guest: Terminal) -> None:
    sha256, data = blob(size, size)
    await guest.create(sha256, size)
    offset = 0
    for cut in sorted({0, 1, size // 2, size - 1, size}):
        if cut > offset:
            answer = await guest.patch(sha256, offset, data[offset:cut])
            assert answer.status == 204
            offset = int(answer.headers["Upload-Offset"])
            assert offset == cut
    assert kept(guest, sha256) == data


async def test_what_arrived_outlives_the_gateway(terminal: Terminal) -> None:
    sha256, data = blob(2, 200_000)
    await terminal.create(sha256, len(data))
    assert (await terminal.patch(sha256, 0, data[:77_777])).status == 204
    terminal.gateway.kill()
    terminal.gateway.start()
    assert await settled(terminal, sha256) == 77_777
    assert (await terminal.patch(sha256, 77_777, data[77_777:])).status == 204
    assert kept(terminal, sha256) == data


async def test_a_lost_answer_to_creation_costs_nothing(guest: Terminal) -> None:
    sha256, data = blob(3, 50_000)
    await guest.create(sha256, len(data))
    await guest.patch(sha256, 0, data[:20_000])
    again = await guest.create(sha256, len(data))
    assert (again.status, again.headers["Upload-Offset"]) == (201, "20000")


async def test_a_file_that_is_here_already_is_not_sent_again(guest: Terminal) -> None:
    sha256, data = blob(4, 50_000)
    await guest.create(sha256, len(data))
    await guest.patch(sha256, 0, data)
    again = await guest.create(sha256, len(data))
    assert (again.status, again.headers["Upload-Offset"]) == (200, "50000")
    head = await guest.offset(sha256)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("50000", "50000")
    assert (await guest.patch(sha256, 50_000, b"")).status == 204
    assert (await guest.patch(sha256, 0, data)).code == "upload.offset"
    assert (await guest.create(sha256, 7)).code == "upload.length"


async def test_a_wrong_digest_is_refused_and_nothing_of_it_kept(guest: Terminal) -> None:
    sha256, data = blob(5, 40_000)
    await guest.create(sha256, len(data))
    await guest.patch(sha256, 0, data[:10_000])
    answer = await guest.patch(sha256, 10_000, bytes(30_000))
    assert (answer.status, answer.code) == (460, "upload.digest")
    assert kept(guest, sha256) is None
    assert (await guest.offset(sha256)).status == 404
    assert (await guest.create(sha256, len(data))).headers["Upload-Offset"] == "0"
    assert (await guest.patch(sha256, 0, data)).status == 204
    assert kept(guest, sha256) == data


async def test_a_wrong_offset_is_refused(guest: Terminal) -> None:
    sha256, data = blob(6, 1000)
    await guest.create(sha256, len(data))
    for offset in (1, 1000, 5000):
        answer = await guest.patch(sha256, offset, data[offset : offset + 10])
        assert (answer.status, answer.code) == (409, "upload.offset")
    assert await settled(guest, sha256) == 0


async def test_more_bytes_than_were_announced_are_refused(guest: Terminal) -> None:
    sha256, data = blob(7, 1000)
    await guest.create(sha256, len(data))
    answer = await guest.patch(sha256, 0, data + b"x")
    assert (answer.status, answer.code) == (413, "upload.too_long")
    assert kept(guest, sha256) is None


async def test_who_asks_last_goes_on_with_the_upload(guest: Terminal) -> None:
    """A line that died without a word must not hold up the one that came after it."""
    sha256, data = blob(8, 200_000)
    await guest.create(sha256, len(data))
    silent = await guest.broken_patch(sha256, 0, len(data), data[:50_000], close=False)
    await arrived(guest, sha256, 50_000)
    offset = await settled(guest, sha256)
    assert offset == 50_000
    silent.write(data[50_000:120_000])  # it was not dead after all
    await silent.drain()
    assert (await guest.patch(sha256, offset, data[offset:])).status == 204
    silent.close()
    assert kept(guest, sha256) == data


async def test_one_terminal_does_not_touch_anothers_upload(guest: Terminal, session: aiohttp.ClientSession) -> None:
    sha256, data = blob(9, 1000)
    await guest.create(sha256, len(data))
    await guest.patch(sha256, 0, data[:500])
    other = Terminal(guest.gateway, session, people.terminal_key(77), "邻村的一台")
    await other.enrol()
    assert (await other.offset(sha256)).status == 404
    assert (await other.patch(sha256, 500, bytes(500))).status == 404
    assert await settled(guest, sha256) == 500


async def test_an_upload_can_be_given_up(guest: Terminal) -> None:
    sha256, data = blob(10, 1000)
    await guest.create(sha256, len(data))
    await guest.patch(sha256, 0, data[:500])
    assert (await guest.signed("DELETE", f"/v1/files/{sha256}", **TUS)).status == 204
    assert (await guest.offset(sha256)).status == 404
    assert (await guest.signed("DELETE", f"/v1/files/{sha256}", **TUS)).code == "upload.unknown"


async def refused(guest: Terminal, **headers: str) -> Answer:
    return await guest.signed("POST", "/v1/files", **headers)


async def test_what_is_no_upload_is_refused(guest: Terminal) -> None:
    sha256, _ = blob(11, 1000)
    named = "sha256 " + base64.b64encode(sha256.encode()).decode()
    cases = [
        ({"Upload_Length": "1000", "Upload_Metadata": named}, 412, "upload.version"),
        (TUS | {"Upload_Metadata": named}, 400, "upload.header"),
        (TUS | {"Upload_Length": "-1", "Upload_Metadata": named}, 400, "upload.header"),
        (TUS | {"Upload_Length": "1000"}, 400, "upload.metadata"),
        (TUS | {"Upload_Length": "1000", "Upload_Metadata": "sha256 !"}, 400, "upload.metadata"),
        (TUS | {"Upload_Length": "1000", "Upload_Metadata": "sha256 Li4vLi4v"}, 400, "upload.metadata"),
        (TUS | {"Upload_Length": str(10**9), "Upload_Metadata": named}, 413, "upload.too_large"),
    ]
    for headers, status, code in cases:
        answer = await refused(guest, **headers)
        assert (answer.status, answer.code) == (status, code)
    for target in ("/v1/files/..%2f..%2fgateway.db", "/v1/files/" + "AB" * 32):
        assert (await guest.signed("HEAD", target, **TUS)).status == 404
    answer = await guest.signed("PATCH", f"/v1/files/{sha256}", b"x", 0, **TUS, Content_Type="text/plain")
    assert (answer.status, answer.code) == (415, "upload.type")


async def test_an_unsigned_upload_is_refused(guest: Terminal) -> None:
    sha256, data = blob(12, 1000)
    await guest.create(sha256, len(data))
    headers = TUS | BYTES | {"Upload-Offset": "0"}
    answer = await guest.ask("PATCH", f"/v1/files/{sha256}", data, headers)
    assert (answer.status, answer.code) == (401, "request.unsigned")
    answer = await guest.ask("POST", "/v1/files", None, TUS | {"Upload-Length": "1"})
    assert (answer.status, answer.code) == (401, "request.unsigned")


async def test_the_server_says_what_it_can_do(guest: Terminal) -> None:
    answer = await guest.ask("OPTIONS", "/v1/files")
    assert answer.status == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination"
    assert int(answer.headers["Tus-Max-Size"]) == Limits().file_bytes_most


async def test_a_third_partys_tus_client_gets_its_file_across(guest: Terminal) -> None:
    """aiotus, which knows nothing of us; only the signature is added, as a middleware of its session."""
    sha256, data = blob(13, 150_000)

    async def sign(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        offset = request.headers.get("Upload-Offset")
        made = sign_request(
            guest.key, guest.name, request.method, request.url.raw_path_qs, created=0,
            upload_offset=int(offset) if request.method == "PATCH" and offset else None,
        )  # fmt: skip
        request.headers.update(made)
        return await handler(request)

    files = yarl.URL(guest.gateway.url) / "v1/files"
    async with aiohttp.ClientSession(middlewares=(sign,)) as session:
        location = await creation.create(session, files, io.BytesIO(data), {"sha256": sha256.encode()})
        await core.upload_buffer(session, files.join(location), io.BytesIO(data), chunksize=40_000)
    assert kept(guest, sha256) == data


def test_uploads_nobody_went_on_with_are_forgotten(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    old, _ = blob(20, 10)
    new, _ = blob(21, 10)
    folder.begin("0001", old, 10)
    folder.append("0001", old, 0, b"12345")
    begun = folder._upload("0001", old).stat().st_mtime
    assert folder.sweep(60, begun + 59 * 86400) == 0
    folder.begin("0001", new, 10)
    import os

    os.utime(folder._upload("0001", new), (begun + 61 * 86400, begun + 61 * 86400))
    assert folder.sweep(60, begun + 61 * 86400) == 1
    assert folder.begun("0001", old) is None
    assert folder.begun("0001", new) == (0, 10)


async def test_a_silent_line_is_let_go_and_what_came_is_kept(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """With a setting of 0.3 s: the request ends, the offset stays."""
    state = tmp_path / "county"
    state.mkdir()
    (state / "gateway.toml").write_text("[limits]\nread_idle_s = 0.3\n")
    gateway = Gateway(state)
    gateway.start("--config", str(state / "gateway.toml"))
    try:
        terminal = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
        await terminal.enrol()
        sha256, data = blob(14, 1000)
        await terminal.create(sha256, len(data))
        target = f"/v1/files/{sha256}"
        headers = sign_request(terminal.key, terminal.name, "PATCH", target, created=0, upload_offset=0) | TUS | BYTES

        async def stalling():  # type: ignore[no-untyped-def]
            yield data[:600]
            await asyncio.sleep(30)
            yield data[600:]

        async with session.patch(gateway.url + target, data=stalling(), headers=headers) as response:
            assert response.status == 408
        assert await settled(terminal, sha256) == 600
    finally:
        gateway.kill()

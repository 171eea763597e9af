"""A third party's tus server takes our files: @tus/server and @tus/file-store from npm, fetched into build/tus by
`make prove`, never part of the tree."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import shutil
import subprocess
from pathlib import Path

from offline.county import CHUNK, County
from offline.identity import Identity
from tests.offline.world import World
from tests.prove.tally import Tally
from wire.keys import Enrolment

ROOT = Path(__file__).parent.parent.parent
MODULES = ROOT / "build" / "tus"
PACKAGES = ("@tus/server@2", "@tus/file-store@2")


class Cut(Exception):
    """The process that sent was killed here."""


def fetch() -> bool:
    """Whether the packages are there, installing them if they can be had."""
    if (MODULES / "node_modules" / "@tus" / "server").is_dir():
        return True
    if shutil.which("npm") is None:
        return False
    MODULES.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", *PACKAGES]
    return subprocess.run(command, cwd=MODULES, check=False).returncode == 0


def prove(world: World, work: Path) -> tuple[Tally, int]:
    """Files of several sizes, cut off after each chunk and gone on with by another connection; the tally, how many."""
    folder = work / "tus"
    folder.mkdir()
    script = Path(__file__).with_name("tus_server.mjs")
    server = subprocess.Popen(["node", script, MODULES, folder], stdout=subprocess.PIPE)
    tally = Tally()
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        for size in (1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 17):
            for cut in range(size // CHUNK + 1):
                tally.states += 1
                content = os.urandom(size)
                asyncio.run(_bring(url, world, content, cut))
                sums = [
                    hashlib.sha256(path.read_bytes()).digest()
                    for path in folder.iterdir()
                    if path.stat().st_size == size
                ]
                if sums.count(hashlib.sha256(content).digest()) != 1:
                    tally.fail("lost", f"{size} bytes, cut after {cut} chunks")
    finally:
        server.terminate()
        server.wait()
    return tally, tally.states


async def _bring(url: str, world: World, content: bytes, cut: int) -> None:
    """Send a file; after `cut` chunks the sender dies, and another goes on from the address it had kept."""
    identity = Identity(world.terminal, Enrolment(certificate=world.certificate, county=world.county))
    seen = 0

    def point(name: str) -> None:
        nonlocal seen
        if name == "send.file.part":
            seen += 1
            if seen == cut:
                raise Cut

    address = ""
    try:
        async with County(url, identity, lambda: 1_773_283_260.0, point) as county:
            address = await county.create_upload(hashlib.sha256(content).hexdigest(), io.BytesIO(content))
            await county.upload(address, io.BytesIO(content))
    except Cut:
        async with County(url, identity, lambda: 1_773_283_260.0) as again:
            await again.upload(address, io.BytesIO(content))


__all__ = ["fetch", "prove"]

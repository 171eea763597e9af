"""A CUPS service of the tests' own, with a queue whose printer is a script: it takes bytes, or says what ails it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

CUPSD = "/usr/sbin/cupsd"
# The printer: reports what the file `ails` says, waits while it says `wait`, and keeps what it was sent.
BACKEND = """#!/bin/sh
[ $# -eq 0 ] && {{ echo 'direct village "x" "x"'; exit 0; }}
cat ${{6:+"$6"}} > {folder}/paper/part.$1
while [ -e {folder}/ails ]; do
  read word < {folder}/ails; [ "$word" = wait ] || echo "STATE: +$word" >&2
  sleep 0.1
done
echo "STATE: -media-empty-error,media-jam-error,cover-open-error" >&2
mv {folder}/paper/part.$1 {folder}/paper/$1.pdf
"""
CONF = """Listen {folder}/run/cups.sock
WebInterface No
Browsing No
DefaultAuthType None
PreserveJobFiles No
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""
FILES = """ServerRoot {folder}/etc
ServerBin {folder}/bin
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/run
TempDir {folder}/spool
ErrorLog {folder}/log/error
AccessLog {folder}/log/access
PageLog {folder}/log/page
SystemGroup root
User lp
Group lp
"""


@dataclass
class Cups:
    """A running service. `address` of its queue."""

    folder: Path
    process: asyncio.subprocess.Process

    @property
    def address(self) -> str:
        return f"cups:///A4?socket={self.folder}/run/cups.sock"

    def ail(self, word: str) -> None:
        (self.folder / "ails").write_text(word + "\n")

    def mend(self) -> None:
        (self.folder / "ails").unlink(missing_ok=True)

    def printed(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.folder / "paper").glob("*.pdf"))]

    async def admin(self, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            env={**os.environ, "CUPS_SERVER": f"{self.folder}/run/cups.sock"},
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0


def _open_to_lp(folder: Path) -> Path:
    folder.chmod(0o755)
    return folder


@asynccontextmanager
async def cups() -> AsyncIterator[Cups]:
    """Run by root, cupsd runs its printers' programs as lp: not in pytest's folders, which are shut to lp."""
    with tempfile.TemporaryDirectory(prefix="cups-") as folder:
        async with _cups(_open_to_lp(Path(folder))) as made:
            yield made


@asynccontextmanager
async def _cups(folder: Path) -> AsyncIterator[Cups]:
    for name in ("etc", "bin", "bin/backend", "spool", "cache", "run", "log", "paper"):
        (folder / name).mkdir()
        (folder / name).chmod(0o755 if name in ("etc", "bin", "bin/backend") else 0o777)  # whatever our own umask is
    for name in ("filter", "daemon", "monitor", "notifier"):
        (folder / "bin" / name).symlink_to(f"/usr/lib/cups/{name}")
    backend = folder / "bin" / "backend" / "village"
    backend.write_text(BACKEND.format(folder=folder))
    backend.chmod(0o755)
    (folder / "etc" / "cupsd.conf").write_text(CONF.format(folder=folder))
    (folder / "etc" / "cups-files.conf").write_text(FILES.format(folder=folder))
    process = await asyncio.create_subprocess_exec(
        *(CUPSD, "-f", "-c", f"{folder}/etc/cupsd.conf", "-s", f"{folder}/etc/cups-files.conf"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        umask=0o022,  # what it writes is read by its printers' programs, as another user
    )
    made = Cups(folder, process)
    try:
        async with asyncio.timeout(20):
            while not (folder / "run" / "cups.sock").exists():  # noqa: ASYNC110 - the service sets no event
                await asyncio.sleep(0.05)
        await made.admin("lpadmin", "-p", "A4", "-E", "-v", "village:/x", "-m", "raw")
        yield made
    finally:
        made.mend()
        if process.returncode is None:
            process.terminate()
        await process.wait()

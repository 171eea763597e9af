"""The process that reads papers ends with the visit that started it, whatever ended the visit."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from hardware import sample_papers

VISIT = """
import asyncio, sys
from hardware.reading.reader import PageText, PaperReader
from kiosk.processes import command

async def main():
    reader = PaperReader(command("reading"))
    page = await reader.read(sys.stdin.buffer.read())
    print(reader.pid, isinstance(page, PageText), flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def test_a_killed_visit_takes_the_reading_process_and_its_page_with_it() -> None:
    kept = io.BytesIO()
    sample_papers.draw("id-card").save(kept, "JPEG")
    visit = subprocess.Popen(
        [sys.executable, "-c", VISIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert visit.stdin is not None
    assert visit.stdout is not None
    visit.stdin.write(kept.getvalue())
    visit.stdin.close()
    pid, read = visit.stdout.readline().split()
    assert read == b"True"
    assert Path(f"/proc/{int(pid)}").exists()
    os.kill(visit.pid, signal.SIGKILL)
    visit.wait()
    end = time.monotonic() + 20
    while Path(f"/proc/{int(pid)}").exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert not Path(f"/proc/{int(pid)}").exists()

"""Reading printed text: the real networks on drawn papers, and a process that can die, hang, or be fed rubbish."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hardware import sample_papers
from hardware.ports import Fault
from hardware.reading.reader import PageText, PaperReader

STUCK = """
import json, socket, sys, time
end = socket.socket(fileno=int(sys.argv[sys.argv.index("--channel") + 1]))
end.sendall(json.dumps({"event": "ready"}).encode() + b"\\n")
time.sleep(60)
"""


def picture(name: str, turned: int = 0) -> bytes:
    """A sample as a camera's pipeline hands it on; `turned`: degrees counter-clockwise."""
    kept = io.BytesIO()
    sample_papers.draw(name).rotate(turned, expand=True).save(kept, "JPEG", quality=85)
    return kept.getvalue()


def gone(pid: int | None) -> bool:
    assert pid is not None
    return not Path(f"/proc/{pid}").exists()


async def started(reader: PaperReader) -> int:
    for _ in range(1000):
        if reader.pid is not None:
            return reader.pid
        await asyncio.sleep(0.01)
    raise AssertionError("no process")


def state(pid: int | None) -> dict[str, str]:
    """What the kernel says of a process."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def during(reader: PaperReader, work: Callable[[PaperReader], Awaitable[None]]) -> None:
    async def whole() -> None:
        try:
            await work(reader)
        finally:
            await reader.close()

    asyncio.run(whole())


def test_reads_every_word_of_a_certificate_that_lies_upside_down_and_ends_when_it_is_not_needed() -> None:
    async def work(reader: PaperReader) -> None:
        page = await reader.read(picture("birth-certificate", turned=180))
        assert isinstance(page, PageText)
        assert page.turn == 180
        words = [text for text, _, _ in page.lines]
        for wanted in ("出生医学证明", "陈小禾", "2026年2月26日6时15分", "431199199604090027", "示例县人民医院"):
            assert wanted in words
        tops = {text: box[1] for text, _, box in page.lines}
        assert tops["出生医学证明"] < tops["新生儿姓名"] < tops["示例县人民医院"]  # boxes are those of the upright page
        assert "陈小禾" not in repr(page)
        pid = reader.pid
        for _ in range(200):
            if gone(pid):
                break
            await asyncio.sleep(0.05)
        assert gone(pid)

    during(PaperReader(idle_s=0.2), work)


def test_a_reader_that_dies_on_a_page_costs_that_page_only_and_rubbish_costs_nothing() -> None:
    async def work(reader: PaperReader) -> None:
        broken = await reader.read(b"this is no picture")
        assert broken == Fault("reading.no_picture")
        pid = reader.pid
        assert pid is not None
        reading = asyncio.create_task(reader.read(picture("lease")))
        await asyncio.sleep(0.1)
        os.kill(pid, signal.SIGKILL)
        dead = await reading
        assert isinstance(dead, Fault)
        assert dead.code == "reading.broken"
        card = await reader.read(picture("id-card"))
        assert isinstance(card, PageText)
        assert "431199199604090027" in [text for text, _, _ in card.lines]

    during(PaperReader(), work)


def test_a_reader_that_hangs_is_killed_in_time() -> None:
    async def work(reader: PaperReader) -> None:
        found = asyncio.create_task(reader.read(b"page"))
        pid = await started(reader)
        fault = await found
        assert isinstance(fault, Fault)
        assert fault.code == "reading.slow"
        assert gone(pid)

    during(PaperReader((sys.executable, "-c", STUCK), limit_s=0.3), work)


def test_a_page_nobody_wants_any_more_takes_its_process_with_it() -> None:
    async def work(reader: PaperReader) -> None:
        reading = asyncio.create_task(reader.read(b"page"))
        pid = await started(reader)
        await asyncio.sleep(0.2)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert gone(pid)

    during(PaperReader((sys.executable, "-c", STUCK)), work)


def test_a_reader_that_cannot_be_started_is_a_fault() -> None:
    async def work(reader: PaperReader) -> None:
        fault = await reader.read(b"page")
        assert isinstance(fault, Fault)
        assert fault.code == "reading.broken"

    during(PaperReader(("/nowhere/reader",)), work)


def test_the_reader_has_no_network() -> None:
    probe = (
        "import socket\n"
        "from hardware.reading.shut import shut_network\n"
        "ours, theirs = socket.socketpair()\n"
        "assert shut_network()\n"
        "ours.sendall(b'x'); assert theirs.recv(1) == b'x'\n"
        "for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):\n"
        "    try: socket.socket(family)\n"
        "    except PermissionError: continue\n"
        "    raise SystemExit('a socket was made')\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_worker_shuts_the_network_before_it_loads_anything() -> None:
    """Asked of the running process itself: the kernel says that a filter is on, and nothing may be gained any more."""

    async def work(reader: PaperReader) -> None:
        assert isinstance(await reader.read(picture("health-certificate")), PageText)
        assert state(reader.pid)["Seccomp"] == "2"
        assert state(reader.pid)["NoNewPrivs"] == "1"
        assert os.getpriority(os.PRIO_PROCESS, reader.pid or 0) >= 10

    during(PaperReader(), work)

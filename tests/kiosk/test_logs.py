"""A log never fills a terminal's disk, and the last of what it said is still there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk import logs, processes


def test_a_log_that_has_grown_too_large_begins_anew_and_the_old_one_stands_beside_it(tmp_path: Path) -> None:
    log = tmp_path / "visit.log"
    assert logs.bounded(log) == log  # there is none yet
    log.write_bytes(b"x" * logs.MOST)
    logs.bounded(log)
    assert log.stat().st_size == logs.MOST
    log.write_bytes(b"x" * (logs.MOST + 1))
    logs.bounded(log)
    assert not log.exists()
    assert (tmp_path / "visit.log.1").stat().st_size == logs.MOST + 1


async def test_a_process_that_is_started_goes_on_in_a_log_within_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "visit.log"
    log.write_bytes(b"x" * (logs.MOST + 1))
    monkeypatch.setattr(processes, "command", lambda *_: [sys.executable, "-c", "print('new')"])
    child = await processes.start("visit", log=log)
    await child.process.wait()
    await child.channel.close()
    assert log.read_text() == "new\n"


def test_a_long_lived_process_keeps_its_own_log_within_bounds(tmp_path: Path) -> None:
    log = tmp_path / "supervisor.log"
    told = "import logging, sys; from pathlib import Path; from kiosk import logs; logs.begin(Path(sys.argv[1]))\n"
    told += "for n in range(9000): logging.getLogger('t').info('%d %s', n, 'x' * 1000)"
    subprocess.run([sys.executable, "-c", told, str(log)], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["supervisor.log", "supervisor.log.1"]
    assert max(path.stat().st_size for path in tmp_path.iterdir()) <= logs.MOST
    assert " 8999 " in log.read_text()[-1200:]

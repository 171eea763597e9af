"""The supervisor on the real processes: what dies comes back, what served a person ends, nobody is left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.cli.running import REHEARSAL
from kiosk.privacy import over, tree
from kiosk.runner.display import Finger, virtual_display
from kiosk.runner.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
LONGEST_S = 60.0


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that has to become true."""
    deadline = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def children(pid: int) -> dict[int, str]:
    """Process id -> command line, of everything that a process started, directly or not."""
    found: dict[int, str] = {}
    for child in tree(pid)[1:]:
        with contextlib.suppress(OSError):  # it has ended since
            found[child] = Path("/proc", str(child), "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return found


class Running:
    """A terminal in rehearsal on a display of its own."""

    def __init__(self, terminal: Terminal, finger: Finger) -> None:
        self.terminal, self.finger = terminal, finger

    def roles(self, role: str) -> list[int]:
        """Process ids of one role, the oldest first."""
        return sorted(pid for pid, command in children(self.terminal.pid).items() if f" role {role} " in f"{command} ")

    def tap(self, what: str) -> None:
        found = self.terminal.find(what)
        assert found is not None, what
        self.finger.tap(found.middle)
        self.terminal.settle()

    def shows(self, what: str) -> bool:
        try:
            return self.terminal.find(what) is not None
        except RuntimeError:
            return False  # between two processes nobody answers

    def events(self) -> list[str]:
        done = subprocess.run(
            [*_kiosk(), "audit", "show", "--json", "--state", str(self.terminal.state)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [str(entry["event"]) for entry in json.loads(done.stdout)]


def _kiosk() -> list[str]:
    from kiosk.runner.terminal import program

    return program()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Running]:
    with virtual_display(540, 960) as display:
        finger = Finger(display)
        config = tmp_path / "settings.toml"
        small = "px_per_mm = 2.71\nwidth_px = 540\nheight_px = 960"
        config.write_text(REHEARSAL.read_text("utf-8").replace("px_per_mm = 2.71", small), "utf-8")
        terminal = Terminal(config, tmp_path / "state", display, tmp_path / "log")
        terminal.start()
        try:
            terminal.ask("ready", timeout_s=LONGEST_S)
            yield Running(terminal, finger)
        finally:
            terminal.stop()
            finger.close()


def test_what_dies_comes_back_and_the_trail_says_so(kiosk: Running) -> None:
    (visit,) = kiosk.roles("visit")
    (sync,) = kiosk.roles("sync")
    os.kill(visit, signal.SIGKILL)
    until(lambda: kiosk.roles("visit") not in ([], [visit]), "no other visit process")
    until(lambda: kiosk.shows("您今天来办什么事？"), "the home screen did not come back")
    os.kill(sync, signal.SIGKILL)
    until(lambda: kiosk.roles("sync") not in ([], [sync]), "no other sync process")
    until(lambda: kiosk.terminal.ask("county")["online"], "the line did not come back")
    assert kiosk.events().count("process.ended") == 2


def test_the_process_that_served_a_person_ends_with_the_person_and_a_fresh_one_was_ready(kiosk: Running) -> None:
    (first,) = kiosk.roles("visit")
    kiosk.tap("#lookup")
    kiosk.terminal.ask("simulate", device="id_card", do="insert", arguments={"card": "chen-dashan"})
    until(lambda: kiosk.shows("没有查到您办过的事"), "the card was not read")
    kiosk.tap("#main")
    until(lambda: kiosk.shows("已经从机器里清掉了"), "no goodbye")
    until(lambda: over(first), "the process that knew the person lives on")
    kiosk.tap("#main")
    until(lambda: kiosk.shows("您今天来办什么事？"), "the home screen did not come back")


def test_nobody_is_left_behind_when_the_supervisor_is_killed(kiosk: Running) -> None:
    kiosk.tap("#tile:newborn")
    everybody = set(children(kiosk.terminal.pid))
    assert {"visit", "sync", "simulators"} <= {
        word for command in children(kiosk.terminal.pid).values() for word in command.split()
    }
    kiosk.terminal.kill()
    until(lambda: all(over(pid) for pid in everybody), "somebody lives on")


def test_nobody_is_left_behind_when_it_is_told_to_end(kiosk: Running) -> None:
    everybody = set(children(kiosk.terminal.pid))
    kiosk.terminal.stop()
    until(lambda: all(over(pid) for pid in everybody), "somebody lives on")
    scratch = list(Path("/dev/shm").glob("kiosk-visit-*"))
    assert not [folder for folder in scratch if int(folder.name.rpartition("-")[2]) in everybody]
    assert kiosk.events()[-1] == "terminal.stopped"

"""The machine's own network: what of it is looked at, and that a change ends a pause."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest

from offline.links import seen, watch

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
LOCAL = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
OUT = "eth0\t00000000\t010200C0\t0003\t0\t{use}\t0\t00000000\t0\t0\t0\n"
OUT6 = f"{'0' * 32} 00 {'0' * 32} 00 fd{'0' * 29}1 00000400 00000003 {{use}} 00000003     eth0\n"


class Machine:
    def __init__(self, folder: Path) -> None:
        self.links, self.routes, self.six = folder / "net", folder / "route", folder / "ipv6_route"
        (self.links / "eth0").mkdir(parents=True)
        self.says("up", HEAD + LOCAL + OUT.format(use=0), OUT6.format(use="00000000"))

    def says(self, state: str, routes: str, six: str) -> None:
        (self.links / "eth0" / "operstate").write_text(state + "\n")
        self.routes.write_text(routes)
        self.six.write_text(six)

    def seen(self) -> frozenset[str]:
        return seen(self.links, (self.routes, self.six))


def test_a_pulled_cable_a_new_address_and_a_way_that_is_gone_are_changes_and_traffic_is_none(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    before = machine.seen()
    assert before == {"eth0 up", "010200C0 eth0", f"fd{'0' * 29}1 eth0"}
    machine.says("up", HEAD + LOCAL + OUT.format(use=99), OUT6.format(use="00000063"))
    assert machine.seen() == before
    machine.says("down", HEAD + LOCAL + OUT.format(use=99), OUT6.format(use="00000063"))
    assert machine.seen() != before
    machine.says("up", HEAD + LOCAL, "")
    assert machine.seen() == {"eth0 up"}
    machine.says("up", HEAD + LOCAL + OUT.format(use=0).replace("010200C0", "FE0200C0"), "")
    assert machine.seen() == {"eth0 up", "FE0200C0 eth0"}


def test_a_machine_that_lets_nobody_look_says_nothing(tmp_path: Path) -> None:
    assert seen(tmp_path / "none", (tmp_path / "neither",)) == frozenset()


async def test_a_change_is_told_once_and_its_steps_are_one() -> None:
    states = [*"aa", "b", "bc", "bc", "bc", "d", *"ddd"]  # b and c come together, within the time that it settles
    told: list[str] = []

    def look() -> frozenset[str]:
        return frozenset(states.pop(0) if len(states) > 1 else states[0])

    watching = asyncio.create_task(watch(lambda: told.append("changed"), look=look, every_s=0.001))
    async with asyncio.timeout(10):
        while len(states) > 1:  # noqa: ASYNC110 - it is another's task that is waited for, it calls nobody
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching
    assert told == ["changed", "changed"]


def test_a_link_that_comes_is_seen_on_this_very_machine() -> None:
    if (tool := shutil.which("ip", path="/usr/sbin:/sbin")) is None:
        pytest.skip("no iproute2 here")
    before = seen()
    if subprocess.run([tool, "link", "add", "kiosk-test0", "type", "dummy"], capture_output=True).returncode:
        pytest.skip("no link may be made here")
    try:
        assert "kiosk-test0 down" in seen() - before
    finally:
        subprocess.run([tool, "link", "delete", "kiosk-test0"], check=True)

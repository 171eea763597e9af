"""The SAM frames in reports: a bridge turns the simulated reader's line into reports, as such a reader would."""

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hardware.addresses import UNVERIFIED, AddressError, open_id_card_reader, parse
from hardware.hid_reader import HidPort, HidReader
from hardware.ports import CardRecord, Health
from hardware.sam_reader import Timing
from hardware.sam_simulator import SamSimulator
from hardware.simulators import Setup

QUICK = Timing(0.03, 0.05, 0.25, 0.4, 0.15, 3.0, 0.02, 0.3, 1.0, 0.4)
PATIENCE_S = 15


class Bridge:
    """Reports on one side, the simulator's line on the other. `head`: what this maker puts before a report's bytes."""

    def __init__(self, path: str, report_bytes: int, head: bytes = b"") -> None:
        self.seen: list[bytes] = []
        self._line = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._bytes = report_bytes
        self._head = head
        for work in (self._out, self._in):
            threading.Thread(target=work, daemon=True).start()

    def open(self, _path: str) -> int:
        return os.dup(self._theirs.fileno())

    def _out(self) -> None:
        while report := self._ours.recv(2048):
            self.seen.append(report)
            # A reader takes the frame by its own length field and drops the filling.
            frame = report[1:]
            if frame.startswith(b"\xaa\xaa\xaa\x96\x69"):
                frame = frame[: 7 + int.from_bytes(frame[5:7], "big")]
            os.write(self._line, frame)

    def _in(self) -> None:
        try:
            while data := os.read(self._line, self._bytes - len(self._head)):
                self._ours.send((self._head + data).ljust(self._bytes, b"\x00"))
        except OSError:
            self._ours.close()


@asynccontextmanager
async def reader(tmp_path: Path, report_bytes: int = 64, head: bytes = b"") -> AsyncIterator[tuple[HidReader, Bridge]]:
    simulator = SamSimulator(Setup("id_card", tmp_path, {"pace": 0, "delay": 0.05}))
    address = await simulator.start()
    await simulator.command("insert", {"card": "wang-xiaolan"})
    bridge = Bridge(address.removeprefix("sam://").partition("?")[0], report_bytes, head)
    made = HidReader("sam+hid:///dev/hidraw0", "/dev/hidraw0", report_bytes, QUICK, bridge.open)
    yield made, bridge
    await made.close()
    await simulator.stop()


@pytest.mark.parametrize(("report_bytes", "head"), [(64, b""), (64, b"\x00"), (1024, b"")])
async def test_a_card_is_read_out_of_reports(tmp_path: Path, report_bytes: int, head: bytes) -> None:
    # A number before each report stands inside a frame that is longer than one report: short answers survive that.
    async with reader(tmp_path, report_bytes, head) as (made, bridge):
        status = await made.status()
        assert status.health is Health.ONLINE
        assert status.detail["verified"] == "no"
        if not head:
            got = await asyncio.wait_for(made.read(), PATIENCE_S)
            assert isinstance(got, CardRecord)
            assert got.name == "王小兰"
        assert all(report[0] == 0 and len(report) == report_bytes + 1 for report in bridge.seen)


async def test_a_device_that_is_not_there_is_said_to_be_absent() -> None:
    made = HidReader("sam+hid:///dev/no-such", "/dev/no-such", timing=QUICK)
    assert (await made.status()).code == "reader.absent"
    await made.close()


async def test_what_has_met_no_real_device_is_marked() -> None:
    assert parse("sam+hid:///dev/hidraw0").scheme in UNVERIFIED


@pytest.mark.parametrize(
    "text", ["sam+hid://0400:c35a", "sam+hid:///dev/hidraw0?report=4", "sam+hid:///dev/hidraw0?baud=9600"]
)
def test_addresses_that_name_no_device_are_refused(text: str) -> None:
    with pytest.raises(AddressError):
        open_id_card_reader(text)


def test_a_device_that_hangs_up_is_an_error_and_no_silence() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    port = HidPort(os.dup(theirs.fileno()), 64, 0.01, numbered=True)
    assert port.read(1) == b""
    ours.send(b"abc")
    assert port.read(2) == b"ab"
    assert port.in_waiting == 1
    port.reset_input_buffer()
    assert port.read(1) == b""
    ours.close()
    with pytest.raises(OSError, match="gone"):
        port.read(1)
    port.close()
    theirs.close()

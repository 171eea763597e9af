"""One process that holds every simulated device, and the registry by which simulators plug in.

A simulator speaks the device's own bytes over the device's own transport at the device's own pace, so it lives outside
the program under test: `python -m hardware.simulators --channel N`. Its control channel is one inherited socket, or
without --channel standard input and output, and carries JSON, one object a line:

    in   {"folder": "/run/…", "devices": {"id_card": {"kind": "id-card", "options": {…}}, …}}    the first line
    out  {"event": "ready", "addresses": {"id_card": "sam:///run/…/id_card?baud=115200", …}}
    in   {"id": 1, "device": "id_card", "do": "insert", "card": "wang-xiaolan", "after_s": 0.5}
    out  {"id": 1, "ok": true, …what the command answers}   or   {"id": 1, "ok": false, "error": "plain sentence"}
    out  {"event": "…", "device": "receipt_printer", …}                  whenever a simulator has something to tell

`after_s` (any device, any command) lets the command take effect later; the answer comes at once. `random` (any device
that knows faults) plays one of its faults after another by the dice, mending each, until `calm`: seed=, every_s= (4),
lasts_s= (2); each is told as {"event": "fault", "what"}, so that what was found can be played again. When the channel
closes, every simulator is stopped and the process ends: simulated devices never outlive the test that made them.

To add a simulator: a class with the three coroutines of `Simulator`, made with one `Setup`, and a line in KINDS.
The names in "devices" are those of config.settings.Devices; `sim://KIND?option=value` there becomes an entry by
`plan()`. Test profiles only: a production profile never starts this module.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import random
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, urlsplit

KINDS: dict[str, str] = {
    "id-card": "hardware.sam_simulator:SamSimulator",
    "id-card-stx": "hardware.stx_simulator:StxSimulator",
    "lights": "hardware.board_simulator:LightsSimulator",
    "presence": "hardware.board_simulator:PresenceSimulator",
    "keypad": "hardware.board_simulator:KeypadSimulator",
    "scanner": "hardware.scanner_simulator:ScannerSimulator",
    "social-card": "hardware.pcsc_simulator:SocialCardSimulator",
    "receipt-printer": "hardware.escpos_simulator:PrinterSimulator",
    "camera": "hardware.camera_simulator:CameraSimulator",
    "face-camera": "hardware.camera_simulator:FaceSimulator",
    "speaker": "hardware.speaker_simulator:SpeakerSimulator",
    "line": "hardware.line_simulator:LineSimulator",
}

RANDOM = {"seed": 0, "every_s": 4, "lasts_s": 2}
LINE_BYTES_MOST = 1 << 20  # no command or answer is longer; a picture is handed over as a path


class SimulatorError(Exception):
    """A simulator cannot do what it was told. The text is one plain sentence for the person who wrote the script."""


def _tell_nobody(message: dict[str, Any]) -> None:
    del message


@dataclass(frozen=True)
class Setup:
    """What a simulator is given. `folder` exists, is private to it and is removed by whoever made it."""

    name: str  # the device's name in the settings: id_card, receipt_printer …
    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    tell: Callable[[dict[str, Any]], None] = _tell_nobody  # an event for the control channel; "device" is added


class Simulator(Protocol):
    """A pretended device. `__init__(setup)` does no work."""

    BEFALLS: ClassVar[tuple[str, ...]]  # what `fault what=…` knows without further arguments; `mend` ends each

    def __init__(self, setup: Setup) -> None: ...

    async def start(self) -> str:
        """Begins; returns the address by which the real driver reaches it (scheme://…, never sim://)."""
        ...

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Carries out one command of a script. Raises SimulatorError for what it does not know or cannot do."""
        ...

    async def stop(self) -> None: ...


def faults(kind: str) -> tuple[str, ...]:
    """What can befall a kind of device at its simulator's."""
    module, _, name = KINDS[kind].partition(":")
    return tuple(getattr(importlib.import_module(module), name).BEFALLS)


def plan(devices: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """The host's first line for the `sim://KIND?option=value` addresses among these settings (device name: address).

    Addresses of other schemes are real devices and are left out. Raises SimulatorError for a kind nobody knows.
    """
    wanted: dict[str, Any] = {}
    for name, address in devices.items():
        parts = urlsplit(address)
        if parts.scheme != "sim":
            continue
        if parts.netloc not in KINDS:
            raise SimulatorError(f"{address}: no simulator of this kind; there are {', '.join(sorted(KINDS))}")
        wanted[name] = {"kind": parts.netloc, "options": dict(parse_qsl(parts.query))}
    return {"folder": str(folder), "devices": wanted}


def _make(kind: str, setup: Setup) -> Simulator:
    try:
        module, _, name = KINDS[kind].partition(":")
    except KeyError:
        raise SimulatorError(f"no simulator {kind!r}; there are {', '.join(sorted(KINDS))}") from None
    made: Simulator = getattr(importlib.import_module(module), name)(setup)
    return made


class Host:
    """All simulators of one plan, and the commands to them."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._simulators: dict[str, Simulator] = {}
        self._later: set[asyncio.Task[None]] = set()
        self._dice: dict[str, asyncio.Task[None]] = {}  # device -> who plays random faults on it

    async def start(self, plan: Mapping[str, Any]) -> dict[str, str]:
        """Starts what the plan names; returns the real addresses. Raises SimulatorError and leaves nothing running."""
        folder = Path(str(plan["folder"]))
        addresses: dict[str, str] = {}
        try:
            for name, entry in dict(plan["devices"]).items():
                own = folder / name
                own.mkdir(mode=0o700, parents=True, exist_ok=True)
                setup = Setup(name, own, dict(entry.get("options", {})), self._teller(name))
                simulator = _make(str(entry["kind"]), setup)
                self._simulators[name] = simulator
                addresses[name] = await simulator.start()
        except BaseException:
            await self.stop()
            raise
        return addresses

    def _teller(self, name: str) -> Callable[[dict[str, Any]], None]:
        return lambda message: self._tell({**message, "device": name})

    async def command(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """One command; returns what the simulator answers. Raises SimulatorError."""
        args = {key: value for key, value in message.items() if key not in ("id", "device", "do", "after_s")}
        name, do = str(message.get("device", "")), str(message.get("do", ""))
        simulator = self._simulators.get(name)
        if simulator is None:
            there = ", ".join(sorted(self._simulators)) or "none"
            raise SimulatorError(f"no simulated device {name!r}; there are {there}")
        after = message.get("after_s", 0)
        if not isinstance(after, int | float) or after < 0:
            raise SimulatorError("after_s wants a number of seconds, 0 or more")
        if do in ("random", "calm"):
            return await self._random(name, simulator, do, args)
        if after == 0:
            return await simulator.command(do, args)
        task = asyncio.create_task(self._after(float(after), simulator, name, do, args))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return {"after_s": after}

    async def _after(self, seconds: float, simulator: Simulator, name: str, do: str, args: Mapping[str, Any]) -> None:
        await asyncio.sleep(seconds)
        try:
            await simulator.command(do, args)
        except SimulatorError as error:
            self._tell({"event": "command_failed", "device": name, "do": do, "error": str(error)})

    async def _random(self, name: str, simulator: Simulator, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        playing = self._dice.pop(name, None)
        if playing is not None:
            playing.cancel()
            await asyncio.wait((playing,))
        if do == "calm":
            await simulator.command("mend", {})
            return {}
        if not simulator.BEFALLS:
            raise SimulatorError(f"{name} knows no faults")
        try:
            seed, every_s, lasts_s = (float(args.get(key, value)) for key, value in RANDOM.items())
        except (TypeError, ValueError):
            raise SimulatorError(f"random wants numbers: {', '.join(RANDOM)}") from None
        dice = random.Random(seed)  # noqa: S311 - dice of a test, to be thrown again
        self._dice[name] = asyncio.create_task(self._throw(name, simulator, dice, every_s, lasts_s))
        return {}

    async def _throw(
        self, name: str, simulator: Simulator, dice: random.Random, every_s: float, lasts_s: float
    ) -> None:
        while True:
            await asyncio.sleep(every_s * dice.uniform(0.5, 1.5))
            what = dice.choice(simulator.BEFALLS)
            self._tell({"event": "fault", "device": name, "what": what})
            try:
                await simulator.command("fault", {"what": what})
                await asyncio.sleep(lasts_s * dice.uniform(0.5, 1.5))
                await simulator.command("mend", {})
            except SimulatorError as error:
                self._tell({"event": "command_failed", "device": name, "do": what, "error": str(error)})

    async def stop(self) -> None:
        for task in (*self._later, *self._dice.values()):
            task.cancel()
        while self._simulators:
            _, simulator = self._simulators.popitem()
            with contextlib.suppress(OSError):
                await simulator.stop()


async def serve(reader: asyncio.StreamReader, write: Callable[[bytes], None]) -> None:
    """Runs a host on one control channel until the channel closes."""

    def tell(message: dict[str, Any]) -> None:
        write(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    host = Host(tell)
    try:
        first = await reader.readline()
        if not first:
            return
        try:
            addresses = await host.start(json.loads(first))
        except (SimulatorError, ImportError, OSError, ValueError, KeyError) as error:
            tell({"event": "failed", "error": f"{type(error).__name__}: {error}"})
            return
        tell({"event": "ready", "addresses": addresses})
        while line := await reader.readline():
            answer: dict[str, Any] = {"ok": False}
            try:
                message = json.loads(line)
                answer["id"] = message.get("id")
                answer.update(await host.command(message), ok=True)
            except (SimulatorError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                answer["error"] = (
                    str(error) if isinstance(error, SimulatorError) else f"{type(error).__name__}: {error}"
                )
            tell(answer)
    finally:
        await host.stop()


async def _serve_socket(fd: int) -> None:
    reader, writer = await asyncio.open_connection(sock=socket.socket(fileno=fd), limit=LINE_BYTES_MOST)
    try:
        await serve(reader, writer.write)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
    finally:
        writer.close()


async def _serve_standard() -> None:
    reader = asyncio.StreamReader(limit=LINE_BYTES_MOST)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await serve(reader, lambda data: _write_all(1, data))


def _write_all(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]


def main(argv: list[str] | None = None) -> int:
    """The process. Exit status 0 when its channel closed."""
    parser = argparse.ArgumentParser(prog="python -m hardware.simulators", description="simulated devices")
    parser.add_argument("--channel", type=int, default=None, help="inherited socket; default: stdin and stdout")
    fd: int | None = parser.parse_args(argv).channel
    with contextlib.suppress(ConnectionError, KeyboardInterrupt):
        asyncio.run(_serve_standard() if fd is None else _serve_socket(fd))
    return 0


if __name__ == "__main__":
    # Simulators import this module by its name; run from there, so that both mean the same SimulatorError.
    sys.exit(importlib.import_module("hardware.simulators").main())

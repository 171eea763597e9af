"""The world of a rehearsal: simulated devices, a line that can be cut, and a county beside the terminal.

Only for test profiles of builds that allow it (kiosk/build.py decides before this is loaded). The terminal cannot tell:
it gets addresses of ptys, sockets and HTTP, and drives them with its real drivers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.settings import Settings
from hardware.simulator_client import Simulators
from kiosk.processes import command, gateway_command

COUNTY_S = 30.0  # longest wait for the gateway's first words


class Rehearsal:
    """Starts and ends together with the supervisor."""

    def __init__(self, settings: Settings, state: Path, logs: Path) -> None:
        self.settings, self.state, self.logs = settings, state, logs
        self.gateway_state = state / "gateway"
        self._simulators = Simulators()
        self._gateway: asyncio.subprocess.Process | None = None
        self._port = 0

    async def start(self, devices: Mapping[str, str]) -> tuple[dict[str, str], str]:
        """Real addresses of all devices, and the county's URL ("" where none was asked for)."""
        wanted = dict(devices)
        if self.settings.county.embedded:
            self._port = await self._start_gateway()
            wanted["line"] = f"sim://line?to=127.0.0.1:{self._port}"
        folder = self.state / "simulators"
        folder.mkdir(exist_ok=True, mode=0o700)
        addresses = await self._simulators.start(wanted, folder, command("simulators"))
        return {k: v for k, v in addresses.items() if k != "line"}, addresses.get("line", "")

    async def _start_gateway(self) -> int:
        """The county's service on a free port; a restarted terminal finds the same county again."""
        self.gateway_state.mkdir(parents=True, exist_ok=True, mode=0o700)
        program = gateway_command()[0]
        if shutil.which(program) is None:
            raise RuntimeError(f"there is no gateway program {program!r}: name it in KIOSK_GATEWAY")
        with (self.logs / "gateway.log").open("ab") as output:
            self._gateway = await asyncio.create_subprocess_exec(
                *gateway_command("serve", "--init", *self._gateway_options(), "--port", "0", "--json"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                preexec_fn=_die_with_parent,
            )
        if self._gateway.stdout is None:
            raise RuntimeError("the gateway has no output")
        line = await asyncio.wait_for(self._gateway.stdout.readline(), COUNTY_S)
        if not line:
            raise RuntimeError(f"the gateway did not start: see {self.logs / 'gateway.log'}")
        return int(str(json.loads(line)["listening"]).rpartition(":")[2])

    def _gateway_options(self) -> list[str]:
        """The county of this terminal's place, written where its gateway reads it; with what a test has laid beside it
        (`more.toml`: other tables of the gateway's settings)."""
        config = self.gateway_state / "gateway.toml"
        place = self.settings.place
        public = self.settings.county.public_url
        lines = ["[county]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in
                 (("name", place.county), ("area", place.area), ("public_url", public)))]  # fmt: skip
        more = self.gateway_state / "more.toml"
        lines += [more.read_text("utf-8")] if more.exists() else []
        config.write_text("\n".join(lines) + "\n", "utf-8")
        return ["--config", str(config), "--state", str(self.gateway_state)]

    async def enrol_token(self, terminal: str) -> str:
        """A one-time token for this terminal, as the county's staff would hand it to whoever sets the terminal up."""
        process = await asyncio.create_subprocess_exec(
            *gateway_command("enrol", terminal, *self._gateway_options(), "--json"),
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await process.communicate()
        return str(json.loads(said)["token"])

    async def simulate(self, device: str, do: str, arguments: Mapping[str, Any]) -> Any:
        """One command to a simulated device."""
        return await self._simulators.command(device, do, **arguments)

    async def stop(self) -> None:
        await self._simulators.stop()
        if self._gateway is not None and self._gateway.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._gateway.terminate()
            try:
                await asyncio.wait_for(self._gateway.wait(), 5)
            except TimeoutError:
                self._gateway.kill()
                await self._gateway.wait()


def _die_with_parent() -> None:
    from kiosk.processes import die_with_parent

    die_with_parent()

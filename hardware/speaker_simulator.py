"""A loudspeaker that is not there: a folder of WAV files that takes as long as sound does.

The address is `wav://`, whose driver is no pretence: it is a sink of its own. Commands: said (→ the files so far).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from hardware.simulators import Setup, SimulatorError


class SpeakerSimulator:
    """Options: pace (1: as long as the sound lasts; 0: no time)."""

    BEFALLS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, setup: Setup) -> None:
        self._folder = setup.folder
        try:
            self._pace = float(setup.options.get("pace", 1))
        except (TypeError, ValueError):
            raise SimulatorError("pace wants a number") from None

    async def start(self) -> str:
        return f"wav://{self._folder}?pace={self._pace:g}"

    async def command(self, do: str, args: Mapping[str, Any]) -> dict[str, Any]:
        del args
        if do != "said":
            raise SimulatorError(f"a speaker knows said, not {do!r}")
        return {"said": [str(path) for path in sorted(self._folder.glob("said-*.wav"))]}

    async def stop(self) -> None:
        pass

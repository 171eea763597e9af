"""A terminal to measure: the test profile without simulators, enrolled at a county that nobody answers for.

What is measured is what stands in a hall: supervisor, visit, sync. The state folder is kept between starts, as a
terminal's is; the first start of all only makes it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from kiosk.runner.terminal import Terminal
from offline import identity
from wire.keys import CountyKeys, Enrolment, certify

NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once, as a line that is down
WIDTH, HEIGHT = 1080, 1920
READY_S = 120.0
PROFILE = f"""profile = "test"
[screen]
width_px = {WIDTH}
height_px = {HEIGHT}
px_per_mm = 2.71
[county]
url = {json.dumps(NOBODY)}
"""


def enrol(state: Path, folder: Path, terminal: str = "示例-山背-01") -> CountyKeys:
    """Make the county's keys in `folder` and enrol the terminal whose state folder is given."""
    keys = CountyKeys.create(folder, "20260101T000000Z")
    key = identity.key_of(state)
    certificate = certify(
        keys.signing[0], terminal=terminal, number="3121", public=key.public,
        valid_from="2020-01-01T00:00:00Z", valid_to="2060-01-01T00:00:00Z",
    )  # fmt: skip
    public = keys.public("示例县", "431199", "https://xian.example")
    identity.keep(state, key, Enrolment(certificate=certificate, county=public))
    return keys


class Hall:
    """A folder with settings and an enrolled state, to start terminals in."""

    def __init__(self, folder: Path, display: str, more: str = "") -> None:
        self.folder, self.display = folder, display
        self.state = folder / "state"
        self.settings = folder / "settings.toml"
        self.state.mkdir()
        self.settings.write_text(PROFILE + more, "utf-8")
        enrol(self.state, folder / "county")

    def terminal(self) -> Terminal:
        return Terminal(self.settings, self.state, self.display, self.folder / "terminal.log")

    @contextlib.contextmanager
    def running(self) -> Iterator[Terminal]:
        """A terminal that shows its home screen and would serve."""
        terminal = self.terminal()
        terminal.start()
        try:
            terminal.ask("ready", timeout_s=READY_S)
            yield terminal
        finally:
            terminal.stop()

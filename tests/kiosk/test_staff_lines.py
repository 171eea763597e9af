"""The staff page's lines about the machine itself: disk and clock."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from config.settings import Settings
from kiosk.visiting import staffing


@pytest.mark.parametrize(
    ("free_mb", "state", "code"), [(500, "good", ""), (399, "care", "storage.low"), (199, "broken", "storage.full")]
)
def test_staff_hear_of_a_filling_disk_while_there_is_time(
    free_mb: int, state: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staffing.shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb * 1_000_000))
    terminal = SimpleNamespace(_process=SimpleNamespace(state=tmp_path, settings=Settings()))
    line = staffing.StaffMode._disk(terminal)  # type: ignore[arg-type]  # all that it looks at
    assert (line.state, line.code) == (state, code)


def test_a_clock_that_cannot_be_right_has_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert staffing.StaffMode._clock(None) == ()  # type: ignore[arg-type]  # it looks at nothing of the terminal
    monkeypatch.setattr(staffing, "clock_sure", lambda _: False)
    (line,) = staffing.StaffMode._clock(None)  # type: ignore[arg-type]
    assert (line.state, line.code) == ("care", "terminal.clock")

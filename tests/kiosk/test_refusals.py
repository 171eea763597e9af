"""What a terminal will not start with, said in words a person can act on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import SettingsError
from config.settings import load as settings
from kiosk import build


def kiosk(*arguments: str | Path, fds: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
    """The real program, as the system starts it."""
    return subprocess.run(
        [sys.executable, "-m", "kiosk", *map(str, arguments)],
        check=False, capture_output=True, text=True, timeout=60, pass_fds=fds,
        env={name: value for name, value in os.environ.items() if not name.startswith("KIOSK_")},
    )  # fmt: skip


def written(folder: Path, text: str) -> Path:
    path = folder / "terminal.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_production_terminal_does_not_start_with_a_simulator(tmp_path: Path) -> None:
    config = written(tmp_path, '[devices]\nid_card = "sim://id-card"\n')
    done = kiosk("run", "--config", config, "--state", tmp_path / "state")
    assert done.returncode == 1
    assert "devices.id_card = 'sim://id-card' is a simulator" in done.stderr
    assert 'the profile is not "test"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_production_terminal_does_not_start_with_a_county_of_its_own(tmp_path: Path) -> None:
    config = written(tmp_path, "[county]\nembedded = true\n")
    done = kiosk("run", "--config", config, "--state", tmp_path / "state")
    assert done.returncode == 1
    assert "county.embedded" in done.stderr
    assert "county.url" in done.stderr


def test_a_production_terminal_does_not_start_with_a_control_socket(tmp_path: Path) -> None:
    config = written(tmp_path, 'terminal = "示例-山背-01"\n')
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = kiosk(
            "run", "--config", config, "--state", tmp_path / "state", "--control", str(theirs.fileno()),
            fds=(theirs.fileno(),),
        )  # fmt: skip
    assert done.returncode == 1
    assert "control socket" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[screen]\nwidht_px = 1080\n", "line 2: unknown key 'screen.widht_px'; the nearest known key is 'width_px'"),
        ("\n\n[visist]\nidle_s = 60.0\n", "line 3: unknown key 'visist'; the nearest known key is 'visits'"),
        ('[visits]\nidle_s = "long"\n', "line 2: 'visits.idle_s' wants a number, not 'long'"),
        ("[visits]\nidle_s = -1.0\n", "line 2: 'visits.idle_s' cannot be negative"),
        ("screen = 5\n", "line 1: 'screen' is a table: write [screen]"),
        ("terminal = \n", "line 1"),
    ],
)
def test_a_wrong_setting_is_answered_with_file_line_and_what_is_meant(tmp_path: Path, text: str, said: str) -> None:
    config = written(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        settings(config)
    assert str(config) in str(refused.value)
    assert said in str(refused.value)


def test_a_wrong_setting_ends_the_program_with_that_sentence_alone(tmp_path: Path) -> None:
    config = written(tmp_path, "[screen]\nwidht_px = 1080\n")
    done = kiosk("run", "--config", config, "--state", tmp_path / "state")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"kiosk: {config}, line 2: unknown key 'screen.widht_px'; the nearest known key is 'width_px'"
    )


def test_a_missing_settings_file_is_said_so(tmp_path: Path) -> None:
    done = kiosk("doctor", "--config", tmp_path / "none.toml", "--state", tmp_path / "state")
    assert done.returncode == 1
    assert "none.toml: cannot be read" in done.stderr


def test_wrong_usage_is_told_apart_from_failure(tmp_path: Path) -> None:
    assert kiosk("nonsense").returncode == 2
    assert kiosk("visit", tmp_path / "x.toml").returncode == 2  # without --out


@pytest.mark.parametrize("kind", ["production", "nonsense"])
def test_a_production_build_takes_no_test_profile_whatever_the_settings_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Its marker says so; one that was changed has no more rights by that."""
    monkeypatch.setattr(build, "__file__", str(tmp_path / "build.py"))
    (tmp_path / "build_kind.txt").write_text(kind, "ascii")
    test_profile = settings(written(tmp_path, 'profile = "test"\n'))
    assert build.kind() == "production"
    assert not build.allows_tests(test_profile)
    with pytest.raises(SettingsError, match="this is a production build"):
        build.refuse_test_parts(test_profile, control=False)
    with pytest.raises(SettingsError, match="exists only in a build made for tests"):
        build.refuse_in_production("the visit runner")


def test_a_test_build_allows_tests_only_in_a_test_profile(tmp_path: Path) -> None:
    assert build.allows_tests(settings(written(tmp_path, 'profile = "test"\n')))
    assert not build.allows_tests(settings(written(tmp_path, 'profile = "production"\n')))

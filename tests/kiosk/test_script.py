"""Visit scripts are read strictly: file, line, what is wrong, what is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.cli.running import JOURNEYS, profile
from kiosk.runner.script import ScriptError, load

SCRIPTS = sorted(path for path in JOURNEYS.glob("*.toml") if path.stem != "strokes")
GOOD = '[[step]]\ntap = "#main"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "visit.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + '[[step]]\ntpa = "#main"\n', "line 3: unknown key 'tpa'; do you mean 'tap'?"),
        (GOOD + '\n[[step]]\nnote = "nothing to do"\n', "line 4: a step is exactly one of tap,"),
        ('[[step]]\ntap = "#a"\ntype = "b"\n', "line 1: a step is exactly one of tap,"),
        ("[[step]]\ntap = 5\n", "line 1: tap wants str, not 5"),
        ("[[step]]\nwait = true\n", "line 1: wait wants int or float, not True"),
        ('[[step]]\ntap = "#a"\nwithin = "long"\n', "line 1: within wants int or float, not 'long'"),
        ('[[step]]\nfault = "camera"\n', "line 1: fault wants dict, not 'camera'"),
        ('abuot = "x"\n' + GOOD, "unknown key 'abuot'; a script has about, cases, settings and [[step]]"),
        ('cases = "one"\n' + GOOD, "cases wants a whole number, not 'one'"),
        ('about = "nothing happens"\n', "no [[step]] in it"),
        ("[[step]\n", "line 1"),
    ],
)
def test_what_cannot_be_a_script_is_refused_with_file_line_and_what_is_meant(
    tmp_path: Path, text: str, said: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ScriptError) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert said in str(refused.value)


def test_a_script_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_said_so(tmp_path: Path) -> None:
    path = tmp_path / "visit.toml"
    path.write_bytes(b'about = "\xff"')
    with pytest.raises(ScriptError, match=r"visit\.toml"):
        load(path)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_journey_says_what_it_shows_and_every_step_gets_a_picture_of_its_own(path: Path) -> None:
    script = load(path)
    assert script.about
    names = [action.name for action in script.steps]
    assert len(set(names)) == len(names)
    assert all("/" not in name for name in names)


def test_a_scripts_settings_lie_over_the_rehearsals_and_leave_the_rest(tmp_path: Path) -> None:
    script = load(written(tmp_path, "[settings.visits]\nidle_s = 5.0\n[settings.county]\nretry_first_s = 0.5\n" + GOOD))
    rehearsal = tmp_path / "rehearsal.toml"
    rehearsal.write_text('profile = "test"\n[county]\nembedded = true\n', "utf-8")
    settings = profile(rehearsal, script.settings, "800x600")
    assert settings["visits"] == {"idle_s": 5.0}
    assert settings["county"] == {"embedded": True, "retry_first_s": 0.5}
    assert settings["screen"] == {"width_px": 800, "height_px": 600}


def test_a_key_that_a_table_above_has_taken_in_is_said_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text('[settings.visits]\nidle_s = 6.0\nabout = "walks away"\n[[step]]\ntap = "#main"\n', "utf-8")
    with pytest.raises(ScriptError, match=r"line 3: 'about' stands below \[settings.visits\] .* move it to the top"):
        load(path)

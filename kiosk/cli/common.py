"""What every verb shares: the options, the state folder, results as text or JSON, exit statuses."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from config import settings as settings_module
from config.settings import Settings
from kiosk import build

DONE, FINDING, USAGE = 0, 1, 2

Verb = Callable[[argparse.Namespace], int]


def options() -> argparse.ArgumentParser:
    """The options of every verb, as a parent parser."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--config", type=Path, default=_from_environment("KIOSK_CONFIG"), metavar="FILE",
                        help="settings file (environment: KIOSK_CONFIG)")  # fmt: skip
    parent.add_argument("--state", type=Path, default=_from_environment("KIOSK_STATE"), metavar="DIR",
                        help="state folder (environment: KIOSK_STATE; default: state)")  # fmt: skip
    parent.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return parent


def _from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings the verb was given. Raises SettingsError; a production build takes none that are for tests."""
    settings = settings_module.load(arguments.config)
    if build.kind() == "production":
        build.refuse_test_parts(settings, control=False)
    return settings


def state_of(arguments: argparse.Namespace) -> Path:
    """The state folder, made with 0700 if it is not there."""
    state: Path = (arguments.state or Path("state")).absolute()
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    return state


def show(value: object, as_json: bool, text: str | Callable[[], str] | None = None) -> None:
    """Print a result: JSON when asked for, else the text."""
    if as_json or text is None:
        print(json.dumps(value, ensure_ascii=False, indent=1))
    else:
        print(text if isinstance(text, str) else text())


def complain(message: str) -> int:
    """Say on stderr what is wrong and what to do; returns the exit status of a finding."""
    print(f"kiosk: {message}", file=sys.stderr)
    return FINDING

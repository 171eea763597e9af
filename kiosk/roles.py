"""What the hidden verb `role` starts: the terminal's own processes. People never type it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from config.settings import SettingsError
from kiosk import build
from kiosk.processes import ROLES, die_with_parent, forbid_dumps


def run_role(arguments: Sequence[str]) -> int:
    """Become one of the terminal's processes; returns its exit status."""
    role, rest = arguments[0], list(arguments[1:])
    if role in ("simulators", "dock"):
        try:
            build.refuse_in_production(f"the process {role}")
        except SettingsError as error:
            print(f"kiosk: {error}", file=sys.stderr)
            return 1
    die_with_parent()
    if role != "simulators":
        forbid_dumps()
    status: int = importlib.import_module(ROLES[role]).main(rest)
    return status

"""What the hidden verb `role` starts: the terminal's own processes. People never type it."""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Sequence

from kiosk.processes import MODULES, die_with_parent, forbid_dumps


def run_role(arguments: Sequence[str]) -> int:
    """Become one of the terminal's processes."""
    role, rest = arguments[0], list(arguments[1:])
    die_with_parent()
    if role in MODULES:
        if role != "simulators":
            forbid_dumps()
        sys.argv = [MODULES[role], *rest]
        runpy.run_module(MODULES[role], run_name="__main__", alter_sys=True)
        return 0
    forbid_dumps()
    module = {"visit": "kiosk.visiting.process", "sync": "kiosk.syncing"}[role]
    status: int = importlib.import_module(module).main(rest)
    return status

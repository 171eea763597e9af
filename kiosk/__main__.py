"""`kiosk` and `python -m kiosk`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the verb of the command line; returns the exit status (0 done, 1 finding or failure, 2 wrong usage)."""
    if sys.argv[1:2] == ["role"]:  # a child of ours: straight to its work, before anything else is loaded
        from kiosk.roles import run_role

        return run_role(sys.argv[2:])
    from kiosk.cli.parser import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

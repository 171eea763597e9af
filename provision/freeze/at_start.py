"""Runs first in every process of the frozen app.

The app's start program names its own libraries in LD_LIBRARY_PATH for the process it becomes, which has them by now.
Left there, every program of the system that we start (aplay, espeak-ng, xclip) would load ours instead of its own.
What it notes about itself goes too: a child that is this app again shall start as if it were the first.
"""

import os


def _clear() -> None:
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before
    for name in [name for name in os.environ if name.startswith("_PYI_")]:
        del os.environ[name]


_clear()

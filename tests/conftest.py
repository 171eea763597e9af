"""What holds for every test, whichever shares its process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

UMASK = os.umask(0o022)
os.umask(UMASK)


@pytest.fixture(autouse=True)
def the_umask_stays() -> Iterator[None]:
    """The programs' entry points close what they write to others; each test begins as the first did, also where a
    fixture that lives longer has called one."""
    os.umask(UMASK)
    yield
    os.umask(UMASK)

"""What holds for every test, whichever shares its process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def the_umask_stays() -> Iterator[None]:
    """The programs' entry points close what they write to others; the next test begins as the first did."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)

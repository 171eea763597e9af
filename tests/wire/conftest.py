from __future__ import annotations

import pytest

from tests.wire import people
from wire.keys import CountyKeys, CountyPublic, TerminalKey


@pytest.fixture(scope="session")
def county_keys(tmp_path_factory: pytest.TempPathFactory) -> CountyKeys:
    return CountyKeys.create(tmp_path_factory.mktemp("keys"), "20260101T000000Z")


@pytest.fixture(scope="session")
def county(county_keys: CountyKeys) -> CountyPublic:
    return people.public(county_keys)


@pytest.fixture(scope="session")
def key() -> TerminalKey:
    return people.terminal_key()

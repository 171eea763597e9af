from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.gateway.world import Gateway, Terminal
from tests.wire import people
from wire.keys import TerminalKey


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One process for all tests that only add to what it holds."""
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A process and a county of one's own."""
    gateway = Gateway(tmp_path / "gateway")
    gateway.start()
    yield gateway
    gateway.kill()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def terminal(gateway: Gateway, session: aiohttp.ClientSession) -> Terminal:
    """Enrolled at `gateway`."""
    made = Terminal(gateway, session, people.terminal_key(), people.TERMINAL)
    await made.enrol()
    return made


@pytest.fixture
async def guest(
    shared_gateway: Gateway, session: aiohttp.ClientSession, request: pytest.FixtureRequest, tmp_path: Path
) -> Terminal:
    """A new terminal at the shared gateway, with a name of its own."""

    made = Terminal(
        shared_gateway, session, TerminalKey.create(tmp_path / "terminal.key"), f"终端 {request.node.name}"[:64]
    )
    await made.enrol()
    return made

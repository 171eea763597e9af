"""A county and a terminal with real keys, and sealed things to hand in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from offline.outbox import Outbox
from tests.offline.peers import Gateway, Terminal, enrolled, new_name, start_gateway
from tests.offline.world import World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("county"))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 1_773_283_260.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Callable[[], Outbox]:
    """Opens the outbox of one state folder, again and again."""
    return lambda: Outbox.open(tmp_path, clock)


@pytest.fixture
def outbox(opened: Callable[[], Outbox]) -> Outbox:
    return opened()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The county's real service, in a process of its own."""
    running = start_gateway(tmp_path_factory.mktemp("gateway"))
    yield running
    running.stop()


@pytest.fixture
def terminal(gateway: Gateway, tmp_path: Path) -> Terminal:
    """A terminal of its own name, enrolled at the gateway."""
    return enrolled(gateway, tmp_path, new_name())

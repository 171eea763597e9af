"""The conductor: effects start once, are cancelled when nobody wants them, and break without telling what they held."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest

from kiosk.visiting.conductor import Conductor
from matters.effects import AnyEffect, ReadCard
from matters.events import Outcome, Pressed, Tick
from matters.outcomes import Failed, Result
from matters.steps import Card, CardShown, Step
from tests.matters.drive import CARD, Drive


class World:
    """Everything that would be outside: what was started, what was cancelled, what was shown."""

    def __init__(self, come_to: Callable[[AnyEffect], Result] | None = None) -> None:
        self.started: list[AnyEffect] = []
        self.cancelled: list[AnyEffect] = []
        self.shown: list[Step] = []
        self.let_go = asyncio.Event()
        self._come_to = come_to or (lambda _: CARD)

    async def perform(self, effect: AnyEffect, tell: Callable[[str], None]) -> Result:
        self.started.append(effect)
        try:
            await self.let_go.wait()
        except asyncio.CancelledError:
            self.cancelled.append(effect)
            raise
        tell("card.reading")
        return self._come_to(effect)

    def conductor(self, drive: Drive) -> Conductor:
        return Conductor(drive.visit, self.shown.append, self.perform, lambda: drive.at)


def at_card() -> Drive:
    """A visit that waits for an identity card."""
    drive = Drive()
    drive.press("tile:newborn")
    while not isinstance(drive.step, Card):
        drive.onward()
    return drive


async def turns() -> None:
    """Let everything that can happen now happen."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_effect_starts_once_however_often_the_visit_is_looked_at() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    for _ in range(5):
        await turns()
        conductor.handle(Tick(drive.now()))
    assert [type(effect) for effect in world.started] == [ReadCard]
    await conductor.stop()


async def test_what_an_effect_came_to_is_the_next_step() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    await turns()
    world.let_go.set()
    await turns()
    assert isinstance(world.shown[-1], CardShown)
    await conductor.stop()


async def test_an_effect_nobody_wants_any_more_is_cancelled() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    await turns()
    conductor.handle(Pressed(drive.now(), "back"))
    await turns()
    assert world.cancelled == world.started
    assert not isinstance(world.shown[-1], Card)
    await conductor.stop()


async def test_an_outcome_that_belongs_to_no_effect_now_wanted_is_refused() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    await turns()
    (reading,) = world.started
    conductor.handle(Pressed(drive.now(), "back"))
    before = conductor.visit
    conductor.handle(Outcome(drive.now(), reading.id, CARD))
    assert not isinstance(world.shown[-1], CardShown)
    assert conductor.visit.answers == before.answers
    conductor.handle(Outcome(drive.now(), "an-id-nobody-gave", CARD))
    assert conductor.visit.answers == before.answers
    await conductor.stop()


async def test_a_step_is_shown_only_when_it_changed() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    await turns()
    count = len(world.shown)
    conductor.handle(Tick(drive.now(0.1)))
    assert len(world.shown) == count
    await conductor.stop()


async def test_an_effect_that_breaks_is_a_fault_and_tells_the_log_nothing_of_the_person(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def breaks(_: AnyEffect) -> Result:
        raise ValueError("cannot read 王小兰 431199199604090027")

    drive, world = at_card(), World(breaks)
    outcomes: list[Result] = []

    class Watched(Conductor):
        def handle(self, event: object) -> None:
            if isinstance(event, Outcome):
                outcomes.append(event.result)
            super().handle(event)  # type: ignore[arg-type]  # whatever came, it is passed on

    conductor = Watched(drive.visit, world.shown.append, world.perform, lambda: drive.at)
    with caplog.at_level(logging.DEBUG):
        conductor.begin()
        await turns()
        world.let_go.set()
        await turns()
    assert outcomes[0] == Failed("terminal.unexpected")
    assert "ReadCard broke: ValueError at test_conductor.py:" in caplog.text
    assert "王小兰" not in caplog.text
    assert "431199" not in caplog.text
    await conductor.stop()


async def test_stopping_leaves_nothing_running() -> None:
    drive, world = at_card(), World()
    conductor = world.conductor(drive)
    conductor.begin()
    await turns()
    await conductor.stop()
    assert world.cancelled == world.started
    assert asyncio.all_tasks() == {asyncio.current_task()}

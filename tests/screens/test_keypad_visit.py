"""A whole visit for somebody who stayed at home, by keypad alone: the real engine behind the real screens.

Every key is walked to in reading order and heard before it is chosen; nothing is touched, no event is made up but the
outcomes of devices.
"""

from __future__ import annotations

import asyncio

from matters import effects, steps
from matters.application import Application
from matters.events import Event
from matters.outcomes import CardRead
from screens.keycodes import DOWN, ENTER
from tests.matters.drive import FATHER, MOTHER, Drive
from tests.screens.conftest import Hand
from tests.screens.test_keypad import press

SON = CardRead(
    "resident", "陈大山", FATHER, "1", "01", "1992-03-05", "示例县山背村5组", "示例县公安局", "2018-05-01", "2038-05-01"
)


class Seat:
    """Somebody who sees nothing, before a terminal that works."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.drive = hand, Drive()
        self.said: list[str] = []
        hand.stage.clock = self.drive.now
        hand.stage.on_event = self._happened
        hand.stage.keypad.on_focus = self.said.append
        self.show()

    def _happened(self, event: Event) -> None:
        self.drive.send(event)
        self.show()

    def show(self) -> None:
        if self.drive.step != self.hand.stage.step:
            self.hand.show(self.drive.step)

    async def walk(self, ident: str) -> None:
        """Down until the focus is on it, then choose. What it comes to is said, every time."""
        keypad = self.hand.stage.keypad
        for _ in range(len(self.hand.stage.visible()) + 1):
            if keypad.focused is not None and keypad.focused.ident == ident:
                press(ENTER)
                await asyncio.sleep(0)  # letters are spelled, and candidates come, between two presses
                await asyncio.sleep(0)
                return
            said = len(self.said)
            press(DOWN)
            assert self.said[said:], f"what comes after {ident} is not said"
            assert self.said[-1]
        raise AssertionError(f"never came to {ident} on {self.drive.step.key}: {self.hand.idents()}")

    async def onward(self) -> None:
        """What the present step asks for."""
        now = self.drive.step
        name = now.key.partition(":")[2]
        match now:
            case steps.Home():
                await self.walk("tile:elder")
            case steps.MatterList():
                await self.walk("tile:pension")
            case steps.Card() if now.behalf == "offer":
                await self.walk("behalf")
            case steps.Card() if now.behalf == "undo":
                self.drive.give(effects.ReadCard, SON)
                self.show()
            case steps.Card():
                await self.walk("type")
            case steps.Choice():
                if not any(option.chosen for option in now.options):
                    wanted = {"relation": "child"}.get(name, self.drive.answers.get(name, now.options[0].id))
                    await self.walk(f"option:{wanted}")
                await self.walk("main")
            case steps.Entry(kind=steps.Kind.NAME, input="handwriting"):
                await self.walk("switch_input")
            case steps.Entry(text="", kind=steps.Kind.NAME | steps.Kind.ADDRESS as kind):
                for character in "何禾" if kind is steps.Kind.NAME else "何禾和合":
                    for key in "he":
                        await self.walk(f"key:{key}")
                    await self.walk(f"char:{character}")
            case steps.Entry(text="", suggestions=(first, *_)):
                await self.walk("suggest:0")
                assert first == self.drive.step.text  # type: ignore[union-attr]
            case steps.Entry(text=""):
                for key in {"number": MOTHER}.get(name, self.drive.answers.get(name, "13800000000")):
                    await self.walk(f"key:{key}")
            case steps.PlaceList():
                await self.walk(next(one for one in sorted(self.hand.idents()) if one.startswith("place:")))
            case steps.Capture():
                self.drive.give(effects.Film, self.drive.picture())
                self.show()
            case steps.Commitment(strokes=()):
                await self.walk("pad")
                press(ENTER)
                press(ENTER)
            case _:
                await self.walk("main")


async def test_a_son_does_his_mothers_matter_by_keypad_alone(hand: Hand) -> None:
    hand.stage.keypad.listen()
    try:
        seat = Seat(hand)
        for _ in range(90):
            if isinstance(seat.drive.step, steps.Working):
                break
            await seat.onward()
    finally:
        hand.stage.keypad.deaf()
    wish = seat.drive.wants(effects.Submit)
    assert wish is not None, f"stands at {seat.drive.step.key}"
    handed: Application = wish.application
    (helper,) = handed.helpers
    assert (handed.known.level, handed.known.name, handed.known.id_number) == ("helper", "何禾", MOTHER)
    assert (helper.name, helper.id_number, helper.relation, helper.mandate) == ("陈大山", FATHER, "child", "mandate")
    assert {(one.by, one.strokes) for one in handed.commitments} == {("key", ())}
    assert "mandate" in {one.id for one in handed.commitments}

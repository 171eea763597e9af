"""The person beside a simulated device: does with the simulator what the kit asks of a hand and an eye.

What it says it sees it has looked at: the drawn receipts, their text, their codes as another program reads them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Command = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any]]]


class CardHand:
    """Lays cards on a simulated reader."""

    ACTIONS: Mapping[str, tuple[str, dict[str, Any]]] = {
        "clear_reader": ("remove", {}),
        "lay_card": ("insert", {"card": "wang-xiaolan"}),
        "unplug": ("unplug", {}),
        "plug_in": ("replug", {}),
    }

    def __init__(self, command: Command) -> None:
        self._command = command

    async def do(self, action: str) -> bool:
        do, args = self.ACTIONS.get(action, ("", {}))
        if action.startswith("lay_") and action != "lay_card":
            from hardware.sample_cards import sample_cards

            kind = action.removeprefix("lay_")
            names = [name for name, card in sample_cards().items() if card.record.kind == kind]
            do, args = "insert", {"card": names[0] if names else ""}
        if not do:
            return False
        await self._command(do, args)
        return True

    async def sees(self, question: str) -> bool | None:
        del question
        return None
